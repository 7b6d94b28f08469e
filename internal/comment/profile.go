package comment

import (
	"context"

	"dateline/internal/db"
)

// MoveProfile gives the comments of one author's profile to another, or to none
// for 0.
func MoveProfile(ctx context.Context, tx *db.Tx, old, to int64) error {
	_, err := tx.Exec(ctx, `UPDATE comment SET profile_id = $1 WHERE profile_id = $2`, to, old)
	return err
}
