package subscriber

import (
	"context"
	"time"

	"dateline/internal/db"
	"dateline/internal/job"
)

const (
	tidyEvery = 6 * time.Hour
	tidyBatch = 200
)

// CatchUp makes sure that what is kept for a time only is looked after.
func (s *Service) CatchUp(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.tidyAt(ctx, tx, s.clock.Now()) })
}

func (s *Service) tidyAt(ctx context.Context, tx *db.Tx, at time.Time) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobTidy, Key: "all", RunAt: at})
}

// HandleTidy erases what has been kept long enough: sign-ups that nobody
// confirmed, those who left, on which day somebody last read, changes of address that nobody confirmed, marks of
// letters, and letters that never got out.
func (s *Service) HandleTidy(ctx context.Context, _ []byte) error {
	now := s.clock.Now()
	if err := s.sealNames(ctx); err != nil {
		return err
	}
	for _, rule := range []struct {
		state State
		after time.Duration
		why   Why // that stays
	}{{Pending, confirmFor, WhyNone}, {Ended, keepEnded, WhyLeft}, {Bounced, keepEnded, WhyBounced}, {Complained, keepEnded, WhyComplained}} {
		for {
			n, err := s.eraseOld(ctx, rule.state, now.Add(-rule.after), rule.why)
			if err != nil {
				return err
			}
			if n < tidyBatch {
				break
			}
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM asked WHERE at < $1`, db.Micros(now.Add(-week))); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM subscriber_move WHERE at < $1`, db.Micros(now.Add(-confirmFor))); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM interest WHERE NOT EXISTS (SELECT 1 FROM subscription WHERE subscription.interest = interest.key)`); err != nil {
			return err
		}
		if err := forgetEngaged(ctx, tx, db.Micros(now.Add(-keepEngaged))); err != nil {
			return err
		}
		dead, err := job.List(ctx, tx, job.Dead, 1000)
		if err != nil {
			return err
		}
		for _, j := range dead {
			if (j.Kind == JobLetter || j.Kind == JobAsked) && now.Sub(j.RunAt) > week {
				if err := job.Cancel(ctx, tx, j.Kind, j.Key); err != nil {
					return err
				}
			}
		}
		return s.tidyAt(ctx, tx, now.Add(tidyEvery))
	})
}

// eraseOld erases one batch of subscribers that have been in a state since
// before, and returns how many.
func (s *Service) eraseOld(ctx context.Context, state State, before time.Time, keep Why) (n int, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+readerColumns+` FROM subscriber WHERE state = $1 AND updated_at < $2 ORDER BY updated_at LIMIT $3`, string(state), db.Micros(before), int64(tidyBatch))
		old, err := db.All(rows, err, s.scanReader)
		if err != nil {
			return err
		}
		n = len(old)
		for _, r := range old {
			if err := s.erase(ctx, tx, r); err != nil {
				return err
			}
			if keep != WhyNone {
				if err := s.suppress(ctx, tx, r.index, keep); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return n, err
}
