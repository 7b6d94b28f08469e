-- What related stories are chosen by, and why they were chosen. Only listed
-- articles have rows; article.related has the numbers that pages offer.

-- traits is JSON: section, storyline, tags; sketch is what two tellings of one
-- story are told by.
CREATE TABLE related_mark (
    article_id BIGINT PRIMARY KEY,
    traits     TEXT NOT NULL,
    sketch     BYTEA NOT NULL
);

-- shares is JSON: what both stories are about, in words of the first.
CREATE TABLE related_story (
    article_id BIGINT NOT NULL,
    position   BIGINT NOT NULL,
    other_id   BIGINT NOT NULL,
    shares     TEXT NOT NULL,
    PRIMARY KEY (article_id, position)
);
CREATE INDEX related_story_other ON related_story (other_id, article_id);
