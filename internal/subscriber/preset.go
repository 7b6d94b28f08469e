package subscriber

import (
	"context"
	"time"

	"dateline/internal/db"
)

// EnsurePreset writes the newsletter that every site has from the start, where
// the newsroom has made none: rows of others name it.
func EnsurePreset(ctx context.Context, tx *db.Tx, now time.Time) error {
	return makePreset(ctx, tx, db.Micros(now))
}
