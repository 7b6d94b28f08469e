-- What people said, as public articles attribute it. One row a quote of the
-- version that readers see; packages quote and richtext make them.
CREATE TABLE quote (
    id          BIGINT PRIMARY KEY,
    article_id  BIGINT NOT NULL,
    n           BIGINT NOT NULL,          -- order in the article
    part        BIGINT NOT NULL,          -- page of the article, from 1
    anchor      TEXT   NOT NULL,          -- id on that page, '' for none
    kind        TEXT   NOT NULL,          -- said, quote, account
    speaker     TEXT   NOT NULL,
    speaker_key TEXT   NOT NULL,          -- folded, without titles
    role        TEXT   NOT NULL,
    words       TEXT   NOT NULL,
    folded      TEXT   NOT NULL,          -- the words, folded, a space around each
    direct      BIGINT NOT NULL,
    said        TEXT   NOT NULL,          -- ISO 8601 day, month or year; '' when it is not told
    outlet      TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    language    TEXT   NOT NULL,
    record_id   BIGINT NOT NULL DEFAULT 0, -- of shared accounts, which one article stands for
    at          BIGINT NOT NULL            -- when it was said, else published; microseconds
);
CREATE INDEX quote_article ON quote (article_id, n);
CREATE INDEX quote_record ON quote (record_id, article_id);
CREATE INDEX quote_at ON quote (at, id);
CREATE INDEX quote_speaker ON quote (speaker_key, at, id);

-- Articles that were public before.
INSERT INTO job (id, kind, job_key, payload, state, run_at, created_at)
    SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM job), 'quote.backfill', 'all', '{}', 'ready', 0, 0
    WHERE EXISTS (SELECT 1 FROM article);
