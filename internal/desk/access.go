package desk

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// The cookies of the desk. Over TLS they carry the prefix that ties them to
// this host and to TLS (RFC 6265bis §4.1.3.2).
const (
	sessionCookie = "dateline-session"
	deviceCookie  = "dateline-device"
	hostPrefix    = "__Host-"
)

// The lives of the cookies; the server's own limits are shorter.
const (
	sessionAge = 30 * 24 * time.Hour
	deviceAge  = 365 * 24 * time.Hour
)

// visitor is who asks, kept with the request from Authorize to the handler.
type visitor struct {
	person  account.Person
	session account.Session
}

type visitorKey struct{}

// Authorize lets a request pass whose session belongs to somebody of the role.
// The request keeps who it is, for the page of a refusal too.
func (d *Desk) Authorize(r *web.Request, role web.Role) error {
	need, ok := account.RoleNamed(string(role))
	if !ok {
		return fault.New(fault.Internal, "the role %q is not known", role)
	}
	token := d.cookie(r, sessionCookie)
	if token == "" {
		return keepForm(r, fault.New(fault.SignIn, "please sign in"))
	}
	person, session, err := d.Accounts.Resume(r.HTTP.Context(), token, d.visit(r))
	if err != nil {
		return keepForm(r, err)
	}
	r.HTTP = r.HTTP.WithContext(context.WithValue(r.HTTP.Context(), visitorKey{}, &visitor{person, session}))
	return person.Actor().Require(need, "open this page")
}

// Opens tells whether a request is somebody's of the newsroom, who sees the
// pictures of what is not public yet.
func (d *Desk) Opens(r *web.Request) bool { return d.Authorize(r, Contributor) == nil }

// who returns the visitor of a request that Authorize let pass.
func who(r *web.Request) *visitor {
	v, _ := r.HTTP.Context().Value(visitorKey{}).(*visitor)
	return v
}

// visit is where a request comes from.
func (d *Desk) visit(r *web.Request) account.Visit {
	return account.Visit{Client: r.Client, Agent: r.HTTP.UserAgent(), Device: d.cookie(r, deviceCookie)}
}

// secure tells whether the browser speaks TLS to us or to a proxy before us.
func (d *Desk) secure(r *web.Request) bool {
	return r.Secure || strings.HasPrefix(d.Origin(), "https://")
}

func (d *Desk) cookieName(r *web.Request, name string) string {
	if d.secure(r) {
		return hostPrefix + name
	}
	return name
}

func (d *Desk) cookie(r *web.Request, name string) string {
	c, err := r.HTTP.Cookie(d.cookieName(r, name))
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie returns a header line; an empty value takes the cookie back.
func (d *Desk) setCookie(r *web.Request, name, value string, age time.Duration) string {
	c := &http.Cookie{Name: d.cookieName(r, name), Value: value, Path: "/", HttpOnly: true, Secure: d.secure(r), SameSite: http.SameSiteStrictMode, MaxAge: int(age / time.Second)}
	if value == "" {
		c.MaxAge = -1
	}
	return c.String()
}

// entered leads a person who has just signed in to where they were going.
func (d *Desk) entered(r *web.Request, in account.SignedIn, next string) web.Response {
	resp := SeeOther(safeNext(next))
	resp.Header = d.keeps(r, in)
	return resp
}

// keeps are the cookies of somebody who has just signed in.
func (d *Desk) keeps(r *web.Request, in account.SignedIn) http.Header {
	cookies := []string{d.setCookie(r, sessionCookie, in.Session, sessionAge)}
	if in.Device != "" {
		cookies = append(cookies, d.setCookie(r, deviceCookie, in.Device, deviceAge))
	}
	return http.Header{"Set-Cookie": cookies}
}

// safeNext is an address of the desk, whatever was asked for.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/desk/") || strings.Contains(next, "\\") || strings.HasPrefix(u.Path, signInPath) {
		return home
	}
	return u.RequestURI()
}
