package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"dateline/internal/web/webtest"
)

// openLines returns a site whose /line says what comes from say, until it is
// closed, and tells left how each ended.
func openLines(t *testing.T) (a *App, say chan string, left chan string) {
	t.Helper()
	say, left = make(chan string), make(chan string, 1000)
	a, _ = open(t, func(o *Options) {
		o.Routes = append(o.Routes, Route{Name: "line", Methods: []string{"GET"}, Pattern: "/line", Role: Anyone, Rate: RateReading, Cache: CacheNone, Body: NoBody, CSRF: CSRFReadOnly,
			Handle: func(*Request) (Response, error) {
				return Response{ContentType: "text/event-stream", Line: func(w io.Writer, gone <-chan struct{}) {
					for {
						select {
						case <-gone:
							left <- "gone"
							return
						case word, more := <-say:
							if !more {
								left <- "over"
								return
							}
							if _, err := io.WriteString(w, word); err != nil {
								left <- err.Error()
								return
							}
						}
					}
				}}, nil
			}})
		o.PerPrefix = 1000
	})
	return a, say, left
}

// listen opens a line and reads its head.
func listen(t *testing.T, addr string) (net.Conn, *http.Response) {
	t.Helper()
	c := dial(t, addr)
	if _, err := io.WriteString(c, get("/line")); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReaderSize(c, 16), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, resp
}

func TestLine_SaysWhatComesUntilItIsOver(t *testing.T) {
	a, say, left := openLines(t)
	addr, stop := serve(t, a)
	_, resp := listen(t, addr)
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if resp.StatusCode != 200 || !resp.Close || resp.Header.Get("Date") == "" {
		t.Errorf("status %d, close: %t, date %q", resp.StatusCode, resp.Close, resp.Header.Get("Date"))
	}
	for _, word := range []string{"one", "two"} {
		say <- word
		heard := make([]byte, 3)
		if _, err := io.ReadFull(resp.Body, heard); err != nil || string(heard) != word {
			t.Errorf("heard %q for %q: %v", heard, word, err)
		}
	}
	close(say)
	if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) > 0 {
		t.Errorf("at the end came %q: %v", rest, err)
	}
	if how := <-left; how != "over" {
		t.Errorf("it ended as %q", how)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestLine_EndsWhenNobodyListens(t *testing.T) {
	a, _, left := openLines(t)
	addr, stop := serve(t, a)
	c, _ := listen(t, addr)
	_ = c.Close()
	if how := <-left; how != "gone" {
		t.Errorf("it ended as %q", how)
	}
	c, resp := listen(t, addr) // who asks for something else does not listen either
	if _, err := io.WriteString(c, get("/")); err != nil {
		t.Error(err)
	}
	if how := <-left; how != "gone" {
		t.Errorf("it ended as %q", how)
	}
	if rest, _ := io.ReadAll(resp.Body); len(rest) > 0 {
		t.Errorf("it was told %q", rest)
	}
	head := dial(t, addr)
	if resp := ask(t, head, "HEAD /line HTTP/1.1\r\nHost: news.example\r\nConnection: close\r\n\r\n"); resp.StatusCode != 200 || <-left != "gone" {
		t.Errorf("HEAD: status %d", resp.StatusCode)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestLine_CannotBeWithoutAConnection: the handler hears that nobody listens.
func TestLine_CannotBeWithoutAConnection(t *testing.T) {
	a, _, left := openLines(t)
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("it ended with %v", v)
		}
		if how := <-left; how != "gone" {
			t.Errorf("it ended as %q", how)
		}
	}()
	webtest.Do(a, webtest.Scenario{Target: "/line", Host: "news.example"})
}

// hijacked is an answer whose connection notes how much it may keep.
type hijacked struct {
	*httptest.ResponseRecorder
	net.Conn
	keeps int
}

func (h *hijacked) Write(p []byte) (int, error) { return h.Conn.Write(p) }
func (h *hijacked) SetWriteBuffer(n int) error  { h.keeps = n; return nil }
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h, nil, nil
}

// TestLine_KeepsLittleForWhoDoesNotRead: what the system keeps for them is no
// memory of the process, and is bounded for each connection alone.
func TestLine_KeepsLittleForWhoDoesNotRead(t *testing.T) {
	a, _, left := openLines(t)
	server, client := net.Pipe()
	w := &hijacked{ResponseRecorder: httptest.NewRecorder(), Conn: server}
	asked := make(chan struct{})
	go func() {
		a.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://news.example/line", nil))
		close(asked)
	}()
	if _, err := http.ReadResponse(bufio.NewReader(client), nil); err != nil {
		t.Error(err)
	}
	<-asked
	if w.keeps != lineBuffer {
		t.Errorf("the system may keep %d bytes", w.keeps)
	}
	_ = client.Close()
	if how := <-left; how != "gone" {
		t.Errorf("it ended as %q", how)
	}
}

// TestLine_IsSmall: an open line holds a few kilobytes, both ends of it and
// both of its goroutines counted; with net/http's buffers, the request and the
// stack of a handler it would be more than thirty.
func TestLine_IsSmall(t *testing.T) {
	const lines, most = 500, 16 << 10
	a, _, left := openLines(t)
	addr, stop := serve(t, a)
	open := make([]net.Conn, 0, lines)
	held := func() int64 {
		runtime.GC()
		runtime.GC() // which empties pools
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc + m.StackInuse)
	}
	before := held()
	for range lines {
		c, _ := listen(t, addr)
		open = append(open, c)
	}
	if each := (held() - before) / lines; each > most {
		t.Errorf("a line holds %d bytes", each)
	} else {
		t.Logf("a line holds %d bytes", each)
	}
	for _, c := range open {
		_ = c.Close()
	}
	for range open {
		<-left
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
