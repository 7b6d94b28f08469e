-- comment_latest had the columns of comment_queue; what went by comment_thread
-- goes by comment_newest and comment_changed. Each index is written with every
-- comment.
DROP INDEX comment_latest;
DROP INDEX comment_thread;
