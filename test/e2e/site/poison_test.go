package site

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// canary is what no answer may ever repeat.
const canary = "evil-canary.example"

// raw sends bytes as they are and returns the first answer. A connection that
// is closed without one has the status 0.
func raw(t *testing.T, host, text string) answer {
	t.Helper()
	conn, err := net.DialTimeout("tcp", host, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		return answer{}
	}
	method, _, _ := strings.Cut(text, " ")
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return answer{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%.60q: %v", text, err)
	}
	return answer{resp.StatusCode, resp.Header, body}
}

// tricks are requests that try to reach another page or to leave something in
// the cache. HOST stands for the server's own address.
var tricks = []struct {
	name, request string
	status        []int // what may be answered; 0 is a closed connection
}{
	{"another host", "GET / HTTP/1.1\r\nHost: " + canary + "\r\n\r\n", []int{421}},
	{"another host with our port", "GET / HTTP/1.1\r\nHost: " + canary + ":PORT\r\n\r\n", []int{421}},
	{"our name as a prefix", "GET / HTTP/1.1\r\nHost: HOST." + canary + "\r\n\r\n", []int{400, 421}},
	{"user information", "GET / HTTP/1.1\r\nHost: HOST@" + canary + "\r\n\r\n", []int{400, 421}},
	{"a path in the host", "GET / HTTP/1.1\r\nHost: HOST/" + canary + "\r\n\r\n", []int{400, 421}},
	{"a quote in the host", "GET / HTTP/1.1\r\nHost: HOST\"><" + canary + "\r\n\r\n", []int{400, 421}},
	{"no host", "GET / HTTP/1.1\r\nX: " + canary + "\r\n\r\n", []int{400, 421}},
	{"empty host", "GET / HTTP/1.1\r\nHost: \r\nX: " + canary + "\r\n\r\n", []int{400, 421}},
	{"two hosts", "GET / HTTP/1.1\r\nHost: HOST\r\nHost: " + canary + "\r\n\r\n", []int{400, 421}},
	{"two hosts, ours last", "GET / HTTP/1.1\r\nHost: " + canary + "\r\nHost: HOST\r\n\r\n", []int{400, 421}},
	{"a list of hosts", "GET / HTTP/1.1\r\nHost: HOST, " + canary + "\r\n\r\n", []int{400, 421}},
	{"a folded host", "GET / HTTP/1.1\r\nHost: HOST\r\n " + canary + "\r\n\r\n", []int{400, 421}},
	{"a space before the colon", "GET / HTTP/1.1\r\nHost : " + canary + "\r\nHost: HOST\r\n\r\n", []int{400, 421}},
	{"absolute target of another", "GET http://" + canary + "/ HTTP/1.1\r\nHost: HOST\r\n\r\n", []int{400, 421}},
	{"absolute target of ours, another host", "GET http://HOST/ HTTP/1.1\r\nHost: " + canary + "\r\n\r\n", []int{200, 400, 421}},
	{"X-Forwarded-Host", forwarded("X-Forwarded-Host", canary), []int{200}},
	{"X-Forwarded-Server", forwarded("X-Forwarded-Server", canary), []int{200}},
	{"X-Host", forwarded("X-Host", canary), []int{200}},
	{"Forwarded", forwarded("Forwarded", "host="+canary+";proto=https;for="+canary), []int{200}},
	{"X-Forwarded-Proto", forwarded("X-Forwarded-Proto", canary), []int{200}},
	{"X-Forwarded-Scheme", forwarded("X-Forwarded-Scheme", "nothttps"), []int{200}},
	{"X-Forwarded-Port", forwarded("X-Forwarded-Port", "1"+canary), []int{200}},
	{"X-Forwarded-Prefix", forwarded("X-Forwarded-Prefix", "/"+canary), []int{200}},
	{"X-Forwarded-For", forwarded("X-Forwarded-For", canary), []int{200}},
	{"X-Original-URL", forwarded("X-Original-URL", "/"+canary), []int{200}},
	{"X-Rewrite-URL", forwarded("X-Rewrite-URL", "/"+canary), []int{200}},
	{"Referer", forwarded("Referer", "http://"+canary+"/"), []int{200}},
	{"User-Agent", forwarded("User-Agent", canary), []int{200}},
	{"Accept-Language", forwarded("Accept-Language", "ar, "+canary), []int{200}},
	{"Accept", forwarded("Accept", "application/"+canary), []int{200}},
	{"Origin", forwarded("Origin", "http://"+canary), []int{200}},
	{"a cookie", forwarded("Cookie", "session="+canary), []int{200}},
	{"a forged unlock cookie", forwarded("Cookie", "dateline-unlocked-1="+canary), []int{200}},
	{"X-HTTP-Method-Override", forwarded("X-HTTP-Method-Override", "POST"), []int{200}},
	{"X-HTTP-Method", forwarded("X-HTTP-Method", "DELETE"), []int{200}},
	{"X-Method-Override", forwarded("X-Method-Override", "PUT"), []int{200}},
	{"GET with a body", "GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: 19\r\n\r\n" + canary, []int{0, 200, 400, 413}},
	{"two lengths", "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nx" + canary, []int{0, 400}},
	{"length and chunks", "POST / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /" + canary, []int{0, 400, 403, 404, 405, 411, 413}},
	{"an unknown method", "EVIL / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nX: " + canary + "\r\n\r\n", []int{400, 405, 501}},
	{"TRACE", "TRACE / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nX: " + canary + "\r\n\r\n", []int{400, 405, 501}},
	{"CONNECT", "CONNECT " + canary + ":443 HTTP/1.1\r\nHost: " + canary + ":443\r\n\r\n", []int{400, 404, 405, 421, 501}},
	{"a line end in the path", target("/%0d%0aX-Evil:%20" + canary), []int{301, 400, 404}},
	{"two slashes", target("//" + canary + "/"), []int{301, 400, 404}},
	{"two slashes and dots", target("//" + canary + "/%2e%2e"), []int{301, 400, 404}},
	{"a backslash", target("/\\" + canary + "/"), []int{301, 400, 404}},
	{"an escaped backslash", target("/%5c" + canary + "/"), []int{301, 400, 404}},
	{"dots out of the root", target("/../../../../etc/passwd"), []int{301, 400, 404}},
	{"escaped dots", target("/assets/%2e%2e/%2e%2e/secret.key"), []int{301, 400, 404}},
	{"escaped slashes", target("/media/..%2f..%2fsecret.key"), []int{301, 400, 404}},
	{"doubly escaped dots", target("/assets/%252e%252e%252fsecret.key"), []int{301, 400, 404}},
	{"a NUL", target("/city/%00" + canary), []int{301, 400, 404}},
	{"broken UTF-8", target("/%c0%ae%c0%ae/" + canary), []int{301, 400, 404}},
	{"a broken escape", target("/%zz" + canary), []int{400, 404}},
	{"a path parameter", target("/;" + canary + "/x.css"), []int{301, 400, 404}},
	{"a style sheet's ending on an article", target("/city/harbour/harbour-agreement/" + canary + ".css"), []int{301, 400, 404}},
	{"markup in the path", target("/<script>" + canary), []int{301, 400, 404}},
	{"unknown parameters", target("/?utm_source=" + canary + "&cb=" + canary), []int{200, 301}},
	{"a parameter named twice", target("/?p=1&p=" + canary), []int{200, 301, 404}},
	{"a semicolon", target("/?a=1;" + canary), []int{200, 301, 400}},
	{"a callback", target("/feed/json/?callback=" + canary), []int{200, 301}},
	{"a redirect parameter", target("/?redirect_to=http://" + canary + "/&next=//" + canary), []int{200, 301}},
	{"wrong on a page without a form", target("/?wrong=" + canary), []int{200, 301}},
	{"a wrong page number", target("/page/99999999/?x=" + canary), []int{200, 301, 404}},
}

// forwarded is a request for the front with one header more.
func forwarded(name, value string) string {
	return "GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n" + name + ": " + value + "\r\n\r\n"
}

// target is a request for an address.
func target(path string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"
}

// TestTricks_LeaveNothingBehind sends each trick and asks that its answer does
// not repeat what was smuggled in, leads nowhere else, and that the front page
// of the next reader is the same, byte by byte.
func TestTricks_LeaveNothingBehind(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program")
	}
	origin := start(t, paper) // its front is still; other tests write in the demo
	host := strings.TrimPrefix(origin, "http://")
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		t.Fatal(err)
	}
	front := "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"
	before := stillFront(t, host, front)
	for _, trick := range tricks {
		request := strings.NewReplacer("HOST", host, "PORT", port).Replace(trick.request)
		a := raw(t, host, request)
		if !slices.Contains(trick.status, a.Status) {
			t.Errorf("%s: answered %d, want one of %v", trick.name, a.Status, trick.status)
		}
		if told := flat(a.Header) + string(a.Body); strings.Contains(told, canary) {
			t.Errorf("%s: the answer %d repeats it: %q", trick.name, a.Status, around(told, canary))
		}
		if to := a.Header.Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, "\\") || strings.Contains(to, "://") && !strings.HasPrefix(to, origin+"/") {
			t.Errorf("%s: leads to %q", trick.name, to)
		}
		for _, name := range []string{"X-Evil", "Set-Cookie"} {
			if a.Header.Get(name) != "" {
				t.Errorf("%s: sets %s", trick.name, name)
			}
		}
		if after := raw(t, host, front); after.Status != before.Status || !bytes.Equal(after.Body, before.Body) || after.Header.Get("Etag") != before.Header.Get("Etag") {
			t.Fatalf("%s: the front is another one: %s", trick.name, difference(string(before.Body), string(after.Body)))
		}
	}
}

// stillFront is the front once all variants of its picture are made.
func stillFront(t *testing.T, host, front string) answer {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(200 * time.Millisecond) {
		a := raw(t, host, front)
		if a.Status != http.StatusOK {
			t.Fatalf("the front answered %d", a.Status)
		}
		if bytes.Contains(a.Body, []byte("w1280-")) && bytes.Contains(a.Body, []byte("image/avif")) && bytes.Contains(a.Body, []byte("image/webp")) {
			return a
		}
		if time.Now().After(deadline) {
			t.Fatal("the picture's variants never came")
		}
	}
}

func around(text, part string) string {
	i := strings.Index(text, part)
	return fmt.Sprintf("…%s…", text[max(0, i-60):min(len(text), i+60)])
}
