-- Storylines: continuing stories with what readers are told of them as a whole.
-- An article belongs to one by the name in its content; listing and alias hold
-- the lists (scope and kind 'storyline'), whose numbers are made of names.

-- id is the number of the list. path is its page's address, with a row in
-- address. summary is Markdown, as editors write it. subjects (ids of the
-- register), questions and coming (what is scheduled next) are JSON lists.
-- shown: a public article is in its list. revision grows with each change.
CREATE TABLE storyline (
    id         BIGINT PRIMARY KEY,
    headline   TEXT NOT NULL,
    name_key   TEXT COLLATE "C" NOT NULL,
    slug       TEXT NOT NULL,
    path       TEXT NOT NULL,
    summary    TEXT NOT NULL DEFAULT '',
    subjects   TEXT NOT NULL DEFAULT '[]',
    questions  TEXT NOT NULL DEFAULT '[]',
    coming     TEXT NOT NULL DEFAULT '[]',
    closed     BIGINT NOT NULL DEFAULT 0,
    shown      BIGINT NOT NULL DEFAULT 0,
    revision   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX storyline_name ON storyline (closed, name_key, id);
CREATE INDEX storyline_shown ON storyline (closed, name_key, id) WHERE shown = 1;

-- In which storyline's list an article was seen last, so that the one that it
-- leaves learns of it.
CREATE TABLE storyline_part (
    article_id BIGINT PRIMARY KEY,
    ref        BIGINT NOT NULL
);
CREATE INDEX storyline_part_ref ON storyline_part (ref);

-- The rows of the timelines of these articles. day is as exact as the row gives
-- it; n is its order in the article, part the page of the article, from 1.
CREATE TABLE storyline_moment (
    ref        BIGINT NOT NULL,
    day        TEXT COLLATE "C" NOT NULL,
    article_id BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    part       BIGINT NOT NULL,
    anchor     TEXT NOT NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (ref, day, article_id, n)
);
CREATE INDEX storyline_moment_article ON storyline_moment (article_id);

-- Suggestions that somebody dismissed in an article.
CREATE TABLE storyline_dismissed (
    article_id BIGINT NOT NULL,
    ref        BIGINT NOT NULL,
    PRIMARY KEY (article_id, ref)
);

-- Articles that were public before.
INSERT INTO job (id, kind, job_key, payload, state, run_at, created_at)
    SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM job), 'storyline.backfill', 'all', '{}', 'ready', 0, 0
    WHERE EXISTS (SELECT 1 FROM article);
