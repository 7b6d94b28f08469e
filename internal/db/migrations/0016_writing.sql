-- Who has an article open, a row for each browser tab. Rows that are older than
-- a few heartbeats mean nothing and are removed by the next writer.
CREATE TABLE presence (
    article_id BIGINT NOT NULL,
    tab        TEXT NOT NULL,
    person_id  BIGINT NOT NULL,
    name       TEXT NOT NULL,
    block      BIGINT NOT NULL DEFAULT 0,
    seen_at    BIGINT NOT NULL,
    PRIMARY KEY (article_id, tab)
);

-- Who is writing on an article: a courtesy between people. Versions protect the
-- text. taken_from is the person whose pen was taken over last.
CREATE TABLE pen (
    article_id BIGINT PRIMARY KEY,
    person_id  BIGINT NOT NULL,
    name       TEXT NOT NULL,
    since      BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    taken_from BIGINT NOT NULL DEFAULT 0
);

-- Notes between colleagues. thread_id is the first note of the conversation,
-- its own id for that one, which alone has an anchor and can be resolved.
CREATE TABLE note (
    id          BIGINT PRIMARY KEY,
    article_id  BIGINT NOT NULL REFERENCES article (id),
    thread_id   BIGINT NOT NULL,
    person_id   BIGINT NOT NULL,
    author      TEXT NOT NULL,
    body        TEXT NOT NULL,
    quote       TEXT NOT NULL DEFAULT '',
    prefix      TEXT NOT NULL DEFAULT '',
    suffix      TEXT NOT NULL DEFAULT '',
    at          BIGINT NOT NULL,
    resolved_at BIGINT NOT NULL DEFAULT 0,
    resolved_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX note_article ON note (article_id, id);

-- Who is named in a note, until and after they have seen it.
CREATE TABLE mention (
    person_id  BIGINT NOT NULL,
    note_id    BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    read_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, note_id)
);
CREATE INDEX mention_person ON mention (person_id, at);

-- Articles that are translations of each other share a set.
CREATE TABLE translation (
    article_id BIGINT PRIMARY KEY REFERENCES article (id),
    set_id     BIGINT NOT NULL
);
CREATE INDEX translation_set ON translation (set_id, article_id);
