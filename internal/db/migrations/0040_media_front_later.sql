-- Media that the draft of a place's front, or a front that waits for its time,
-- shows in place of an article's picture: they are in use, and not public.
CREATE TABLE media_front_later (
    media_id BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    PRIMARY KEY (media_id, place)
);
CREATE INDEX media_front_later_place ON media_front_later (place);

-- The places write their rows when the server starts.
