-- What storylines said: a row for each headline and summary, under the revision
-- that brought it. made_by is the person; '' for what was there before rows
-- were kept.
CREATE TABLE storyline_revision (
    storyline_id BIGINT NOT NULL,
    revision     BIGINT NOT NULL,
    headline     TEXT   NOT NULL,
    summary      TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    made_by      TEXT   NOT NULL,
    PRIMARY KEY (storyline_id, revision)
);
INSERT INTO storyline_revision (storyline_id, revision, headline, summary, made_at, made_by)
    SELECT id, revision, headline, summary, updated_at, '' FROM storyline;
