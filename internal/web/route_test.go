package web

import (
	"context"
	"strings"
	"testing"
)

func plainRoute() Route {
	return Route{Name: "a", Methods: []string{"GET"}, Pattern: "/a", Role: Anyone, Rate: RateReading, Cache: CacheNone, Body: NoBody, CSRF: CSRFReadOnly,
		Handle: func(*Request) (Response, error) { return Response{}, nil }}
}

func TestNew_RefusesRoutesThatLeaveSomethingOpen(t *testing.T) {
	page := func(context.Context, Ask) (Response, error) { return Response{}, nil }
	for name, change := range map[string]func(*Route){
		"it has no Name":                    func(r *Route) { r.Name = "" },
		"it has no Methods":                 func(r *Route) { r.Methods = nil },
		`"HEAD" is not a method`:            func(r *Route) { r.Methods = []string{"HEAD"} },
		`"get" is not a method`:             func(r *Route) { r.Methods = []string{"get"} },
		"does not begin with a slash":       func(r *Route) { r.Pattern = "" },
		"odd segment":                       func(r *Route) { r.Pattern = "/a//b" },
		`odd segment "{rest...}"`:           func(r *Route) { r.Pattern = "/{rest...}/b" },
		`odd segment "{}"`:                  func(r *Route) { r.Pattern = "/{}" },
		`odd segment "x{y}"`:                func(r *Route) { r.Pattern = "/x{y}" },
		"it has no Role":                    func(r *Route) { r.Role = "" },
		`"editor" needs Options.Authorize`:  func(r *Route) { r.Role = "editor" },
		"it has no known Rate":              func(r *Route) { r.Rate = "" },
		"it has no known Cache":             func(r *Route) { r.Cache = "" },
		"it has no Body limit":              func(r *Route) { r.Body = 0 },
		"it has no known CSRF class":        func(r *Route) { r.CSRF = "" },
		"does not fit its methods":          func(r *Route) { r.Methods = []string{"POST"} },
		"without an unsafe method":          func(r *Route) { r.Body = 10 },
		"unsafe methods are not cached":     func(r *Route) { r.Methods, r.CSRF, r.Cache = []string{"POST"}, CSRFSameOrigin, CacheFiles },
		"needs either Page or Handle":       func(r *Route) { r.Handle = nil },
		"needs either Page or Handle; Page": func(r *Route) { r.Page = page },
		"belong together":                   func(r *Route) { r.Cache = CachePages },
		"cannot be cached for all":          func(r *Route) { r.Handle, r.Page, r.Cache, r.Role = nil, page, CachePages, "editor" },
	} {
		r := plainRoute()
		change(&r)
		if _, err := New(Options{Routes: []Route{r}}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	twice := plainRoute()
	twice.Name = "b"
	if _, err := New(Options{Routes: []Route{plainRoute(), twice}}); err == nil || !strings.Contains(err.Error(), `"a" and "b" both answer GET /a`) {
		t.Errorf("error %v", err)
	}
	twice.Name, twice.Pattern = "a", "/b"
	if _, err := New(Options{Routes: []Route{plainRoute(), twice}}); err == nil || !strings.Contains(err.Error(), `two routes are named "a"`) {
		t.Errorf("error %v", err)
	}
	if _, err := New(Options{Origin: "news.example"}); err == nil {
		t.Error("an origin without a scheme passed")
	}
}

func TestRouter_MoreLiteralPatternWins(t *testing.T) {
	var routes []Route
	for _, pattern := range []string{"/{path...}", "/a/{x}", "/{y}/b", "/a/b", "/a/", "/a/{x}/c", "/f/{p...}", "/"} {
		r := plainRoute()
		r.Name, r.Pattern = pattern, pattern
		routes = append(routes, r)
	}
	rt, err := newRouter(routes, false)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/": "/", "/a/b": "/a/b", "/a/x": "/a/{x}", "/a/": "/a/", "/a": "/{path...}", "/q/b": "/{y}/b", "/q": "/{path...}",
		"/a/x/c": "/a/{x}/c", "/a/x/d": "/{path...}", "/f/": "/f/{p...}", "/f/a/b/": "/f/{p...}", "/a/b/": "/{path...}", "/A/b": "/{y}/b",
	} {
		e, _ := rt.find(path)
		if e == nil || e.routes[0].Pattern != want {
			t.Errorf("%s found %v, want %s", path, e, want)
		}
	}
	_, vars := rt.find("/a/caf%C3%A9%2fx")
	if vars["x"] != "café/x" {
		t.Errorf("vars %q", vars)
	}
	if _, vars = rt.find("/f/a/b/"); vars["p"] != "a/b/" {
		t.Errorf("vars %q", vars)
	}
}

func TestPrintRoutes(t *testing.T) {
	a, _ := open(t, nil)
	var b strings.Builder
	if err := a.PrintRoutes(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 9 || strings.Join(strings.Fields(lines[len(lines)-1]), " ") != "GET /{path...} site anyone reading pages none read-only p" {
		t.Errorf("got:\n%s", b.String())
	}
}
