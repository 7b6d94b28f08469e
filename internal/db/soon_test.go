package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
)

// ear counts what a process hears of each key.
type ear struct {
	mu    sync.Mutex
	heard map[string]int
	rung  chan struct{}
}

func listenTo(d *db.DB) *ear {
	e := &ear{heard: map[string]int{}, rung: make(chan struct{}, 10_000)}
	d.OnPurge(func(keys []string) {
		e.mu.Lock()
		for _, key := range keys {
			e.heard[key]++
		}
		e.mu.Unlock()
		e.rung <- struct{}{}
	})
	return e
}

func (e *ear) of(key string) int { e.mu.Lock(); defer e.mu.Unlock(); return e.heard[key] }

// until waits for the n-th purge of a key.
func (e *ear) until(key string, n int) {
	for e.of(key) < n {
		<-e.rung
	}
}

func (e *ear) expect(t *testing.T, key string, n int) {
	t.Helper()
	if got := e.of(key); got != n {
		t.Errorf("%s was purged %d times, want %d", key, got, n)
	}
}

// stepped opens a database again, on a clock that stands still.
func stepped(t *testing.T, url string) (*db.DB, *clock.Manual) {
	t.Helper()
	at := clock.NewManual(time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC))
	d, err := db.Open(t.Context(), url, db.Options{Readers: 4, Clock: at})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() }) // a second close of the same says nothing new
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d, at
}

func eachStepped(t *testing.T, test func(t *testing.T, url string, d *db.DB, at *clock.Manual)) {
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			url := dbtest.URL(t, engine)
			d, at := stepped(t, url)
			test(t, url, d, at)
		})
	}
}

func purgeSoon(t *testing.T, d *db.DB, keys ...string) {
	t.Helper()
	if err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error { tx.PurgeSoon(keys...); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestPurgeSoon_OnceAnInterval(t *testing.T) {
	eachStepped(t, func(t *testing.T, _ string, d *db.DB, at *clock.Manual) {
		e := listenTo(d)
		purgeSoon(t, d, "a")
		e.expect(t, "a", 1) // the first before Write returns
		for range 20 {
			purgeSoon(t, d, "a")
		}
		purgeSoon(t, d, "b") // has an interval of its own
		e.expect(t, "a", 1)
		e.expect(t, "b", 1)
		at.Advance(db.SoonEvery)
		e.until("a", 2)
		e.expect(t, "a", 2)
		e.expect(t, "b", 1) // nothing was left of it
		at.Advance(db.SoonEvery)
		purgeSoon(t, d, "a")
		e.expect(t, "a", 3)
		purge(t, d, "a") // what cannot wait never does
		e.expect(t, "a", 4)
	})
}

func TestPurgeSoon_PurgedWaits(t *testing.T) {
	eachStepped(t, func(t *testing.T, _ string, d *db.DB, at *clock.Manual) {
		if err := d.Purged(t.Context(), "a"); err != nil {
			t.Errorf("with nobody listening: %v", err)
		}
		e := listenTo(d)
		purgeSoon(t, d, "a")
		if err := d.Purged(t.Context(), "a", "never"); err != nil {
			t.Errorf("of what was purged: %v", err)
		}
		purgeSoon(t, d, "a")
		short, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Purged(short, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("before the interval's end: %v", err)
		}
		done := make(chan int)
		go func() {
			if d.Purged(context.Background(), "a") != nil {
				done <- -1
			}
			done <- e.of("a")
		}()
		at.Advance(db.SoonEvery)
		if n := <-done; n != 2 {
			t.Errorf("Purged returned after %d purges, want 2", n)
		}
		purgeSoon(t, d, "a")
		go func() { done <- 0; _ = d.Purged(context.Background(), "a"); done <- 1 }()
		<-done
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		<-done // nobody waits for a closed database
	})
}

// What may wait is in the transaction's purge row, so that other processes hear
// of it even when this one ends right after the commit; a failed one leaves
// nothing.
func TestPurgeSoon_IsDurableWithItsTransaction(t *testing.T) {
	eachStepped(t, func(t *testing.T, url string, d *db.DB, _ *clock.Manual) {
		there := listenTo(dbtest.Handle(t, url))
		failed := errors.New("no")
		if err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error { tx.PurgeSoon("never"); return failed }); !errors.Is(err, failed) {
			t.Fatal(err)
		}
		for n := range 30 {
			purgeSoon(t, d, "a", fmt.Sprint("b:", n)) // nobody listens here: all that is known is in the rows
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		for n := range 30 {
			there.until(fmt.Sprint("b:", n), 1)
		}
		there.expect(t, "never", 0)
		if n := there.of("a"); n < 1 || n > 30 {
			t.Errorf("the other process heard of a %d times", n)
		}
	})
}

func TestPurgeSoon_ThereOnceAnIntervalToo(t *testing.T) {
	eachStepped(t, func(t *testing.T, url string, there *db.DB, at *clock.Manual) {
		here := dbtest.Handle(t, url)
		e := listenTo(there)
		purge(t, here, "begin")
		e.until("begin", 1)
		for n := range 3 {
			purgeSoon(t, here, "a")
			mark := fmt.Sprint("mark:", n)
			purgeSoon(t, here, mark) // its row is read with that of a, or after it
			e.until(mark, 1)
		}
		e.expect(t, "a", 1)
		at.Advance(db.SoonEvery)
		e.until("a", 2)
		e.expect(t, "a", 2)
	})
}

// TestPurgeSoon_NothingIsLostBetweenTwoTellings lets several writers purge while
// the clock runs: whoever waited sees a purge after their commit.
func TestPurgeSoon_NothingIsLostBetweenTwoTellings(t *testing.T) {
	eachStepped(t, func(t *testing.T, _ string, d *db.DB, at *clock.Manual) {
		e := listenTo(d)
		var committed, seen []int // by writer: the value each last wrote, and that the last purge saw
		var mu sync.Mutex
		committed, seen = make([]int, 4), make([]int, 4)
		d.OnPurge(func(keys []string) {
			if slices.Contains(keys, "a") {
				mu.Lock()
				copy(seen, committed)
				mu.Unlock()
			}
		})
		var writers sync.WaitGroup
		for w := range 4 {
			writers.Go(func() {
				for n := 1; n <= 25; n++ {
					err := d.Write(t.Context(), func(_ context.Context, tx *db.Tx) error {
						tx.PurgeSoon("a")
						tx.AfterCommit(func() {})
						return nil
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
				mu.Lock()
				committed[w] = 25
				mu.Unlock()
				purgeSoon(t, d, "a")
				at.Advance(db.SoonEvery)
				if err := d.Purged(t.Context(), "a"); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if seen[w] != 25 {
					t.Errorf("writer %d waited for a purge that did not see what it wrote", w)
				}
			})
		}
		writers.Wait()
		if n := e.of("a"); n > 110 || n < 1 {
			t.Errorf("%d purges", n)
		}
	})
}
