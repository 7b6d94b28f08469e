-- The desk lists what readers do not see by the last write; what they see it
-- lists by listing, like every other list.
CREATE INDEX article_hidden ON article (modified_at, id) WHERE public = 0;
CREATE INDEX article_reworked ON article (modified_at, id) WHERE public = 1 AND working_version > 0;
CREATE INDEX article_due_on ON article (due_at) WHERE due_at > 0;
CREATE INDEX article_owner ON article (owner_id, first_published, id) WHERE owner_id > 0;
CREATE INDEX article_assigned ON article (assignee_id, due_at) WHERE assignee_id > 0;

-- Filters of the article list under a name. person_id is 0 for everybody.
CREATE TABLE saved_view (
    id         BIGINT PRIMARY KEY,
    person_id  BIGINT NOT NULL,
    name       TEXT NOT NULL,
    query      TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX saved_view_person ON saved_view (person_id, name);
