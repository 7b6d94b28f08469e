-- Moderators' lists go by when a comment was written, not by its number: those
-- of an import would all be the newest.
DROP INDEX comment_queue;
DROP INDEX comment_reported;
DROP INDEX comment_writer_of;
DROP INDEX comment_prefix;
DROP INDEX comment_wave;
CREATE INDEX comment_queue ON comment (status, created_at, id);
CREATE INDEX comment_reported ON comment (created_at, id) WHERE reports > 0;
CREATE INDEX comment_writer_of ON comment (writer_id, created_at, id) WHERE writer_id > 0;
CREATE INDEX comment_prefix ON comment (prefix_index, created_at, id) WHERE prefix_index <> '';
CREATE INDEX comment_wave ON comment (wave, created_at, id) WHERE wave <> 0;
CREATE INDEX comment_of_article ON comment (article_id, created_at, id);
CREATE INDEX comment_written ON comment (created_at, id);
