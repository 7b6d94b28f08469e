package subscriber

import (
	"context"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Filter narrows List; zero fields do not.
type Filter struct {
	State      State
	Newsletter int64 // active readers of it
	Before     int64 // id: those before it, the newest first
	Limit      int   // 50 when 0
}

// Listed is a reader as the newsroom's list shows them.
type Listed struct {
	Reader
	Address string
	Picks   []Pick // active ones
}

// List returns readers, the newest first. Administrators may see them.
func (s *Service) List(ctx context.Context, actor account.Actor, f Filter) ([]Listed, error) {
	if err := actor.Require(account.Administrator, "see readers' addresses"); err != nil {
		return nil, err
	}
	if f.Limit == 0 {
		f.Limit = 50
	}
	if f.Before == 0 {
		f.Before = 1<<63 - 1
	}
	const some = `SELECT ` + readerColumns + ` FROM subscriber WHERE id < $1 AND ($2 = '' OR state = $2)
		AND (CAST($3 AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM subscription AS n WHERE n.newsletter_id = $3 AND n.subscriber_id = subscriber.id AND n.active = 1)) ORDER BY id DESC LIMIT $4`
	rows, err := s.db.Query(ctx, some, f.Before, string(f.State), f.Newsletter, int64(f.Limit))
	readers, err := db.All(rows, err, s.scanReader)
	if err != nil {
		return nil, err
	}
	out := make([]Listed, 0, len(readers))
	for _, r := range readers {
		one, err := s.listed(ctx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func (s *Service) listed(ctx context.Context, r Reader) (Listed, error) {
	text, err := s.vault.Open(purposeAddress, r.address)
	if err != nil {
		return Listed{}, err
	}
	rows, err := subscriptionsOf(ctx, s.db, r.ID)
	if err != nil {
		return Listed{}, err
	}
	var active []subscription
	for _, row := range rows {
		if row.active {
			active = append(active, row)
		}
	}
	picks, err := s.picksOf(ctx, s.db, active)
	return Listed{Reader: r, Address: text, Picks: picks}, err
}

// Find returns the reader at an address, written in any of its forms; NotFound
// when there is none. Nothing else finds readers by their address.
func (s *Service) Find(ctx context.Context, actor account.Actor, typed string) (Listed, error) {
	if err := actor.Require(account.Administrator, "see readers' addresses"); err != nil {
		return Listed{}, err
	}
	a, err := parseAddress(typed)
	if err != nil {
		return Listed{}, err
	}
	r, err := s.byIndex(ctx, s.db, s.index(a))
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "nobody reads at this address")
		}
		return Listed{}, err
	}
	return s.listed(ctx, r)
}

// Get returns a reader by number, or NotFound.
func (s *Service) Get(ctx context.Context, actor account.Actor, subscriber int64) (Listed, error) {
	if err := actor.Require(account.Administrator, "see readers' addresses"); err != nil {
		return Listed{}, err
	}
	r, err := s.byID(ctx, s.db, subscriber)
	if err != nil {
		return Listed{}, err
	}
	return s.listed(ctx, r)
}

// History returns a reader's consent log, oldest first.
func (s *Service) History(ctx context.Context, actor account.Actor, subscriber int64) ([]Agreed, error) {
	if err := actor.Require(account.Administrator, "see readers' data"); err != nil {
		return nil, err
	}
	return s.Consents(ctx, s.db, subscriber)
}

// Totals are how many subscribers are in each state.
func (s *Service) Totals(ctx context.Context) (map[State]int64, error) {
	out := map[State]int64{}
	for _, state := range []State{Pending, Active, Ended, Bounced, Complained} {
		var n int64
		if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM subscriber WHERE state = $1`, string(state)).Scan(&n); err != nil {
			return nil, err
		}
		out[state] = n
	}
	return out, nil
}
