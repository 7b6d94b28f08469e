package pagecache

import (
	"context"
	"errors"
	"testing"
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
