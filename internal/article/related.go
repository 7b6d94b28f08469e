package article

import (
	"context"

	"dateline/internal/db"
)

// BesideKey is the surrogate key of what an article's own page shows beside its
// text and jobs choose after it is out: related stories, and whom it names. The
// many pages that list the article do not show these.
func BesideKey(id int64) string { return db.Key("beside", id) }

// SetRelatedTx keeps the articles that pages offer beside one ("Check Also"),
// the best first; internal/related chooses them.
func SetRelatedTx(ctx context.Context, tx *db.Tx, id int64, related []int64) error {
	n, err := tx.Exec(ctx, `UPDATE article SET related = $1 WHERE id = $2 AND related <> $1`, idsJSON(related), id)
	if err == nil && n > 0 {
		tx.Purge(BesideKey(id))
	}
	return err
}
