-- Search has an index of its own in ordinary tables now (posting…). It is
-- filled anew by a job when the program starts.
DROP TABLE search_index;
DROP TABLE search_doc;

-- The languages that the index has words of.
CREATE TABLE search_language (
    language TEXT PRIMARY KEY
);

CREATE TABLE search_state (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- What a rebuild walks.
CREATE INDEX article_listed ON article (first_published, id) WHERE public = 1;
