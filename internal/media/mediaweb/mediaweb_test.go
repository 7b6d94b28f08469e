package mediaweb_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dateline/internal/blob"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/media"
	"dateline/internal/media/mediaweb"
	"dateline/internal/media/picture/picturetest"
	"dateline/internal/web"
)

type site struct {
	t        *testing.T
	service  *media.Service
	db       *db.DB
	variants http.Handler
	uploads  http.Handler
}

func newSite(t *testing.T) *site {
	t.Helper()
	blobs, err := blob.OpenFilesystem(t.TempDir(), clock.System{}.Now())
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t, db.SQLite)
	s := media.New(media.Config{DB: d, Blobs: blobs, Clock: clock.System{}, NoWebP: true, NoAVIF: true})
	t.Cleanup(func() { s.Close(); _ = blobs.Close() })
	h, err := web.New(web.Options{Routes: mediaweb.Routes(s, func(*web.Request, int64) bool { return false }), Origin: "http://example.com"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return &site{t: t, service: s, db: d, variants: h, uploads: h}
}

// add stores a file under a former address and makes its variants.
func (s *site) add(file, name string, public bool) media.Medium {
	s.t.Helper()
	m := media.Medium{FileName: name}
	write := func(fn func(ctx context.Context, tx *db.Tx) error) {
		if err := s.db.Write(s.t.Context(), fn); err != nil {
			s.t.Fatal(err)
		}
	}
	write(func(ctx context.Context, tx *db.Tx) error { return s.service.Save(ctx, tx, &m) })
	if _, err := s.service.Ingest(s.t.Context(), m.ID, strings.NewReader(file), name); err != nil {
		s.t.Fatal(err)
	}
	if err := s.service.MakeVariants(s.t.Context(), m.ID); err != nil {
		s.t.Fatal(err)
	}
	write(func(ctx context.Context, tx *db.Tx) error {
		if err := s.service.SaveAlias(ctx, tx, "/wp-content/uploads/"+name, m.ID); err != nil || !public {
			return err
		}
		return s.service.Public(ctx, tx, []int64{m.ID})
	})
	m, err := s.service.Get(s.t.Context(), s.db, m.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

func (s *site) ask(h http.Handler, method, target string, header ...string) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestVariants_AreInertAndCacheable(t *testing.T) {
	s := newSite(t)
	picture := s.add(string(picturetest.JPEG(picturetest.Scene(400, 300))), "a.jpg", true)
	pdf := s.add("%PDF-1.7\n<script>alert(1)</script>", "Bericht – März.pdf", true)
	for _, m := range []media.Medium{picture, pdf} {
		for _, v := range m.Variants {
			r := s.ask(s.variants, "GET", m.URL(v))
			content := body(t, r)
			if r.StatusCode != 200 || int64(len(content)) != v.Bytes {
				t.Errorf("%s: %d, %d bytes", v.Name, r.StatusCode, len(content))
			}
			for name, want := range map[string]string{
				"Content-Type": v.MIME, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
				"Cache-Control": "public, max-age=31536000, immutable", "Etag": `"` + v.Name + `"`, "Surrogate-Key": db.Key("media", m.ID),
			} {
				if got := r.Header.Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", v.Name, name, got, want)
				}
			}
			if saved := r.Header.Get("Content-Disposition"); (saved == "") != (m.ID == picture.ID) {
				t.Errorf("%s: disposition %q", v.Name, saved)
			}
			head := s.ask(s.variants, "HEAD", m.URL(v))
			if head.StatusCode != 200 || body(t, head) != "" || head.Header.Get("Content-Length") != r.Header.Get("Content-Length") {
				t.Errorf("%s: HEAD %d %v", v.Name, head.StatusCode, head.Header)
			}
			part := s.ask(s.variants, "GET", m.URL(v), "Range", "bytes=2-5", "If-Range", r.Header.Get("Etag"))
			if part.StatusCode != 206 || body(t, part) != content[2:6] {
				t.Errorf("%s: range %d", v.Name, part.StatusCode)
			}
			if same := s.ask(s.variants, "GET", m.URL(v), "If-None-Match", r.Header.Get("Etag")); same.StatusCode != 304 {
				t.Errorf("%s: conditional %d", v.Name, same.StatusCode)
			}
		}
	}
	v := pdf.Variants[0]
	if got := s.ask(s.variants, "GET", pdf.URL(v)).Header.Get("Content-Disposition"); got != "attachment; filename*=utf-8''Bericht%20%E2%80%93%20M%C3%A4rz.pdf" {
		t.Errorf("disposition %q", got)
	}
}

func TestVariants_HideEverythingElse(t *testing.T) {
	s := newSite(t)
	private := s.add(string(picturetest.JPEG(picturetest.Scene(400, 300))), "draft.jpg", false)
	public := s.add(string(picturetest.JPEG(picturetest.Scene(300, 300))), "a.jpg", true)
	targets := []string{
		"/media/", "/media/x", "/media/" + public.Token, "/media/" + public.Token + "/", "/media/" + public.Token + "/original",
		"/media/" + public.Token + "/" + public.SHA256, "/media/" + public.Token + "/../originals/" + public.SHA256[:2] + "/" + public.SHA256,
		"/media/" + strings.Repeat("0", 32) + "/" + public.Variants[0].Name, "/media/" + public.Token + "/" + strings.Repeat("a", 5000),
		"/media/" + strings.ToUpper(public.Token) + "x/" + public.Variants[0].Name,
	}
	for _, v := range private.Variants {
		targets = append(targets, private.URL(v))
	}
	for _, target := range targets {
		for _, method := range []string{"GET", "HEAD"} {
			r := s.ask(s.variants, method, target)
			if !s.tellsNothing(r, method) {
				t.Errorf("%s %.80s: %d", method, target, r.StatusCode)
			}
		}
	}
	for _, target := range []string{"/wp-content/uploads/draft.jpg", "/wp-content/uploads/draft-300x200.jpg", "/wp-content/uploads/none.jpg"} {
		if r := s.ask(s.uploads, "GET", target); !s.tellsNothing(r, "GET") {
			t.Errorf("%s: %d", target, r.StatusCode)
		}
	}
}

// tellsNothing reports whether an answer is the one for an address that never
// existed.
func (s *site) tellsNothing(r *http.Response, method string) bool {
	none := s.ask(s.variants, method, "/media/"+strings.Repeat("1", 32)+"/w1-1.jpg")
	strip := func(text string) string {
		return strings.ReplaceAll(text, "nothing is at this address", "no such file")
	}
	return r.StatusCode == 404 && strip(body(s.t, r)) == strip(body(s.t, none)) && r.Header.Get("Etag") == "" &&
		r.Header.Get("Surrogate-Key") == "" && r.Header.Get("Cache-Control") == "no-store"
}

func TestVariants_LeadFromFormerNames(t *testing.T) {
	s := newSite(t)
	m := s.add(string(picturetest.JPEG(picturetest.Scene(400, 300))), "a.jpg", true)
	r := s.ask(s.variants, "GET", "/media/"+m.Token+"/wide-00000000.jpg")
	location := r.Header.Get("Location")
	if r.StatusCode != 302 || !strings.HasPrefix(location, "/media/"+m.Token+"/wide-") {
		t.Fatalf("%d %q", r.StatusCode, location)
	}
	if r := s.ask(s.variants, "GET", location); r.StatusCode != 200 {
		t.Errorf("%s: %d", location, r.StatusCode)
	}
}

func TestUploads(t *testing.T) {
	s := newSite(t)
	m := s.add(string(picturetest.JPEG(picturetest.Scene(1300, 900))), "2020/01/a.jpg", true)
	s.add("ID3\x04"+strings.Repeat("\x00", 60), "talk.mp3", true)
	for target, want := range map[string]string{
		"/wp-content/uploads/2020/01/a.jpg": "w1280", "/wp-content/uploads/2020/01/a-300x200.jpg": "w320", "/wp-content/uploads/2020/01/a.jpg?w=500": "w640",
		"/wp-content/uploads/2020/01/a.jpg?resize=300%2C200": "w320", "/wp-content/uploads/2020/01/a.jpg?fit=300,200": "w320",
		"/wp-content/uploads/2020/01/a.jpg?w=-5": "w1280", "/wp-content/uploads/2020/01/a.jpg?w=999999999999": "w1280", "/wp-content/uploads/2020/01/a.jpg?ver=2": "w1280",
		"/wp-content/uploads/2020/01/A.JPG": "w1280",
	} {
		r := s.ask(s.uploads, "GET", target)
		label, _, _ := strings.Cut(strings.Trim(r.Header.Get("Etag"), `"`), "-")
		if r.StatusCode != 200 || label != want || r.Header.Get("Content-Type") != "image/jpeg" || r.Header.Get("Cache-Control") != "public, max-age=0, s-maxage=86400" {
			t.Errorf("%s: %d %s %v", target, r.StatusCode, label, r.Header)
		}
	}
	r := s.ask(s.uploads, "GET", "/wp-content/uploads/talk.mp3", "Range", "bytes=0-2")
	if r.StatusCode != 206 || body(t, r) != "ID3" || r.Header.Get("Content-Type") != "audio/mpeg" || r.Header.Get("Content-Disposition") != "attachment; filename=talk.mp3" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	if m.State != media.StateReady {
		t.Error(m.State)
	}
}
