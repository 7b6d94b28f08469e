package delivery

import (
	"context"
	"slices"
	"sync"
	"time"

	"dateline/internal/clock"
	"dateline/internal/delivery/relay"
	"dateline/internal/subscriber"
)

// chunk is a leased chunk. Its changing fields are the runner's, under its lock.
type chunk struct {
	id, first, last int64
	mailing         active
	planned         time.Time
	fence           int64

	rows     []row // not fetched yet
	left     int   // letters without a recorded outcome, and one while rows are fetched
	deferred int   // rows that will be tried again later
	earliest time.Time
	putBack  bool // some rows were given back untouched
	leaseTo  time.Time
	lost     bool // somebody else has it
	dropped  bool // its mailing is not being sent any more, or the runner stops
}

// errand is one letter on its way.
type errand struct {
	chunk   *chunk
	row     row
	to      subscriber.Recipient
	fetched time.Time // when the address was asked for
	domain  *domain
	began   time.Time // when a connection took it
	tries   int       // that failed for the relay's sake
}

// domain is one provider's queue.
type domain struct {
	name     string
	limit    limiter
	waiting  []*errand
	ringed   bool
	nextSlot time.Time // for letters that do not fit
}

// relayState is a relay as the dispatcher sees it.
type relayState struct {
	cfg     relay.Config
	limit   limiter
	share   float64 // letters taken by weight
	tookAt  time.Time
	waiters []chan *errand
}

// dispatcher hands errands to connections: the relays of the best priority
// first, by their weights, and never more for a provider than it wants.
type dispatcher struct {
	clock  clock.Clock
	low    int    // below so many errands more is asked for
	hungry func() // asks for more
	most   int    // connections to a provider
	rate   float64

	mu      sync.Mutex
	domains map[string]*domain
	ring    []*domain // those with errands
	at      int
	relays  []*relayState
	queued  int
	closed  bool
}

func newDispatcher(c clock.Clock, relays []relay.Config, most int, rate float64) *dispatcher {
	d := &dispatcher{clock: c, most: most, rate: rate, domains: map[string]*domain{}}
	for _, cfg := range relays {
		cfg = cfg.Filled()
		d.relays = append(d.relays, &relayState{cfg: cfg, limit: newLimiter(cfg.Connections, cfg.Rate)})
	}
	return d
}

// slack is how far, in letters, a relay may run ahead of its weight.
const slack = 4

// busyFor is how long a relay with no free connection may hold up the others:
// weights count among those that move.
const busyFor = time.Second

const mostDomains = 10_000 // known at a time

// domainOf finds the queue of a provider.
func (d *dispatcher) domainOf(name string) *domain {
	found := d.domains[name]
	if found == nil {
		if len(d.domains) >= mostDomains {
			d.forget()
		}
		found = &domain{name: name, limit: newLimiter(d.most, d.rate)}
		d.domains[name] = found
	}
	return found
}

// forget drops the providers about which there is nothing to know.
func (d *dispatcher) forget() {
	now := d.clock.Now()
	for name, one := range d.domains {
		if !one.ringed && one.limit.inflight == 0 && !one.limit.limited(now) {
			delete(d.domains, name)
		}
	}
}

// slotGrid rounds the times of letters that do not fit, so that a chunk is
// looked at rarely.
const slotGrid = 15 * time.Second

// push queues an errand. When its provider takes less than there is already, it
// returns when to try it instead.
func (d *dispatcher) push(e *errand) (later time.Time) {
	now := d.clock.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	one := d.domainOf(provider(e.to.Address))
	e.domain = one
	if one.limit.limited(now) && len(one.waiting) >= 4+2*int(one.limit.window) {
		one.nextSlot = latest(one.nextSlot, now, one.limit.pausedTo).Add(time.Second / time.Duration(max(1, int(one.limit.window))))
		return one.nextSlot.Truncate(slotGrid).Add(slotGrid)
	}
	d.queue(one, e)
	d.dispatch(now)
	return time.Time{}
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

func (d *dispatcher) queue(one *domain, e *errand) {
	one.waiting = append(one.waiting, e)
	d.queued++
	if !one.ringed {
		one.ringed = true
		d.ring = append(d.ring, one)
	}
}

// again queues an errand that a relay's failure brought back.
func (d *dispatcher) again(e *errand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queue(e.domain, e)
	d.dispatch(d.clock.Now())
}

// take waits for an errand for a relay's connection; nil at the end. When none
// comes for a while idle is called.
func (d *dispatcher) take(r *relayState, idleAfter time.Duration, idle func()) *errand {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	if e := d.pick(r, d.clock.Now()); e != nil {
		d.mu.Unlock()
		return e
	}
	mine := make(chan *errand, 1)
	r.waiters = append(r.waiters, mine)
	d.mu.Unlock()
	timer := time.NewTimer(idleAfter)
	defer timer.Stop()
	select {
	case e := <-mine:
		return e
	case <-timer.C:
		idle()
	}
	return <-mine
}

// tick hands out what time has made possible.
func (d *dispatcher) tick() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dispatch(d.clock.Now())
}

// dispatch serves the connections that wait.
func (d *dispatcher) dispatch(now time.Time) {
	for moved := true; moved && d.queued > 0; {
		moved = false
		for _, r := range d.relays {
			if len(r.waiters) == 0 {
				continue
			}
			if e := d.pick(r, now); e != nil {
				r.waiters[0] <- e
				r.waiters = r.waiters[1:]
				moved = true
			}
		}
	}
}

// pick finds the next errand for a relay.
func (d *dispatcher) pick(r *relayState, now time.Time) *errand {
	if d.queued == 0 || !r.limit.open(now) || !d.turn(r, now) {
		return nil
	}
	for range d.ring {
		d.at = (d.at + 1) % len(d.ring)
		one := d.ring[d.at]
		if !one.limit.open(now) {
			continue
		}
		e := one.waiting[0]
		one.waiting[0] = nil
		one.waiting = one.waiting[1:]
		d.queued--
		if len(one.waiting) == 0 {
			one.waiting, one.ringed = nil, false
			d.ring = slices.Delete(d.ring, d.at, d.at+1)
		}
		e.began = now
		one.limit.begin()
		d.took(r, now)
		if d.queued < d.low {
			d.hungry()
		}
		return e
	}
	return nil
}

// turn tells whether it is a relay's turn by priority and weight.
func (d *dispatcher) turn(r *relayState, now time.Time) bool {
	least := r.share
	for _, other := range d.relays {
		switch {
		case other == r || now.Before(other.limit.pausedTo):
		case other.cfg.Priority < r.cfg.Priority:
			return false
		case other.cfg.Priority == r.cfg.Priority && other.moves(now):
			least = min(least, other.share)
		}
	}
	return r.share <= least+slack/float64(r.cfg.Weight)
}

// moves tells whether a relay takes letters at the moment.
func (r *relayState) moves(now time.Time) bool {
	return r.limit.unpaused(now) && (r.limit.inflight < int(r.limit.window) || now.Sub(r.tookAt) < busyFor)
}

func (d *dispatcher) took(r *relayState, now time.Time) {
	r.limit.begin()
	r.tookAt = now
	r.share += 1 / float64(r.cfg.Weight)
	for _, other := range d.relays {
		if other != r && !other.moves(now) {
			other.share = max(other.share, r.share) // it does not catch up later
		}
	}
}

// ended notes what came of an errand, for the limits.
func (d *dispatcher) ended(r *relayState, e *errand, v verdict) {
	now := d.clock.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	r.limit.end()
	e.domain.limit.end()
	switch v {
	case taken:
		r.limit.success()
		e.domain.limit.success()
	case throttled:
		e.domain.limit.slow(now, e.began, time.Second)
	case server:
		r.limit.slow(now, e.began, time.Second)
	}
	d.dispatch(now)
}

func (d *dispatcher) length() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.queued
}

// remove takes errands out of the queue.
func (d *dispatcher) remove(which func(*errand) bool) []*errand {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []*errand
	d.ring = slices.DeleteFunc(d.ring, func(one *domain) bool {
		one.waiting = slices.DeleteFunc(one.waiting, func(e *errand) bool {
			if !which(e) {
				return false
			}
			out = append(out, e)
			return true
		})
		one.ringed = len(one.waiting) > 0
		return !one.ringed
	})
	d.queued -= len(out)
	return out
}

// close sends every waiting connection home.
func (d *dispatcher) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for _, r := range d.relays {
		for _, w := range r.waiters {
			w <- nil
		}
		r.waiters = nil
	}
}

// pauseFor waits, or returns early when ctx ends.
func pauseFor(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
