-- The colleague who decided, beside the name: two may have the same.
ALTER TABLE comment ADD COLUMN decided_by_id BIGINT NOT NULL DEFAULT 0;
