package article

import (
	"context"

	"dateline/internal/db"
)

// SetRelatedTx keeps the articles that pages offer beside one ("Check Also"),
// the best first; internal/related chooses them.
func SetRelatedTx(ctx context.Context, tx *db.Tx, id int64, related []int64) error {
	n, err := tx.Exec(ctx, `UPDATE article SET related = $1 WHERE id = $2 AND related <> $1`, idsJSON(related), id)
	if err == nil && n > 0 {
		tx.Purge(db.Key("article", id))
	}
	return err
}
