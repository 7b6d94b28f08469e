-- Feeds of comments: the newest of an article, and of the site.
CREATE INDEX comment_newest ON comment (article_id, created_at, id) WHERE shown = 1;
CREATE INDEX comment_public ON comment (created_at, id) WHERE shown = 1;
