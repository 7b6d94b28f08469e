package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dateline/internal/clock"
	"dateline/internal/fault"
	"dateline/internal/web/webtest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var published = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// newsroom is a small site with every class of route.
type newsroom struct {
	rendered int
	posted   []string
}

func (n *newsroom) page(_ context.Context, ask Ask) (Response, error) {
	n.rendered++
	r := Response{ContentType: "text/html; charset=utf-8", Keys: []string{"site", "article:1"}, MaxAge: time.Minute, Modified: published}
	switch strings.TrimSuffix(ask.Path, "/") {
	case "", "/story":
		r.Body = []byte("<p>" + strings.Repeat("The storm reached the coast. ", 100) + ask.Query.Get("p"))
		if ask.Request != nil {
			r.Body = []byte("unlocked")
		}
	case "/gone":
		r.Status, r.Body = 410, []byte("withdrawn")
	case "/old":
		r.Status, r.Location = 301, "/story/"
	case "/draft":
		return Response{}, fault.New(fault.NotFound, "no such article").WithHint("search for it")
	case "/broken":
		return Response{}, errors.New("secret detail of the database")
	case "/panics":
		panic("secret detail of the program")
	case "/form":
		r.Private, r.Body = true, []byte("a form for one")
	case "/cookie":
		r.Body, r.Header = []byte("x"), http.Header{"Set-Cookie": {"a=b"}}
	case "/split":
		r.Body, r.Location, r.Header = []byte("x"), "/a\r\nX-Evil: 1", http.Header{"X-Note": {"a\nb"}, "Date": {"x"}, "Etag": {"y"}}
	default:
		r.Status, r.Body, r.NoIndex = 404, []byte("not found"), true
	}
	return r, nil
}

type bytesFile struct{ *bytes.Reader }

func (bytesFile) Close() error { return nil }

func (n *newsroom) routes() []Route {
	return []Route{
		{Name: "site", Methods: []string{"GET"}, Pattern: "/{path...}", Role: Anyone, Rate: RateReading, Cache: CachePages, Body: NoBody, CSRF: CSRFReadOnly,
			Query: ParamsAt([]string{"/"}, "p"), Page: n.page},
		{Name: "search", Methods: []string{"GET"}, Pattern: "/search/", Role: Anyone, Rate: RateSearch, Cache: CachePages, Body: NoBody, CSRF: CSRFReadOnly,
			Query: Params("q"), Page: func(_ context.Context, ask Ask) (Response, error) {
				n.rendered++
				return Response{ContentType: "text/html", Body: []byte("results for " + ask.Query.Get("q")), Keys: []string{"site"}}, nil
			}},
		{Name: "media", Methods: []string{"GET"}, Pattern: "/media/{token}/{name}", Role: Anyone, Rate: RateReading, Cache: CacheFiles, Body: NoBody, CSRF: CSRFReadOnly,
			Handle: func(r *Request) (Response, error) {
				return Response{ContentType: "image/png", Immutable: true, File: &File{Content: bytesFile{bytes.NewReader([]byte("0123456789"))}, ETag: `"pic"`, Modified: published}}, nil
			}},
		{Name: "comment", Methods: []string{"POST"}, Pattern: "/comment", Role: Anyone, Rate: RateForm, Cache: CacheNone, Body: 100, CSRF: CSRFSameOrigin,
			Handle: func(r *Request) (Response, error) {
				b, err := io.ReadAll(r.HTTP.Body)
				if err != nil {
					return Response{}, err
				}
				n.posted = append(n.posted, string(b))
				return Response{Status: 303, Location: "/story/"}, nil
			}},
		{Name: "unsubscribe", Methods: []string{"POST"}, Pattern: "/unsubscribe/{id}", Role: Anyone, Rate: RateForm, Cache: CacheNone, Body: 100, CSRF: CSRFNoCookies,
			Handle: func(r *Request) (Response, error) {
				return Response{ContentType: "text/plain", Body: []byte(r.Vars["id"] + " cookie=" + r.HTTP.Header.Get("Cookie"))}, nil
			}},
		{Name: "whoami", Methods: []string{"GET"}, Pattern: "/whoami", Role: Anyone, Rate: RateReading, Cache: CacheNone, Body: NoBody, CSRF: CSRFReadOnly,
			Handle: func(r *Request) (Response, error) {
				return Response{ContentType: "text/plain", Body: []byte(fmt.Sprint(r.Client, " ", r.Secure))}, nil
			}},
		{Name: "explode", Methods: []string{"GET"}, Pattern: "/explode", Role: Anyone, Rate: RateReading, Cache: CacheNone, Body: NoBody, CSRF: CSRFReadOnly,
			Handle: func(r *Request) (Response, error) { panic("secret detail") }},
		{Name: "desk", Methods: []string{"GET"}, Pattern: "/desk/", Role: "editor", Rate: RateReading, Cache: CacheNone, Body: NoBody, CSRF: CSRFReadOnly,
			Handle: func(r *Request) (Response, error) { return Response{Body: []byte("the desk")}, nil }},
	}
}

// open starts a newsroom at https://news.example.
func open(t *testing.T, change func(*Options)) (*App, *newsroom) {
	t.Helper()
	n := &newsroom{}
	opt := Options{Routes: n.routes(), CacheBudget: 1 << 20, Origin: "https://news.example", PersonalCookies: []string{"__Host-unlocked"},
		Clock:     clock.NewManual(published),
		Authorize: func(*Request, Role) error { return fault.New(fault.SignIn, "sign in first") }}
	if change != nil {
		change(&opt)
	}
	a, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	return a, n
}

// at asks for a target at the site's own host.
func at(s webtest.Scenario) webtest.Scenario {
	if s.Host == "" {
		s.Host = "news.example"
	}
	return s
}

func run(t *testing.T, a *App, scenarios []webtest.Scenario) {
	t.Helper()
	for i := range scenarios {
		scenarios[i] = at(scenarios[i])
	}
	webtest.Run(t, a, scenarios)
}

func TestAnswers(t *testing.T) {
	a, n := open(t, nil)
	run(t, a, []webtest.Scenario{
		{Target: "/", Contains: []string{"The storm"}, Fields: map[string]string{
			"Content-Type": "text/html; charset=utf-8", "Cache-Control": "public, max-age=0, s-maxage=60", "Vary": "Accept-Encoding",
			"Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT", "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "strict-origin-when-cross-origin", "Strict-Transport-Security": "max-age=31536000",
			"Surrogate-Key": "", "Set-Cookie": "", "Content-Encoding": "", "Server": ""}},
		{Target: "/", Method: "HEAD", EmptyBody: true, FieldHas: map[string]string{"Etag": `"`, "Content-Length": "29"}},
		{Target: "/gone", Status: 410, Contains: []string{"withdrawn"}, Fields: map[string]string{"Cache-Control": "public, max-age=0, s-maxage=60"}},
		{Target: "/old", Status: 301, EmptyBody: true, Fields: map[string]string{"Location": "/story/", "Content-Length": "0"}},
		{Target: "/nothing", Status: 404, Contains: []string{"not found"}, Fields: map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Etag": ""}},
		{Target: "/draft", Status: 404, Contains: []string{"no such article", "search for it"}, Fields: map[string]string{"Cache-Control": "no-store"}},
		{Target: "/form", Contains: []string{"a form"}, Fields: map[string]string{"Cache-Control": "private, no-store", "Etag": "", "Vary": ""}},
		{Target: "/cookie", Fields: map[string]string{"Cache-Control": "private, no-store", "Set-Cookie": "a=b"}},
		{Target: "/split", Fields: map[string]string{"Location": "", "X-Evil": "", "X-Note": ""}, FieldHas: map[string]string{"Etag": `"`}},
		{Target: "/media/abc/pic.png", Contains: []string{"0123456789"}, Fields: map[string]string{"Content-Type": "image/png", "Etag": `"pic"`,
			"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "public, max-age=31536000, immutable", "Cross-Origin-Resource-Policy": "cross-origin"}},
		{Target: "/media/abc/pic.png", Name: "range", Header: map[string]string{"Range": "bytes=2-4"}, Status: 206, Contains: []string{"234"}, NotContains: []string{"0123"}, Fields: map[string]string{"Content-Range": "bytes 2-4/10"}},
		{Target: "/media/abc/pic.png", Name: "range not there", Header: map[string]string{"Range": "bytes=20-"}, Status: 416},
		{Target: "/media/abc/pic.png", Name: "file not modified", Header: map[string]string{"If-None-Match": `"pic"`}, Status: 304, EmptyBody: true},
		{Target: "/media/abc/pic.png", Name: "head of a file", Method: "HEAD", EmptyBody: true, Fields: map[string]string{"Content-Length": "10"}},
		{Target: "/media/abc", Status: 404},
		{Target: "/desk/", Status: 401, Contains: []string{"sign in first"}, NotContains: []string{"the desk"}},
		{Target: "/unsubscribe/a%2Db", Method: "POST", Body: "x", Header: map[string]string{"Cookie": "secret", "Origin": "https://elsewhere.example"}, Contains: []string{"a-b cookie="}, NotContains: []string{"secret"}},
	})
	if n.rendered == 0 || len(n.posted) != 0 {
		t.Errorf("%+v", n)
	}
}

func TestErrors_AreCalmAndTellNothing(t *testing.T) {
	var log bytes.Buffer
	a, _ := open(t, func(o *Options) { o.Log = textLog(&log) })
	for _, target := range []string{"/broken", "/panics", "/explode"} {
		log.Reset()
		run(t, a, []webtest.Scenario{{Target: target, Status: 500, NotContains: []string{"secret", "goroutine"}, Contains: []string{"name the error "},
			Fields: map[string]string{"Cache-Control": "no-store"},
			Check: func(t *testing.T, r webtest.Result) {
				_, rest, _ := strings.Cut(string(r.Body), "name the error ")
				id, _, _ := strings.Cut(rest, ".")
				if len(id) != 8 || !strings.Contains(log.String(), "id="+id) || !strings.Contains(log.String(), "secret") {
					t.Errorf("the log does not hold the error %q: %s", id, log.String())
				}
			}}})
	}
}

// The token of a link lets its owner in: no log keeps it.
func TestErrors_LogNoToken(t *testing.T) {
	var log bytes.Buffer
	fail := func(*Request) (Response, error) { return Response{}, errors.New("the database is away") }
	a, _ := open(t, func(o *Options) {
		o.Log = textLog(&log)
		o.Routes = append(o.Routes, Route{Name: "leave", Methods: []string{"POST"}, Pattern: "/leave/{token}", Role: Anyone, Rate: RateForm, Cache: CacheNone, Body: 100, CSRF: CSRFSameOrigin, Handle: fail},
			Route{Name: "leave now", Methods: []string{"POST"}, Pattern: "/leave/{token}/now", Role: Anyone, Rate: RateForm, Cache: CacheNone, Body: 100, CSRF: CSRFSameOrigin, Handle: fail})
	})
	for target, want := range map[string]string{"/leave/s3cr3t.token": "path=/leave/{token} ", "/leave/s3cr3t.token/now": "path=/leave/{token}/now "} {
		log.Reset()
		run(t, a, []webtest.Scenario{{Target: target, Method: "POST", Status: 500}})
		if got := log.String(); strings.Contains(got, "s3cr3t") || !strings.Contains(got, want) {
			t.Errorf("the log of %s: %s", target, got)
		}
	}
}

func TestErrors_SiteShowsThem(t *testing.T) {
	a, _ := open(t, func(o *Options) {
		o.ErrorPage = func(_ context.Context, p Problem) Response {
			if p.Status == 500 {
				panic("the theme is broken too")
			}
			return Response{ContentType: "text/html", Body: []byte(fmt.Sprintf("themed %d %s", p.Status, p.Message)), MaxAge: time.Hour, Keys: []string{"site"}}
		}
	})
	run(t, a, []webtest.Scenario{
		{Target: "/draft", Status: 404, Contains: []string{"themed 404 no such article"}, Fields: map[string]string{"Cache-Control": "no-store"}},
		{Target: "/broken", Status: 500, Contains: []string{"Internal Server Error"}},
	})
	if s := a.Stats(); s.Entries != 0 {
		t.Errorf("an error page was stored: %+v", s)
	}
}

func TestMethods(t *testing.T) {
	a, n := open(t, nil)
	run(t, a, []webtest.Scenario{
		{Method: "POST", Target: "/story/", Status: 405, Fields: map[string]string{"Allow": "GET, HEAD, OPTIONS"}},
		{Method: "DELETE", Target: "/", Status: 405},
		{Method: "TRACE", Target: "/", Status: 405},
		{Method: "get", Target: "/", Status: 405},
		{Method: "FROB", Target: "/comment", Status: 405, Fields: map[string]string{"Allow": "OPTIONS, POST"}},
		{Method: "GET", Target: "/comment", Status: 405},
		{Method: "OPTIONS", Target: "/comment", Status: 204, Fields: map[string]string{"Allow": "OPTIONS, POST"}},
		{Method: "OPTIONS", Target: "/", Status: 204, Fields: map[string]string{"Allow": "GET, HEAD, OPTIONS"}},
		{Method: "GET", Target: "/", Body: "a body", Status: 400},
		{Name: "override by header", Target: "/comment", Header: map[string]string{"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}, Status: 405},
		{Name: "override by query", Target: "/comment?_method=POST", Status: 405},
	})
	if len(n.posted) != 0 {
		t.Errorf("posted %q", n.posted)
	}
}

func TestForms(t *testing.T) {
	a, n := open(t, nil)
	run(t, a, []webtest.Scenario{
		{Name: "own site", Method: "POST", Target: "/comment", Body: "1", Header: map[string]string{"Sec-Fetch-Site": "same-origin"}, Status: 303,
			Fields: map[string]string{"Location": "/story/", "Cache-Control": "private, no-store"}},
		{Name: "own origin", Method: "POST", Target: "/comment", Body: "2", Header: map[string]string{"Origin": "https://news.example"}, Status: 303},
		{Name: "no browser", Method: "POST", Target: "/comment", Body: "3", Status: 303},
		{Name: "other site", Method: "POST", Target: "/comment", Body: "x", Header: map[string]string{"Sec-Fetch-Site": "cross-site"}, Status: 403, Contains: []string{"another site"}},
		{Name: "same site, other origin", Method: "POST", Target: "/comment", Body: "x", Header: map[string]string{"Sec-Fetch-Site": "same-site"}, Status: 403},
		{Name: "other origin", Method: "POST", Target: "/comment", Body: "x", Header: map[string]string{"Origin": "https://evil.example"}, Status: 403},
		{Name: "null origin", Method: "POST", Target: "/comment", Body: "x", Header: map[string]string{"Origin": "null"}, Status: 403},
		{Name: "too large", Method: "POST", Target: "/comment", Body: strings.Repeat("x", 101), Status: 413},
	})
	if got := strings.Join(n.posted, ""); got != "123" {
		t.Errorf("posted %q", got)
	}
}

func TestRates(t *testing.T) {
	at := clock.NewManual(published)
	a, _ := open(t, func(o *Options) { o.Clock = at })
	post := func(peer string) webtest.Result {
		return webtest.Do(a, webtest.Scenario{Method: "POST", Target: "/comment", Host: "news.example", Body: "x", Peer: peer})
	}
	for i := range Limits[RateForm].Burst {
		if r := post("192.0.2.7:1"); r.Status != 303 {
			t.Fatalf("request %d: %d", i, r.Status)
		}
	}
	r := post("192.0.2.7:2")
	if r.Status != 429 || r.Header.Get("Retry-After") != "5" {
		t.Errorf("status %d, Retry-After %q", r.Status, r.Header.Get("Retry-After"))
	}
	if r := post("[::ffff:192.0.2.7]:3"); r.Status != 429 {
		t.Errorf("the same address in IPv6 dress: %d", r.Status)
	}
	if r := post("192.0.2.8:1"); r.Status != 303 {
		t.Errorf("another address: %d", r.Status)
	}
	for i := range Limits[RateForm].Burst {
		if r := post(fmt.Sprintf("[2001:db8:0:1::%d]:1", i+1)); r.Status != 303 {
			t.Fatalf("request %d: %d", i, r.Status)
		}
	}
	if r := post("[2001:db8:0:1:ffff::]:1"); r.Status != 429 {
		t.Errorf("another address of the /64: %d", r.Status)
	}
	if r := post("[2001:db8:0:2::1]:1"); r.Status != 303 {
		t.Errorf("another /64: %d", r.Status)
	}
	at.Advance(5 * time.Second)
	if r := post("192.0.2.7:1"); r.Status != 303 {
		t.Errorf("after the wait: %d", r.Status)
	}
}

func TestClient(t *testing.T) {
	a, _ := open(t, func(o *Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	})
	for _, tt := range []struct{ name, peer, forwarded, proto, want string }{
		{"direct", "192.0.2.1:1", "", "", "192.0.2.1 false"},
		{"a stranger forwards", "192.0.2.1:1", "203.0.113.9", "https", "192.0.2.1 false"},
		{"a proxy forwards", "10.1.1.1:1", "203.0.113.9", "https", "203.0.113.9 true"},
		{"the client lied to the proxy", "10.1.1.1:1", "1.1.1.1, 203.0.113.9", "https, http", "203.0.113.9 false"},
		{"two proxies", "10.1.1.1:1", "1.1.1.1, 203.0.113.9, 10.2.2.2", "", "203.0.113.9 false"},
		{"proxies only", "10.1.1.1:1", "10.3.3.3, 10.2.2.2", "", "10.3.3.3 false"},
		{"nonsense", "10.1.1.1:1", "203.0.113.9, unknown", "", "10.1.1.1 false"},
		{"proxy over IPv6", "[::1]:1", "2001:db8::5", "https", "2001:db8::5 true"},
		{"proxy in IPv6 dress", "[::ffff:10.1.1.1]:1", "203.0.113.9", "", "203.0.113.9 false"},
	} {
		s := webtest.Scenario{Name: tt.name, Target: "/whoami", Peer: tt.peer, Header: map[string]string{}, Contains: []string{tt.want}}
		if tt.forwarded != "" {
			s.Header["X-Forwarded-For"] = tt.forwarded
		}
		if tt.proto != "" {
			s.Header["X-Forwarded-Proto"] = tt.proto
		}
		s.Header["X-Real-IP"], s.Header["Forwarded"], s.Header["True-Client-IP"] = "6.6.6.6", "for=6.6.6.6", "6.6.6.6"
		run(t, a, []webtest.Scenario{s})
	}
}

func TestConditions(t *testing.T) {
	a, _ := open(t, nil)
	tag := webtest.Do(a, at(webtest.Scenario{Target: "/story/"})).Header.Get("Etag")
	if tag == "" {
		t.Fatal("no entity tag")
	}
	run(t, a, []webtest.Scenario{
		{Name: "same tag", Target: "/story/", Header: map[string]string{"If-None-Match": tag}, Status: 304, EmptyBody: true,
			Fields: map[string]string{"Etag": tag, "Cache-Control": "public, max-age=0, s-maxage=60", "Vary": "Accept-Encoding", "Content-Type": "", "Content-Length": ""}},
		{Name: "head", Method: "HEAD", Target: "/story/", Header: map[string]string{"If-None-Match": `"x", W/` + tag}, Status: 304},
		{Name: "other tag", Target: "/story/", Header: map[string]string{"If-None-Match": `"x"`}},
		{Name: "not newer", Target: "/story/", Header: map[string]string{"If-Modified-Since": "Mon, 23 Nov 2026 10:00:00 GMT"}, Status: 304},
		{Name: "newer", Target: "/story/", Header: map[string]string{"If-Modified-Since": "Mon, 23 Nov 2026 09:00:00 GMT"}},
		{Name: "if-match fails", Target: "/story/", Header: map[string]string{"If-Match": `"x"`}, Status: 412},
		{Name: "if-match holds", Target: "/story/", Header: map[string]string{"If-Match": tag}},
		{Name: "gone has no conditions", Target: "/gone", Header: map[string]string{"If-None-Match": "*"}, Status: 410},
		{Name: "range of a page is ignored", Target: "/story/", Header: map[string]string{"Range": "bytes=0-1"}, Contains: []string{"The storm"}},
		{Name: "gzip", Target: "/story/", Header: map[string]string{"Accept-Encoding": "gzip;q=0.3, br;q=0"}, Fields: map[string]string{"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}},
		{Name: "gzip refused", Target: "/story/", Header: map[string]string{"Accept-Encoding": "gzip;q=0"}, Fields: map[string]string{"Content-Encoding": ""}},
	})
}

func TestPersonalCookie(t *testing.T) {
	a, n := open(t, nil)
	personal := map[string]string{"Cookie": "theme=dark; __Host-unlocked_7=x"}
	run(t, a, []webtest.Scenario{
		{Name: "stored", Target: "/story/", Contains: []string{"The storm"}},
		{Name: "with another cookie", Target: "/story/", Header: map[string]string{"Cookie": "theme=__Host-unlocked"}, Contains: []string{"The storm"}},
		{Name: "personal", Target: "/story/", Header: personal, Contains: []string{"unlocked"}, Fields: map[string]string{"Cache-Control": "private, no-store", "Etag": ""}},
		{Name: "still the same for others", Target: "/story/", Contains: []string{"The storm"}},
	})
	if n.rendered != 2 {
		t.Errorf("rendered %d times", n.rendered)
	}
}

func TestCDN(t *testing.T) {
	a, _ := open(t, func(o *Options) { o.CDN = true })
	run(t, a, []webtest.Scenario{
		{Target: "/", Fields: map[string]string{"Surrogate-Key": "site article:1", "Cdn-Cache-Control": "max-age=60, stale-while-revalidate=60"}},
		{Target: "/nothing", Status: 404, Fields: map[string]string{"Surrogate-Key": "", "Cdn-Cache-Control": ""}},
	})
}
