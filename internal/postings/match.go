package postings

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// matches finds the slots of p that have what the query asks for. Phrases come
// last: they cost most, and then few documents are left to look for them in.
func (r *run) matches(ctx context.Context, p *part) (bitmap, error) {
	match := bitmap(r.match[:(p.slots+63)/64])
	for i := range match {
		match[i] = ^uint64(0)
	}
	if rest := p.slots % 64; rest != 0 {
		match[len(match)-1] = 1<<rest - 1
	}
	for i, w := range r.view.dead[p] {
		match[i] &^= w
	}
	if err := p.load(ctx, r.q); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(r.asked.Filters, func(f Filter) bool { return p.cols[f.Column].refuses(f) }) {
		clear(match)
		return match, nil
	}
	words, phrases := r.byRarity(p)
	if err := r.must(ctx, p, words, match); err != nil || match.empty() {
		return match, err
	}
	r.narrow(p, match)
	if len(phrases) > 0 && r.enough() && r.best.full() {
		if err := r.hopeful(ctx, p, phrases, match); err != nil {
			return nil, err
		}
	}
	if err := r.must(ctx, p, phrases, match); err != nil || match.empty() {
		return match, err
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
	return match, nil
}

// byRarity returns the clauses that must match, the rarest in p first.
func (r *run) byRarity(p *part) (words, phrases []*clause) {
	for i := range r.all {
		if c := &r.all[i]; c.phrases() {
			phrases = append(phrases, c)
		} else {
			words = append(words, c)
		}
	}
	rarest := func(a, b *clause) int { return cmp.Compare(a.in(p), b.in(p)) }
	slices.SortStableFunc(words, rarest)
	slices.SortStableFunc(phrases, rarest)
	return words, phrases
}

// must takes out of match what does not have all of some clauses.
func (r *run) must(ctx context.Context, p *part, clauses []*clause, match bitmap) error {
	for _, c := range clauses {
		if match.empty() {
			return nil
		}
		other, err := r.slots(ctx, p, c, match)
		if err != nil {
			return err
		}
		for i := range match {
			match[i] &= other[i]
		}
	}
	return nil
}

// hopeful takes out of match what would not be among the best even if it had
// the phrases: it need not be looked for in them.
func (r *run) hopeful(ctx context.Context, p *part, phrases []*clause, match bitmap) error {
	for _, c := range phrases {
		for i := range c.alts {
			if a := &c.alts[i]; a.phrase != nil {
				var err error
				if a.found, err = r.together(ctx, p, a, match); err != nil {
					return err
				}
			}
		}
	}
	clear(r.score[:p.slots])
	for i := range r.all {
		if err := r.addScores(ctx, p, &r.all[i], match); err != nil {
			return err
		}
	}
	var more uint32
	for i := range r.any {
		more += r.any[i].most(p)
	}
	least := r.best.least().Score
	match.each(func(s int) bool {
		ok := float64(r.score[s]+more)*r.prior(p.times[s]) >= least
		r.pruned = r.pruned || !ok
		return ok
	})
	return nil
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
		l.mark(out)
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
		p.cols[f.Column].filter(match, f)
	}
	if r.among != nil {
		match.each(func(s int) bool { return r.among[p.ids[s]] })
	}
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
