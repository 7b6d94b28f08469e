package web

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// pageOf returns a page function that always answers with the body.
func pageOf(body []byte) func(context.Context, Ask) (Response, error) {
	return func(context.Context, Ask) (Response, error) {
		return Response{ContentType: "text/html", Body: body, Keys: []string{"site"}}, nil
	}
}

// serve runs a site until the returned function is called.
func serve(t *testing.T, a *App) (addr string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, l) }()
	stop = func() error { cancel(); return <-ended }
	return l.Addr().String(), stop
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

func ask(t *testing.T, c net.Conn, raw string) *http.Response {
	t.Helper()
	if _, err := io.WriteString(c, raw); err != nil {
		t.Fatal(err)
	}
	return answerOn(t, c)
}

func answerOn(t *testing.T, c net.Conn) *http.Response {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body = io.NopCloser(strings.NewReader(string(body)))
	return resp
}

// TestServe_EndsGracefully stops a server while one request is rendered on
// each path, and while idle connections wait on each.
func TestServe_EndsGracefully(t *testing.T) {
	began, let := make(chan string, 2), make(chan struct{})
	a, _ := open(t, func(o *Options) {
		o.Routes[0].Page = func(_ context.Context, ask Ask) (Response, error) {
			if strings.HasPrefix(ask.Path, "/slow") {
				began <- ask.Path
				<-let
			}
			return Response{ContentType: "text/html", Body: []byte("done " + ask.Path), Keys: []string{"site"}}, nil
		}
	})
	addr, stop := serve(t, a)
	idleFast, idleSlow := dial(t, addr), dial(t, addr)
	ask(t, idleFast, get("/"))
	ask(t, idleSlow, get("/?x=1"))
	busyFast, busySlow := dial(t, addr), dial(t, addr)
	for c, raw := range map[net.Conn]string{busyFast: get("/slow1"), busySlow: get("/slow2", "TE: trailers")} {
		if _, err := io.WriteString(c, raw); err != nil {
			t.Fatal(err)
		}
		<-began
	}
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	for _, c := range []net.Conn{idleFast, idleSlow} {
		if n, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("an idle connection read %d bytes, %v", n, err)
		}
	}
	if c, err := net.Dial("tcp", addr); err == nil {
		_ = c.Close()
		t.Error("a server that ends took a connection")
	}
	close(let)
	for want, c := range map[string]net.Conn{"done /slow1": busyFast, "done /slow2": busySlow} {
		resp := answerOn(t, c)
		body, _ := io.ReadAll(resp.Body)
		if string(body) != want || !resp.Close {
			t.Errorf("got %q, close: %t", body, resp.Close)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestServe_CapsConnectionsOfOnePrefix(t *testing.T) {
	a, _ := open(t, func(o *Options) { o.PerPrefix = 3 })
	addr, stop := serve(t, a)
	var open []net.Conn
	for range 3 {
		c := dial(t, addr)
		ask(t, c, get("/story/"))
		open = append(open, c)
	}
	if extra, err := net.Dial("tcp", addr); err == nil { // it may be refused before it is made
		_, _ = io.WriteString(extra, get("/story/"))
		if _, err := extra.Read(make([]byte, 1)); err == nil {
			t.Error("a fourth connection was served")
		}
		_ = extra.Close()
	}
	resp := ask(t, open[1], get("/story/", "Connection: close"))
	if resp.StatusCode != 200 {
		t.Errorf("status %d", resp.StatusCode)
	}
	// The place is free as soon as the server has closed that connection,
	// which the client sees as its end.
	if _, err := open[1].Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("error %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestServe_ReturnsTheListenersFailure(t *testing.T) {
	a, _ := open(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if err := a.Serve(t.Context(), l); err == nil {
		t.Error("no error")
	}
}

func TestOriginOf(t *testing.T) {
	for addr, want := range map[string]string{"127.0.0.1:8080": "http://127.0.0.1:8080", "0.0.0.0:80": "http://localhost:80", "[::]:9": "http://localhost:9", "[::1]:9": "http://[::1]:9"} {
		tcp, err := net.ResolveTCPAddr("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := OriginOf(tcp); got != want {
			t.Errorf("%s: %q", addr, got)
		}
	}
}
