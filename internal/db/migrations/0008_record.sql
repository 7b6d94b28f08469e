-- When readers could first see a version; 0 for one that they never could: a
-- working copy, one replaced under its embargo, one of an article that was
-- taken back. Of articles that were public before this column only the live
-- version is known to have been read.
ALTER TABLE version ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE version SET seen_at = published_at
    WHERE published_at > 0 AND id IN (SELECT live_version FROM article WHERE public = 1);
UPDATE version SET seen_at = (SELECT CASE WHEN a.updated_at > a.first_published THEN a.updated_at ELSE a.first_published END
        FROM article a WHERE a.id = version.article_id)
    WHERE published_at = 0 AND id IN (SELECT live_version FROM article WHERE public = 1);

-- Corrections that were published before they had a record of their own.
INSERT INTO correction (id, article_id, version_id, kind, note, approved_by, at)
    SELECT v.id, v.article_id, v.id, v.change, v.note, v.actor, CASE WHEN v.published_at > 0 THEN v.published_at ELSE v.created_at END
    FROM version v WHERE v.change IN ('correction', 'clarification', 'legal')
        AND NOT EXISTS (SELECT 1 FROM correction c WHERE c.version_id = v.id);
CREATE INDEX correction_version ON correction (version_id);
