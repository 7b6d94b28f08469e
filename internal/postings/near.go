package postings

import (
	"context"
	"slices"
)

// near raises the scores of the best whose words stand together.
func (r *run) near(ctx context.Context) error {
	if !r.nearness() {
		return nil
	}
	hits := r.best.sorted()
	hits = hits[:min(len(hits), nearDocs)]
	var terms []*wanted
	var ends []int // of the terms of each clause
	for i := range r.all {
		for _, a := range r.all[i].alts {
			terms = append(terms, a.terms...)
		}
		ends = append(ends, len(terms))
	}
	packed, err := r.wordsOf(ctx, hits, terms)
	if err != nil {
		return err
	}
	for i := range hits {
		close, err := r.closeIn(packed[i], ends)
		if err != nil {
			return err
		}
		hits[i].Score *= 1 + r.asked.Near*close
	}
	r.best.sort()
	return nil
}

// wordsOf returns the packed places of some terms in hits: by hit, then by term.
func (r *run) wordsOf(ctx context.Context, hits []hit, terms []*wanted) ([][][]byte, error) {
	var spots []int64
	for _, h := range hits {
		if h.part.bucket != 0 {
			spots = append(spots, h.spot())
		}
	}
	rows, err := wordsAt(ctx, r.q, spots)
	if err != nil {
		return nil, err
	}
	bodies := make(map[int64][]byte, len(rows))
	for _, row := range rows {
		bodies[row.spot] = row.body
	}
	out, seek := perDoc(len(hits), len(terms)), newSeeker(terms)
	for i, h := range hits {
		if body, ok := bodies[h.spot()]; ok {
			seek.places(body, out[i])
			continue
		}
		// A fresh document, or one of an index made before words were kept.
		one, err := r.placesByTerm(ctx, h.part, terms, []uint16{uint16(h.slot)})
		if err != nil {
			return nil, err
		}
		out[i] = one[0]
	}
	return out, nil
}

// nearness reports that it matters whether words stand together.
func (r *run) nearness() bool {
	return r.asked.Near > 0 && r.asked.Order == Best && len(r.all) > 1
}

// closeIn is how close the clauses stand in a document, by the packed places of
// their terms; ends says where the terms of each clause end.
func (r *run) closeIn(packed [][]byte, ends []int) (float64, error) {
	r.stand = slices.Grow(r.stand[:0], len(ends))[:len(ends)]
	n, from := 0, 0
	for _, end := range ends {
		at := r.stand[n][:0]
		for _, b := range packed[from:end] {
			var err error
			if at, err = decodePlaces(at, b); err != nil {
				return 0, err
			}
		}
		slices.Sort(at)
		if r.stand[n] = at; len(at) > 0 {
			n++
		}
		from = end
	}
	return closeness(r.stand[:n]), nil
}

// closeness is 1 where one place of each list stand together, in any order,
// and falls with the length of the shortest stretch that has them all.
func closeness(places [][]uint32) float64 {
	if len(places) < 2 {
		return 0
	}
	next := make([]int, len(places))
	shortest := uint32(MaxPlace)
	for {
		least, from, to := 0, uint32(MaxPlace), uint32(0)
		for i, list := range places {
			p := list[next[i]]
			if p < from {
				least, from = i, p
			}
			to = max(to, p)
		}
		shortest = min(shortest, to-from)
		if next[least]++; next[least] == len(places[least]) {
			break
		}
	}
	together := float64(len(places) - 1)
	return together / max(together, float64(shortest))
}
