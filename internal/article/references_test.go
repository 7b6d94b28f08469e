package article_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/job"
)

// references are the rows of media_ref as "medium article version", and which
// media must be looked up.
func (k *desk) references() (rows []string) {
	k.t.Helper()
	r, err := k.db.Query(k.t.Context(), `SELECT media_id, article_id, version_id FROM media_ref ORDER BY media_id, article_id, version_id`)
	rows, err = db.All(r, err, func(r *sql.Rows) (string, error) {
		var m, a, v int64
		err := r.Scan(&m, &a, &v)
		return fmt.Sprint(m, a, v), err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return rows
}

func TestReferences_FollowVersionsAndWorkingCopies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		with := func(media ...int64) article.Content {
			c := k.content("Story")
			c.Lead = &article.Picture{Media: media[0]}
			if len(media) > 1 {
				c.SocialImage = media[1]
			}
			return c
		}
		a, err := k.service.Create(t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: with(5)})
		if err != nil {
			t.Fatal(err)
		}
		first := fmt.Sprint(5, a.ID, a.WorkingVersion)
		a, err = k.service.Autosave(t.Context(), editor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: with(6, 7)})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := k.references(), []string{first, fmt.Sprint(6, a.ID, 0), fmt.Sprint(7, a.ID, 0)}; !slices.Equal(got, want) {
			t.Errorf("while writing: %q, want %q", got, want)
		}
		a, err = k.service.Autosave(t.Context(), editor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: with(6)})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := k.references(), []string{first, fmt.Sprint(6, a.ID, 0)}; !slices.Equal(got, want) {
			t.Errorf("after a picture was taken out: %q, want %q", got, want)
		}
		a, err = k.service.Publish(t.Context(), editor, article.PublishInput{ID: a.ID, Revision: a.Revision})
		if err != nil {
			t.Fatal(err)
		}
		if got := k.references(); !slices.Contains(got, fmt.Sprint(6, a.ID, a.LiveVersion)) {
			t.Errorf("published: %q", got)
		}

		// The job finds the same in what was there before anybody took notes.
		before := k.references()
		k.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `DELETE FROM media_ref WHERE version_id > 0`); err != nil {
				return err
			}
			return job.Enqueue(ctx, tx, job.Spec{Kind: article.JobReferences, Key: "all", Payload: struct{}{}})
		})
		jobs := job.NewRunner(d, k.clock, slog.New(slog.DiscardHandler))
		jobs.Handle(article.JobReferences, k.service.HandleReferences)
		if err := jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := k.references(); !slices.Equal(got, before) {
			t.Errorf("the job noted %q, want %q", got, before)
		}
	})
}
