-- The language in which a person reads the desk and gets mail; '' follows the
-- browser, or the site.
ALTER TABLE person ADD COLUMN language TEXT NOT NULL DEFAULT '';

-- How the mail that carries a link fares: '' for a link that nobody mails, else
-- waiting, sent or failed. mail_error is what stands in its way. mail_link is
-- the sealed token, kept until the mail is sent, so that the link can be handed
-- on by other means.
ALTER TABLE ticket ADD COLUMN mail TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN mail_error TEXT NOT NULL DEFAULT '';
ALTER TABLE ticket ADD COLUMN mail_link TEXT NOT NULL DEFAULT '';

-- Passkeys. key_hash is the SHA-256 of the credential's id, credential its
-- public key, counter and flags as JSON. Nothing here is secret.
CREATE TABLE passkey (
    id         BIGINT PRIMARY KEY,
    person_id  BIGINT NOT NULL,
    key_hash   TEXT NOT NULL UNIQUE,
    credential TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX passkey_person ON passkey (person_id, created_at);

-- Challenges for passkeys, each good for one answer. subject is what the
-- challenge was made for: a person, a link, or a sign-in.
CREATE TABLE challenge (
    hash       TEXT PRIMARY KEY,
    subject    TEXT NOT NULL,
    session    TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX challenge_expires ON challenge (expires_at);
