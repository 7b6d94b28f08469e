-- What a newsletter sends. state: draft, review, scheduled, sending, paused,
-- sent, cancelled. kind: composed, daily, weekly, article, correction. intro is
-- a document; audience and test are JSON. slug is the address word of its page,
-- '' until it is sent. problem is why it could not be sent.
CREATE TABLE edition (
    id            BIGINT PRIMARY KEY,
    newsletter_id BIGINT NOT NULL REFERENCES newsletter (id),
    kind          TEXT NOT NULL,
    state         TEXT NOT NULL,
    revision      BIGINT NOT NULL,
    slug          TEXT NOT NULL DEFAULT '',
    subject       TEXT NOT NULL DEFAULT '',
    preview       TEXT NOT NULL DEFAULT '',
    intro         TEXT NOT NULL,
    audience      TEXT NOT NULL,
    test          TEXT NOT NULL,
    send_at       BIGINT NOT NULL DEFAULT 0,
    local_hour    BIGINT NOT NULL DEFAULT -1,
    problem       TEXT NOT NULL DEFAULT '',
    owner_id      BIGINT NOT NULL DEFAULT 0,
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    started_at    BIGINT NOT NULL DEFAULT 0,
    ended_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX edition_newest ON edition (newsletter_id, created_at, id);
CREATE INDEX edition_started ON edition (newsletter_id, started_at, id);
CREATE UNIQUE INDEX edition_slug ON edition (newsletter_id, slug) WHERE slug <> '';
CREATE INDEX edition_state ON edition (state);

-- Its articles in order. version_id is the version that goes out, 0 until the
-- sending begins. form: short, full, correction (correction_id then names it).
CREATE TABLE edition_item (
    edition_id    BIGINT NOT NULL REFERENCES edition (id),
    position      BIGINT NOT NULL,
    article_id    BIGINT NOT NULL REFERENCES article (id),
    version_id    BIGINT NOT NULL DEFAULT 0,
    form          TEXT NOT NULL,
    correction_id BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (edition_id, position)
);
CREATE INDEX edition_item_article ON edition_item (article_id, edition_id);

-- The mailings of an edition: all readers, or the two halves of a test of
-- subjects and the rest. mailing ids are those of the delivery.
CREATE TABLE edition_mailing (
    mailing_id BIGINT PRIMARY KEY,
    edition_id BIGINT NOT NULL REFERENCES edition (id),
    part       TEXT NOT NULL,
    UNIQUE (edition_id, part)
);

-- What the readers of one choice got in an edition: articles is JSON,
-- [{"article":7,"version":8,"form":"short"}, …].
CREATE TABLE edition_variant (
    edition_id BIGINT NOT NULL REFERENCES edition (id),
    interest   TEXT NOT NULL,
    articles   TEXT NOT NULL,
    PRIMARY KEY (edition_id, interest)
);

-- What a newsletter sends by itself. rhythm: daily, weekly, each. sections is
-- JSON; since is when the rule was switched on, for each; last_at is up to when
-- the last digest looked.
CREATE TABLE edition_rule (
    newsletter_id BIGINT NOT NULL REFERENCES newsletter (id),
    rhythm        TEXT NOT NULL,
    active        BIGINT NOT NULL,
    revision      BIGINT NOT NULL,
    hour          BIGINT NOT NULL DEFAULT 6,
    weekday       BIGINT NOT NULL DEFAULT 1,
    sections      TEXT NOT NULL DEFAULT '[]',
    most          BIGINT NOT NULL DEFAULT 10,
    form          TEXT NOT NULL DEFAULT 'short',
    review        BIGINT NOT NULL DEFAULT 0,
    since         BIGINT NOT NULL DEFAULT 0,
    last_at       BIGINT NOT NULL DEFAULT 0,
    next_at       BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (newsletter_id, rhythm)
);

-- Articles that somebody wants mailed when they are published.
CREATE TABLE article_mail (
    article_id    BIGINT NOT NULL REFERENCES article (id),
    newsletter_id BIGINT NOT NULL REFERENCES newsletter (id),
    wanted_by     TEXT NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (article_id, newsletter_id)
);

-- Articles that were mailed by themselves: once for ever, unless an editor says
-- again.
CREATE TABLE article_mailed (
    article_id    BIGINT NOT NULL REFERENCES article (id),
    newsletter_id BIGINT NOT NULL REFERENCES newsletter (id),
    edition_id    BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (article_id, newsletter_id)
);

-- Corrections of articles that were mailed. state: open, next (in an edition),
-- sent, dismissed.
CREATE TABLE correction_offer (
    id            BIGINT PRIMARY KEY,
    article_id    BIGINT NOT NULL REFERENCES article (id),
    newsletter_id BIGINT NOT NULL REFERENCES newsletter (id),
    correction_id BIGINT NOT NULL,
    state         TEXT NOT NULL,
    edition_id    BIGINT NOT NULL DEFAULT 0,
    at            BIGINT NOT NULL,
    UNIQUE (correction_id, newsletter_id)
);
CREATE INDEX correction_offer_state ON correction_offer (state, at);

-- Where the counted links of an edition lead, and how often they were followed
-- or its picture was shown, by part. Nobody is named.
CREATE TABLE edition_link (
    edition_id BIGINT NOT NULL,
    link       TEXT NOT NULL,
    url        TEXT NOT NULL,
    PRIMARY KEY (edition_id, link)
);
CREATE TABLE edition_count (
    edition_id BIGINT NOT NULL,
    part       TEXT NOT NULL,
    link       TEXT NOT NULL,
    n          BIGINT NOT NULL,
    PRIMARY KEY (edition_id, part, link)
);
