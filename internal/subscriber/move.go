package subscriber

import (
	"context"

	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// move is a change of address under way.
type move struct {
	address, index string
	at             int64
}

func (s *Service) moveOf(ctx context.Context, q db.Querier, subscriber int64) (m move, err error) {
	err = q.QueryRow(ctx, `SELECT address, address_index, at FROM subscriber_move WHERE subscriber_id = $1`, subscriber).Scan(&m.address, &m.index, &m.at)
	return m, err
}

// Move begins a change of address: the old mailbox is told, the new one is asked
// to confirm. It works the same whether somebody reads at the new address
// already; TooMany when the reader has asked for one today.
func (s *Service) Move(ctx context.Context, a Access, typed string, by Consent) error {
	if err := a.fresh(); err != nil {
		return err
	}
	to, err := parseAddress(typed)
	if err != nil {
		return err
	}
	if disposable(to.Domain) {
		return fault.New(fault.Invalid, "addresses at %s last for minutes: %w", to.Domain, ErrDisposable).WithHint("use one that you read")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.reachable(ctx, tx, a)
		if err != nil {
			return err
		}
		if r.State != Active {
			return fault.New(fault.Gone, "sign up with the new address instead: %w", ErrUsed)
		}
		from, err := s.open(r)
		if err != nil {
			return err
		}
		if from.Key == to.Key {
			return fault.New(fault.Invalid, "this is your address already: %w", ErrAddress)
		}
		if _, ok, err := s.mayWrite(ctx, tx, from, letterNotice); err != nil || !ok {
			if err == nil {
				err = fault.New(fault.TooMany, "you have asked for a change of address today: %w", ErrTooMany).WithHint("try again tomorrow")
			}
			return err
		}
		now := s.now()
		if _, err := tx.Exec(ctx, `INSERT INTO subscriber_move (subscriber_id, address, address_index, at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (subscriber_id) DO UPDATE SET address = excluded.address, address_index = excluded.address_index, at = excluded.at`,
			r.ID, s.vault.Seal(purposeAddress, to.Written), s.index(to), now); err != nil {
			return err
		}
		if err := s.agreed(ctx, tx, r.ID, "move asked", by, nil); err != nil {
			return err
		}
		if err := s.post1(ctx, tx, letter{Kind: letterNotice, Subscriber: r.ID, Stamp: now}); err != nil {
			return err
		}
		why, err := s.suppressed(ctx, tx, s.index(to))
		if err != nil || why == WhyNever || why == WhyComplained {
			return err
		}
		_, ok, err := s.mayWrite(ctx, tx, to, letterMove)
		if err != nil || !ok {
			return err
		}
		return s.post1(ctx, tx, letter{Kind: letterMove, Subscriber: r.ID, Stamp: now})
	})
}

// CancelMove forgets a change of address under way.
func (s *Service) CancelMove(ctx context.Context, a Access) error {
	if err := a.fresh(); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM subscriber_move WHERE subscriber_id = $1`, a.ID)
		return err
	})
}

// Moving checks the link of a letter to a new address, changing nothing.
func (s *Service) Moving(ctx context.Context, token string) (language string, err error) {
	r, _, err := s.moving(ctx, s.db, token)
	return r.Language, err
}

func (s *Service) moving(ctx context.Context, q db.Querier, token string) (r Reader, m move, err error) {
	used := fault.New(fault.Gone, "this link has been used or replaced: %w", ErrUsed)
	v, err := s.verify(purposeMove, token, 2)
	if err != nil {
		return r, m, err
	}
	if m, err = s.moveOf(ctx, q, v[0]); fault.Is(err, fault.NotFound) || err == nil && m.at != v[1] {
		return r, m, used
	}
	if err != nil {
		return r, m, err
	}
	if r, err = s.byID(ctx, q, v[0]); err == nil && r.State != Active {
		err = used
	}
	return r, m, err
}

// ConfirmMove makes the new address the reader's. Whoever read there becomes
// one with them: both mailboxes have shown that they are the same person's.
func (s *Service) ConfirmMove(ctx context.Context, token string, by Consent) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, m, err := s.moving(ctx, tx, token)
		if err != nil {
			return err
		}
		old, err := s.open(r)
		if err != nil {
			return err
		}
		if err := s.forgetAsked(ctx, tx, old); err != nil {
			return err
		}
		if err := s.merge(ctx, tx, r, m.index); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM suppression WHERE address_index IN ($1, $2) AND why IN ('left', 'bounced')`, r.index, m.index); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM subscriber_move WHERE subscriber_id = $1`, r.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE subscriber SET address = $1, address_index = $2, soft = 0, soft_since = 0, updated_at = $3 WHERE id = $4`, m.address, m.index, s.now(), r.ID); err != nil {
			return err
		}
		if err := s.agreed(ctx, tx, r.ID, "moved", by, nil); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.clock.Now(), actorReader, "change address", "subscriber", r.ID, nil)
	})
}

// merge adds what the reader at an address reads to r, and erases that row.
func (s *Service) merge(ctx context.Context, tx *db.Tx, r Reader, index string) error {
	other, err := s.byIndex(ctx, tx, index)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if other.State == Active {
		mine, err := subscriptionsOf(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		theirs, err := subscriptionsOf(ctx, tx, other.ID)
		if err != nil {
			return err
		}
		var active []subscription
		for _, one := range append(mine, theirs...) { // reads keeps the first of each newsletter
			if one.active {
				active = append(active, one)
			}
		}
		picks, err := s.picksOf(ctx, tx, active)
		if err != nil {
			return err
		}
		if err := s.reads(ctx, tx, r.ID, picks); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE consent SET subscriber_id = $1 WHERE subscriber_id = $2`, r.ID, other.ID); err != nil {
		return err
	}
	return s.erase(ctx, tx, other)
}

// SendFresh mails a reader a link with which the address can be seen, moved and
// erased. One sent minutes ago is enough: then nothing is sent again.
func (s *Service) SendFresh(ctx context.Context, a Access) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.reachable(ctx, tx, a)
		if err != nil {
			return err
		}
		to, err := s.open(r)
		if err != nil {
			return err
		}
		if r.State != Active && r.State != Ended {
			return nil
		}
		if _, ok, err := s.mayWrite(ctx, tx, to, letterOwn); err != nil || !ok {
			return err
		}
		return s.post1(ctx, tx, letter{Kind: letterOwn, Subscriber: r.ID})
	})
}
