package pagecache

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"dateline/internal/clock"
)

// warm makes an entry one that many read.
func warm(c *Cache, key string) {
	for range 3 {
		c.Get(key)
	}
}

func body(e *Entry) string {
	if e == nil {
		return ""
	}
	return string(e.Identity().Body)
}

func TestRenew_SendsTheOldPageUntilTheNewOneIsThere(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	mustDo(t, c, "/hot", page("old", "comments:1", "article:1"))
	mustDo(t, c, "/cold", page("old", "comments:1"))
	mustDo(t, c, "/other", page("old", "comments:2"))
	warm(c, "/hot")
	rendering, goOn, renewed := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(renewed)
		c.Renew([]string{"comments:1", "article:1"}, func(key string) Render {
			if key != "/hot" {
				t.Errorf("%s is made anew", key)
			}
			return func(ctx context.Context) (Page, error) {
				close(rendering)
				<-goOn
				return page("new", "comments:1", "article:1")(ctx)
			}
		})
	}()
	<-rendering
	if got := body(c.Get("/hot")); got != "old" {
		t.Errorf("while it is made: %q", got)
	}
	if got := body(mustDo(t, c, "/hot", page("by a reader", "comments:1"))); got != "old" {
		t.Errorf("a reader meanwhile: %q", got)
	}
	if c.Get("/cold") != nil || body(c.Get("/other")) != "old" {
		t.Error("the cold page stands, or another one fell")
	}
	close(goOn)
	<-renewed
	if got := body(c.Get("/hot")); got != "new" {
		t.Errorf("afterwards: %q", got)
	}
	if n := c.Purge("comments:1"); n != 1 || c.Get("/hot") != nil {
		t.Errorf("a purge drops %d, want the new page", n)
	}
}

func TestRenew_LeavesNothingOld(t *testing.T) {
	for name, render := range map[string]func(*Cache) Render{
		"no render":       func(*Cache) Render { return nil },
		"a failed render": func(*Cache) Render { return func(context.Context) (Page, error) { return Page{}, errors.New("no") } },
		"a panic":         func(*Cache) Render { return func(context.Context) (Page, error) { panic("no") } },
		"a private page":  func(*Cache) Render { return func(context.Context) (Page, error) { return Page{Status: 200}, nil } },
		"a purge meanwhile": func(c *Cache) Render {
			return func(ctx context.Context) (Page, error) {
				c.Purge("article:1")
				return page("overtaken", "article:1")(ctx)
			}
		},
		"a purge of all": func(c *Cache) Render {
			return func(ctx context.Context) (Page, error) {
				c.PurgeAll()
				return page("overtaken", "article:1")(ctx)
			}
		},
	} {
		c := open(t, Options{Budget: 1 << 20})
		mustDo(t, c, "/", page("old", "article:1"))
		warm(c, "/")
		c.Renew([]string{"article:1"}, func(string) Render { return render(c) })
		if got := c.Get("/"); got != nil {
			t.Errorf("%s: %q is sent", name, body(got))
		}
		if s := c.Stats(); s.Entries != 0 || s.Keys != 0 {
			t.Errorf("%s: %+v", name, s)
		}
		if got := body(mustDo(t, c, "/", page("newest", "article:1"))); got != "newest" {
			t.Errorf("%s: then %q", name, got)
		}
	}
}

// TestRenew_PacksBeforeItSends: who reads a renewed page waits for no packing of
// it, and no processor is spent on packing well what is made anew at once.
func TestRenew_PacksBeforeItSends(t *testing.T) {
	rested := make(chan time.Duration, 8)
	now := clock.NewManual(time.Date(2026, 4, 18, 9, 0, 0, 0, time.UTC))
	c := open(t, Options{Budget: 1 << 20, Clock: now, Rest: func(d time.Duration) { rested <- d }})
	first := mustDo(t, c, "/", page(prose(), "comments:1"))
	warm(c, "/")
	<-rested
	if v := c.Variant(first, Brotli); v.Encoding != "br" {
		t.Fatalf("before it: %q", v.Encoding)
	}
	renewed := func(text string) *Entry {
		c.Renew([]string{"comments:1"}, func(string) Render { return page(text, "comments:1") })
		return c.Get("/")
	}
	e := renewed(prose() + "!")
	if v := e.gzip.Load(); v == nil || gunzip(t, v.Body) != prose()+"!" {
		t.Error("the renewed page is not packed")
	}
	for range hitsForBest {
		c.Get("/")
	}
	<-rested // asked at the second hit, or with all of them
	if v := c.Variant(e, Gzip|Brotli); v.Encoding != "gzip" {
		t.Errorf("a page that was renewed just now: %q", v.Encoding)
	}
	now.Advance(ripe)
	for deadline := time.Now().Add(time.Minute); c.Variant(e, Brotli).Encoding != "br" && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		c.Get("/")
	}
	if v := c.Variant(e, Brotli); unbrotli(t, v.Body) != prose()+"!" || !strings.HasSuffix(v.ETag, `-bb"`) {
		t.Errorf("once it has stood: %q %s", v.Encoding, v.ETag)
	}
	c.checkSums(t)
}
