package media

import (
	"context"
	"encoding/json"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
)

// JobForget is the kind of the jobs that delete originals which no medium has
// any more.
const JobForget = "media.forget"

type forgetPayload struct {
	SHA256 string `json:"sha256"`
}

// Delete removes a medium that nothing shows, with its file, for good. While
// something shows it, fault.Conflict says what.
func (s *Service) Delete(ctx context.Context, actor account.Actor, id, revision int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		m, err := s.open(ctx, tx, actor, id, revision, "delete")
		if err != nil {
			return err
		}
		uses, err := s.Uses(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := uses.refuseDelete(m); err != nil {
			return err
		}
		if err := erase(ctx, tx, id); err != nil {
			return err
		}
		if m.SHA256 != "" {
			if err := s.forgetOriginal(ctx, tx, m.SHA256); err != nil {
				return err
			}
		}
		tx.Purge(db.Key("media", id))
		tx.AfterCommit(func() { s.dropVariants(context.WithoutCancel(ctx), m, Medium{}) })
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "delete", "media", id, map[string]any{"file": m.FileName})
	})
}

func erase(ctx context.Context, tx *db.Tx, id int64) error {
	for _, query := range []string{
		`DELETE FROM media_variant WHERE media_id = $1`,
		`DELETE FROM media_alias WHERE media_id = $1`,
		`DELETE FROM media_word WHERE media_id = $1`,
		`DELETE FROM media_upload WHERE media_id = $1`,
		`DELETE FROM media_ref WHERE media_id = $1`,
		`DELETE FROM media WHERE id = $1`,
	} {
		if _, err := tx.Exec(ctx, query, id); err != nil {
			return err
		}
	}
	return nil
}

// forgetOriginal has the original deleted unless another medium has the same.
func (s *Service) forgetOriginal(ctx context.Context, tx *db.Tx, sha string) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobForget, Key: sha, Payload: forgetPayload{sha}})
}

// ForgetJob deletes an original that no medium has. Uploads wait meanwhile, for
// one of them may be about to record the same bytes.
func (s *Service) ForgetJob(ctx context.Context, payload []byte) error {
	var p forgetPayload
	if err := json.Unmarshal(payload, &p); err != nil || len(p.SHA256) != 64 {
		return job.GiveUp(fault.New(fault.Invalid, "read the payload of a job that deletes an original: %v", err))
	}
	s.originals.Lock()
	defer s.originals.Unlock()
	var users int64
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM media WHERE sha256 = $1`, p.SHA256).Scan(&users); err != nil || users > 0 {
		return err
	}
	return s.blobs.Delete(ctx, originalKey(p.SHA256))
}
