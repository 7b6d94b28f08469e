package fetch

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/fault"
)

func server(t *testing.T, h http.HandlerFunc) (*httptest.Server, Options) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s, Options{Allow: []string{s.Listener.Addr().String()}}
}

func TestDo_SendsAndReads(t *testing.T) {
	s, o := server(t, func(w http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		_, _ = b.ReadFrom(r.Body)
		w.Header().Set("X-Seen", fmt.Sprint(r.Method, " ", r.UserAgent(), " ", r.Header.Get("X-Extra")))
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write(b.Bytes())
	})
	o.UserAgent = "Paper/1"
	res, err := New(o).Do(t.Context(), Request{
		Method: http.MethodPost, URL: s.URL + "/x", Body: []byte("hello"), Header: http.Header{"x-extra": {"yes"}},
	})
	if err != nil || res.Status != http.StatusTeapot || string(res.Body) != "hello" || res.Header.Get("X-Seen") != "POST Paper/1 yes" {
		t.Errorf("%v %+v", err, res)
	}
}

func TestDo_FollowsThreeRedirectsNotFour(t *testing.T) {
	s, o := server(t, func(w http.ResponseWriter, r *http.Request) {
		if left := len(r.URL.Path) - 1; left > 0 {
			http.Redirect(w, r, r.URL.Path[:left], http.StatusFound)
			return
		}
		_, _ = w.Write([]byte("there"))
	})
	c := New(o)
	if res, err := c.Get(t.Context(), s.URL+"/aaa"); err != nil || string(res.Body) != "there" || res.URL != s.URL+"/" {
		t.Errorf("three redirects: %v %+v", err, res)
	}
	if _, err := c.Get(t.Context(), s.URL+"/aaaa"); err == nil {
		t.Error("four redirects were followed")
	}
}

func TestDo_LimitsTheDecompressedBody(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 64<<20))
	_ = z.Close()
	s, o := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	if _, err := New(o).Get(t.Context(), s.URL); !fault.Is(err, fault.TooLarge) {
		t.Errorf("want too_large, got %v", err)
	}
	o.MaxBody = 64 << 20
	if res, err := New(o).Get(t.Context(), s.URL); err != nil || len(res.Body) != 64<<20 {
		t.Errorf("a body of just the limit: %v, %d bytes", err, len(res.Body))
	}
}

func TestDo_EndsAtItsTimeLimit(t *testing.T) {
	s, o := server(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("a"))
		w.(http.Flusher).Flush()
		<-r.Context().Done() // the rest never comes
	})
	o.Timeout = 50 * time.Millisecond
	if _, err := New(o).Get(t.Context(), s.URL); !fault.Is(err, fault.Unavailable) {
		t.Errorf("want unavailable, got %v", err)
	}
}

func TestDo_RefusesHugeHeaders(t *testing.T) {
	s, o := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Big", strings.Repeat("x", 1<<20))
	})
	if _, err := New(o).Get(t.Context(), s.URL); err == nil {
		t.Error("a header of 1 MB was read")
	}
}

func TestClient_IsPoliteToOneHost(t *testing.T) {
	var mu sync.Mutex
	running, most := 0, 0
	full := make(chan struct{})
	var once sync.Once
	s, o := server(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		running++
		most = max(most, running)
		if running == perHost {
			once.Do(func() { close(full) })
		}
		mu.Unlock()
		<-full // all slots are taken before the first answer
		mu.Lock()
		running--
		mu.Unlock()
	})
	c := New(o)
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if _, err := c.Get(t.Context(), s.URL); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most != perHost {
		t.Errorf("%d requests ran at once, want %d", most, perHost)
	}
	if len(c.hosts.hosts) != 0 {
		t.Errorf("%d hosts are still remembered", len(c.hosts.hosts))
	}
}
