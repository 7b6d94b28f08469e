package web

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"dateline/internal/fault"
)

// Role says who may call a route.
type Role string

// Anyone needs no account. Every other role is judged by Options.Authorize.
const Anyone Role = "anyone"

// Rate is the class of a route's rate limit, by client address prefix.
type Rate string

// The rate classes; Limits has their figures.
const (
	RateReading  Rate = "reading"  // no limit: what the page cache answers
	RateSearch   Rate = "search"   // costs work on each request
	RateTyping   Rate = "typing"   // words that complete what somebody types: must not use up their searches
	RateForm     Rate = "form"     // writes something
	RateComment  Rate = "comment"  // a comment or a like: the service has limits of its own
	RateDesk     Rate = "desk"     // a step of somebody at work at the desk
	RateUpload   Rate = "upload"   // keeps a file: many pictures of one event come together
	RatePassword Rate = "password" // may be guessed
)

// Caching says where answers may be kept.
type Caching string

// The cache classes.
const (
	CachePages Caching = "pages" // in the page cache and shared caches, as the answer says
	CacheFiles Caching = "files" // in browsers and shared caches; never in memory here
	CacheNone  Caching = "none"  // nowhere: private, no-store
)

// CSRF says how unsafe methods are guarded against other sites.
type CSRF string

// The CSRF classes.
const (
	CSRFReadOnly   CSRF = "read-only"   // the route has safe methods only
	CSRFSameOrigin CSRF = "same-origin" // Sec-Fetch-Site and Origin are checked
	CSRFNoCookies  CSRF = "no-cookies"  // open to other sites; cookies are taken off the request
)

// Limit is the largest request body in bytes.
type Limit int64

// NoBody is the limit of a route that takes none.
const NoBody Limit = -1

// Param is a query parameter that a route knows, at all its paths or at those
// in At only.
type Param struct {
	Name string
	At   []string
}

// Params returns parameters that are known at all paths of a route.
func Params(names ...string) []Param { return ParamsAt(nil, names...) }

// ParamsAt returns parameters that are known at the given paths.
func ParamsAt(paths []string, names ...string) []Param {
	params := make([]Param, 0, len(names))
	for _, name := range names {
		params = append(params, Param{name, paths})
	}
	return params
}

// Route is one entry of the registry. Every field must be filled, Query apart;
// of Page and Handle exactly one.
type Route struct {
	Name    string
	Methods []string // GET brings HEAD
	Pattern string   // "/assets/{hash}/{name}"; {rest...} at the end takes any number of segments
	Role    Role
	Rate    Rate
	Cache   Caching
	Body    Limit
	CSRF    CSRF
	Query   []Param

	// QueryRate is the class of requests with a query, whose answers the page
	// cache does not keep; "" for that of Rate.
	QueryRate Rate

	// Exact refuses a query that holds anything which the route does not know,
	// or knows and cannot take: for programs, which must not be answered
	// something else than they asked.
	Exact bool
	// Open lets scripts of every site read the answers, which carry no cookie's
	// secrets: the route must be for anyone and read-only.
	Open bool

	// Page renders for the page cache (Cache must be CachePages).
	Page func(ctx context.Context, ask Ask) (Response, error)
	// Handle answers one request (Cache must be CacheFiles or CacheNone).
	Handle func(r *Request) (Response, error)
}

// Ask is all that a page may depend on.
type Ask struct {
	Path  string            // as sent, still escaped
	Vars  map[string]string // values of the pattern's {names}, unescaped
	Query url.Values        // known parameters only, one value each

	// Request is set when the request carries a personal cookie. The answer
	// then goes to this request alone.
	Request *Request
}

// rate is the class of a request.
func (r *Route) rate(asking bool) Rate {
	if asking && r.QueryRate != "" {
		return r.QueryRate
	}
	return r.Rate
}

// Knowing returns the route with further query parameters that it knows.
func (r Route) Knowing(names ...string) Route {
	r.Query = append(r.Query, Params(names...)...)
	return r
}

// check says what is missing or contradictory in a route.
func (r *Route) check(authorised bool) error {
	var wrong []string
	need := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	need(r.Name != "", "it has no Name")
	need(len(r.Methods) > 0, "it has no Methods")
	unsafe := false
	for _, m := range r.Methods {
		need(slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, m), "%q is not a method for a route", m)
		unsafe = unsafe || m != http.MethodGet
	}
	need(r.Role != "", "it has no Role")
	need(r.Role == Anyone || authorised, "its role %q needs Options.Authorize", r.Role)
	_, limited := Limits[r.Rate]
	need(limited || r.Rate == RateReading, "it has no known Rate (%q)", r.Rate)
	_, limited = Limits[r.QueryRate]
	need(limited || r.QueryRate == "", "it has no known QueryRate (%q)", r.QueryRate)
	need(slices.Contains([]Caching{CachePages, CacheFiles, CacheNone}, r.Cache), "it has no known Cache (%q)", r.Cache)
	need(r.Body == NoBody || r.Body > 0, "it has no Body limit")
	need(slices.Contains([]CSRF{CSRFReadOnly, CSRFSameOrigin, CSRFNoCookies}, r.CSRF), "it has no known CSRF class (%q)", r.CSRF)
	need((r.CSRF == CSRFReadOnly) != unsafe, "its CSRF class %q does not fit its methods", r.CSRF)
	need(unsafe || r.Body == NoBody, "it takes a body without an unsafe method")
	need(!unsafe || r.Cache == CacheNone, "answers to unsafe methods are not cached")
	need((r.Page != nil) != (r.Handle != nil), "it needs either Page or Handle")
	need((r.Page != nil) == (r.Cache == CachePages), "Page and the cache class %q belong together", CachePages)
	need(!r.Open || r.Role == Anyone && !unsafe, "answers that are open to other sites are for anyone, and read only")
	need(r.Page == nil || r.Role == Anyone, "pages for a role cannot be cached for all")
	_, err := compilePattern(r.Pattern)
	need(err == nil, "%v", err)
	if len(wrong) == 0 {
		return nil
	}
	return fault.New(fault.Internal, "route %q %s: %s", r.Name, r.Pattern, strings.Join(wrong, "; "))
}

// known keeps the query parameters that the route knows at a path, the first
// value of each. Of overlong values the beginning is kept.
func (r *Route) known(path, rawQuery string) url.Values {
	if rawQuery == "" || len(r.Query) == 0 {
		return nil
	}
	sent, _ := url.ParseQuery(rawQuery) // what can be read counts
	var kept url.Values
	for _, p := range r.Query {
		if p.At != nil && !slices.Contains(p.At, path) {
			continue
		}
		if v := sent[p.Name]; len(v) > 0 {
			if kept == nil {
				kept = url.Values{}
			}
			kept[p.Name] = []string{begin(v[0], maxParam)}
		}
	}
	return kept
}

const maxParam = 1024

// begin is a text's beginning of at most so many bytes, without half a letter.
func begin(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// exact says what of a query an Exact route cannot take.
func (r *Route) exact(path, rawQuery string) error {
	if !r.Exact || rawQuery == "" {
		return nil
	}
	sent, err := url.ParseQuery(rawQuery)
	if err != nil {
		return fault.New(fault.Invalid, "the query cannot be read: %w", err).WithHint("encode the values of parameters as in a form: %%26 for &")
	}
	var names []string
	for _, p := range r.Query {
		if p.At == nil || slices.Contains(p.At, path) {
			names = append(names, p.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		switch values := sent[name]; {
		case !slices.Contains(names, name) && len(names) == 0:
			return fault.New(fault.Invalid, "there is no parameter %q here", name).WithHint("this address takes no parameters")
		case !slices.Contains(names, name):
			return fault.New(fault.Invalid, "there is no parameter %q here", name).WithHint("use %s", strings.Join(names, ", "))
		case len(values) > 1:
			return fault.New(fault.Invalid, "the parameter %q stands there %d times", name, len(values)).WithHint("give it once")
		case len(values[0]) > maxParam:
			return fault.New(fault.Invalid, "the value of %q is too long", name).WithHint("use at most %d bytes", maxParam)
		case !utf8.ValidString(values[0]) || strings.ContainsRune(values[0], 0):
			return fault.New(fault.Invalid, "the value of %q is no text in UTF-8", name)
		}
	}
	return nil
}

// PrintRoutes writes the table of all routes, in the order in which they match.
func (a *App) PrintRoutes(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "METHODS\tPATTERN\tNAME\tROLE\tRATE\tCACHE\tBODY\tCSRF\tQUERY")
	for _, e := range a.router.endpoints {
		for _, r := range e.routes {
			body := "none"
			if r.Body != NoBody {
				body = fmt.Sprint(int64(r.Body))
			}
			var query []string
			for _, p := range r.Query {
				query = append(query, p.Name)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", strings.Join(r.Methods, ","), r.Pattern, r.Name, r.Role, r.Rate, r.Cache, body, r.CSRF, strings.Join(query, ","))
		}
	}
	return t.Flush()
}
