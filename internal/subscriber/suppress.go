package subscriber

import (
	"context"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Why a mailbox is suppressed.
type Why string

// The reasons. What left and bounced say ends with a confirmed sign-up.
const (
	WhyNone       Why = ""
	WhyLeft       Why = "left"
	WhyBounced    Why = "bounced"
	WhyComplained Why = "complained"
	WhyNever      Why = "never" // the person's wish when they were erased
)

// suppressed tells why nothing goes to an address unasked.
func (s *Service) suppressed(ctx context.Context, q db.Querier, index string) (why Why, err error) {
	err = q.QueryRow(ctx, `SELECT why FROM suppression WHERE address_index = $1`, index).Scan(&why)
	if fault.Is(err, fault.NotFound) {
		return WhyNone, nil
	}
	return why, err
}

// suppress keeps why; a weaker reason never replaces a stronger one.
func (s *Service) suppress(ctx context.Context, tx *db.Tx, index string, why Why) error {
	was, err := s.suppressed(ctx, tx, index)
	if err != nil || was == WhyNever || was == WhyComplained && why != WhyNever {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO suppression (address_index, why, at) VALUES ($1, $2, $3)
		ON CONFLICT (address_index) DO UPDATE SET why = excluded.why, at = excluded.at`, index, string(why), s.now())
	return err
}

// Suppressed tells why nothing goes to an address: for importers and the desk.
func (s *Service) Suppressed(ctx context.Context, q db.Querier, typed string) (Why, error) {
	a, err := parseAddress(typed)
	if err != nil {
		return WhyNone, err
	}
	return s.suppressed(ctx, q, s.index(a))
}

// Suppress makes sure that an address gets nothing, known or not: a list that
// was brought along, or somebody's wish by telephone.
func (s *Service) Suppress(ctx context.Context, actor account.Actor, typed string, why Why) error {
	if err := actor.Require(account.Editor, "suppress an address"); err != nil {
		return err
	}
	a, err := parseAddress(typed)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.byIndex(ctx, tx, s.index(a))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil {
			if err := s.end(ctx, tx, r, Ended, Consent{}, "left"); err != nil {
				return err
			}
		}
		if err := s.suppress(ctx, tx, s.index(a), why); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "suppress", "subscriber", r.ID, map[string]string{"why": string(why)})
	})
}

// Lift ends the suppression of an address: for somebody who changed their mind
// and told the newsroom. They still have to sign up and confirm.
func (s *Service) Lift(ctx context.Context, actor account.Actor, typed string) error {
	if err := actor.Require(account.Administrator, "lift a suppression"); err != nil {
		return err
	}
	a, err := parseAddress(typed)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM suppression WHERE address_index = $1`, s.index(a))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "the address is not suppressed")
		}
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "lift suppression", "subscriber", 0, nil)
	})
}
