package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/pagecache"
)

// Policy is what pages may load, besides what comes from the site itself.
// Styles and Scripts are exact addresses, "/assets/3f2a/site.css" or absolute:
// a page can use no other, so that nothing that was uploaded can ever be one.
type Policy struct {
	Styles  []string
	Scripts []string
	Images  []string // further origins of pictures, audio and video
	Frames  []string // origins of embeds; "'self'" for pages of ours
	Trusted []string // names of Trusted Types policies; with any, scripts write no markup but through them
	Framed  bool     // pages of ours may show it in a frame
}

// header returns the Content-Security-Policy. A site on this machine is known
// by several names, so its addresses are spelled with each.
func (p Policy) header(origins []string, secure bool) string {
	list := func(name string, values ...string) string {
		if len(values) == 0 {
			return ""
		}
		return "; " + name + " " + strings.Join(values, " ")
	}
	exact := func(paths []string) []string {
		var urls []string
		for _, path := range paths {
			if !strings.HasPrefix(path, "/") {
				urls = append(urls, path)
				continue
			}
			for _, origin := range origins {
				urls = append(urls, origin+path)
			}
		}
		return urls
	}
	ancestors := "'none'"
	if p.Framed {
		ancestors = "'self'"
	}
	csp := "default-src 'none'" + list("script-src", exact(p.Scripts)...) + list("style-src", exact(p.Styles)...) +
		list("img-src", append([]string{"'self'", "data:"}, p.Images...)...) + list("media-src", append([]string{"'self'"}, p.Images...)...) +
		"; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors " + ancestors + "; base-uri 'none'" +
		list("frame-src", p.Frames...)
	if len(p.Trusted) > 0 {
		csp += "; require-trusted-types-for 'script'" + list("trusted-types", p.Trusted...)
	}
	if secure {
		csp += "; upgrade-insecure-requests"
	}
	return csp
}

// sandbox is the policy of files: whatever they hold, they run nothing.
const sandbox = "sandbox; default-src 'none'"

// noPowers is a Permissions-Policy that takes every power which a page could
// ask its reader for.
const noPowers = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), geolocation=(), gyroscope=(), " +
	"magnetometer=(), microphone=(), midi=(), payment=(), usb=()"

func field(name, value string) pagecache.Field {
	return pagecache.Field{Name: name, Values: []string{value}}
}

// securityFields are on every answer.
func securityFields(csp string, secure bool) []pagecache.Field {
	fields := []pagecache.Field{
		field("Content-Security-Policy", csp),
		field("Cross-Origin-Opener-Policy", "same-origin"),
		field("Cross-Origin-Resource-Policy", "same-origin"),
		field("Permissions-Policy", noPowers),
		field("Referrer-Policy", "strict-origin-when-cross-origin"),
		field("X-Content-Type-Options", "nosniff"),
	}
	if secure {
		fields = append(fields, field("Strict-Transport-Security", "max-age=31536000"))
	}
	return fields
}

// fields returns all header fields of a page's variant but Date, sorted by
// name. A field of the page replaces a general one.
func (a *App) fields(e *pagecache.Entry, v *pagecache.Variant) []pagecache.Field {
	general := a.face.Load().security
	fields := make([]pagecache.Field, 0, len(general)+len(e.Header)+4)
	for _, f := range general {
		if !slices.ContainsFunc(e.Header, func(own pagecache.Field) bool { return own.Name == f.Name }) {
			fields = append(fields, f)
		}
	}
	fields = append(fields, e.Header...)
	fields = append(fields, field("Content-Length", strconv.Itoa(len(v.Body))))
	if v.Encoding != "" {
		fields = append(fields, field("Content-Encoding", v.Encoding))
	}
	if v.ETag != "" {
		fields = append(fields, field("Etag", v.ETag))
	}
	if e.Compressible() {
		fields = append(fields, field("Vary", "Accept-Encoding"))
	}
	slices.SortFunc(fields, func(a, b pagecache.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// head writes the fields as they go over the wire, blank line included, for
// the fast path.
func (a *App) head(e *pagecache.Entry, v *pagecache.Variant) []byte {
	var b []byte
	for _, f := range a.fields(e, v) {
		for _, value := range f.Values {
			b = append(append(append(append(b, f.Name...), ": "...), value...), "\r\n"...)
		}
	}
	return slices.Clip(append(b, "\r\n"...))
}

// openFields let scripts of every site read an answer. Browsers send no cookie
// with such a request, and would not let its answer be read if they did.
var openFields = []pagecache.Field{
	field("Access-Control-Allow-Origin", "*"),
	field("Access-Control-Expose-Headers", "ETag, Link, Retry-After"),
	field("Cross-Origin-Resource-Policy", "cross-origin"),
}

// open tells whether scripts of other sites may read what answers here.
func (e *endpoint) open() bool {
	return slices.ContainsFunc(e.routes, func(r *Route) bool { return r.Open })
}

// preflight answers a browser that asks for a script of another site what it
// may send.
func preflight(h http.Header, allow string) {
	for _, f := range openFields {
		h[f.Name] = f.Values
	}
	h["Access-Control-Allow-Methods"] = []string{allow}
	h["Access-Control-Allow-Headers"] = []string{"*"}
	h["Access-Control-Max-Age"] = []string{"86400"}
}
