package related

import (
	"context"
	"database/sql"
	"encoding/json"

	"dateline/internal/db"
)

// traitsRow is how traits are kept.
type traitsRow struct {
	Section   int64   `json:"section,omitempty"`
	Storyline string  `json:"storyline,omitempty"`
	Tags      []int64 `json:"tags,omitempty"`
}

func putMark(ctx context.Context, tx *db.Tx, id int64, t Traits) error {
	traits, err := json.Marshal(traitsRow{t.Section, t.Storyline, t.Tags})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO related_mark (article_id, traits, sketch) VALUES ($1, $2, $3)
		ON CONFLICT (article_id) DO UPDATE SET traits = excluded.traits, sketch = excluded.sketch`, id, string(traits), db.Blob(t.Sketch.Bytes()))
	return err
}

func markOf(ctx context.Context, q db.Querier, id int64) (Traits, error) {
	var traits string
	var sketch []byte
	if err := q.QueryRow(ctx, `SELECT traits, sketch FROM related_mark WHERE article_id = $1`, id).Scan(&traits, &sketch); err != nil {
		return Traits{}, err
	}
	var row traitsRow
	err := json.Unmarshal([]byte(traits), &row)
	return Traits{row.Section, row.Storyline, row.Tags, SketchOf(sketch)}, err
}

func dropMark(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM related_mark WHERE article_id = $1`, id)
	return err
}

// putKin replaces what was chosen for an article.
func putKin(ctx context.Context, tx *db.Tx, id int64, kin []Kin) error {
	if _, err := tx.Exec(ctx, `DELETE FROM related_story WHERE article_id = $1`, id); err != nil {
		return err
	}
	for i, k := range kin {
		shares, err := json.Marshal(k.Shares)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO related_story (article_id, position, other_id, shares) VALUES ($1, $2, $3, $4)`, id, i, k.ID, string(shares))
		if err != nil {
			return err
		}
	}
	return nil
}

func kinOf(ctx context.Context, q db.Querier, id int64) ([]Kin, error) {
	rows, err := q.Query(ctx, `SELECT other_id, shares FROM related_story WHERE article_id = $1 ORDER BY position`, id)
	return db.All(rows, err, func(r *sql.Rows) (k Kin, err error) {
		var shares string
		if err := r.Scan(&k.ID, &shares); err != nil {
			return k, err
		}
		return k, json.Unmarshal([]byte(shares), &k.Shares)
	})
}

// offering are the articles that offer one.
func offering(ctx context.Context, q db.Querier, id int64, limit int) ([]int64, error) {
	rows, err := q.Query(ctx, `SELECT article_id FROM related_story WHERE other_id = $1 ORDER BY article_id DESC LIMIT $2`, id, limit)
	return db.All(rows, err, func(r *sql.Rows) (other int64, err error) { return other, r.Scan(&other) })
}
