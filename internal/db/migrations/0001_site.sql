-- One text for both engines. BIGINT becomes INTEGER on SQLite (an INTEGER
-- PRIMARY KEY is its row id). Times are microseconds since 1970 in UTC, 0 for
-- none. JSON is text. *_key columns are folded in Go.

CREATE TABLE setting (
    key        TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE menu (
    id       BIGINT PRIMARY KEY,
    slug     TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    location TEXT NOT NULL DEFAULT '',
    items    TEXT NOT NULL DEFAULT '[]'
);

-- open: has a page even while no public article names it. Without it, the
-- page of a tag, term or author appears with the first public article, so that
-- a draft's words leak nothing.
CREATE TABLE profile (
    id           BIGINT PRIMARY KEY,
    slug         TEXT NOT NULL,
    slug_key     TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    first_name   TEXT NOT NULL DEFAULT '',
    last_name    TEXT NOT NULL DEFAULT '',
    role         TEXT NOT NULL DEFAULT '',
    bio          TEXT NOT NULL DEFAULT '',
    picture      BIGINT NOT NULL DEFAULT 0,
    links        TEXT NOT NULL DEFAULT '[]',
    email_sealed TEXT NOT NULL DEFAULT '',
    guest        BIGINT NOT NULL DEFAULT 0,
    open        BIGINT NOT NULL DEFAULT 0,
    updated_at   BIGINT NOT NULL
);

CREATE TABLE section (
    id          BIGINT PRIMARY KEY,
    parent_id   BIGINT NOT NULL DEFAULT 0,
    slug        TEXT NOT NULL,
    path        TEXT NOT NULL,
    path_key    TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    position    BIGINT NOT NULL DEFAULT 0,
    meta        TEXT NOT NULL DEFAULT '{}',
    open        BIGINT NOT NULL DEFAULT 0,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX section_parent ON section (parent_id, position, id);

CREATE TABLE tag (
    id          BIGINT PRIMARY KEY,
    slug        TEXT NOT NULL,
    slug_key    TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    meta        TEXT NOT NULL DEFAULT '{}',
    open        BIGINT NOT NULL DEFAULT 0,
    updated_at  BIGINT NOT NULL
);

-- Terms of custom taxonomies.
CREATE TABLE term (
    id          BIGINT PRIMARY KEY,
    taxonomy    TEXT NOT NULL,
    parent_id   BIGINT NOT NULL DEFAULT 0,
    slug        TEXT NOT NULL,
    slug_key    TEXT NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    meta        TEXT NOT NULL DEFAULT '{}',
    open        BIGINT NOT NULL DEFAULT 0,
    updated_at  BIGINT NOT NULL,
    UNIQUE (taxonomy, slug_key)
);

CREATE TABLE media (
    id          BIGINT PRIMARY KEY,
    token       TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,
    slug        TEXT NOT NULL DEFAULT '',
    file_name   TEXT NOT NULL,
    mime        TEXT NOT NULL DEFAULT '',
    bytes       BIGINT NOT NULL DEFAULT 0,
    width       BIGINT NOT NULL DEFAULT 0,
    height      BIGINT NOT NULL DEFAULT 0,
    duration_ms BIGINT NOT NULL DEFAULT 0,
    sha256      TEXT NOT NULL DEFAULT '',
    title       TEXT NOT NULL DEFAULT '',
    caption     TEXT NOT NULL DEFAULT '',
    credit      TEXT NOT NULL DEFAULT '',
    alt         TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    focal_x     BIGINT NOT NULL DEFAULT 500,
    focal_y     BIGINT NOT NULL DEFAULT 500,
    placeholder TEXT NOT NULL DEFAULT '',
    parent      BIGINT NOT NULL DEFAULT 0,
    state       TEXT NOT NULL DEFAULT 'missing',
    public      BIGINT NOT NULL DEFAULT 0,
    source_url  TEXT NOT NULL DEFAULT '',
    meta        TEXT NOT NULL DEFAULT '{}',
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX media_sha ON media (sha256);
CREATE INDEX media_parent ON media (parent);

CREATE TABLE media_variant (
    media_id BIGINT NOT NULL REFERENCES media (id),
    name     TEXT NOT NULL,
    mime     TEXT NOT NULL,
    width    BIGINT NOT NULL,
    height   BIGINT NOT NULL,
    bytes    BIGINT NOT NULL,
    PRIMARY KEY (media_id, name)
);

-- Former file addresses (wp-content/uploads/…) and the medium behind them.
CREATE TABLE media_alias (
    path_key TEXT PRIMARY KEY,
    media_id BIGINT NOT NULL REFERENCES media (id)
);

CREATE TABLE article (
    id               BIGINT PRIMARY KEY,
    type             TEXT NOT NULL,
    status           TEXT NOT NULL,
    access           TEXT NOT NULL DEFAULT 'open',
    password_hash    TEXT NOT NULL DEFAULT '',
    slug             TEXT NOT NULL,
    path             TEXT NOT NULL DEFAULT '',
    parent_id        BIGINT NOT NULL DEFAULT 0,
    menu_order       BIGINT NOT NULL DEFAULT 0,
    revision         BIGINT NOT NULL DEFAULT 1,
    live_version     BIGINT NOT NULL DEFAULT 0,
    working_version  BIGINT NOT NULL DEFAULT 0,
    public           BIGINT NOT NULL DEFAULT 0,
    headline         TEXT NOT NULL,
    standfirst       TEXT NOT NULL DEFAULT '',
    excerpt          TEXT NOT NULL DEFAULT '',
    kicker           TEXT NOT NULL DEFAULT '',
    kind             TEXT NOT NULL,
    language         TEXT NOT NULL DEFAULT '',
    lead_media       BIGINT NOT NULL DEFAULT 0,
    section_id       BIGINT NOT NULL DEFAULT 0,
    byline_text      TEXT NOT NULL DEFAULT '',
    word_count       BIGINT NOT NULL DEFAULT 0,
    comment_count    BIGINT NOT NULL DEFAULT 0,
    comments_open    BIGINT NOT NULL DEFAULT 0,
    pinned           BIGINT NOT NULL DEFAULT 0,
    noindex          BIGINT NOT NULL DEFAULT 0,
    related          TEXT NOT NULL DEFAULT '[]',
    withdrawn_reason TEXT NOT NULL DEFAULT '',
    first_published  BIGINT NOT NULL DEFAULT 0,
    updated_at       BIGINT NOT NULL DEFAULT 0,
    modified_at      BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    scheduled_at     BIGINT NOT NULL DEFAULT 0,
    embargo_until    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX article_due ON article (scheduled_at) WHERE scheduled_at > 0;
CREATE INDEX article_embargo ON article (embargo_until) WHERE embargo_until > 0;
CREATE INDEX article_discussed ON article (comment_count, first_published) WHERE public = 1 AND comment_count > 0;
CREATE INDEX article_slug ON article (slug, first_published) WHERE live_version > 0;
CREATE INDEX article_pinned ON article (first_published) WHERE public = 1 AND pinned = 1;
CREATE INDEX article_pages ON article (id) WHERE type = 'page' AND public = 1;
CREATE INDEX article_parent ON article (parent_id, menu_order) WHERE parent_id > 0;

CREATE TABLE version (
    id         BIGINT PRIMARY KEY,
    article_id BIGINT NOT NULL REFERENCES article (id),
    number     BIGINT NOT NULL,
    prev_hash  TEXT NOT NULL,
    hash       TEXT NOT NULL,
    change     TEXT NOT NULL,
    note       TEXT NOT NULL DEFAULT '',
    actor      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    content    TEXT NOT NULL,
    UNIQUE (article_id, number)
);

-- One row for each list that shows a public article. Nothing that is not
-- public ever has a row here, so no list, feed, count or neighbour can show it.
CREATE TABLE listing (
    scope      TEXT NOT NULL,
    ref        BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    article_id BIGINT NOT NULL REFERENCES article (id),
    PRIMARY KEY (scope, ref, at, article_id)
);
CREATE INDEX listing_article ON listing (article_id);

-- How many rows of a list fall into each month (yyyymm in the site's zone):
-- counts, and the way to page N without walking the pages before it.
CREATE TABLE listing_month (
    scope TEXT NOT NULL,
    ref   BIGINT NOT NULL,
    month BIGINT NOT NULL,
    n     BIGINT NOT NULL,
    PRIMARY KEY (scope, ref, month)
);

-- Every address that answers: what it shows, or where it leads, or why it is
-- gone. An article that readers may not know of has no row.
CREATE TABLE address (
    path_key  TEXT PRIMARY KEY,
    kind      TEXT NOT NULL,
    target_id BIGINT NOT NULL DEFAULT 0,
    location  TEXT NOT NULL DEFAULT '',
    detail    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX address_target ON address (target_id, kind);

-- Which public articles show a medium: a medium is public while it has a row
-- here. article_id 0 stands for the site itself (logo, portraits, library).
CREATE TABLE media_use (
    media_id   BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    PRIMARY KEY (media_id, article_id)
);
CREATE INDEX media_use_article ON media_use (article_id);

-- root_at and root_id repeat the first comment of the thread, so that whole
-- threads are one range of an index.
CREATE TABLE comment (
    id           BIGINT PRIMARY KEY,
    article_id   BIGINT NOT NULL REFERENCES article (id),
    parent_id    BIGINT NOT NULL DEFAULT 0,
    root_id      BIGINT NOT NULL,
    root_at      BIGINT NOT NULL,
    old_id       BIGINT NOT NULL DEFAULT 0,
    kind         TEXT NOT NULL,
    status       TEXT NOT NULL,
    author_name  TEXT NOT NULL,
    author_url   TEXT NOT NULL DEFAULT '',
    email_sealed TEXT NOT NULL DEFAULT '',
    email_index  TEXT NOT NULL DEFAULT '',
    profile_id   BIGINT NOT NULL DEFAULT 0,
    body         TEXT NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX comment_thread ON comment (article_id, status, root_at, root_id, created_at, id);
CREATE INDEX comment_root ON comment (root_id);
CREATE INDEX comment_latest ON comment (status, created_at, id);

CREATE TABLE audit (
    id     BIGINT PRIMARY KEY,
    at     BIGINT NOT NULL,
    actor  TEXT NOT NULL,
    verb   TEXT NOT NULL,
    object TEXT NOT NULL,
    ref    BIGINT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_ref ON audit (object, ref, id);

CREATE TABLE event (
    id      BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    name    TEXT NOT NULL,
    payload TEXT NOT NULL
);

CREATE TABLE job (
    id         BIGINT PRIMARY KEY,
    kind       TEXT NOT NULL,
    job_key    TEXT NOT NULL,
    payload    TEXT NOT NULL,
    state      TEXT NOT NULL,
    run_at     BIGINT NOT NULL,
    lease_to   BIGINT NOT NULL DEFAULT 0,
    lease_by   TEXT NOT NULL DEFAULT '',
    attempts   BIGINT NOT NULL DEFAULT 0,
    error      TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    UNIQUE (kind, job_key)
);
CREATE INDEX job_ready ON job (run_at, id) WHERE state = 'ready';
CREATE INDEX job_leased ON job (lease_to) WHERE state = 'leased';

-- Which cached pages to drop, for processes other than the one that wrote.
CREATE TABLE purge (
    id   BIGINT PRIMARY KEY,
    at   BIGINT NOT NULL,
    keys TEXT NOT NULL
);

-- What an import made of each thing in its source, so that a second run
-- updates instead of doubling.
CREATE TABLE import_key (
    site      TEXT NOT NULL,
    kind      TEXT NOT NULL,
    source_id TEXT NOT NULL,
    hash      TEXT NOT NULL,
    target_id BIGINT NOT NULL,
    PRIMARY KEY (site, kind, source_id)
);
