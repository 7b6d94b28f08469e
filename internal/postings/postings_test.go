package postings_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/postings"
)

const day = int64(24 * time.Hour / time.Microsecond)

var start = time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)

// bench is an index beside its model.
type twin struct {
	t     *testing.T
	d     *db.DB
	clock *clock.Manual
	ix    *postings.Index // lives through everything
	model model
	rand  *rand.Rand
	next  int64
	// little says that not all that matches is counted.
	little bool
}

func newTwin(t *testing.T, d *db.DB, seed uint64) *twin {
	c := clock.NewManual(start)
	w := &twin{t: t, d: d, clock: c, ix: postings.New(d, c), model: model{}, rand: rand.New(rand.NewPCG(seed, 1))}
	w.ix.SetRoom(50)
	return w
}

func (w *twin) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *twin) write(fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	w.must(w.d.Write(w.t.Context(), fn))
}

// word is one of some words, few of which are common.
func (w *twin) word() string {
	n := w.rand.IntN(60)
	return fmt.Sprintf("w%d", n*n/60)
}

// doc makes a document of random words.
func (w *twin) doc(id int64) postings.Doc {
	d := postings.Doc{ID: id, At: db.Micros(start) - w.rand.Int64N(400)*day/2}
	if w.rand.IntN(20) == 0 {
		d.At = -d.At // before 1970
	}
	if w.rand.IntN(10) > 0 {
		d.Cols = append(d.Cols, postings.Col{Column: 0, Value: w.rand.Int64N(4)})
	}
	for range w.rand.IntN(3) {
		d.Cols = append(d.Cols, postings.Col{Column: 3, Value: -w.rand.Int64N(9) << 40})
	}
	places := map[string][]uint32{}
	for i := range w.rand.IntN(30) {
		word := w.word()
		places[word] = append(places[word], uint32(i))
	}
	for word, at := range places {
		d.Terms = append(d.Terms, postings.Term{Text: word, Impact: uint8(w.rand.IntN(256)), Places: at})
	}
	if w.rand.IntN(2) == 0 {
		d.Terms = append(d.Terms, postings.Term{Text: "\x01even"})
	}
	return d
}

// change puts, replaces or removes some documents.
func (w *twin) change() {
	w.write(func(ctx context.Context, tx *db.Tx) error {
		for range 1 + w.rand.IntN(40) {
			id := 1 + w.rand.Int64N(w.next+1)
			switch w.rand.IntN(6) {
			case 0:
				if err := w.ix.RemoveTx(ctx, tx, id); err != nil {
					return err
				}
				delete(w.model, id)
				continue
			case 1, 2: // replace, or bring back
			default:
				w.next++
				id = w.next
			}
			d := w.doc(id)
			if err := w.ix.PutTx(ctx, tx, d); err != nil {
				return err
			}
			w.model[id] = d
		}
		return nil
	})
}

func (w *twin) clause() postings.Clause {
	c := postings.Clause{Rarity: 1 + w.rand.Float64()*4, Weight: float64(w.rand.IntN(4)) - 0.5}
	for range 1 + w.rand.IntN(3)/2 {
		a := postings.Alt{Terms: []string{w.word()}, Weight: float64(w.rand.IntN(3)) / 2}
		if w.rand.IntN(3) == 0 {
			a.Terms = append(a.Terms, w.word())
			a.Slack = w.rand.IntN(3)
			if w.rand.IntN(2) == 0 {
				a.Offsets = []int{1, 3}
			}
		}
		c.Alts = append(c.Alts, a)
	}
	return c
}

func (w *twin) query() postings.Query {
	q := postings.Query{Order: postings.Order(w.rand.IntN(3)), Limit: w.rand.IntN(20), CountTo: w.rand.IntN(2) * 1_000_000}
	for range w.rand.IntN(3) {
		q.All = append(q.All, w.clause())
	}
	for range w.rand.IntN(4) {
		q.Any = append(q.Any, w.clause())
	}
	if len(q.Any) > 1 && w.rand.IntN(3) == 0 {
		q.AtLeast = 2
	}
	if w.rand.IntN(3) == 0 {
		q.None = append(q.None, w.clause())
	}
	if w.rand.IntN(3) == 0 {
		q.Filters = append(q.Filters, postings.Filter{Column: 0, Values: []int64{1, 3}, Not: w.rand.IntN(2) == 0})
	}
	if w.rand.IntN(4) == 0 {
		q.Filters = append(q.Filters, postings.Filter{Column: 3, Values: []int64{-2 << 40}})
	}
	if w.rand.IntN(3) == 0 {
		q.From = db.Micros(start) - 120*day
	}
	if w.rand.IntN(3) == 0 {
		q.To = db.Micros(start) - 20*day
	}
	if w.rand.IntN(2) == 0 {
		q.Fresh = postings.Prior{Weight: w.rand.Float64(), HalfLife: 30 * day, Now: db.Micros(start)}
	}
	if w.rand.IntN(3) == 0 {
		q.Offset = w.rand.IntN(10)
	}
	if q.Order != postings.Best && w.rand.IntN(2) == 0 {
		q.After = &postings.Hit{ID: w.rand.Int64N(w.next + 1), At: db.Micros(start) - w.rand.Int64N(200)*day}
	}
	if w.rand.IntN(3) == 0 {
		q.Near = w.rand.Float64()
	}
	if w.rand.IntN(5) == 0 {
		for range w.next / 2 {
			q.Among = append(q.Among, 1+w.rand.Int64N(w.next+1))
		}
	}
	q.Explain = w.rand.IntN(3) == 0
	if w.rand.IntN(3) == 0 {
		q.Facets = []uint8{3, 0}
	}
	return q
}

// compare asks the index, and one that was opened just now, and the model.
func (w *twin) compare(n int) {
	w.t.Helper()
	newcomer := postings.New(w.d, w.clock)
	if w.little {
		newcomer.SetBounds(littleFacets, littlePhrases)
	}
	for range n {
		q := w.query()
		want := w.model.find(q)
		for name, ix := range map[string]*postings.Index{"this": w.ix, "other": newcomer} {
			got, err := ix.Find(w.t.Context(), q)
			w.must(err)
			if q.Limit == 0 {
				got.More = want.More
			}
			if !got.Exact { // it did not look at all
				if !w.little && (q.CountTo > 0 || len(q.Facets) > 0) || got.Count > want.Count {
					w.t.Fatalf("%s process: counts %d, at least, of %d", name, got.Count, want.Count)
				}
				got.Count, got.Exact = want.Count, true
			}
			if w.little && !got.FacetsExact {
				got.Facets, got.FacetsExact = want.Facets, want.FacetsExact
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9), cmpopts.EquateEmpty(), cmpopts.IgnoreTypes(postings.State{})); diff != "" {
				w.t.Fatalf("%s process, query %+v (-want +got):\n%s", name, q, diff)
			}
		}
	}
	w.compareTerms(newcomer)
}

// compareTerms checks what the dictionary offers to complete: all that a
// document has, and nothing else once all changes are merged.
func (w *twin) compareTerms(ix *postings.Index) {
	w.t.Helper()
	have := map[string]bool{}
	for _, d := range w.model {
		for _, t := range d.Terms {
			if strings.HasPrefix(t.Text, "w1") {
				have[t.Text] = true
			}
		}
	}
	got, err := ix.Complete(w.t.Context(), "w1", 1000)
	w.must(err)
	var waiting int64
	w.must(w.d.QueryRow(w.t.Context(), `SELECT COUNT(*) FROM posting_fresh`).Scan(&waiting))
	offered := 0
	for _, t := range got {
		if have[t.Text] {
			offered++
		}
		if t.N <= 0 || !have[t.Text] && waiting == 0 {
			w.t.Fatalf("offers %q (%d), which no document has", t.Text, t.N)
		}
	}
	if offered != len(have) {
		w.t.Fatalf("offers %d terms of %d", offered, len(have))
	}
	_, docs, err := ix.Counts(w.t.Context(), "w1")
	if w.must(err); docs != int64(len(w.model)) {
		w.t.Fatalf("counts %d documents of %d", docs, len(w.model))
	}
}

// mergeAll merges until nothing is left to do.
func (w *twin) mergeAll() {
	w.t.Helper()
	for more := true; more; {
		var err error
		more, err = w.ix.Merge(w.t.Context())
		w.must(err)
	}
}

// build fills the index anew from the model.
func (w *twin) build(stopAfter int) bool {
	w.t.Helper()
	b, err := w.ix.Build(w.t.Context())
	w.must(err)
	at, id := b.Last()
	var docs []postings.Doc
	for _, d := range w.model {
		if d.At > at || d.At == at && d.ID > id || id == 0 {
			docs = append(docs, d)
		}
	}
	slices.SortFunc(docs, func(a, b postings.Doc) int {
		if a.At != b.At {
			return int(min(max(a.At-b.At, -1), 1))
		}
		return int(a.ID - b.ID)
	})
	for i, d := range docs {
		if i == stopAfter {
			return false
		}
		w.must(b.Add(w.t.Context(), d))
	}
	w.must(b.Finish(w.t.Context()))
	return true
}

func TestFind_AgreesWithTheModel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTwin(t, d, 7)
		w.compare(10)
		for range 12 {
			w.change()
			w.compare(25)
			if w.rand.IntN(3) > 0 {
				_, err := w.ix.Merge(t.Context())
				w.must(err)
				w.compare(25)
			}
		}
		w.mergeAll()
		w.compare(100)
	})
}

// Bounds that even a small index reaches.
const littleFacets, littlePhrases = 12, 10

// TestFind_AgreesWithTheModelWhenItCountsLittle holds what comes behind counting:
// parts in the order of what they may have, phrases looked for only where they
// matter. With and without the words of documents, as in an index that was made
// before they were kept.
func TestFind_AgreesWithTheModelWhenItCountsLittle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTwin(t, d, 12)
		w.little = true
		w.ix.SetBounds(littleFacets, littlePhrases)
		for range 12 {
			w.change()
			w.compare(40)
			_, err := w.ix.Merge(t.Context())
			w.must(err)
			w.compare(40)
		}
		w.mergeAll()
		w.compare(200)
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM posting_words WHERE spot % 3 = 0`)
			return err
		})
		w.compare(100)
	})
}

func TestBuild_AgreesWithTheModel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTwin(t, d, 8)
		for range 10 {
			w.change()
		}
		w.build(-1)
		w.compare(40)
		w.mergeAll()
		w.compare(40)
		w.change()
		// A process dies while it builds, after some buckets and some way into
		// the next; what changes meanwhile is seen, and goes over what was built.
		if w.build(70) {
			t.Fatal("the build was to be interrupted")
		}
		// … or has written the documents of a bucket, but not the bucket.
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM posting_bucket WHERE id = (SELECT MAX(id) FROM posting_bucket)`)
			return err
		})
		w.compare(20)
		w.change()
		w.mergeAll() // rests
		w.compare(20)
		if _, err := w.ix.Build(t.Context()); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a second build: %v, want a conflict", err)
		}
		w.clock.Advance(6 * time.Minute)
		before := len(w.model)
		if !w.build(-1) || before == 0 {
			t.Fatal("the build did not finish")
		}
		w.compare(40)
		w.mergeAll()
		w.compare(60)
		// Nothing of former buckets is left.
		var stray int64
		w.must(d.QueryRow(t.Context(), `SELECT COUNT(*) FROM posting WHERE place % 1048576 NOT IN (SELECT id FROM posting_bucket)`).Scan(&stray))
		if stray != 0 {
			t.Errorf("%d lists of buckets that are gone", stray)
		}
		w.must(d.QueryRow(t.Context(), `SELECT COUNT(*) FROM posting_doc WHERE bucket NOT IN (SELECT id FROM posting_bucket)`).Scan(&stray))
		if stray != 0 {
			t.Errorf("%d documents of buckets that are gone", stray)
		}
		w.must(d.QueryRow(t.Context(), `SELECT COUNT(*) FROM posting_words WHERE spot NOT IN (SELECT bucket * 16384 + slot FROM posting_doc)`).Scan(&stray))
		if stray != 0 {
			t.Errorf("%d documents that are gone have words", stray)
		}
		w.must(d.QueryRow(t.Context(), `SELECT COUNT(*) FROM posting_doc WHERE bucket * 16384 + slot NOT IN (SELECT spot FROM posting_words)`).Scan(&stray))
		if stray != 0 {
			t.Errorf("%d documents have no words", stray)
		}
	})
}

func TestBuild_OneThatStandsStillIsGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTwin(t, d, 9)
		for range 10 {
			w.change()
		}
		w.build(70)
		w.clock.Advance(2 * time.Hour)
		w.change()
		w.mergeAll()
		w.compare(40)
		w.build(-1)
		w.mergeAll()
		w.compare(40)
	})
}

func TestPut_RefusesWhatCannotBeIndexed(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	ix := postings.New(d, clock.NewManual(start))
	term := func(terms ...postings.Term) postings.Doc { return postings.Doc{ID: 1, Terms: terms} }
	for name, doc := range map[string]postings.Doc{
		"no number":       {},
		"empty term":      term(postings.Term{}),
		"long term":       term(postings.Term{Text: strings.Repeat("x", postings.MaxTerm+1)}),
		"NUL":             term(postings.Term{Text: "a\x00"}),
		"no text":         term(postings.Term{Text: "\xff"}),
		"twice":           term(postings.Term{Text: "a"}, postings.Term{Text: "b"}, postings.Term{Text: "a"}),
		"places":          term(postings.Term{Text: "a", Places: []uint32{2, 1}}),
		"far place":       term(postings.Term{Text: "a", Places: []uint32{postings.MaxPlace}}),
		"column":          {ID: 1, Cols: []postings.Col{{Column: postings.Columns}}},
		"very many terms": {ID: 1, Terms: make([]postings.Term, postings.MaxTerms+1)},
	} {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return ix.PutTx(ctx, tx, doc) })
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
}

func TestFind_RefusesQueriesBeyondTheLimits(t *testing.T) {
	ix := postings.New(dbtest.Open(t, db.SQLite), clock.NewManual(start))
	for name, q := range map[string]postings.Query{
		"far":        {Offset: postings.MaxLimit, Limit: 1},
		"clauses":    {Any: make([]postings.Clause, postings.MaxClauses+1)},
		"cursor":     {After: &postings.Hit{}},
		"column":     {Facets: []uint8{postings.Columns}},
		"filter":     {Filters: []postings.Filter{{Column: postings.Columns}}},
		"no term":    {All: []postings.Clause{{Alts: []postings.Alt{{}}}}},
		"offsets":    {All: []postings.Clause{{Alts: []postings.Alt{{Terms: []string{"a", "b"}, Offsets: []int{1}}}}}},
		"freshness":  {Fresh: postings.Prior{Weight: 1}},
		"below zero": {Limit: -1},
	} {
		if _, err := ix.Find(t.Context(), q); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
}

// TestMerge_IsAllOrNothing fails a merge behind each of its statements and
// looks whether anything has changed.
func TestMerge_IsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTwin(t, d, 10)
		for range 4 {
			w.change()
			_, err := w.ix.Merge(t.Context())
			w.must(err)
		}
		w.change()
		before := w.dump()
		for budget := 1; ; budget = budget*3/2 + 1 {
			ctx := &failing{Context: t.Context(), left: budget}
			_, err := w.ix.Merge(ctx)
			if err == nil {
				break
			}
			if diff := cmp.Diff(before, w.dump()); diff != "" {
				t.Fatalf("a merge that failed left (-before +after):\n%s", diff)
			}
			w.compare(2)
		}
		if cmp.Equal(before, w.dump()) {
			t.Fatal("the merge that went through changed nothing")
		}
		w.compare(40)
	})
}

// failing is a context that ends after some looks at it.
type failing struct {
	context.Context
	left int
}

func (f *failing) Err() error {
	if f.left--; f.left < 0 {
		return context.Canceled
	}
	return nil
}

// dump is everything in the tables.
func (w *twin) dump() []string {
	w.t.Helper()
	var all []string
	for _, query := range []string{
		`SELECT name, value, 0, '' FROM posting_state ORDER BY 1`,
		`SELECT 'fresh', doc, seq, CAST(gone AS TEXT) FROM posting_fresh ORDER BY 2`,
		`SELECT 'bucket', id, version, CAST(slots AS TEXT) FROM posting_bucket ORDER BY 2`,
		`SELECT 'doc', doc, bucket, CAST(slot AS TEXT) FROM posting_doc ORDER BY 2, 3`,
		`SELECT 'term', id, n, term FROM posting_term ORDER BY 2`,
		`SELECT 'posting', place, LENGTH(docs), CAST(LENGTH(places) AS TEXT) FROM posting ORDER BY 2`,
		`SELECT 'words', spot, LENGTH(body), '' FROM posting_words ORDER BY 2`,
	} {
		rows, err := w.d.Query(w.t.Context(), query)
		lines, err := db.All(rows, err, func(r *sql.Rows) (string, error) {
			var kind, more string
			var a, b int64
			err := r.Scan(&kind, &a, &b, &more)
			return fmt.Sprintln(kind, a, b, more), err
		})
		w.must(err)
		all = append(all, lines...)
	}
	return all
}

// TestFacets_EstimateWhatIsNotCounted asks for a word of all times when only
// matches of the newest part are counted: its years and sections are about right.
func TestFacets_EstimateWhatIsNotCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTwin(t, d, 13)
		w.ix.SetRoom(200)
		w.ix.SetBounds(500, 500)
		const docs, years, section, year = 4000, 20, 0, 2
		want := map[uint8]map[int64]float64{section: {}, year: {}}
		b, err := w.ix.Build(t.Context())
		w.must(err)
		for id := int64(1); id <= docs; id++ {
			doc := postings.Doc{ID: id, At: db.Micros(start) + id*day, Cols: []postings.Col{{Column: section, Value: id % 3}, {Column: year, Value: 2000 + id*years/docs}}}
			if often := 30 + 30*int(id%3); w.rand.IntN(100) < often { // twice as often in section 1 as in 0, three times in 2
				doc.Terms = []postings.Term{{Text: "word", Impact: uint8(w.rand.IntN(256))}}
				for _, c := range doc.Cols {
					want[c.Column][c.Value]++
				}
			}
			w.must(b.Add(t.Context(), doc))
		}
		w.must(b.Finish(t.Context()))
		got, err := w.ix.Find(t.Context(), postings.Query{All: []postings.Clause{postings.Is("word")}, Facets: []uint8{section, year}, Limit: 5})
		w.must(err)
		if got.FacetsExact || got.Exact {
			t.Error("claims to have counted all")
		}
		for column, values := range want {
			if len(got.Facets[column]) != len(values) {
				t.Errorf("column %d has %d values of %d: %v", column, len(got.Facets[column]), len(values), got.Facets[column])
			}
			for _, f := range got.Facets[column] {
				if off := float64(f.N)/values[f.Value] - 1; off < -0.25 || off > 0.25 {
					t.Errorf("%d of column %d is estimated %d, is %.0f", f.Value, column, f.N, values[f.Value])
				}
			}
		}
	})
}

// TestFacets_OfARarePhraseOfCommonWords asks for a phrase that only the oldest
// documents have, though all have its words: what is found is counted, however
// many were looked through before.
func TestFacets_OfARarePhraseOfCommonWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTwin(t, d, 14)
		w.ix.SetBounds(1000, littlePhrases)
		var docs []postings.Doc
		for id := int64(1); id <= 300; id++ {
			doc := postings.Doc{ID: id, At: id, Cols: []postings.Col{{Column: 0, Value: id % 2}}, Terms: []postings.Term{{Text: "a", Places: []uint32{1}}, {Text: "b", Places: []uint32{9}}}}
			if id <= 5 {
				doc.Terms[1].Places[0] = 2
			}
			docs = append(docs, doc)
		}
		b, err := w.ix.Build(t.Context())
		w.must(err)
		w.must(b.Add(t.Context(), docs...))
		w.must(b.Finish(t.Context()))
		phrase := postings.Clause{Alts: []postings.Alt{{Terms: []string{"a", "b"}}}}
		for _, order := range []postings.Order{postings.Best, postings.Newest, postings.Oldest} {
			got, err := w.ix.Find(t.Context(), postings.Query{All: []postings.Clause{phrase}, Order: order, Limit: 20, CountTo: 1000, Facets: []uint8{0}})
			w.must(err)
			want := map[uint8][]postings.FacetCount{0: {{Value: 1, N: 3}, {Value: 0, N: 2}}}
			if diff := cmp.Diff(want, got.Facets); diff != "" || !got.FacetsExact || got.Count != 5 {
				t.Errorf("order %d: %d found, facets exact: %v (-want +got):\n%s", order, got.Count, got.FacetsExact, diff)
			}
		}
	})
}

func TestNear_RaisesWordsThatStandTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTwin(t, d, 11)
		w.write(func(ctx context.Context, tx *db.Tx) error {
			for id, places := range [][2]uint32{{5, 40}, {5, 8}, {9, 8}, {5, 6}} {
				err := w.ix.PutTx(ctx, tx, postings.Doc{ID: int64(id + 1), At: 1, Terms: []postings.Term{
					{Text: "a", Impact: 100, Places: places[:1]}, {Text: "b", Impact: 100, Places: places[1:]}}})
				if err != nil {
					return err
				}
			}
			return nil
		})
		for range 2 { // fresh, then merged
			found, err := w.ix.Find(t.Context(), postings.Query{All: []postings.Clause{postings.Is("a"), postings.Is("b")}, Near: 0.5, Limit: 10})
			w.must(err)
			var ids []int64
			for _, h := range found.Hits {
				ids = append(ids, h.ID)
			}
			if !slices.Equal(ids, []int64{4, 3, 2, 1}) {
				t.Errorf("found %v, want those whose words are closest first", ids)
			}
			w.mergeAll()
		}
	})
}

func TestJob_MergesWhatWasPut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTwin(t, d, 12)
		runner := job.NewRunner(d, w.clock, slog.New(slog.DiscardHandler))
		runner.Handle(postings.JobMerge, w.ix.HandleMerge)
		for range 8 {
			w.change()
		}
		w.write(func(ctx context.Context, tx *db.Tx) error { return w.ix.RemoveTx(ctx, tx, 1) })
		delete(w.model, 1)
		if err := runner.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		var waiting int64
		w.must(d.QueryRow(t.Context(), `SELECT COUNT(*) FROM posting_fresh`).Scan(&waiting))
		if waiting != 0 {
			t.Errorf("%d documents still wait", waiting)
		}
		w.compare(30)
	})
}
