package audit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

func TestRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(
				audit.Record(ctx, tx, noon, "ada", "publish", "article", 7, map[string]int{"revision": 2}),
				audit.Record(ctx, tx, noon, "import", "create", "article", 8, nil),
				audit.Record(ctx, tx, noon.Add(time.Second), "bob", "withdraw", "article", 7, nil))
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := audit.Of(t.Context(), d, "article", 7, 10)
		if err != nil {
			t.Fatal(err)
		}
		want := []audit.Entry{
			{At: noon.Add(time.Second), Actor: "bob", Verb: "withdraw", Object: "article", Ref: 7, Detail: []byte(`{}`)},
			{At: noon, Actor: "ada", Verb: "publish", Object: "article", Ref: 7, Detail: []byte(`{"revision":2}`)},
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(audit.Entry{}, "ID")); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
	})
}

func TestRecord_RefusesWhatIsNotJSON(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, noon, "ada", "publish", "article", 7, make(chan int))
	})
	if err == nil {
		t.Error("a channel was recorded")
	}
}
