package db_test

import (
	"context"
	"testing"

	"dateline/internal/db"
)

// TestMigrate_AsksForRelatedStories: an archive from before related stories has
// a job that chooses them; a new site has none.
func TestMigrate_AsksForRelatedStories(t *testing.T) {
	for _, public := range []int{0, 1} {
		eachEmpty(t, func(t *testing.T, _ string, d *db.DB) {
			if err := d.MigrateFrom(t.Context(), before(t, "related_choice")); err != nil {
				t.Fatal(err)
			}
			err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO article (id, type, status, slug, headline, kind, modified_at, created_at, public)
					VALUES (1, 'article', 'published', '', '', 'report', 0, 0, $1)`, public)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			var jobs, walks int
			if err := d.QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM job WHERE kind = 'related.all' AND job_key = 'all' AND state = 'ready'), (SELECT COUNT(*) FROM related_walk)`).Scan(&jobs, &walks); err != nil {
				t.Fatal(err)
			}
			if jobs != public || walks != public {
				t.Errorf("with %d public articles there are %d jobs and %d walks", public, jobs, walks)
			}
		})
	}
}
