-- Lists of readers that were uploaded at the desk. options and the reports are
-- JSON; no address stands in them but masked.
-- state: arriving, new, checking, checked, importing, done, failed.
CREATE TABLE transfer (
    id         BIGINT PRIMARY KEY,
    name       TEXT NOT NULL,
    size       BIGINT NOT NULL,
    state      TEXT NOT NULL,
    options    TEXT NOT NULL DEFAULT '{}',
    dry        TEXT NOT NULL DEFAULT '',
    report     TEXT NOT NULL DEFAULT '',
    actor      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- The uploaded bytes, sealed piece by piece, until the list is taken in.
CREATE TABLE transfer_chunk (
    transfer_id BIGINT NOT NULL REFERENCES transfer (id),
    n           BIGINT NOT NULL,
    sealed      TEXT NOT NULL,
    PRIMARY KEY (transfer_id, n)
);

-- When readers came, counted by month at the desk.
CREATE INDEX subscriber_created ON subscriber (created_at, state);
