package front

import (
	"context"
	"slices"
	"time"

	"dateline/internal/article"
)

// Item is one story at its place. Slot is the zero Slot when the rule chose it.
type Item struct {
	Article article.Article
	Slot    Slot
}

// Filled is a block with its stories, in order.
type Filled struct {
	Block
	Items []Item
}

// Filling is a front with its stories, and what it depends on.
type Filling struct {
	Blocks   []Filled          // all of the plan, without stories too
	Mentions []int64           // articles whose appearance or change would change the front
	Lists    []article.ListRef // lists that the rules read
	Ends     time.Time         // when the first slot's story leaves; zero for never
}

// mostTaken bounds how far down a list a rule looks for a story that does not
// stand on the front yet.
const mostTaken = 200

// pinnedShown is how many pinned articles the lead takes before the newest.
const pinnedShown = 3

// Fill chooses the stories of a plan at a moment. The number of its statements
// depends on the plan, not on the archive.
func Fill(ctx context.Context, public *article.Public, now time.Time, place int64, p Plan) (Filling, error) {
	f := &filler{now: now, place: place, taken: map[int64]bool{}}
	if err := f.hands(ctx, public, p); err != nil {
		return Filling{}, err
	}
	if err := f.rules(ctx, public, p); err != nil {
		return Filling{}, err
	}
	chosen := f.choose(p)
	var byRule []int64
	for _, ids := range chosen {
		for _, id := range ids {
			if _, hand := f.byHand[id]; !hand {
				byRule = append(byRule, id)
			}
		}
	}
	ruled, err := public.Many(ctx, byRule)
	if err != nil {
		return Filling{}, err
	}
	for i, b := range p.Blocks {
		block := Filled{Block: b}
		for _, id := range chosen[i] {
			if a, ok := f.byHand[id]; ok {
				block.Items = append(block.Items, Item{a, f.slots[id]})
			} else if a, ok := ruled[id]; ok {
				block.Items = append(block.Items, Item{Article: a})
			}
		}
		f.out.Blocks = append(f.out.Blocks, block)
	}
	return f.out, nil
}

type filler struct {
	now    time.Time
	place  int64
	byHand map[int64]article.Article
	slots  map[int64]Slot
	taken  map[int64]bool
	lines  map[string]int64 // storylines of the plan by their names
	queues map[article.ListRef][]int64
	pinned []int64
	talked []int64
	out    Filling
}

// hands reads what slots name. Those that readers may see are taken before any
// rule chooses.
func (f *filler) hands(ctx context.Context, public *article.Public, p Plan) (err error) {
	f.slots = map[int64]Slot{}
	var ids []int64
	for _, b := range p.Blocks {
		for _, s := range b.Slots {
			if s.Article == 0 || s.Over(f.now) {
				continue
			}
			if _, twice := f.slots[s.Article]; twice {
				continue
			}
			f.slots[s.Article] = s
			ids = append(ids, s.Article)
			if !s.Until.IsZero() && (f.out.Ends.IsZero() || s.Until.Before(f.out.Ends)) {
				f.out.Ends = s.Until
			}
		}
	}
	f.out.Mentions = ids
	f.byHand, err = public.Many(ctx, ids)
	for id, a := range f.byHand {
		if a.Type != article.TypeArticle {
			delete(f.byHand, id)
		}
	}
	return err
}

// list is the list that a block's rule reads; ok is false for a rule without.
func (f *filler) list(b Block) (ref article.ListRef, ok bool) {
	switch {
	case b.Kind == Discussed:
		return ref, false
	case b.Kind == Lead || b.Kind == Latest:
		if f.place != 0 {
			return article.ListRef{Scope: article.ScopeSection, Ref: f.place}, true
		}
		return article.ListRef{Scope: article.ScopeSite}, true
	case b.Storyline != "":
		return article.ListRef{Scope: article.ScopeStoryline, Ref: f.lines[b.Storyline]}, true
	case b.Section != 0:
		return article.ListRef{Scope: article.ScopeSection, Ref: b.Section}, true
	}
	return ref, false
}

// rules reads the candidates of every rule of the plan.
func (f *filler) rules(ctx context.Context, public *article.Public, p Plan) (err error) {
	most := 0
	lead, discussed := false, false
	f.lines = map[string]int64{}
	for _, b := range p.Blocks {
		if b.Storyline != "" {
			if f.lines[b.Storyline], err = public.Storyline(ctx, b.Storyline); err != nil {
				return err
			}
		}
		most += b.Count
		lead = lead || b.Kind == Lead && f.place == 0
		discussed = discussed || b.Kind == Discussed
		if ref, ok := f.list(b); ok && !slices.Contains(f.out.Lists, ref) {
			f.out.Lists = append(f.out.Lists, ref)
		}
	}
	most = min(most+len(f.slots), mostTaken)
	found, err := public.Newest(ctx, f.out.Lists, most)
	if err != nil {
		return err
	}
	f.queues = make(map[article.ListRef][]int64, len(found))
	for i, ids := range found {
		f.queues[f.out.Lists[i]] = ids
	}
	if lead {
		if f.pinned, err = public.PinnedIDs(ctx, pinnedShown); err != nil {
			return err
		}
	}
	if discussed {
		f.talked, err = public.MostDiscussed(ctx, most)
	}
	return err
}

// choose gives each place of each block a story, none twice.
func (f *filler) choose(p Plan) [][]int64 {
	for id := range f.byHand {
		f.taken[id] = true
	}
	out := make([][]int64, len(p.Blocks))
	placed := map[int64]bool{}
	sections := 0
	for i, b := range p.Blocks {
		if b.Kind == Section && p.sections > 0 && sections == p.sections {
			continue
		}
		queue := f.candidates(b)
		for at := range b.Count {
			id := int64(0)
			if at < len(b.Slots) {
				id = b.Slots[at].Article
			}
			if _, shown := f.byHand[id]; shown && !placed[id] && !b.Slots[at].Over(f.now) {
				placed[id] = true
			} else if id, queue = f.next(queue); id == 0 {
				continue // a later slot may be filled by hand
			}
			out[i] = append(out[i], id)
		}
		if b.Kind == Section && len(out[i]) > 0 {
			sections++
		}
	}
	return out
}

func (f *filler) candidates(b Block) []int64 {
	if b.Kind == Discussed {
		return f.talked
	}
	ref, ok := f.list(b)
	if !ok {
		return nil
	}
	if b.Kind == Lead {
		return slices.Concat(f.pinned, f.queues[ref])
	}
	return f.queues[ref]
}

// next takes the first candidate that does not stand on the front.
func (f *filler) next(queue []int64) (int64, []int64) {
	for i, id := range queue {
		if !f.taken[id] {
			f.taken[id] = true
			return id, queue[i+1:]
		}
	}
	return 0, nil
}
