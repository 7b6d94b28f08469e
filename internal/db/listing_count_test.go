package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
)

// before returns the migrations of this binary that come before the one with
// the given name.
func before(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	files, err := os.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	fs := fstest.MapFS{}
	for _, f := range files {
		if strings.Contains(f.Name(), name) {
			return fs
		}
		text, err := os.ReadFile("migrations/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		fs["migrations/"+f.Name()] = &fstest.MapFile{Data: text}
	}
	t.Fatalf("no migration %s", name)
	return nil
}

func TestMigrate_CountsTheListsThatAreThere(t *testing.T) {
	eachEmpty(t, func(t *testing.T, url string, d *db.DB) {
		if err := d.MigrateFrom(t.Context(), before(t, "listing_count")); err != nil {
			t.Fatal(err)
		}
		want := map[string]int64{}
		// Times before 1970, at the edges of blocks, and far apart.
		times := []int64{-1 << 50, -1<<35 - 1, -1 << 35, -1, 0, 1, 1<<35 - 1, 1 << 35, 1<<41 - 1, 1 << 41, 1 << 47, 1<<47 + 5, 1_700_000_000_000_000, 1_700_000_000_000_001}
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for i, at := range times {
				if _, err := tx.Exec(ctx, `INSERT INTO article (id, type, status, slug, headline, kind, modified_at, created_at)
					VALUES ($1, 'article', 'published', '', '', 'report', 0, 0)`, i); err != nil {
					return err
				}
				for _, list := range []struct {
					scope string
					ref   int64
				}{{"site", 0}, {"tag", int64(i % 3)}} {
					if _, err := tx.Exec(ctx, `INSERT INTO listing (scope, ref, at, article_id) VALUES ($1, $2, $3, $4)`, list.scope, list.ref, at, i); err != nil {
						return err
					}
					for level := range 3 {
						want[fmt.Sprint(list.scope, list.ref, level, at>>(35+6*level))]++
					}
				}
			}
			for i, month := range []int64{199911, 199912, 200001} {
				for _, scope := range []string{"site", "section"} {
					if _, err := tx.Exec(ctx, `INSERT INTO listing_month (scope, ref, month, n) VALUES ($1, 0, $2, $3)`, scope, month, i+1); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := map[string]int64{}
		rows, err := d.Query(t.Context(), `SELECT scope, level, ref, block, n FROM listing_count`)
		_, err = db.All(rows, err, func(r *sql.Rows) (struct{}, error) {
			var scope string
			var level int
			var ref, block, n int64
			err := r.Scan(&scope, &level, &ref, &block, &n)
			got[fmt.Sprint(scope, ref, level, block)] = n
			return struct{}{}, err
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		spans := map[int64]int64{}
		rows, err = d.Query(t.Context(), `SELECT span, n FROM calendar`)
		_, err = db.All(rows, err, func(r *sql.Rows) (struct{}, error) {
			var span, n int64
			err := r.Scan(&span, &n)
			spans[span] = n
			return struct{}{}, err
		})
		if diff := cmp.Diff(map[int64]int64{199911: 1, 199912: 2, 200001: 3, 1999: 3, 2000: 3}, spans); err != nil || diff != "" {
			t.Errorf("calendar (-want +got):\n%s %v", diff, err)
		}
	})
}
