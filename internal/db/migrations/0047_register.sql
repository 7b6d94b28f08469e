-- The register of people, organisations, places and events.

-- kind: person, organisation, place or event. path is its page's address, with
-- a row in address. lat and lon are millionths of a degree, they count when
-- placed is 1. begins and ends are days, "2026-11-27" or less exact. open: has
-- a page before any story names it. by_name: every story with its name is about
-- it. fresh: added while writing, no editor has looked at it. shown: a story in
-- lists names it, or it is open. gone: merged or deleted; see alias. seq is its
-- place in the order of all changes.
CREATE TABLE subject (
    id          BIGINT PRIMARY KEY,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    name_key    TEXT COLLATE "C" NOT NULL,
    aliases     TEXT NOT NULL DEFAULT '[]',
    slug        TEXT NOT NULL,
    path        TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    wikidata    TEXT NOT NULL DEFAULT '',
    website     TEXT NOT NULL DEFAULT '',
    picture     BIGINT NOT NULL DEFAULT 0,
    placed      BIGINT NOT NULL DEFAULT 0,
    lat         BIGINT NOT NULL DEFAULT 0,
    lon         BIGINT NOT NULL DEFAULT 0,
    begins      TEXT NOT NULL DEFAULT '',
    ends        TEXT NOT NULL DEFAULT '',
    open        BIGINT NOT NULL DEFAULT 0,
    by_name     BIGINT NOT NULL DEFAULT 0,
    fresh       BIGINT NOT NULL DEFAULT 0,
    shown       BIGINT NOT NULL DEFAULT 0,
    gone        BIGINT NOT NULL DEFAULT 0,
    seq         BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX subject_name ON subject (name_key, id) WHERE gone = 0;
CREATE INDEX subject_kind ON subject (kind, name_key, id) WHERE gone = 0;
CREATE INDEX subject_shown ON subject (kind, name_key, id) WHERE shown = 1;
CREATE INDEX subject_fresh ON subject (name_key, id) WHERE fresh = 1;
CREATE INDEX subject_picture ON subject (picture) WHERE picture > 0;
CREATE INDEX subject_seq ON subject (seq);
CREATE UNIQUE INDEX subject_wikidata ON subject (wikidata) WHERE wikidata <> '' AND gone = 0;

-- The folded names and aliases, by which doubles are found.
CREATE TABLE subject_alias (
    name_key   TEXT COLLATE "C" NOT NULL,
    subject_id BIGINT NOT NULL,
    PRIMARY KEY (name_key, subject_id)
);
CREATE INDEX subject_alias_of ON subject_alias (subject_id);

-- One row at most, with the id 1: the order of changes, and how far the articles have been read again
-- after a change that concerns them all. sweep is the number of the latest such
-- reading, swept_to the article that it read last, swept the latest one that
-- was finished.
CREATE TABLE subject_state (
    id       BIGINT PRIMARY KEY,
    seq      BIGINT NOT NULL DEFAULT 0,
    sweep    BIGINT NOT NULL DEFAULT 0,
    swept_to BIGINT NOT NULL DEFAULT 0,
    swept    BIGINT NOT NULL DEFAULT 0
);

-- Which article in lists names which entry, how often, and in which blocks of
-- its text (a JSON list of numbers from 0; -1 is above the text). confirmed: an
-- editor said so; main: it is about it.
CREATE TABLE subject_use (
    article_id BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    confirmed  BIGINT NOT NULL,
    main       BIGINT NOT NULL,
    times      BIGINT NOT NULL,
    blocks     TEXT NOT NULL,
    PRIMARY KEY (article_id, subject_id)
);
CREATE INDEX subject_use_of ON subject_use (subject_id, confirmed, article_id);

-- The rows of these articles' timelines that name an entry.
CREATE TABLE subject_event (
    subject_id BIGINT NOT NULL,
    day        TEXT COLLATE "C" NOT NULL,
    article_id BIGINT NOT NULL,
    place      BIGINT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (subject_id, day, article_id, place)
);
CREATE INDEX subject_event_article ON subject_event (article_id);

-- Suggestions that somebody dismissed in an article: an entry's id, or a name in
-- its folded form.
CREATE TABLE subject_dismissed (
    article_id BIGINT NOT NULL,
    item       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (article_id, item)
);
CREATE INDEX subject_dismissed_item ON subject_dismissed (item);
