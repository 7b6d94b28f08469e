-- The words of one document with their places, for questions that ask where
-- words stand in few documents: spot is the bucket's number times 2^14 plus the
-- slot. Documents of an index that was made before have no row until it is made
-- anew, which happens by itself.
CREATE TABLE posting_words (
    spot BIGINT PRIMARY KEY,
    body BYTEA NOT NULL
);
ALTER TABLE posting_words ALTER COLUMN body SET STORAGE EXTERNAL;
