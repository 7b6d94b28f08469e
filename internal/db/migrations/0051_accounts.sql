-- Shared accounts: what the sides of an event say of it, kept once and shown by
-- every article that refers to it.
CREATE TABLE accounts (
    id         BIGINT PRIMARY KEY,
    title      TEXT   NOT NULL,
    data       TEXT   NOT NULL,           -- JSON of richtext.Accounts
    revision   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT   NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT   NOT NULL
);
CREATE INDEX accounts_updated ON accounts (updated_at, id);

-- Which versions of articles show them; version 0 is the text being written.
CREATE TABLE accounts_ref (
    record_id  BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    version_id BIGINT NOT NULL,
    PRIMARY KEY (record_id, article_id, version_id)
);
CREATE INDEX accounts_ref_article ON accounts_ref (article_id, version_id);
