package subscriber

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
)

// own is what a reader gets when they ask for their data.
type own struct {
	Address       string            `json:"address"`
	MovingTo      string            `json:"new_address_to_be_confirmed,omitempty"`
	Name          string            `json:"name,omitempty"`
	State         State             `json:"state"`
	Language      string            `json:"language,omitempty"`
	Zone          string            `json:"time_zone,omitempty"`
	Source        string            `json:"source,omitempty"`
	Created       time.Time         `json:"signed_up"`
	Confirmed     time.Time         `json:"confirmed,omitzero"`
	Left          time.Time         `json:"left,omitzero"`
	SoftFailures  int64             `json:"letters_that_came_back,omitempty"`
	Suppressed    Why               `json:"gets_no_mail_because,omitempty"`
	Subscriptions []ownSubscription `json:"newsletters"`
	Consents      []Agreed          `json:"consents"`
	Held          map[string]any    `json:"mailings,omitempty"`
}

type ownSubscription struct {
	Newsletter string     `json:"newsletter"`
	Rhythm     string     `json:"rhythm"`
	Interests  []Interest `json:"interests,omitempty"`
	Active     bool       `json:"active"`
	Since      time.Time  `json:"since"`
	Until      time.Time  `json:"until,omitzero"`
	Engaged    time.Time  `json:"last_opened_or_followed_a_link,omitzero"`
}

// Agreed is one line of the consent log.
type Agreed struct {
	At     time.Time       `json:"at"`
	What   string          `json:"what"`
	Page   string          `json:"page,omitempty"`
	Text   string          `json:"text,omitempty"`
	Detail json.RawMessage `json:"detail,omitempty"`
	Origin string          `json:"network,omitempty"`
}

// Consents returns what a subscriber agreed to, oldest first.
func (s *Service) Consents(ctx context.Context, q db.Querier, subscriber int64) ([]Agreed, error) {
	rows, err := q.Query(ctx, `SELECT at, what, page, text, detail, origin FROM consent WHERE subscriber_id = $1 ORDER BY id`, subscriber)
	return db.All(rows, err, func(r *sql.Rows) (one Agreed, err error) {
		var at int64
		var detail string
		err = r.Scan(&at, &one.What, &one.Page, &one.Text, &detail, &one.Origin)
		one.At = db.Time(at)
		if detail != "" {
			one.Detail = json.RawMessage(detail)
		}
		return one, err
	})
}

// Export returns all that is kept of a reader, as JSON for people to read.
func (s *Service) Export(ctx context.Context, a Access) ([]byte, error) {
	if err := a.fresh(); err != nil {
		return nil, err
	}
	r, err := s.reachable(ctx, s.db, a)
	if err != nil {
		return nil, err
	}
	return s.export(ctx, r)
}

// ExportFor is Export at the wish of somebody who wrote to the newsroom.
func (s *Service) ExportFor(ctx context.Context, actor account.Actor, subscriber int64) ([]byte, error) {
	if err := actor.Require(account.Administrator, "see readers' data"); err != nil {
		return nil, err
	}
	r, err := s.byID(ctx, s.db, subscriber)
	if err != nil {
		return nil, err
	}
	out, err := s.export(ctx, r)
	if err != nil {
		return nil, err
	}
	return out, s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "export", "subscriber", r.ID, nil)
	})
}

func (s *Service) export(ctx context.Context, r Reader) ([]byte, error) {
	a, err := s.open(r)
	if err != nil {
		return nil, err
	}
	out := own{Address: a.Written, Name: r.Name, State: r.State, Language: r.Language, Zone: r.Zone, Source: r.Source, Created: r.Created,
		Confirmed: r.Confirmed, Left: r.EndedAt, SoftFailures: r.soft, Held: map[string]any{}}
	if out.Suppressed, err = s.suppressed(ctx, s.db, r.index); err != nil {
		return nil, err
	}
	if out.Subscriptions, err = s.ownSubscriptions(ctx, r); err != nil {
		return nil, err
	}
	if out.Consents, err = s.Consents(ctx, s.db, r.ID); err != nil {
		return nil, err
	}
	m, err := s.moveOf(ctx, s.db, r.ID)
	if err == nil {
		out.MovingTo, err = s.vault.Open(purposeAddress, m.address)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	for _, h := range s.holders {
		if out.Held[h.Name()], err = h.Export(ctx, s.db, r.ID); err != nil {
			return nil, err
		}
	}
	raw, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fault.New(fault.Internal, "own data: %w", err)
	}
	return append(raw, '\n'), nil
}

func (s *Service) ownSubscriptions(ctx context.Context, r Reader) ([]ownSubscription, error) {
	rows, err := subscriptionsOf(ctx, s.db, r.ID)
	if err != nil {
		return nil, err
	}
	out := []ownSubscription{}
	for _, row := range rows {
		n, err := s.Newsletter(ctx, s.db, row.newsletter)
		if err != nil {
			return nil, err
		}
		interests, err := s.Choice(ctx, s.db, row.interest)
		if err != nil {
			return nil, err
		}
		out = append(out, ownSubscription{n.Name, row.rhythm, interests, row.active, db.Time(row.since), db.Time(row.until), db.Time(row.engaged)})
	}
	return out, nil
}

// Erase removes all that is kept of a reader. never keeps the keyed hash of the
// address alone, so that nobody can sign it up or import it again; without it
// nothing is kept. The audit log goes on saying that a reader of a number did
// something, which leads to nobody any more.
func (s *Service) Erase(ctx context.Context, a Access, never bool) error {
	if err := a.fresh(); err != nil {
		return err
	}
	return s.eraseFor(ctx, a.ID, actorReader, never)
}

// EraseFor is Erase at the wish of somebody who wrote to the newsroom.
func (s *Service) EraseFor(ctx context.Context, actor account.Actor, subscriber int64, never bool) error {
	if err := actor.Require(account.Administrator, "erase readers"); err != nil {
		return err
	}
	return s.eraseFor(ctx, subscriber, actor.Name, never)
}

func (s *Service) eraseFor(ctx context.Context, subscriber int64, actor string, never bool) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.byID(ctx, tx, subscriber)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.erase(ctx, tx, r); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM suppression WHERE address_index = $1 AND why <> 'never'`, r.index); err != nil {
			return err
		}
		if never {
			if err := s.suppress(ctx, tx, r.index, WhyNever); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, s.clock.Now(), actor, "erase", "subscriber", r.ID, nil)
	})
}

// erase removes every row of a subscriber but the suppression.
func (s *Service) erase(ctx context.Context, tx *db.Tx, r Reader) error {
	if r.State == Active {
		if err := s.reads(ctx, tx, r.ID, nil); err != nil {
			return err
		}
		if err := countAll(ctx, tx, -1); err != nil {
			return err
		}
	}
	for _, h := range s.holders {
		if err := h.Erase(ctx, tx, r.ID); err != nil {
			return err
		}
	}
	if a, err := s.open(r); err == nil { // a row that cannot be opened goes all the same
		if err := s.forgetAsked(ctx, tx, a); err != nil {
			return err
		}
	}
	if err := job.Cancel(ctx, tx, JobAsked, r.index); err != nil {
		return err
	}
	for _, kind := range []letterKind{letterConfirm, letterWay, letterOwn, letterWelcome, letterMove, letterNotice} {
		if err := job.Cancel(ctx, tx, JobLetter, letterKey(kind, r.ID)); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM subscription WHERE subscriber_id = $1`, r.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM consent WHERE subscriber_id = $1`, r.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM subscriber_move WHERE subscriber_id = $1`, r.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM subscriber WHERE id = $1`, r.ID)
	return err
}
