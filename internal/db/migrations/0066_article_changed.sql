-- When what programs are told of an article changed last. Each change is later
-- than all that were committed before it, so whoever has read up to a place has
-- missed nothing. 0: readers have never had it in lists, and nobody is told of
-- it. Of an article that was taken back before this column nobody is told
-- either: nothing says any more that it was public.
ALTER TABLE article ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE article SET changed_at = CASE WHEN updated_at > first_published AND updated_at > 1 THEN updated_at WHEN first_published > 1 THEN first_published ELSE 1 END
    WHERE public = 1;
UPDATE article SET changed_at = (SELECT v.published_at FROM version v WHERE v.id = article.live_version)
    WHERE public = 1 AND changed_at < (SELECT v.published_at FROM version v WHERE v.id = article.live_version);
UPDATE article SET changed_at = (SELECT MAX(c.updated_at) FROM accounts_ref r JOIN accounts c ON c.id = r.record_id
        WHERE r.article_id = article.id AND r.version_id = article.live_version)
    WHERE public = 1 AND id IN (SELECT article_id FROM accounts_ref WHERE version_id > 0)
        AND changed_at < (SELECT COALESCE(MAX(c.updated_at), 0) FROM accounts_ref r JOIN accounts c ON c.id = r.record_id
            WHERE r.article_id = article.id AND r.version_id = article.live_version);
UPDATE article SET changed_at = modified_at WHERE status = 'withdrawn' AND access = 'open' AND live_version > 0 AND modified_at > 0;
CREATE INDEX article_changed ON article (changed_at, id) WHERE changed_at > 0 AND type = 'article';

-- One row at most, with the id 1: the latest changed_at there has been. Writing it puts
-- changes into the order in which they are committed.
CREATE TABLE article_clock (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL
);
INSERT INTO article_clock (id, at) SELECT 1, MAX(changed_at) FROM article WHERE changed_at > 0 GROUP BY changed_at > 0;
