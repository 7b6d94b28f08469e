package register

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Guess is a name that the register does not have, and what it may be.
type Guess struct {
	Name  string
	Kind  Kind
	Times int
	Score float64 // how likely it is a name worth an entry, 0 to 1
	key   string  // folded
	last  string  // folded last word
}

// Bounds on what is guessed from one article.
const (
	mostRunWords   = 16
	mostGuessWords = 7
	mostGuesses    = 400
)

// run is a row of capitalised words in one part.
type run struct {
	part     *part
	from, to int  // tokens, to excluded
	titled   bool // a title stood before it
	initial  bool // its first word began a sentence
	street   bool // it begins with a word such as rue, in lower case
}

// detector finds names of something new.
type detector struct {
	*reader
	lower  map[string]bool // words that also stand in lower case in sentences
	inside map[string]bool // capitalised words inside a sentence
	found  map[string]*evidence
	order  []*evidence
}

// evidence is what speaks for one name.
type evidence struct {
	name, key, last string
	words           int
	times, inner    int // inner: not at the beginning of a sentence
	person, said    int
	in              int
	acronym         bool
	first, ending   string
}

// detect finds what looks like names outside of those that the register has.
// The reader has read the article.
func (r *reader) detect() []Guess {
	d := &detector{reader: r, lower: map[string]bool{}, inside: map[string]bool{}, found: map[string]*evidence{}}
	for i := range r.parts {
		if r.parts[i].prose {
			d.learn(&r.parts[i])
		}
	}
	for i := range r.parts {
		if r.parts[i].prose {
			d.part(&r.parts[i], r.matches[i])
		}
	}
	d.foldArticles()
	d.foldSurnames()
	return d.guesses()
}

// learn notes how the words of a part are written.
func (d *detector) learn(p *part) {
	for k := range p.tokens {
		switch t := &p.tokens[k]; {
		case t.shape == small:
			d.lower[t.word] = true
		case k > 0 && t.gap == joined:
			d.inside[t.word] = true
		}
	}
}

// part cuts a part into runs.
func (d *detector) part(p *part, taken []Match) {
	covered := func(k int) bool {
		for len(taken) > 0 && taken[0].first+taken[0].Words <= k {
			taken = taken[1:]
		}
		return len(taken) > 0 && taken[0].first <= k
	}
	for k := 0; k < len(p.tokens); {
		if covered(k) || p.tokens[k].shape == small {
			k++
			continue
		}
		from := k
		for k++; k < len(p.tokens) && k-from < mostRunWords && p.tokens[k].gap == joined && !covered(k); k++ {
			if possessive(p, k-1) { // "Norquay's Marsa Line"
				break
			}
			if p.tokens[k].shape != small {
				continue
			}
			if next := particlesAfter(p, k); next < 0 || covered(next) {
				break
			}
		}
		if street := streetBefore(p, from); street >= 0 && !covered(street) {
			d.note(run{part: p, from: street, to: k, street: true})
			continue
		}
		d.run(run{part: p, from: from, to: k, initial: p.tokens[from].gap == apart})
	}
}

// particlesAfter returns the capitalised word that a name goes on with after at
// most two words in lower case, -1 for none.
func particlesAfter(p *part, k int) int {
	for n := k; n < len(p.tokens) && n < k+3; n++ {
		switch t := &p.tokens[n]; {
		case n > k && t.gap != joined:
			return -1
		case t.shape != small && n > k:
			return n
		case !signs.particles[t.word]:
			return -1
		}
	}
	return -1
}

// streetBefore returns the word in lower case with which a place begins that
// goes on with a capital: "rue du Port", "calle Mayor"; -1 for none.
func streetBefore(p *part, k int) int {
	for n := 1; n <= 3 && k-n >= 0 && p.tokens[k-n+1].gap == joined; n++ {
		switch t := &p.tokens[k-n]; {
		case t.shape != small:
			return -1
		case signs.streets[t.word]:
			return k - n
		case !signs.particles[t.word]:
			return -1
		}
	}
	return -1
}

// run takes off what is no part of the name, and notes the rest.
func (d *detector) run(r run) {
	toks := r.part.tokens
	courteous := false // the last title was one of anybody
	for r.from < r.to {
		word := toks[r.from].word
		if toks[r.from].shape == small && r.titled && !courteous { // "Bürgermeister von Altenfurt"
			r.titled = false
		}
		opens := r.initial && (signs.common[word] || d.lower[word] && !d.inside[word])
		switch {
		case toks[r.from].shape == small, opens, signs.calendar[word], signs.common[word] && r.to-r.from == 1:
		case signs.peoples[word] && r.from+1 < r.to && signs.titles[toks[r.from+1].word]: // "the French President"
		case signs.titles[word] && (r.to-r.from > 1 || !d.organisation(r)):
			r.titled, courteous = true, signs.courtesy[word]
		case r.initial && signs.roles[word] && r.to-r.from > 2 && toks[r.from+1].shape != small: // "Mediator Anna Tolland"
			r.titled = true
		default:
			d.split(r)
			return
		}
		r.from++
		r.initial = false
	}
}

// organisation tells whether the words of a run look like one.
func (d *detector) organisation(r run) bool { return signs.orgends[r.part.tokens[r.to-1].word] }

// split parts a run at "of", "the" and "and" where what stands before is a name
// by itself: "Marrin and Tolland", but "Ministry of Trade and Industry".
func (d *detector) split(r run) {
	toks := r.part.tokens
	for k := r.from + 1; k < r.to-1; k++ {
		switch toks[k].word {
		case "and", "und", "et", "y":
			if next := toks[k+1]; next.shape != small && !signs.orgstarts[next.word] && d.institution(toks[r.from:k]) &&
				slices.ContainsFunc(toks[r.from:k], func(t token) bool { return t.shape == small || signs.orgstarts[t.word] }) {
				continue
			}
		case "for", "fur", "in":
			if d.institution(toks[r.from:k]) {
				continue
			}
		case "of", "des", "the":
			if k == r.from+1 || toks[k].word != "the" && d.institution(toks[r.from:k]) || toks[k].word == "the" && toks[k-1].shape == small {
				continue
			}
		default:
			continue
		}
		if toks[k].shape != small {
			continue
		}
		head, tail := r, r
		head.to, tail.from, tail.initial, tail.titled = k, k+1, false, false
		d.note(head)
		d.run(tail)
		return
	}
	d.note(r)
}

// institution tells whether words are such as go on with "of" and "and".
func (d *detector) institution(toks []token) bool {
	return slices.ContainsFunc(toks, func(t token) bool {
		return signs.orgends[t.word] || signs.orgstarts[t.word] || signs.eventends[t.word] || signs.placestarts[t.word] || signs.placeends[t.word]
	})
}

// note adds a run to what speaks for its name.
func (d *detector) note(r run) {
	toks := r.part.tokens
	for r.to > r.from && toks[r.to-1].shape == small {
		r.to--
	}
	words := r.to - r.from
	if words == 0 || words > mostGuessWords || words == 1 && (signs.common[toks[r.from].word] || signs.peoples[toks[r.from].word] || len([]rune(toks[r.from].word)) < 2) {
		return
	}
	text := r.part.text[toks[r.from].from:nameEnd(r.part, r.to-1)]
	if !cased(text) || !strings.ContainsFunc(text, func(c rune) bool { return c > '9' }) {
		return
	}
	text = oneLine(text)
	if words == 1 && contraction.MatchString(text) {
		return
	}
	key := nameKey(text)
	e := d.found[key]
	if e == nil {
		if len(d.order) == mostGuesses {
			return
		}
		last := ""
		if all := strings.Fields(key); len(all) > 0 {
			last = all[len(all)-1]
		}
		e = &evidence{name: text, key: key, last: last, words: words, first: toks[r.from].word, ending: toks[r.to-1].word}
		d.found[key] = e
		d.order = append(d.order, e)
	}
	e.times++
	if !r.initial {
		e.inner++
	}
	d.surroundings(e, r)
}

// contraction is a pronoun and a verb in one word: "I’d", "They're".
var contraction = regexp.MustCompile(`^(?:I|You|He|She|It|We|They|That|There|Who|What)['’](?:m|d|s|ll|re|ve)$`)

// surroundings reads what stands around a name.
func (d *detector) surroundings(e *evidence, r run) {
	toks := r.part.tokens
	e.acronym = e.acronym || e.words == 1 && toks[r.from].shape == upper && len(e.key) <= 6
	if r.titled {
		e.person++
	}
	if k := r.from - 1; k >= 0 && toks[r.from].gap == joined && !r.titled {
		switch word := toks[k].word; {
		case signs.roles[word]:
			e.person++
		case signs.in[word]:
			e.in++
		}
	}
	if r.to < len(toks) && toks[r.to].gap != apart && signs.says[toks[r.to].word] || r.from > 0 && signs.says[toks[r.from-1].word] && toks[r.from].gap == joined {
		e.said++
	}
}

// possessive tells whether a word has the ending of one.
func possessive(p *part, k int) bool { return nameEnd(p, k) != p.tokens[k].to }

// nameEnd is where a name ends whose last word may be a possessive.
func nameEnd(p *part, k int) int {
	t := &p.tokens[k]
	raw := p.text[t.from:t.to]
	for _, s := range []string{"'s", "’s"} {
		if strings.HasSuffix(raw, s) {
			return t.to - len(s)
		}
	}
	return t.to
}

// foldArticles takes "The Salt Almanac" for "Salt Almanac" where both stand.
func (d *detector) foldArticles() {
	d.order = slices.DeleteFunc(d.order, func(e *evidence) bool {
		bare, ok := strings.CutPrefix(e.key, "the ")
		owner := d.found[bare]
		if !ok || owner == nil {
			return false
		}
		owner.add(e)
		return true
	})
}

func (e *evidence) add(other *evidence) {
	e.times += other.times
	e.inner += other.inner
	e.person += other.person
	e.said += other.said
}

// foldSurnames adds names of one word to the full names that they end.
func (d *detector) foldSurnames() {
	owners := map[string]*evidence{}
	for _, e := range d.order {
		if e.words < 2 {
			continue
		}
		if owners[e.last] == nil || owners[e.last].times < e.times {
			owners[e.last] = e
		}
	}
	d.order = slices.DeleteFunc(d.order, func(e *evidence) bool {
		owner := owners[e.key]
		if e.words > 1 || owner == nil || e.acronym {
			return false
		}
		owner.add(e)
		return true
	})
}

// guesses turns evidence into guesses, the likeliest first.
func (d *detector) guesses() []Guess {
	nouns := strings.HasPrefix(strings.ToLower(d.language), "de") // all have a capital
	var out []Guess
	for _, e := range d.order {
		if g := e.guess(nouns); g.Score >= leastScore && d.newName(e) {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b Guess) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Times, a.Times)) })
	return out
}

// newName tells whether the register has no such name, written any way.
func (d *detector) newName(e *evidence) bool { return d.surnames[e.key] == 0 }

// leastScore is from what score on a guess is made.
const leastScore = 0.35

func (e *evidence) guess(nouns bool) Guess {
	g := Guess{Name: e.name, Times: e.times, key: e.key, last: e.last, Kind: Person}
	score := 0.3
	switch {
	case e.person > 0:
		score += 0.5
	case e.words > 1 && (signs.eventends[e.ending] || signs.eventstarts[e.first]):
		g.Kind, score = Event, score+0.25
	case e.words > 1 && (signs.orgends[e.ending] || signs.orgstarts[e.first] && !signs.placeends[e.ending]):
		g.Kind, score = Organisation, score+0.35
	case e.words > 1 && (signs.placeends[e.ending] || signs.placestarts[e.first]):
		g.Kind, score = Place, score+0.3
	case e.words == 1 && signs.placePart(e.first):
		g.Kind, score = Place, score+0.3
		nouns = false
	case e.acronym:
		g.Kind, score = Organisation, score+0.15
	case e.said > 0 && e.words <= 4:
		score += 0.45
	case e.in*2 > e.times:
		g.Kind, score = Place, score+0.25
	case e.words == 2 || e.words == 3:
		score += 0.2
	case e.words > 3:
		g.Kind = Organisation
	default:
		g.Kind, score = Place, score-0.15
	}
	if g.Kind == Person && e.words == 1 && e.person == 0 {
		score -= 0.15
	}
	if e.inner == 0 && !e.acronym { // any word has a capital there
		score -= 0.3
		if e.words > 1 {
			score += 0.2
		}
	}
	if nouns && e.words == 1 && e.person == 0 {
		score -= 0.5
	}
	score += min(float64(e.times-1), 4) * 0.06
	g.Score = max(0, min(score, 1))
	return g
}

// GuessKind is what a name may be the name of, by its words alone.
func GuessKind(name string) Kind {
	toks := tokenize(name)
	if len(toks) == 0 {
		return Person
	}
	e := evidence{words: len(toks), times: 1, inner: 1, first: toks[0].word, ending: toks[len(toks)-1].word,
		acronym: len(toks) == 1 && toks[0].shape == upper && len(toks[0].word) <= 6}
	if signs.titles[e.first] && e.words > 1 {
		e.person++
	}
	return e.guess(false).Kind
}
