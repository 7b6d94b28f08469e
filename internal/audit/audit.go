// Package audit keeps who did what to which thing, and when. An entry is
// written in the transaction of the deed, so neither exists without the other.
// Entries are never changed or removed.
//
// Tables: audit.
package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// Entry is one deed.
type Entry struct {
	ID     int64
	At     time.Time
	Actor  string // an account, or a part of the program such as "import"
	Verb   string // what was done: "publish", "withdraw"
	Object string // the kind of thing it was done to: "article"
	Ref    int64  // its id
	Detail []byte // JSON
}

// Record keeps a deed in tx. detail is kept as JSON, nil as an empty object;
// it must hold no secret and no e-mail address.
func Record(ctx context.Context, tx *db.Tx, at time.Time, actor, verb, object string, ref int64, detail any) error {
	raw := []byte("{}")
	if detail != nil {
		var err error
		if raw, err = json.Marshal(detail); err != nil {
			return fault.New(fault.Internal, "audit detail of %s %s: %w", verb, object, err)
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit (id, at, actor, verb, object, ref, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id.New(), db.Micros(at), actor, verb, object, ref, string(raw))
	return err
}

// Before returns what was done before the entry of an id, or last of all when
// that is 0, the newest first, at most limit.
func Before(ctx context.Context, q db.Querier, before int64, limit int) ([]Entry, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := q.Query(ctx, `SELECT id, at, actor, verb, object, ref, detail FROM audit WHERE id < $1 ORDER BY id DESC LIMIT $2`, before, limit)
	return db.All(rows, err, scan)
}

// Of returns what was done to one thing, the newest first, at most limit.
func Of(ctx context.Context, q db.Querier, object string, ref int64, limit int) ([]Entry, error) {
	rows, err := q.Query(ctx, `SELECT id, at, actor, verb, object, ref, detail FROM audit
		WHERE object = $1 AND ref = $2 ORDER BY id DESC LIMIT $3`, object, ref, limit)
	return db.All(rows, err, scan)
}

func scan(r *sql.Rows) (rec Entry, err error) {
	var at int64
	err = r.Scan(&rec.ID, &at, &rec.Actor, &rec.Verb, &rec.Object, &rec.Ref, &rec.Detail)
	rec.At = db.Time(at)
	return rec, err
}
