package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Request is a request on its way to a handler. HTTP is the raw one: its
// forwarded headers are unchecked, so use Client and Secure.
type Request struct {
	HTTP   *http.Request
	Client netip.Addr // of the reader, past trusted proxies
	Secure bool       // reached us, or a trusted proxy, over TLS
	Path   string     // as sent, still escaped
	Vars   map[string]string
	Query  url.Values // known parameters only, one value each

	BodyLimit int64 // of the route, in bytes; NoBody for none

	yield func() // gives up the turn of a comment; nil when it has none
}

// Yield lets the next comment have its turn, for a handler that has done its
// work and only waits. It may be called more than once.
func (r *Request) Yield() {
	if r.yield != nil {
		r.yield()
	}
}

// newRequest looks through trusted proxies, and through them only. The Host is
// never taken from a header of theirs.
func (a *App) newRequest(r *http.Request, path string) *Request {
	req := &Request{HTTP: r, Path: path, Secure: r.TLS != nil}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		req.Client = peer.Addr().Unmap().WithZone("")
	}
	if !a.trusts(req.Client) {
		return req
	}
	if proto := last(r.Header["X-Forwarded-Proto"]); proto != "" {
		req.Secure = strings.EqualFold(proto, "https")
	}
	// Each proxy appends the address it saw, so the list is read from its end
	// until an address that is not a trusted proxy's: that one is the client.
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		req.Client = addr.Unmap().WithZone("")
		if !a.trusts(req.Client) {
			break
		}
	}
	return req
}

// last returns the last element of a list header: what the nearest proxy said.
func last(values []string) string {
	all := strings.Join(values, ",")
	return strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])
}

func (a *App) trusts(addr netip.Addr) bool {
	for _, prefix := range a.opt.TrustedProxies {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// personal tells whether a Cookie value makes a request personal.
func (a *App) personal(cookie string) bool {
	for pair := range strings.SplitSeq(cookie, ";") {
		pair = strings.TrimLeft(pair, " \t")
		for _, prefix := range a.opt.PersonalCookies {
			if strings.HasPrefix(pair, prefix) {
				return true
			}
		}
	}
	return false
}
