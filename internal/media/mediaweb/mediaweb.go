// Package mediaweb serves media to readers: variants at their own addresses,
// and the addresses that files had on a former site.
//
// Every answer is inert: a fixed type that the reader may not guess around, a
// policy that runs nothing, and a name to save under for all but pictures.
package mediaweb

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/web"
)

// Opens tells whether somebody may see a medium that is not public: they gave
// the password of an article that shows it, or they belong to the newsroom.
type Opens func(r *web.Request, medium int64) bool

// Routes returns the routes of media: variants under their own addresses, and
// public files under those that they had on a former site.
func Routes(s *media.Service, opens Opens) []web.Route {
	f := files{s, opens}
	return []web.Route{
		{Name: "media", Methods: []string{"GET"}, Pattern: "/media/{token}/{name}", Role: web.Anyone, Rate: web.RateReading, Cache: web.CacheFiles,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Handle: f.variant},
		{Name: "upload", Methods: []string{"GET"}, Pattern: "/wp-content/uploads/{path...}", Role: web.Anyone, Rate: web.RateReading, Cache: web.CacheFiles,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: web.Params("w", "resize", "fit"), Handle: f.upload},
	}
}

type files struct {
	media *media.Service
	opens Opens
}

func (f files) variant(r *web.Request) (web.Response, error) {
	token, name := r.Vars["token"], r.Vars["name"]
	if len(token) != 32 || len(name) > 100 {
		return web.Response{}, fault.New(fault.NotFound, "no such file")
	}
	file, err := f.media.PublicVariant(r.HTTP.Context(), token, name)
	if fault.Is(err, fault.NotFound) && r.HTTP.Header["Cookie"] != nil {
		return f.hidden(r, token, name)
	}
	if err != nil {
		return web.Response{}, err
	}
	if file.Location != "" {
		return web.Response{Status: http.StatusFound, Location: file.Location, MaxAge: time.Minute}, nil
	}
	return f.open(r, file, web.Response{Immutable: true})
}

// hidden answers those who have unlocked an article that shows the medium; for
// all others it does not exist.
func (f files) hidden(r *web.Request, token, name string) (web.Response, error) {
	file, err := f.media.HiddenVariant(r.HTTP.Context(), token, name)
	if err != nil {
		return web.Response{}, err
	}
	if !f.opens(r, file.Media) {
		return web.Response{}, fault.New(fault.NotFound, "no such file")
	}
	return f.open(r, file, web.Response{Private: true, NoIndex: true})
}

func (f files) upload(r *web.Request) (web.Response, error) {
	file, err := f.media.Alias(r.HTTP.Context(), r.Path, askedWidth(r))
	if err != nil {
		return web.Response{}, err
	}
	return f.open(r, file, web.Response{MaxAge: 24 * time.Hour})
}

// askedWidth reads ?w=300, ?resize=300,200 and ?fit=300,200, with which
// WordPress.com and its Photon service name sizes; 0 for none.
func askedWidth(r *web.Request) int {
	for _, name := range []string{"w", "resize", "fit"} {
		first, _, _ := strings.Cut(r.Query.Get(name), ",")
		if n, err := strconv.Atoi(first); err == nil && n > 0 && n <= 10_000 {
			return n
		}
	}
	return 0
}

func (f files) open(r *web.Request, file media.File, resp web.Response) (web.Response, error) {
	content, err := f.media.Open(r.HTTP.Context(), file)
	if err != nil {
		return web.Response{}, err
	}
	resp.ContentType = file.MIME
	resp.File = &web.File{Content: content, ETag: file.ETag}
	resp.Header = http.Header{}
	if !resp.Private {
		resp.Header["Surrogate-Key"] = []string{db.Key("media", file.Media)}
	}
	if file.Download != "" {
		resp.Header["Content-Disposition"] = []string{Disposition(file.Download)}
	}
	return resp, nil
}

// Disposition names a file for saving (RFC 6266).
func Disposition(name string) string {
	if v := mime.FormatMediaType("attachment", map[string]string{"filename": name}); v != "" {
		return v
	}
	return "attachment"
}
