package event_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/job"
)

type published struct {
	Article int64 `json:"article"`
}

func bus() *event.Bus {
	b := event.NewBus(clock.NewManual(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)))
	b.Subscribe("article.published", "search.index", func(payload []byte) string {
		var p published
		_ = json.Unmarshal(payload, &p)
		return db.Key("article", p.Article)
	})
	b.Subscribe("article.published", "federation.send", nil)
	return b
}

// counts returns how many rows table has.
func counts(t *testing.T, d *db.DB) (events, jobs int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM event), (SELECT COUNT(*) FROM job)`).Scan(&events, &jobs); err != nil {
		t.Fatal(err)
	}
	return events, jobs
}

func TestEmit_MakesAJobForEachSubscriber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := bus()
		for range 2 {
			err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if err := b.Emit(ctx, tx, "article.withdrawn", published{7}); err != nil {
					return err
				}
				return b.Emit(ctx, tx, "article.published", published{7})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		// Keyed jobs about one article are one job, the others one for each event.
		if events, jobs := counts(t, d); events != 4 || jobs != 3 {
			t.Errorf("%d events, %d jobs; want 4 and 3", events, jobs)
		}
		ready, err := job.List(t.Context(), d, job.Ready, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range ready {
			if string(j.Payload) != `{"article":7}` || j.Kind == "search.index" && j.Key != "article:7" {
				t.Errorf("job %+v", j)
			}
		}
	})
}

func TestEmit_IsUndoneWithItsTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := bus().Emit(ctx, tx, "article.published", published{7}); err != nil {
				t.Error(err)
			}
			return errors.New("changed my mind")
		})
		if err == nil {
			t.Error("the write succeeded")
		}
		if events, jobs := counts(t, d); events != 0 || jobs != 0 {
			t.Errorf("%d events, %d jobs; want none", events, jobs)
		}
	})
}
