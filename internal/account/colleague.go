package account

import (
	"context"
	"database/sql"

	"dateline/internal/db"
)

// Colleague is a person as everybody at the desk may know them: without their
// address.
type Colleague struct {
	ID   int64
	Name string
	Role Role
}

// Colleagues returns everybody who can sign in, by name.
func (s *Service) Colleagues(ctx context.Context, actor Actor) ([]Colleague, error) {
	if err := actor.Require(Contributor, "see who works here"); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, `SELECT id, name, role FROM person WHERE disabled = 0 ORDER BY name, id`)
	return db.All(rows, err, func(r *sql.Rows) (Colleague, error) {
		var c Colleague
		var role string
		err := r.Scan(&c.ID, &c.Name, &role)
		c.Role, _ = RoleNamed(role)
		return c, err
	})
}
