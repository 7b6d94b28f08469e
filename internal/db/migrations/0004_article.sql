-- Who writes an article, and for when.
ALTER TABLE article ADD COLUMN owner_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE article ADD COLUMN assignee_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE article ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;

-- When a version became what readers see; 0 for working copies. Of articles
-- that were live before this column, only the live version is known to have
-- been public: a version is public when published_at > 0 or it is the live one.
ALTER TABLE version ADD COLUMN published_at BIGINT NOT NULL DEFAULT 0;

-- The text as it is being written, saved every few seconds. It becomes a
-- version when it is submitted, scheduled, published, saved by hand, taken over
-- by somebody else, or has been written on for long.
CREATE TABLE working_copy (
    article_id BIGINT PRIMARY KEY REFERENCES article (id),
    person_id  BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    began_at   BIGINT NOT NULL,
    saved_at   BIGINT NOT NULL,
    content    TEXT NOT NULL
);

-- What a correction corrected. Readers see it from its version's publication on.
CREATE TABLE correction (
    id          BIGINT PRIMARY KEY,
    article_id  BIGINT NOT NULL REFERENCES article (id),
    version_id  BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    passage     TEXT NOT NULL DEFAULT '',
    wrong       TEXT NOT NULL DEFAULT '',
    right_text  TEXT NOT NULL DEFAULT '',
    note        TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX correction_article ON correction (article_id, at);
CREATE INDEX correction_at ON correction (at, id);
