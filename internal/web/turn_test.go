package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestApp_CommentsWaitInLine: a flood of comments is worked on a few at a time.
func TestApp_CommentsWaitInLine(t *testing.T) {
	var now, most atomic.Int64
	open := make(chan struct{})
	app, err := New(Options{Routes: []Route{{Name: "write", Methods: []string{http.MethodPost}, Pattern: "/write", Role: Anyone, Rate: RateComment, Cache: CacheNone,
		Body: 1 << 10, CSRF: CSRFSameOrigin, Handle: func(r *Request) (Response, error) {
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			<-open
			return Response{Status: 200, ContentType: "text/plain", Body: []byte(r.HTTP.PostForm.Get("text"))}, nil
		}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Close)
	send := func(ctx context.Context, from string, body *strings.Reader) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/write", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.RemoteAddr = from + ":9"
		rec := httptest.NewRecorder()
		app.ServeHTTP(rec, r)
		return rec
	}
	var all sync.WaitGroup
	var taken atomic.Int64
	for i := range 20 { // each network sends fewer than its allowance
		for range 5 {
			all.Go(func() {
				if rec := send(t.Context(), fmt.Sprintf("10.1.%d.1", i), strings.NewReader("text=hello")); rec.Code == 200 && rec.Body.String() == "hello" {
					taken.Add(1)
				}
			})
		}
	}
	for deadline := time.Now().Add(time.Minute); now.Load() < commentsAtOnce; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d under way, want %d", now.Load(), commentsAtOnce)
		}
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if rec := send(gone, "10.9.9.9", strings.NewReader("text=x")); rec.Code == 200 {
		t.Error("a comment whose sender has gone was taken while others waited")
	}
	close(open)
	all.Wait()
	if most.Load() != commentsAtOnce || taken.Load() != 100 {
		t.Errorf("%d at once, want %d; %d taken, want 100", most.Load(), commentsAtOnce, taken.Load())
	}
}

// TestApp_WaitingHoldsNoTurn: neither a slow sender nor a handler that has
// yielded keeps others from their turn.
func TestApp_WaitingHoldsNoTurn(t *testing.T) {
	over := make(chan struct{})
	var waiting atomic.Int64
	app, err := New(Options{Routes: []Route{{Name: "write", Methods: []string{http.MethodPost}, Pattern: "/write", Role: Anyone, Rate: RateComment, Cache: CacheNone,
		Body: 1 << 10, CSRF: CSRFSameOrigin, Handle: func(r *Request) (Response, error) {
			if r.HTTP.PostForm.Get("wait") != "" {
				r.Yield()
				r.Yield()
				waiting.Add(1)
				<-over
			}
			return Response{Status: 200, ContentType: "text/plain"}, nil
		}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Close)
	send := func(from int, body io.Reader) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/write", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.RemoteAddr = fmt.Sprintf("10.2.%d.1:9", from)
		rec := httptest.NewRecorder()
		app.ServeHTTP(rec, r)
		return rec.Code
	}
	var all sync.WaitGroup
	var slow []*io.PipeWriter
	for i := range 2 * commentsAtOnce {
		body, w := io.Pipe()
		slow = append(slow, w)
		all.Go(func() { send(i, body) })
		all.Go(func() { send(100+i, strings.NewReader("wait=1")) })
	}
	for deadline := time.Now().Add(time.Minute); waiting.Load() < 2*commentsAtOnce; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d wait after their work, want %d", waiting.Load(), 2*commentsAtOnce)
		}
	}
	if code := send(99, strings.NewReader("text=x")); code != 200 {
		t.Errorf("a comment meanwhile: %d", code)
	}
	close(over)
	for _, w := range slow {
		w.Close()
	}
	all.Wait()
}
