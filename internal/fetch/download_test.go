package fetch

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/clock"
	"dateline/internal/fault"
)

// flaky serves body with Range support, breaking each answer after limit
// bytes, and keeps the Range header of each request.
type flaky struct {
	body       []byte
	etag       string
	modified   string
	limit      int
	ranges     []string
	before     func(w http.ResponseWriter, r *http.Request) bool // true: answered already
	ignoreFrom bool                                              // pretends not to know Range
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.ranges = append(f.ranges, r.Header.Get("Range"))
	if f.before != nil && f.before(w, r) {
		return
	}
	h := w.Header()
	if f.etag != "" {
		h.Set("ETag", f.etag)
	}
	if f.modified != "" {
		h.Set("Last-Modified", f.modified)
	}
	h.Set("Content-Type", "image/jpeg")
	start, status := 0, http.StatusOK
	condition := r.Header.Get("If-Range")
	if v, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok && !f.ignoreFrom && (condition == f.etag || condition == f.modified) {
		start, _ = strconv.Atoi(strings.TrimSuffix(v, "-"))
		if start >= len(f.body) {
			h.Set("Content-Range", fmt.Sprintf("bytes */%d", len(f.body)))
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		status = http.StatusPartialContent
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(f.body)-1, len(f.body)))
	}
	rest := f.body[start:]
	h.Set("Content-Length", strconv.Itoa(len(rest)))
	w.WriteHeader(status)
	if f.limit > 0 && len(rest) > f.limit {
		_, _ = w.Write(rest[:f.limit])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(rest)
}

type fixture struct {
	server *httptest.Server
	client *Client
	pauses []time.Duration
	file   *os.File
}

func newFixture(t *testing.T, h http.Handler) *fixture {
	t.Helper()
	f := &fixture{server: httptest.NewServer(h)}
	t.Cleanup(f.server.Close)
	f.client = New(Options{
		Allow: []string{f.server.Listener.Addr().String()},
		Clock: clock.NewManual(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)),
		Wait:  func(_ context.Context, d time.Duration) error { f.pauses = append(f.pauses, d); return nil },
	})
	t.Cleanup(f.client.Close)
	var err error
	if f.file, err = os.Create(filepath.Join(t.TempDir(), "download")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.file.Close() })
	return f
}

func (f *fixture) want(t *testing.T, body []byte) {
	t.Helper()
	got, err := os.ReadFile(f.file.Name())
	if err != nil || !bytes.Equal(got, body) {
		t.Fatalf("the file differs from what was served: %d bytes, want %d (%v)", len(got), len(body), err)
	}
}

func noise(n int) []byte {
	b := make([]byte, n)
	seed := uint32(1)
	for i := range b {
		seed = seed*1664525 + 1013904223
		b[i] = byte(seed >> 24)
	}
	return b
}

func TestDownload_GoesOnWhereItBroke(t *testing.T) {
	for name, s := range map[string]*flaky{
		"etag":     {etag: `"v1"`},
		"modified": {modified: "Mon, 23 Nov 2026 10:00:00 GMT"},
	} {
		t.Run(name, func(t *testing.T) {
			s.body, s.limit = noise(1_000_000), 300_000
			f := newFixture(t, s)
			got, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			f.want(t, s.body)
			if got.Size != 1_000_000 || got.ContentType != "image/jpeg" || got.URL != f.server.URL {
				t.Errorf("result %+v", got)
			}
			want := []string{"", "bytes=300000-", "bytes=600000-", "bytes=900000-"}
			if fmt.Sprint(s.ranges) != fmt.Sprint(want) {
				t.Errorf("asked for %q, want %q", s.ranges, want)
			}
		})
	}
}

func TestDownload_BeginsAgainWithoutAValidator(t *testing.T) {
	s := &flaky{body: noise(500_000), limit: 300_000, etag: `W/"weak"`}
	f := newFixture(t, s)
	if _, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{Attempts: 3}); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("want unavailable, got %v", err)
	}
	if fmt.Sprintf("%q", s.ranges) != `["" "" ""]` {
		t.Errorf("asked for %q", s.ranges)
	}
	s.limit = 0
	if _, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{}); err != nil {
		t.Fatal(err)
	}
	f.want(t, s.body)
}

func TestDownload_BeginsAgainWhenTheFileChanged(t *testing.T) {
	s := &flaky{body: noise(400_000), limit: 300_000, etag: `"v1"`}
	s.before = func(http.ResponseWriter, *http.Request) bool {
		if len(s.ranges) == 2 { // another, shorter file takes its place
			s.body, s.etag = []byte("short and new"), `"v2"`
		}
		return false
	}
	f := newFixture(t, s)
	if _, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{}); err != nil {
		t.Fatal(err)
	}
	f.want(t, []byte("short and new"))
}

func TestDownload_SurvivesServersThatAnswerOddly(t *testing.T) {
	for name, odd := range map[string]func(s *flaky) func(w http.ResponseWriter, r *http.Request) bool{
		"range ignored": func(s *flaky) func(http.ResponseWriter, *http.Request) bool {
			s.ignoreFrom = true
			return func(http.ResponseWriter, *http.Request) bool {
				if len(s.ranges) > 1 {
					s.limit = 0
				}
				return false
			}
		},
		"other part": func(s *flaky) func(http.ResponseWriter, *http.Request) bool {
			return func(w http.ResponseWriter, r *http.Request) bool {
				if len(s.ranges) != 2 {
					return false
				}
				w.Header().Set("Content-Range", "bytes 5-9/400000")
				w.WriteHeader(http.StatusPartialContent)
				_, _ = w.Write([]byte("wrong"))
				return true
			}
		},
		"416": func(s *flaky) func(http.ResponseWriter, *http.Request) bool {
			return func(w http.ResponseWriter, r *http.Request) bool {
				if len(s.ranges) != 2 {
					return false
				}
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return true
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &flaky{body: noise(400_000), limit: 300_000, etag: `"v1"`}
			s.before = odd(s)
			f := newFixture(t, s)
			if _, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{}); err != nil {
				t.Fatal(err)
			}
			f.want(t, s.body)
		})
	}
}

func TestDownload_ResumesInAnotherProcess(t *testing.T) {
	s := &flaky{body: noise(400_000), limit: 150_000, etag: `"v1"`}
	f := newFixture(t, s)
	var begun []Partial
	broken, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{Attempts: 1, Started: func(p Partial) { begun = append(begun, p) }})
	if err == nil || broken.Partial != (Partial{150_000, `"v1"`}) || len(begun) != 1 || begun[0].Validator != `"v1"` {
		t.Fatalf("%v %+v %+v", err, broken, begun)
	}
	s.limit = 0
	if _, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{Resume: broken.Partial}); err != nil {
		t.Fatal(err)
	}
	f.want(t, s.body)
	if last := s.ranges[len(s.ranges)-1]; last != "bytes=150000-" {
		t.Errorf("asked for %q", last)
	}
	whole, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{Resume: Partial{400_000, `"v1"`}})
	if err != nil || whole.Size != 400_000 {
		t.Errorf("a finished download: %v %+v", err, whole)
	}
	f.want(t, s.body)
}

func TestDownload_PausesAndGivesUp(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		after  string
		code   fault.Code
		pauses string
	}{
		"404":           {404, "", fault.NotFound, "[]"},
		"410":           {410, "", fault.Gone, "[]"},
		"403":           {403, "", fault.Invalid, "[]"},
		"500":           {500, "", fault.Unavailable, "[500ms 1s 2s]"},
		"429 seconds":   {429, "7", fault.Unavailable, "[7s 7s 7s]"},
		"503 date":      {503, "Mon, 23 Nov 2026 12:00:30 GMT", fault.Unavailable, "[30s 30s 30s]"},
		"503 past date": {503, "Mon, 23 Nov 2020 12:00:30 GMT", fault.Unavailable, "[500ms 1s 2s]"},
		"503 for ever":  {503, "999999999", fault.Unavailable, "[2m0s 2m0s 2m0s]"},
		"503 negative":  {503, "-5", fault.Unavailable, "[500ms 1s 2s]"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if c.after != "" {
					w.Header().Set("Retry-After", c.after)
				}
				w.WriteHeader(c.status)
			}))
			_, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{Attempts: 4})
			if fault.CodeOf(err) != c.code || fmt.Sprint(f.pauses) != c.pauses {
				t.Errorf("%v, pauses %v; want %s, %s", err, f.pauses, c.code, c.pauses)
			}
		})
	}
}

func TestDownload_StopsAtItsSizeLimit(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"declared": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1001")
			w.WriteHeader(200)
		},
		"undeclared": func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				_, _ = w.Write(make([]byte, 100))
				w.(http.Flusher).Flush()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, h)
			if _, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{MaxBytes: 1000}); !fault.Is(err, fault.TooLarge) {
				t.Errorf("want too_large, got %v", err)
			}
			if info, _ := f.file.Stat(); info.Size() > 1000 {
				t.Errorf("%d bytes were written", info.Size())
			}
			if len(f.pauses) != 0 {
				t.Error("it was tried again")
			}
		})
	}
}

func TestDownload_RefusesWhatTryingAgainCannotMend(t *testing.T) {
	f := newFixture(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
	}))
	if _, err := f.client.Download(t.Context(), f.server.URL, f.file, DownloadOptions{}); !fault.Is(err, fault.Denied) || len(f.pauses) != 0 {
		t.Errorf("%v after %d pauses", err, len(f.pauses))
	}
	if fault.HintOf(func() error { _, err := f.client.Get(t.Context(), "http://10.0.0.1/"); return err }()) == "" {
		t.Error("a refusal gives no hint")
	}
}
