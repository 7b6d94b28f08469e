package subscriber

import (
	"context"
	"strconv"
	"strings"

	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Confirmation is what a link of a confirmation letter leads to.
type Confirmation struct {
	Newsletters []Newsletter // that were asked for
	Language    string       // of the reader, "" for the site's
	Done        bool         // it was confirmed before
	Reader      int64
}

// Confirmation returns what a link would confirm, changing nothing. Gone when
// the link has expired, was replaced or the sign-up was erased.
func (s *Service) Confirmation(ctx context.Context, token string) (Confirmation, error) {
	c, _, err := s.confirmation(ctx, s.db, token)
	return c, err
}

// Confirm makes somebody a reader by the link of their letter. A second time it
// only says that it is Done.
func (s *Service) Confirm(ctx context.Context, token string, by Consent) (c Confirmation, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r Reader
		if c, r, err = s.confirmation(ctx, tx, token); err != nil || c.Done {
			return err
		}
		rows, err := subscriptionsOf(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		picks, err := s.picksOf(ctx, tx, rows)
		if err != nil {
			return err
		}
		return s.activate(ctx, tx, r, picks, by)
	})
	return c, err
}

func (s *Service) confirmation(ctx context.Context, q db.Querier, token string) (c Confirmation, r Reader, err error) {
	used := fault.New(fault.Gone, "this link has been used or replaced: %w", ErrUsed).WithHint("sign up again to get a new one")
	v, err := s.verify(purposeConfirm, token, 2)
	if err != nil {
		return c, r, err
	}
	if r, err = s.byID(ctx, q, v[0]); fault.Is(err, fault.NotFound) || err == nil && r.ask != v[1] {
		return c, r, used
	}
	if err != nil {
		return c, r, err
	}
	if r.State != Pending && r.State != Active {
		return c, r, used
	}
	c = Confirmation{Language: r.Language, Done: r.State == Active, Reader: r.ID}
	rows, err := subscriptionsOf(ctx, q, r.ID)
	if err != nil {
		return c, r, err
	}
	for _, row := range rows {
		if c.Done && !row.active {
			continue
		}
		n, err := s.Newsletter(ctx, q, row.newsletter)
		if err != nil {
			return c, r, err
		}
		c.Newsletters = append(c.Newsletters, n)
	}
	return c, r, nil
}

// activate makes a subscriber a reader of picks and asks for the welcome.
func (s *Service) activate(ctx context.Context, tx *db.Tx, r Reader, picks []Pick, by Consent) error {
	now := s.now()
	if _, err := tx.Exec(ctx, `UPDATE subscriber SET state = 'active', confirmed_at = $1, ended_at = 0, soft = 0, soft_since = 0, updated_at = $1 WHERE id = $2`, now, r.ID); err != nil {
		return err
	}
	if err := s.reads(ctx, tx, r.ID, picks); err != nil {
		return err
	}
	if err := countAll(ctx, tx, 1); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM suppression WHERE address_index = $1 AND why IN ('left', 'bounced')`, r.index); err != nil {
		return err
	}
	if err := s.agreed(ctx, tx, r.ID, "confirmed", by, picks); err != nil {
		return err
	}
	if err := s.post1(ctx, tx, letter{Kind: letterWelcome, Subscriber: r.ID}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, s.clock.Now(), actorReader, "confirm", "subscriber", r.ID, nil)
}

// picksOf turns rows into picks.
func (s *Service) picksOf(ctx context.Context, q db.Querier, rows []subscription) ([]Pick, error) {
	var picks []Pick
	for _, row := range rows {
		interests, err := s.Choice(ctx, q, row.interest)
		if err != nil {
			return nil, err
		}
		picks = append(picks, Pick{row.newsletter, row.rhythm, interests})
	}
	return picks, nil
}

// numbers spells the value of a token.
func numbers(list ...int64) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = number(n)
	}
	return strings.Join(words, ".")
}

// verify reads the numbers of a token: n of them.
func (s *Service) verify(purpose, token string, n int) ([]int64, error) {
	value, err := s.vault.Verify(purpose, token, s.clock.Now())
	if err != nil {
		return nil, err
	}
	words := strings.Split(value, ".")
	list := make([]int64, len(words))
	for i, word := range words {
		if list[i], err = strconv.ParseInt(word, 36, 64); err != nil {
			break
		}
	}
	if err != nil || len(list) != n {
		return nil, fault.New(fault.Denied, "this link is not valid")
	}
	return list, nil
}
