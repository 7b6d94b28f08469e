package subscriber

import (
	"context"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// Bounced keeps that mail to a subscriber came back. A hard failure ends it at
// once; a soft one (given up after all its retries) does so the third time in a
// row, or as often as the configuration says, when the first was at least a week
// ago. Unknown ids are no error.
func (s *Service) Bounced(ctx context.Context, tx *db.Tx, subscriber int64, hard bool) error {
	r, err := s.byID(ctx, tx, subscriber)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !hard {
		now := s.now()
		if r.soft == 0 || now-r.softAt > softWithin.Microseconds() {
			r.soft, r.softAt = 0, now
		}
		r.soft++
		if s.softMost < 0 || r.soft < s.softMost || now-r.softAt < softAtLeast.Microseconds() {
			_, err := tx.Exec(ctx, `UPDATE subscriber SET soft = $1, soft_since = $2 WHERE id = $3`, r.soft, r.softAt, r.ID)
			return err
		}
	}
	if r.State != Active && r.State != Pending {
		return nil
	}
	if err := s.end(ctx, tx, r, Bounced, Consent{}, "bounced"); err != nil {
		return err
	}
	return s.suppress(ctx, tx, r.index, WhyBounced)
}

// Delivered ends a row of soft failures.
func (s *Service) Delivered(ctx context.Context, tx *db.Tx, subscriber int64) error {
	_, err := tx.Exec(ctx, `UPDATE subscriber SET soft = 0, soft_since = 0 WHERE id = $1 AND soft > 0`, subscriber)
	return err
}

// Complained keeps that a subscriber's provider said they call our mail spam:
// they never get any again. Unknown ids are no error.
func (s *Service) Complained(ctx context.Context, tx *db.Tx, subscriber int64) error {
	r, err := s.byID(ctx, tx, subscriber)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.State != Complained {
		if err := s.end(ctx, tx, r, Complained, Consent{}, "complained"); err != nil {
			return err
		}
	}
	return s.suppress(ctx, tx, r.index, WhyComplained)
}

// end makes a subscriber read nothing any more.
func (s *Service) end(ctx context.Context, tx *db.Tx, r Reader, to State, by Consent, what string) error {
	if r.State == Active {
		if err := s.reads(ctx, tx, r.ID, nil); err != nil {
			return err
		}
		if err := countAll(ctx, tx, -1); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE subscriber SET state = $1, ask = 0, ended_at = $2, updated_at = $2 WHERE id = $3`, string(to), s.now(), r.ID); err != nil {
		return err
	}
	return s.agreed(ctx, tx, r.ID, what, by, nil)
}
