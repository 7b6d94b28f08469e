-- The index of postings: which documents have which terms. internal/postings
-- says how it works; the blobs are its own.

-- Counters: put grows with every change of posting_fresh, merge with every
-- change of the rest; era is the one of the buckets that answer, building the
-- one that is being filled (0 for none). One without a row is 0.
CREATE TABLE posting_state (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- What was put and is not merged yet; gone is 1 for what was removed.
CREATE TABLE posting_fresh (
    doc  BIGINT PRIMARY KEY,
    seq  BIGINT NOT NULL,
    gone BIGINT NOT NULL,
    body BYTEA NOT NULL
);
CREATE UNIQUE INDEX posting_fresh_seq ON posting_fresh (seq);

-- Documents by slot: ids, times, columns. Slots are never used again.
CREATE TABLE posting_bucket (
    id      BIGINT PRIMARY KEY,
    era     BIGINT NOT NULL,
    version BIGINT NOT NULL,
    slots   BIGINT NOT NULL,
    live    BIGINT NOT NULL,
    low     BIGINT NOT NULL,
    high    BIGINT NOT NULL,
    body    BYTEA NOT NULL
);

-- Where a document is, and its terms' numbers, by which it is taken out.
CREATE TABLE posting_doc (
    era    BIGINT NOT NULL,
    doc    BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    slot   BIGINT NOT NULL,
    terms  BYTEA NOT NULL,
    PRIMARY KEY (era, doc)
);

-- The dictionary. n is the number of documents, level its bits (for
-- completion by frequency), spread the buckets with counts and greatest impacts.
CREATE TABLE posting_term (
    id     BIGINT PRIMARY KEY,
    term   TEXT COLLATE "C" NOT NULL,
    n      BIGINT NOT NULL,
    level  BIGINT NOT NULL,
    spread BYTEA NOT NULL
);
CREATE UNIQUE INDEX posting_term_term ON posting_term (term);
CREATE INDEX posting_term_level ON posting_term (level, term);

-- One term in one bucket: place is the term's number times 2^20 plus the bucket's.
CREATE TABLE posting (
    place  BIGINT PRIMARY KEY,
    docs   BYTEA NOT NULL,
    places BYTEA NOT NULL
);
-- The blobs are dense already; compressing them again costs more than it saves.
ALTER TABLE posting ALTER COLUMN docs SET STORAGE EXTERNAL;
ALTER TABLE posting ALTER COLUMN places SET STORAGE EXTERNAL;
ALTER TABLE posting_term ALTER COLUMN spread SET STORAGE EXTERNAL;
ALTER TABLE posting_bucket ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE posting_fresh ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE posting_doc ALTER COLUMN terms SET STORAGE EXTERNAL;
