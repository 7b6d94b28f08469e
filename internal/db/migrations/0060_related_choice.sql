-- What editors decided about the stories that go with an article: pinned ones
-- come first, in their order; forbidden ones never. It stays while either is
-- not public.
CREATE TABLE related_choice (
    article_id BIGINT NOT NULL,
    other_id   BIGINT NOT NULL,
    kind       TEXT   NOT NULL,      -- pin, never
    position   BIGINT NOT NULL,      -- of pins, from 0, and of forbidden ones
    PRIMARY KEY (article_id, other_id)
);

-- How far the walk over all articles is: one row while there is one.
CREATE TABLE related_walk (
    id       BIGINT PRIMARY KEY,     -- 1
    choosing BIGINT NOT NULL,        -- 0 while traits are kept, then 1
    before   BIGINT NOT NULL,        -- articles with smaller numbers are still to come; 0 for all
    done     BIGINT NOT NULL,
    total    BIGINT NOT NULL
);

-- Archives that were public before. Their stories are chosen by a job.
INSERT INTO related_walk (id, choosing, before, done, total)
    SELECT 1, 0, 0, 0, 2 * (SELECT COUNT(*) FROM article WHERE public = 1 AND type = 'article')
    WHERE EXISTS (SELECT 1 FROM article WHERE public = 1 AND type = 'article');
INSERT INTO job (id, kind, job_key, payload, state, run_at, created_at)
    SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM job), 'related.all', 'all', '{}', 'ready', 0, 0
    WHERE EXISTS (SELECT 1 FROM related_walk)
    ON CONFLICT (kind, job_key) DO NOTHING;
