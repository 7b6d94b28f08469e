package article

import (
	"context"
	"database/sql"
	"encoding/json"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/media"
)

// JobReferences is the kind of the job that notes which media the articles show
// that were there before such notes were kept.
const JobReferences = "article.references"

type referencesPayload struct {
	After int64 `json:"after"` // id of the version that was done last
}

// referencesBatch is how many versions one transaction reads.
const referencesBatch = 200

// HandleReferences notes the media of a batch of versions and goes on with the
// next one until all are done.
func (s *Service) HandleReferences(ctx context.Context, payload []byte) error {
	var p referencesPayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(fault.New(fault.Invalid, "read the payload of a job for references: %w", err))
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+versionColumns+` FROM version WHERE id > $1 ORDER BY id LIMIT $2`, p.After, referencesBatch)
		versions, err := db.All(rows, err, func(r *sql.Rows) (Version, error) { return scanVersion(r) })
		if err != nil {
			return err
		}
		if len(versions) == 0 {
			return media.Tighten(ctx, tx)
		}
		for _, v := range versions {
			if err := media.Note(ctx, tx, v.Article, v.ID, MediaOf(&v.Content)); err != nil {
				return err
			}
		}
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobReferences, Key: "all", Payload: referencesPayload{versions[len(versions)-1].ID}})
	})
}
