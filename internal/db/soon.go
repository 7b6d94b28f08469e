package db

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"dateline/internal/clock"
)

// SoonEvery is how often a key of Tx.PurgeSoon is purged at most.
const SoonEvery = 250 * time.Millisecond

// soonMark begins the keys in a purge row that may wait.
const soonMark = "~"

// later holds back the purges that may wait: the first one of a key is told at
// once, those of the following interval together at its end. What it holds back
// is durable already, in purge rows; a process that ends loses no more than its
// own pages, which end with it.
type later struct {
	clock clock.Clock
	tell  func(purged map[string]struct{})
	work  *sync.WaitGroup
	ended <-chan struct{}

	turn sync.Mutex // one tells at a time
	mu   sync.Mutex
	keys map[string]*held
	on   bool // a goroutine waits for the next interval's end
	over bool
}

// held is a key that was purged within the last interval, or is about to be.
type held struct {
	told    time.Time
	waiting chan struct{} // closed once it was told; nil when nothing waits
	telling chan struct{} // of the purge that is being told, or was last
}

func newLater(c clock.Clock, ended <-chan struct{}, work *sync.WaitGroup, tell func(map[string]struct{})) *later {
	return &later{clock: c, tell: tell, work: work, ended: ended, keys: map[string]*held{}}
}

// ask purges keys now, or at the end of their intervals.
func (l *later) ask(keys map[string]struct{}) {
	if len(keys) == 0 {
		return
	}
	l.mu.Lock()
	for key := range keys {
		h := l.keys[key]
		if h == nil {
			h = &held{}
			l.keys[key] = h
		}
		if h.waiting == nil {
			h.waiting = make(chan struct{})
		}
	}
	l.mu.Unlock()
	l.apply(l.clock.Now(), maps.Keys(keys))
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.on && !l.over && len(l.keys) > 0 {
		l.on = true
		l.work.Go(l.follow)
	}
}

// apply tells of those keys whose time has come.
func (l *later) apply(now time.Time, keys iter.Seq[string]) {
	l.turn.Lock()
	defer l.turn.Unlock()
	due := map[string]struct{}{}
	var told []chan struct{}
	l.mu.Lock()
	for key := range keys {
		h := l.keys[key]
		if h == nil || h.waiting == nil || h.fresh(now) {
			continue
		}
		due[key] = struct{}{}
		told = append(told, h.waiting)
		h.told, h.telling, h.waiting = now, h.waiting, nil
	}
	l.mu.Unlock()
	if len(due) > 0 {
		l.tell(due)
	}
	for _, done := range told {
		close(done)
	}
}

// stop keeps the goroutine from starting again.
func (l *later) stop() {
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
}

// fresh tells whether the key was purged less than an interval ago. A clock
// that was set back holds nothing up.
func (h *held) fresh(now time.Time) bool {
	return now.Sub(h.told) < SoonEvery && !now.Before(h.told)
}

// follow applies at the end of each interval until nothing is held any more.
func (l *later) follow() {
	timer := time.NewTimer(SoonEvery)
	defer timer.Stop()
	for {
		select {
		case <-l.ended:
			return
		case <-timer.C:
		}
		now := l.clock.Now()
		l.mu.Lock()
		all := slices.Collect(maps.Keys(l.keys))
		l.mu.Unlock()
		l.apply(now, slices.Values(all))
		wait, more := l.tidy(now)
		if !more {
			return
		}
		timer.Reset(wait)
	}
}

// tidy forgets the keys that were quiet for an interval, and says when the next
// one ends; false when nothing is held.
func (l *later) tidy(now time.Time) (wait time.Duration, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait = SoonEvery
	for key, h := range l.keys {
		if h.waiting == nil && !h.fresh(now) {
			delete(l.keys, key)
			continue
		}
		wait = min(wait, h.told.Add(SoonEvery).Sub(now))
	}
	l.on = len(l.keys) > 0
	return max(wait, time.Millisecond), l.on
}

// await waits until what was asked for so far under the keys was told.
func (l *later) await(ctx context.Context, keys []string) error {
	for _, key := range keys {
		var until [2]chan struct{}
		l.mu.Lock()
		if h := l.keys[key]; h != nil {
			until = [2]chan struct{}{h.telling, h.waiting}
		}
		l.mu.Unlock()
		for _, told := range until {
			if told == nil {
				continue
			}
			select {
			case <-told:
			case <-l.ended:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// PurgeSoon is Purge for what changes many times a second: each key is purged
// at most once in SoonEvery, the first time at once and then at the interval's
// end. That it will be is as durable as the transaction.
func (tx *Tx) PurgeSoon(keys ...string) {
	if tx.soon == nil {
		tx.soon = map[string]struct{}{}
	}
	for _, key := range keys {
		tx.soon[key] = struct{}{}
	}
}

// Purged waits until the pages of this process no longer show anything older
// than what was committed before the call and purged by PurgeSoon under the
// keys. It returns the error of ctx when that ends first.
func (d *DB) Purged(ctx context.Context, keys ...string) error {
	return d.purge.later.await(ctx, keys)
}

// rowKeys are the keys of a transaction as its purge row lists them.
func (tx *Tx) rowKeys() []string {
	keys := slices.Sorted(maps.Keys(tx.purged))
	for _, key := range slices.Sorted(maps.Keys(tx.soon)) {
		if _, now := tx.purged[key]; !now {
			keys = append(keys, soonMark+key)
		}
	}
	return keys
}

// sortOut parts the keys of purge rows into those for now and those that may
// wait.
func sortOut(keys map[string]struct{}) (now, soon map[string]struct{}) {
	now, soon = map[string]struct{}{}, map[string]struct{}{}
	for key := range keys {
		if rest, may := strings.CutPrefix(key, soonMark); may {
			soon[rest] = struct{}{}
		} else {
			now[key] = struct{}{}
		}
	}
	return now, soon
}
