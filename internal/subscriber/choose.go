package subscriber

import (
	"context"
	"slices"

	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/mail"
	"dateline/internal/settings"
)

// Access is a reader who came by a signed link. Only this package makes one.
type Access struct {
	ID         int64
	Newsletter int64 // of the letter with the link; 0 for none
	Mailing    int64
	Fresh      bool // the link was mailed for this within a day
}

// Enter reads the token of a preferences link. Denied for a token that is not
// ours, Gone for one that has expired.
func (s *Service) Enter(token string) (Access, error) {
	fresh, err := s.verify(purposeFresh, token, 1)
	if err == nil {
		return Access{ID: fresh[0], Fresh: true}, nil
	}
	if fault.Is(err, fault.Gone) {
		return Access{}, err
	}
	v, err := s.verify(purposeChoose, token, 3)
	if err != nil {
		return Access{}, err
	}
	return Access{Newsletter: v[0], ID: v[1], Mailing: v[2]}, nil
}

// EnterLeave reads the token of an unsubscribe link.
func (s *Service) EnterLeave(token string) (Access, error) {
	v, err := s.verify(purposeLeave, token, 3)
	if err != nil {
		return Access{}, err
	}
	return Access{Newsletter: v[0], ID: v[1], Mailing: v[2]}, nil
}

// fresh refuses who came by an old link.
func (a Access) fresh() error {
	if !a.Fresh {
		return fault.New(fault.Denied, "this needs a link that was mailed for it").WithHint("ask for one on the page of your preferences")
	}
	return nil
}

// Preferences are what a reader may see and change.
type Preferences struct {
	Reader      Reader
	Address     string // whole for a fresh link, else "a…@example.org"
	Newsletters []Newsletter
	Picks       []Pick // what they read now
	Moving      string // address asked for and not confirmed: whole for a fresh link; "" for none
}

// reachable is Reader of an access, ErrUnknown when they were erased.
func (s *Service) reachable(ctx context.Context, q db.Querier, a Access) (Reader, error) {
	r, err := s.byID(ctx, q, a.ID)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Gone, "we have no address for this link any more: %w", ErrUnknown).WithHint("sign up again if you would like to read us")
	}
	return r, err
}

// Preferences returns what a reader has chosen.
func (s *Service) Preferences(ctx context.Context, a Access) (p Preferences, err error) {
	if p.Reader, err = s.reachable(ctx, s.db, a); err != nil {
		return p, err
	}
	show := func(sealed string) (string, error) {
		text, err := s.vault.Open(purposeAddress, sealed)
		if err == nil && !a.Fresh {
			text = mail.Mask(text)
		}
		return text, err
	}
	if p.Address, err = show(p.Reader.address); err != nil {
		return p, err
	}
	rows, err := subscriptionsOf(ctx, s.db, a.ID)
	if err != nil {
		return p, err
	}
	rows = slices.DeleteFunc(rows, func(one subscription) bool { return !one.active })
	if p.Picks, err = s.picksOf(ctx, s.db, rows); err != nil {
		return p, err
	}
	all, err := s.Newsletters(ctx, s.db)
	for _, n := range all {
		if n.Open || slices.ContainsFunc(p.Picks, func(one Pick) bool { return one.Newsletter == n.ID }) {
			p.Newsletters = append(p.Newsletters, n)
		}
	}
	if err != nil {
		return p, err
	}
	m, err := s.moveOf(ctx, s.db, a.ID)
	if fault.Is(err, fault.NotFound) {
		return p, nil
	}
	if err == nil {
		p.Moving, err = show(m.address)
	}
	return p, err
}

// Wanted is what a reader chose on the page of their preferences.
type Wanted struct {
	Picks    []Pick
	Name     string
	Language string // "" for the site's
	Zone     string // "" for the site's
}

// Choose makes what a reader wants so. Nothing chosen is leaving everything.
func (s *Service) Choose(ctx context.Context, a Access, w Wanted, by Consent) error {
	w.Name = oneLine(w.Name)
	if len([]rune(w.Name)) > mostName {
		return fault.New(fault.Invalid, "the name is too long").WithHint("use %d characters at most", mostName)
	}
	if w.Language != "" && !i18n.Knows(w.Language) || w.Zone != "" && !slices.Contains(settings.Zones(), w.Zone) {
		return fault.New(fault.Invalid, "choose a language and a time zone of the lists")
	}
	offered, err := s.Newsletters(ctx, s.db)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.reachable(ctx, tx, a)
		if err != nil {
			return err
		}
		if r.State != Active && r.State != Ended {
			return fault.New(fault.Gone, "sign up again to choose: %w", ErrUsed)
		}
		rows, err := subscriptionsOf(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		picks, err := checkPicks(offered, rows, w.Picks)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE subscriber SET name = $1, language = $2, zone = $3, updated_at = $4 WHERE id = $5`, s.sealName(w.Name), w.Language, w.Zone, s.now(), r.ID); err != nil {
			return err
		}
		if len(picks) == 0 {
			return s.left(ctx, tx, r, a, by)
		}
		if err := s.chosen(ctx, tx, r, picks, by); err != nil || !ends(rows, picks, a.Newsletter) {
			return err
		}
		return s.leftBy(ctx, tx, a)
	})
}

// ends tells whether picks no longer have a newsletter that was read.
func ends(rows []subscription, picks []Pick, newsletter int64) bool {
	return slices.ContainsFunc(rows, func(one subscription) bool { return one.active && one.newsletter == newsletter }) &&
		!slices.ContainsFunc(picks, func(one Pick) bool { return one.Newsletter == newsletter })
}

func (s *Service) chosen(ctx context.Context, tx *db.Tx, r Reader, picks []Pick, by Consent) error {
	if err := EnsurePreset(ctx, tx, s.clock.Now()); err != nil {
		return err
	}
	if err := s.reads(ctx, tx, r.ID, picks); err != nil {
		return err
	}
	if r.State != Active {
		if _, err := tx.Exec(ctx, `UPDATE subscriber SET state = 'active', ended_at = 0 WHERE id = $1`, r.ID); err != nil {
			return err
		}
		if err := countAll(ctx, tx, 1); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM suppression WHERE address_index = $1 AND why = 'left'`, r.index); err != nil {
			return err
		}
	}
	if err := s.agreed(ctx, tx, r.ID, "changed", by, picks); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.clock.Now(), actorReader, "choose", "subscriber", r.ID, nil)
}

// Leave ends one newsletter of a reader, that of the link, or all of them when
// all is set or the link names none. Who has left already, or was erased, has
// left.
func (s *Service) Leave(ctx context.Context, a Access, all bool, by Consent) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.byID(ctx, tx, a.ID)
		if fault.Is(err, fault.NotFound) || err == nil && r.State != Active {
			return nil
		}
		if err != nil {
			return err
		}
		if all || a.Newsletter == 0 {
			return s.left(ctx, tx, r, a, by)
		}
		rows, err := subscriptionsOf(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		rows = slices.DeleteFunc(rows, func(one subscription) bool { return !one.active })
		had := len(rows)
		rows = slices.DeleteFunc(rows, func(one subscription) bool { return one.newsletter == a.Newsletter })
		if len(rows) == had {
			return nil
		}
		if len(rows) == 0 {
			return s.left(ctx, tx, r, a, by)
		}
		picks, err := s.picksOf(ctx, tx, rows)
		if err != nil {
			return err
		}
		if err := s.reads(ctx, tx, r.ID, picks); err != nil {
			return err
		}
		if err := s.agreed(ctx, tx, r.ID, "left", by, map[string]int64{"newsletter": a.Newsletter, "mailing": a.Mailing}); err != nil {
			return err
		}
		return s.tell(ctx, tx, r, a)
	})
}

// left ends everything.
func (s *Service) left(ctx context.Context, tx *db.Tx, r Reader, a Access, by Consent) error {
	if r.State != Active {
		return nil
	}
	if err := s.end(ctx, tx, r, Ended, by, "left"); err != nil {
		return err
	}
	if err := s.suppress(ctx, tx, r.index, WhyLeft); err != nil {
		return err
	}
	return s.tell(ctx, tx, r, a)
}

// tell records that a reader left, and tells who counts what follows from a
// mailing.
func (s *Service) tell(ctx context.Context, tx *db.Tx, r Reader, a Access) error {
	if err := s.leftBy(ctx, tx, a); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.clock.Now(), actorReader, "leave", "subscriber", r.ID, nil)
}

func (s *Service) leftBy(ctx context.Context, tx *db.Tx, a Access) error {
	if s.onLeft == nil || a.Mailing == 0 {
		return nil
	}
	return s.onLeft(ctx, tx, a)
}
