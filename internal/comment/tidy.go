package comment

import (
	"context"
	"time"

	"dateline/internal/db"
	"dateline/internal/job"
)

const (
	tidyEvery   = 6 * time.Hour
	tidyBatch   = 500
	keepRefused = 30 * 24 * time.Hour // spam, binned and removed comments, and what can be undone
	keepWriter  = 30 * 24 * time.Hour // a mailbox that nothing is kept of
)

// CatchUp makes sure that what is kept for a time only is looked after, and that
// editors get their letter of the day.
func (s *Service) CatchUp(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: JobTidy, Key: "all", RunAt: s.clock.Now()}); err != nil {
			return err
		}
		return s.nextDigest(ctx, tx)
	})
}

// HandleTidy erases what has been kept long enough: network addresses after
// thirty days, comments whose address nobody confirmed after a week, refused
// ones after thirty days, and what hung on them.
func (s *Service) HandleTidy(ctx context.Context, _ []byte) error {
	now := s.clock.Now()
	for _, step := range []func(context.Context, time.Time) (int, error){s.forgetPrefixes, s.forgetUnconfirmed, s.forgetRefused, s.forgetWriters} {
		for {
			n, err := step(ctx, now)
			if err != nil {
				return err
			}
			if n < tidyBatch {
				break
			}
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.forgetMarks(ctx, tx, now); err != nil {
			return err
		}
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobTidy, Key: "all", RunAt: now.Add(tidyEvery)})
	})
}

// forgetPrefixes erases network addresses of one batch of old comments.
func (s *Service) forgetPrefixes(ctx context.Context, now time.Time) (n int, err error) {
	before := db.Micros(now.Add(-keepAddress))
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		changed, err := tx.Exec(ctx, `UPDATE comment SET prefix_sealed = '', prefix_index = '' WHERE id IN
			(SELECT id FROM comment WHERE (prefix_index <> '' OR prefix_sealed <> '') AND created_at < $1 ORDER BY created_at LIMIT $2)`, before, int64(tidyBatch))
		n = int(changed)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE comment_like SET prefix_index = '' WHERE prefix_index <> '' AND at < $1`, before); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE comment_report SET prefix_index = '' WHERE prefix_index <> '' AND at < $1`, before)
		return err
	})
	return n, err
}

// forgetUnconfirmed removes comments that their writers never confirmed.
func (s *Service) forgetUnconfirmed(ctx context.Context, now time.Time) (int, error) {
	return s.forgetRows(ctx, `SELECT `+keptColumns+` FROM comment c WHERE c.status = 'pending' AND c.held_for = $1 AND c.created_at < $2 AND c.replies = 0 ORDER BY c.id LIMIT $3`,
		WhyConfirm, now.Add(-enterFor-24*time.Hour))
}

// forgetRefused removes what was refused or taken away, but for the places of
// comments that were answered.
func (s *Service) forgetRefused(ctx context.Context, now time.Time) (n int, err error) {
	for _, status := range []Status{StatusSpam, StatusBinned, StatusRemoved} {
		one, err := s.forgetRows(ctx, `SELECT `+keptColumns+` FROM comment c WHERE c.status = $1 AND c.changed_at < $2 AND c.decided_at < $2 AND c.shown = 0 AND c.replies = 0
			AND NOT EXISTS (SELECT 1 FROM comment below WHERE below.parent_id = c.id AND below.parent_id > 0) ORDER BY c.id LIMIT $3`, string(status), now.Add(-keepRefused))
		if err != nil {
			return 0, err
		}
		n = max(n, one)
	}
	return n, nil
}

func (s *Service) forgetRows(ctx context.Context, query string, by string, before time.Time) (n int, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, query, by, db.Micros(before), int64(tidyBatch))
		old, err := db.All(rows, err, scanKept)
		if err != nil {
			return err
		}
		n = len(old)
		for _, k := range old {
			if err := forgetAbout(ctx, tx, k.ID); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `DELETE FROM comment WHERE id = $1`, k.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// forgetWriters removes mailboxes that nothing else is kept of.
func (s *Service) forgetWriters(ctx context.Context, now time.Time) (n int, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		changed, err := tx.Exec(ctx, `DELETE FROM comment_writer WHERE id IN (SELECT w.id FROM comment_writer w WHERE w.seen_at < $1
			AND NOT EXISTS (SELECT 1 FROM comment c WHERE c.writer_id = w.id AND c.writer_id > 0)
			AND NOT EXISTS (SELECT 1 FROM comment_follow f WHERE f.writer_id = w.id AND w.confirmed_at > 0)
			AND NOT EXISTS (SELECT 1 FROM comment_session t WHERE t.writer_id = w.id) LIMIT $2)`, db.Micros(now.Add(-keepWriter)), int64(tidyBatch))
		n = int(changed)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM comment_follow WHERE NOT EXISTS (SELECT 1 FROM comment_writer w WHERE w.id = comment_follow.writer_id)`)
		return err
	})
	return n, err
}

// mostTokens is how many tokens are kept; those learnt once or twice go first.
const mostTokens = 150_000

func (s *Service) forgetMarks(ctx context.Context, tx *db.Tx, now time.Time) error {
	at := db.Micros(now)
	if _, err := tx.Exec(ctx, `DELETE FROM comment_asked WHERE at < $1`, db.Micros(now.Add(-week))); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_session WHERE expires_at < $1`, at); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_ban WHERE until > 0 AND until < $1`, at); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM comment_undo WHERE at < $1`, db.Micros(now.Add(-keepRefused))); err != nil {
		return err
	}
	tx.Purge(keyBans)
	if m := s.model.Load(); m != nil {
		for _, token := range m.Forget(mostTokens) {
			if _, err := tx.Exec(ctx, `DELETE FROM comment_token WHERE token = $1`, token); err != nil {
				return err
			}
		}
	}
	dead, err := job.List(ctx, tx, job.Dead, 1000)
	if err != nil {
		return err
	}
	for _, j := range dead {
		if (j.Kind == JobLetter || j.Kind == JobAsked || j.Kind == JobTold) && now.Sub(j.RunAt) > week {
			if err := job.Cancel(ctx, tx, j.Kind, j.Key); err != nil {
				return err
			}
		}
	}
	return nil
}
