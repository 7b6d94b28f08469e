package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"dateline/internal/clock"
	"dateline/internal/fault"
	"dateline/internal/pagecache"
	"dateline/internal/urlpath"
)

// Options are how an App is set up.
type Options struct {
	Routes      []Route
	CacheBudget int64 // bytes for ready pages

	// Origin is the public origin. "" until SetOrigin: the site then answers
	// on this machine's own names only.
	Origin string

	TrustedProxies  []netip.Prefix
	PersonalCookies []string // name prefixes; with one of them a request gets no stored page
	CDN             bool     // send Surrogate-Key and CDN-Cache-Control

	// ErrorPage shows a problem to a reader; nil shows a bare page.
	ErrorPage func(ctx context.Context, p Problem) Response

	// Authorize decides about roles other than Anyone. Its error is the answer.
	Authorize func(r *Request, role Role) error

	PerPrefix int // connections of one address prefix at a time; 256 when 0
	Clock     clock.Clock
	Log       *slog.Logger
}

// App answers requests by the registry of routes. It is an http.Handler; Serve
// adds the listener, the fast path and the limits of the server.
type App struct {
	opt    Options
	router *router
	cache  *pagecache.Cache
	limits *limiter
	talk   chan struct{} // one for each comment under way
	guard  *http.CrossOriginProtection
	// secrets are what paths begin with that hold the token of a person's link.
	secrets []string
	face    atomic.Pointer[face]
}

// face is what the site shows of itself: it changes when the origin gets known
// and when the theme changes.
type face struct {
	origin   string
	policy   Policy
	hosts    *hosts
	origins  []string // the names under which addresses are spelled in a policy
	secure   bool
	security []pagecache.Field
}

// New builds the registry. It fails when a route leaves something open.
func New(opt Options) (*App, error) {
	if opt.Clock == nil {
		opt.Clock = clock.System{}
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.ErrorPage == nil {
		opt.ErrorPage = barePage
	}
	if opt.PerPrefix == 0 {
		opt.PerPrefix = 256
	}
	rt, err := newRouter(opt.Routes, opt.Authorize != nil)
	if err != nil {
		return nil, err
	}
	a := &App{opt: opt, router: rt, limits: newLimiter(opt.Clock), talk: make(chan struct{}, commentsAtOnce), guard: http.NewCrossOriginProtection()}
	for _, r := range opt.Routes {
		if before, _, found := strings.Cut(r.Pattern, "{token}"); found {
			a.secrets = append(a.secrets, before)
		}
	}
	origin := opt.Origin
	if origin == "" {
		origin = "http://localhost"
	}
	if err := a.show(origin, Policy{}); err != nil {
		return nil, err
	}
	a.cache = pagecache.New(pagecache.Options{Budget: opt.CacheBudget, Clock: opt.Clock, Head: a.head})
	return a, nil
}

// show makes the site's face.
func (a *App) show(origin string, policy Policy) error {
	u, err := parseOrigin(origin)
	if err != nil {
		return err
	}
	configured := a.opt.Origin != ""
	origins := []string{origin}
	if port := u.Port(); !configured && port != "" {
		for _, name := range []string{"localhost", "127.0.0.1"} { // a CSP cannot name [::1]
			if o := u.Scheme + "://" + name + ":" + port; o != origin {
				origins = append(origins, o)
			}
		}
	}
	secure := u.Scheme == "https"
	a.face.Store(&face{origin: origin, policy: policy, hosts: newHosts(u, configured), origins: origins, secure: secure,
		security: securityFields(policy.header(origins, secure), secure)})
	return nil
}

// SetOrigin tells a site without a configured origin where it is, when the
// listener is bound. It drops all stored pages.
func (a *App) SetOrigin(origin string) error {
	if a.opt.Origin != "" {
		return fault.New(fault.Internal, "the origin is configured as %s", a.opt.Origin)
	}
	if err := a.show(origin, a.face.Load().policy); err != nil {
		return err
	}
	a.cache.PurgeAll()
	return nil
}

// Origin returns the public origin, without a trailing slash.
func (a *App) Origin() string { return a.face.Load().origin }

// SetPolicy tells what pages may load. It drops all stored pages, because
// their heads name the old addresses.
func (a *App) SetPolicy(p Policy) error {
	if err := a.show(a.Origin(), p); err != nil {
		return err
	}
	a.cache.PurgeAll()
	return nil
}

// policyHeader spells a policy of one page.
func (a *App) policyHeader(p Policy) string {
	f := a.face.Load()
	return p.header(f.origins, f.secure)
}

// Purge drops the stored pages that show one of the things; "*" stands for all.
func (a *App) Purge(keys ...string) {
	if slices.Contains(keys, "*") {
		a.cache.PurgeAll()
		return
	}
	a.cache.Purge(keys...)
}

// Renew is Purge for what changes many times a second, such as an article's
// comments: the pages that many read are made anew first, and the old ones are
// sent meanwhile. When it returns no page shows what was before.
func (a *App) Renew(keys ...string) {
	if slices.Contains(keys, "*") {
		a.Purge("*")
		return
	}
	a.cache.Renew(keys, func(path string) pagecache.Render {
		route, vars := a.pageAt(path)
		if route == nil || strings.Contains(path, "?") {
			return nil
		}
		return a.renders(route, Ask{Path: path, Vars: vars})
	})
}

// pageAt returns the route of the page at a path, nil when there is none.
func (a *App) pageAt(path string) (*Route, map[string]string) {
	end, vars := a.router.find(path)
	if end == nil || urlpath.Key(path) == "" {
		return nil, nil
	}
	route := end.route(http.MethodGet)
	if route == nil || route.Page == nil {
		return nil, nil
	}
	return route, vars
}

// Stats returns the page cache's figures.
func (a *App) Stats() pagecache.Stats { return a.cache.Stats() }

// Close ends the background work.
func (a *App) Close() { a.cache.Close() }

// ServeHTTP answers one request.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !a.face.Load().hosts.allow(r.Host) {
		a.refuse(w, http.StatusMisdirectedRequest, "this site is not served here")
		return
	}
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/" // absolute-form without a path
	}
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead
	personal := a.personal(strings.Join(r.Header["Cookie"], ";"))
	if safe && r.URL.RawQuery == "" && !personal && r.ContentLength == 0 {
		if e := a.cache.Get(path); e != nil {
			a.send(w, r, e)
			return
		}
	}
	a.dispatch(w, r, path, safe, personal)
}

// dispatch sends a request through the stations that a stored page needs not
// pass.
func (a *App) dispatch(w http.ResponseWriter, r *http.Request, path string, safe, personal bool) {
	end, vars := a.router.find(path)
	switch {
	case urlpath.Key(path) == "" || end == nil:
		a.send(w, r, a.problem(r, path, fault.New(fault.NotFound, "nothing is at this address")))
		return
	case r.Method == http.MethodOptions:
		w.Header()["Allow"] = []string{end.allow}
		if end.open() {
			preflight(w.Header(), end.allow)
		}
		w.WriteHeader(http.StatusNoContent)
		return
	}
	route := end.route(r.Method)
	if route == nil {
		w.Header()["Allow"] = []string{end.allow}
		if end.open() {
			a.send(w, r, a.problem(r, path, &wrongMethod{allow: end.allow}))
			return
		}
		a.refuse(w, http.StatusMethodNotAllowed, "this address does not take the method")
		return
	}
	if route.Body == NoBody && (r.ContentLength != 0 || len(r.TransferEncoding) > 0) {
		w.Header()["Connection"] = []string{"close"}
		if route.Open {
			a.send(w, r, a.problem(r, path, fault.New(fault.Invalid, "this address takes no body").WithHint("send the request without one")))
			return
		}
		a.refuse(w, http.StatusBadRequest, "this address takes no body")
		return
	}
	if err := route.exact(path, r.URL.RawQuery); err != nil {
		a.send(w, r, a.problem(r, path, err))
		return
	}
	req := a.newRequest(r, path)
	req.Vars, req.Query, req.BodyLimit = vars, route.known(path, r.URL.RawQuery), int64(route.Body)
	if err := a.admit(req, route, safe); err != nil {
		a.send(w, r, a.problem(req.HTTP, path, err)) // Authorize may have told who asks
		return
	}
	if route.Page == nil {
		a.handle(w, req, route)
		return
	}
	ask := Ask{Path: path, Vars: vars, Query: req.Query}
	if personal && !route.Open { // what is open to all is the same for all
		ask.Request = req
	}
	e, err := a.page(r.Context(), route, ask)
	if err != nil { // the client has gone
		panic(http.ErrAbortHandler)
	}
	a.send(w, r, e)
}

// admit checks what a request must fulfil before its handler sees it.
func (a *App) admit(req *Request, route *Route, safe bool) error {
	if wait, ok := a.limits.take(route.rate(len(req.Query) > 0), req.Client); !ok {
		return &tooMany{wait: wait}
	}
	if !safe && route.CSRF == CSRFNoCookies {
		req.HTTP.Header.Del("Cookie")
		req.HTTP.Header.Del("Authorization")
	} else if err := a.guard.Check(req.HTTP); err != nil {
		return fault.New(fault.Denied, "the form was sent from another site").WithHint("open the page again and send it from there")
	}
	if route.Role != Anyone {
		return a.opt.Authorize(req, route.Role)
	}
	return nil
}

// tooMany is a refusal by rate.
type tooMany struct{ wait time.Duration }

func (e *tooMany) Error() string { return "too many requests" }

// page returns the entry for an ask. Errors of the page become problem pages;
// the error here is that of a client which did not wait.
func (a *App) page(ctx context.Context, route *Route, ask Ask) (*pagecache.Entry, error) {
	key := ask.Path
	if len(ask.Query) > 0 {
		key += "?" + ask.Query.Encode()
	}
	render := a.renders(route, ask)
	var e *pagecache.Entry
	var err error
	if ask.Request != nil {
		e, err = a.cache.Alone(ctx, key, render)
	} else {
		e, err = a.cache.Do(ctx, key, render)
	}
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil, err
	}
	if err != nil {
		return a.problemAt(ctx, Problem{Path: ask.Path, Method: http.MethodGet}, err), nil
	}
	return e, nil
}

func (a *App) renders(route *Route, ask Ask) pagecache.Render {
	return func(ctx context.Context) (pagecache.Page, error) {
		resp, err := route.Page(ctx, ask)
		if err != nil {
			return pagecache.Page{}, err
		}
		resp.Open = resp.Open || route.Open
		return a.toPage(resp, ask), nil
	}
}

// render makes the page at a path for the fast path, which knows no headers;
// nil when the request needs net/http.
func (a *App) render(ctx context.Context, path string) *pagecache.Entry {
	route, vars := a.pageAt(path)
	if route == nil || route.Rate != RateReading {
		return nil
	}
	e, err := a.page(ctx, route, Ask{Path: path, Vars: vars})
	if err != nil {
		return nil
	}
	return e
}

// refuse answers without a page: to clients that no reader sits behind.
func (a *App) refuse(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	for _, f := range a.face.Load().security {
		h[f.Name] = f.Values
	}
	h["Content-Type"] = plainText
	h["Cache-Control"] = noStore
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // a client that went away is no error
}

var (
	plainText = []string{"text/plain; charset=utf-8"}
	noStore   = []string{"no-store"}
)
