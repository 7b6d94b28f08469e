package web

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/pagecache"
	"dateline/internal/web/fastpath"
	"dateline/internal/web/negotiate"
)

// Response is what a page or a handler answers.
type Response struct {
	Status      int // 200 when 0
	ContentType string
	Body        []byte
	Location    string      // of a redirect: an address of ours, or one that somebody stored
	Header      http.Header // further fields

	// How a page may be kept. Only pages with status 200 or 410, keys and
	// without a query are stored.
	Keys      []string      // surrogate keys of what the page shows
	MaxAge    time.Duration // in shared caches
	Expires   time.Time     // of the stored page; zero for when it is purged
	Modified  time.Time
	Immutable bool // never changes at this address: kept for a year
	Private   bool // for this reader alone
	NoIndex   bool
	Open      bool // scripts of every site may read it

	// Policy is what this page may load, in place of the site's policy.
	Policy *Policy

	// File is streamed instead of Body, with ranges and preconditions.
	File *File

	// Stream writes the content instead of Body, when its length is not known.
	// The client sees that an answer broke off when it returns an error.
	Stream func(w io.Writer) error

	// Line goes on after the head, instead of Body, for as long as the client
	// listens.
	Line Line
}

// File is content that is streamed. It is closed after the answer.
type File struct {
	Content  io.ReadSeekCloser
	ETag     string // strong, with quotes; "" for none
	Modified time.Time
	Active   bool // may run as a document of this site; else it is sandboxed
}

// toPage turns a page's answer into what the cache takes.
func (a *App) toPage(resp Response, ask Ask) pagecache.Page {
	if resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	if ask.Request != nil || len(resp.Header["Set-Cookie"]) > 0 {
		resp.Private = true
	}
	if resp.Status == http.StatusOK && strings.Contains(ask.Path, "//") {
		// A page has one address; this is not one.
		resp = Response{Status: http.StatusNotFound, ContentType: plainText[0], Body: []byte("nothing is at this address\n")}
	}
	p := pagecache.Page{Status: resp.Status, Body: resp.Body, LastModified: resp.Modified, Keys: resp.Keys, Expires: resp.Expires, Reach: pagecache.Shared}
	kept := resp.Status == http.StatusOK || resp.Status == http.StatusGone
	switch {
	case resp.Private:
		p.Reach = pagecache.Private
	case kept && len(resp.Keys) > 0 && len(ask.Query) == 0:
		p.Reach = pagecache.Stored
	}
	for name, values := range resp.Header {
		if values = clean(values); !computed(name) && len(values) > 0 {
			p.Header = append(p.Header, pagecache.Field{Name: http.CanonicalHeaderKey(name), Values: values})
		}
	}
	add := func(name, value string) {
		if value = clean1(value); value != "" {
			p.Header = append(p.Header, field(name, value))
		}
	}
	if resp.Policy != nil {
		add("Content-Security-Policy", a.policyHeader(*resp.Policy))
	}
	add("Content-Type", resp.ContentType)
	add("Location", resp.Location)
	add("Cache-Control", resp.cacheControl())
	if !resp.Modified.IsZero() && resp.Status == http.StatusOK {
		add("Last-Modified", resp.Modified.UTC().Format(http.TimeFormat))
	}
	if resp.NoIndex {
		add("X-Robots-Tag", "noindex")
	}
	if a.opt.CDN && p.Reach == pagecache.Stored {
		add("Surrogate-Key", strings.Join(resp.Keys, " "))
		seconds := strconv.Itoa(int(resp.MaxAge / time.Second))
		add("Cdn-Cache-Control", "max-age="+seconds+", stale-while-revalidate="+seconds)
	}
	if resp.Open {
		p.Header = append(p.Header, openFields...)
	}
	p.Header = slices.Clip(p.Header)
	return p
}

// cacheControl says who may keep the answer. Browsers ask each time (a 304 is
// cheap), so that a correction shows at once; shared caches for MaxAge.
func (resp *Response) cacheControl() string {
	switch {
	case resp.Private:
		return "private, no-store"
	case resp.Status >= 400 && resp.Status != http.StatusGone:
		return "no-store"
	case resp.Immutable:
		return "public, max-age=31536000, immutable"
	case resp.MaxAge > 0:
		return "public, max-age=0, s-maxage=" + strconv.Itoa(int(resp.MaxAge/time.Second))
	}
	return "no-cache"
}

// computed are fields that the server makes itself.
func computed(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Content-Length", "Content-Encoding", "Etag", "Date", "Connection", "Transfer-Encoding", "Vary",
		"Content-Type", "Location", "Cache-Control", "Last-Modified":
		return true
	}
	return false
}

// clean drops values that could break out of their line.
func clean(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return clean1(v) == "" })
}

func clean1(value string) string {
	if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return ""
	}
	return strings.TrimSpace(value)
}

// send answers with a page.
func (a *App) send(w http.ResponseWriter, r *http.Request, e *pagecache.Entry) {
	h := w.Header()
	accept := negotiate.Encodings(strings.Join(r.Header["Accept-Encoding"], ","))
	v := a.cache.Variant(e, accept)
	if r.Header["If-None-Match"] != nil || r.Header["If-Modified-Since"] != nil {
		if negotiate.NotModified(e, strings.Join(r.Header["If-None-Match"], ","), r.Header.Get("If-Modified-Since")) {
			for _, f := range fastpath.NotModifiedFields(e, v) {
				h[f.Name] = f.Values
			}
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if match := r.Header["If-Match"]; match != nil && e.Status == http.StatusOK && !negotiate.AnyTag(strings.Join(match, ","), func(tag string) bool { return tag == v.ETag }) {
		a.refuse(w, http.StatusPreconditionFailed, "the page has changed")
		return
	}
	for _, f := range a.fields(e, v) {
		h[f.Name] = f.Values
	}
	w.WriteHeader(e.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(v.Body) // a client that went away is no error
	}
}

// handle calls a handler and sends what it answers.
func (a *App) handle(w http.ResponseWriter, req *Request, route *Route) {
	control := http.NewResponseController(w)
	if route.Body > 0 {
		req.HTTP.Body = http.MaxBytesReader(w, req.HTTP.Body, int64(route.Body))
		// A body may come in at 64 kB/s, after half a minute's grace.
		_ = control.SetReadDeadline(machine.Now().Add(30*time.Second + time.Duration(route.Body)*time.Second>>16)) // not every test's writer can
	}
	resp, err := a.call(req, route)
	if resp.File != nil {
		defer resp.File.Content.Close()
	}
	if err != nil {
		a.send(w, req.HTTP, a.problem(req.HTTP, req.Path, err))
		return
	}
	if resp.Status == 0 {
		resp.Status = http.StatusOK
	}
	if route.Cache == CacheNone {
		resp.Private = true
	}
	h := w.Header()
	for _, f := range a.face.Load().security {
		h[f.Name] = f.Values
	}
	for name, values := range resp.Header {
		if values = clean(values); !computed(name) && len(values) > 0 {
			h[http.CanonicalHeaderKey(name)] = values
		}
	}
	set := func(name, value string) {
		if value = clean1(value); value != "" {
			h[name] = []string{value}
		}
	}
	if resp.Policy != nil {
		set("Content-Security-Policy", a.policyHeader(*resp.Policy))
	}
	set("Content-Type", resp.ContentType)
	set("Location", resp.Location)
	set("Cache-Control", resp.cacheControl())
	if resp.NoIndex {
		set("X-Robots-Tag", "noindex")
	}
	if resp.File != nil {
		a.sendFile(w, req.HTTP, resp)
		return
	}
	if resp.Stream != nil {
		a.stream(w, req.HTTP, resp)
		return
	}
	if resp.Line != nil {
		a.line(w, req.HTTP, resp)
		return
	}
	h["Content-Length"] = []string{strconv.Itoa(len(resp.Body))}
	w.WriteHeader(resp.Status)
	_, _ = w.Write(resp.Body) // net/http drops it for HEAD
}

// stream sends what a handler writes. An answer that cannot be finished is cut,
// so that nobody takes a part for the whole.
func (a *App) stream(w http.ResponseWriter, r *http.Request, resp Response) {
	w.WriteHeader(resp.Status)
	if err := resp.Stream(&patientWriter{ResponseWriter: w, control: http.NewResponseController(w)}); err != nil {
		a.opt.Log.Error("an answer broke off", "path", a.loggable(r.URL.Path), "error", err)
		panic(http.ErrAbortHandler)
	}
}

// sendFile streams a file, with ranges. What was uploaded is sandboxed: it is
// never a document of this site, whatever it holds.
func (a *App) sendFile(w http.ResponseWriter, r *http.Request, resp Response) {
	h := w.Header()
	if !resp.File.Active {
		h["Content-Security-Policy"] = []string{sandbox}
		if !resp.Private {
			h["Cross-Origin-Resource-Policy"] = []string{"cross-origin"}
		}
	}
	if resp.File.ETag != "" {
		h["Etag"] = []string{resp.File.ETag}
	}
	http.ServeContent(&patientWriter{ResponseWriter: w, control: http.NewResponseController(w)}, r, "", resp.File.Modified, resp.File.Content)
}

// patientWriter gives a slow client time for a long file as long as it takes
// some of it: each piece has its own deadline.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

const piece = 4 << 20

func (w *patientWriter) extend() {
	_ = w.control.SetWriteDeadline(machine.Now().Add(writePatience)) // not every test's writer can
}

func (w *patientWriter) Write(p []byte) (int, error) {
	w.extend()
	return w.ResponseWriter.Write(p)
}

// ReadFrom keeps the system's own file copying (sendfile), in pieces.
func (w *patientWriter) ReadFrom(src io.Reader) (int64, error) {
	var total int64
	for {
		w.extend()
		n, err := io.Copy(w.ResponseWriter, io.LimitReader(src, piece))
		total += n
		if err != nil || n < piece {
			return total, err
		}
	}
}
