package account

import (
	"context"

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
