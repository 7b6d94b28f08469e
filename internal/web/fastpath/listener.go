// Package fastpath answers plain requests for ready pages straight from the
// socket, and hands every other connection over to net/http.
//
// Why: on a small machine a hit costs net/http more than the page itself
// (request and header maps, sorted headers, two buffers, a context). Here a
// hit is one read, one look-up and one vectored write of bytes that were
// prepared when the page was stored.
//
// How it stays correct: the reader of requests accepts one strict form only
// (see parse) and repairs nothing. Whatever else comes (a body, a query, an
// odd Host, a range, half a request, an unknown method, a personal cookie)
// goes with all its bytes to net/http, which serves the connection from then
// on. The answers of both are built from the same fields, and a test compares
// them request by request.
package fastpath

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"dateline/internal/pagecache"
)

// Options are what the fast path works with.
type Options struct {
	Cache *pagecache.Cache

	// Host tells whether the site answers to a Host value.
	Host func(host []byte) bool

	// Personal tells whether a Cookie value makes a request personal.
	Personal func(cookie []byte) bool

	// Render makes a page that is not stored; nil hands the request over.
	Render func(ctx context.Context, path string) *pagecache.Entry

	Log *slog.Logger
}

// Listener accepts connections, serves what it can and gives the others out
// through Accept.
type Listener struct {
	net.Listener
	opt    Options
	dates  dates
	handed chan net.Conn
	closed chan struct{}
	once   sync.Once
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	conns   map[*conn]struct{}
	closing bool
	active  sync.WaitGroup
	served  atomic.Uint64
	passed  atomic.Uint64
}

// Listen wraps a listener. It begins to accept at once.
func Listen(inner net.Listener, opt Options) *Listener {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	l := &Listener{Listener: inner, opt: opt, handed: make(chan net.Conn), closed: make(chan struct{}), conns: map[*conn]struct{}{}}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.active.Go(l.accept)
	return l
}

// Stats returns how many requests were answered here, and how many
// connections were handed over.
func (l *Listener) Stats() (served, handed uint64) { return l.served.Load(), l.passed.Load() }

// Accept returns the next connection that net/http shall serve.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.handed:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close stops accepting. Requests that are being answered are finished,
// connections that wait for a request are closed. It returns at once.
func (l *Listener) Close() error {
	var err error
	l.once.Do(func() {
		err = l.Listener.Close()
		close(l.closed)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.closing = true
		for c := range l.conns {
			_ = c.SetReadDeadline(time.Unix(1, 0)) // a closed connection is fine too
		}
	})
	return err
}

// Shutdown closes the listener and waits until every request is answered, or
// ends the connections that are left when ctx is done.
func (l *Listener) Shutdown(ctx context.Context) error {
	_ = l.Close()
	defer l.cancel()
	done := make(chan struct{})
	go func() { l.active.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	for c := range l.conns {
		_ = c.Close()
	}
	l.mu.Unlock()
	return ctx.Err()
}

// accept takes connections until the listener is closed. When the process has
// no descriptors left it waits a little, as net/http does.
func (l *Listener) accept() {
	var pause time.Duration
	for {
		inner, err := l.Listener.Accept()
		if err == nil {
			pause = 0
			l.start(inner)
			continue
		}
		select {
		case <-l.closed:
			return
		default:
		}
		if errors.Is(err, net.ErrClosed) {
			_ = l.Close()
			return
		}
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		l.opt.Log.Warn("accepting a connection failed", "error", err, "retry_in", pause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-l.closed:
			timer.Stop()
			return
		}
	}
}

func (l *Listener) start(inner net.Conn) {
	c := &conn{Conn: inner, l: l}
	l.mu.Lock()
	if l.closing {
		l.mu.Unlock()
		_ = inner.Close()
		return
	}
	l.conns[c] = struct{}{}
	l.mu.Unlock()
	l.active.Go(c.serve)
}

func (l *Listener) forget(c *conn) {
	l.mu.Lock()
	delete(l.conns, c)
	l.mu.Unlock()
}

func (l *Listener) isClosing() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

// handOver gives a connection to net/http together with the bytes that were
// read from it.
func (l *Listener) handOver(c net.Conn, read []byte) {
	l.passed.Add(1)
	select {
	case l.handed <- reread(c, read):
	case <-l.closed:
		_ = c.Close()
	}
}

// reread returns the connection with bytes put back before it. On TCP it keeps
// the methods through which the system copies files (sendfile).
func reread(c net.Conn, read []byte) net.Conn {
	if tcp, ok := c.(fileCopier); ok {
		return &tcpBack{fileCopier: tcp, read: read}
	}
	return &back{Conn: c, read: read}
}

// fileCopier is what *net.TCPConn offers beyond net.Conn.
type fileCopier interface {
	net.Conn
	io.ReaderFrom
	CloseWrite() error
	SetWriteBuffer(bytes int) error
}

type tcpBack struct {
	fileCopier
	read []byte
}

func (c *tcpBack) Read(p []byte) (int, error) {
	if len(c.read) == 0 {
		return c.fileCopier.Read(p)
	}
	n := copy(p, c.read)
	c.read = rest(c.read[n:])
	return n, nil
}

type back struct {
	net.Conn
	read []byte
}

func (c *back) Read(p []byte) (int, error) {
	if len(c.read) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.read)
	c.read = rest(c.read[n:])
	return n, nil
}

// rest is what is left to read: when that is nothing, nothing is kept.
func rest(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}
