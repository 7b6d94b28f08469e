package article

import (
	"context"
	"encoding/json"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
)

// scheduler is who the audit log names for releases.
var scheduler = account.System("scheduler")

// HandleRelease carries out the release job. Doing it twice changes nothing.
// What must not go out by then, such as a picture whose rights have ended, goes
// back to its writers with a note.
func (s *Service) HandleRelease(ctx context.Context, payload []byte) error {
	var p releasePayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	pass, found, err := s.due(ctx, p.Article)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.release(ctx, tx, p.Article, pass, found) })
}

func (s *Service) release(ctx context.Context, tx *db.Tx, articleID int64, pass Pass, found []Finding) error {
	a, err := byID(ctx, tx, articleID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	now := s.clock.Now()
	switch {
	case a.Status == StatusScheduled && !a.ScheduledAt.After(now) && len(found) > 0:
		err = s.holdBack(ctx, tx, &a, found)
	case a.Status == StatusScheduled && !a.ScheduledAt.After(now):
		_, err = s.PublishTx(ctx, tx, scheduler, PublishInput{ID: a.ID, Revision: a.Revision, At: a.ScheduledAt, Pass: pass, release: true})
	case a.Status == StatusPublished && !a.EmbargoUntil.IsZero() && !a.EmbargoUntil.After(now):
		err = s.lift(ctx, tx, &a)
	case a.Status == StatusScheduled:
		err = s.releaseAgain(ctx, tx, a.ID, a.ScheduledAt, now)
	case !a.EmbargoUntil.IsZero():
		err = s.releaseAgain(ctx, tx, a.ID, a.EmbargoUntil, now)
	}
	return err
}

// releaseAgain covers a clock that stepped back since the job was due.
func (s *Service) releaseAgain(ctx context.Context, tx *db.Tx, articleID int64, at, now time.Time) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobRelease, Key: db.Key(now.Format(time.RFC3339Nano), articleID),
		Payload: releasePayload{articleID}, RunAt: at})
}

// lift ends an embargo: readers see the article as first published now.
func (s *Service) lift(ctx context.Context, tx *db.Tx, a *Article) error {
	end := a.EmbargoUntil
	return s.restate(ctx, tx, scheduler, a, "release", func(a *Article) {
		a.EmbargoUntil = time.Time{}
		a.FirstPublished = latest(a.FirstPublished, end)
		a.Updated = latest(a.Updated, end)
	})
}

// CatchUp enqueues the release of everything that is due or will be, so that
// no schedule depends on a job row alone. Run it at start.
func (s *Service) CatchUp(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.scheduled_at > 0
			UNION ALL SELECT `+columns+` FROM article a WHERE a.embargo_until > 0`)
		waiting, err := db.All(rows, err, scanRow)
		if err != nil {
			return err
		}
		for _, a := range waiting {
			if err := s.releaseAt(ctx, tx, a.ID, latest(a.ScheduledAt, a.EmbargoUntil)); err != nil {
				return err
			}
		}
		return nil
	})
}
