package fastpath

import (
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"dateline/internal/clock"
	"dateline/internal/pagecache"
	"dateline/internal/web/negotiate"
)

// Times. The deadline of a connection is renewed only when it is older than
// renewal, because that costs as much as a look-up: an idle connection, or a
// client that takes its answer byte by byte, ends after patience at the latest
// and after patience less renewal at the earliest.
const (
	patience = 70 * time.Second
	renewal  = 10 * time.Second

	// firstPatience is how long a new connection may say nothing.
	firstPatience = 10 * time.Second
)

// machine tells the time: the kernel's deadlines know no other clock.
var machine clock.System

// bufferSize is enough for the requests of all browsers. A longer one is
// net/http's, whose limit is higher.
const bufferSize = 4096

// conn is a connection while the fast path serves it.
type conn struct {
	net.Conn
	l          *Listener
	start, end int       // of the bytes in buf that are not answered yet
	armed      time.Time // zero for a deadline that must be renewed
	known      bool      // the client has sent something
	req        request
	scratch    []byte
	vec        [3][]byte
	buffers    net.Buffers
	buf        [bufferSize]byte
}

// serve answers requests until the client goes or sends something that is for
// net/http.
func (c *conn) serve() {
	handed := false
	defer func() {
		if v := recover(); v != nil {
			c.l.opt.Log.Error("the fast path panicked", "panic", v, "stack", string(debug.Stack()))
			handed = false
		}
		c.l.forget(c)
		if !handed {
			_ = c.Conn.Close()
		}
	}()
	for {
		if !c.fill() {
			return
		}
		for c.start < c.end {
			n := parse(c.buf[c.start:c.end], &c.req)
			entry := c.find(n)
			if entry == nil {
				handed = true
				c.handOver()
				return
			}
			c.start += n
			last := c.req.last || c.l.isClosing()
			if c.write(entry, last) != nil || last {
				return
			}
			c.l.served.Add(1)
		}
	}
}

// fill waits for the next bytes. All earlier ones are answered.
func (c *conn) fill() bool {
	if now := machine.Now(); now.Sub(c.armed) > renewal || now.Before(c.armed) {
		if !c.arm(now) || c.l.isClosing() {
			return false // Close may have set its deadline before ours
		}
	}
	n, err := c.Conn.Read(c.buf[:])
	c.start, c.end = 0, n
	return n > 0 && err == nil
}

// arm sets the connection's deadlines. A client that has not said anything yet
// has less time, and its next deadline is set when it has.
func (c *conn) arm(now time.Time) bool {
	if c.Conn.SetDeadline(now.Add(patience)) != nil {
		return false
	}
	if c.known {
		c.armed = now
		return true
	}
	c.known = true
	return c.Conn.SetReadDeadline(now.Add(firstPatience)) == nil
}

// find returns the page that was asked for, nil when the request is not for
// the fast path.
func (c *conn) find(n int) *pagecache.Entry {
	r := &c.req
	if n == 0 || !c.l.opt.Host(r.host) || r.cookie != nil && c.l.opt.Personal(r.cookie) {
		return nil
	}
	if e := c.l.opt.Cache.GetBytes(r.path); e != nil {
		return e
	}
	return c.l.opt.Render(c.l.ctx, string(r.path))
}

// handOver leaves the connection to net/http, which sets its own deadlines.
func (c *conn) handOver() {
	if c.Conn.SetDeadline(time.Time{}) != nil {
		_ = c.Conn.Close()
		return
	}
	read := append([]byte(nil), c.buf[c.start:c.end]...)
	c.l.handOver(c.Conn, read)
}

// write answers with a page in one system call.
func (c *conn) write(e *pagecache.Entry, last bool) error {
	r := &c.req
	if (r.noneMatch != nil || r.modifiedSince != nil) && negotiate.NotModified(e, string(r.noneMatch), string(r.modifiedSince)) {
		v := c.l.opt.Cache.Variant(e, r.accept)
		c.scratch = c.prologue(c.scratch[:0], http.StatusNotModified, last)
		c.scratch = appendNotModified(c.scratch, e, v)
		_, err := c.Conn.Write(c.scratch)
		return err
	}
	v := c.l.opt.Cache.Variant(e, r.accept)
	first := c.l.dates.ok()
	if e.Status != http.StatusOK || last {
		c.scratch = c.prologue(c.scratch[:0], e.Status, last)
		first = c.scratch
	}
	c.vec = [3][]byte{first, v.Head, v.Body}
	c.buffers = c.vec[:]
	if r.head {
		c.buffers = c.vec[:2]
	}
	_, err := c.buffers.WriteTo(c.Conn)
	c.vec = [3][]byte{} // an idle connection keeps no page in memory
	return err
}

// prologue writes the status line and the fields that are not the page's.
func (c *conn) prologue(b []byte, status int, last bool) []byte {
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(status)...)
	b = append(b, "\r\n"...)
	b = append(b, c.l.dates.line()...)
	if last {
		b = append(b, "Connection: close\r\n"...)
	}
	return b
}

// appendNotModified writes the fields of a 304: those of the page's head that
// RFC 9110 §15.4.5 asks for.
func appendNotModified(b []byte, e *pagecache.Entry, v *pagecache.Variant) []byte {
	for _, f := range NotModifiedFields(e, v) {
		b = append(append(append(append(b, f.Name...), ": "...), f.Values[0]...), "\r\n"...)
	}
	return append(b, "\r\n"...)
}

// NotModifiedFields returns what a 304 says about a page.
func NotModifiedFields(e *pagecache.Entry, v *pagecache.Variant) []pagecache.Field {
	fields := make([]pagecache.Field, 0, 4)
	for _, f := range e.Header {
		switch f.Name {
		case "Cache-Control", "Cdn-Cache-Control", "Last-Modified", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Cross-Origin-Resource-Policy":
			fields = append(fields, f)
		}
	}
	if v.ETag != "" {
		fields = append(fields, pagecache.Field{Name: "Etag", Values: []string{v.ETag}})
	}
	if e.Compressible() {
		fields = append(fields, pagecache.Field{Name: "Vary", Values: []string{"Accept-Encoding"}})
	}
	return fields
}

// dates keeps the Date line of the present second.
type dates struct {
	now atomic.Pointer[dateLines]
}

type dateLines struct {
	second int64
	ok     []byte // status line 200 and Date
	line   []byte // Date
}

const okLine = "HTTP/1.1 200 OK\r\n"

func (d *dates) current() *dateLines {
	now := machine.Now()
	if lines := d.now.Load(); lines != nil && lines.second == now.Unix() {
		return lines
	}
	ok := []byte(okLine + "Date: " + now.UTC().Format(http.TimeFormat) + "\r\n")
	lines := &dateLines{second: now.Unix(), ok: ok, line: ok[len(okLine):]}
	d.now.Store(lines)
	return lines
}

func (d *dates) ok() []byte   { return d.current().ok }
func (d *dates) line() []byte { return d.current().line }
