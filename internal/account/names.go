package account

import (
	"context"
	"database/sql"

	"dateline/internal/db"
)

// Named is a person by name, without anything that is private.
type Named struct {
	ID   int64
	Name string
}

// Names returns everybody whose account is not switched off, by name.
func Names(ctx context.Context, q db.Querier) ([]Named, error) {
	rows, err := q.Query(ctx, `SELECT id, name FROM person WHERE disabled = 0 ORDER BY name, id`)
	return db.All(rows, err, func(r *sql.Rows) (n Named, err error) { return n, r.Scan(&n.ID, &n.Name) })
}
