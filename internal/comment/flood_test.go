package comment_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/pagecache"
)

// A thousand comments in one second of the clock, while readers ask for the
// article's page all the time: it is made a few times, never twice at once, and
// shows every comment in the end.
func TestPutTx_AFloodRenewsThePageAFewTimes(t *testing.T) {
	const comments, writers, readers = 1000, 4, 4
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			at := clock.NewManual(begin)
			d, err := db.Open(t.Context(), dbtest.URL(t, engine), db.Options{Clock: at})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			r := newRoom(t, d)
			cache := pagecache.New(pagecache.Options{Budget: 1 << 20})
			t.Cleanup(cache.Close)
			d.OnPurge(func(keys []string) { cache.Purge(keys...) })

			var renders, at1 atomic.Int64
			render := func(ctx context.Context) (pagecache.Page, error) {
				if at1.Add(1) > 1 {
					t.Error("two renders of one page at a time")
				}
				defer at1.Add(-1)
				renders.Add(1)
				var n int
				err := d.QueryRow(ctx, `SELECT comment_count FROM article WHERE id = 1`).Scan(&n)
				return pagecache.Page{Status: 200, Body: fmt.Append(nil, n), Reach: pagecache.Stored,
					Keys: []string{db.Key("article", 1), db.Key("comments", 1)}}, err
			}
			over := make(chan struct{})
			var reading, writing sync.WaitGroup
			for range readers {
				reading.Go(func() {
					for {
						select {
						case <-over:
							return
						default:
						}
						if cache.Get("/a/") == nil {
							if _, err := cache.Do(context.Background(), "/a/", render); err != nil {
								t.Error(err)
								return
							}
						}
						time.Sleep(time.Millisecond)
					}
				})
			}
			var next atomic.Int64
			for range writers {
				writing.Go(func() {
					for id := next.Add(1); id <= comments; id = next.Add(1) {
						c := comment.Comment{ID: id, Article: 1, Name: "Ann", Kind: comment.KindComment, Status: comment.StatusApproved, Created: at.Now()}
						if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return r.store.PutTx(ctx, tx, c) }); err != nil {
							t.Error(err)
						}
						at.Advance(time.Second / comments)
					}
				})
			}
			writing.Wait()
			at.Advance(db.SoonEvery)
			if err := d.Purged(t.Context(), db.Key("comments", 1), db.Key("article", 1)); err != nil {
				t.Fatal(err)
			}
			e, err := cache.Do(t.Context(), "/a/", render)
			close(over)
			reading.Wait()
			if err != nil || string(e.Identity().Body) != fmt.Sprint(comments) {
				t.Errorf("the page shows %s of %d comments (%v)", e.Identity().Body, comments, err)
			}
			// One before the flood, one after each of its purges (at once and at
			// the ends of four intervals), and again for each that a purge overtook.
			if n := renders.Load(); n > 16 {
				t.Errorf("%d comments made the page %d times", comments, n)
			}
		})
	}
}
