package postings

import (
	"cmp"
	"context"
	"slices"
)

// phrase finds the documents of p, among those within, that have the terms of
// a in their places. The impact is the mean of the terms'.
func (r *run) phrase(ctx context.Context, p *part, a *alt, within bitmap) (list, error) {
	lists := make([]list, len(a.terms))
	candidates := slices.Clone(within)
	have := newBitmap(p.slots)
	for i, w := range a.terms {
		if n, _ := w.in(p); n == 0 {
			return list{}, nil
		}
		l, err := r.list(ctx, w, p)
		if err != nil {
			return list{}, err
		}
		clear(have)
		for _, s := range l.slots {
			have.set(int(s))
		}
		for k := range candidates {
			candidates[k] &= have[k]
		}
		lists[i] = l
	}
	if candidates.empty() {
		return list{}, nil
	}
	places := make([][][]byte, len(a.terms)) // by term, then by candidate
	impacts := make([]int, candidates.count())
	for i, w := range a.terms {
		b, err := r.placesIn(ctx, w, p)
		if err != nil {
			return list{}, err
		}
		c := placesCursor{b: b}
		places[i] = make([][]byte, 0, len(impacts))
		for k, s := range lists[i].slots {
			at := c.next()
			if candidates.has(int(s)) {
				impacts[len(places[i])] += int(lists[i].impacts[k])
				places[i] = append(places[i], at)
			}
		}
		if c.bad {
			return list{}, damaged("places of documents")
		}
	}
	var out list
	at := -1
	var failed error
	one := matcher{alt: a.phrase}
	candidates.each(func(s int) bool {
		at++
		ok, err := one.match(places, at)
		if err != nil {
			failed = err
		}
		if ok {
			out.slots = append(out.slots, uint16(s))
			out.impacts = append(out.impacts, byte(impacts[at]/len(a.terms)))
		}
		return true
	})
	return out, failed
}

// matcher tells whether a document has a phrase.
type matcher struct {
	alt    *Alt
	places [][]uint32
}

func (m *matcher) match(packed [][][]byte, doc int) (bool, error) {
	if m.places == nil {
		m.places = make([][]uint32, len(packed))
	}
	for i := range packed {
		var err error
		if m.places[i], err = decodePlaces(m.places[i][:0], packed[i][doc]); err != nil {
			return false, err
		}
	}
	for _, start := range m.places[0] {
		if m.from(int64(start)) {
			return true, nil
		}
	}
	return false, nil
}

// from reports that the phrase stands where its first term is at start. Each
// further term may be up to Slack places behind where it belongs.
func (m *matcher) from(start int64) bool {
	for i := 1; i < len(m.places); i++ {
		offset := int64(i)
		if o := m.alt.Offsets; o != nil {
			offset = int64(o[i] - o[0])
		}
		want := start + offset
		found := slices.ContainsFunc(m.places[i], func(p uint32) bool {
			return int64(p) >= want && int64(p) <= want+int64(m.alt.Slack)
		})
		if !found {
			return false
		}
	}
	return true
}

// near raises the scores of the best whose words stand together.
func (r *run) near(ctx context.Context) error {
	if r.asked.Near <= 0 || r.asked.Order != Best || len(r.all) < 2 {
		return nil
	}
	hits := r.best.sorted()
	hits = hits[:min(len(hits), nearDocs)]
	byPart := map[*part][]*hit{}
	for i := range hits {
		byPart[hits[i].part] = append(byPart[hits[i].part], &hits[i])
	}
	for p, some := range byPart {
		slices.SortFunc(some, func(a, b *hit) int { return cmp.Compare(a.slot, b.slot) })
		places := make([][][]uint32, len(some)) // by hit, then by clause
		for k := range r.all {
			at, err := r.placesOf(ctx, p, &r.all[k], some)
			if err != nil {
				return err
			}
			for i := range some {
				if len(at[i]) > 0 {
					places[i] = append(places[i], at[i])
				}
			}
		}
		for i, h := range some {
			h.Score *= 1 + r.asked.Near*closeness(places[i])
		}
	}
	r.best.sort()
	return nil
}

// placesOf returns where each of some documents of p, ascending, has terms of
// a clause.
func (r *run) placesOf(ctx context.Context, p *part, c *clause, some []*hit) ([][]uint32, error) {
	out := make([][]uint32, len(some))
	for i := range c.alts {
		for _, w := range c.alts[i].terms {
			l, err := r.list(ctx, w, p)
			if err != nil {
				return nil, err
			}
			if len(l.slots) == 0 {
				continue
			}
			b, err := r.placesIn(ctx, w, p)
			if err != nil {
				return nil, err
			}
			if err := pick(out, l.slots, b, some); err != nil {
				return nil, err
			}
		}
	}
	for i := range out {
		slices.Sort(out[i])
	}
	return out, nil
}

// pick appends to out the places of those documents of a list that are some.
func pick(out [][]uint32, slots []uint16, places []byte, some []*hit) error {
	c := placesCursor{b: places}
	next := 0
	for _, s := range slots {
		at := c.next()
		for next < len(some) && some[next].slot < int(s) {
			next++
		}
		if next == len(some) {
			break
		}
		if some[next].slot == int(s) {
			var err error
			if out[next], err = decodePlaces(out[next], at); err != nil {
				return err
			}
		}
	}
	if c.bad {
		return damaged("places of documents")
	}
	return nil
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
