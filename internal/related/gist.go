package related

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/words"
)

// Text is what a story says, for finding its kin.
type Text struct {
	Headline, Standfirst, Body string
	Labels                     []string // names of its tags, its storyline
	Language                   string   // BCP 47, "" for unknown
}

// Weights of fields: how many mentions in the body a mention there is worth.
const (
	weightHeadline   = 3
	weightStandfirst = 2
	weightLabel      = 3
	weightBody       = 1
	nameBonus        = 1.2 // what is written as a name tells more than other words
)

const (
	mostTopics = 80 // stems that are looked up
	mostAsked  = 30 // stems that are asked for
	halfCount  = 1.2
)

// Topic is a stem that a story is about.
type Topic struct {
	Stem   string
	Weight float64 // 0 to nameBonus
	Shown  string  // as the story writes it, for people
	Weak   bool    // says nothing to people, such as what opens sentences only
}

// Gist is a story cut down to what its kin are found by.
type Gist struct {
	Topics  []Topic  // the weightiest first
	Phrases []Phrase // names and standing expressions, the most frequent first
	Sketch  Sketch
}

// Phrase is some words that the story uses together.
type Phrase struct {
	Stems []string
	Shown string
	n     int
}

// GistOf reads a story. The analyser is that of the story's language.
func GistOf(an *words.Analyzer, t Text) Gist {
	g := gathering{an: an, stems: map[string]*mention{}, phrases: map[string]*Phrase{}}
	g.read(an.Tokens(t.Headline), t.Headline, weightHeadline)
	g.read(an.Tokens(t.Standfirst), t.Standfirst, weightStandfirst)
	for _, label := range t.Labels {
		g.read(an.Tokens(label), label, weightLabel)
	}
	body := an.Tokens(t.Body)
	g.read(body, t.Body, weightBody)
	return Gist{Topics: g.topics(), Phrases: g.together(), Sketch: sketchOf(body)}
}

// mention counts a stem.
type mention struct {
	weight float64
	names  int // mentions written as a name
	weak   int // mentions that say nothing to people
	n      int
	forms  map[string]int
}

type gathering struct {
	an      *words.Analyzer
	stems   map[string]*mention
	phrases map[string]*Phrase
}

func (g *gathering) read(toks []words.Token, text string, weight float64) {
	shouting := !strings.ContainsFunc(text, unicode.IsLower)
	var run []words.Token // of capitalised words
	weak := true          // the word before is no part of a phrase
	for i, t := range toks {
		name := !shouting && capital(text[t.From:t.To]) && !opens(text, t.From)
		if !telling(t) {
			g.endRun(&run, text)
			weak = true
			continue
		}
		before := weak
		weak = !name && g.an.Opening(t.Word)
		m := g.stems[t.Stem]
		if m == nil {
			m = &mention{forms: map[string]int{}}
			g.stems[t.Stem] = m
		}
		m.weight += weight
		m.n++
		m.forms[text[t.From:t.To]]++
		if name {
			m.names++
		}
		if weak {
			m.weak++
			g.endRun(&run, text)
			continue
		}
		if len(run) > 0 && (!capital(text[t.From:t.To]) || shouting || !beside(text, run[len(run)-1], t)) {
			g.endRun(&run, text)
		}
		if !shouting && capital(text[t.From:t.To]) {
			run = append(run, t)
		}
		if i > 0 && !before && beside(text, toks[i-1], t) {
			g.phrase(toks[i-1:i+1], text)
			if i > 1 && telling(toks[i-2]) && toks[i-2].To+1 == toks[i-1].From && text[toks[i-2].To] == '-' { // de-escalation zones
				g.phrase(toks[i-2:i+1], text)
			}
		}
	}
	g.endRun(&run, text)
}

// endRun takes a run of capitalised words for a name.
func (g *gathering) endRun(run *[]words.Token, text string) {
	if len(*run) > 2 && len(*run) <= 4 {
		g.phrase(*run, text)
	}
	*run = (*run)[:0]
}

func (g *gathering) phrase(toks []words.Token, text string) {
	stems := make([]string, len(toks))
	for i, t := range toks {
		stems[i] = t.Stem
	}
	key := strings.Join(stems, " ")
	p := g.phrases[key]
	if p == nil {
		p = &Phrase{Stems: stems, Shown: text[toks[0].From:toks[len(toks)-1].To]}
		g.phrases[key] = p
	}
	p.n++
}

// telling reports whether a word may say what a text is about.
func telling(t words.Token) bool {
	if t.Stop || t.Piece == words.Character || len(t.Stem) > 64 {
		return false
	}
	digits := strings.IndexFunc(t.Word, unicode.IsDigit) >= 0
	return utf8.RuneCountInString(t.Word) > 1 && !digits
}

func capital(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r)
}

// opens reports whether a sentence begins at from, where a capital means nothing.
func opens(text string, from int) bool {
	before := strings.TrimRight(text[:from], " \t\"'“”‘’«»„(")
	if before == "" {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(before)
	return strings.ContainsRune(".!?:\n…", r)
}

// beside reports whether only a space or hyphen stands between two words.
func beside(text string, a, b words.Token) bool {
	if a.To > b.From {
		return false
	}
	gap := text[a.To:b.From]
	return gap == " " || gap == "-" || gap == "\u00a0" || gap == "’s " || gap == "'s "
}

func (g *gathering) topics() []Topic {
	all := make([]Topic, 0, len(g.stems))
	for stem, m := range g.stems {
		w := m.weight / (m.weight + halfCount)
		if 2*m.names > m.n {
			w *= nameBonus
		}
		all = append(all, Topic{stem, w, likeliest(m.forms), m.weak == m.n})
	}
	slices.SortFunc(all, func(a, b Topic) int { return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Stem, b.Stem)) })
	return all[:min(len(all), mostTopics)]
}

// likeliest is the commonest form of a word; of two, the one that comes first
// in the alphabet.
func likeliest(forms map[string]int) string {
	best := ""
	for form, n := range forms {
		if best == "" || n > forms[best] || n == forms[best] && form < best {
			best = form
		}
	}
	return best
}

// together are the phrases that are names or come more than once.
func (g *gathering) together() []Phrase {
	var all []Phrase
	for _, p := range g.phrases {
		words := strings.FieldsFunc(p.Shown, func(r rune) bool { return r == ' ' || r == '-' })
		named := !slices.ContainsFunc(words, func(w string) bool { return !capital(w) })
		if p.n > 1 || named {
			all = append(all, *p)
		}
	}
	slices.SortFunc(all, func(a, b Phrase) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(len(b.Stems), len(a.Stems)), cmp.Compare(a.Shown, b.Shown))
	})
	return all[:min(len(all), 40)]
}

// Sketch tells how much of their text two stories share: the least hashes of
// its shingles in each of 128 classes (one-permutation hashing), a byte each,
// 0 for a class without any; and the number of shingles.
type Sketch struct {
	least [128]byte
	n     int
}

const shingle = 4 // words

func sketchOf(toks []words.Token) Sketch {
	var least [128]uint64
	for i := range least {
		least[i] = math.MaxUint64
	}
	var s Sketch
	var last [shingle]uint64
	read := 0
	for _, t := range toks {
		if t.Piece == words.Pair {
			continue
		}
		copy(last[:], last[1:])
		last[shingle-1] = hashOf(t.Word)
		if read++; read < shingle {
			continue
		}
		h := uint64(14695981039346656037)
		for _, w := range last {
			h = mix(h ^ w)
		}
		class := h >> 57
		least[class] = min(least[class], h<<7)
		s.n++
	}
	for i, h := range least {
		if h != math.MaxUint64 {
			s.least[i] = byte(mix(h)%255) + 1
		}
	}
	return s
}

func hashOf(word string) uint64 { // FNV-1a
	h := uint64(14695981039346656037)
	for i := range len(word) {
		h = (h ^ uint64(word[i])) * 1099511628211
	}
	return mix(h)
}

func mix(h uint64) uint64 { // the end of MurmurHash3
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// Bytes is the sketch as it is kept.
func (s *Sketch) Bytes() []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(s.n)), s.least[:]...)
}

// SketchOf reads what Bytes wrote; anything else is an empty sketch.
func SketchOf(b []byte) (s Sketch) {
	if len(b) == 4+len(s.least) {
		s.n = int(binary.BigEndian.Uint32(b))
		copy(s.least[:], b[4:])
	}
	return s
}

// Limits from which two texts tell the same story.
const (
	sameLikeness = 0.3 // part of the shingles of both that both have
	sameInside   = 0.6 // part of the shorter one's that the other has
	tooShort     = 20  // shingles of a text that cannot be told
)

// Same reports whether two texts tell the same story: one is the other with a
// new opening, an added paragraph, some cuts.
func (s *Sketch) Same(o *Sketch) bool {
	least := min(s.n, o.n)
	if least < tooShort {
		return false
	}
	same, any := 0, 0
	for i := range s.least {
		if s.least[i] != 0 || o.least[i] != 0 {
			any++
		}
		if s.least[i] != 0 && s.least[i] == o.least[i] {
			same++
		}
	}
	likeness := float64(same) / float64(any)
	inside := likeness / (1 + likeness) * float64(s.n+o.n) / float64(least)
	return likeness >= sameLikeness || inside >= sameInside && same >= 6
}
