package account

import (
	"context"
	"database/sql"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// ColleagueByID returns a person who can sign in, or NotFound.
func ColleagueByID(ctx context.Context, q db.Querier, personID int64) (Colleague, error) {
	var c Colleague
	var role string
	err := q.QueryRow(ctx, `SELECT id, name, role FROM person WHERE id = $1 AND disabled = 0
		AND (password <> '' OR EXISTS (SELECT 1 FROM passkey WHERE passkey.person_id = person.id))`, personID).Scan(&c.ID, &c.Name, &role)
	if fault.Is(err, fault.NotFound) {
		return c, fault.New(fault.NotFound, "nobody here has that account")
	}
	c.Role, _ = RoleNamed(role)
	return c, err
}

// Editors returns the ids of everybody who can sign in and may edit all
// articles, at most twenty of them.
func Editors(ctx context.Context, q db.Querier) ([]int64, error) {
	rows, err := q.Query(ctx, `SELECT id FROM person WHERE disabled = 0 AND role IN ('editor', 'administrator', 'owner')
		AND (password <> '' OR EXISTS (SELECT 1 FROM passkey WHERE passkey.person_id = person.id)) ORDER BY id LIMIT 20`)
	return db.All(rows, err, func(r *sql.Rows) (personID int64, err error) { return personID, r.Scan(&personID) })
}
