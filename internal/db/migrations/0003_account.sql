-- People of the newsroom. email_key is the keyed index of the folded address,
-- which itself is sealed. password is a PHC string, '' until the invitation is
-- taken. totp is the sealed key, totp_step the last time step that was used.
CREATE TABLE person (
    id         BIGINT PRIMARY KEY,
    name       TEXT NOT NULL,
    email_key  TEXT NOT NULL UNIQUE,
    email      TEXT NOT NULL,
    role       TEXT NOT NULL,
    password   TEXT NOT NULL DEFAULT '',
    totp       TEXT NOT NULL DEFAULT '',
    totp_step  BIGINT NOT NULL DEFAULT 0,
    disabled   BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Only the SHA-256 of a session's token is kept: who reads the database cannot
-- sign in with it.
CREATE TABLE session (
    id         BIGINT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE,
    person_id  BIGINT NOT NULL,
    client     TEXT NOT NULL,
    agent      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id, seen_at);
CREATE INDEX session_seen ON session (seen_at);

-- Links that work once: the set-up of a new site, invitations, new passwords.
-- One of each kind for a person; person_id is 0 for the set-up.
CREATE TABLE ticket (
    person_id  BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, kind)
);

CREATE TABLE recovery_code (
    person_id BIGINT NOT NULL,
    hash      TEXT NOT NULL,
    PRIMARY KEY (person_id, hash)
);
