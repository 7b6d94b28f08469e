package pagecache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// gate is a render that tells when it began and waits until it is let go.
type gate struct {
	began chan struct{}
	let   chan Page
}

func newGate() *gate { return &gate{make(chan struct{}, 1), make(chan Page)} }

func (g *gate) render(context.Context) (Page, error) {
	g.began <- struct{}{}
	return <-g.let, nil
}

// result is what a request got.
type result struct {
	body string
	err  error
}

func ask(c *Cache, ctx context.Context, key string, render Render) chan result {
	out := make(chan result, 1)
	go func() {
		e, err := c.Do(ctx, key, render)
		if err != nil {
			out <- result{err: err}
			return
		}
		out <- result{body: string(e.Identity().Body)}
	}()
	return out
}

func TestDo_RendersOnceForAll(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	g := newGate()
	leader := ask(c, t.Context(), "/", g.render)
	<-g.began
	var others []chan result
	for range 20 {
		others = append(others, ask(c, t.Context(), "/", func(context.Context) (Page, error) {
			return Page{Status: 200, Body: []byte("stored by then"), Reach: Stored}, nil
		}))
	}
	g.let <- Page{Status: 200, Body: []byte("one"), Reach: Stored}
	for _, out := range append(others, leader) {
		if r := <-out; r.body != "one" || r.err != nil {
			t.Errorf("got %+v", r)
		}
	}
	if s := c.Stats(); s.Misses != 1 {
		t.Errorf("%d renders", s.Misses)
	}
}

// TestPurge_OvertakesARender is the promise that a reader never sees the old
// page after a change: for a purge between the beginning and the end of a
// render, and requests before and after the purge.
func TestPurge_OvertakesARender(t *testing.T) {
	for _, tt := range []struct {
		name  string
		purge func(c *Cache)
		stale bool
	}{
		{"of one of its keys", func(c *Cache) { c.Purge("x", "article:1") }, true},
		{"of everything", func(c *Cache) { c.PurgeAll() }, true},
		{"of another key", func(c *Cache) { c.Purge("article:2") }, false},
		{"of so many keys that the log is cut", func(c *Cache) {
			for i := range maxMarks + 2 {
				c.Purge(fmt.Sprint("other:", i))
			}
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := open(t, Options{Budget: 1 << 20})
			old := newGate()
			leader := ask(c, t.Context(), "/", old.render)
			<-old.began
			tt.purge(c)
			// This request comes after the purge and finds the old flight.
			fresh := newGate()
			ctx, lookedUp := withLookup(t.Context())
			late := ask(c, ctx, "/", fresh.render)
			<-lookedUp
			old.let <- Page{Status: 200, Body: []byte("old"), Keys: []string{"article:1", "site"}, Reach: Stored}
			if r := <-leader; r.body != "old" {
				t.Errorf("the first request, from before the purge, got %+v", r)
			}
			if !tt.stale {
				if r := <-late; r.body != "old" || c.Get("/") == nil {
					t.Errorf("got %+v, stored: %t", r, c.Get("/") != nil)
				}
				return
			}
			select {
			case <-fresh.began:
			case r := <-late:
				t.Fatalf("the request from after the purge got %+v", r)
			}
			if c.Get("/") != nil {
				t.Error("the old page was stored after the purge")
			}
			fresh.let <- Page{Status: 200, Body: []byte("new"), Keys: []string{"article:1", "site"}, Reach: Stored}
			if r := <-late; r.body != "new" {
				t.Errorf("the request from after the purge got %+v", r)
			}
			if e := c.Get("/"); e == nil || string(e.Identity().Body) != "new" {
				t.Error("the new page was not stored")
			}
			if s := c.Stats(); s.Stale != 1 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// withLookup returns a context whose Done is first called when Do begins to
// wait for a flight: the sign that the request has joined it.
func withLookup(ctx context.Context) (context.Context, <-chan struct{}) {
	l := &lookup{Context: ctx, looked: make(chan struct{})}
	return l, l.looked
}

type lookup struct {
	context.Context
	once   sync.Once
	looked chan struct{}
}

func (l *lookup) Done() <-chan struct{} {
	l.once.Do(func() { close(l.looked) })
	return l.Context.Done()
}

func TestDo_RequestFromBeforeThePurgeMayHaveTheOldPage(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	g := newGate()
	leader := ask(c, t.Context(), "/", g.render)
	<-g.began
	ctx, joined := withLookup(t.Context())
	early := ask(c, ctx, "/", page("rendered again"))
	<-joined
	c.Purge("article:1")
	g.let <- Page{Status: 200, Body: []byte("old"), Keys: []string{"article:1"}, Reach: Stored}
	for _, out := range []chan result{leader, early} {
		if r := <-out; r.body != "old" {
			t.Errorf("got %+v", r)
		}
	}
	if c.Get("/") != nil {
		t.Error("the old page was stored")
	}
}

func TestDo_PurgeBeforeTheRenderDoesNotMatter(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	busy := newGate() // another flight keeps the log alive
	other := ask(c, t.Context(), "/other", busy.render)
	<-busy.began
	c.Purge("article:1")
	mustDo(t, c, "/", page("new", "article:1"))
	if c.Get("/") == nil {
		t.Error("not stored")
	}
	busy.let <- Page{Status: 200, Reach: Shared}
	<-other
}

func TestDo_NeverSharesAPrivatePage(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	g := newGate()
	leader := ask(c, t.Context(), "/", g.render)
	<-g.began
	ctx, joined := withLookup(t.Context())
	other := ask(c, ctx, "/", func(context.Context) (Page, error) {
		return Page{Status: 200, Body: []byte("of the other"), Reach: Private}, nil
	})
	<-joined
	g.let <- Page{Status: 200, Body: []byte("of the leader"), Reach: Private}
	if r := <-leader; r.body != "of the leader" {
		t.Errorf("got %+v", r)
	}
	if r := <-other; r.body != "of the other" {
		t.Errorf("got %+v", r)
	}
}

func TestDo_WaiterGoesWhenItsRequestEnds(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	g := newGate()
	leader := ask(c, t.Context(), "/", g.render)
	<-g.began
	ctx, cancel := context.WithCancel(t.Context())
	watched, joined := withLookup(ctx)
	waiter := ask(c, watched, "/", page("x"))
	<-joined
	cancel()
	if r := <-waiter; !errors.Is(r.err, context.Canceled) {
		t.Errorf("got %+v", r)
	}
	g.let <- Page{Status: 200, Body: []byte("one"), Reach: Stored}
	<-leader
}

func TestDo_RenderOutlivesTheRequestThatBeganIt(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e, err := c.Do(ctx, "/", func(ctx context.Context) (Page, error) {
		_, limited := ctx.Deadline()
		if ctx.Err() != nil || !limited {
			t.Errorf("context: %v, limited %t", ctx.Err(), limited)
		}
		return Page{Status: 200, Reach: Stored}, nil
	})
	if err != nil || e.Status != 200 {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestConcurrency has writers that change a value and purge, and readers that
// must never see a value older than the last one changed before they asked.
func TestConcurrency_NoReaderSeesThePast(t *testing.T) {
	c := open(t, Options{Budget: 200 << 10})
	var value [8]atomic.Int64
	var readers, writers sync.WaitGroup
	var stop atomic.Bool
	for w := range 2 {
		writers.Go(func() {
			for i := range 2000 {
				n := (i + w) % len(value)
				value[n].Add(1)
				c.Purge(fmt.Sprint("article:", n))
			}
		})
	}
	for range 4 {
		readers.Go(func() {
			for i := 0; !stop.Load(); i++ {
				n := i % len(value)
				floor := purgedValue(&value[n])
				key := fmt.Sprint("/", n)
				e := c.Get(key)
				if e == nil {
					var err error
					e, err = c.Do(context.Background(), key, func(context.Context) (Page, error) {
						return Page{Status: 200, Body: []byte(fmt.Sprint(value[n].Load())), Keys: []string{fmt.Sprint("article:", n)}, Reach: Stored}, nil
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
				var got int64
				_, _ = fmt.Sscan(string(e.Identity().Body), &got)
				if got < floor {
					t.Errorf("saw %d of %d after %d was purged", got, n, floor)
					return
				}
			}
		})
	}
	writers.Wait()
	stop.Store(true)
	readers.Wait()
	c.checkSums(t)
}

// purgedValue returns a value whose purge is certainly done: with two writers,
// the last two changes may not be purged yet.
func purgedValue(v *atomic.Int64) int64 { return v.Load() - 2 }
