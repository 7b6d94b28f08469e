package web

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"dateline/internal/web/fastpath"

	"github.com/google/go-cmp/cmp"
)

// pair is the same site behind both servers.
type pair struct {
	slow, fast net.Addr
	listener   *fastpath.Listener
}

func openPair(t *testing.T) (*App, *pair) {
	t.Helper()
	a, _ := open(t, nil)
	listen := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	slow, inner := listen(), listen()
	fast := fastpath.Listen(inner, a.fastOptions())
	for _, l := range []net.Listener{slow, fast} {
		server := a.httpServer()
		done := make(chan struct{})
		go func() { defer close(done); _ = server.Serve(l) }()
		t.Cleanup(func() { _ = server.Close(); <-done })
	}
	t.Cleanup(func() {
		if err := fast.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	return a, &pair{slow.Addr(), inner.Addr(), fast}
}

// answer is a response as a client sees it, without its date.
type answer struct {
	Proto  string
	Status int
	Header http.Header
	Body   string
	Close  bool
}

// talk sends bytes, in pieces when there are several, and reads answers until
// the server closes the connection.
func talk(t *testing.T, addr net.Addr, pieces ...string) []answer {
	t.Helper()
	c, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	for _, p := range pieces {
		if _, err := io.WriteString(c, p); err != nil {
			break // the server may have answered and closed
		}
	}
	var answers []answer
	r := bufio.NewReader(c)
	method := "GET"
	if strings.HasPrefix(strings.Join(pieces, ""), "HEAD") {
		method = "HEAD"
	}
	for {
		resp, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "reset") {
				t.Fatalf("after %d answers: %v", len(answers), err)
			}
			return answers
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Header.Get("Date") == "" && resp.StatusCode < 400 {
			t.Error("an answer without a date")
		}
		resp.Header.Del("Date")
		answers = append(answers, answer{resp.Proto, resp.StatusCode, resp.Header, string(body), resp.Close})
		method = "GET" // only the first request of a conversation is a HEAD
	}
}

// finish ends a conversation, so that the server closes the connection.
const finish = "GET /gone HTTP/1.1\r\nHost: news.example\r\nConnection: close\r\n\r\n"

func get(path string, fields ...string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: news.example\r\n" + strings.Join(append(fields, ""), "\r\n") + "\r\n"
}

// TestFastPath_AnswersLikeNetHTTP sends the same bytes to both servers. fast
// tells how many of the answers must come from the fast path, counting the
// finishing one: everything unusual must be handed over.
func TestFastPath_AnswersLikeNetHTTP(t *testing.T) {
	a, p := openPair(t)
	e, err := a.page(t.Context(), a.router.endpoints[len(a.router.endpoints)-1].routes[0], Ask{Path: "/story/"})
	if err != nil {
		t.Fatal(err)
	}
	tag := e.Identity().ETag
	browser := []string{"Connection: keep-alive", `sec-ch-ua: "Chromium";v="140"`, "Upgrade-Insecure-Requests: 1", "User-Agent: Mozilla/5.0 (X11; Linux x86_64)",
		"Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Sec-Fetch-Site: none", "Accept-Encoding: gzip, deflate, zstd", "Accept-Language: en-GB,en;q=0.9", "Cookie: theme=dark"}
	for _, tt := range []struct {
		name, raw string
		fast      uint64
	}{
		{"plain", get("/story/"), 1},
		{"front", get("/"), 1},
		{"as a browser asks", get("/story/", browser...), 1},
		{"gzip", get("/story/", "Accept-Encoding: gzip"), 1},
		{"names in any case", "GET /story/ HTTP/1.1\r\nhOsT: news.example\r\naccept-ENCODING:gzip\r\n\r\n", 1},
		{"host in capitals", "GET /story/ HTTP/1.1\r\nHost: NEWS.example\r\n\r\n", 0},
		{"gone", get("/gone"), 1},
		{"a redirect", get("/old"), 1},
		{"not found", get("/nothing"), 1},
		{"not found by error", get("/draft"), 1},
		{"private", get("/form"), 1},
		{"HEAD", strings.Replace(get("/story/"), "GET", "HEAD", 1), 1},
		{"HEAD, gzip", strings.Replace(get("/story/", "Accept-Encoding: gzip"), "GET", "HEAD", 1), 1},
		{"same tag", get("/story/", "If-None-Match: "+tag), 1},
		{"same tag among others", get("/story/", `If-None-Match: "a", W/`+tag), 1},
		{"any tag", get("/story/", "If-None-Match: *"), 1},
		{"other tag", get("/story/", `If-None-Match: "a"`), 1},
		{"not modified since", get("/story/", "If-Modified-Since: Mon, 23 Nov 2026 10:00:00 GMT"), 1},
		{"modified since", get("/story/", "If-Modified-Since: Mon, 23 Nov 2026 09:59:59 GMT"), 1},
		{"pipelined", get("/story/") + get("/gone") + get("/"), 3},
		{"pipelined, then odd", get("/story/") + get("/?p=1") + get("/"), 1},
		{"another route", get("/whoami"), 0},
		{"a file", get("/media/a/b.png"), 0},
		{"a range of a file", get("/media/a/b.png", "Range: bytes=1-3"), 0},
		{"query", get("/story/?utm=1"), 0},
		{"empty query", get("/story/?"), 0},
		{"personal cookie", get("/story/", "Cookie: a=b; __Host-unlocked=1"), 0},
		{"two cookies", get("/story/", "Cookie: a=b", "Cookie: __Host-unlocked=1"), 0},
		{"other host", strings.Replace(get("/story/"), "news", "evil", 1), 0},
		{"no host", "GET /story/ HTTP/1.1\r\n\r\n", 0},
		{"empty host", "GET /story/ HTTP/1.1\r\nHost:\r\n\r\n", 0},
		{"two hosts", "GET /story/ HTTP/1.1\r\nHost: news.example\r\nHost: evil.example\r\n\r\n", 0},
		{"two equal hosts", "GET /story/ HTTP/1.1\r\nHost: news.example\r\nHost: news.example\r\n\r\n", 0},
		{"absolute form", "GET http://news.example/story/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", 0},
		{"absolute form of another", "GET http://evil.example/story/ HTTP/1.1\r\nHost: news.example\r\n\r\n", 0},
		{"HTTP/1.0", "GET /story/ HTTP/1.0\r\nHost: news.example\r\n\r\n", 0},
		{"HTTP/1.2", "GET /story/ HTTP/1.2\r\nHost: news.example\r\n\r\n", 0},
		{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0},
		{"lower-case version", "GET /story/ http/1.1\r\nHost: news.example\r\n\r\n", 0},
		{"no version", "GET /story/\r\n\r\n", 0},
		{"two spaces", "GET  /story/ HTTP/1.1\r\nHost: news.example\r\n\r\n", 0},
		{"trailing space", "GET /story/ HTTP/1.1 \r\nHost: news.example\r\n\r\n", 0},
		{"tab", "GET\t/story/ HTTP/1.1\r\nHost: news.example\r\n\r\n", 0},
		{"leading line end", "\r\n" + get("/story/"), 0},
		{"bare line feeds", "GET /story/ HTTP/1.1\nHost: news.example\n\n", 0},
		{"a bare line feed in fields", "GET /story/ HTTP/1.1\r\nHost: news.example\nX: y\r\n\r\n", 0},
		{"a bare line feed between fields", get("/story/", "X: a\nY: b"), 0},
		{"a bare carriage return", get("/story/", "X: a\rContent-Length: 5"), 0},
		{"NUL in a field", get("/story/", "X: a\x00b"), 0},
		{"high bytes in a field", get("/story/", "X: caf\xc3\xa9"), 0},
		{"folded field", get("/story/", "X: a", " Content-Length: 5"), 0},
		{"folded by tab", get("/story/", "X: a", "\tb"), 0},
		{"space before the colon", get("/story/", "Content-Length : 5"), 0},
		{"space before the name", "GET /story/ HTTP/1.1\r\n Host: news.example\r\n\r\n", 0},
		{"no colon", get("/story/", "nonsense"), 0},
		{"no name", get("/story/", ": x"), 0},
		{"odd name", get("/story/", "X(y): z"), 0},
		{"length", get("/story/", "Content-Length: 5") + "abcde", 0},
		{"length zero", get("/story/", "Content-Length: 0"), 0},
		{"two lengths", get("/story/", "Content-Length: 0", "Content-Length: 5") + "abcde", 0},
		{"plus length", get("/story/", "Content-Length: +5") + "abcde", 0},
		{"chunked", get("/story/", "Transfer-Encoding: chunked") + "0\r\n\r\n", 0},
		{"length and chunked", get("/story/", "Content-Length: 3", "Transfer-Encoding: chunked") + "0\r\n\r\n", 0},
		{"odd chunked", get("/story/", "Transfer-Encoding: xchunked") + "0\r\n\r\n", 0},
		{"chunked in tabs", get("/story/", "Transfer-Encoding:\tchunked") + "0\r\n\r\n", 0},
		{"smuggled second request", get("/story/", "Content-Length: 44") + "GET /whoami HTTP/1.1\r\nHost: news.example\r\n\r\n", 0},
		{"expect", get("/story/", "Expect: 100-continue"), 0},
		{"upgrade", get("/story/", "Connection: Upgrade", "Upgrade: websocket"), 0},
		{"h2c", get("/story/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"), 0},
		{"hop by hop", get("/story/", "Connection: keep-alive, Host"), 0},
		{"te", get("/story/", "TE: trailers"), 0},
		{"trailer", get("/story/", "Trailer: X"), 0},
		{"range of a page", get("/story/", "Range: bytes=0-1"), 0},
		{"if-range", get("/story/", "If-Range: x"), 0},
		{"if-match", get("/story/", `If-Match: "x"`), 0},
		{"if-unmodified-since", get("/story/", "If-Unmodified-Since: Mon, 23 Nov 2026 10:00:00 GMT"), 0},
		{"authorization", get("/story/", "Authorization: Basic eA=="), 0},
		{"two encodings", get("/story/", "Accept-Encoding: identity", "Accept-Encoding: gzip"), 0},
		{"two tags", get("/story/", `If-None-Match: "x"`, "If-None-Match: "+tag), 0},
		{"POST", strings.Replace(get("/story/", "Content-Length: 0"), "GET", "POST", 1), 0},
		{"OPTIONS", strings.Replace(get("/story/"), "GET", "OPTIONS", 1), 0},
		{"OPTIONS of everything", strings.Replace(get("*"), "GET", "OPTIONS", 1), 0},
		{"TRACE", strings.Replace(get("/story/"), "GET", "TRACE", 1), 0},
		{"lower-case method", strings.Replace(get("/story/"), "GET", "get", 1), 0},
		{"escaped", get("/%73tory/"), 1},
		{"half an escape", get("/story%"), 0},
		{"no escape", get("/100%zz"), 0},
		{"dots", get("/x/../story/"), 0},
		{"escaped dots", get("/%2e%2e/story/"), 0},
		{"escaped slash", get("/story%2f"), 0},
		{"escaped NUL", get("/story%00"), 0},
		{"backslash", get(`/story\`), 0},
		{"semicolon", get("/story;x"), 0},
		{"fragment", get("/story/#x"), 0},
		{"raw UTF-8", get("/caf\xc3\xa9"), 0},
		{"duplicate slashes", get("//story/"), 1},
		{"quote", get("/it's"), 1},
		{"angle", get("/<script>"), 0},
		{"many fields", get("/story/", strings.Split(strings.Repeat("X: y,", 70)+"X: y", ",")...), 0},
		{"long head", get("/story/", "X: "+strings.Repeat("y", 5000)), 0},
		{"too long a head", get("/story/", "X: "+strings.Repeat("y", 40000)), 0},
		{"long path", get("/" + strings.Repeat("a", 3000)), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, _ := p.listener.Stats()
			fast := talk(t, p.fast, tt.raw+finish)
			after, _ := p.listener.Stats()
			slow := talk(t, p.slow, tt.raw+finish)
			if diff := cmp.Diff(slow, fast); diff != "" {
				t.Errorf("net/http (-) and the fast path (+) differ:\n%s", diff)
			}
			want := tt.fast
			if got := after - before; got != want {
				t.Errorf("%d answers from the fast path, want %d", got, want)
			}
			if len(fast) == 0 && !strings.Contains(tt.name, "preface") {
				t.Error("no answer")
			}
		})
	}
}

// TestFastPath_InPieces sends a request byte by byte, and in two packets cut
// at every place.
func TestFastPath_InPieces(t *testing.T) {
	_, p := openPair(t)
	raw := get("/story/", "Accept-Encoding: gzip")
	want := talk(t, p.slow, raw+finish)
	if got := talk(t, p.fast, strings.Split(raw+finish, "")...); !cmp.Equal(want, got) {
		t.Error(cmp.Diff(want, got))
	}
	for cut := 1; cut < len(raw); cut += 7 {
		if got := talk(t, p.fast, raw[:cut], raw[cut:]+finish); !cmp.Equal(want, got) {
			t.Errorf("cut at %d: %s", cut, cmp.Diff(want, got))
		}
	}
}

func TestFastPath_ManyRequestsOnOneConnection(t *testing.T) {
	_, p := openPair(t)
	answers := talk(t, p.fast, strings.Repeat(get("/story/"), 500)+finish)
	if len(answers) != 501 {
		t.Fatalf("%d answers", len(answers))
	}
	for i, a := range answers[:500] {
		if !cmp.Equal(a, answers[0]) {
			t.Fatalf("answer %d differs", i)
		}
	}
}

// TestFastPath_LargeBodyToSlowReader makes the socket's buffer overflow.
func TestFastPath_LargeBodyToSlowReader(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<17) // 2 MB
	a, _ := open(t, func(o *Options) {
		o.CacheBudget = 32 << 20
		o.Routes[0].Page = pageOf(body)
	})
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := fastpath.Listen(inner, a.fastOptions())
	defer func() { _ = l.Shutdown(t.Context()) }()
	for range 2 {
		answers := talk(t, inner.Addr(), get("/big")+get("/big")+strings.Replace(finish, "/gone", "/big", 1))
		if len(answers) != 3 || answers[0].Body != string(body) || answers[2].Body != string(body) {
			t.Fatalf("%d answers", len(answers))
		}
	}
}
