package db_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
)

type writeFunc = func(ctx context.Context, tx *db.Tx) error

// group runs fns as members of one group commit, in their order, and returns
// their results: the writer is held up by a first function until all wait.
func group(t *testing.T, d *db.DB, first writeFunc, fns ...writeFunc) (errs []error, firstErr error) {
	t.Helper()
	began, release, firstDone := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	held := false
	go func() {
		firstDone <- d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			if !held { // a second run after a lost transaction
				held = true
				close(began)
				<-release
			}
			return first(ctx, tx)
		})
	}()
	<-began
	results := make([]chan error, len(fns))
	for i, fn := range fns {
		results[i] = make(chan error, 1)
		go func() { results[i] <- d.Write(context.Background(), fn) }()
		for d.Queued() != i+1 {
			runtime.Gosched()
		}
	}
	close(release)
	for _, result := range results {
		errs = append(errs, <-result)
	}
	return errs, <-firstDone
}

func put(key string) writeFunc {
	return func(ctx context.Context, tx *db.Tx) error { return insert(ctx, tx, key, "") }
}

func TestGroup_IsOneTransactionAcknowledgedAtItsEnd(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	acked := make(chan string, 2)
	errs, first := group(t, d,
		func(ctx context.Context, tx *db.Tx) error {
			tx.AfterCommit(func() { acked <- "first" })
			return insert(ctx, tx, "first", "")
		},
		func(ctx context.Context, tx *db.Tx) error {
			expect(t, tx, "first") // written, and in the same transaction,
			expect(t, d)           // for it is not committed
			if len(acked) != 0 {
				t.Error("acknowledged before the commit")
			}
			return insert(ctx, tx, "second", "")
		})
	if err := errors.Join(append(errs, first)...); err != nil {
		t.Fatal(err)
	}
	expect(t, d, "first", "second")
}

func TestGroup_FailingMemberLeavesTheOthers(t *testing.T) {
	mine := errors.New("mine")
	bad := map[string]writeFunc{
		"returns an error": func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(insert(ctx, tx, "bad", ""), mine)
		},
		"meets a conflict": func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(insert(ctx, tx, "bad", ""), insert(ctx, tx, "bad", ""))
		},
		"ignores a conflict": func(ctx context.Context, tx *db.Tx) error {
			_ = insert(ctx, tx, "bad", "")
			_ = insert(ctx, tx, "bad", "")
			return nil
		},
	}
	for name, fn := range bad {
		t.Run(name+" in the middle", func(t *testing.T) {
			d := dbtest.Open(t, db.SQLite)
			errs, first := group(t, d, put("a"), put("b"), fn, put("c"))
			if errs[1] == nil {
				t.Error("the failing member was acknowledged")
			}
			if err := errors.Join(first, errs[0], errs[2]); err != nil {
				t.Errorf("the others: %v", err)
			}
			expect(t, d, "a", "b", "c")
		})
		t.Run(name+" first", func(t *testing.T) {
			d := dbtest.Open(t, db.SQLite)
			errs, first := group(t, d, fn, put("a"), put("b"))
			if first == nil {
				t.Error("the failing member was acknowledged")
			}
			if err := errors.Join(errs...); err != nil {
				t.Errorf("the others: %v", err)
			}
			expect(t, d, "a", "b")
		})
	}
}

func TestWrite_GoexitRollsBack(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			if err := insert(ctx, tx, "bad", ""); err != nil {
				return err
			}
			runtime.Goexit() // as t.FailNow does
			return nil
		})
	}()
	<-over
	write(t, d, "next", "")
	expect(t, d, "next")
}

func TestGroup_FailedCommitAcknowledgesNobody(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	after := false
	errs, first := group(t, d, put("a"), func(ctx context.Context, tx *db.Tx) error {
		tx.AfterCommit(func() { after = true })
		return errors.Join(insert(ctx, tx, "b", ""), tx.FailCommit())
	}, put("c"))
	for i, err := range append(errs, first) {
		if err == nil {
			t.Errorf("member %d was acknowledged", i)
		}
	}
	if after {
		t.Error("AfterCommit ran")
	}
	expect(t, d)
	write(t, d, "next", "") // on a new connection
	expect(t, d, "next")
}

// fill writes until the file may not grow any more.
func fill(limit int) writeFunc {
	return func(ctx context.Context, tx *db.Tx) error {
		var pages int
		if err := tx.QueryRow(ctx, `PRAGMA page_count`).Scan(&pages); err != nil {
			return err
		}
		var most int
		if err := tx.QueryRow(ctx, fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+limit)).Scan(&most); err != nil {
			return err
		}
		return insert(ctx, tx, "huge", strings.Repeat("x", 4096*(limit+10)))
	}
}

func TestGroup_FullDisk(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	write(t, d, "before", "")
	errs, first := group(t, d, put("a"), put("b"), fill(10), put("c"))
	if !fault.Is(errs[1], fault.Full) || fault.HintOf(errs[1]) == "" {
		t.Errorf("err = %v, want full with a hint", errs[1])
	}
	if err := errors.Join(first, errs[0], errs[2]); err != nil {
		t.Errorf("the others: %v", err)
	}
	expect(t, d, "a", "b", "before", "c")
}

func TestGroup_ManyCallers(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	write(t, d, "n", "0")
	const callers, each = 16, 25
	errs := make(chan error, callers)
	for c := range callers {
		go func() {
			var failed error
			for i := range each {
				err := d.Write(context.Background(), increment)
				if i%5 == c%5 { // and one that fails
					mine := errors.New("mine")
					if err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
						return errors.Join(increment(ctx, tx), mine)
					}); !errors.Is(err, mine) {
						failed = fmt.Errorf("want mine, got %w", err)
					}
				}
				if err != nil {
					failed = err
				}
			}
			errs <- failed
		}()
	}
	for range callers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	checkCount(t, d, callers*each)
}

func checkCount(t *testing.T, d *db.DB, want int) {
	t.Helper()
	var n string
	if err := d.QueryRow(t.Context(), `SELECT value FROM setting WHERE key = $1`, "n").Scan(&n); err != nil || n != fmt.Sprint(want) {
		t.Errorf("counted to %s (%v), want %d", n, err, want)
	}
}

func TestWrite_TwoProcessesShareTheFile(t *testing.T) {
	url := dbtest.URL(t, db.SQLite)
	handles := []*db.DB{dbtest.Handle(t, url), dbtest.Handle(t, url)}
	for _, d := range handles {
		if err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	write(t, handles[0], "n", "0")
	const each = 50
	errs := make(chan error)
	for _, d := range handles {
		go func() {
			for range each {
				if err := d.Write(context.Background(), increment); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range handles {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	checkCount(t, handles[1], 2*each)
}

func TestWrite_CallerMayGiveUpInTheQueue(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	began, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
			close(began)
			<-release
			return nil
		})
	}()
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	go func() { done <- d.Write(ctx, put("never")) }()
	for d.Queued() != 1 {
		runtime.Gosched()
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want cancelled", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	write(t, d, "next", "")
	expect(t, d, "next")
}

func TestClose_FinishesTheQueue(t *testing.T) {
	url := dbtest.URL(t, db.SQLite)
	d, err := db.Open(t.Context(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	errs, first := group(t, d, func(ctx context.Context, tx *db.Tx) error {
		go func() { closed <- d.Close() }()
		return insert(ctx, tx, "a", "")
	}, put("b"))
	if err := errors.Join(first, errs[0], <-closed); err != nil {
		t.Fatal(err)
	}
	expect(t, dbtest.Handle(t, url), "a", "b")
}
