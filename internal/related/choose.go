package related

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"dateline/internal/postings"
)

// Traits are what a story has beside its text.
type Traits struct {
	Section   int64
	Storyline string
	Tags      []int64
	Sketch    Sketch
}

// What kin beyond the text is worth, as a part of the score.
const (
	forStoryline = 0.6
	forTag       = 0.1 // for each, up to three
	forSection   = 0.1
	forNew       = 0.4 // for a story of this moment
	halfLife     = 180 * 24 * 3600 * 1_000_000
	against      = 0.1 // what a story loses that shares the same with ours as one chosen before
)

const (
	candidates = 40 // stories that are looked at first
	further    = 4  // times as many the next time, when those did not do
	shownShare = 3  // things that an explanation names
)

// Kin is a story that goes with another.
type Kin struct {
	ID     int64
	Score  float64
	Shares []string // what both are about, the weightiest first, as the first one writes it
}

// Finder finds kin in an index whose documents have a term for each stem.
type Finder struct {
	Index *postings.Index
	Stem  func(stem string) string // the term of a stem; a word that is its own stem is a term too
}

// found is a story that shares topics with ours.
type found struct {
	postings.Hit
	shares uint64 // bit i for the i-th topic asked for
	traits Traits
	score  float64
}

// asked is a topic with how rare it is in a query, and how much it tells of the
// story.
type asked struct {
	Topic
	rarity, tells float64
}

// Ask is a story whose kin are wanted.
type Ask struct {
	Self    int64 // its number in the index, 0 for one that is not there
	Gist    Gist
	Traits  Traits
	Without []int64  // stories that must not be chosen
	Beside  []Sketch // of stories that stand there already: none is told again
	Now     int64    // microseconds
	Limit   int
}

// Kin returns up to Limit stories that go with one, the best first, and those
// which it goes with best itself, whether they may be chosen or not. traits
// says what a story has beside its text; ok is false for one that readers may
// not find.
func (f Finder) Kin(ctx context.Context, a Ask, traits func(ctx context.Context, id int64) (t Traits, ok bool, err error)) (kin []Kin, near []int64, err error) {
	topics, err := f.weigh(ctx, a.Gist.Topics)
	if err != nil || len(topics) == 0 {
		return nil, nil, err
	}
	q := postings.Query{Explain: true, Fresh: postings.Prior{Weight: forNew, HalfLife: halfLife, Now: a.Now}}
	if len(topics) > 2 {
		q.AtLeast = 2 // one word alone makes no kin
	}
	for _, t := range topics {
		q.Any = append(q.Any, postings.Clause{Alts: f.alts(t.Stem), Weight: t.Weight, Rarity: t.rarity})
	}
	// Tellings of one story, be it ours or another, may fill all places of the
	// first look: then a wider one is taken.
	var all []found
	for q.Limit = candidates; ; q.Limit = min(q.Limit*further, postings.MaxLimit-q.Offset) {
		answer, err := f.Index.Find(ctx, q)
		if err != nil {
			return nil, nil, err
		}
		for i, h := range answer.Hits {
			if h.ID == a.Self {
				continue
			}
			t, ok, err := traits(ctx, h.ID)
			if err != nil {
				return nil, nil, err
			}
			if ok && !a.Traits.Sketch.Same(&t.Sketch) {
				all = append(all, found{h, answer.Matched[i], t, h.Score * (1 + a.Traits.bonus(t))})
			}
		}
		may := slices.DeleteFunc(slices.Clone(all), func(c found) bool { return slices.Contains(a.Without, c.ID) })
		kin = kin[:0]
		for _, c := range chosen(may, topics, a.Beside, a.Limit) {
			kin = append(kin, Kin{c.ID, c.score, sharedBy(a.Gist, topics, c.shares)})
		}
		q.Offset += len(answer.Hits)
		if len(kin) >= a.Limit || len(answer.Hits) < q.Limit || q.Offset >= postings.MaxLimit {
			break
		}
	}
	for _, c := range all[:min(len(all), a.Limit)] {
		near = append(near, c.ID)
	}
	return kin, near, nil
}

func (f Finder) alts(stem string) []postings.Alt {
	return []postings.Alt{{Terms: []string{f.Stem(stem)}}, {Terms: []string{stem}}}
}

// weigh looks up how rare the topics are and keeps those that tell most.
func (f Finder) weigh(ctx context.Context, topics []Topic) ([]asked, error) {
	terms := make([]string, 0, 2*len(topics))
	for _, t := range topics {
		terms = append(terms, f.Stem(t.Stem), t.Stem)
	}
	counts, docs, err := f.Index.Counts(ctx, terms...)
	if err != nil {
		return nil, err
	}
	var out []asked
	for i, t := range topics {
		n := max(counts[2*i], counts[2*i+1])
		if n == 0 || docs > 100 && n > docs/4 {
			continue // nobody else's, or everybody's
		}
		// Less than rarity itself, so that one very rare word does not decide
		// alone; of what is asked for at all, rare words are the better part, and
		// they have short lists.
		rarity := postings.Rarity(n, docs)
		out = append(out, asked{t, math.Pow(rarity, 0.4), t.Weight * math.Pow(rarity, 0.7)})
	}
	slices.SortStableFunc(out, func(a, b asked) int { return cmp.Compare(b.tells, a.tells) })
	return out[:min(len(out), mostAsked)], nil
}

// bonus is what kin beyond the text is worth.
func (t *Traits) bonus(o Traits) float64 {
	b := 0.0
	if t.Storyline != "" && t.Storyline == o.Storyline {
		b += forStoryline
	}
	if t.Section != 0 && t.Section == o.Section {
		b += forSection
	}
	tags := 0
	for _, tag := range t.Tags {
		if slices.Contains(o.Tags, tag) {
			tags++
		}
	}
	return b + forTag*float64(min(tags, 3))
}

// chosen picks the best, each time one that shares something else with ours
// than those before, and never the same story twice.
func chosen(all []found, topics []asked, beside []Sketch, limit int) []found {
	beside = slices.Clip(beside)
	var out []found
	for len(out) < limit {
		best := -1
		var most float64
		for i := range all {
			if score := all[i].score * (1 - against*overlap(all[i].shares, out, topics)); score > most {
				best, most = i, score
			}
		}
		if best < 0 {
			break
		}
		next := all[best]
		all = slices.Delete(all, best, best+1)
		if slices.ContainsFunc(beside, func(s Sketch) bool { return s.Same(&next.traits.Sketch) }) {
			continue
		}
		beside = append(beside, next.traits.Sketch)
		next.score = most
		out = append(out, next)
	}
	return out
}

// overlap is how much of what is shared was shared by one chosen before, 0 to 1.
func overlap(shares uint64, before []found, topics []asked) float64 {
	most := 0.0
	for _, b := range before {
		var both, either float64
		for i, t := range topics {
			w := t.tells
			bit := uint64(1) << i
			if shares&b.shares&bit != 0 {
				both += w
			}
			if (shares|b.shares)&bit != 0 {
				either += w
			}
		}
		if either > 0 {
			most = math.Max(most, both/either)
		}
	}
	return most
}

// sharedBy names what both stories are about: names and standing expressions
// whose words are all shared, then single words.
func sharedBy(g Gist, topics []asked, shares uint64) []string {
	weight := map[string]float64{}
	for i, t := range topics {
		if shares&(1<<i) != 0 {
			weight[t.Stem] = t.tells
		}
	}
	type named struct {
		shown  string
		stems  []string
		weight float64
	}
	var all []named
	for _, p := range g.Phrases {
		n := named{shown: p.Shown, stems: p.Stems}
		for _, s := range p.Stems {
			if weight[s] == 0 {
				n.weight = 0
				break
			}
			n.weight += weight[s]
		}
		if n.weight > 0 {
			all = append(all, n)
		}
	}
	for _, t := range topics {
		if w := weight[t.Stem]; w > 0 && !t.Weak {
			all = append(all, named{t.Shown, []string{t.Stem}, w})
		}
	}
	slices.SortStableFunc(all, func(a, b named) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), strings.Compare(a.shown, b.shown))
	})
	said := map[string]bool{}
	var out []string
	for _, n := range all {
		if len(out) == shownShare {
			break
		}
		if slices.ContainsFunc(n.stems, func(s string) bool { return said[s] }) {
			continue
		}
		for _, s := range n.stems {
			said[s] = true
		}
		out = append(out, n.shown)
	}
	return out
}
