package job

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/id"
)

const (
	leaseTime      = 30 * time.Second
	renewEvery     = leaseTime / 3
	pollEvery      = 500 * time.Millisecond // for jobs of other processes
	defaultWorkers = 4
	maxAttempts    = 15 // with the delays of backoff, some four hours
	firstDelay     = time.Second
	longestDelay   = time.Hour
)

// Cores is how many goroutines of one job may compute at once. A server has more
// threads than cores, for readers.
func Cores() int { return min(runtime.NumCPU(), runtime.GOMAXPROCS(0)) }

// Handler carries out one kind of job. It must be idempotent and end soon
// after ctx does. An error makes it run again later, see GiveUp.
type Handler func(ctx context.Context, payload []byte) error

// Option says how a kind is run.
type Option func(*handling)

// Lane puts a kind into a lane of its own: lanes never wait for each other,
// and each runs up to workers jobs at a time, the most that any of its kinds
// allows. Without it a kind shares the common lane of four.
func Lane(name string, workers int) Option {
	return func(h *handling) { h.lane, h.workers = name, workers }
}

type handling struct {
	fn      Handler
	lane    string
	workers int
}

// Runner claims and runs jobs. Register all kinds with Handle, then Start or
// Drain. Any number of runners, in any number of processes, share the queue.
type Runner struct {
	d     *db.DB
	clock clock.Clock
	log   *slog.Logger
	name  string
	kinds map[string]handling

	mu      sync.Mutex
	running *session
	held    []string // kinds that wait
}

// session is the time between Start and Stop.
type session struct {
	stopping chan struct{}
	cancel   context.CancelFunc
	lanes    sync.WaitGroup
}

// NewRunner returns a runner without handlers. Due times and leases follow c.
func NewRunner(d *db.DB, c clock.Clock, log *slog.Logger) *Runner {
	return &Runner{d: d, clock: c, log: log, name: id.Token(), kinds: map[string]handling{}}
}

// Handle registers the handler of a kind. It panics when the kind has one.
func (r *Runner) Handle(kind string, fn func(ctx context.Context, payload []byte) error, options ...Option) {
	if _, taken := r.kinds[kind]; taken {
		panic("job: two handlers for " + kind)
	}
	h := handling{fn: fn, workers: defaultWorkers}
	for _, option := range options {
		option(&h)
	}
	r.kinds[kind] = h
}

// Hold makes kinds wait until Release. Call it before Start or Drain.
func (r *Runner) Hold(kinds ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = append(r.held, kinds...)
}

// Release runs the kinds that wait as well. Of a runner that has started, the
// jobs under way finish first; when ctx ends before, its error is returned and
// nothing runs any more.
func (r *Runner) Release(ctx context.Context) error {
	r.mu.Lock()
	r.held = nil
	started := r.running != nil
	r.mu.Unlock()
	if !started {
		return nil
	}
	if err := r.Stop(ctx); err != nil {
		return err
	}
	r.Start(context.WithoutCancel(ctx))
	return nil
}

// Start begins to run jobs, until Stop or the end of ctx.
func (r *Runner) Start(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running != nil {
		return
	}
	s := &session{stopping: make(chan struct{})}
	ctx, s.cancel = context.WithCancel(ctx)
	for _, l := range r.lanes() {
		unhook := r.d.OnWake(topic, l.nudge)
		s.lanes.Go(func() {
			defer unhook()
			l.serve(ctx, s.stopping)
		})
	}
	r.running = s
}

// Stop claims nothing more and waits for the jobs under way. When ctx ends
// first it cancels them and returns its error; they run again elsewhere once
// their leases expire.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	s := r.running
	r.running = nil
	r.mu.Unlock()
	if s == nil {
		return nil
	}
	close(s.stopping)
	defer s.cancel()
	stopped := make(chan struct{})
	go func() { s.lanes.Wait(); close(stopped) }()
	select {
	case <-stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Drain runs the jobs that are due, and those that they ask for, until none is
// left; jobs due later are left alone. It returns the first error of a handler
// or of the database, after everything else has run.
func (r *Runner) Drain(ctx context.Context) error {
	var first error
	for {
		lanes := r.lanes()
		var wait sync.WaitGroup
		for _, l := range lanes {
			wait.Go(func() { l.drain(ctx) })
		}
		wait.Wait()
		ran := 0
		for _, l := range lanes {
			ran += l.ran
			if first == nil {
				first = l.err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if ran == 0 {
			return first
		}
	}
}

// lanes returns fresh lanes for the registered kinds.
func (r *Runner) lanes() []*lane {
	byName := map[string]*lane{}
	for kind, h := range r.kinds {
		if slices.Contains(r.held, kind) {
			continue
		}
		l := byName[h.lane]
		if l == nil {
			l = newLane(r, h.lane)
			byName[h.lane] = l
		}
		l.workers = max(l.workers, h.workers)
		l.kinds = append(l.kinds, kind)
	}
	var all []*lane
	for _, l := range byName {
		slices.Sort(l.kinds)
		l.batch = 2 * l.workers
		all = append(all, l)
	}
	return all
}

// call runs the handler and turns its panic into an error.
func (r *Runner) call(ctx context.Context, c claimed) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("job panicked", "kind", c.kind, "key", c.key, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return r.kinds[c.kind].fn(ctx, c.payload)
}

// backoff returns how long to wait after the nth failed attempt: twice as long
// each time, a fifth more or less at random; 0 after the last.
func backoff(attempts int) time.Duration {
	if attempts >= maxAttempts {
		return 0
	}
	delay := min(longestDelay, firstDelay<<min(attempts-1, 20))
	return delay*4/5 + rand.N(delay*2/5)
}
