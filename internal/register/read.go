package register

import (
	"cmp"
	"slices"
	"strings"

	"dateline/internal/article"
	"dateline/internal/richtext"
)

// Naming is how an article names an entry.
type Naming struct {
	ID        int64
	Times     int
	Blocks    []int // of the text, from 0; -1 is above it
	Headline  bool  // named in the headline or the standfirst
	Full      bool  // by a name of several words at least once
	Ambiguous bool  // by a name that is another entry's, too, and by no other
}

// above is the number of what stands above the text.
const above = -1

// part is a piece of an article that is read at once.
type part struct {
	block    int
	text     string
	tokens   []token
	headline bool
	prose    bool // sentences, in which capital letters mean names
}

// partsOf cuts an article's words into parts.
func partsOf(c *article.Content) []part {
	var parts []part
	add := func(p part) {
		if strings.TrimSpace(p.text) != "" {
			p.tokens = tokenize(p.text)
			parts = append(parts, p)
		}
	}
	add(part{block: above, text: c.Headline, headline: true})
	add(part{block: above, text: c.Standfirst, headline: true, prose: true})
	if c.Lead != nil {
		add(part{block: above, text: c.Lead.Caption, prose: true})
	}
	for i := range c.Body.Content {
		n := &c.Body.Content[i]
		if n.Type == "code" {
			continue
		}
		add(part{block: i, text: richtext.Text(richtext.Doc{Content: []richtext.Node{*n}}), prose: n.Type != "heading" && n.Type != "table"})
	}
	return parts
}

// reader counts the names in one article.
type reader struct {
	index     *Index
	language  string
	confirmed map[int64]bool
	parts     []part
	matches   [][]Match // of each part
	namings   map[int64]*Naming
	surnames  map[string]int64 // the last words of persons named in full, 0 when two share one
}

// Read finds the entries that an article names. Those that are confirmed decide
// whose a name is that several have. language is the site's, for articles that
// have none of their own.
func (x *Index) Read(c *article.Content, language string) []Naming {
	r := newReader(x, c, language)
	r.read()
	return r.namingsInOrder()
}

func newReader(x *Index, c *article.Content, language string) *reader {
	r := &reader{index: x, language: cmp.Or(c.Language, language), confirmed: map[int64]bool{}, parts: partsOf(c), namings: map[int64]*Naming{}, surnames: map[string]int64{}}
	for _, s := range c.Subjects {
		r.confirmed[s.ID] = true
	}
	return r
}

func (r *reader) read() {
	r.matches = make([][]Match, len(r.parts))
	for i := range r.parts {
		p := &r.parts[i]
		r.matches[i] = r.index.find(p.text, p.tokens, r.language)
		for _, m := range r.matches[i] {
			r.count(p, r.whose(m), m)
		}
	}
	for i := range r.parts {
		r.readSurnames(i)
	}
}

// whose narrows the owners of a name down to the confirmed ones, if any is.
func (r *reader) whose(m Match) []int64 {
	if len(m.IDs) < 2 {
		return m.IDs
	}
	var known []int64
	for _, id := range m.IDs {
		if r.confirmed[id] {
			known = append(known, id)
		}
	}
	if known != nil {
		return known
	}
	return m.IDs
}

func (r *reader) count(p *part, ids []int64, m Match) {
	for _, id := range ids {
		n := r.namings[id]
		if n == nil {
			n = &Naming{ID: id, Ambiguous: true}
			r.namings[id] = n
		}
		n.Times++
		if len(n.Blocks) == 0 || n.Blocks[len(n.Blocks)-1] != p.block {
			n.Blocks = append(n.Blocks, p.block)
		}
		n.Headline = n.Headline || p.headline
		n.Full = n.Full || m.Words > 1
		n.Ambiguous = n.Ambiguous && len(ids) > 1
		if m.Words > 1 && r.index.person(id) {
			last := p.tokens[m.first+m.Words-1]
			r.surname(last.word, id)
			for _, word := range alternatives(p.text, &last, r.language) {
				r.surname(word, id)
			}
		}
	}
}

func (r *reader) surname(word string, id int64) {
	if word == "" {
		return
	}
	if other, ok := r.surnames[word]; ok && other != id {
		id = 0
	}
	r.surnames[word] = id
}

// readSurnames counts those who were named in full where only their last name
// stands: "Mr Putin", "Putin's".
func (r *reader) readSurnames(i int) {
	p := &r.parts[i]
	if len(r.surnames) == 0 {
		return
	}
	taken := r.matches[i]
	for k := range p.tokens {
		tok := &p.tokens[k]
		for len(taken) > 0 && taken[0].first+taken[0].Words <= k {
			taken = taken[1:]
		}
		if len(taken) > 0 && taken[0].first <= k || tok.shape < capital && cased(p.text[tok.from:tok.to]) || r.partOfOther(p, k) {
			continue
		}
		for _, word := range append([]string{tok.word}, alternativesOf(p.text, tok, r.language)...) {
			if id := r.surnames[word]; id != 0 {
				r.count(p, []int64{id}, Match{From: tok.from, To: tok.to, Words: 1, first: k})
				r.matches[i] = append(r.matches[i], Match{From: tok.from, To: tok.to, IDs: []int64{id}, Words: 1, first: k})
				break
			}
		}
	}
	slices.SortFunc(r.matches[i], func(a, b Match) int { return cmp.Compare(a.first, b.first) })
}

func alternativesOf(text string, tok *token, language string) []string {
	all := alternatives(text, tok, language)
	return all[:]
}

// partOfOther tells whether a capitalised word stands right before: "Olga Putin"
// is not Vladimir Putin, but "President Putin" is, and "Yesterday Putin".
func (r *reader) partOfOther(p *part, k int) bool {
	if k == 0 || p.tokens[k].gap != joined || p.tokens[k-1].shape == small {
		return false
	}
	before := p.tokens[k-1].word
	return !signs.titles[before] && !signs.roles[before] && !signs.common[before]
}

// cased tells whether a word is of a script that knows capital letters.
func cased(s string) bool { return strings.ToUpper(s) != strings.ToLower(s) }

// namingsInOrder returns what was found, the most often named first.
func (r *reader) namingsInOrder() []Naming {
	out := make([]Naming, 0, len(r.namings))
	for _, n := range r.namings {
		slices.Sort(n.Blocks)
		n.Blocks = slices.Compact(n.Blocks)
		out = append(out, *n)
	}
	slices.SortFunc(out, func(a, b Naming) int { return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.ID, b.ID)) })
	return out
}
