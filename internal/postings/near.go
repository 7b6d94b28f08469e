package postings

import (
	"cmp"
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
	if len(hits) == 0 {
		return nil
	}
	var terms []*wanted
	var ends []int // of the terms of each clause
	for i := range r.all {
		for _, a := range r.all[i].alts {
			terms = append(terms, a.terms...)
		}
		ends = append(ends, len(terms))
	}
	raise := func(some []hit) error {
		if err := r.standIn(ctx, some, terms); err != nil {
			return err
		}
		for i := range some {
			some[i].Score *= 1 + r.asked.Near*r.closeIn(i, ends)
		}
		return nil
	}
	// Those of the page first: of the others only what may come before their last.
	page := min(len(hits), r.asked.Offset+r.asked.Limit+1)
	if err := raise(hits[:page]); err != nil {
		return err
	}
	least := slices.MinFunc(hits[:page], func(a, b hit) int { return cmp.Compare(a.Score, b.Score) }).Score
	end := page
	for end < len(hits) && hits[end].Score*(1+r.asked.Near) >= least {
		end++
	}
	if end > page {
		if err := raise(hits[page:end]); err != nil {
			return err
		}
	}
	r.best.sort()
	return nil
}

// standIn fills r.places with where some terms stand in hits, out of the words of
// each.
func (r *run) standIn(ctx context.Context, hits []hit, terms []*wanted) error {
	var spots []int64
	for _, h := range hits {
		if h.part.bucket != 0 {
			spots = append(spots, h.spot())
		}
	}
	rows, err := wordsAt(ctx, r.q, spots)
	if err != nil {
		return err
	}
	bodies := make(map[int64][]byte, len(rows))
	for _, row := range rows {
		bodies[row.spot] = row.body
	}
	r.clearPlaces(len(terms))
	seek := newSeeker(terms)
	for _, h := range hits {
		if body, ok := bodies[h.spot()]; ok {
			err = seek.add(body, r.places)
		} else { // fresh, or of an index made before words were kept
			err = r.standByTerm(ctx, h.part, terms, []uint16{uint16(h.slot)})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// nearness reports that it matters whether words stand together.
func (r *run) nearness() bool {
	return r.asked.Near > 0 && r.asked.Order == Best && len(r.all) > 1
}

// closeIn is how close the clauses stand in the i-th hit; ends says where the
// terms of each clause end.
func (r *run) closeIn(i int, ends []int) float64 {
	r.spread = slices.Grow(r.spread[:0], len(ends))[:len(ends)]
	n, from := 0, 0
	for _, end := range ends {
		at := r.spread[n][:0]
		for k := range r.places[from:end] {
			at = append(at, r.places[from+k].of(i)...)
		}
		if end-from > 1 {
			slices.Sort(at)
		}
		if r.spread[n] = at; len(at) > 0 {
			n++
		}
		from = end
	}
	return closeness(r.spread[:n])
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
