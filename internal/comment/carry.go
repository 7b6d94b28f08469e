package comment

import (
	"context"
	"time"

	"dateline/internal/db"
)

// Carried is what a comment brings along from another system beside itself.
type Carried struct {
	Likes  int64
	Picked bool
	Edited time.Time
}

// CarryTx gives a comment that was just added what it brings along.
func (s *Store) CarryTx(ctx context.Context, tx *db.Tx, id int64, c Carried) error {
	if c == (Carried{}) {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE comment SET likes = $1, picked = $2, edited_at = $3 WHERE id = $4`, c.Likes, db.Bool(c.Picked), db.Micros(c.Edited), id)
	return err
}

// OpenAddress returns the address that was sealed with a comment, for the
// newsroom's own export. No public read may call it.
func (s *Store) OpenAddress(sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	return s.vault.Open(purposeEmail, sealed)
}
