package postings

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
)

const (
	facetValues = 200
	fewValues   = 64 // of a column in a part, so that it is worth estimating by part
	liftFrom    = 50 // documents from which on it is told how a value attracts matches
)

// facet counts the values of the columns asked for.
func (r *run) facet(p *part, match bitmap) {
	if len(r.facets) == 0 {
		return
	}
	r.seen = append(r.seen, p)
	for i, column := range r.asked.Facets {
		col := p.cols[column]
		if col == nil {
			continue
		}
		for code, n := range col.count(match) {
			if n > 0 {
				r.facets[i][col.dict[code]] += n
			}
		}
	}
	r.faceted += int64(match.count())
}

// count returns how many of some slots have each value of the dictionary.
func (c *column) count(match bitmap) []int64 {
	counts := make([]int64, len(c.dict))
	for i, w := range match {
		for ; w != 0; w &= w - 1 {
			slot := i<<6 + bits.TrailingZeros64(w)
			if c.from == nil {
				counts[c.vals[slot]]++
				continue
			}
			for _, code := range c.vals[c.from[slot]:c.from[slot+1]] {
				counts[code]++
			}
		}
	}
	return counts
}

// counts returns how many matches have each value of the i-th column asked for,
// the most frequent first; estimates where some are beyond what was counted.
func (r *run) counts(ctx context.Context, i int) ([]FacetCount, error) {
	values, err := r.estimates(ctx, i)
	if err != nil {
		return nil, err
	}
	var out []FacetCount
	for value, n := range values {
		if n >= 0.5 {
			out = append(out, FacetCount{value, int64(n + 0.5)})
		}
	}
	slices.SortFunc(out, func(a, b FacetCount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value)) })
	return out[:min(len(out), facetValues)], nil
}

// estimates adds to what was counted what the parts beyond may have: as many
// matches as documents with the rarest clause let expect, with the values that
// documents of the part have, each as much more often than usual as among those
// counted. So a word of all times has its years, though only matches of the
// newest are counted. Where filters choose other documents in each part, and of
// columns with very many values, what was counted is scaled up.
func (r *run) estimates(ctx context.Context, i int) (map[int64]float64, error) {
	q := r.asked
	values := make(map[int64]float64, len(r.facets[i]))
	for value, n := range r.facets[i] {
		values[value] = float64(n)
	}
	if r.faceted == 0 || r.faceted == r.count && !r.pruned {
		return values, nil
	}
	usual, docs, expected := map[int64]int64{}, 0, 0
	for _, p := range r.seen {
		docs, expected = docs+p.slots, expected+r.rarest(p)
		p.cols[q.Facets[i]].eachUsual(func(value, n int64) { usual[value] += n })
	}
	rate := float64(r.faceted) / float64(max(expected, 1))
	narrowed := len(q.Filters) > 0 || q.From != 0 || q.To != 0 || q.After != nil
	if narrowed || len(usual) > fewValues {
		all := float64(r.count)
		if !narrowed {
			all = float64(r.faceted)
			for _, p := range r.beyond {
				all += rate * float64(r.rarest(p))
			}
		}
		for value := range values {
			values[value] *= all / float64(r.faceted)
		}
		return values, nil
	}
	for _, p := range r.beyond {
		if err := p.load(ctx, r.q); err != nil {
			return nil, err
		}
		each := rate * float64(r.rarest(p)) / float64(p.slots)
		p.cols[q.Facets[i]].eachUsual(func(value, n int64) {
			lift := 1.0
			if usual[value] >= liftFrom {
				lift = float64(r.facets[i][value]) / float64(r.faceted) * float64(docs) / float64(usual[value])
			}
			values[value] += each * float64(n) * lift
		})
	}
	return values, nil
}

// rarest is how many documents of p have the rarest of the clauses that must
// match.
func (r *run) rarest(p *part) int {
	n := p.slots
	for i := range r.all {
		n = min(n, r.all[i].in(p))
	}
	if len(r.all) == 0 && r.need > 0 {
		any := 0
		for i := range r.any {
			any = max(any, r.any[i].in(p))
		}
		n = min(n, any)
	}
	return n
}

// eachUsual calls fn with how many documents of the part have each value.
func (c *column) eachUsual(fn func(value, n int64)) {
	if c == nil {
		return
	}
	for code, n := range c.usual {
		fn(c.dict[code], n)
	}
}
