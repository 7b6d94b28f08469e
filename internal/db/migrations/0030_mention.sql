-- What other sites said links to an article here. mention_key is the SHA-256 of
-- source and article: one mention of each. state: waiting (to be looked at),
-- taken (comment_id stands for it), refused (detail says why), gone (it was
-- taken once, and the source says so no more). tries counts failures of the
-- network in a row.
CREATE TABLE web_mention (
    id          BIGINT PRIMARY KEY,
    mention_key TEXT NOT NULL UNIQUE,
    article_id  BIGINT NOT NULL REFERENCES article (id),
    source      TEXT NOT NULL,
    target      TEXT NOT NULL,
    via         TEXT NOT NULL,
    state       TEXT NOT NULL,
    detail      TEXT NOT NULL DEFAULT '',
    comment_id  BIGINT NOT NULL DEFAULT 0,
    hash        TEXT NOT NULL DEFAULT '',
    tries       BIGINT NOT NULL DEFAULT 0,
    asked_at    BIGINT NOT NULL,
    checked_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX web_mention_waiting ON web_mention (asked_at) WHERE state = 'waiting';
CREATE INDEX web_mention_refused ON web_mention (checked_at) WHERE state = 'refused';
