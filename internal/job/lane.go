package job

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
)

const (
	mostAtOnce = 512                    // jobs claimed in one transaction
	fullEnded  = 128                    // ended jobs that are settled though others wait
	quick      = 200 * time.Millisecond // a batch done sooner may be larger
	lostRace   = 50 * time.Millisecond
	slow       = 2 * time.Second // a batch that takes longer should be smaller
)

// lane claims and runs the jobs of some kinds. One goroutine owns its state;
// handlers run in goroutines that report to it.
type lane struct {
	r       *Runner
	name    string
	kinds   []string
	workers int
	wake    chan struct{}
	done    chan outcome

	waiting []claimed         // leased, not begun
	running map[int64]claimed // leased, under way
	ended   []outcome         // not yet recorded
	batch   int               // how many to claim next
	since   time.Time         // of the last claim
	ran     int
	err     error // the first
}

func newLane(r *Runner, name string) *lane {
	return &lane{r: r, name: name, workers: 1,
		wake: make(chan struct{}, 1), done: make(chan outcome), running: map[int64]claimed{}}
}

// nudge makes a sleeping lane look for jobs.
func (l *lane) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// serve runs jobs until stopping or the end of ctx, then waits for those under
// way and gives the others back.
func (l *lane) serve(ctx context.Context, stopping <-chan struct{}) {
	renew := time.NewTicker(renewEvery)
	defer renew.Stop()
	for {
		pause := time.Duration(0)
		if !closed(stopping) {
			pause = l.advance(ctx)
		}
		timer := time.NewTimer(pause)
		select {
		case o := <-l.done:
			l.end(o)
		case <-l.wake:
		case <-timer.C:
		case <-renew.C:
			l.renew(ctx)
		case <-stopping:
			timer.Stop()
			l.finish(ctx)
			return
		case <-ctx.Done():
			timer.Stop()
			l.finish(ctx)
			return
		}
		timer.Stop()
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// drain runs jobs until none is due.
func (l *lane) drain(ctx context.Context) {
	renew := time.NewTicker(renewEvery)
	defer renew.Stop()
	for ctx.Err() == nil {
		l.advance(ctx)
		if len(l.waiting)+len(l.running) == 0 {
			break // nothing due, or the database fails: l.err says which
		}
		select {
		case o := <-l.done:
			l.end(o)
		case <-renew.C:
			l.renew(ctx)
		case <-ctx.Done():
		}
	}
	l.finish(ctx)
}

// advance begins what can begin, recording and claiming as needed, and returns
// how long nothing will happen by itself.
func (l *lane) advance(ctx context.Context) time.Duration {
	for {
		l.collect()
		l.launch(ctx)
		idle := len(l.waiting) == 0 && len(l.running) < l.workers
		if !idle && len(l.ended) < fullEnded {
			return pollEvery
		}
		pause, err := l.step(ctx, idle)
		if err != nil {
			l.fault("job queue", err)
			return pollEvery
		}
		if len(l.waiting) == 0 || len(l.running) == l.workers {
			return pause
		}
	}
}

// collect takes the reports that are there.
func (l *lane) collect() {
	for {
		select {
		case o := <-l.done:
			l.end(o)
		default:
			return
		}
	}
}

func (l *lane) launch(ctx context.Context) {
	for len(l.waiting) > 0 && len(l.running) < l.workers && ctx.Err() == nil {
		c := l.waiting[0]
		l.waiting = l.waiting[1:]
		l.running[c.id] = c
		go func() {
			o := outcome{job: c, err: errVanished}
			defer func() { l.done <- o }() // after runtime.Goexit too
			o.err = l.r.call(ctx, c)
			o.interrupted = ctx.Err() != nil
		}()
	}
}

// end notes how a job ended.
func (l *lane) end(o outcome) {
	delete(l.running, o.job.id)
	l.ran++
	if o.err != nil && !o.interrupted {
		var hopeless *hopeless
		if !errors.As(o.err, &hopeless) {
			o.retry = backoff(o.job.attempts)
		}
		l.r.log.Warn("job failed", "kind", o.job.kind, "key", o.job.key, "attempt", o.job.attempts,
			"retry_in", o.retry, "error", o.err)
		if l.err == nil {
			l.err = o.err
		}
	}
	l.ended = append(l.ended, o)
}

// step records what ended and, when the lane is idle, claims what is due, all
// in one transaction. When there is nothing to do it only reads.
func (l *lane) step(ctx context.Context, idle bool) (pause time.Duration, err error) {
	now := l.r.clock.Now()
	due, expired := false, false
	if idle {
		if pause, err = l.untilDue(ctx, now); err != nil {
			return 0, err
		}
		if expired, err = anyExpired(ctx, l.r.d, now); err != nil {
			return 0, err
		}
		due = pause <= 0 || expired
	}
	if len(l.ended) == 0 && !due {
		return pause, nil
	}
	var got []claimed
	err = l.r.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		got = nil
		if err := settle(ctx, tx, l.ended, now); err != nil {
			return err
		}
		if expired {
			if err := expire(ctx, tx, now); err != nil {
				return err
			}
		}
		if !idle {
			return nil
		}
		var err error
		got, err = claim(ctx, tx, l.kindsJSON(), l.r.name+"/"+id.Token(), now, now.Add(leaseTime), l.batch)
		return err
	})
	if err != nil {
		return 0, err
	}
	l.ended = nil
	if idle {
		l.resize(len(got))
		l.waiting = got
	}
	if due && len(got) == 0 {
		pause = lostRace // another runner was faster, or is about to be
	}
	return pause, nil
}

// untilDue returns how long until a job is due, at most pollEvery; 0 for now.
func (l *lane) untilDue(ctx context.Context, now time.Time) (time.Duration, error) {
	at, err := nextDue(ctx, l.r.d, l.kindsJSON())
	if fault.Is(err, fault.NotFound) {
		return pollEvery, nil
	}
	if err != nil {
		return 0, err
	}
	if at == 0 {
		return 0, nil
	}
	return min(pollEvery, max(0, db.Time(at).Sub(now))), nil
}

// resize makes the next batch fit the time the last one took.
func (l *lane) resize(got int) {
	now := clock.System{}.Now()
	took := now.Sub(l.since)
	if got == l.batch && took < quick {
		l.batch = min(mostAtOnce, 2*l.batch)
	} else if took > slow {
		l.batch = max(l.workers, l.batch/2)
	}
	l.since = now
}

func (l *lane) kindsJSON() string {
	raw, _ := json.Marshal(l.kinds) // strings always encode
	return string(raw)
}

// settle records how jobs ended.
func settle(ctx context.Context, tx *db.Tx, ended []outcome, now time.Time) error {
	good, unfinished := map[string][]int64{}, map[string][]int64{}
	for _, o := range ended {
		switch {
		case o.err == nil:
			good[o.job.lease] = append(good[o.job.lease], o.job.id)
		case o.interrupted:
			unfinished[o.job.lease] = append(unfinished[o.job.lease], o.job.id)
		default:
			if err := fail(ctx, tx, o, now); err != nil {
				return err
			}
		}
	}
	for lease, ids := range good {
		if err := finish(ctx, tx, lease, ids); err != nil {
			return err
		}
	}
	for lease, ids := range unfinished {
		if err := giveBack(ctx, tx, lease, ids); err != nil {
			return err
		}
	}
	return nil
}

// renew keeps the leases of what waits or runs here.
func (l *lane) renew(ctx context.Context) {
	byLease := map[string][]int64{}
	for _, c := range l.waiting {
		byLease[c.lease] = append(byLease[c.lease], c.id)
	}
	for _, c := range l.running {
		byLease[c.lease] = append(byLease[c.lease], c.id)
	}
	if len(byLease) == 0 {
		return
	}
	until := l.r.clock.Now().Add(leaseTime)
	err := l.r.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for lease, ids := range byLease {
			if err := renew(ctx, tx, lease, ids, until); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		l.fault("renewing job leases", err)
	}
}

// finish waits for what runs, then records it and gives the rest back.
func (l *lane) finish(ctx context.Context) {
	for len(l.running) > 0 {
		l.end(<-l.done)
	}
	for _, c := range l.waiting {
		l.ended = append(l.ended, outcome{job: c, err: errUnstarted, interrupted: true})
	}
	l.waiting = nil
	if len(l.ended) == 0 {
		return
	}
	// ctx may have ended; what the jobs did is recorded all the same.
	ctx = context.WithoutCancel(ctx)
	now := l.r.clock.Now()
	err := l.r.d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return settle(ctx, tx, l.ended, now) })
	if err != nil {
		l.fault("recording jobs", err)
		return
	}
	l.ended = nil
}

var (
	errUnstarted = errors.New("not begun")
	errVanished  = errors.New("the handler did not return")
)

// fault notes an error of the database; the work it concerns is done again.
func (l *lane) fault(what string, err error) {
	l.r.log.Error(what, "lane", l.name, "error", err)
	if l.err == nil {
		l.err = err
	}
}
