package pagecache

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"dateline/internal/clock"

	"github.com/andybalholm/brotli"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, opt Options) *Cache {
	t.Helper()
	c := New(opt)
	t.Cleanup(c.Close)
	return c
}

var html = []Field{{"Content-Type", []string{"text/html; charset=utf-8"}}}

// page returns a render of a page that is stored.
func page(body string, keys ...string) Render {
	return func(context.Context) (Page, error) {
		return Page{Status: 200, Header: html, Body: []byte(body), Keys: keys, Reach: Stored}, nil
	}
}

func mustDo(t *testing.T, c *Cache, key string, render Render) *Entry {
	t.Helper()
	e, err := c.Do(t.Context(), key, render)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestGet_ReturnsWhatWasStored(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	if c.Get("/") != nil {
		t.Fatal("an empty cache answered")
	}
	first := mustDo(t, c, "/", page("front", "front", "site"))
	if got := c.Get("/"); got != first || string(got.Identity().Body) != "front" {
		t.Fatalf("got %+v", got)
	}
	if c.GetBytes([]byte("/")) != first {
		t.Error("GetBytes answers differently")
	}
	again := mustDo(t, c, "/", func(context.Context) (Page, error) { t.Error("rendered again"); return Page{}, nil })
	if again != first {
		t.Error("Do made another entry")
	}
	if s := c.Stats(); s.Hits != 2 || s.Misses != 1 || s.Stored != 1 || s.Entries != 1 || s.Keys != 2 {
		t.Errorf("stats %+v", s)
	}
}

func TestGet_OfHitAllocatesNothing(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	mustDo(t, c, "/a", page(strings.Repeat("words ", 1000), "article:1"))
	key := []byte("/a")
	c.Variant(c.Get("/a"), Gzip)
	if n := testing.AllocsPerRun(100, func() {
		c.Variant(c.Get("/a"), Gzip)
		c.Variant(c.GetBytes(key), 0)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPurge_IsExact(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	mustDo(t, c, "/a", page("a", "article:1", "site"))
	mustDo(t, c, "/b", page("b", "article:2", "site"))
	mustDo(t, c, "/", page("front", "article:1", "article:2", "article:2", "site"))
	if n := c.Purge("article:1", "article:9"); n != 2 {
		t.Errorf("dropped %d", n)
	}
	if c.Get("/a") != nil || c.Get("/") != nil || c.Get("/b") == nil {
		t.Error("the wrong pages are left")
	}
	if n := c.Purge("site"); n != 1 {
		t.Errorf("dropped %d", n)
	}
	empty := open(t, Options{Budget: 1 << 20})
	if got, want := c.Stats(), empty.Stats(); got.Used != want.Used || got.Keys != 0 || got.Entries != 0 {
		t.Errorf("after everything was purged: %+v", got)
	}
}

func TestPurgeAll(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	for i := range 10 {
		mustDo(t, c, fmt.Sprint("/", i), page("x", fmt.Sprint("article:", i)))
	}
	c.PurgeAll()
	if s := c.Stats(); s.Entries != 0 || s.Keys != 0 || s.Purged != 10 {
		t.Errorf("%+v", s)
	}
}

func TestExpires(t *testing.T) {
	at := clock.NewManual(time.Date(2026, 1, 1, 23, 59, 0, 0, time.UTC))
	c := open(t, Options{Budget: 1 << 20, Clock: at})
	render := func(context.Context) (Page, error) {
		return Page{Status: 200, Header: html, Body: []byte("today"), Reach: Stored, Expires: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}, nil
	}
	first := mustDo(t, c, "/", render)
	if c.Get("/") != first {
		t.Fatal("not stored")
	}
	at.Advance(time.Minute)
	if c.Get("/") != nil {
		t.Error("an expired page was served")
	}
	at.Set(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC))
	if second := mustDo(t, c, "/", render); second != first {
		t.Error("rendered although not expired")
	}
	at.Set(time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC))
	if second := mustDo(t, c, "/", render); second == first {
		t.Error("the expired page was served")
	}
	if s := c.Stats(); s.Entries != 1 {
		t.Errorf("%+v", s)
	}
}

func TestBudget_HoldsUnderRandomLoad(t *testing.T) {
	const budget = 400 << 10
	c := open(t, Options{Budget: budget})
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 5000 {
		n := rnd.IntN(400)
		e := mustDo(t, c, fmt.Sprint("/", n), page(strings.Repeat("x", rnd.IntN(20000)), fmt.Sprint("article:", n), fmt.Sprint("section:", n%7), "site"))
		c.Variant(e, Gzip)
		if i%50 == 0 {
			c.Purge(fmt.Sprint("section:", rnd.IntN(7)))
		}
		if s := c.Stats(); s.Used > budget || s.Keys > 2*s.Entries+1 {
			t.Fatalf("after %d: %+v", i, s)
		}
	}
	if s := c.Stats(); s.Evicted == 0 || s.Entries < 10 {
		t.Errorf("the test did not press: %+v", s)
	}
	c.checkSums(t)
}

// checkSums compares the running totals with a count of everything.
func (c *Cache) checkSums(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var used int64
	inQueues := 0
	for _, q := range []*queue{&c.small, &c.main} {
		var bytes int64
		for e := q.head; e != nil; e = e.next {
			bytes += e.weigh()
			inQueues++
			if c.shard(e.Key).m[e.Key] != e {
				t.Errorf("%s is queued and not in the table", e.Key)
			}
		}
		if bytes != q.bytes {
			t.Errorf("a queue counts %d bytes and holds %d", q.bytes, bytes)
		}
		used += bytes
	}
	inTable := 0
	for i := range c.shards {
		inTable += len(c.shards[i].m)
	}
	for name, n := range c.index {
		used += nodeCost + int64(len(name))
		if len(n.entries) == 0 {
			t.Errorf("the key %s holds nothing", name)
		}
	}
	used += int64(len(c.ghost.ring)) * 40
	if used != c.used || inTable != c.entries || inQueues != c.entries {
		t.Errorf("used %d counted %d; %d entries, %d in the table, %d queued", c.used, used, c.entries, inTable, inQueues)
	}
}

// TestUsed_IsTheMemoryTaken fills a cache and compares what it counts with
// what the heap grew by, for small pages, where bookkeeping weighs most.
func TestUsed_IsTheMemoryTaken(t *testing.T) {
	for _, size := range []int{100, 4000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			const n = 4000
			before := heap()
			c := open(t, Options{Budget: 1 << 30})
			for i := range n {
				keys := []string{fmt.Sprint("article:", i), fmt.Sprint("author:", i%50), "site", "front"}
				mustDo(t, c, fmt.Sprintf("/section/story-number-%d", i), page(strings.Repeat("x", size), keys...))
			}
			taken := int64(heap() - before)
			used := c.Stats().Used - int64(len(c.ghost.ring))*40 // the test's budget is too large to be filled
			taken -= int64(len(c.ghost.ring)) * 40
			t.Logf("counted %d, taken %d, %.2f", used, taken, float64(taken)/float64(used))
			if taken > used*115/100 || taken < used*70/100 {
				t.Errorf("counted %d bytes, the heap grew by %d", used, taken)
			}
			runtime.KeepAlive(c)
		})
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestEviction_ACrawlerDoesNotDriveOutPopularPages(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	body := strings.Repeat("x", 10000)
	popular := func(i int) string { return fmt.Sprint("/popular/", i) }
	for round := range 4 {
		for i := range 40 {
			if c.Get(popular(i)) == nil {
				mustDo(t, c, popular(i), page(body))
			}
		}
		for i := range 500 { // the crawl sees each page once
			mustDo(t, c, fmt.Sprint("/archive/", round, "/", i), page(body))
			if i%20 == 0 {
				for j := range 40 {
					c.Get(popular(j))
				}
			}
		}
	}
	kept := 0
	for i := range 40 {
		if c.Get(popular(i)) != nil {
			kept++
		}
	}
	if kept < 38 {
		t.Errorf("%d of 40 popular pages are left", kept)
	}
}

func TestStore_RefusesWhatIsTooLargeForTheBudget(t *testing.T) {
	c := open(t, Options{Budget: 100 << 10})
	mustDo(t, c, "/small", page("x", "a"))
	e := mustDo(t, c, "/large", page(strings.Repeat("x", 60<<10), "b"))
	if len(e.Identity().Body) != 60<<10 || c.Get("/large") != nil || c.Get("/small") == nil {
		t.Error("the large page displaced the small one")
	}
	c.checkSums(t)
}

func TestZeroBudgetStoresNothing(t *testing.T) {
	c := open(t, Options{})
	mustDo(t, c, "/", page("x", "a"))
	if s := c.Stats(); c.Get("/") != nil || s.Entries != 0 || s.Used != 0 {
		t.Errorf("%+v", s)
	}
}

func TestReach(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	for _, reach := range []Reach{Private, Shared} {
		e := mustDo(t, c, "/404", func(context.Context) (Page, error) {
			return Page{Status: 404, Header: html, Body: bytes.Repeat([]byte("n"), 5000), Reach: reach}, nil
		})
		if e.Status != 404 || c.Get("/404") != nil {
			t.Errorf("reach %d was stored", reach)
		}
		if v := c.Variant(e, Gzip|Brotli); v != e.Identity() {
			t.Errorf("reach %d was compressed", reach)
		}
	}
}

func TestVariant_CompressesWhatGains(t *testing.T) {
	rested := make(chan time.Duration, 8)
	now := clock.NewManual(time.Date(2026, 4, 18, 9, 0, 0, 0, time.UTC))
	c := open(t, Options{Budget: 1 << 20, Clock: now, Rest: func(d time.Duration) { rested <- d }})
	text := prose()
	e := mustDo(t, c, "/", page(text, "a"))
	if v := c.Variant(e, 0); v != e.Identity() {
		t.Error("compressed unasked")
	}
	if v := c.Variant(e, Brotli); v != e.Identity() {
		t.Error("brotli before anybody came twice")
	}
	v := c.Variant(e, Gzip|Brotli)
	if got := gunzip(t, v.Body); v.Encoding != "gzip" || got != text {
		t.Errorf("%s of %d bytes", v.Encoding, len(got))
	}
	c.Get("/")
	c.Get("/")
	<-rested
	v = c.Variant(e, Gzip|Brotli)
	if got := unbrotli(t, v.Body); v.Encoding != "br" || got != text || !strings.HasSuffix(v.ETag, `-b"`) {
		t.Errorf("%s %s of %d bytes", v.Encoding, v.ETag, len(got))
	}
	for range hitsForBest {
		c.Get("/")
	}
	<-rested
	if young := c.Variant(e, Brotli); young != v {
		t.Errorf("a page that has just been made is packed at length: %s", young.ETag)
	}
	now.Advance(ripe)
	for range hitsForBest {
		c.Get("/")
	}
	<-rested
	best := c.Variant(e, Brotli)
	if got := unbrotli(t, best.Body); got != text || !strings.HasSuffix(best.ETag, `-bb"`) || len(best.Body) > len(v.Body) {
		t.Errorf("%s of %d bytes", best.ETag, len(best.Body))
	}
	for _, tag := range []string{e.Identity().ETag, v.ETag, best.ETag, "W/" + v.ETag, c.Variant(e, Gzip).ETag} {
		if !e.Matches(tag) {
			t.Errorf("%s does not match", tag)
		}
	}
	for _, tag := range []string{"", `""`, e.Tag, `"` + e.Tag, `"` + e.Tag + `-x"`, `"0` + e.Tag[1:] + `"`, `"` + e.Tag + `""`} {
		if e.Matches(tag) && tag != e.Identity().ETag {
			t.Errorf("%s matches", tag)
		}
	}
	c.checkSums(t)
}

func TestVariant_LeavesAloneWhatDoesNotGain(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	for name, p := range map[string]Page{
		"small":   {Status: 200, Header: html, Body: []byte("short"), Reach: Stored},
		"picture": {Status: 200, Header: []Field{{"Content-Type", []string{"image/png"}}}, Body: make([]byte, 5000), Reach: Stored},
		"noise":   {Status: 200, Header: html, Body: noise, Reach: Stored},
		"untyped": {Status: 200, Body: make([]byte, 5000), Reach: Stored},
	} {
		e := mustDo(t, c, name, func(context.Context) (Page, error) { return p, nil })
		if v := c.Variant(e, Gzip|Brotli); v != e.Identity() {
			t.Errorf("%s: %s", name, v.Encoding)
		}
	}
	c.checkSums(t)
}

func TestHead_IsMadeForEachVariantAndCounted(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20, Head: func(e *Entry, v *Variant) []byte {
		return append(make([]byte, 0, 1000), v.Encoding+v.ETag...)
	}})
	e := mustDo(t, c, "/", page(strings.Repeat("words ", 1000)))
	before := c.Stats().Used
	v := c.Variant(e, Gzip)
	if string(v.Head) != "gzip"+v.ETag || string(e.Identity().Head) != e.Identity().ETag {
		t.Errorf("heads %s and %s", v.Head, e.Identity().Head)
	}
	if grown := c.Stats().Used - before; grown < int64(1000+len(v.Body)) {
		t.Errorf("a variant of %d bytes and a head of 1000 counted %d", len(v.Body), grown)
	}
}

func TestBodyDoesNotHoldMoreMemoryThanItShows(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	e := mustDo(t, c, "/", func(context.Context) (Page, error) {
		return Page{Status: 200, Body: make([]byte, 1000, 100_000), Reach: Stored}, nil
	})
	if n := cap(e.Identity().Body); n > 2000 {
		t.Errorf("holds %d bytes", n)
	}
}

func TestDo_SharesAnErrorAndForgetsIt(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	boom := errors.New("boom")
	if _, err := c.Do(t.Context(), "/", func(context.Context) (Page, error) { return Page{}, boom }); !errors.Is(err, boom) {
		t.Fatalf("error %v", err)
	}
	if e := mustDo(t, c, "/", page("fine")); string(e.Identity().Body) != "fine" {
		t.Error("the error stuck")
	}
}

func TestDo_APanicReachesEverybodyAsAnError(t *testing.T) {
	c := open(t, Options{Budget: 1 << 20})
	_, err := c.Do(t.Context(), "/", func(context.Context) (Page, error) { panic("ouch") })
	var p *PanicError
	if !errors.As(err, &p) || p.Value != "ouch" || len(p.Stack) == 0 {
		t.Fatalf("error %v", err)
	}
	mustDo(t, c, "/", page("fine"))
}

// prose returns text whose best compression takes some search.
func prose() string {
	words := strings.Fields("the storm reached coast at noon while ministers met in a closed session and no one said what had been agreed")
	rnd := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	for range 2000 {
		b.WriteString(words[rnd.IntN(len(words))] + " ")
	}
	return b.String()
}

func gunzip(t *testing.T, b []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func unbrotli(t *testing.T, b []byte) string {
	t.Helper()
	out, err := io.ReadAll(brotli.NewReader(bytes.NewReader(b)))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
