-- Readers who left by a link of a mailing.
ALTER TABLE mailing ADD COLUMN unsubscribed BIGINT NOT NULL DEFAULT 0;
