-- Mailings on their way to their readers. No address stands in these tables:
-- subscriber_id leads to one, right before a letter is handed over.

-- state: sending, paused, cancelled, finished. audience is the JSON that its
-- members are asked for with; fill_after is the last member that has a row,
-- filled 1 when all have. The counters are those of chunks that are done and of
-- what came back later: total members, and of these sent, bounced, skipped and
-- given up; complained counts some of the sent ones once more.
CREATE TABLE mailing (
    id            BIGINT PRIMARY KEY,
    newsletter_id BIGINT NOT NULL,
    audience      TEXT NOT NULL,
    state         TEXT NOT NULL,
    start_at      BIGINT NOT NULL,
    local_hour    BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    finished_at   BIGINT NOT NULL DEFAULT 0,
    fill_after    BIGINT NOT NULL DEFAULT 0,
    filled        BIGINT NOT NULL DEFAULT 0,
    total         BIGINT NOT NULL DEFAULT 0,
    sent          BIGINT NOT NULL DEFAULT 0,
    bounced       BIGINT NOT NULL DEFAULT 0,
    skipped       BIGINT NOT NULL DEFAULT 0,
    gave_up       BIGINT NOT NULL DEFAULT 0,
    complained    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX mailing_state ON mailing (state, id);

-- Recipients are handed out in chunks: the rows of mailing_recipient from
-- first_id to last_id that carry the chunk's id. next_at is when it may be taken: when
-- it is due, when its first deferred letter is, or when the lease of whoever
-- has it ends. fence grows with each taking; who writes with an older one has
-- lost the chunk. planned_at dates its letters. The counters are those of its
-- rows until done is 1, when they have been added to the mailing's.
CREATE TABLE mailing_chunk (
    id         BIGINT PRIMARY KEY,
    mailing_id BIGINT NOT NULL REFERENCES mailing (id),
    first_id   BIGINT NOT NULL,
    last_id    BIGINT NOT NULL,
    planned_at BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    fence      BIGINT NOT NULL DEFAULT 0,
    done       BIGINT NOT NULL DEFAULT 0,
    sent       BIGINT NOT NULL DEFAULT 0,
    deferred   BIGINT NOT NULL DEFAULT 0,
    bounced    BIGINT NOT NULL DEFAULT 0,
    skipped    BIGINT NOT NULL DEFAULT 0,
    gave_up    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX mailing_chunk_open ON mailing_chunk (mailing_id, next_at, id) WHERE done = 0;

-- One reader of one mailing. state: waiting, deferred (again at due_at), and
-- the final ones: sent, bounced, skipped (left or suppressed meanwhile, or
-- nothing for them), given (up). variant is the key of what was sent, code the
-- SMTP code and status of the last refusal, soft 1 when that was a full mailbox
-- or the like.
CREATE TABLE mailing_recipient (
    id            BIGINT PRIMARY KEY,
    mailing_id    BIGINT NOT NULL,
    chunk_id      BIGINT NOT NULL,
    subscriber_id BIGINT NOT NULL,
    interest      TEXT NOT NULL DEFAULT '',
    language      TEXT NOT NULL DEFAULT '',
    state         TEXT NOT NULL DEFAULT 'waiting',
    due_at        BIGINT NOT NULL DEFAULT 0,
    at            BIGINT NOT NULL DEFAULT 0,
    attempts      BIGINT NOT NULL DEFAULT 0,
    variant       TEXT NOT NULL DEFAULT '',
    code          TEXT NOT NULL DEFAULT '',
    soft          BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX mailing_recipient_reader ON mailing_recipient (subscriber_id, mailing_id);

-- Keys that sign letters (DKIM), sealed. active 0: kept, not signing.
CREATE TABLE dkim_key (
    id         BIGINT PRIMARY KEY,
    domain     TEXT NOT NULL,
    selector   TEXT NOT NULL,
    algorithm  TEXT NOT NULL,
    private    TEXT NOT NULL,
    active     BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (domain, selector)
);
