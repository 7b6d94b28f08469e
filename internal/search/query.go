package search

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dateline/internal/fold"
)

// Kind is what a part of a question asks for.
type Kind uint8

// The kinds.
const (
	Word Kind = iota
	Phrase
	Author
	Section
	Tag
	Said
	Before // published before the day, month or year
	After  // published in it or later
)

// Part is one thing that a question asks for.
type Part struct {
	Kind Kind
	Not  bool
	Vain bool      // not understood: its words may raise an article but need not be in it
	Text string    // what is asked for, without operator and quotation marks
	Raw  string    // as typed
	At   time.Time // of Before and After
}

// Problem is why a part of a question was searched as plain words.
type Problem uint8

// The problems.
const (
	NoDate    Problem = iota // before: or after: without a date
	NoSection                // section: with a name that no section has
	NoTag
	NoValue // an operator with nothing behind it
	TooLong // the end of the question was left out
)

// Note says what could not be understood.
type Note struct {
	Problem Problem
	Raw     string
}

// Parsed is a question as it was understood.
type Parsed struct {
	Parts []Part
	Notes []Note
}

const (
	maxParts      = 24
	maxQueryBytes = 600
)

// operators are the names that may stand before a colon, in the languages of
// the interface; each is understood on every site.
var operators = map[string]Kind{
	"author": Author, "by": Author, "autor": Author, "autorin": Author, "von": Author, "auteur": Author, "autora": Author, "كاتب": Author,
	"section": Section, "in": Section, "ressort": Section, "rubrik": Section, "rubrique": Section, "seccion": Section, "قسم": Section,
	"tag": Tag, "schlagwort": Tag, "stichwort": Tag, "mot": Tag, "etiquette": Tag, "etiqueta": Tag, "وسم": Tag,
	"before": Before, "vor": Before, "avant": Before, "antes": Before, "قبل": Before,
	"after": After, "since": After, "nach": After, "seit": After, "apres": After, "depuis": After, "despues": After, "desde": After, "بعد": After,
	"saidby": Said, "said": Said, "gesagtvon": Said, "sagt": Said, "ditpar": Said, "dit": Said, "dichopor": Said, "dicho": Said, "قال": Said,
}

// operator finds the kind that a word before a colon names: case, accents and
// hyphens do not matter.
func operator(name string) (Kind, bool) {
	var b strings.Builder
	for _, t := range fold.Tokens(name) {
		b.WriteString(t.Word)
	}
	k, ok := operators[b.String()]
	return k, ok
}

// Parse reads a question. What it cannot understand it takes as words and says
// so; it never fails. Dates are of the zone.
func Parse(text string, zone *time.Location) Parsed {
	var p Parsed
	if len(text) > maxQueryBytes {
		text = clip(text, maxQueryBytes)
		if i := strings.LastIndexFunc(text, unicode.IsSpace); i > 0 {
			text = text[:i] // half a word is another word
		}
		p.Notes = append(p.Notes, Note{TooLong, ""})
	}
	for rest := strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", " "), " "); ; {
		var raw string
		if raw, rest = nextPart(rest); raw == "" {
			return p
		}
		if len(p.Parts) >= maxParts {
			p.Notes = append(p.Notes, Note{TooLong, raw})
			return p
		}
		p.add(raw, zone)
	}
}

// nextPart cuts the next part off: up to white space outside quotation marks.
func nextPart(s string) (raw, rest string) {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	inside := rune(0)
	for i, r := range s {
		switch {
		case inside != 0 && closes(inside, r):
			return s[:i+utf8.RuneLen(r)], s[i+utf8.RuneLen(r):]
		case inside == 0 && unicode.IsSpace(r):
			return s[:i], s[i:]
		case inside == 0 && opens(r) && atStart(s[:i]):
			inside = r
		}
	}
	return s, ""
}

// opens reports marks that begin a phrase.
func opens(r rune) bool {
	switch r {
	case '"', '“', '„', '«', '»', '「', '”':
		return true
	}
	return false
}

func closes(open, r rune) bool {
	switch open {
	case '"':
		return r == '"'
	case '“', '”', '„':
		return r == '”' || r == '“' || r == '"'
	case '«':
		return r == '»'
	case '»':
		return r == '«'
	}
	return r == '」'
}

// atStart reports whether a quotation mark behind this begins a phrase: at the
// start of a part, behind a minus or an operator.
func atStart(before string) bool {
	before = strings.TrimLeft(before, "-−–")
	return before == "" || strings.HasSuffix(before, ":") || strings.HasSuffix(before, "：")
}

func (p *Parsed) add(raw string, zone *time.Location) {
	body := raw
	not := false
	for _, minus := range []string{"-", "−", "–"} {
		if after, ok := strings.CutPrefix(raw, minus); ok && hasWord(after) {
			body, not = after, true
		}
	}
	part := Part{Not: not, Raw: raw}
	i := strings.IndexAny(body, ":：")
	if i > 0 && !opens(firstRune(body)) {
		if kind, ok := operator(body[:i]); ok {
			_, size := utf8.DecodeRuneInString(body[i:])
			p.operator(part, kind, body[i+size:], body, zone)
			return
		}
	}
	part.Text, part.Kind = unquote(body)
	if hasWord(part.Text) {
		p.Parts = append(p.Parts, part)
	}
}

// operator adds a part with an operator, or its words when its value makes no
// sense.
func (p *Parsed) operator(part Part, kind Kind, value, body string, zone *time.Location) {
	part.Kind = kind
	part.Text, _ = unquote(value)
	if !hasWord(part.Text) {
		p.Notes = append(p.Notes, Note{NoValue, part.Raw})
		part.Kind, part.Text, part.Not, part.Vain = Word, body, false, true
		p.Parts = append(p.Parts, part)
		return
	}
	if kind == Before || kind == After {
		at, ok := dateOf(part.Text, zone)
		if !ok {
			p.AsWords(part, NoDate)
			return
		}
		if part.At = at; part.Not { // not before is after, and the other way round
			part.Not = false
			part.Kind = Before + After - kind
		}
	}
	p.Parts = append(p.Parts, part)
}

// AsWords adds a part as plain words, with a note why.
func (p *Parsed) AsWords(part Part, why Problem) {
	p.Notes = append(p.Notes, Note{why, part.Raw})
	part.Kind, part.Text, part.Not, part.Vain = Word, strings.TrimLeft(part.Raw, "-−–"), false, true
	p.Parts = append(p.Parts, part)
}

// unquote takes quotation marks off; a phrase has some.
func unquote(s string) (string, Kind) {
	r, size := utf8.DecodeRuneInString(s)
	if !opens(r) {
		return s, Word
	}
	s = s[size:]
	if last, n := utf8.DecodeLastRuneInString(s); n > 0 && closes(r, last) {
		s = s[:len(s)-n]
	}
	return s, Phrase
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func hasWord(s string) bool { return len(fold.Tokens(s)) > 0 }

// dateOf reads 2026, 2026-05 or 2026-05-31: the beginning of it in the zone.
// Years may also stand last (31.5.2026, 31/05/2026), as much of the world
// writes.
func dateOf(text string, zone *time.Location) (time.Time, bool) {
	text = westernDigits(strings.TrimSpace(text))
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2.1.2006", "2/1/2006", "2006-1", "2006/1", "1.2006", "1/2006", "2006"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil && t.Year() > 0 {
			return t, true
		}
	}
	return time.Time{}, false
}

// westernDigits writes the digits of other scripts as 0 to 9.
func westernDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case '٠' <= r && r <= '٩':
			return '0' + r - '٠'
		case '۰' <= r && r <= '۹':
			return '0' + r - '۰'
		}
		return r
	}, s)
}

// String writes the question again.
func (p Parsed) String() string {
	var all []string
	for _, part := range p.Parts {
		all = append(all, part.Raw)
	}
	return strings.Join(all, " ")
}

// Without is the question without its i-th part.
func (p Parsed) Without(i int) string {
	rest := Parsed{Parts: append(append([]Part{}, p.Parts[:i]...), p.Parts[i+1:]...)}
	return rest.String()
}
