package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"dateline/internal/clock"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// A transaction that calls Tx.Purge writes one purge row. Its own process
// hears of the keys when Write returns; the others read the table every
// pollEvery, and on PostgreSQL are notified as well.
//
// Rows may become visible out of the order of their ids, since ids are made
// before the commit and by several clocks. So a reader looks back over
// lookBack, and remembers which rows it has dealt with. It does so every few
// looks; the others look back over the last rows only, so that a flood of rows
// is not read over and over.
const (
	pollEvery  = 250 * time.Millisecond
	lookBack   = 30 * time.Second
	glanceBack = 2 * time.Second
	glances    = 20 // looks of which one goes all the way back
	keepPurges = 24 * time.Hour
	tidyEvery  = time.Hour
)

// span returns how far ids move on within d: their upper part counts
// milliseconds, see package id.
func span(d time.Duration) int64 { return d.Milliseconds() << 22 }

// purger tells listeners which keys were purged, here or elsewhere.
type purger struct {
	d      *DB
	ctx    context.Context
	cancel context.CancelFunc
	start  sync.Once
	work   sync.WaitGroup
	nudge  chan int64
	later  *later

	mu        sync.Mutex
	listeners []listener
	seen      map[int64]struct{}
	newest    int64 // highest row id read, 0 before the first look
	looks     int
	lastLook  time.Time
}

// listener hears of purges, and of those that came by PurgeSoon.
type listener struct{ purge, soon func(keys []string) }

func newPurger(d *DB, c clock.Clock) *purger {
	if c == nil {
		c = clock.System{}
	}
	p := &purger{d: d, seen: map[int64]struct{}{}, nudge: make(chan int64, 64)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.later = newLater(c, p.ctx.Done(), &p.work, func(keys map[string]struct{}) { p.announce(keys, true) })
	return p
}

// OnPurge calls fn with the keys of every transaction that purged something:
// before Write returns for those of this process, within half a second for
// those of others. The key "*" stands for all. fn is called from several
// goroutines, must be quick, and must not write.
func (d *DB) OnPurge(fn func(keys []string)) { d.OnPurges(fn, fn) }

// OnPurges is OnPurge that tells the keys of Tx.PurgeSoon to soon instead. That
// may take its time: whoever waits by Purged waits for it.
func (d *DB) OnPurges(purge, soon func(keys []string)) {
	p := d.purge
	p.mu.Lock()
	p.listeners = append(p.listeners, listener{purge, soon})
	p.mu.Unlock()
	p.start.Do(func() {
		p.work.Go(p.follow)
		p.work.Go(func() { d.listen(p.ctx, p.hear) })
	})
}

func (p *purger) stop() {
	p.start.Do(func() {})
	p.cancel()
	p.later.stop()
	p.work.Wait()
}

// record writes the purge row of tx, if it purged anything.
func (p *purger) record(ctx context.Context, tx *Tx) error {
	if len(tx.purged) == 0 && len(tx.soon) == 0 {
		return nil
	}
	keys, err := json.Marshal(tx.rowKeys())
	if err != nil {
		return fault.New(fault.Internal, "purge keys: %w", err)
	}
	row := id.New()
	if _, err := tx.Exec(ctx, `INSERT INTO purge (id, at, keys) VALUES ($1, $2, $3)`,
		row, Micros(clock.System{}.Now()), string(keys)); err != nil {
		return err
	}
	// Marked before the commit, so that the follower never takes it for
	// somebody else's.
	p.mu.Lock()
	if len(p.listeners) > 0 {
		p.seen[row] = struct{}{}
	}
	p.mu.Unlock()
	if len(tx.purged) == 0 {
		return nil // the next look finds it in time
	}
	return p.d.notify(ctx, tx, row)
}

func (p *purger) announce(purged map[string]struct{}, soon bool) {
	p.mu.Lock()
	listeners := slices.Clone(p.listeners)
	p.mu.Unlock()
	if len(listeners) == 0 || len(purged) == 0 {
		return
	}
	keys := slices.Sorted(maps.Keys(purged))
	for _, l := range listeners {
		if soon {
			l.soon(keys)
		} else {
			l.purge(keys)
		}
	}
}

// announceSoon is announce for keys that may wait.
func (p *purger) announceSoon(soon map[string]struct{}) {
	p.mu.Lock()
	heard := len(p.listeners) > 0
	p.mu.Unlock()
	if heard {
		p.later.ask(soon)
	}
}

// hear takes an announcement of the engine; when too many wait, the next look
// finds the row all the same.
func (p *purger) hear(row int64) {
	select {
	case p.nudge <- row:
	default:
	}
}

func (p *purger) follow() {
	look := time.NewTicker(pollEvery)
	defer look.Stop()
	tidy := time.NewTicker(tidyEvery)
	defer tidy.Stop()
	for {
		select {
		case <-p.ctx.Done():
			return
		case row := <-p.nudge:
			p.read([]int64{row})
		case <-look.C:
			p.look()
		case <-tidy.C:
			_ = p.tidy(p.ctx) // tried again in an hour
		}
	}
}

// look reads the rows that appeared since the last look. An error leaves them
// to the next one.
func (p *purger) look() {
	newest := p.newest
	if newest == 0 {
		if err := p.d.QueryRow(p.ctx, `SELECT COALESCE(MAX(id), 1) FROM purge`).Scan(&newest); err != nil {
			return
		}
	}
	back := glanceBack
	if p.looks%glances == 0 {
		back = lookBack
	}
	p.looks++
	rows, err := p.d.Query(p.ctx, `SELECT id FROM purge WHERE id > $1 ORDER BY id`, newest-span(back))
	ids, err := All(rows, err, scanInt64)
	if err != nil {
		return
	}
	now := clock.System{}.Now()
	if !p.lastLook.IsZero() && now.Sub(p.lastLook) > keepPurges/2 {
		p.announce(map[string]struct{}{"*": {}}, false) // rows may have been tidied away unread
	}
	p.lastLook = now
	if len(ids) > 0 {
		newest = max(newest, ids[len(ids)-1])
	}
	if p.read(ids) {
		p.newest = newest
		p.forget(newest - span(lookBack))
	} else {
		p.looks = 0
	}
}

// read announces the keys of those rows that are new, all at once, and reports
// whether it could read them.
func (p *purger) read(ids []int64) bool {
	fresh := slices.DeleteFunc(slices.Clone(ids), p.known)
	if len(fresh) == 0 {
		return true
	}
	rows, err := p.d.Query(p.ctx, `SELECT id, keys FROM purge WHERE id >= $1 AND id <= $2`, slices.Min(fresh), slices.Max(fresh))
	found, err := All(rows, err, scanPurge)
	if err != nil {
		return false
	}
	purged := map[string]struct{}{}
	done := make([]int64, 0, len(fresh))
	for _, row := range found {
		if p.known(row.id) {
			continue
		}
		var keys []string
		if json.Unmarshal([]byte(row.keys), &keys) != nil {
			keys = []string{"*"} // unreadable: better too many pages than too few
		}
		for _, key := range keys {
			purged[key] = struct{}{}
		}
		done = append(done, row.id)
	}
	now, soon := sortOut(purged)
	p.announce(now, false)
	p.announceSoon(soon)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, row := range done {
		p.seen[row] = struct{}{}
	}
	return true
}

type purgeRow struct {
	id   int64
	keys string
}

func scanPurge(rows *sql.Rows) (r purgeRow, err error) { return r, rows.Scan(&r.id, &r.keys) }

func (p *purger) known(row int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, known := p.seen[row]
	return known
}

// forget drops what lies before the next look's window.
func (p *purger) forget(before int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.seen, func(row int64, _ struct{}) bool { return row <= before })
}

// tidy deletes rows that every process has read long ago.
func (p *purger) tidy(ctx context.Context) error {
	return p.d.Write(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM purge WHERE id < $1`, id.New()-span(keepPurges))
		return err
	})
}
