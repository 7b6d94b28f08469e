package subscriber

import (
	"context"
	"database/sql"
	"strconv"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// KeyReaders is the surrogate key of pages that say how many readers there are.
// It is purged when the figure that they show changes, not with each reader.
const KeyReaders = "readers"

// Pick is a newsletter in a rhythm, and what of it; no interests are all of it.
type Pick struct {
	Newsletter int64      `json:"newsletter"`
	Rhythm     string     `json:"rhythm"`
	Interests  []Interest `json:"interests,omitempty"`
}

// subscription is a row of the table.
type subscription struct {
	newsletter       int64
	rhythm, interest string
	active           bool
	since, until     int64
	engaged          int64
}

func subscriptionsOf(ctx context.Context, q db.Querier, subscriber int64) ([]subscription, error) {
	rows, err := q.Query(ctx, `SELECT newsletter_id, rhythm, interest, active, since, until, engaged_at FROM subscription WHERE subscriber_id = $1 ORDER BY newsletter_id`, subscriber)
	return db.All(rows, err, func(r *sql.Rows) (one subscription, err error) {
		err = r.Scan(&one.newsletter, &one.rhythm, &one.interest, &one.active, &one.since, &one.until, &one.engaged)
		return one, err
	})
}

// wish replaces what a subscriber who is not active asked for.
func (s *Service) wish(ctx context.Context, tx *db.Tx, subscriber int64, picks []Pick) error {
	if _, err := tx.Exec(ctx, `DELETE FROM subscription WHERE subscriber_id = $1 AND active = 0`, subscriber); err != nil {
		return err
	}
	for _, p := range picks {
		interest, err := keepInterest(ctx, tx, p.Interests)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO subscription (newsletter_id, subscriber_id, rhythm, interest, active, since) VALUES ($1, $2, $3, $4, 0, $5)
			ON CONFLICT (newsletter_id, subscriber_id) DO UPDATE SET rhythm = excluded.rhythm, interest = excluded.interest`,
			p.Newsletter, subscriber, p.Rhythm, interest, s.now()); err != nil {
			return err
		}
	}
	return nil
}

// reads makes picks what an active subscriber reads, nothing else, and keeps
// the newsletters' counts.
func (s *Service) reads(ctx context.Context, tx *db.Tx, subscriber int64, picks []Pick) error {
	rows, err := subscriptionsOf(ctx, tx, subscriber)
	if err != nil {
		return err
	}
	was := map[int64]bool{}
	for _, row := range rows {
		was[row.newsletter] = row.active
	}
	wanted := map[int64]bool{}
	for _, p := range picks {
		if wanted[p.Newsletter] {
			continue
		}
		wanted[p.Newsletter] = true
		interest, err := keepInterest(ctx, tx, p.Interests)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO subscription (newsletter_id, subscriber_id, rhythm, interest, active, since) VALUES ($1, $2, $3, $4, 1, $5)
			ON CONFLICT (newsletter_id, subscriber_id) DO UPDATE SET rhythm = excluded.rhythm, interest = excluded.interest, until = 0, active = 1,
				since = CASE subscription.active WHEN 1 THEN subscription.since ELSE excluded.since END`,
			p.Newsletter, subscriber, p.Rhythm, interest, s.now()); err != nil {
			return err
		}
		if !was[p.Newsletter] {
			if err := count(ctx, tx, p.Newsletter, 1); err != nil {
				return err
			}
		}
	}
	for newsletter, active := range was {
		if !active || wanted[newsletter] {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE subscription SET active = 0, until = $1 WHERE newsletter_id = $2 AND subscriber_id = $3`, s.now(), newsletter, subscriber); err != nil {
			return err
		}
		if err := count(ctx, tx, newsletter, -1); err != nil {
			return err
		}
	}
	return nil
}

// count changes the number of a newsletter's readers.
func count(ctx context.Context, tx *db.Tx, newsletter, by int64) error {
	_, err := tx.Exec(ctx, `UPDATE newsletter SET readers = readers + $1 WHERE id = $2`, by, newsletter)
	return err
}

// countAll changes the number of active subscribers, and purges the pages that
// show it when what they show is no longer so.
func countAll(ctx context.Context, tx *db.Tx, by int64) error {
	var active, shown int64
	err := tx.QueryRow(ctx, `INSERT INTO reader_count (id, active, shown) VALUES (1, $1, 0)
		ON CONFLICT (id) DO UPDATE SET active = reader_count.active + excluded.active RETURNING active, shown`, by).Scan(&active, &shown)
	if err != nil {
		return err
	}
	if now := moreThan(active, shown); now != shown {
		if _, err := tx.Exec(ctx, `UPDATE reader_count SET shown = $1 WHERE id = 1`, now); err != nil {
			return err
		}
		tx.Purge(KeyReaders)
	}
	return nil
}

// moreThan is the round number that pages may say there are more readers than:
// two leading digits, always truly less than n. It rises only when n is a
// little beyond the next one, so that a reader who comes and goes does not
// purge every page each time.
func moreThan(n, shown int64) int64 {
	step := roundStep(n)
	round := max(n-1, 0) / step * step
	if round <= shown && shown < n {
		return shown // still true
	}
	if round > shown && n-round <= step/10 && shown >= round-roundStep(round) && shown > 0 {
		return shown
	}
	return round
}

func roundStep(n int64) int64 {
	step := int64(10)
	for n >= 10*step*10 {
		step *= 10
	}
	return step
}

// ReadersShown is the round number below that of the active subscribers, and
// that number itself.
func (s *Service) ReadersShown(ctx context.Context) (shown, active int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT shown, active FROM reader_count WHERE id = 1`).Scan(&shown, &active)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return shown, active, err
}

func number(n int64) string { return strconv.FormatInt(n, 36) }
