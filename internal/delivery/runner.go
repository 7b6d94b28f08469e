package delivery

import (
	"context"
	"errors"
	"sync"
	"time"

	"dateline/internal/db"
	"dateline/internal/delivery/relay"
	"dateline/internal/fault"
)

// Options say how much a runner does at once. Its memory follows from them,
// not from the number of recipients.
type Options struct {
	Relays            []relay.Config
	DomainConnections int           // most at once to one provider; 0 for 10
	DomainRate        float64       // letters a second to one provider, 0 for no limit
	Lease             time.Duration // how long a chunk stays with a process that is silent; 0 for 30 s
	VariantBytes      int           // for letters that are built; 0 for 16 MB
}

// Runner sends what is due, in one process. Any number of processes may run
// one on the same database.
type Runner struct {
	s        *Service
	opt      Options
	dispatch *dispatcher
	bodies   *bodies
	keys     *keyRing
	outcomes chan *outcome
	wake     chan struct{}

	ctx      context.Context // of connections; ends when stopping takes too long
	cancel   context.CancelFunc
	stopping chan struct{}
	once     sync.Once
	workers  sync.WaitGroup
	loop     sync.WaitGroup
	writer   sync.WaitGroup

	mu     sync.Mutex
	chunks map[int64]*chunk
}

const (
	pollEvery   = 500 * time.Millisecond // for what other processes do
	tickEvery   = 20 * time.Millisecond  // while connections wait for a limit
	fetchAtOnce = 32                     // addresses
	freshFor    = time.Second            // after which an address is asked for again
	idleFor     = 20 * time.Second       // after which a connection is closed
	dueSoon     = 15 * time.Second       // deferred letters are taken along this early
	mostTries   = 5                      // of one letter in a row that fail for the relays' sake
)

// NewRunner returns a runner that does nothing yet.
func NewRunner(s *Service, opt Options) (*Runner, error) {
	if len(opt.Relays) == 0 {
		return nil, fault.New(fault.Invalid, "there is no mail server to send through").WithHint("set smtp_host or mail_relays; docs/manual/delivery.md describes them")
	}
	for _, cfg := range opt.Relays {
		if err := cfg.Filled().Check(); err != nil {
			return nil, err
		}
	}
	if opt.DomainConnections <= 0 {
		opt.DomainConnections = 10
	}
	if opt.Lease <= 0 {
		opt.Lease = 30 * time.Second
	}
	if opt.VariantBytes <= 0 {
		opt.VariantBytes = 16 << 20
	}
	r := &Runner{s: s, opt: opt, bodies: newBodies(opt.VariantBytes), keys: &keyRing{s: s}, chunks: map[int64]*chunk{},
		outcomes: make(chan *outcome, mostAtOnce), wake: make(chan struct{}, 1), stopping: make(chan struct{})}
	r.dispatch = newDispatcher(s.Clock, opt.Relays, opt.DomainConnections, opt.DomainRate)
	connections := 0
	for _, relay := range r.dispatch.relays {
		connections += relay.cfg.Connections
	}
	r.dispatch.low = max(fetchAtOnce, 2*connections)
	r.dispatch.hungry = r.nudge
	return r, nil
}

func (r *Runner) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Start begins to send, until Stop or the end of ctx.
func (r *Runner) Start(ctx context.Context) {
	r.ctx, r.cancel = context.WithCancel(ctx)
	unhook := r.s.DB.OnWake(topic, r.nudge)
	r.writer.Go(r.record)
	for _, state := range r.dispatch.relays {
		for range state.cfg.Connections {
			r.workers.Go(func() { r.connection(state) })
		}
	}
	r.loop.Go(func() {
		defer unhook()
		r.feed()
	})
}

// Stop takes nothing more, lets the letters in the air arrive and gives the
// others back. When ctx ends first the connections are cut and its error is
// returned; what they carried is sent again.
func (r *Runner) Stop(ctx context.Context) error {
	r.once.Do(func() { close(r.stopping) })
	defer r.cancel()
	ended := make(chan struct{})
	go func() {
		r.loop.Wait()
		r.dispatch.close()
		r.workers.Wait()
		close(r.outcomes)
		r.writer.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		r.cancel()
		<-ended
		return ctx.Err()
	}
}

// feed keeps the dispatcher supplied.
func (r *Runner) feed() {
	var renewed time.Time
	for {
		now := r.s.Clock.Now()
		mailings, err := activeMailings(r.ctx, r.s.DB)
		if err != nil {
			r.complain("mailings cannot be read", err)
		} else {
			r.dropAllBut(mailings)
		}
		if now.Sub(renewed) > r.opt.Lease/3 {
			r.renew(now)
			renewed = now
		}
		r.supply(mailings)
		if !r.rest() {
			r.drop(func(*chunk) bool { return true })
			return
		}
	}
}

// rest waits for something to do; false at the end.
func (r *Runner) rest() bool {
	poll := time.NewTimer(pollEvery)
	defer poll.Stop()
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.stopping:
			return false
		case <-r.ctx.Done():
			return false
		case <-r.wake:
			return true
		case <-poll.C:
			return true
		case <-tick.C:
			r.dispatch.tick()
		}
	}
}

func (r *Runner) complain(what string, err error) {
	if !errors.Is(err, context.Canceled) && r.ctx.Err() == nil {
		r.s.Log.Error(what, "error", err)
	}
}

// dropAllBut gives back the chunks of mailings that are not being sent.
func (r *Runner) dropAllBut(mailings []active) {
	sending := map[int64]bool{}
	for _, m := range mailings {
		sending[m.id] = true
	}
	r.drop(func(c *chunk) bool { return !sending[c.mailing.id] })
}

// drop gives chunks back: their letters that are in the air arrive.
func (r *Runner) drop(which func(*chunk) bool) {
	var back []*outcome
	r.mu.Lock()
	any := false
	for _, c := range r.chunks {
		if !c.dropped && (c.lost || which(c)) {
			c.dropped, any = true, true
			if n := len(c.rows); n > 0 {
				c.rows, c.putBack = nil, true
				back = append(back, &outcome{letter: &errand{chunk: c}, weight: n + 1})
			}
		}
	}
	r.mu.Unlock()
	if !any {
		return
	}
	for _, e := range r.dispatch.remove(func(e *errand) bool { return r.gone(e.chunk) }) {
		r.putBack(e.chunk)
		back = append(back, &outcome{letter: e})
	}
	for _, o := range back {
		r.outcomes <- o
	}
}

func (r *Runner) gone(c *chunk) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return c.dropped || c.lost
}

func (r *Runner) putBack(c *chunk) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.putBack = true
}

// supply fetches addresses while the dispatcher has room.
func (r *Runner) supply(mailings []active) {
	for r.dispatch.length() < r.dispatch.low {
		select {
		case <-r.stopping:
			return
		default:
		}
		c := r.unfetched()
		if c == nil {
			if !r.takeMore(mailings) {
				return
			}
			continue
		}
		if err := r.fetch(c); err != nil {
			r.complain("readers' addresses cannot be read", err)
			return
		}
	}
}

// unfetched is the oldest chunk with rows to fetch.
func (r *Runner) unfetched() *chunk {
	r.mu.Lock()
	defer r.mu.Unlock()
	var first *chunk
	for _, c := range r.chunks {
		if len(c.rows) > 0 && !c.dropped && !c.lost && (first == nil || c.id < first.id) {
			first = c
		}
	}
	return first
}

// mostChunks is the limit of chunks held: slow letters of many chunks must not
// add up.
const mostChunks = 64

// takeMore leases a chunk of each mailing that has one due.
func (r *Runner) takeMore(mailings []active) bool {
	r.mu.Lock()
	room := mostChunks - len(r.chunks)
	r.mu.Unlock()
	got := false
	now := r.s.Clock.Now()
	for _, m := range mailings {
		if room <= 0 {
			break
		}
		at, err := nextDue(r.ctx, r.s.DB, m.id)
		if fault.Is(err, fault.NotFound) || err == nil && at.After(now) {
			continue
		}
		var taken []*chunk
		if err == nil {
			err = r.s.DB.Write(r.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				taken, err = take(ctx, tx, m, now, now.Add(r.opt.Lease), 1)
				return err
			})
		}
		if err != nil {
			r.complain("letters cannot be taken from the database", err)
			continue
		}
		for _, c := range taken {
			if err := r.load(c, now); err != nil {
				r.complain("recipients cannot be read", err)
				continue // its lease ends by itself
			}
			room--
			got = true
		}
	}
	return got
}

// load reads the rows of a chunk that are due.
func (r *Runner) load(c *chunk, now time.Time) error {
	rows, err := openRows(r.ctx, r.s.DB, c)
	if err != nil {
		return err
	}
	for _, one := range rows {
		if one.deferred && one.due.After(now.Add(dueSoon)) {
			c.later(one.due)
			continue
		}
		c.rows = append(c.rows, one)
	}
	c.left = len(c.rows) + 1
	r.mu.Lock()
	r.chunks[c.id] = c
	r.mu.Unlock()
	if len(c.rows) == 0 {
		r.outcomes <- &outcome{letter: &errand{chunk: c}}
	}
	return nil
}

// later notes that a row of the chunk is to be tried at a time.
func (c *chunk) later(at time.Time) {
	c.deferred++
	if c.earliest.IsZero() || at.Before(c.earliest) {
		c.earliest = at
	}
}

// fetch asks for the addresses of a chunk's next rows and queues their letters.
func (r *Runner) fetch(c *chunk) error {
	r.mu.Lock()
	n := min(fetchAtOnce, len(c.rows))
	rows := c.rows[:n]
	r.mu.Unlock()
	ids := make([]int64, n)
	for i, one := range rows {
		ids[i] = one.member.ID
	}
	now := r.s.Clock.Now()
	found, err := r.s.Readers.Recipients(r.ctx, r.s.DB, c.mailing.newsletter, ids)
	if err != nil {
		return err
	}
	r.mu.Lock()
	if len(c.rows) < n || c.dropped { // given back meanwhile
		r.mu.Unlock()
		return nil
	}
	c.rows = c.rows[n:]
	last := len(c.rows) == 0
	r.mu.Unlock()
	for i, one := range rows {
		e := &errand{chunk: c, row: one, to: found[i], fetched: now}
		if !found[i].Active || found[i].Address == "" {
			r.outcomes <- &outcome{letter: e, state: rowSkipped}
			continue
		}
		if later := r.dispatch.push(e); !later.IsZero() {
			r.outcomes <- r.postponed(e, throttled, "", later, false)
		}
	}
	if last {
		r.outcomes <- &outcome{letter: &errand{chunk: c}}
	}
	return nil
}

// renew keeps the chunks whose letters take long.
func (r *Runner) renew(now time.Time) {
	r.mu.Lock()
	var held []*chunk
	for _, c := range r.chunks {
		if !c.lost && c.leaseTo.Before(now.Add(r.opt.Lease*2/3)) {
			held = append(held, c)
		}
	}
	r.mu.Unlock()
	if len(held) == 0 {
		return
	}
	until := now.Add(r.opt.Lease)
	keeps := make([]bool, len(held))
	err := r.s.DB.Write(r.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		for i, c := range held {
			if keeps[i], err = renew(ctx, tx, c, until); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.complain("letters cannot be kept", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, c := range held {
		if keeps[i] {
			c.leaseTo = until
		} else if c.left > 0 && r.chunks[c.id] == c {
			c.lost = true
		}
	}
}
