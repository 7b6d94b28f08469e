package delivery

import (
	"context"
	"time"

	"dateline/internal/db"
)

// rowState is a state of a recipient.
type rowState string

const (
	rowSent     rowState = "sent"
	rowDeferred rowState = "deferred"
	rowBounced  rowState = "bounced"
	rowSkipped  rowState = "skipped"
	rowGiven    rowState = "given"
	rowAsItWas  rowState = "" // put back untouched
)

// outcome is what came of an errand.
type outcome struct {
	letter  *errand
	state   rowState
	verdict verdict
	tried   bool
	code    string
	variant string
	due     time.Time // of a deferred one
	weight  int       // how many of the chunk's it settles; 0 for 1
	done    chan struct{}
}

// mostAtOnce outcomes share a commit.
const mostAtOnce = 512

// gather is how long the first outcome waits for others on PostgreSQL, where a
// commit is several round trips that many letters can share.
const gather = 1500 * time.Microsecond

// record writes outcomes until the channel is closed: all that wait, in one
// transaction, while the next ones gather.
func (r *Runner) record() {
	batch := make([]*outcome, 0, mostAtOnce)
	for o := range r.outcomes {
		batch = append(batch[:0], o)
		if r.s.DB.Engine() == db.Postgres {
			pauseFor(r.ctx, gather)
		}
		for more := true; more && len(batch) < mostAtOnce; {
			select {
			case o, open := <-r.outcomes:
				if more = open; open {
					batch = append(batch, o)
				}
			default:
				more = false
			}
		}
		r.commit(batch)
		for _, o := range batch {
			if o.done != nil {
				o.done <- struct{}{}
			}
		}
	}
}

// settling is what one commit changes of a chunk.
type settling struct {
	tally
	sent     map[string][]int64 // by variant
	others   []*outcome
	soft     []int64 // readers whose row of soft failures ends
	settles  int
	ends     bool // nothing of it is under way any more
	complete bool // every row is final
	nextAt   time.Time
	held     bool
}

// commit writes a batch, as often as it takes. It gives up only when the
// runner is told to end at once; then the outcomes are not known to anybody.
func (r *Runner) commit(batch []*outcome) {
	ctx := context.WithoutCancel(r.ctx)
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		now := r.s.Clock.Now()
		plan := r.plan(batch, now)
		err := r.s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.write(ctx, tx, plan, now) })
		if err == nil {
			r.settled(plan, now)
			return
		}
		r.s.Log.Error("the outcome of letters cannot be written down", "error", err, "letters", len(batch))
		if r.ctx.Err() != nil {
			return
		}
		pauseFor(r.ctx, wait)
	}
}

// plan computes what a batch changes, without changing anything.
func (r *Runner) plan(batch []*outcome, now time.Time) map[*chunk]*settling {
	r.mu.Lock()
	defer r.mu.Unlock()
	plan := map[*chunk]*settling{}
	for _, o := range batch {
		c := o.letter.chunk
		s := plan[c]
		if s == nil {
			s = &settling{sent: map[string][]int64{}, nextAt: now.Add(r.opt.Lease)}
			plan[c] = s
		}
		s.add(o)
		s.settles += max(1, o.weight)
	}
	for c, s := range plan {
		if c.left > s.settles {
			continue
		}
		s.ends = true
		switch {
		case c.putBack:
			s.nextAt = now
		case c.deferred > 0:
			s.nextAt = latest(c.earliest, now)
		default:
			s.complete, s.nextAt = true, now
		}
	}
	return plan
}

func (s *settling) add(o *outcome) {
	row := &o.letter.row
	if o.state != rowAsItWas && o.state != rowDeferred && row.deferred {
		s.deferred--
	}
	switch o.state {
	case rowSent:
		s.tally.sent++
		s.sent[o.variant] = append(s.sent[o.variant], row.id)
		if o.letter.to.Soft > 0 {
			s.soft = append(s.soft, row.member.ID)
		}
		return
	case rowDeferred:
		if !row.deferred {
			s.deferred++
		}
	case rowBounced:
		s.bounced++
	case rowSkipped:
		s.skipped++
	case rowGiven:
		s.gaveUp++
	case rowAsItWas:
		return
	}
	s.others = append(s.others, o)
}

// write is the transaction.
func (r *Runner) write(ctx context.Context, tx *db.Tx, plan map[*chunk]*settling, now time.Time) (err error) {
	for c, s := range plan {
		if s.held, err = count(ctx, tx, c, s.tally, s.nextAt, s.complete); err != nil {
			return err
		}
		if !s.held {
			continue // whoever has it now sends them again
		}
		if err := r.writeRows(ctx, tx, s, now); err != nil {
			return err
		}
		if !s.complete {
			continue
		}
		if err := settleChunk(ctx, tx, c); err != nil {
			return err
		}
		if err := r.s.finish(ctx, tx, c.mailing.id); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) writeRows(ctx context.Context, tx *db.Tx, s *settling, now time.Time) error {
	for variant, ids := range s.sent {
		if err := markSent(ctx, tx, variant, now, ids); err != nil {
			return err
		}
	}
	for _, id := range s.soft {
		if err := r.s.Readers.Delivered(ctx, tx, id); err != nil {
			return err
		}
	}
	for _, o := range s.others {
		if err := markOther(ctx, tx, o, now); err != nil {
			return err
		}
		final := o.state == rowBounced || o.state == rowGiven
		if !final || o.verdict != readerHard && o.verdict != readerSoft {
			continue
		}
		if err := r.s.Readers.Bounced(ctx, tx, o.letter.row.member.ID, o.verdict == readerHard); err != nil {
			return err
		}
	}
	return nil
}

// settled takes a written plan over.
func (r *Runner) settled(plan map[*chunk]*settling, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c, s := range plan {
		c.left -= s.settles
		c.leaseTo = now.Add(r.opt.Lease)
		if !s.held {
			if !c.lost {
				r.s.Log.Warn("a part of a mailing was taken over by another process", "mailing", c.mailing.id, "letters", s.settles)
			}
			c.lost = true
		}
		if s.ends {
			delete(r.chunks, c.id)
			r.nudge()
		}
	}
}
