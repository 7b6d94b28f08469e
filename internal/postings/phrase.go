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
	places, err := r.placesOf(ctx, p, a.terms, l.slots)
	if err != nil {
		return list{}, err
	}
	one := matcher{alt: a.phrase, places: make([][]uint32, len(a.terms))}
	var out list
	for i, s := range l.slots {
		ok, err := one.match(places[i])
		if err != nil {
			return list{}, err
		}
		if ok {
			out.slots, out.impacts = append(out.slots, s), append(out.impacts, l.impacts[i])
		}
	}
	return out, nil
}

// docWorth is for how many documents of lists with their places the words of
// one document may be read.
const docWorth = 1000

// placesOf returns the packed places of some terms in some documents of p,
// ascending: by document, then by term.
func (r *run) placesOf(ctx context.Context, p *part, terms []*wanted, slots []uint16) ([][][]byte, error) {
	all := 0
	for _, w := range terms {
		n, _ := w.in(p)
		all += n
	}
	if p.bucket != 0 && len(slots)*docWorth < all {
		out, err := r.placesByDoc(ctx, p, terms, slots)
		if out != nil || err != nil {
			return out, err
		}
	}
	return r.placesByTerm(ctx, p, terms, slots)
}

// placesByTerm reads the places of all documents that have the terms.
func (r *run) placesByTerm(ctx context.Context, p *part, terms []*wanted, slots []uint16) ([][][]byte, error) {
	out := perDoc(len(slots), len(terms))
	for i, w := range terms {
		l, err := r.list(ctx, w, p)
		if err != nil {
			return nil, err
		}
		if l.count() == 0 {
			continue
		}
		b, err := r.placesIn(ctx, w, p)
		if err != nil {
			return nil, err
		}
		c, next := placesCursor{b: b}, 0
		l.each(func(_, slot int) {
			at := c.next()
			for next < len(slots) && int(slots[next]) < slot {
				next++
			}
			if next < len(slots) && int(slots[next]) == slot {
				out[next][i] = at
			}
		})
		if c.bad {
			return nil, damaged("places of documents")
		}
	}
	return out, nil
}

// placesByDoc reads all words of the documents; nil when the index was made
// before they were kept.
func (r *run) placesByDoc(ctx context.Context, p *part, terms []*wanted, slots []uint16) ([][][]byte, error) {
	spots := make([]int64, len(slots))
	for i, s := range slots {
		spots[i] = spotOn(p.bucket, int64(s))
	}
	rows, err := wordsAt(ctx, r.q, spots)
	if err != nil || len(rows) < len(slots) {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b wordsRow) int { return cmp.Compare(a.spot, b.spot) })
	out, seek := perDoc(len(slots), len(terms)), newSeeker(terms)
	for i, row := range rows {
		seek.places(row.body, out[i])
	}
	return out, nil
}

func perDoc(docs, terms int) [][][]byte {
	out, all := make([][][]byte, docs), make([][]byte, docs*terms)
	for i := range out {
		out[i] = all[i*terms : (i+1)*terms : (i+1)*terms]
	}
	return out
}

// seeker finds some terms in the words of documents.
type seeker struct {
	terms []*wanted
	order []int // of terms, by their numbers
}

func newSeeker(terms []*wanted) seeker {
	s := seeker{terms, make([]int, len(terms))}
	for i := range s.order {
		s.order[i] = i
	}
	slices.SortFunc(s.order, func(a, b int) int { return cmp.Compare(terms[a].entry.id, terms[b].entry.id) })
	return s
}

// places fills in the packed places of each term.
func (s *seeker) places(body []byte, into [][]byte) {
	c := wordsCursor{r: reader{b: body}}
	last := -1
	for _, i := range s.order {
		switch id := s.terms[i].entry.id; {
		case id == 0: // no merged document has it
		case last >= 0 && s.terms[last].entry.id == id:
			into[i] = into[last]
		default:
			into[i] = c.seek(id)
		}
		last = i
	}
}

// matcher tells whether a document has a phrase.
type matcher struct {
	alt    *Alt
	places [][]uint32
}

// match tells it by the packed places of the terms.
func (m *matcher) match(packed [][]byte) (bool, error) {
	for i := range packed {
		var err error
		if m.places[i], err = decodePlaces(m.places[i][:0], packed[i]); err != nil {
			return false, err
		}
	}
	return slices.ContainsFunc(m.places[0], func(start uint32) bool { return m.from(int64(start)) }), nil
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
