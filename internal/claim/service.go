package claim

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/richtext"
)

// EventChanged tells that what a record says has changed; its payload is Changed.
const EventChanged = "accounts.changed"

// AllKey is the surrogate key of what tells when any accounts changed last.
const AllKey = "accounts"

// Changed is the payload of EventChanged.
type Changed struct {
	Record int64 `json:"record"`
}

// Record is one record of shared accounts.
type Record struct {
	ID       int64
	Accounts richtext.Accounts
	Revision int64 // grows with each change; callers name the one they read
	Created  time.Time
	Maker    string
	Updated  time.Time
	Updater  string
}

// Shown are the accounts as readers see them, dated in the site's zone.
func (r *Record) Shown(zone *time.Location) richtext.Accounts {
	a := r.Accounts
	a.ID, a.Updated = r.ID, r.Updated.In(zone).Format("2006-01-02")
	return a
}

// Service keeps the records. Safe for concurrent use.
type Service struct {
	db    *db.DB
	clock clock.Clock
	bus   *event.Bus
}

// NewService keeps records in d.
func NewService(d *db.DB, c clock.Clock, b *event.Bus) *Service { return &Service{d, c, b} }

// Create keeps new accounts.
func (s *Service) Create(ctx context.Context, actor account.Actor, in richtext.Accounts) (r Record, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err = s.CreateTx(ctx, tx, actor, in)
		return err
	})
	return r, err
}

// CreateTx is Create inside a transaction of the caller.
func (s *Service) CreateTx(ctx context.Context, tx *db.Tx, actor account.Actor, in richtext.Accounts) (Record, error) {
	return s.CreateAsTx(ctx, tx, actor, id.New(), in)
}

// CreateAsTx is CreateTx under an id that the caller chose.
func (s *Service) CreateAsTx(ctx context.Context, tx *db.Tx, actor account.Actor, recordID int64, in richtext.Accounts) (Record, error) {
	if err := actor.Require(account.Contributor, "share accounts"); err != nil {
		return Record{}, err
	}
	a, err := Check(in)
	if err != nil {
		return Record{}, err
	}
	now := s.clock.Now()
	r := Record{ID: recordID, Accounts: a, Revision: 1, Created: now, Maker: actor.Name, Updated: now, Updater: actor.Name}
	raw, err := json.Marshal(a)
	if err != nil {
		return r, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO accounts (id, title, data, revision, created_at, created_by, updated_at, updated_by) VALUES ($1, $2, $3, 1, $4, $5, $4, $5)`,
		r.ID, a.Title, string(raw), db.Micros(now), actor.Name); err != nil {
		return r, err
	}
	return r, audit.Record(ctx, tx, now, actor.Name, "create", "accounts", r.ID, map[string]any{"title": a.Title})
}

// Update replaces what a record says. Every page, feed and letter that shows it
// has the new words from then on. Conflict means that somebody else changed it
// since the revision was read.
func (s *Service) Update(ctx context.Context, actor account.Actor, recordID, revision int64, in richtext.Accounts) (r Record, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err = s.update(ctx, tx, actor, recordID, revision, in)
		return err
	})
	return r, err
}

func (s *Service) update(ctx context.Context, tx *db.Tx, actor account.Actor, recordID, revision int64, in richtext.Accounts) (Record, error) {
	r, err := Get(ctx, tx, recordID)
	if err != nil {
		return r, err
	}
	uses, err := Uses(ctx, tx, recordID)
	if err != nil {
		return r, err
	}
	if err := MayChange(actor, uses); err != nil {
		return r, err
	}
	if r.Revision != revision {
		return r, fault.New(fault.Conflict, "%s has changed “%s” meanwhile", r.Updater, r.Accounts.Title).WithHint("look at the present form beside yours, and save again")
	}
	a, err := Check(in)
	if err != nil {
		return r, err
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return r, err
	}
	was, err := json.Marshal(r.Accounts)
	if err != nil || string(was) == string(raw) {
		return r, err
	}
	r.Accounts, r.Updated, r.Updater = a, s.clock.Now(), actor.Name
	r.Revision++
	if _, err := tx.Exec(ctx, `UPDATE accounts SET title = $1, data = $2, revision = $3, updated_at = $4, updated_by = $5 WHERE id = $6`,
		a.Title, string(raw), r.Revision, db.Micros(r.Updated), actor.Name, recordID); err != nil {
		return r, err
	}
	tx.Purge(db.Key("accounts", recordID), AllKey)
	if err := audit.Record(ctx, tx, r.Updated, actor.Name, "change", "accounts", recordID, map[string]any{"title": a.Title, "was": json.RawMessage(was)}); err != nil {
		return r, err
	}
	return r, s.bus.Emit(ctx, tx, EventChanged, Changed{recordID})
}

// Delete removes a record that no article shows. While one does, or its draft
// does, fault.Conflict says which.
func (s *Service) Delete(ctx context.Context, actor account.Actor, recordID, revision int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := actor.Require(account.Editor, "delete accounts"); err != nil {
			return err
		}
		r, err := Get(ctx, tx, recordID)
		if err != nil {
			return err
		}
		if r.Revision != revision {
			return fault.New(fault.Conflict, "%s has changed “%s” meanwhile", r.Updater, r.Accounts.Title).WithHint("look at it again before you delete it")
		}
		uses, err := Uses(ctx, tx, recordID)
		if err != nil {
			return err
		}
		if len(uses) > 0 {
			var names []string
			for _, u := range uses[:min(len(uses), 5)] {
				names = append(names, "“"+u.Headline+"”")
			}
			if len(uses) > len(names) {
				names = append(names, "more articles")
			}
			return fault.New(fault.Conflict, "“%s” stands in %s", r.Accounts.Title, strings.Join(names, ", ")).WithHint("take it out of them first")
		}
		for _, query := range []string{`DELETE FROM accounts_ref WHERE record_id = $1`, `DELETE FROM accounts WHERE id = $1`} {
			if _, err := tx.Exec(ctx, query, recordID); err != nil {
				return err
			}
		}
		tx.Purge(db.Key("accounts", recordID))
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "delete", "accounts", recordID, map[string]any{"title": r.Accounts.Title})
	})
}

// MayChange tells whether an actor may change a record with these uses.
func MayChange(actor account.Actor, uses []Use) error {
	for _, u := range uses {
		if u.Live {
			return actor.Require(account.Editor, "change accounts that readers see")
		}
	}
	return actor.Require(account.Contributor, "change accounts")
}
