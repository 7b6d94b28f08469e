package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
)

// insert writes one setting; its value is what the tests look at.
func insert(ctx context.Context, tx *db.Tx, key, value string) error {
	_, err := tx.Exec(ctx, `INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3)`, key, value, 1)
	return err
}

func write(t *testing.T, d *db.DB, key, value string) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return insert(ctx, tx, key, value) })
	if err != nil {
		t.Fatalf("write %s: %v", key, err)
	}
}

// settings returns the keys that are there, in order.
func settings(t *testing.T, q db.Querier) []string {
	t.Helper()
	rows, err := q.Query(t.Context(), `SELECT key FROM setting ORDER BY key`)
	keys, err := db.All(rows, err, func(r *sql.Rows) (s string, err error) { err = r.Scan(&s); return s, err })
	if err != nil {
		t.Fatalf("settings: %v", err)
	}
	return keys
}

func expect(t *testing.T, q db.Querier, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, settings(t, q)); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestArguments_BindByNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const query = `SELECT CAST($2 AS TEXT) || '/' || CAST($1 AS TEXT) || '/$1' /* $3 */`
		check := func(q db.Querier) {
			var got string
			if err := q.QueryRow(t.Context(), query, "one", "two").Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != "two/one/$1" {
				t.Errorf("got %q, want two/one/$1", got)
			}
		}
		check(d)
		if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { check(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	})
}

func TestArguments_SameTypesOnBothEngines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3)`, "k", []byte("raw"), true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var value string
		var flag bool
		if err := d.QueryRow(t.Context(), `SELECT value, updated_at FROM setting WHERE value = $1`, "raw").Scan(&value, &flag); err != nil {
			t.Fatal(err)
		}
		if value != "raw" || !flag {
			t.Errorf("got %q %v, want raw true", value, flag)
		}
	})
}

func TestQueryRow_NoRowIsNotFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var s string
		if err := d.QueryRow(t.Context(), `SELECT value FROM setting WHERE key = $1`, "none").Scan(&s); !fault.Is(err, fault.NotFound) {
			t.Errorf("outside: %v, want not found", err)
		}
		// Finding nothing does not spoil a transaction.
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := tx.QueryRow(ctx, `SELECT value FROM setting WHERE key = $1`, "none").Scan(&s); !fault.Is(err, fault.NotFound) {
				t.Errorf("inside: %v, want not found", err)
			}
			return insert(ctx, tx, "after", "")
		})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, d, "after")
	})
}

func TestWrite_FailureLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		mine := errors.New("mine")
		after := false
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			tx.AfterCommit(func() { after = true })
			if err := insert(ctx, tx, "a", ""); err != nil {
				return err
			}
			return mine
		})
		if !errors.Is(err, mine) {
			t.Errorf("err = %v, want the function's own", err)
		}
		if after {
			t.Error("AfterCommit ran without a commit")
		}
		expect(t, d)
	})
}

func TestWrite_FailedStatementSpoilsTheTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		write(t, d, "taken", "")
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := insert(ctx, tx, "before", ""); err != nil {
				return err
			}
			_ = insert(ctx, tx, "taken", "")
			_ = insert(ctx, tx, "behind", "")
			return nil
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("err = %v, want a conflict", err)
		}
		expect(t, d, "taken")
	})
}

func TestWrite_ForeignKeysHold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO media_alias (path_key, media_id) VALUES ($1, $2)`, "/x", 404)
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("err = %v, want a conflict", err)
		}
	})
}

func TestWrite_PanicReachesTheCallerAndRollsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		func() {
			defer func() {
				if recover() != "mine" {
					t.Error("the panic did not reach the caller")
				}
			}()
			_ = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if err := insert(ctx, tx, "a", ""); err != nil {
					t.Error(err)
				}
				panic("mine")
			})
		}()
		write(t, d, "b", "")
		expect(t, d, "b")
	})
}

func TestWrite_InsideWriteIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return d.Write(ctx, func(context.Context, *db.Tx) error { return nil })
		})
		if !fault.Is(err, fault.Internal) {
			t.Errorf("err = %v, want internal", err)
		}
	})
}

func TestWrite_TransactionEndsWithTheFunction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var kept *db.Tx
		if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := insert(t.Context(), kept, "late", ""); !fault.Is(err, fault.Internal) {
			t.Errorf("err = %v, want internal", err)
		}
		expect(t, d)
	})
}

func TestWrite_CancelledCallerChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := insert(ctx, tx, "a", ""); err != nil {
				return err
			}
			cancel()
			return insert(ctx, tx, "b", "")
		})
		if !errors.Is(err, context.Canceled) || !fault.Is(err, fault.Unavailable) {
			t.Errorf("err = %v, want cancelled", err)
		}
		write(t, d, "c", "")
		expect(t, d, "c")
	})
}

func TestReads_DoNotSeeAnOpenWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := insert(ctx, tx, "a", ""); err != nil {
				return err
			}
			expect(t, tx, "a")
			expect(t, d)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, d, "a")
	})
}

func TestReads_CannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := d.Exec(t.Context(), `DELETE FROM setting`); err == nil {
			t.Error("the read pool let a write through")
		}
	})
}

func TestClose_RefusesWrites(t *testing.T) {
	d, err := db.Open(t.Context(), dbtest.URL(t, db.SQLite), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(context.Context, *db.Tx) error { return nil })
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("err = %v, want unavailable", err)
	}
}

func TestOpen_TellsWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		url  string
		code fault.Code
	}{
		{"mysql://x", fault.Invalid},
		{"postgres://nobody@127.0.0.1:1/none?sslmode=disable", fault.Unavailable},
		{"postgres://%zz", fault.Invalid},
		{"sqlite:" + t.TempDir() + "/missing/x.db", fault.Unavailable},
	} {
		d, err := db.Open(t.Context(), c.url, db.Options{})
		if err == nil {
			d.Close()
		}
		if !fault.Is(err, c.code) || fault.HintOf(err) == "" {
			t.Errorf("%s: %v (hint %q), want %s with a hint", c.url, err, fault.HintOf(err), c.code)
		}
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2031, 2, 3, 4, 5, 6, 7000, time.FixedZone("x", 3600))
	if got := db.Time(db.Micros(at)); !got.Equal(at) || got.Location() != time.UTC {
		t.Errorf("round trip gives %v", got)
	}
	if db.Micros(time.Time{}) != 0 || !db.Time(0).IsZero() {
		t.Error("no time must be 0")
	}
}

func TestPostgres_RetriesLostRaces(t *testing.T) {
	d := dbtest.Open(t, db.Postgres)
	write(t, d, "n", "0")
	const writers, each = 8, 10
	errs := make(chan error, writers)
	for range writers {
		go func() {
			errs <- func() error {
				for range each {
					if err := d.Write(t.Context(), increment); err != nil {
						return err
					}
				}
				return nil
			}()
		}()
	}
	for range writers {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	var n string
	if err := d.QueryRow(t.Context(), `SELECT value FROM setting WHERE key = $1`, "n").Scan(&n); err != nil || n != fmt.Sprint(writers*each) {
		t.Errorf("counted to %s (%v), want %d", n, err, writers*each)
	}
}

func TestPostgres_SurvivesLostConnections(t *testing.T) {
	url := dbtest.URL(t, db.Postgres)
	d, killer := dbtest.Handle(t, url), dbtest.Handle(t, url)
	heard := make(chan []string, 10)
	d.OnPurge(func(keys []string) { heard <- keys })
	write(t, d, "a", "")
	expect(t, d, "a")
	_, err := killer.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		t.Fatal(err)
	}
	write(t, d, "b", "")
	purge(t, killer, "elsewhere")
	if got := <-heard; len(got) != 1 || got[0] != "elsewhere" {
		t.Errorf("heard %v", got)
	}
}

// increment reads, then writes: without isolation two of them lose a step.
func increment(ctx context.Context, tx *db.Tx) error {
	var value string
	if err := tx.QueryRow(ctx, `SELECT value FROM setting WHERE key = $1`, "n").Scan(&value); err != nil {
		return err
	}
	var n int
	if _, err := fmt.Sscan(value, &n); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE setting SET value = $2 WHERE key = $1`, "n", fmt.Sprint(n+1))
	return err
}
