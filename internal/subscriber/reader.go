package subscriber

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/vault"
)

// Reader is a subscriber without the address.
type Reader struct {
	ID        int64
	Name      string
	State     State
	Language  string // "" for the site's
	Zone      string // IANA name, "" for the site's
	Source    string
	Created   time.Time
	Confirmed time.Time
	EndedAt   time.Time

	address string // sealed
	index   string
	ask     int64
	soft    int64
	softAt  int64
}

const readerColumns = `id, address, address_index, name, state, language, zone, source, ask, soft, soft_since, created_at, confirmed_at, ended_at`

func (s *Service) scanReader(r *sql.Rows) (out Reader, err error) {
	var created, confirmed, ended int64
	err = r.Scan(&out.ID, &out.address, &out.index, &out.Name, &out.State, &out.Language, &out.Zone, &out.Source, &out.ask, &out.soft, &out.softAt,
		&created, &confirmed, &ended)
	out.Name = s.openName(out.Name)
	out.Created, out.Confirmed, out.EndedAt = db.Time(created), db.Time(confirmed), db.Time(ended)
	return out, err
}

func (s *Service) oneReader(rows *sql.Rows, err error) (Reader, error) {
	all, err := db.All(rows, err, s.scanReader)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "there is no such reader")
	}
	if err != nil {
		return Reader{}, err
	}
	return all[0], nil
}

func (s *Service) byIndex(ctx context.Context, q db.Querier, index string) (Reader, error) {
	rows, err := q.Query(ctx, `SELECT `+readerColumns+` FROM subscriber WHERE address_index = $1`, index)
	return s.oneReader(rows, err)
}

func (s *Service) byID(ctx context.Context, q db.Querier, subscriber int64) (Reader, error) {
	rows, err := q.Query(ctx, `SELECT `+readerColumns+` FROM subscriber WHERE id = $1`, subscriber)
	return s.oneReader(rows, err)
}

// open returns the address of a reader.
func (s *Service) open(r Reader) (address, error) {
	text, err := s.vault.Open(purposeAddress, r.address)
	if err != nil {
		return address{}, err
	}
	return parseAddress(text)
}

// openName returns a name as its reader wrote it, "" when it cannot be opened.
// Names were kept in the open once; such a one is the name itself until
// sealNames has been by.
func (s *Service) openName(kept string) string {
	if !vault.Sealed(kept) {
		return kept
	}
	name, err := s.vault.Open(purposeName, kept)
	if err != nil {
		return ""
	}
	return name
}

func (s *Service) sealName(name string) string { return s.vault.Seal(purposeName, name) }

const namesSealedKey = "readers.names_sealed"

// sealNames seals the names that were kept in the open, once.
func (s *Service) sealNames(ctx context.Context) error {
	var done string
	err := s.db.QueryRow(ctx, `SELECT value FROM setting WHERE key = $1`, namesSealedKey).Scan(&done)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return err
	}
	type named struct {
		id   int64
		name string
	}
	for after := int64(0); ; {
		rows, err := s.db.Query(ctx, `SELECT id, name FROM subscriber WHERE id > $1 AND name <> '' ORDER BY id LIMIT $2`, after, int64(tidyBatch))
		some, err := db.All(rows, err, func(r *sql.Rows) (one named, err error) { return one, r.Scan(&one.id, &one.name) })
		if err != nil {
			return err
		}
		err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, one := range some {
				if vault.Sealed(one.name) {
					continue
				}
				if _, err := tx.Exec(ctx, `UPDATE subscriber SET name = $1 WHERE id = $2 AND name = $3`, s.sealName(one.name), one.id, one.name); err != nil {
					return err
				}
			}
			if len(some) < tidyBatch {
				_, err := tx.Exec(ctx, `INSERT INTO setting (key, value, updated_at) VALUES ($1, '1', $2) ON CONFLICT (key) DO NOTHING`, namesSealedKey, s.now())
				return err
			}
			return nil
		})
		if err != nil || len(some) < tidyBatch {
			return err
		}
		after = some[len(some)-1].id
	}
}
