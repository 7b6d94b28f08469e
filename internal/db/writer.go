package db

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"dateline/internal/clock"
	"dateline/internal/fault"
)

// Group commit on SQLite. Callers queue; the writer opens a transaction and
// gives the connection to one caller after the other, each behind a savepoint,
// then commits once for all of them. A function that fails is rolled back to
// its savepoint alone. The first of a group needs no savepoint, since undoing
// it means undoing everything so far; a lone writer therefore pays for none,
// and waits for nobody.
//
// Should SQLite roll the whole transaction back by itself (disk full, I/O
// error), the function that met the error fails and the others run again.

const (
	maxGroup     = 128                   // functions in one transaction
	maxGroupTime = 20 * time.Millisecond // after which no more functions join a transaction
	// A writer that held the lock this long leaves it alone for a moment, so
	// that another process which asks every millisecond gets its turn.
	longHold   = 100 * time.Millisecond
	courtesy   = 3 * time.Millisecond
	askAgain   = time.Millisecond
	busyPeriod = busySeconds * time.Second
)

// ticket is one call of Write on its way.
type ticket struct {
	ctx     context.Context
	claimed atomic.Bool // by the writer, or by its caller to give up
	turn    chan *Tx
	ran     chan error
	verdict chan verdict
}

type verdict struct {
	err   error
	again bool // run it once more
}

// writer owns the writing connection.
type writer struct {
	open    func(context.Context) (*writerConn, error)
	queue   chan *ticket
	redo    []*ticket // ran before in a transaction that was lost
	conn    *writerConn
	closing chan struct{}
	stopped chan struct{}
	once    sync.Once
}

func startWriter(ctx context.Context, open func(context.Context) (*writerConn, error)) (*writer, error) {
	conn, err := open(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{open: open, conn: conn, queue: make(chan *ticket, maxGroup),
		closing: make(chan struct{}), stopped: make(chan struct{})}
	go w.loop()
	return w, nil
}

func (w *writer) close() {
	w.once.Do(func() { close(w.closing) })
	<-w.stopped
}

func errClosed() error { return fault.New(fault.Unavailable, "the database is closed") }

// write is the caller's side: queue, run when the turn comes, wait for the
// commit. run is called in the caller's goroutine, so that its panics and
// runtime.Goexit stay there.
func (w *writer) write(ctx context.Context, run func(*Tx) error) (*Tx, error) {
	t := &ticket{ctx: ctx, turn: make(chan *Tx, 1), ran: make(chan error, 1), verdict: make(chan verdict, 1)}
	select {
	case <-w.closing:
		return nil, errClosed()
	default:
	}
	select {
	case w.queue <- t:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-w.closing:
		return nil, errClosed()
	}
	for {
		tx, err := t.await(w)
		if err != nil {
			return nil, err
		}
		t.take(tx, run)
		if v := <-t.verdict; !v.again {
			return tx, v.err
		}
	}
}

// await waits for the turn, or gives up while that is still possible.
func (t *ticket) await(w *writer) (*Tx, error) {
	select {
	case tx := <-t.turn:
		return tx, nil
	case v := <-t.verdict:
		return nil, v.err
	case <-t.ctx.Done():
		if t.claimed.CompareAndSwap(false, true) {
			return nil, t.ctx.Err()
		}
	case <-w.stopped:
		if t.claimed.CompareAndSwap(false, true) {
			return nil, errClosed()
		}
	}
	select {
	case tx := <-t.turn:
		return tx, nil
	case v := <-t.verdict:
		return nil, v.err
	}
}

// take runs the function and reports to the writer even when it panics.
func (t *ticket) take(tx *Tx, run func(*Tx) error) {
	err := error(fault.New(fault.Internal, "db: the write did not return"))
	defer func() { t.ran <- err }()
	err = run(tx)
}

func (w *writer) loop() {
	defer close(w.stopped)
	defer func() {
		if w.conn != nil {
			w.conn.close()
		}
	}()
	for {
		first := w.next(true)
		if first == nil {
			return
		}
		w.group(first)
	}
}

// next returns the next caller that has not given up. When there is none it
// waits for one, or returns nil at once without wait. It returns nil for good
// once the writer is closing and nobody is left.
func (w *writer) next(wait bool) *ticket {
	if len(w.redo) > 0 {
		t := w.redo[0]
		w.redo = w.redo[1:]
		return t
	}
	for {
		var t *ticket
		select {
		case t = <-w.queue:
		default:
			if !wait {
				return nil
			}
			select {
			case t = <-w.queue:
			case <-w.closing:
				return w.next(false)
			}
		}
		if t.claimed.CompareAndSwap(false, true) {
			return t
		}
	}
}

// group runs one transaction that starts with first and takes in whoever
// queues meanwhile.
func (w *writer) group(first *ticket) {
	if err := w.begin(first.ctx); err != nil {
		first.verdict <- verdict{err: err}
		return
	}
	start := clock.System{}.Now()
	var members []*ticket
	for t := first; t != nil; t = w.joiner(len(members), start) {
		ok, lost := w.run(t, len(members) > 0)
		if lost {
			w.again(members)
			w.reopen() // rolls back what may be left
			return
		}
		if ok {
			members = append(members, t)
		} else if len(members) == 0 {
			return // nothing is open any more
		}
	}
	w.commit(members)
	if (clock.System{}).Now().Sub(start) >= longHold {
		time.Sleep(courtesy)
	}
}

// joiner returns the next member of an open group, nil when it should commit.
func (w *writer) joiner(members int, start time.Time) *ticket {
	if members >= maxGroup || (clock.System{}).Now().Sub(start) >= maxGroupTime {
		return nil
	}
	if t := w.next(false); t != nil {
		return t
	}
	runtime.Gosched() // callers acknowledged just now may be about to queue
	return w.next(false)
}

// begin opens the transaction, waiting for other processes.
func (w *writer) begin(ctx context.Context) error {
	if w.conn == nil {
		conn, err := w.open(context.WithoutCancel(ctx))
		if err != nil {
			return err
		}
		w.conn = conn
	}
	deadline := clock.System{}.Now().Add(busyPeriod)
	for {
		w.conn.lost = false
		_, err := w.conn.exec(ctx, "BEGIN IMMEDIATE", nil)
		switch {
		case err == nil:
			return nil
		case !isBusy(err):
			w.reopen()
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case (clock.System{}).Now().After(deadline):
			return err
		}
		time.Sleep(askAgain)
	}
}

// run gives t its turn. ok says that its work stands in the open transaction;
// lost that the transaction is gone with everybody's work.
func (w *writer) run(t *ticket, savepoint bool) (ok, lost bool) {
	if savepoint && !w.control("SAVEPOINT member") {
		w.redo = append(w.redo, t) // has not run yet, so still awaits its turn
		return false, true
	}
	t.turn <- &Tx{conn: w.conn}
	err := <-t.ran
	switch {
	case w.conn.lost:
		if err == nil {
			err = fault.New(fault.Internal, "db: the transaction was rolled back")
		}
		lost = true
	case err == nil:
		if savepoint && !w.control("RELEASE member") {
			w.again([]*ticket{t})
			return false, true
		}
		return true, false
	case savepoint:
		lost = !w.control("ROLLBACK TO member") || !w.control("RELEASE member")
	default:
		lost = !w.control("ROLLBACK")
	}
	t.verdict <- verdict{err: err}
	return false, lost
}

// control runs a statement of the transaction's own and reports success.
func (w *writer) control(statement string) bool {
	_, err := w.conn.exec(context.Background(), statement, nil)
	return err == nil && (!w.conn.lost || statement == "ROLLBACK")
}

// again sends members back to run in the next transactions.
func (w *writer) again(members []*ticket) {
	for _, t := range members {
		t.verdict <- verdict{again: true}
	}
	w.redo = append(w.redo, members...)
}

// commit makes the group durable and tells its members. After a failed commit
// nobody is acknowledged and the connection is not trusted any more: what a
// failed sync left behind is unknown.
func (w *writer) commit(members []*ticket) {
	_, err := w.conn.exec(context.Background(), "COMMIT", nil)
	if err != nil {
		w.reopen()
	}
	for _, t := range members {
		t.verdict <- verdict{err: err}
	}
}

// reopen drops the connection, which rolls back what is open on it; begin
// opens the next one.
func (w *writer) reopen() {
	if w.conn != nil {
		w.conn.close()
		w.conn = nil
	}
}
