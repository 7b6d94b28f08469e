package postings_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/postings"
)

// synthetic makes documents of 250 words whose frequencies fall as those of
// news do (Zipf), one every hour.
type synthetic struct {
	rand *rand.Rand
	zipf *rand.Zipf
}

func newSynthetic() *synthetic {
	r := rand.New(rand.NewPCG(1, 2))
	return &synthetic{r, rand.NewZipf(r, 1.1, 12, 400_000)}
}

func (s *synthetic) doc(id int64) postings.Doc {
	d := postings.Doc{ID: id, At: db.Micros(start) - 40*365*day + id*day/24,
		Cols: []postings.Col{{Column: 0, Value: s.rand.Int64N(20)}, {Column: 1, Value: 1}, {Column: 2, Value: s.rand.Int64N(300)}}}
	places := map[uint64][]uint32{}
	const words = 250
	for i := range uint32(words) {
		w := s.zipf.Uint64()
		places[w] = append(places[w], i)
	}
	for w, at := range places {
		d.Terms = append(d.Terms, postings.Term{Text: "s" + strconv.FormatUint(w, 36), Impact: postings.Impact(float64(len(at)), 1), Places: at})
	}
	d.Terms = append(d.Terms, postings.Term{Text: fmt.Sprintf("\x01section:%d", d.Cols[0].Value)})
	return d
}

// stocked fills an index with as many documents as DATELINE_BENCH_DOCS says,
// 200,000 without it.
func stocked(b *testing.B, engine db.Engine) (*postings.Index, int) {
	n := 200_000
	if s := os.Getenv("DATELINE_BENCH_DOCS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	ctx := context.Background()
	d := dbtest.Open(b, engine)
	ix := postings.New(d, clock.System{})
	build, err := ix.Build(ctx)
	if err != nil {
		b.Fatal(err)
	}
	s, c := newSynthetic(), clock.System{}
	begin := c.Now()
	for id := range n {
		if err := build.Add(ctx, s.doc(int64(id+1))); err != nil {
			b.Fatal(err)
		}
	}
	if err := build.Finish(ctx); err != nil {
		b.Fatal(err)
	}
	b.Logf("%d documents, %.0f a second", n, float64(n)/c.Now().Sub(begin).Seconds())
	return ix, n
}

func BenchmarkFind(b *testing.B) {
	s := func(w uint64) string { return "s" + strconv.FormatUint(w, 36) }
	is := func(words ...uint64) (all []postings.Clause) {
		for _, w := range words {
			all = append(all, postings.Is(s(w)))
		}
		return all
	}
	var many []uint64
	for w := uint64(40); w < 20_000; w = w*5/4 + 1 {
		many = append(many, w)
	}
	prior := postings.Prior{Weight: 0.2, HalfLife: 365 * day, Now: db.Micros(start)}
	queries := []struct {
		name string
		q    postings.Query
	}{
		{"rare", postings.Query{All: is(30_000)}},
		{"usual", postings.Query{All: is(900, 400)}},
		{"common", postings.Query{All: is(0)}},
		{"common2", postings.Query{All: is(0, 1)}},
		{"common3newest", postings.Query{All: is(0, 1, 2), Order: postings.Newest}},
		{"common+rare", postings.Query{All: is(0, 9_000)}},
		{"phrase", postings.Query{All: []postings.Clause{{Alts: []postings.Alt{{Terms: []string{s(10), s(12)}}}}}}},
		{"near", postings.Query{All: is(10, 12), Near: 0.3}},
		{"facets", postings.Query{All: is(30), Facets: []uint8{0, 2}}},
		{fmt.Sprint("any", len(many)), postings.Query{Any: is(many...), Limit: 50}},
	}
	for _, engine := range dbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			ix, n := stocked(b, engine)
			for _, c := range queries {
				b.Run(c.name, func(b *testing.B) {
					c.q.Limit, c.q.CountTo, c.q.Fresh = max(c.q.Limit, 10), 1000, prior
					if c.q.Order != postings.Best {
						c.q.Fresh = postings.Prior{}
					}
					var count int64
					for b.Loop() {
						found, err := ix.Find(context.Background(), c.q)
						if err != nil {
							b.Fatal(err)
						}
						count = found.Count
					}
					if count == 0 || count > int64(n) {
						b.Fatalf("counts %d", count)
					}
					b.ReportMetric(float64(count), "matches")
				})
			}
		})
	}
}
