package storyline

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Revision is what a storyline said at a time: its headline and its summary.
type Revision struct {
	Number   int64 // of the change that brought it
	Headline string
	Summary  string
	At       time.Time
	By       string // "" for what was there before revisions were kept
}

// mostRevisions bounds how many revisions are listed.
const mostRevisions = 100

// keepTx keeps what a storyline says, unless it is what the last revision says.
func keepTx(ctx context.Context, tx *db.Tx, s *Storyline, by string) error {
	last, err := revisions(ctx, tx, s.ID, 1)
	if err != nil || len(last) == 1 && last[0].Headline == s.Headline && last[0].Summary == s.Summary {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO storyline_revision (storyline_id, revision, headline, summary, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.ID, s.Revision, s.Headline, s.Summary, db.Micros(s.Updated), by)
	return err
}

func revisions(ctx context.Context, q db.Querier, id int64, limit int) ([]Revision, error) {
	rows, err := q.Query(ctx, `SELECT revision, headline, summary, made_at, made_by FROM storyline_revision
		WHERE storyline_id = $1 ORDER BY revision DESC LIMIT $2`, id, limit)
	return db.All(rows, err, func(r *sql.Rows) (v Revision, err error) {
		var at int64
		err = r.Scan(&v.Number, &v.Headline, &v.Summary, &at, &v.By)
		v.At = db.Time(at)
		return v, err
	})
}

// Revisions returns what a storyline said, the newest first.
func (s *Service) Revisions(ctx context.Context, actor account.Actor, id int64) ([]Revision, error) {
	if err := actor.Require(account.Editor, "read what storylines said"); err != nil {
		return nil, err
	}
	return revisions(ctx, s.DB, id, mostRevisions)
}

// Restore makes the summary of an earlier revision the present one, as a change
// that can itself be undone; the headline stays. revision is the one that the
// person read.
func (s *Service) Restore(ctx context.Context, actor account.Actor, id, revision, number int64) (line Storyline, err error) {
	if err := actor.Require(account.Editor, "change storylines"); err != nil {
		return line, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		present, err := ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		var summary string
		err = tx.QueryRow(ctx, `SELECT summary FROM storyline_revision WHERE storyline_id = $1 AND revision = $2`, id, number).Scan(&summary)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.NotFound, "“%s” has no revision %d", present.Headline, number).WithHint("choose one from the list")
		}
		if err != nil {
			return err
		}
		present.Summary, present.Revision = summary, revision
		line, err = s.saveTx(ctx, tx, actor, Input{Storyline: present}, map[string]any{"restored": number})
		return err
	})
	return line, err
}
