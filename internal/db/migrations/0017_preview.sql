-- Links that show an article to outsiders before it is public. Only the
-- SHA-256 of the token is kept. content is the text as it was when the link was
-- made, '' to show the newest.
CREATE TABLE preview_link (
    id         BIGINT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE,
    article_id BIGINT NOT NULL REFERENCES article (id),
    content    TEXT NOT NULL,
    label      TEXT NOT NULL,
    person_id  BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0,
    revoked_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX preview_link_article ON preview_link (article_id, id);
