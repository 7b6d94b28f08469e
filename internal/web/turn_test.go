package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestApp_CommentsWaitInLine: a flood of comments is worked on a few at a time,
// and a slow sender holds none of the places.
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
