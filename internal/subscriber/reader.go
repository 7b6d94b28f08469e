package subscriber

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
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

func scanReader(r *sql.Rows) (out Reader, err error) {
	var created, confirmed, ended int64
	err = r.Scan(&out.ID, &out.address, &out.index, &out.Name, &out.State, &out.Language, &out.Zone, &out.Source, &out.ask, &out.soft, &out.softAt,
		&created, &confirmed, &ended)
	out.Created, out.Confirmed, out.EndedAt = db.Time(created), db.Time(confirmed), db.Time(ended)
	return out, err
}

func oneReader(rows *sql.Rows, err error) (Reader, error) {
	all, err := db.All(rows, err, scanReader)
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
	return oneReader(rows, err)
}

func (s *Service) byID(ctx context.Context, q db.Querier, subscriber int64) (Reader, error) {
	rows, err := q.Query(ctx, `SELECT `+readerColumns+` FROM subscriber WHERE id = $1`, subscriber)
	return oneReader(rows, err)
}

// open returns the address of a reader.
func (s *Service) open(r Reader) (address, error) {
	text, err := s.vault.Open(purposeAddress, r.address)
	if err != nil {
		return address{}, err
	}
	return parseAddress(text)
}
