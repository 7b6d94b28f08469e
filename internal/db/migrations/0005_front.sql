-- Fronts. place is a section's id, 0 for the site. The draft is what editors
-- work on: plan '' is none, but its revision stays, so that a stale save shows.
CREATE TABLE front_draft (
    place      BIGINT PRIMARY KEY,
    revision   BIGINT NOT NULL,
    plan       TEXT NOT NULL,
    actor      TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Plans that were put before readers or will be. ends_at 0 is for good.
-- shown_at and left_at are when readers saw it first and last.
CREATE TABLE front_edition (
    id           BIGINT PRIMARY KEY,
    place        BIGINT NOT NULL,
    name         TEXT NOT NULL DEFAULT '',
    plan         TEXT NOT NULL,
    actor        TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    starts_at    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL DEFAULT 0,
    cancelled_at BIGINT NOT NULL DEFAULT 0,
    cancelled_by TEXT NOT NULL DEFAULT '',
    shown_at     BIGINT NOT NULL DEFAULT 0,
    left_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX front_edition_place ON front_edition (place, starts_at, id);

-- The edition that readers see at a place; no row while the front makes itself.
CREATE TABLE front_live (
    place      BIGINT PRIMARY KEY,
    edition_id BIGINT NOT NULL,
    since      BIGINT NOT NULL
);
