-- Media that the live front of a place shows in place of an article's picture.
-- Such a medium is public as long as the row is there.
CREATE TABLE media_front (
    media_id BIGINT NOT NULL,
    place    BIGINT NOT NULL,
    PRIMARY KEY (media_id, place)
);
CREATE INDEX media_front_place ON media_front (place);

-- The fronts that are live write their rows when the server starts.
