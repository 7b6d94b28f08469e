-- Newsletters and who reads them. Addresses are sealed; address_index is their
-- keyed hash, the one way to look one up.

-- rhythms: those on offer, as JSON: "edition" (what editors compose), "each"
-- (every article), "daily", "weekly". readers is how many are active in it. An
-- empty name is the site's title.
CREATE TABLE newsletter (
    id          BIGINT PRIMARY KEY,
    slug        TEXT NOT NULL,
    slug_key    TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    language    TEXT NOT NULL DEFAULT '',
    from_name   TEXT NOT NULL DEFAULT '',
    reply_to    TEXT NOT NULL DEFAULT '',
    rhythms     TEXT NOT NULL DEFAULT '["edition"]',
    open        BIGINT NOT NULL DEFAULT 1,
    preset      BIGINT NOT NULL DEFAULT 0,
    position    BIGINT NOT NULL DEFAULT 0,
    readers     BIGINT NOT NULL DEFAULT 0,
    updated_at  BIGINT NOT NULL
);

-- state: pending (asked, not confirmed), active, ended (left everything),
-- bounced, complained. ask is the moment of the sign-up whose letter may
-- confirm it. soft counts final temporary failures in a row, soft_since is the
-- first of them.
CREATE TABLE subscriber (
    id            BIGINT PRIMARY KEY,
    address       TEXT NOT NULL,
    address_index TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL DEFAULT '',
    state         TEXT NOT NULL,
    language      TEXT NOT NULL DEFAULT '',
    zone          TEXT NOT NULL DEFAULT '',
    source        TEXT NOT NULL DEFAULT '',
    ask           BIGINT NOT NULL DEFAULT 0,
    soft          BIGINT NOT NULL DEFAULT 0,
    soft_since    BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL,
    confirmed_at  BIGINT NOT NULL DEFAULT 0,
    ended_at      BIGINT NOT NULL DEFAULT 0,
    updated_at    BIGINT NOT NULL
);
CREATE INDEX subscriber_state ON subscriber (state, id);
CREATE INDEX subscriber_state_updated ON subscriber (state, updated_at);

-- One newsletter in one rhythm for one reader. interest is '' for everything,
-- else the key of the reader's chosen sections, authors and storylines, which
-- stand in interest (the same choice has the same key). active is 1 while both
-- the subscription and its subscriber are. engaged_at is when the reader last
-- showed an interest, where the site measures that.
CREATE TABLE subscription (
    newsletter_id BIGINT NOT NULL REFERENCES newsletter (id),
    subscriber_id BIGINT NOT NULL REFERENCES subscriber (id),
    rhythm        TEXT NOT NULL,
    interest      TEXT NOT NULL DEFAULT '',
    active        BIGINT NOT NULL,
    since         BIGINT NOT NULL,
    until         BIGINT NOT NULL DEFAULT 0,
    engaged_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (newsletter_id, subscriber_id)
);
CREATE INDEX subscription_subscriber ON subscription (subscriber_id);

-- choice: JSON, [{"kind":"section","id":7}, …], sorted.
CREATE TABLE interest (
    key    TEXT PRIMARY KEY,
    choice TEXT NOT NULL
);

-- The one row counts the active subscribers; shown is what pages say there are
-- more than, so that they change with it alone.
CREATE TABLE reader_count (
    id     BIGINT PRIMARY KEY,
    active BIGINT NOT NULL,
    shown  BIGINT NOT NULL
);

-- What a reader agreed to, append-only until the reader is erased: asked,
-- confirmed, changed, left, bounced, complained, imported, moved. text is what
-- stood beside the button, page where, origin the truncated network address.
CREATE TABLE consent (
    id            BIGINT PRIMARY KEY,
    subscriber_id BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    what          TEXT NOT NULL,
    page          TEXT NOT NULL DEFAULT '',
    text          TEXT NOT NULL DEFAULT '',
    detail        TEXT NOT NULL DEFAULT '',
    origin        TEXT NOT NULL DEFAULT ''
);
CREATE INDEX consent_subscriber ON consent (subscriber_id, id);

-- A new address that a reader asked for and has not confirmed there.
CREATE TABLE subscriber_move (
    subscriber_id BIGINT PRIMARY KEY REFERENCES subscriber (id),
    address       TEXT NOT NULL,
    address_index TEXT NOT NULL,
    at            BIGINT NOT NULL
);
CREATE INDEX subscriber_move_at ON subscriber_move (at);

-- Mailboxes that get no bulk mail whatever is imported: left, bounced,
-- complained, never (the person's wish). The keyed hash alone. The first two
-- end with a confirmed sign-up.
CREATE TABLE suppression (
    address_index TEXT PRIMARY KEY,
    why           TEXT NOT NULL,
    at            BIGINT NOT NULL
);

-- When a mailbox last got a letter that somebody asked for: the guard against
-- filling other people's mailboxes. mailbox_index is the keyed hash of the
-- address without what follows a plus, domain_index that of its domain.
CREATE TABLE asked (
    mailbox_index TEXT NOT NULL,
    kind          TEXT NOT NULL,
    domain_index  TEXT NOT NULL,
    at            BIGINT NOT NULL,
    week_at       BIGINT NOT NULL,
    in_week       BIGINT NOT NULL,
    PRIMARY KEY (mailbox_index, kind)
);
CREATE INDEX asked_at ON asked (at);
CREATE INDEX asked_domain ON asked (domain_index, at);
