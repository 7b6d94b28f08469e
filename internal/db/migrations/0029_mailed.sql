-- Pictures in letters that have left: media_id of the version of an article that
-- was sent. They stay public while readers may see the article and that version
-- of it, whatever the article shows now (their rows in media_use are made when
-- the article is settled).
CREATE TABLE media_mailed (
    article_id BIGINT NOT NULL,
    version_id BIGINT NOT NULL,
    media_id   BIGINT NOT NULL,
    PRIMARY KEY (article_id, version_id, media_id)
);

-- Days on which readers last showed an interest are forgotten after a month.
CREATE INDEX subscription_engaged ON subscription (engaged_at) WHERE engaged_at > 0;

-- The edition that this one repeats, for readers who have not got it; 0 for none.
ALTER TABLE edition ADD COLUMN again BIGINT NOT NULL DEFAULT 0;
