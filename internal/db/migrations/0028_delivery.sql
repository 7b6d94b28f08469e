-- Readers who left by a link of a mailing.
ALTER TABLE mailing ADD COLUMN unsubscribed BIGINT NOT NULL DEFAULT 0;

-- The data folders that the database has been used with. place is where the
-- folder's file "instance" is on its disk, beat grows while the site is served,
-- held is why nothing is sent from there until somebody confirms, '' for no
-- reason.
CREATE TABLE instance (
    id      TEXT PRIMARY KEY,
    place   TEXT NOT NULL,
    held    TEXT NOT NULL,
    beat    BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
