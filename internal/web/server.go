package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"dateline/internal/clock"
	"dateline/internal/fault"
	"dateline/internal/throttle"
	"dateline/internal/web/fastpath"
)

// machine tells the time for deadlines, which the kernel keeps.
var machine clock.System

// The server's time-outs (BAR §7.15) and how long a shutdown may take.
const (
	headerPatience = 5 * time.Second
	idlePatience   = 60 * time.Second
	writePatience  = 60 * time.Second
	maxHeaderBytes = 16 << 10
	grace          = 9 * time.Second
)

// Serve answers on a listener until ctx is done. Then requests that are being
// answered are finished, for nine seconds at most, and it returns. It returns
// an error when requests were cut or the listener failed.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	capped := &cappedListener{Listener: l, app: a, open: map[netip.Prefix]int{}}
	fast := fastpath.Listen(capped, a.fastOptions())
	server := a.httpServer()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(fast) }()
	select {
	case err := <-failed:
		_ = fast.Close()
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	_ = fast.Close()
	err := errors.Join(server.Shutdown(ending), fast.Shutdown(ending))
	_ = server.Close()
	<-failed
	if err != nil {
		return fault.New(fault.Unavailable, "requests were cut at the end: %w", err)
	}
	return nil
}

func (a *App) fastOptions() fastpath.Options {
	return fastpath.Options{
		Cache:    a.cache,
		Host:     func(host []byte) bool { return a.face.Load().hosts.exact[string(host)] },
		Personal: func(cookie []byte) bool { return a.personal(string(cookie)) },
		Render:   a.render,
		Log:      a.opt.Log,
	}
}

func (a *App) httpServer() *http.Server {
	return &http.Server{
		Handler:                      a,
		ReadHeaderTimeout:            headerPatience,
		WriteTimeout:                 writePatience,
		IdleTimeout:                  idlePatience,
		MaxHeaderBytes:               maxHeaderBytes,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(a.opt.Log.Handler(), slog.LevelDebug),
	}
}

// UntilSignal returns a context that ends with the first SIGINT or SIGTERM. A
// second one then ends the process at once, as if nobody listened.
func UntilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// cappedListener closes connections beyond a number for each address prefix.
// Trusted proxies are not counted: they bring everybody's requests.
type cappedListener struct {
	net.Listener
	app *App

	mu   sync.Mutex
	open map[netip.Prefix]int
}

func (l *cappedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		tcp, ok := c.(*net.TCPConn)
		if !ok {
			return c, nil
		}
		endUntaken(tcp, writePatience)
		peer, _ := netip.ParseAddrPort(c.RemoteAddr().String()) // a TCP address parses
		prefix := throttle.Prefix(peer.Addr(), 32, 64)
		if l.app.trusts(peer.Addr().Unmap()) {
			return c, nil
		}
		if l.enter(prefix) {
			return &countedConn{TCPConn: tcp, leave: func() { l.leave(prefix) }}, nil
		}
		_ = tcp.SetLinger(0) // it keeps no state for a client that floods
		_ = tcp.Close()
	}
}

func (l *cappedListener) enter(prefix netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[prefix] >= l.app.opt.PerPrefix {
		return false
	}
	l.open[prefix]++
	return true
}

func (l *cappedListener) leave(prefix netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[prefix]--; l.open[prefix] == 0 {
		delete(l.open, prefix)
	}
}

// countedConn is a TCP connection that is counted until it is closed.
type countedConn struct {
	*net.TCPConn
	once  sync.Once
	leave func()
}

func (c *countedConn) Close() error {
	c.once.Do(c.leave)
	return c.TCPConn.Close()
}
