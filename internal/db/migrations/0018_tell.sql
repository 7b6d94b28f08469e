-- Whether a person wants to be told by mail what colleagues write to them.
ALTER TABLE person ADD COLUMN told_by_mail BIGINT NOT NULL DEFAULT 1;
