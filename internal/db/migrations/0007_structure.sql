-- Sections, tags and authors (profiles) that were merged into another of their
-- kind, or deleted (new_id 0). Immutable versions keep the old ids; who reads
-- one looks here.
CREATE TABLE alias (
    old_id BIGINT NOT NULL,
    kind   TEXT NOT NULL,
    new_id BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (old_id, kind)
);
CREATE INDEX alias_new ON alias (new_id, kind);

-- The folded words of names, so that tags and authors are found by the
-- beginning of any word.
CREATE TABLE name_word (
    kind TEXT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    ref  BIGINT NOT NULL,
    PRIMARY KEY (kind, word, ref)
);
CREATE INDEX name_word_ref ON name_word (kind, ref);

-- name_key is the folded name, by which lists are ordered; '' until the program
-- has filled it. like_key is the same for names that differ in case, accents,
-- hyphens or number only.
ALTER TABLE tag ADD COLUMN name_key TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE tag ADD COLUMN like_key TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX tag_name ON tag (name_key, id);
CREATE INDEX tag_like ON tag (like_key, id);

-- person_id is the account whose own articles carry this byline, 0 for none.
ALTER TABLE profile ADD COLUMN name_key TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE profile ADD COLUMN person_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX profile_name ON profile (name_key, id);
CREATE UNIQUE INDEX profile_person ON profile (person_id) WHERE person_id > 0;

CREATE INDEX address_redirect ON address (path_key) WHERE kind = 'redirect';
