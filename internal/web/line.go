package web

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
)

// Line is an answer that goes on for as long as somebody listens. It is called
// once, writes, and returns when gone is closed, when a write fails or when
// nothing more is to be said, which ends the connection. A write that the
// client does not take within a minute fails.
type Line func(w io.Writer, gone <-chan struct{})

// line answers with a head and leaves the connection to resp.Line. net/http
// would hold its buffers, the request and the deep stack on which the answer
// was found for as long as somebody listens.
func (a *App) line(w http.ResponseWriter, r *http.Request, resp Response) {
	if r.Method == http.MethodHead {
		w.WriteHeader(resp.Status)
		resp.Line(io.Discard, nobody)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		resp.Line(io.Discard, nobody)
		a.opt.Log.Error("a line could not be opened", "path", a.loggable(r.URL.Path), "error", err)
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(interface{ SetWriteBuffer(int) error }); ok {
		_ = tcp.SetWriteBuffer(lineBuffer) // of a connection that is closed it does not matter
	}
	out := &lineWriter{conn}
	if _, err := out.Write(lineHead(resp.Status, w.Header())); err != nil {
		resp.Line(io.Discard, nobody)
		_ = conn.Close()
		return
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_, _ = conn.Read(make([]byte, 1)) // a client that listens says nothing: it has gone, or talks of something else
	}()
	go func() {
		defer conn.Close()
		resp.Line(out, gone)
	}()
}

// lineBuffer is how many bytes the system may keep for a client that does not
// read. By itself it would keep four megabytes.
const lineBuffer = 64 << 10

// nobody is the news that nobody listens.
var nobody = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// lineHead is the head of an answer that ends with its connection.
func lineHead(status int, h http.Header) []byte {
	h["Date"] = []string{machine.Now().UTC().Format(http.TimeFormat)}
	h["Connection"] = []string{"close"}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	_ = h.Write(&b) // memory takes it
	b.WriteString("\r\n")
	return b.Bytes()
}

// lineWriter gives each write its own deadline.
type lineWriter struct{ net.Conn }

func (w *lineWriter) Write(p []byte) (int, error) {
	if err := w.SetWriteDeadline(machine.Now().Add(writePatience)); err != nil {
		return 0, err
	}
	return w.Conn.Write(p)
}
