-- The index holds folded words of listed articles only; place grows with the
-- time of publication, so that the newest matches come first by key.
CREATE TABLE search_doc (
    article_id BIGINT PRIMARY KEY,
    place      BIGINT NOT NULL UNIQUE,
    words      tsvector NOT NULL
);
CREATE INDEX search_doc_words ON search_doc USING gin (words);
