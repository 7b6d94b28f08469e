-- The last day of a medium's rights beside each public use of it, so that what
-- is still shown without rights is a range of an index.
ALTER TABLE media_use ADD COLUMN rights_expire BIGINT NOT NULL DEFAULT 0;
UPDATE media_use SET rights_expire = (SELECT m.rights_expire FROM media m WHERE m.id = media_use.media_id)
    WHERE media_id IN (SELECT m.id FROM media m WHERE m.rights_expire > 0);
CREATE INDEX media_use_rights ON media_use (rights_expire, media_id) WHERE rights_expire > 0;
