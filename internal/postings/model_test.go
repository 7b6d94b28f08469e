package postings_test

import (
	"cmp"
	"math"
	"slices"

	"dateline/internal/postings"
)

// model is the index as simple as can be: it looks at every document.
type model map[int64]postings.Doc

func (m model) find(q postings.Query) postings.Found {
	var hits []postings.Hit
	facets := map[uint8]map[int64]int64{}
	for _, c := range q.Facets {
		facets[c] = map[int64]int64{}
	}
	for _, d := range m {
		score, ok := m.score(d, q)
		if !ok {
			continue
		}
		for _, c := range d.Cols {
			if facets[c.Column] != nil {
				facets[c.Column][c.Value]++
			}
		}
		if q.Order != postings.Best {
			score = 0
		}
		hits = append(hits, postings.Hit{ID: d.ID, At: d.At, Score: score})
	}
	sortHits(hits, q.Order)
	if q.Near > 0 && q.Order == postings.Best && len(q.All) > 1 {
		for i := range hits[:min(len(hits), 100)] {
			hits[i].Score *= 1 + q.Near*closeness(m[hits[i].ID], q.All)
		}
		sortHits(hits, q.Order)
	}
	found := postings.Found{Count: int64(len(hits)), Exact: true, More: len(hits) > q.Offset+q.Limit}
	found.Hits = hits[min(q.Offset, len(hits)):min(q.Offset+q.Limit, len(hits))]
	if q.Explain {
		for _, h := range found.Hits {
			found.Matched = append(found.Matched, matched(m[h.ID], q))
		}
	}
	for c, values := range facets {
		if found.Facets == nil {
			found.Facets, found.FacetsExact = map[uint8][]postings.FacetCount{}, true
		}
		list := []postings.FacetCount{}
		for v, n := range values {
			list = append(list, postings.FacetCount{Value: v, N: n})
		}
		slices.SortFunc(list, func(a, b postings.FacetCount) int {
			return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Value, b.Value))
		})
		found.Facets[c] = list
	}
	return found
}

func sortHits(hits []postings.Hit, order postings.Order) {
	slices.SortFunc(hits, func(a, b postings.Hit) int {
		switch order {
		case postings.Newest:
			return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID))
		case postings.Oldest:
			return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID))
	})
}

// closeness tries every stretch between two places.
func closeness(d postings.Doc, all []postings.Clause) float64 {
	var clauses [][]uint32
	for _, c := range all {
		var places []uint32
		for _, t := range d.Terms {
			if slices.ContainsFunc(c.Alts, func(a postings.Alt) bool { return slices.Contains(a.Terms, t.Text) }) {
				places = append(places, t.Places...)
			}
		}
		if len(places) > 0 {
			clauses = append(clauses, places)
		}
	}
	if len(clauses) < 2 {
		return 0
	}
	shortest := postings.MaxPlace
	every := slices.Concat(clauses...)
	for _, from := range every {
		for _, to := range every {
			has := func(places []uint32) bool {
				return slices.ContainsFunc(places, func(p uint32) bool { return p >= from && p <= to })
			}
			if to >= from && !slices.ContainsFunc(clauses, func(c []uint32) bool { return !has(c) }) {
				shortest = min(shortest, int(to-from))
			}
		}
	}
	together := float64(len(clauses) - 1)
	return together / max(together, float64(shortest))
}

func matched(d postings.Doc, q postings.Query) (bits uint64) {
	for i, c := range slices.Concat(q.All, q.Any) {
		if _, ok := clauseOf(d, c); ok {
			bits |= 1 << i
		}
	}
	return bits
}

func (m model) score(d postings.Doc, q postings.Query) (float64, bool) {
	total := 0.0
	for _, c := range q.All {
		best, ok := clauseOf(d, c)
		if !ok {
			return 0, false
		}
		total += best
	}
	any := 0
	for _, c := range q.Any {
		if best, ok := clauseOf(d, c); ok {
			any++
			total += best
		}
	}
	need := q.AtLeast
	if need == 0 && len(q.All) == 0 && len(q.Any) > 0 {
		need = 1
	}
	if any < need {
		return 0, false
	}
	for _, c := range q.None {
		if _, ok := clauseOf(d, c); ok {
			return 0, false
		}
	}
	for _, f := range q.Filters {
		has := slices.ContainsFunc(d.Cols, func(c postings.Col) bool {
			return c.Column == f.Column && slices.Contains(f.Values, c.Value)
		})
		if has == f.Not {
			return 0, false
		}
	}
	if q.Among != nil && !slices.Contains(q.Among, d.ID) {
		return 0, false
	}
	if q.From != 0 && d.At < q.From || q.To != 0 && d.At >= q.To {
		return 0, false
	}
	if a := q.After; a != nil {
		less := cmp.Or(cmp.Compare(d.At, a.At), cmp.Compare(d.ID, a.ID))
		if q.Order == postings.Newest && less >= 0 || q.Order == postings.Oldest && less <= 0 {
			return 0, false
		}
	}
	if q.Fresh.Weight != 0 {
		age := max(0, float64(q.Fresh.Now-d.At))
		total *= 1 + q.Fresh.Weight*math.Exp2(-age/float64(q.Fresh.HalfLife))
	}
	return total / (256 * 255), true
}

// clauseOf counts as the index does, in whole numbers.
func clauseOf(d postings.Doc, c postings.Clause) (float64, bool) {
	best, found := 0, false
	for _, a := range c.Alts {
		impact, ok := altOf(d, a)
		if !ok {
			continue
		}
		found = true
		weight := 256
		if a.Weight > 0 {
			weight = int(math.Round(a.Weight * 256))
		}
		best = max(best, impact*weight>>8)
	}
	weight := c.Weight
	if weight == 0 {
		weight = 1
	}
	return float64(best) * math.Round(max(weight, 0)*c.Rarity*256), found
}

func altOf(d postings.Doc, a postings.Alt) (int, bool) {
	var terms []postings.Term
	sum := 0
	for _, text := range a.Terms {
		i := slices.IndexFunc(d.Terms, func(t postings.Term) bool { return t.Text == text })
		if i < 0 {
			return 0, false
		}
		terms = append(terms, d.Terms[i])
		sum += int(d.Terms[i].Impact)
	}
	if len(terms) == 1 {
		return sum, true
	}
	for _, start := range terms[0].Places {
		ok := true
		for i, t := range terms {
			offset := i
			if a.Offsets != nil {
				offset = a.Offsets[i] - a.Offsets[0]
			}
			slack := a.Slack
			if i == 0 {
				slack = 0
			}
			ok = ok && slices.ContainsFunc(t.Places, func(p uint32) bool {
				return int(p) >= int(start)+offset && int(p) <= int(start)+offset+slack
			})
		}
		if ok {
			return sum / len(terms), true
		}
	}
	return 0, false
}
