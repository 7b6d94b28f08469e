package db_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
)

// TestMigrate_PutsWhatReadersHaveIntoOrder: an archive from before the order of
// changes has a place for every article that readers have or were told is gone.
func TestMigrate_PutsWhatReadersHaveIntoOrder(t *testing.T) {
	eachEmpty(t, func(t *testing.T, _ string, d *db.DB) {
		ctx := t.Context()
		if err := d.MigrateFrom(ctx, before(t, "article_changed")); err != nil {
			t.Fatal(err)
		}
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, a := range []struct {
				id, public, first, updated, live int64
				status, access                   string
			}{
				{1, 1, 100, 100, 11, "published", "open"},
				{2, 1, 100, 200, 12, "published", "open"},
				{3, 1, -500, -500, 13, "published", "open"},
				{4, 1, 100, 200, 14, "published", "open"}, // silently corrected
				{5, 1, 100, 200, 15, "published", "open"}, // shows accounts
				{6, 0, 100, 200, 16, "withdrawn", "open"},
				{7, 0, 100, 200, 17, "withdrawn", "password"},
				{8, 0, 100, 200, 18, "draft", "open"},
				{9, 0, 100, 200, 19, "published", "private"},
				{10, 0, 0, 0, 0, "draft", "open"},
			} {
				if _, err := tx.Exec(ctx, `INSERT INTO article (id, type, status, access, slug, headline, kind, modified_at, created_at, public, first_published, updated_at, live_version)
					VALUES ($1, 'article', $2, $3, '', '', 'report', 900, 1, $4, $5, $6, $7)`, a.id, a.status, a.access, a.public, a.first, a.updated, a.live); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `INSERT INTO version (id, article_id, number, prev_hash, hash, change, actor, created_at, content, published_at)
					VALUES ($1, $2, 1, '', '', 'original', '', 1, '{}', $3)`, a.live+100*(1-a.public)*a.id, a.id, map[int64]int64{4: 300}[a.id]); err != nil {
					return err
				}
			}
			for _, query := range []string{`INSERT INTO accounts (id, title, data, revision, created_at, created_by, updated_at, updated_by) VALUES (1, '', '{}', 1, 1, '', 400, '')`,
				`INSERT INTO accounts_ref (record_id, article_id, version_id) VALUES (1, 5, 15)`, `INSERT INTO accounts_ref (record_id, article_id, version_id) VALUES (1, 1, 7)`} {
				if _, err := tx.Exec(ctx, query); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		got, clock := map[int64]int64{}, int64(0)
		rows, err := d.Query(ctx, `SELECT id, changed_at FROM article`)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, at int64
			if err := rows.Scan(&id, &at); err != nil {
				t.Fatal(err)
			}
			got[id] = at
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if want := (map[int64]int64{1: 100, 2: 200, 3: 1, 4: 300, 5: 400, 6: 900, 7: 0, 8: 0, 9: 0, 10: 0}); !cmp.Equal(got, want) {
			t.Errorf("places %v, want %v", got, want)
		}
		if err := d.QueryRow(ctx, `SELECT at FROM article_clock WHERE id = 1`).Scan(&clock); err != nil || clock != 900 {
			t.Errorf("the clock is at %d, %v", clock, err)
		}
	})
}
