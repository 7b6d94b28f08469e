package fastpath

import (
	"bufio"
	"bytes"
	"net/http"
	"testing"
)

// FuzzParse holds the fast path to net/http's reading: what it accepts,
// net/http must read as the same request, of the same length, without a body.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"HEAD /a/b HTTP/1.1\r\nHost: a:80\r\nAccept-Encoding: gzip, br;q=0\r\nCookie: a=b\r\nConnection: close\r\n\r\nGET / HTTP/1.1",
		"GET /%41 HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"x\"\r\nIf-Modified-Since: x\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
		"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var r request
		n := parse(raw, &r)
		if n == 0 {
			return
		}
		rest := bytes.NewReader(raw)
		buffered := bufio.NewReaderSize(rest, len(raw)+16)
		want, err := http.ReadRequest(buffered)
		if err != nil {
			t.Fatalf("%q: net/http refuses it: %v", raw, err)
		}
		read := len(raw) - rest.Len() - buffered.Buffered()
		method := "GET"
		if r.head {
			method = "HEAD"
		}
		switch {
		case read != n:
			t.Fatalf("%q: %d bytes here, %d in net/http", raw, n, read)
		case want.Method != method || want.RequestURI != string(r.path) || want.URL.EscapedPath() != string(r.path) || want.URL.RawQuery != "":
			t.Fatalf("%q: %s %s in net/http", raw, want.Method, want.RequestURI)
		case want.Host != string(r.host):
			t.Fatalf("%q: host %q in net/http", raw, want.Host)
		case want.ContentLength != 0 || len(want.TransferEncoding) > 0 || want.ProtoMinor != 1:
			t.Fatalf("%q: a body in net/http", raw)
		case want.Close != r.last:
			t.Fatalf("%q: close is %t in net/http", raw, want.Close)
		case want.Header.Get("Cookie") != string(r.cookie) || len(want.Header["Cookie"]) > 1:
			t.Fatalf("%q: cookies %q in net/http", raw, want.Header["Cookie"])
		}
	})
}

func TestParse_AllocatesNothing(t *testing.T) {
	raw := []byte("GET /world/story/ HTTP/1.1\r\nHost: news.example\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\nUser-Agent: x\r\n\r\n")
	var r request
	if n := testing.AllocsPerRun(100, func() {
		if parse(raw, &r) != len(raw) {
			t.Fatal("not parsed")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
