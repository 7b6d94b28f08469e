package web

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/pagecache"
)

// Problem is an error as a reader may see it.
type Problem struct {
	Path    string // what was asked for, as sent; "" when that is not known
	Method  string
	Status  int
	Code    fault.Code
	Message string        // safe to show; "" for internal errors
	Hint    string        // what to do next, or ""
	Cause   *fault.Error  // of Message and Hint, for whoever says them in another language; nil when there is none
	ID      string        // of an internal error; the log holds it too
	Wait    time.Duration // before trying again, 0 when that does not help
	JSON    bool          // a script asked, and reads JSON only
	Accepts string        // Accept-Language of the request, "" when that is not known
	Form    url.Values    // that was sent: of a FormError, or read before something of ours failed
}

// FormError is an error of Options.Authorize that keeps the form which was
// sent, so that the page for the problem can offer to send it again.
type FormError struct {
	Err  error
	Form url.Values
}

// Error says why the form was not taken.
func (e *FormError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *FormError) Unwrap() error { return e.Err }

// statuses maps the codes of errors to statuses, here and nowhere else.
var statuses = map[fault.Code]int{
	fault.Invalid:     http.StatusBadRequest,
	fault.NotFound:    http.StatusNotFound,
	fault.Gone:        http.StatusGone,
	fault.Conflict:    http.StatusConflict,
	fault.Denied:      http.StatusForbidden,
	fault.SignIn:      http.StatusUnauthorized,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
	fault.TooMany:     http.StatusTooManyRequests,
	fault.Full:        http.StatusInsufficientStorage,
	fault.Unavailable: http.StatusServiceUnavailable,
	fault.Internal:    http.StatusInternalServerError,
}

// wrongMethod is a refusal of a method.
type wrongMethod struct{ allow string }

func (e *wrongMethod) Error() string { return "this address does not take the method" }

// problemOf judges an error. The text of an internal one stays inside.
func problemOf(err error) Problem {
	var many *tooMany
	if errors.As(err, &many) {
		return Problem{Status: http.StatusTooManyRequests, Code: fault.TooMany, Message: "too many requests", Wait: many.wait}
	}
	var method *wrongMethod
	if errors.As(err, &method) {
		return Problem{Status: http.StatusMethodNotAllowed, Code: fault.Invalid, Message: method.Error(), Hint: "use one of " + method.allow}
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return Problem{Status: http.StatusRequestEntityTooLarge, Code: fault.TooLarge, Message: "what was sent is too large"}
	}
	code := fault.CodeOf(err)
	p := Problem{Status: statuses[code], Code: code}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		p.Status, p.Code = http.StatusServiceUnavailable, fault.Unavailable
	case p.Status == 0:
		p.Status, p.Code = http.StatusInternalServerError, fault.Internal
	}
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusInsufficientStorage {
		p.Wait = 10 * time.Second
	}
	if p.Status < 500 {
		var form *FormError
		if errors.As(err, &form) {
			p.Form = form.Form
		}
		var f *fault.Error
		if errors.As(err, &f) {
			p.Message, p.Hint, p.Cause = f.Msg, f.Hint, f
		}
		return p
	}
	p.ID = id.Token()[:8]
	return p
}

// problem is the page for an error of a request.
func (a *App) problem(r *http.Request, path string, err error) *pagecache.Entry {
	return a.problemAt(r.Context(), Problem{Path: path, Method: r.Method, JSON: r.Header.Get("Accept") == "application/json",
		Accepts: r.Header.Get("Accept-Language"), Form: r.PostForm}, err)
}

// problemAt logs an error when it is ours and makes its page; asked says what
// was asked for.
func (a *App) problemAt(ctx context.Context, asked Problem, err error) *pagecache.Entry {
	p := problemOf(err)
	p.Path, p.Method, p.JSON, p.Accepts = asked.Path, asked.Method, asked.JSON, asked.Accepts
	if p.Status >= 500 {
		p.Form = asked.Form
		var panicked *pagecache.PanicError
		stack := ""
		if errors.As(err, &panicked) {
			stack = string(panicked.Stack)
		}
		a.opt.Log.Error("a request failed", "id", p.ID, "path", a.loggable(p.Path), "error", err, "stack", stack)
	}
	resp := a.problemPage(ctx, p)
	resp.Keys, resp.Private = nil, false
	if resp.Location == "" { // it may lead to the sign-in instead
		resp.Status = p.Status
	}
	if p.Wait > 0 {
		if resp.Header == nil {
			resp.Header = http.Header{}
		}
		resp.Header["Retry-After"] = []string{strconv.Itoa(int((p.Wait + time.Second - 1) / time.Second))}
	}
	render := func(context.Context) (pagecache.Page, error) {
		page := a.toPage(resp, Ask{})
		page.Reach = pagecache.Private // one error is one reader's
		return page, nil
	}
	e, _ := a.cache.Alone(ctx, "", render) // this render cannot fail
	return e
}

// problemPage asks the site for the page, and does without it when the site
// itself is the problem.
func (a *App) problemPage(ctx context.Context, p Problem) (resp Response) {
	defer func() {
		if v := recover(); v != nil {
			a.opt.Log.Error("the error page panicked", "panic", v, "stack", string(debug.Stack()))
			resp = barePage(ctx, p)
		}
	}()
	if resp = a.opt.ErrorPage(ctx, p); len(resp.Body) == 0 && resp.Location == "" {
		return barePage(ctx, p)
	}
	return resp
}

// barePage is the error page without a theme.
func barePage(_ context.Context, p Problem) Response {
	title := http.StatusText(p.Status)
	text := p.Message
	if p.ID != "" {
		text = "Something went wrong on our side. If you write to us about it, name the error " + p.ID + "."
	}
	body := "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>" + title +
		"</title><h1>" + title + "</h1><p>" + html.EscapeString(text) + "</p><p>" + html.EscapeString(p.Hint) + "</p><p><a href=\"/\">Front page</a></p>\n"
	return Response{Status: p.Status, ContentType: "text/html; charset=utf-8", Body: []byte(body)}
}

// call runs a handler and turns its panic into an error.
func (a *App) call(req *Request, route *Route) (resp Response, err error) {
	defer func() {
		v := recover()
		if v == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
			panic(v)
		}
		if v != nil {
			err = &pagecache.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	if route.Rate == RateComment {
		if err := a.turn(req); err != nil {
			return Response{}, err
		}
		defer req.Yield()
	}
	return route.Handle(req)
}

// loggable is a path without what in it lets somebody in: the token of a link
// that was mailed to one person.
func (a *App) loggable(path string) string {
	for _, before := range a.secrets {
		if rest, ok := strings.CutPrefix(path, before); ok && rest != "" {
			_, after, _ := strings.Cut(rest, "/")
			if after != "" {
				after = "/" + after
			}
			return before + "{token}" + after
		}
	}
	return path
}
