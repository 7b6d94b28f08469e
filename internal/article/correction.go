package article

import (
	"context"
	"strings"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// told are the kinds of change that readers are told of in words.
func told(kind ChangeKind) bool {
	return kind == ChangeCorrection || kind == ChangeClarification || kind == ChangeLegal
}

// correct puts what a version corrects on record.
func (s *Service) correct(ctx context.Context, tx *db.Tx, actor account.Actor, v *Version, all []Correction) error {
	if !told(v.Change) {
		if len(all) > 0 {
			return fault.New(fault.Invalid, "corrections go with a correction, a clarification or a legal note, not with %q", v.Change)
		}
		return nil
	}
	if len(all) == 0 {
		all = []Correction{{}}
	}
	for _, c := range all {
		if c.Wrong != "" && strings.TrimSpace(c.Right) == "" {
			return fault.New(fault.Invalid, "say what is right in place of %q", c.Wrong)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO correction (id, article_id, version_id, kind, passage, wrong, right_text, note, approved_by, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, s.newID(), v.Article, v.ID, string(v.Change), c.Passage, c.Wrong, c.Right, v.Note, actor.Name,
			db.Micros(v.Published)); err != nil {
			return err
		}
	}
	return nil
}
