-- The index holds folded words of listed articles only. Its row ids grow with
-- the time of publication, so that the newest matches come first by key.
CREATE VIRTUAL TABLE search_index USING fts5(headline, body, content='', contentless_delete=1, detail='full', tokenize='unicode61 remove_diacritics 0');

CREATE TABLE search_doc (
    article_id BIGINT PRIMARY KEY,
    place      BIGINT NOT NULL UNIQUE
);
