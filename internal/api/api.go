package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/search"
	"dateline/internal/site"
	"dateline/internal/web"
)

// Base is where the API begins.
const Base = "/api/v1"

// Parts are what an API is made of. It may be the zero value to list routes.
type Parts struct {
	Site   *site.Site
	DB     *db.DB
	Clock  clock.Clock
	Search *search.Service
}

// API answers programs. Safe for concurrent use.
type API struct{ Parts }

// New wires one.
func New(p Parts) *API { return &API{p} }

// op is an address of the API.
type op struct {
	Name    string // of the operation, "list articles"
	Path    string // below Base
	Summary string
	Doc     string
	Group   string
	Params  []Param
	Rate    web.Rate // reading for what the page cache answers
	Answer  any      // a value of the type that it answers
	Type    string   // media type, "" for application/json
	Gone    bool     // it may answer 410
	Keep    []string // members of its things that are there though fields does not name them
	Try     string   // path and query of an example, with {article} and so on for ids

	do func(c *call) (any, error)
}

// call is one request on its way to an answer.
type call struct {
	*site.Look
	*API
	ctx context.Context
	op  *op
	asked
	id    int64 // of the path, 0 for none
	path  string
	from  place // where a list goes on; the zero value is its beginning
	picks picks // the members of each thing that were asked for
}

// Routes returns the routes of the API.
func (a *API) Routes() []web.Route {
	var routes []web.Route
	for i := range ops {
		o := &ops[i]
		routes = append(routes, a.route("api "+o.Name, Base+o.Path, o.Rate, o.names(), func(ctx context.Context, ask web.Ask) (web.Response, error) {
			return a.answer(ctx, o, ask)
		}))
	}
	nothing := func(context.Context, web.Ask) (web.Response, error) {
		return web.Response{}, fault.New(fault.NotFound, "nothing is at this address").WithHint("the addresses of this API stand in %s/openapi.json", Base)
	}
	rest := a.route("api rest", Base+"/{rest...}", web.RateReading, nil, nothing)
	rest.Exact = false // that there is nothing matters more
	return append(routes, a.route("api description", Base+"/openapi.json", web.RateReading, nil, a.describe), rest)
}

func (a *API) route(name, pattern string, rate web.Rate, query []string, page func(context.Context, web.Ask) (web.Response, error)) web.Route {
	return web.Route{Name: name, Methods: []string{http.MethodGet}, Pattern: pattern, Role: web.Anyone, Rate: rate, Cache: web.CachePages,
		Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: web.Params(query...), QueryRate: web.RateSearch, Exact: true, Open: true, Page: page}
}

func (o *op) names() []string {
	var out []string
	for _, p := range o.params() {
		out = append(out, p.Name)
	}
	return out
}

// params are all parameters of an address.
func (o *op) params() []Param { return append(slices.Clip(o.Params), o.fields()) }

// begin opens a look, unless the site has the API switched off.
func (a *API) begin(ctx context.Context) (*site.Look, error) {
	look, err := a.Site.Look(ctx)
	if err == nil && !look.Conf().API {
		err = fault.New(fault.NotFound, "this site has its API switched off").WithHint("ask the newsroom, or read its feeds: %s", look.Abs("/feeds/"))
	}
	return look, err
}

func (a *API) answer(ctx context.Context, o *op, ask web.Ask) (web.Response, error) {
	look, err := a.begin(ctx)
	if err != nil {
		return web.Response{}, err
	}
	c := &call{Look: look, API: a, ctx: ctx, op: o, path: ask.Path}
	if text, has := ask.Vars["id"]; has {
		var ok bool
		if c.id, ok = parseID(text); !ok {
			return web.Response{}, errNothing
		}
	}
	if c.asked, err = check(o.params(), ask.Query, look.Zone()); err != nil {
		return web.Response{}, err
	}
	if c.has("fields") {
		if c.picks, err = o.pick(c.text("fields")); err != nil {
			return web.Response{}, err
		}
	}
	if c.has("cursor") {
		if c.from, err = decode(c.text("cursor"), seal(c.path, c.values)); err != nil {
			return web.Response{}, err
		}
	}
	out, err := o.do(c)
	if err != nil {
		return web.Response{}, hidden(err)
	}
	return c.response(out)
}

// errNothing is the same for what never was and for what readers may not know.
var errNothing = fault.New(fault.NotFound, "there is no such thing").WithHint("use the ids of the lists of this API")

// hidden turns whatever says that something is not there into the one answer.
func hidden(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNothing
	}
	return err
}

func (c *call) response(out any) (web.Response, error) {
	body, err := encode(out)
	if err == nil {
		body, err = c.op.only(body, c.picks)
	}
	resp := web.Response{ContentType: jsonType, Body: body, Keys: c.Keys(), MaxAge: c.MaxAge(), Expires: c.Ends(), NoIndex: true}
	if c.op.Type != "" {
		resp.ContentType = c.op.Type
	}
	if more, ok := out.(interface{ next() string }); ok && more.next() != "" {
		resp.Header = http.Header{"Link": {"<" + more.next() + `>; rel="next"`}}
	}
	return resp, err
}

const jsonType = "application/json; charset=utf-8"

// encode writes JSON as people read it: the answers are never HTML, whatever
// they hold.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return b.Bytes(), err
}

func (l List[T]) next() string { return l.Next }
func (f Found) next() string   { return f.Next }

// nextAt is the address of the page from a place on.
func (c *call) nextAt(p place) string {
	values := url.Values{}
	for name, v := range c.values {
		values[name] = v
	}
	values.Set("cursor", p.encode(seal(c.path, c.values)))
	return c.Abs(c.path) + "?" + values.Encode()
}

// at is an address of this API.
func (c *call) at(parts ...string) string { return c.Abs(Base + "/" + strings.Join(parts, "/")) }

// listOf is the address of a list of articles.
func (c *call) listOf(filter string, id int64) string {
	return c.at("articles") + "?" + filter + "=" + ident(id)
}

func ident(id int64) string { return strconv.FormatInt(id, 10) }

// none is an empty list in place of nil.
func none[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// Problem is the answer to an error at an address of the API; ok is false for
// other addresses.
func (a *API) Problem(p web.Problem) (resp web.Response, ok bool) {
	if p.Path != Base && !strings.HasPrefix(p.Path, Base+"/") {
		return web.Response{}, false
	}
	out := Problem{Type: "about:blank", Title: http.StatusText(p.Status), Status: p.Status, Code: string(p.Code), Detail: p.Message, Hint: p.Hint, Error: p.ID}
	switch {
	case p.ID != "":
		out.Detail, out.Hint = "something went wrong on our side", "try again in a minute; if it stays so, name the number under error to the site's operator"
	case p.Status == http.StatusTooManyRequests:
		out.Hint = "wait as many seconds as Retry-After says; answers without parameters, and those that you ask for with If-None-Match, cost less"
	}
	body, err := encode(out)
	if err != nil {
		return web.Response{}, false
	}
	return web.Response{Status: p.Status, ContentType: "application/problem+json", Body: body, NoIndex: true, Open: true}, true
}
