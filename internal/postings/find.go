package postings

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"dateline/internal/db"
	"dateline/internal/fault"
)

const (
	nearDocs  = 100 // hits that nearness may reorder
	unit      = 256 // of a clause's factor
	maxFactor = 1<<18 - 1
)

// bounds is how much is looked at to count what matches.
type bounds struct {
	facets  int64 // matches whose columns are counted one by one
	phrases int64 // documents in which phrases are looked for
}

var usual = bounds{facets: 10_000, phrases: 20_000}

// Find answers a query from one state of the database. Errors: Invalid for a
// query beyond the limits.
func (ix *Index) Find(ctx context.Context, q Query) (Found, error) {
	if err := q.check(); err != nil {
		return Found{}, err
	}
	var found Found
	err := ix.db.Read(ctx, func(ctx context.Context, from db.Querier) (err error) {
		found, err = ix.find(ctx, from, &q)
		return err
	})
	return found, err
}

func (q *Query) check() error {
	switch {
	case len(q.All)+len(q.Any)+len(q.None) > MaxClauses:
		return fault.New(fault.Invalid, "the query has more than %d clauses", MaxClauses)
	case q.Limit < 0 || q.Offset < 0 || q.Offset+q.Limit > MaxLimit:
		return fault.New(fault.Invalid, "a query reaches %d hits at most", MaxLimit)
	case q.After != nil && q.Order == Best:
		return fault.New(fault.Invalid, "hits in the order of their scores have no cursor")
	case q.Fresh.Weight != 0 && q.Fresh.HalfLife <= 0:
		return fault.New(fault.Invalid, "freshness needs a half-life")
	}
	for _, f := range q.Filters {
		if f.Column >= Columns {
			return fault.New(fault.Invalid, "there is no column %d", f.Column)
		}
	}
	for _, c := range q.Facets {
		if c >= Columns {
			return fault.New(fault.Invalid, "there is no column %d", c)
		}
	}
	for _, list := range [][]Clause{q.All, q.Any, q.None} {
		for _, c := range list {
			for _, a := range c.Alts {
				if len(a.Terms) == 0 || a.Offsets != nil && len(a.Offsets) != len(a.Terms) {
					return fault.New(fault.Invalid, "an alternative has no terms, or not an offset for each")
				}
			}
		}
	}
	return nil
}

// clause is a Clause with what the index knows of its terms.
type clause struct {
	alts   []alt
	factor uint32 // of the score; 0 for a clause that only narrows
}

type alt struct {
	terms  []*wanted
	weight uint32 // of 256
	phrase *Alt
	found  list // of a phrase, in the part under way
}

// run is a query under way.
type run struct {
	*lists
	asked          *Query
	all, any, none []clause
	best           top
	need           int // clauses of any that must match
	count          int64
	pruned         bool
	facets         []map[int64]int64
	faceted        int64
	seen, beyond   []*part // with what is counted in facets, and with the rest
	looked         int64   // documents in which phrases were looked for
	among          map[int64]bool
	bounds         bounds
	*scratch
}

// scratch is memory of the size of a bucket.
type scratch struct {
	match, other, both, have [bucketSlots / 64]uint64
	score, most, sum         [bucketSlots]uint32
	hits                     [bucketSlots]uint8
	places                   []standing // of the terms of a phrase, or of all
	spread                   [][]uint32 // of a clause in a document
}

// scratches lends them out.
type scratches struct{ pool sync.Pool }

func (s *scratches) get() *scratch {
	if one, ok := s.pool.Get().(*scratch); ok {
		return one
	}
	return new(scratch)
}

func (ix *Index) find(ctx context.Context, from db.Querier, q *Query) (Found, error) {
	v, err := ix.view(ctx, from)
	if err != nil {
		return Found{}, err
	}
	r := &run{lists: &lists{q: from, cache: &ix.cache, view: v, older: q.Order == Oldest}, asked: q, bounds: ix.bounds, scratch: ix.scratch.get()}
	defer ix.scratch.pool.Put(r.scratch)
	if err := r.compile(ctx); err != nil {
		return Found{}, err
	}
	if err := r.parts(ctx); err != nil {
		return Found{}, err
	}
	if err := r.near(ctx); err != nil {
		return Found{}, err
	}
	return r.answer(ctx)
}

// parts goes through the parts until neither the count nor the best can
// change: in the order of time, and once enough is counted, those first that
// may have the best.
func (r *run) parts(ctx context.Context) error {
	left := slices.DeleteFunc(r.order(), func(p *part) bool { return !r.possible(p) })
	for len(left) > 0 && !(r.enough() && r.asked.Order == Best) {
		p := left[0]
		left = left[1:]
		if err := r.part(ctx, p); err != nil {
			return err
		}
	}
	bound := make(map[*part]float64, len(left))
	for _, p := range left {
		bound[p] = r.bound(p)
	}
	slices.SortStableFunc(left, func(a, b *part) int { return cmp.Compare(bound[b], bound[a]) })
	for _, p := range left {
		r.next = append(r.next, p.bucket)
	}
	for _, p := range left {
		if err := r.part(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// enough reports that what matches is counted as far as it has to be.
func (r *run) enough() bool {
	return r.looked >= r.bounds.phrases ||
		r.count >= int64(r.asked.CountTo) && (len(r.facets) == 0 || r.faceted >= r.bounds.facets)
}

// compile looks the terms up and weighs the clauses.
func (r *run) compile(ctx context.Context) error {
	q := r.asked
	var texts []string
	for _, list := range [][]Clause{q.All, q.Any, q.None} {
		for _, c := range list {
			for _, a := range c.Alts {
				texts = append(texts, a.Terms...)
			}
		}
	}
	slices.Sort(texts)
	if err := r.look(ctx, slices.Compact(texts)); err != nil {
		return err
	}
	if q.Among != nil {
		r.among = make(map[int64]bool, len(q.Among))
		for _, id := range q.Among {
			r.among[id] = true
		}
	}
	r.all, r.any, r.none = r.clauses(q.All), r.clauses(q.Any), r.clauses(q.None)
	r.need = q.AtLeast
	if r.need == 0 && len(q.All) == 0 && len(q.Any) > 0 {
		r.need = 1
	}
	r.facets = make([]map[int64]int64, len(q.Facets))
	for i := range r.facets {
		r.facets[i] = map[int64]int64{}
	}
	r.best = top{order: q.Order, keep: q.Offset + q.Limit}
	if q.Limit > 0 {
		r.best.keep++ // tells whether there are more
	}
	if r.nearness() {
		r.best.keep = max(r.best.keep, nearDocs)
	}
	return nil
}

func (r *run) clauses(from []Clause) []clause {
	out := make([]clause, len(from))
	for i, c := range from {
		var docs int64
		for k := range c.Alts {
			a := &c.Alts[k]
			one := alt{weight: unit}
			if a.Weight > 0 {
				one.weight = uint32(min(math.Round(a.Weight*unit), unit))
			}
			least := int64(math.MaxInt64)
			for _, text := range a.Terms {
				w := r.terms[text]
				one.terms = append(one.terms, w)
				least = min(least, w.docs)
			}
			if len(a.Terms) > 1 {
				one.phrase = a
			}
			docs = max(docs, least)
			out[i].alts = append(out[i].alts, one)
		}
		weight := c.Weight
		if weight == 0 {
			weight = 1
		}
		rarity := c.Rarity
		if rarity == 0 {
			rarity = Rarity(docs, r.view.docs)
		}
		if weight > 0 && r.asked.Order == Best {
			out[i].factor = uint32(min(math.Round(weight*rarity*unit), maxFactor))
		}
	}
	return out
}

// order returns the parts in the order in which they are asked: newest first,
// or oldest first where that is wanted.
func (r *run) order() []*part {
	parts := slices.Concat(r.view.buckets, r.view.chunks)
	if r.older {
		slices.SortStableFunc(parts, func(a, b *part) int { return cmp.Compare(a.low, b.low) })
	} else {
		slices.SortStableFunc(parts, func(a, b *part) int { return cmp.Compare(b.high, a.high) })
	}
	return parts
}

// possible reports that p may have a match, by what the dictionary says.
func (r *run) possible(p *part) bool {
	for i := range r.all {
		if r.all[i].in(p) == 0 {
			return false
		}
	}
	have := 0
	for i := range r.any {
		if r.any[i].in(p) > 0 {
			have++
		}
	}
	return have >= r.need && !r.outside(p)
}

// over reports that whatever matches in p is neither among the best nor
// counted.
func (r *run) over(p *part) bool {
	if !r.enough() || !r.best.full() {
		return false
	}
	if r.best.keep == 0 {
		return true
	}
	switch least := r.best.least(); r.asked.Order {
	case Newest:
		return p.high < least.At
	case Oldest:
		return p.low > least.At
	default:
		bound := r.bound(p)
		return bound < least.Score || bound == least.Score && p.high < least.At
	}
}

// outside reports that p has nothing of the time range.
func (r *run) outside(p *part) bool {
	q := r.asked
	if q.From != 0 && p.high < q.From || q.To != 0 && p.low >= q.To {
		return true
	}
	if a := q.After; a != nil {
		return q.Order == Newest && p.low > a.At || q.Order == Oldest && p.high < a.At
	}
	return false
}

// bound is a score that no document of p exceeds.
func (r *run) bound(p *part) float64 {
	var sum uint64
	for _, list := range [][]clause{r.all, r.any} {
		for i := range list {
			sum += uint64(list[i].most(p))
		}
	}
	return float64(sum) * r.prior(p.high)
}

func (c *clause) most(p *part) uint32 {
	var best uint32
	for i := range c.alts {
		a := &c.alts[i]
		greatest := uint32(0)
		for _, w := range a.terms {
			n, most := w.in(p)
			if n == 0 {
				greatest = 0
				break
			}
			greatest = max(greatest, uint32(most))
		}
		best = max(best, a.weigh(greatest))
	}
	return c.factor * best
}

// weigh is the part of a clause's score that an impact makes, 0 to 255.
func (a *alt) weigh(impact uint32) uint32 { return impact * a.weight >> 8 }

func (r *run) prior(at int64) float64 {
	f := r.asked.Fresh
	if f.Weight == 0 {
		return 1
	}
	age := max(0, float64(f.Now-at))
	return 1 + f.Weight*halved(age/float64(f.HalfLife))
}

// steps is how finely halves is told.
const steps = 1 << 10

// halves is 2 to the power of -i/steps: a query may ask for a million.
var halves = func() (all [64 * steps]float64) {
	for i := range all {
		all[i] = math.Exp2(-float64(i) / steps)
	}
	return all
}()

// halved is 2 to the power of -n for n of 0 or more, to 13 digits.
func halved(n float64) float64 {
	at := n * steps
	if at >= float64(len(halves)) {
		return 0
	}
	i := int(at)
	x := (at - float64(i)) * (math.Ln2 / steps) // e to the power of -x by its series
	return halves[i] * (1 - x*(1-x/2*(1-x/3)))
}

// part finds the matches of one part and takes them in, unless none of them
// matters any more.
func (r *run) part(ctx context.Context, p *part) error {
	if r.over(p) {
		r.pruned = true
		r.beyond = append(r.beyond, p)
		return nil
	}
	all := !r.enough() || !r.best.full() // else only what may be among the best is looked for
	match, err := r.matches(ctx, p)
	if err != nil {
		return err
	}
	r.count += int64(match.count())
	if all {
		r.facet(p, match)
	} else {
		r.beyond = append(r.beyond, p)
	}
	if match.empty() {
		return nil
	}
	if r.best.keep == 0 {
		return nil
	}
	if r.asked.Order != Best {
		match.each(func(s int) bool {
			r.best.add(hit{Hit: Hit{ID: p.ids[s], At: p.times[s]}, part: p, slot: s})
			return true
		})
		return nil
	}
	if err := r.scores(ctx, p, match); err != nil {
		return err
	}
	r.collect(p, match)
	return nil
}

func (r *run) collect(p *part, match bitmap) {
	most := r.prior(p.high)
	match.each(func(s int) bool {
		score := float64(r.score[s])
		if score*most < r.best.enter {
			return true
		}
		at := p.times[s]
		r.best.add(hit{Hit: Hit{ID: p.ids[s], At: at, Score: score * r.prior(at)}, part: p, slot: s})
		return true
	})
}

// answer cuts the page out of the best.
func (r *run) answer(ctx context.Context) (Found, error) {
	q := r.asked
	hits := r.best.sorted()
	found := Found{Count: r.count, Exact: !r.pruned, State: State{r.view.put, r.view.era}}
	found.More = len(hits) > q.Offset+q.Limit
	for _, h := range hits[min(q.Offset, len(hits)):min(q.Offset+q.Limit, len(hits))] {
		if q.Explain {
			matched, err := r.explain(ctx, h)
			if err != nil {
				return Found{}, err
			}
			found.Matched = append(found.Matched, matched)
		}
		h.Score /= unit * 255
		found.Hits = append(found.Hits, h.Hit)
	}
	if len(q.Facets) > 0 {
		found.Facets = map[uint8][]FacetCount{}
		found.FacetsExact = r.faceted == r.count && !r.pruned
		for i, column := range q.Facets {
			values, err := r.counts(ctx, i)
			if err != nil {
				return Found{}, err
			}
			found.Facets[column] = values
		}
	}
	return found, nil
}
