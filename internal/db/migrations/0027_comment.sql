-- What readers write, and what moderators decide about it.

-- shown is what readers' pages go by: 1 for public comments, and for the place
-- of one that is gone but was answered. Whether it may be read says status
-- (approved) together with removed_at (0). public_at is when it became public,
-- changed_at when readers last had to see something new of it. rank orders
-- threads by "best" and replies counts direct answers that are shown. staff_id
-- is the colleague who wrote it. device_index, prefix_index and form_index are
-- keyed hashes (of a browser's random number, of a truncated network address,
-- of the form it was sent with). held_for is the first reason, reason all as
-- JSON. source is the text as typed. avatar is what a picture is drawn from, 0
-- for the name alone: a keyed hash of article, mailbox and name. wave is shared by comments that are nearly the same.
ALTER TABLE comment ADD COLUMN shown BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN writer_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN staff_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN device_index TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN prefix_sealed TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN prefix_index TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN form_index TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN wave BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN avatar BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN shadow BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN likes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN replies BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN reports BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN rank BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN picked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN held_for TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE comment ADD COLUMN public_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN edited_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN removed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN decided_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE comment ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';

UPDATE comment SET rank = created_at, changed_at = created_at;
UPDATE comment SET shown = 1, public_at = created_at WHERE status = 'approved';
CREATE INDEX comment_parent ON comment (parent_id) WHERE parent_id > 0;
UPDATE comment SET replies = (SELECT COUNT(*) FROM comment AS below WHERE below.parent_id = comment.id AND below.parent_id > 0 AND below.shown = 1);

-- The orders of threads: oldest and newest (whole threads are one range), best.
CREATE INDEX comment_shown ON comment (article_id, root_at, root_id, created_at, id) WHERE shown = 1;
CREATE INDEX comment_opens ON comment (article_id, root_at, root_id) WHERE shown = 1 AND parent_id = 0;
CREATE INDEX comment_best ON comment (article_id, rank, id) WHERE shown = 1 AND parent_id = 0;
CREATE INDEX comment_changed ON comment (article_id, changed_at, id);
-- Moderators' lists, and those of one person.
CREATE INDEX comment_queue ON comment (status, id);
CREATE INDEX comment_held ON comment (status, held_for, id) WHERE status = 'pending';
CREATE INDEX comment_reported ON comment (id) WHERE reports > 0;
CREATE INDEX comment_writer_of ON comment (writer_id, id) WHERE writer_id > 0;
CREATE INDEX comment_device ON comment (device_index, id) WHERE device_index <> '';
CREATE INDEX comment_prefix ON comment (prefix_index, id) WHERE prefix_index <> '';
CREATE INDEX comment_prefix_age ON comment (created_at) WHERE prefix_index <> '' OR prefix_sealed <> '';
CREATE INDEX comment_wave ON comment (wave, id) WHERE wave <> 0;
CREATE INDEX comment_email ON comment (email_index) WHERE email_index <> '';
CREATE UNIQUE INDEX comment_form ON comment (form_index) WHERE form_index <> '';

-- A mailbox that comments. email_index is the keyed hash of the address as it is
-- compared (subscriber's rules: no plus-tag, no dots of Gmail). approved and
-- refused count what moderators decided; the first approval makes a writer
-- trusted. banned_until is 0 for none.
CREATE TABLE comment_writer (
    id           BIGINT PRIMARY KEY,
    email_index  TEXT NOT NULL UNIQUE,
    email_sealed TEXT NOT NULL,
    name         TEXT NOT NULL DEFAULT '',
    language     TEXT NOT NULL DEFAULT '',
    confirmed_at BIGINT NOT NULL DEFAULT 0,
    trusted_at   BIGINT NOT NULL DEFAULT 0,
    approved     BIGINT NOT NULL DEFAULT 0,
    refused      BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL
);
CREATE INDEX comment_writer_seen ON comment_writer (seen_at);

-- Former texts of an edited comment.
CREATE TABLE comment_edit (
    id         BIGINT PRIMARY KEY,
    comment_id BIGINT NOT NULL,
    body       TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX comment_edit_of ON comment_edit (comment_id, id);

CREATE TABLE comment_like (
    comment_id   BIGINT NOT NULL,
    device_index TEXT NOT NULL,
    writer_id    BIGINT NOT NULL DEFAULT 0,
    prefix_index TEXT NOT NULL DEFAULT '',
    at           BIGINT NOT NULL,
    PRIMARY KEY (comment_id, device_index)
);
CREATE INDEX comment_like_prefix ON comment_like (comment_id, prefix_index) WHERE prefix_index <> '';
CREATE INDEX comment_like_writer ON comment_like (writer_id) WHERE writer_id > 0;
CREATE INDEX comment_like_device ON comment_like (device_index);
CREATE INDEX comment_like_age ON comment_like (at) WHERE prefix_index <> '';

CREATE TABLE comment_report (
    id           BIGINT PRIMARY KEY,
    comment_id   BIGINT NOT NULL,
    device_index TEXT NOT NULL,
    writer_id    BIGINT NOT NULL DEFAULT 0,
    prefix_index TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL,
    text         TEXT NOT NULL DEFAULT '',
    at           BIGINT NOT NULL,
    settled_at   BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX comment_report_once ON comment_report (comment_id, device_index);
CREATE INDEX comment_report_age ON comment_report (at) WHERE prefix_index <> '';
CREATE INDEX comment_report_writer ON comment_report (writer_id) WHERE writer_id > 0;

-- Who wants mail about an article (thread_id 0) or one thread of it. told is
-- the public_at up to which it was told.
CREATE TABLE comment_follow (
    id         BIGINT PRIMARY KEY,
    writer_id  BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    thread_id  BIGINT NOT NULL DEFAULT 0,
    told       BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX comment_follow_once ON comment_follow (writer_id, article_id, thread_id);
CREATE INDEX comment_follow_article ON comment_follow (article_id, id);

-- Notes of moderators to each other about a comment or (comment_id 0) a writer.
CREATE TABLE comment_note (
    id         BIGINT PRIMARY KEY,
    comment_id BIGINT NOT NULL DEFAULT 0,
    writer_id  BIGINT NOT NULL DEFAULT 0,
    text       TEXT NOT NULL,
    by_id      BIGINT NOT NULL,
    by_name    TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX comment_note_comment ON comment_note (comment_id, id);
CREATE INDEX comment_note_writer ON comment_note (writer_id, id);

-- kind: word, name, domain, range, links. action: hold, spam, refuse.
CREATE TABLE comment_rule (
    id         BIGINT PRIMARY KEY,
    kind       TEXT NOT NULL,
    pattern    TEXT NOT NULL,
    action     TEXT NOT NULL,
    position   BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- kind: writer, prefix, device, domain. value is the writer's number, a keyed
-- hash, or the domain. until is never beyond what is kept of an address.
CREATE TABLE comment_ban (
    id         BIGINT PRIMARY KEY,
    kind       TEXT NOT NULL,
    value      TEXT NOT NULL,
    comment_id BIGINT NOT NULL DEFAULT 0,
    shadow     BIGINT NOT NULL DEFAULT 0,
    until      BIGINT NOT NULL DEFAULT 0,
    note       TEXT NOT NULL DEFAULT '',
    by_name    TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX comment_ban_once ON comment_ban (kind, value);

-- A decision that can be taken back: deeds is JSON, what each comment was.
CREATE TABLE comment_undo (
    id        BIGINT PRIMARY KEY,
    by_id     BIGINT NOT NULL,
    verb      TEXT NOT NULL,
    deeds     TEXT NOT NULL,
    at        BIGINT NOT NULL,
    undone_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX comment_undo_age ON comment_undo (at);

-- What the classifier learned here, and the reputation of linked domains.
CREATE TABLE comment_token (
    token TEXT PRIMARY KEY,
    ham   BIGINT NOT NULL,
    spam  BIGINT NOT NULL
);
CREATE TABLE comment_link (
    domain TEXT PRIMARY KEY,
    ham    BIGINT NOT NULL,
    spam   BIGINT NOT NULL
);

-- Readers signed in by a mailed link; the keyed hash of the cookie's value.
CREATE TABLE comment_session (
    token_index TEXT PRIMARY KEY,
    writer_id   BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX comment_session_writer ON comment_session (writer_id);
CREATE INDEX comment_session_expires ON comment_session (expires_at);

-- When a mailbox last got a letter of a kind that anybody can cause by typing
-- its address. Keyed hashes, kept for a week.
CREATE TABLE comment_asked (
    mailbox_index TEXT NOT NULL,
    kind          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    week_at       BIGINT NOT NULL,
    in_week       BIGINT NOT NULL,
    PRIMARY KEY (mailbox_index, kind)
);
CREATE INDEX comment_asked_at ON comment_asked (at);
