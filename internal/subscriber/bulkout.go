package subscriber

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
)

// Outgoing is a reader on the way to another system, or home.
type Outgoing struct {
	Reader
	Address  string
	Reads    []OutgoingPick
	Consents []Agreed // when asked for
}

// OutgoingPick is a newsletter that a reader gets, or got until Until.
type OutgoingPick struct {
	Newsletter int64
	Rhythm     string
	Interests  []Interest
	Since      time.Time
	Until      time.Time // zero while they read it, or wish to
}

// OutOptions say what Out hands over.
type OutOptions struct {
	Format   string // for the audit log
	Consents bool
	States   []State // none: all
}

const outPage = 500

// Out calls take with every reader, ascending by id, a page of them in memory
// at a time. It records that they went out before the first does.
// Administrators may.
func (s *Service) Out(ctx context.Context, actor account.Actor, opt OutOptions, take func(Outgoing) error) error {
	if err := actor.Require(account.Administrator, "take readers out"); err != nil {
		return err
	}
	if err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "export readers", "subscriber", 0, map[string]string{"format": opt.Format})
	}); err != nil {
		return err
	}
	wanted := map[State]bool{}
	for _, state := range opt.States {
		wanted[state] = true
	}
	for after := int64(0); ; {
		page, err := s.outPage(ctx, after, opt)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, one := range page {
			if len(wanted) > 0 && !wanted[one.State] {
				continue
			}
			if err := take(one); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}

func (s *Service) outPage(ctx context.Context, after int64, opt OutOptions) ([]Outgoing, error) {
	rows, err := s.db.Query(ctx, `SELECT `+readerColumns+` FROM subscriber WHERE id > $1 ORDER BY id LIMIT $2`, after, int64(outPage))
	readers, err := db.All(rows, err, s.scanReader)
	if err != nil || len(readers) == 0 {
		return nil, err
	}
	out := make([]Outgoing, len(readers))
	place := map[int64]int{}
	for i, r := range readers {
		place[r.ID] = i
		out[i].Reader = r
		if out[i].Address, err = s.vault.Open(purposeAddress, r.address); err != nil {
			return nil, err
		}
	}
	last := readers[len(readers)-1].ID
	if err := s.outReads(ctx, out, place, after, last); err != nil || !opt.Consents {
		return out, err
	}
	return out, s.outConsents(ctx, out, place, after, last)
}

func (s *Service) outReads(ctx context.Context, out []Outgoing, place map[int64]int, after, last int64) error {
	type row struct {
		subscriber int64
		interest   string
		OutgoingPick
	}
	rows, err := s.db.Query(ctx, `SELECT subscriber_id, newsletter_id, rhythm, interest, since, until FROM subscription
		WHERE subscriber_id > $1 AND subscriber_id <= $2 ORDER BY subscriber_id, newsletter_id`, after, last)
	all, err := db.All(rows, err, func(r *sql.Rows) (one row, err error) {
		var since, until int64
		err = r.Scan(&one.subscriber, &one.Newsletter, &one.Rhythm, &one.interest, &since, &until)
		one.Since, one.Until = db.Time(since), db.Time(until)
		return one, err
	})
	if err != nil {
		return err
	}
	choices := map[string][]Interest{}
	for _, one := range all {
		choice, known := choices[one.interest]
		if !known {
			if choice, err = s.Choice(ctx, s.db, one.interest); err != nil {
				return err
			}
			choices[one.interest] = choice
		}
		one.Interests = choice
		if i, ok := place[one.subscriber]; ok {
			out[i].Reads = append(out[i].Reads, one.OutgoingPick)
		}
	}
	return nil
}

func (s *Service) outConsents(ctx context.Context, out []Outgoing, place map[int64]int, after, last int64) error {
	type row struct {
		subscriber int64
		Agreed
	}
	rows, err := s.db.Query(ctx, `SELECT subscriber_id, at, what, page, text, detail, origin FROM consent
		WHERE subscriber_id > $1 AND subscriber_id <= $2 ORDER BY subscriber_id, id`, after, last)
	all, err := db.All(rows, err, func(r *sql.Rows) (one row, err error) {
		var at int64
		var detail string
		err = r.Scan(&one.subscriber, &at, &one.What, &one.Page, &one.Text, &detail, &one.Origin)
		one.At = db.Time(at)
		if detail != "" {
			one.Detail = []byte(detail)
		}
		return one, err
	})
	for _, one := range all {
		if i, ok := place[one.subscriber]; ok {
			out[i].Consents = append(out[i].Consents, one.Agreed)
		}
	}
	return err
}

// AllNewsletters is Newsletters outside a transaction.
func (s *Service) AllNewsletters(ctx context.Context) ([]Newsletter, error) {
	return s.Newsletters(ctx, s.db)
}

// Came counts today's active readers by when they signed up: from each of the
// bounds, ascending, up to the next; one fewer than bounds.
func (s *Service) Came(ctx context.Context, actor account.Actor, bounds []time.Time) ([]int64, error) {
	if err := actor.Require(account.Administrator, "see readers' numbers"); err != nil {
		return nil, err
	}
	var out []int64
	for i := range len(bounds) - 1 {
		var n int64
		if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM subscriber WHERE created_at >= $1 AND created_at < $2 AND state = 'active'`,
			db.Micros(bounds[i]), db.Micros(bounds[i+1])).Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}
