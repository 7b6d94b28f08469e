package job_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/job"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

func runner(d *db.DB, c clock.Clock) *job.Runner {
	return job.NewRunner(d, c, slog.New(slog.DiscardHandler))
}

func enqueue(t testing.TB, d *db.DB, specs ...job.Spec) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, s := range specs {
			if err := job.Enqueue(ctx, tx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("enqueue: %v", err)
	}
}

// collector is a handler that keeps the payloads it was given.
type collector struct {
	mu  sync.Mutex
	got []string
}

func (c *collector) handle(_ context.Context, payload []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = append(c.got, string(payload))
	return nil
}

func (c *collector) expect(t *testing.T, want ...string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if diff := cmp.Diff(want, c.got); diff != "" {
		t.Errorf("ran (-want +got):\n%s", diff)
	}
}

func list(t *testing.T, d *db.DB, state job.State) []job.Job {
	t.Helper()
	jobs, err := job.List(t.Context(), d, state, 100)
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

// none checks that the queue is empty.
func none(t *testing.T, d *db.DB) {
	t.Helper()
	var n int
	if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM job`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d jobs are left (%v), want none", n, err)
	}
}

func drain(t *testing.T, r *job.Runner) {
	t.Helper()
	if err := r.Drain(t.Context()); err != nil {
		t.Fatalf("drain: %v", err)
	}
}

func TestDrain_RunsInOrderAndRemoves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var c collector
		r := runner(d, clock.NewManual(noon))
		r.Handle("a", c.handle, job.Lane("single", 1))
		enqueue(t, d, job.Spec{Kind: "a", Payload: 1}, job.Spec{Kind: "a", Payload: 2}, job.Spec{Kind: "a", Payload: 3})
		enqueue(t, d, job.Spec{Kind: "elsewhere"})
		drain(t, r)
		c.expect(t, "1", "2", "3")
		if left := list(t, d, job.Ready); len(left) != 1 || left[0].Kind != "elsewhere" {
			t.Errorf("left %+v, want only the job of another process's kind", left)
		}
	})
}

func TestDrain_RunsWhatJobsAskFor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var c collector
		r := runner(d, clock.System{})
		r.Handle("first", func(context.Context, []byte) error {
			enqueue(t, d, job.Spec{Kind: "second", Payload: "x"})
			return nil
		}, job.Lane("one", 1))
		r.Handle("second", c.handle, job.Lane("two", 1))
		enqueue(t, d, job.Spec{Kind: "first"})
		drain(t, r)
		c.expect(t, `"x"`)
		none(t, d)
	})
}

func TestDrain_ManyJobs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 2000
		var ran atomic.Int64
		r := runner(d, clock.System{})
		r.Handle("a", func(context.Context, []byte) error { ran.Add(1); return nil })
		specs := make([]job.Spec, n)
		for i := range specs {
			specs[i] = job.Spec{Kind: "a", Payload: i}
		}
		enqueue(t, d, specs...)
		drain(t, r)
		if ran.Load() != n {
			t.Errorf("ran %d of %d", ran.Load(), n)
		}
		none(t, d)
	})
}

func TestEnqueue_OncePerKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var c collector
		r := runner(d, clock.System{})
		r.Handle("a", c.handle)
		enqueue(t, d, job.Spec{Kind: "a", Key: "k", Payload: "old"})
		enqueue(t, d, job.Spec{Kind: "a", Key: "k", Payload: "new"})
		drain(t, r)
		c.expect(t, `"new"`)
		none(t, d)
	})
}

func TestEnqueue_WhileItRunsRunsItAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var c collector
		r := runner(d, clock.System{})
		r.Handle("a", func(ctx context.Context, payload []byte) error {
			if string(payload) == "1" {
				enqueue(t, d, job.Spec{Kind: "a", Key: "k", Payload: 2})
			}
			return c.handle(ctx, payload)
		})
		enqueue(t, d, job.Spec{Kind: "a", Key: "k", Payload: 1})
		drain(t, r)
		c.expect(t, "1", "2")
		none(t, d)
	})
}

func TestEnqueue_RollsBackWithItsTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_ = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := job.Enqueue(ctx, tx, job.Spec{Kind: "a"}); err != nil {
				t.Error(err)
			}
			return errors.New("no")
		})
		none(t, d)
	})
}

func TestCancel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		enqueue(t, d, job.Spec{Kind: "a", Key: "k", RunAt: noon})
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return job.Cancel(ctx, tx, "a", "k") })
		if err != nil {
			t.Fatal(err)
		}
		none(t, d)
	})
}

func TestRunAt_WaitsForTheClock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var c collector
		now := clock.NewManual(noon)
		r := runner(d, now)
		r.Handle("a", c.handle)
		enqueue(t, d, job.Spec{Kind: "a", Payload: 1, RunAt: noon.Add(time.Hour)})
		now.Set(noon.Add(time.Hour - time.Microsecond))
		drain(t, r)
		c.expect(t)
		now.Advance(time.Microsecond)
		drain(t, r)
		c.expect(t, "1")
	})
}

func TestRunAt_NewestRequestDecides(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var c collector
		now := clock.NewManual(noon)
		r := runner(d, now)
		r.Handle("a", c.handle)
		enqueue(t, d, job.Spec{Kind: "a", Key: "k", Payload: 1, RunAt: noon})
		enqueue(t, d, job.Spec{Kind: "a", Key: "k", Payload: 2, RunAt: noon.Add(time.Hour)})
		drain(t, r)
		c.expect(t)
		now.Advance(time.Hour)
		drain(t, r)
		c.expect(t, "2")
	})
}

func TestFailure_RetriesLaterThenDies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewManual(noon)
		r := runner(d, now)
		runs := 0
		r.Handle("a", func(context.Context, []byte) error { runs++; return fmt.Errorf("failure %d", runs) })
		enqueue(t, d, job.Spec{Kind: "a", Key: "k"})
		if err := r.Drain(t.Context()); err == nil || err.Error() != "failure 1" {
			t.Errorf("drain: %v, want the handler's error", err)
		}
		drain(t, r)
		if runs != 1 {
			t.Fatalf("ran %d times at once, want 1", runs)
		}
		waiting := list(t, d, job.Ready)
		if len(waiting) != 1 || waiting[0].Error != "failure 1" || !waiting[0].RunAt.After(noon) {
			t.Fatalf("waiting: %+v, want one job with its error, due later", waiting)
		}
		for len(list(t, d, job.Dead)) == 0 && runs < 100 {
			now.Advance(2 * time.Hour)
			_ = r.Drain(t.Context())
		}
		dead := list(t, d, job.Dead)
		if len(dead) != 1 || dead[0].Attempts != runs || dead[0].Error != fmt.Sprintf("failure %d", runs) {
			t.Fatalf("dead: %+v after %d runs", dead, runs)
		}
		enqueue(t, d, job.Spec{Kind: "a", Key: "k"})
		if len(list(t, d, job.Dead)) != 0 || len(list(t, d, job.Ready)) != 1 {
			t.Error("asking again does not revive a dead job")
		}
	})
}

func TestFailure_OfOneJobOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, bad := range map[string]job.Handler{
			"panic":   func(context.Context, []byte) error { panic("boom") },
			"goexit":  func(context.Context, []byte) error { runtime.Goexit(); return nil },
			"give up": func(context.Context, []byte) error { return job.GiveUp(errors.New("boom")) },
		} {
			var c collector
			r := runner(d, clock.System{})
			r.Handle(name, bad)
			r.Handle("good", c.handle)
			enqueue(t, d, job.Spec{Kind: name}, job.Spec{Kind: "good", Payload: name})
			if err := r.Drain(t.Context()); err == nil {
				t.Errorf("%s: drain reports no error", name)
			}
			c.expect(t, `"`+name+`"`)
		}
		dead := list(t, d, job.Dead)
		if len(dead) != 1 || dead[0].Kind != "give up" {
			t.Errorf("dead: %+v, want only the one that gave up", dead)
		}
		for _, j := range list(t, d, job.Ready) {
			if j.Kind == "panic" && !strings.Contains(j.Error, "boom") {
				t.Errorf("the panic's words are lost: %q", j.Error)
			}
		}
	})
}

func TestLease_ExpiresAndTheJobRunsElsewhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewManual(noon)
		began, release := make(chan struct{}), make(chan struct{})
		stalled := runner(d, now)
		stalled.Handle("a", func(context.Context, []byte) error { close(began); <-release; return nil })
		enqueue(t, d, job.Spec{Kind: "a", Key: "k", Payload: 7})
		stalled.Start(t.Context())
		<-began

		var c collector
		other := runner(d, now)
		other.Handle("a", c.handle)
		drain(t, other)
		c.expect(t) // the lease holds
		now.Advance(time.Minute)
		drain(t, other)
		c.expect(t, "7")
		none(t, d)

		// The stalled one wakes after a new request: it must not remove that.
		enqueue(t, d, job.Spec{Kind: "a", Key: "k", Payload: 8, RunAt: noon.Add(time.Hour)})
		close(release)
		if err := stalled.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left := list(t, d, job.Ready); len(left) != 1 || string(left[0].Payload) != "8" {
			t.Errorf("left %+v, want the new request", left)
		}
	})
}

func TestLease_ProcessThatDiesEachTimeEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		enqueue(t, d, job.Spec{Kind: "a", Key: "k"})
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE job SET state = 'leased', lease_to = 1, lease_by = 'gone', attempts = 99`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r := runner(d, clock.NewManual(noon))
		r.Handle("a", func(context.Context, []byte) error { t.Error("ran again"); return nil })
		drain(t, r)
		if dead := list(t, d, job.Dead); len(dead) != 1 || dead[0].Error == "" {
			t.Errorf("dead: %+v, want the job with a reason", dead)
		}
	})
}

func TestRunners_NeverRunOneJobTwiceAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const jobs, runners = 300, 3
		var mu sync.Mutex
		running, runs := map[string]bool{}, map[string]int{}
		all := make(chan struct{})
		handle := func(_ context.Context, payload []byte) error {
			key := string(payload)
			mu.Lock()
			if running[key] {
				t.Errorf("job %s runs twice at once", key)
			}
			running[key] = true
			runs[key]++
			if len(runs) == jobs && runs[key] == 1 {
				close(all)
			}
			mu.Unlock()
			runtime.Gosched()
			mu.Lock()
			delete(running, key)
			mu.Unlock()
			return nil
		}
		specs := make([]job.Spec, jobs)
		for i := range specs {
			specs[i] = job.Spec{Kind: "a", Payload: i}
		}
		enqueue(t, d, specs...)
		var rs []*job.Runner
		for range runners {
			r := runner(d, clock.System{})
			r.Handle("a", handle)
			r.Start(t.Context())
			rs = append(rs, r)
		}
		<-all
		for _, r := range rs {
			if err := r.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for key, n := range runs {
			if n != 1 {
				t.Errorf("job %s ran %d times", key, n)
			}
		}
		none(t, d)
	})
}

func TestStart_WakesAfterCommitAndFindsOtherProcesses(t *testing.T) {
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			url := dbtest.URL(t, engine)
			d := dbtest.Handle(t, url)
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			other := dbtest.Handle(t, url)
			ran := make(chan string)
			r := runner(d, clock.System{})
			r.Handle("a", func(_ context.Context, payload []byte) error { ran <- string(payload); return nil })
			r.Start(t.Context())
			enqueue(t, d, job.Spec{Kind: "a", Payload: "local"})
			if got := <-ran; got != `"local"` {
				t.Errorf("got %s", got)
			}
			enqueue(t, other, job.Spec{Kind: "a", Payload: "other"})
			if got := <-ran; got != `"other"` {
				t.Errorf("got %s", got)
			}
			enqueue(t, d, job.Spec{Kind: "a", Payload: "soon", RunAt: clock.System{}.Now().Add(30 * time.Millisecond)})
			if got := <-ran; got != `"soon"` {
				t.Errorf("got %s", got)
			}
			if err := r.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			none(t, d)
		})
	}
}

func TestStop_GivesBackWhatHasNotBegun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		var runs atomic.Int64
		r := runner(d, clock.System{})
		r.Handle("a", func(ctx context.Context, _ []byte) error {
			runs.Add(1)
			cancel()
			<-ctx.Done()
			return nil
		}, job.Lane("one", 1))
		enqueue(t, d, job.Spec{Kind: "a", Key: "1"}, job.Spec{Kind: "a", Key: "2"})
		r.Start(ctx)
		<-ctx.Done()
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		left := list(t, d, job.Ready)
		if runs.Load() != 1 || len(left) != 1 || left[0].Key != "2" || left[0].Attempts != 0 {
			t.Errorf("%d runs, left %+v; want the second job, untouched", runs.Load(), left)
		}
	})
}

func TestStop_CancelsWhatOutlastsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		began := make(chan struct{})
		ended := make(chan struct{})
		r := runner(d, clock.System{})
		r.Handle("a", func(ctx context.Context, _ []byte) error {
			close(began)
			<-ctx.Done()
			defer close(ended)
			return ctx.Err()
		})
		enqueue(t, d, job.Spec{Kind: "a", Key: "k"})
		r.Start(t.Context())
		<-began
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := r.Stop(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("stop: %v, want cancelled", err)
		}
		<-ended
		// Being interrupted is no failure: the attempt is not counted.
		for {
			if ready := list(t, d, job.Ready); len(ready) == 1 {
				if ready[0].Attempts != 0 || ready[0].Error != "" {
					t.Errorf("left %+v, want an untouched job", ready[0])
				}
				return
			}
			runtime.Gosched()
		}
	})
}

func BenchmarkDrain(b *testing.B) {
	for _, engine := range dbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			d := dbtest.Open(b, engine)
			r := runner(d, clock.System{})
			r.Handle("a", func(context.Context, []byte) error { return nil })
			specs := make([]job.Spec, b.N)
			for i := range specs {
				specs[i] = job.Spec{Kind: "a"}
			}
			enqueue(b, d, specs...)
			b.ResetTimer()
			if err := r.Drain(b.Context()); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func TestHold_MakesKindsWait(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := runner(d, clock.System{})
		held, free := &collector{}, &collector{}
		r.Handle("mail", held.handle)
		r.Handle("other", free.handle)
		r.Hold("mail")
		enqueue(t, d, job.Spec{Kind: "mail", Key: "1", Payload: 1}, job.Spec{Kind: "other", Key: "1", Payload: 2})
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		held.expect(t)
		free.expect(t, "2")
		r.Start(t.Context())
		if err := r.Release(t.Context()); err != nil {
			t.Fatal(err)
		}
		for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(5 * time.Millisecond) {
			held.mu.Lock()
			ran := len(held.got)
			held.mu.Unlock()
			if ran > 0 {
				break
			}
		}
		held.expect(t, "1")
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
