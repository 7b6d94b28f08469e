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
	facetDocs   = 20_000 // matches whose columns are counted one by one
	facetValues = 200
	nearDocs    = 100 // hits that nearness may reorder
	unit        = 256 // of a clause's factor
	maxFactor   = 1<<18 - 1
)

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
	*scratch
}

// scratch is memory of the size of a bucket.
type scratch struct {
	match, other [bucketSlots / 64]uint64
	score, most  [bucketSlots]uint32
	hits         [bucketSlots]uint8
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
	r := &run{lists: &lists{q: from, cache: &ix.cache, view: v, older: q.Order == Oldest}, asked: q, scratch: ix.scratch.get()}
	defer ix.scratch.pool.Put(r.scratch)
	if err := r.compile(ctx); err != nil {
		return Found{}, err
	}
	for _, p := range r.order() {
		if !r.possible(p) {
			continue
		}
		if r.over(p) {
			r.pruned = true
			continue
		}
		if err := r.part(ctx, p); err != nil {
			return Found{}, err
		}
	}
	if err := r.near(ctx); err != nil {
		return Found{}, err
	}
	return r.answer(ctx)
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
	if q.Near > 0 && q.Order == Best {
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
	q := r.asked
	if len(q.Facets) > 0 && r.faceted < facetDocs || r.count < int64(q.CountTo) || !r.best.full() {
		return false
	}
	if r.best.keep == 0 {
		return true
	}
	switch least := r.best.least(); q.Order {
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

// part finds the matches of one part and takes them in.
func (r *run) part(ctx context.Context, p *part) error {
	match, err := r.matches(ctx, p)
	if err != nil || match.empty() {
		return err
	}
	if err := p.load(ctx, r.q); err != nil {
		return err
	}
	r.narrow(p, match)
	n := match.count()
	if n == 0 {
		return nil
	}
	r.count += int64(n)
	r.facet(p, match)
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
		if r.best.full() && score*most < r.best.least().Score {
			return true
		}
		at := p.times[s]
		r.best.add(hit{Hit: Hit{ID: p.ids[s], At: at, Score: score * r.prior(at)}, part: p, slot: s})
		return true
	})
}

// matches finds the slots that have the terms that the query asks for.
func (r *run) matches(ctx context.Context, p *part) (bitmap, error) {
	match := bitmap(r.match[:(p.slots+63)/64])
	all := make([]*clause, len(r.all))
	for i := range r.all {
		all[i] = &r.all[i]
	}
	for i := range match {
		match[i] = ^uint64(0)
	}
	if rest := p.slots % 64; rest != 0 {
		match[len(match)-1] = 1<<rest - 1
	}
	slices.SortStableFunc(all, func(a, b *clause) int { return cmp.Compare(a.in(p), b.in(p)) })
	for _, phrases := range []bool{false, true} { // phrases cost most and come when few are left
		for _, c := range all {
			if c.phrases() != phrases {
				continue
			}
			other, err := r.slots(ctx, p, c, match)
			if err != nil {
				return nil, err
			}
			for i := range match {
				match[i] &= other[i]
			}
			if match.empty() {
				return match, nil
			}
		}
	}
	if err := r.atLeast(ctx, p, match); err != nil {
		return nil, err
	}
	for i := range r.none {
		if r.none[i].in(p) == 0 {
			continue
		}
		other, err := r.slots(ctx, p, &r.none[i], match)
		if err != nil {
			return nil, err
		}
		for i := range match {
			match[i] &^= other[i]
		}
	}
	for i, w := range r.view.dead[p] {
		match[i] &^= w
	}
	return match, nil
}

func (r *run) atLeast(ctx context.Context, p *part, match bitmap) error {
	if r.need <= 0 {
		return nil
	}
	clear(r.hits[:p.slots])
	for i := range r.any {
		if r.any[i].in(p) == 0 {
			continue
		}
		other, err := r.slots(ctx, p, &r.any[i], match)
		if err != nil {
			return err
		}
		other.each(func(s int) bool { r.hits[s]++; return true })
	}
	match.each(func(s int) bool { return int(r.hits[s]) >= r.need })
	return nil
}

// in is how many documents of p may match the clause.
func (c *clause) in(p *part) (n int) {
	for i := range c.alts {
		least := math.MaxInt
		for _, w := range c.alts[i].terms {
			have, _ := w.in(p)
			least = min(least, have)
		}
		n += least
	}
	return n
}

func (c *clause) phrases() bool {
	return slices.ContainsFunc(c.alts, func(a alt) bool { return a.phrase != nil })
}

// slots returns the slots of p that match a clause; phrases are only looked
// for within. The result is good until the next call.
func (r *run) slots(ctx context.Context, p *part, c *clause, within bitmap) (bitmap, error) {
	out := bitmap(r.other[:len(within)])
	clear(out)
	for i := range c.alts {
		a := &c.alts[i]
		if a.phrase != nil {
			found, err := r.phrase(ctx, p, a, within)
			if err != nil {
				return nil, err
			}
			a.found = found
		}
		l, err := r.listOf(ctx, p, a)
		if err != nil {
			return nil, err
		}
		for _, s := range l.slots {
			out.set(int(s))
		}
	}
	return out, nil
}

// listOf returns the documents of an alternative; a phrase must have been
// looked for.
func (r *run) listOf(ctx context.Context, p *part, a *alt) (list, error) {
	if a.phrase != nil {
		return a.found, nil
	}
	return r.list(ctx, a.terms[0], p)
}

// narrow takes out what the time range, the cursor and the filters refuse.
func (r *run) narrow(p *part, match bitmap) {
	q := r.asked
	if len(r.all) == 0 && r.need == 0 { // all slots, also empty ones
		match.each(func(s int) bool { return p.ids[s] != 0 })
	}
	if q.From != 0 && p.low < q.From {
		match.each(func(s int) bool { return p.times[s] >= q.From })
	}
	if q.To != 0 && p.high >= q.To {
		match.each(func(s int) bool { return p.times[s] < q.To })
	}
	if a := q.After; a != nil {
		match.each(func(s int) bool { return before(q.Order, *a, Hit{ID: p.ids[s], At: p.times[s]}) })
	}
	for _, f := range q.Filters {
		col := p.cols[f.Column]
		wanted := make([]bool, 0)
		if col != nil {
			wanted = make([]bool, len(col.dict))
			for i, v := range col.dict {
				wanted[i] = slices.Contains(f.Values, v)
			}
		}
		match.each(func(s int) bool {
			return f.Not != slices.ContainsFunc(col.of(s), func(code uint32) bool { return wanted[code] })
		})
	}
}

// facet counts the values of the columns asked for.
func (r *run) facet(p *part, match bitmap) {
	if len(r.facets) == 0 || r.faceted >= facetDocs {
		return
	}
	for i, column := range r.asked.Facets {
		col := p.cols[column]
		if col == nil {
			continue
		}
		counts := make([]int64, len(col.dict))
		match.each(func(s int) bool {
			for _, code := range col.of(s) {
				counts[code]++
			}
			return true
		})
		for code, n := range counts {
			if n > 0 {
				r.facets[i][col.dict[code]] += n
			}
		}
	}
	r.faceted += int64(match.count())
}

// scores fills in the scores of the matches.
func (r *run) scores(ctx context.Context, p *part, match bitmap) error {
	clear(r.score[:p.slots])
	for i := range r.all {
		if err := r.addScores(ctx, p, &r.all[i], match); err != nil {
			return err
		}
	}
	for i := range r.any {
		c := &r.any[i]
		if r.need <= 0 && c.phrases() { // nobody has looked for it yet
			if _, err := r.slots(ctx, p, c, match); err != nil {
				return err
			}
		}
		if err := r.addScores(ctx, p, c, match); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) addScores(ctx context.Context, p *part, c *clause, match bitmap) error {
	if c.factor == 0 || c.in(p) == 0 {
		return nil
	}
	if len(c.alts) == 1 {
		l, err := r.listOf(ctx, p, &c.alts[0])
		for i, s := range l.slots {
			if match.has(int(s)) {
				r.score[s] += c.factor * c.alts[0].weigh(uint32(l.impacts[i]))
			}
		}
		return err
	}
	clear(r.most[:p.slots])
	for k := range c.alts {
		l, err := r.listOf(ctx, p, &c.alts[k])
		if err != nil {
			return err
		}
		for i, s := range l.slots {
			if match.has(int(s)) {
				r.most[s] = max(r.most[s], c.alts[k].weigh(uint32(l.impacts[i])))
			}
		}
	}
	match.each(func(s int) bool { r.score[s] += c.factor * r.most[s]; return true })
	return nil
}

// answer cuts the page out of the best.
func (r *run) answer(ctx context.Context) (Found, error) {
	q := r.asked
	hits := r.best.sorted()
	found := Found{Count: r.count, Exact: !r.pruned}
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
			found.Facets[column] = r.counted(r.facets[i])
		}
	}
	return found, nil
}

// explain says which clauses a document has.
func (r *run) explain(ctx context.Context, h hit) (matched uint64, err error) {
	one := bitmap(r.match[:(h.part.slots+63)/64])
	clear(one)
	one.set(h.slot)
	bit := uint64(1)
	for _, group := range [][]clause{r.all, r.any} {
		for i := range group {
			if group[i].in(h.part) > 0 {
				have, err := r.slots(ctx, h.part, &group[i], one)
				if err != nil {
					return 0, err
				}
				if have.has(h.slot) {
					matched |= bit
				}
			}
			bit <<= 1
		}
	}
	return matched, nil
}

func (r *run) counted(values map[int64]int64) []FacetCount {
	var out []FacetCount
	for value, n := range values {
		if r.faceted < r.count {
			n = int64(float64(n) * float64(r.count) / float64(r.faceted))
		}
		out = append(out, FacetCount{value, n})
	}
	slices.SortFunc(out, func(a, b FacetCount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value)) })
	return out[:min(len(out), facetValues)]
}

// hit is a Hit and where it is.
type hit struct {
	Hit
	part *part
	slot int
}

// before reports that a stands before b in the order.
func before(o Order, a, b Hit) bool {
	switch o {
	case Newest:
		return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID)) < 0
	case Oldest:
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) < 0
	default:
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID)) < 0
	}
}

// top keeps the first of what is added, in their order. It sorts when twice as
// many have come together.
type top struct {
	order Order
	keep  int
	hits  []hit
	cut   bool // hits[keep-1] is the last of those kept, at some time
}

func (t *top) add(h hit) {
	if t.cut && !before(t.order, h.Hit, t.hits[t.keep-1].Hit) {
		return
	}
	if t.hits = append(t.hits, h); len(t.hits) >= 2*t.keep+16 {
		t.sort()
	}
}

func (t *top) sort() {
	slices.SortFunc(t.hits, func(a, b hit) int {
		switch {
		case before(t.order, a.Hit, b.Hit):
			return -1
		case before(t.order, b.Hit, a.Hit):
			return 1
		}
		return 0
	})
	if len(t.hits) >= t.keep {
		t.hits, t.cut = t.hits[:t.keep], t.keep > 0
	}
}

// full reports that only better ones are of use any more.
func (t *top) full() bool {
	if !t.cut && t.keep > 0 && len(t.hits) >= t.keep {
		t.sort()
	}
	return t.cut || t.keep == 0
}

// least is the last of those that are kept; only when full, and keeping any.
func (t *top) least() Hit {
	return t.hits[t.keep-1].Hit
}

func (t *top) sorted() []hit {
	t.sort()
	return t.hits
}
