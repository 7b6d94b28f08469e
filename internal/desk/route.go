package desk

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"dateline/internal/account"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// The roles of routes.
const (
	Contributor   web.Role = "contributor"
	Author        web.Role = "author"
	Editor        web.Role = "editor"
	Administrator web.Role = "administrator"
	Owner         web.Role = "owner"
)

// Handler answers one request of the desk.
type Handler = func(r *web.Request) (web.Response, error)

// Get is the route of a page; query names the parameters that it knows.
func Get(name, pattern string, role web.Role, h Handler, query ...string) web.Route {
	return web.Route{Name: name, Methods: []string{"GET"}, Pattern: pattern, Role: role, Rate: web.RateReading, Cache: web.CacheNone, Body: web.NoBody,
		CSRF: web.CSRFReadOnly, Query: web.Params(append(query, "done")...), Handle: h}
}

// Post is the route of a form of at most 64 KiB, read before h is called.
func Post(name, pattern string, role web.Role, rate web.Rate, h Handler) web.Route {
	return PostUpTo(name, pattern, role, rate, formLimit, h)
}

// PostUpTo is Post for a larger form.
func PostUpTo(name, pattern string, role web.Role, rate web.Rate, limit web.Limit, h Handler) web.Route {
	return web.Route{Name: name, Methods: []string{"POST"}, Pattern: pattern, Role: role, Rate: rate, Cache: web.CacheNone, Body: limit,
		CSRF: web.CSRFSameOrigin, Handle: form(h)}
}

// PostRaw is the route of a body that h reads itself: a file, or JSON with
// ReadJSON.
func PostRaw(name, pattern string, role web.Role, rate web.Rate, limit web.Limit, h Handler) web.Route {
	return web.Route{Name: name, Methods: []string{"POST"}, Pattern: pattern, Role: role, Rate: rate, Cache: web.CacheNone, Body: limit,
		CSRF: web.CSRFSameOrigin, Handle: h}
}

// form reads the form of a request before its handler does.
func form(h Handler) Handler {
	return func(r *web.Request) (web.Response, error) {
		if err := r.HTTP.ParseForm(); err != nil {
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				return web.Response{}, err
			}
			return web.Response{}, fault.New(fault.Invalid, "the form could not be read: %w", err)
		}
		return h(r)
	}
}

// ReadJSON reads the body of a request into what to points at. Unknown fields
// are errors.
func ReadJSON(r *web.Request, to any) error {
	if kind, _, err := mime.ParseMediaType(r.HTTP.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return fault.New(fault.Invalid, "this address takes application/json")
	}
	body := json.NewDecoder(r.HTTP.Body)
	body.DisallowUnknownFields()
	if err := body.Decode(to); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return fault.New(fault.Invalid, "the request could not be read: %w", err)
	}
	if _, err := body.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "the request goes on after its end")
	}
	return nil
}

// JSON answers a script.
func JSON(status int, v any) (web.Response, error) {
	raw, err := json.Marshal(v)
	return web.Response{Status: status, ContentType: "application/json", Body: raw, Private: true, NoIndex: true}, err
}

// Trouble is how an error reads for a script of the desk.
type Trouble struct {
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
	Code  string `json:"code"`         // invalid, conflict, sign_in, …
	ID    string `json:"id,omitempty"` // of an error of ours; the log has it
}

func problemJSON(p web.Problem) Trouble {
	t := Trouble{Error: sentence(p.Message), Hint: sentence(p.Hint), Code: string(p.Code), ID: p.ID}
	if t.Error == "" {
		t.Error = http.StatusText(p.Status)
	}
	return t
}

// SeeOther leads on after a form.
func SeeOther(path string) web.Response {
	return web.Response{Status: http.StatusSeeOther, Location: path}
}

// Number reads an id of an address or a form; "" is 0.
func Number(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Invalid, "that is not a number of anything here")
	}
	return n, nil
}

// Numbers reads the id in a page's address, and a number that its form has.
func Numbers(r *web.Request, field string) (id, n int64, err error) {
	if id, err = Number(r.Vars["id"]); err == nil {
		n, err = Number(r.HTTP.PostForm.Get(field))
	}
	return id, n, err
}

// Visitor returns who asks. The route has a role, so there is somebody.
func Visitor(r *web.Request) account.Person { return who(r).person }

// Actor returns who asks, for the services.
func Actor(r *web.Request) account.Actor { return who(r).person.Actor() }

func isDesk(path string) bool { return strings.HasPrefix(path, home) || path == shortHome }

// signInFor is the sign-in that leads back to where a person was going.
func signInFor(p web.Problem) string {
	if p.Method == http.MethodGet && p.Path != home && p.Path != shortHome {
		return signInPath + "?next=" + url.QueryEscape(p.Path)
	}
	return signInPath
}
