package db_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/id"
)

// pair runs test with two handles of one database, as two processes have.
func pair(t *testing.T, test func(t *testing.T, here, there *db.DB)) {
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			url := dbtest.URL(t, engine)
			here, there := dbtest.Handle(t, url), dbtest.Handle(t, url)
			if err := here.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, here, there)
		})
	}
}

func purge(t *testing.T, d *db.DB, keys ...string) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { tx.Purge(keys...); return nil })
	if err != nil {
		t.Fatal(err)
	}
}

func TestPurge_HereBeforeWriteReturns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var heard []string
		d.OnPurge(func(keys []string) { heard = append(heard, keys...) })
		purge(t, d, "front", "article:7", "front")
		if diff := cmp.Diff([]string{"article:7", "front"}, heard); diff != "" {
			t.Errorf("heard (-want +got):\n%s", diff)
		}
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { tx.Purge("never"); return errors.New("no") })
		if err == nil || slices.Contains(heard, "never") {
			t.Errorf("err = %v, heard %v", err, heard)
		}
	})
}

func TestPurge_ThereOnceEach(t *testing.T) {
	pair(t, func(t *testing.T, here, there *db.DB) {
		heard := make(chan []string, 100)
		there.OnPurge(func(keys []string) { heard <- keys })
		purge(t, here, "first")
		seen := map[string]int{}
		until := func(key string) {
			for seen[key] == 0 {
				for _, k := range <-heard {
					seen[k]++
				}
			}
		}
		until("first")
		purge(t, here, "second", "third")
		until("second")
		purge(t, here, "fourth")
		until("fourth")
		for key, n := range seen {
			if n != 1 {
				t.Errorf("heard %s %d times", key, n)
			}
		}
	})
}

// A row whose id is lower than one already read was made earlier and
// committed later.
func TestPurge_ThereWhenCommittedOutOfOrder(t *testing.T) {
	pair(t, func(t *testing.T, here, there *db.DB) {
		heard := make(chan []string, 100)
		there.OnPurge(func(keys []string) { heard <- keys })
		early := id.New()
		purge(t, here, "late")
		for key := range each(heard) {
			if key == "late" {
				break
			}
		}
		err := here.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO purge (id, at, keys) VALUES ($1, 0, $2)`, early, `["early"]`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for key := range each(heard) {
			if key == "early" {
				break
			}
		}
	})
}

// each yields the keys one by one, waiting for more.
func each(heard <-chan []string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for keys := range heard {
			for _, key := range keys {
				if !yield(key) {
					return
				}
			}
		}
	}
}

func TestPurge_OldRowsGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for _, row := range []int64{id.New() - db.KeepPurges - 1<<22, id.New()} {
				if _, err := tx.Exec(ctx, `INSERT INTO purge (id, at, keys) VALUES ($1, 0, '[]')`, row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM purge`).Scan(&left); err != nil || left != 1 {
			t.Errorf("%d rows are left (%v), want the new one", left, err)
		}
	})
}
