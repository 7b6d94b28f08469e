package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dateline/internal/fault"
)

// router finds the endpoint of a path. The more literal pattern wins.
type router struct{ endpoints []*endpoint }

// endpoint is a pattern with the routes that share it.
type endpoint struct {
	pattern pattern
	routes  []*Route
	allow   string // value of the Allow field
}

// pattern is a compiled route pattern.
type pattern []segment

// segment is one part between slashes.
type segment struct {
	literal string
	name    string // of a variable, "" for a literal
	rest    bool   // takes everything that is left
}

func compilePattern(text string) (pattern, error) {
	if !strings.HasPrefix(text, "/") {
		return nil, fault.New(fault.Internal, "the pattern %q does not begin with a slash", text)
	}
	var p pattern
	parts := strings.Split(text[1:], "/")
	for i, part := range parts {
		inner, variable := strings.CutPrefix(part, "{")
		switch {
		case !variable:
			if strings.ContainsAny(part, "{}%") || part == "" && i < len(parts)-1 {
				return nil, fault.New(fault.Internal, "the pattern %q has the odd segment %q", text, part)
			}
			p = append(p, segment{literal: part})
			continue
		case !strings.HasSuffix(inner, "}"):
			return nil, fault.New(fault.Internal, "the pattern %q has the odd segment %q", text, part)
		}
		name, rest := strings.CutSuffix(strings.TrimSuffix(inner, "}"), "...")
		if name == "" || rest && i < len(parts)-1 {
			return nil, fault.New(fault.Internal, "the pattern %q has the odd segment %q", text, part)
		}
		p = append(p, segment{name: name, rest: rest})
	}
	return p, nil
}

// match returns the values of the variables, unescaped.
func (p pattern) match(path string) (map[string]string, bool) {
	var vars map[string]string
	set := func(name, raw string) bool {
		value, err := url.PathUnescape(raw)
		if vars == nil {
			vars = map[string]string{}
		}
		vars[name] = value
		return err == nil
	}
	rest := strings.TrimPrefix(path, "/")
	for i, s := range p {
		if s.rest {
			return vars, set(s.name, rest)
		}
		part, after, more := strings.Cut(rest, "/")
		if more == (i == len(p)-1) {
			return nil, false
		}
		if s.name == "" {
			if part != s.literal {
				return nil, false
			}
		} else if part == "" || !set(s.name, part) {
			return nil, false
		}
		rest = after
	}
	return vars, true
}

// compare orders patterns: at the first difference a literal goes before a
// variable, and that before a rest. Equal ones take the same paths.
func (p pattern) compare(q pattern) int {
	rank := func(s segment) int {
		switch {
		case s.rest:
			return 2
		case s.name != "":
			return 1
		}
		return 0
	}
	for i := range min(len(p), len(q)) {
		if d := rank(p[i]) - rank(q[i]); d != 0 {
			return d
		}
		if p[i].name == "" {
			if d := strings.Compare(p[i].literal, q[i].literal); d != 0 {
				return d
			}
		}
	}
	return len(p) - len(q)
}

// newRouter builds the table and refuses two routes for the same request.
func newRouter(routes []Route, authorised bool) (*router, error) {
	rt := &router{}
	names := map[string]bool{}
	for i := range routes {
		r := &routes[i]
		if err := r.check(authorised); err != nil {
			return nil, err
		}
		if names[r.Name] {
			return nil, fault.New(fault.Internal, "two routes are named %q", r.Name)
		}
		names[r.Name] = true
		p, err := compilePattern(r.Pattern)
		if err != nil {
			return nil, err
		}
		at, found := slices.BinarySearchFunc(rt.endpoints, p, func(e *endpoint, p pattern) int { return e.pattern.compare(p) })
		if !found {
			rt.endpoints = slices.Insert(rt.endpoints, at, &endpoint{pattern: p})
		}
		e := rt.endpoints[at]
		for _, other := range e.routes {
			for _, m := range r.Methods {
				if slices.Contains(other.Methods, m) {
					return nil, fault.New(fault.Internal, "the routes %q and %q both answer %s %s", other.Name, r.Name, m, r.Pattern)
				}
			}
		}
		e.routes = append(e.routes, r)
	}
	for _, e := range rt.endpoints {
		e.allow = e.allowed()
	}
	return rt, nil
}

func (e *endpoint) allowed() string {
	methods := []string{http.MethodOptions}
	for _, r := range e.routes {
		methods = append(methods, r.Methods...)
		if slices.Contains(r.Methods, http.MethodGet) {
			methods = append(methods, http.MethodHead)
		}
	}
	slices.Sort(methods)
	return strings.Join(methods, ", ")
}

// find returns the endpoint of a path, nil when nothing is there.
func (rt *router) find(path string) (*endpoint, map[string]string) {
	for _, e := range rt.endpoints {
		if vars, ok := e.pattern.match(path); ok {
			return e, vars
		}
	}
	return nil, nil
}

// route returns the route for a method.
func (e *endpoint) route(method string) *Route {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, r := range e.routes {
		if slices.Contains(r.Methods, method) {
			return r
		}
	}
	return nil
}
