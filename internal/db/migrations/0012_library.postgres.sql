-- The media library. rights_expire is the last day on which a medium may be
-- shown, as the number 20261231; 0 is for ever. crop is the part of the picture
-- that is shown, "x,y,w,h" in thousandths; '' is all of it. idle is 0 only while
-- an article shows the medium, and 1 where that must be looked up. indexed is 0
-- until the words of the medium are in media_word.
ALTER TABLE media ADD COLUMN uploader BIGINT NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN rights_holder TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN licence TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN rights_note TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN rights_expire BIGINT NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN crop TEXT NOT NULL DEFAULT '';
ALTER TABLE media ADD COLUMN idle BIGINT NOT NULL DEFAULT 1;
ALTER TABLE media ADD COLUMN indexed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX media_newest ON media (created_at, id);
CREATE INDEX media_kind ON media (kind, created_at, id);
CREATE INDEX media_uploader ON media (uploader, created_at, id) WHERE uploader > 0;
CREATE INDEX media_idle ON media (created_at, id) WHERE idle = 1 AND public = 0;
CREATE INDEX media_noalt ON media (kind, alt, created_at, id) WHERE alt = '';
CREATE INDEX media_nofile ON media (created_at, id) WHERE state IN ('missing', 'failed');
CREATE INDEX media_rights ON media (rights_expire, id) WHERE rights_expire > 0;
CREATE INDEX profile_picture ON profile (picture);
CREATE INDEX media_unindexed ON media (id) WHERE indexed = 0;

-- Uploads by the key that the browser chose, so that one that is sent again is
-- not kept twice.
CREATE TABLE media_upload (
    key        TEXT PRIMARY KEY,
    media_id   BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX media_upload_age ON media_upload (created_at);

-- Every medium that a version of an article shows, public or not; version_id is
-- 0 for the text that is being written.
CREATE TABLE media_ref (
    media_id   BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    version_id BIGINT NOT NULL,
    PRIMARY KEY (media_id, article_id, version_id)
);
CREATE INDEX media_ref_article ON media_ref (article_id, version_id);

-- Folded words of the media, in the order of the library, which shows the newest
-- first.
CREATE TABLE media_word (
    media_id BIGINT NOT NULL,
    word     TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (media_id, word)
);
CREATE INDEX media_word_word ON media_word (word, at, media_id);

-- What the articles that are there already show is written down by a job.
INSERT INTO job (id, kind, job_key, payload, state, run_at, created_at)
    SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM job), 'article.references', 'all', '{}', 'ready', 0, 0
    WHERE EXISTS (SELECT 1 FROM version);
