package postings

import (
	"cmp"
	"context"
	"slices"
)

// together finds the documents of p, among those within, that have all terms
// of a, wherever they stand. The impact is the mean of the terms'.
func (r *run) together(ctx context.Context, p *part, a *alt, within bitmap) (list, error) {
	both, have := bitmap(r.both[:len(within)]), bitmap(r.have[:len(within)])
	copy(both, within)
	lists := make([]list, len(a.terms))
	for i, w := range a.terms {
		l, err := r.list(ctx, w, p)
		if err != nil {
			return list{}, err
		}
		clear(have)
		l.mark(have)
		for k := range both {
			both[k] &= have[k]
		}
		lists[i] = l
	}
	n := both.count()
	if n == 0 {
		return list{}, nil
	}
	both.each(func(s int) bool { r.sum[s] = 0; return true })
	for i := range lists {
		lists[i].within(both, func(s int, impact byte) { r.sum[s] += uint32(impact) })
	}
	out := list{slots: make([]uint16, 0, n), impacts: make([]byte, 0, n)}
	both.each(func(s int) bool {
		out.slots = append(out.slots, uint16(s))
		out.impacts = append(out.impacts, byte(r.sum[s]/uint32(len(lists))))
		return true
	})
	return out, nil
}

// phrase finds the documents of p, among those within, that have the terms of
// a in their places.
func (r *run) phrase(ctx context.Context, p *part, a *alt, within bitmap) (list, error) {
	l, err := r.together(ctx, p, a, within)
	if err != nil || l.count() == 0 {
		return list{}, err
	}
	r.looked += int64(l.count())
	if err := r.stand(ctx, p, a.terms, l.slots); err != nil {
		return list{}, err
	}
	var out list
	for i, s := range l.slots {
		if a.phrase.in(r.places[:len(a.terms)], i) {
			out.slots, out.impacts = append(out.slots, s), append(out.impacts, l.impacts[i])
		}
	}
	return out, nil
}

// docWorth is for how many documents of lists with their places the words of
// one document may be read.
const docWorth = 1000

// stand fills r.places with where some terms stand in some documents of p,
// ascending.
func (r *run) stand(ctx context.Context, p *part, terms []*wanted, slots []uint16) error {
	all := 0
	for _, w := range terms {
		n, _ := w.in(p)
		all += n
	}
	if p.bucket != 0 && len(slots)*docWorth < all {
		hits := make([]hit, len(slots))
		for i, s := range slots {
			hits[i] = hit{part: p, slot: int(s)}
		}
		return r.standIn(ctx, hits, terms)
	}
	r.clearPlaces(len(terms))
	return r.standByTerm(ctx, p, terms, slots)
}

// clearPlaces makes room for the places of so many terms.
func (s *scratch) clearPlaces(terms int) {
	for len(s.places) < terms {
		s.places = append(s.places, standing{})
	}
	for i := range terms {
		s.places[i].reset()
	}
}

// standByTerm adds to r.places where some terms stand in some documents of p,
// ascending, out of the places of all that have them.
func (r *run) standByTerm(ctx context.Context, p *part, terms []*wanted, slots []uint16) error {
	for i, w := range terms {
		l, err := r.list(ctx, w, p)
		if err != nil {
			return err
		}
		var b []byte
		if l.count() > 0 {
			if b, err = r.placesIn(ctx, w, p); err != nil {
				return err
			}
		}
		if err := r.places[i].choose(&l, b, slots); err != nil {
			return err
		}
	}
	return nil
}

// choose takes in the places of some documents out of those of a list.
func (s *standing) choose(l *list, places []byte, slots []uint16) (err error) {
	c := placesCursor{b: places}
	l.each(func(slot int) {
		at := c.next()
		for len(slots) > 0 && int(slots[0]) < slot { // does not have it
			s.ends, slots = append(s.ends, len(s.places)), slots[1:]
		}
		if len(slots) > 0 && int(slots[0]) == slot && err == nil {
			err, slots = s.add(at), slots[1:]
		}
	})
	for range slots {
		s.ends = append(s.ends, len(s.places))
	}
	if c.bad && err == nil {
		err = damaged("places of documents")
	}
	return err
}

// seeker finds some terms in the words of documents.
type seeker struct {
	terms []*wanted
	order []int // of terms, by their numbers
	found [][]byte
}

func newSeeker(terms []*wanted) seeker {
	s := seeker{terms, make([]int, len(terms)), make([][]byte, len(terms))}
	for i := range s.order {
		s.order[i] = i
	}
	slices.SortFunc(s.order, func(a, b int) int { return cmp.Compare(terms[a].entry.id, terms[b].entry.id) })
	return s
}

// add takes in where each term stands in the next document.
func (s *seeker) add(body []byte, into []standing) error {
	c := wordsCursor{b: body}
	last := -1
	for _, i := range s.order {
		switch id := s.terms[i].entry.id; {
		case id == 0: // no merged document has it
			s.found[i] = nil
		case last >= 0 && s.terms[last].entry.id == id:
			s.found[i] = s.found[last]
		default:
			s.found[i] = c.seek(id)
		}
		last = i
	}
	for i, packed := range s.found {
		if err := into[i].add(packed); err != nil {
			return err
		}
	}
	return nil
}

// in reports that the i-th document has the phrase, by the places of its terms.
func (a *Alt) in(terms []standing, i int) bool {
	return slices.ContainsFunc(terms[0].of(i), func(start uint32) bool { return a.from(terms, i, int64(start)) })
}

// from reports that the phrase stands where its first term is at start. Each
// further term may be up to Slack places behind where it belongs.
func (a *Alt) from(terms []standing, i int, start int64) bool {
	for k := 1; k < len(terms); k++ {
		want := start + int64(k)
		if a.Offsets != nil {
			want = start + int64(a.Offsets[k]-a.Offsets[0])
		}
		found := false
		for _, place := range terms[k].of(i) {
			if int64(place) >= want {
				found = int64(place) <= want+int64(a.Slack)
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}
