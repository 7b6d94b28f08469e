package web

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"dateline/internal/web/webtest"
)

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// TestCache_CannotBePoisoned sends each trick twice, once to an empty cache
// (where a poisoned answer would be stored) and once to a full one, and asks
// for the clean page after each: its bytes and fields must not change.
func TestCache_CannotBePoisoned(t *testing.T) {
	clean := func(a *App) webtest.Result {
		return webtest.Do(a, webtest.Scenario{Target: "/story/", Host: "news.example"})
	}
	fresh, _ := open(t, nil)
	want := clean(fresh)
	for _, trick := range []webtest.Scenario{
		{Name: "other host", Target: "/story/", Host: "evil.example"},
		{Name: "host with a port", Target: "/story/", Host: "news.example:8080"},
		{Name: "host in capitals", Target: "/story/", Host: "NEWS.example"},
		{Name: "host with a dot", Target: "/story/", Host: "news.example."},
		{Name: "host with a default port", Target: "/story/", Host: "news.example:443"},
		{Name: "X-Forwarded-Host", Target: "/story/", Header: map[string]string{"X-Forwarded-Host": "evil.example", "X-Host": "evil.example", "X-Forwarded-Server": "evil.example"}},
		{Name: "Forwarded", Target: "/story/", Header: map[string]string{"Forwarded": "host=evil.example;proto=http"}},
		{Name: "X-Forwarded-Proto", Target: "/story/", Header: map[string]string{"X-Forwarded-Proto": "http", "X-Forwarded-Scheme": "nothttps", "X-Forwarded-Port": "1"}},
		{Name: "X-Original-URL", Target: "/story/", Header: map[string]string{"X-Original-URL": "/form", "X-Rewrite-URL": "/form"}},
		{Name: "X-Forwarded-Prefix", Target: "/story/", Header: map[string]string{"X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil"}},
		{Name: "method override", Target: "/story/", Header: map[string]string{"X-HTTP-Method-Override": "POST", "X-Method-Override": "HEAD"}},
		{Name: "absolute form", Target: "https://news.example/story/"},
		{Name: "absolute form of another host", Target: "http://evil.example/story/", Host: "evil.example"},
		{Name: "query junk", Target: "/story/?utm_source=<script>&fbclid=1&p=9"},
		{Name: "query of another page", Target: "/story/?q=x&page=2&_escaped_fragment_="},
		{Name: "half a query", Target: "/story/?%zz&;;&&=&a"},
		{Name: "HEAD", Method: "HEAD", Target: "/story/"},
		{Name: "range", Target: "/story/", Header: map[string]string{"Range": "bytes=0-0"}},
		{Name: "encodings", Target: "/story/", Header: map[string]string{"Accept-Encoding": "gzip, br, evil"}},
		{Name: "language and agent", Target: "/story/", Header: map[string]string{"Accept-Language": "xx", "User-Agent": "<script>", "Referer": "https://evil.example/"}},
		{Name: "cookie", Target: "/story/", Header: map[string]string{"Cookie": "session=1; lang=<script>"}},
		{Name: "personal cookie", Target: "/story/", Header: map[string]string{"Cookie": "__Host-unlocked=1"}},
		{Name: "authorization", Target: "/story/", Header: map[string]string{"Authorization": "Basic eA=="}},
		{Name: "conditions", Target: "/story/", Header: map[string]string{"If-None-Match": "*", "If-Modified-Since": "Mon, 23 Nov 2099 10:00:00 GMT"}},
		{Name: "failed condition", Target: "/story/", Header: map[string]string{"If-Match": `"x"`}},
		{Name: "body", Target: "/story/", Body: "p=9"},
		{Name: "POST", Method: "POST", Target: "/story/", Body: "p=9"},
		{Name: "a fresh copy is asked for", Target: "/story/", Header: map[string]string{"Cache-Control": "no-cache", "Pragma": "no-cache"}},
		{Name: "path parameters", Target: "/story/;x=1"},
		{Name: "suffix", Target: "/story/x.css"},
		{Name: "duplicate slashes", Target: "//story//"},
		{Name: "dots", Target: "/x/../story/"},
		{Name: "escaped", Target: "/%73tory/"},
		{Name: "capitals", Target: "/STORY/"},
	} {
		t.Run(trick.Name, func(t *testing.T) {
			a, _ := open(t, nil)
			for _, state := range []string{"empty", "full"} {
				webtest.Do(a, at(trick))
				got := clean(a)
				if got.Status != want.Status || !bytes.Equal(got.Body, want.Body) || !sameFields(got.Header, want.Header) {
					t.Errorf("with an %s cache, the clean page changed:\n%v %v\n%v %v", state, want.Status, want.Header, got.Status, got.Header)
				}
			}
		})
	}
}

func sameFields(a, b http.Header) bool {
	if len(a) != len(b) {
		return false
	}
	for name := range a {
		if strings.Join(a[name], "\n") != strings.Join(b[name], "\n") {
			return false
		}
	}
	return true
}

// TestPaths_ReachNoOtherPage writes a page's address in ways that some servers
// resolve. Each must end in 404, 400 or a redirect, never in a page.
func TestPaths_ReachNoOtherPage(t *testing.T) {
	a, n := open(t, nil)
	for _, target := range []string{"//story/", "/story//", "/./story/", "/x/../story/", "/x/%2e%2e/story/", "/%2e/story/", "/.%2e/story/", "/story/%2e",
		"/x%2f..%2fstory/", "/story%2f", "/story%5c", `/story\`, "/story;a=b/", "/story/;x", "/story.", "/story./", "/story%00/", "/story%00.html", "/story%0a", "/%2Fstory/",
		"/story/.css", "/desk/../story/", "/..;/story/", "/story%20/", "/%ff%fe", "/desk%2f", "/Desk/", "/desk", "//desk/", "/./desk/", "/desk/%2e%2e/", "/story%3f", "/media/../story", "/media/a/..", "/media/a/%2e%2e"} {
		r := webtest.Do(a, at(webtest.Scenario{Target: target}))
		if r.Status != 404 && r.Status != 400 || bytes.Contains(r.Body, []byte("storm")) || bytes.Contains(r.Body, []byte("0123")) {
			t.Errorf("%s: %d\n%s", target, r.Status, r.Body)
		}
		if s := a.Stats(); s.Entries != 0 {
			t.Errorf("%s was stored", target)
		}
	}
	if n.rendered == 0 {
		t.Error("the test asked nothing")
	}
}

func TestQuery_DoesNotMultiplyPages(t *testing.T) {
	a, n := open(t, nil)
	for _, target := range []string{"/story/", "/story/?utm_source=a", "/story/?utm_source=b&fbclid=c", "/story/?p=5", "/story/?", "/story/?q=1"} {
		run(t, a, []webtest.Scenario{{Target: target, Contains: []string{"The storm"}}})
	}
	if s := a.Stats(); n.rendered != 1 || s.Entries != 1 {
		t.Errorf("rendered %d times, %d stored", n.rendered, s.Entries)
	}
	// A known parameter is seen, and its pages are not stored.
	for _, target := range []string{"/?p=5", "/?p=6", "/?p=5&p=7", "/search/?q=a", "/search/?q=b&utm=1", "/search/?q=" + strings.Repeat("x", 2000)} {
		run(t, a, []webtest.Scenario{{Target: target}})
	}
	if s := a.Stats(); n.rendered != 7 || s.Entries != 1 {
		t.Errorf("rendered %d times, %d stored", n.rendered, s.Entries)
	}
	run(t, a, []webtest.Scenario{
		{Target: "/search/?q=storm&q=x", Contains: []string{"results for storm"}},
		{Target: "/search/?q=" + strings.Repeat("%C3%A9", 2000), Contains: []string{"results for " + strings.Repeat("é", maxParam/2)}}, // the beginning of what is overlong
		{Target: "/?p=41&x=y", Contains: []string{"coast. 41"}},
	})
}

func TestUnknownPaths_DoNotFillTheCache(t *testing.T) {
	a, _ := open(t, nil)
	for _, target := range []string{"/a", "/b", "/c", "/old", "/draft", "/form", "/broken", "/cookie"} {
		webtest.Do(a, at(webtest.Scenario{Target: target}))
	}
	if s := a.Stats(); s.Entries != 0 {
		t.Errorf("%d stored", s.Entries)
	}
}

func TestHosts(t *testing.T) {
	configured, _ := open(t, nil)
	local, _ := open(t, func(o *Options) { o.Origin = "" })
	if err := local.SetOrigin("http://127.0.0.1:8080"); err != nil {
		t.Fatal(err)
	}
	if err := configured.SetOrigin("http://127.0.0.1:8080"); err == nil {
		t.Error("a configured origin was changed")
	}
	for host, want := range map[string][2]int{ // configured, local
		"news.example":            {200, 421},
		"News.Example":            {200, 421},
		"news.example:443":        {200, 421},
		"news.example:80":         {421, 421},
		"news.example.":           {421, 421},
		"www.news.example":        {421, 421},
		"news.example.evil.com":   {421, 421},
		"localhost":               {421, 200},
		"localhost:8080":          {421, 200},
		"LOCALHOST:9":             {421, 200},
		"127.0.0.1:8080":          {421, 200},
		"[::1]:8080":              {421, 200},
		"[::1]":                   {421, 200},
		"127.0.0.2":               {421, 421},
		"localhost.evil.com:8080": {421, 421},
		"localhost:x":             {421, 421},
		"localhost:8080:1":        {421, 421},
		"evil@localhost":          {421, 421},
		" localhost":              {421, 421},
	} {
		for i, a := range []*App{configured, local} {
			if r := webtest.Do(a, webtest.Scenario{Target: "/story/", Host: host}); r.Status != want[i] {
				t.Errorf("%q at %s: %d, want %d", host, a.Origin(), r.Status, want[i])
			}
		}
	}
}

func TestPolicy(t *testing.T) {
	a, n := open(t, nil)
	run(t, a, []webtest.Scenario{{Target: "/story/", NotContains: []string{"site.css"}}})
	if err := a.SetPolicy(Policy{Styles: []string{"/assets/3f/site.css"}, Scripts: []string{"/assets/3f/menu.js"}, Frames: []string{"https://www.youtube-nocookie.com"}}); err != nil {
		t.Fatal(err)
	}
	want := "default-src 'none'; script-src https://news.example/assets/3f/menu.js; style-src https://news.example/assets/3f/site.css; " +
		"img-src 'self' data:; media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; " +
		"base-uri 'none'; frame-src https://www.youtube-nocookie.com; upgrade-insecure-requests"
	run(t, a, []webtest.Scenario{
		{Target: "/story/", Fields: map[string]string{"Content-Security-Policy": want}},
		{Target: "/nothing", Status: 404, Fields: map[string]string{"Content-Security-Policy": want}},
		{Target: "/whoami", Fields: map[string]string{"Content-Security-Policy": want}},
		{Target: "/story/", Method: "POST", Status: 405, Fields: map[string]string{"Content-Security-Policy": want}},
	})
	if n.rendered != 3 {
		t.Errorf("rendered %d times: the old head was kept", n.rendered)
	}
	local, _ := open(t, func(o *Options) { o.Origin = "" })
	if err := local.SetOrigin("http://127.0.0.1:8080"); err != nil {
		t.Fatal(err)
	}
	if err := local.SetPolicy(Policy{Styles: []string{"/s.css"}}); err != nil {
		t.Fatal(err)
	}
	webtest.Run(t, local, []webtest.Scenario{{Target: "/", Host: "localhost:8080",
		FieldHas:    map[string]string{"Content-Security-Policy": "style-src http://127.0.0.1:8080/s.css http://localhost:8080/s.css;"},
		NotContains: []string{"upgrade-insecure", "unsafe-inline"}, Fields: map[string]string{"Strict-Transport-Security": ""}}})
}
