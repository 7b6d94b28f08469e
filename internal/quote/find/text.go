package find

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mark stands in a sentence's text for a passage in quotation marks.
const mark = '\uE000'

// quoteAt is a passage in quotation marks: with them, and without.
type quoteAt struct{ outer, inner Span }

// sentence is one sentence of a paragraph. In text each quotation is one mark;
// at tells for each byte of text where it is in the paragraph.
type sentence struct {
	text   string
	at     []int // has one more: the end
	quotes []quoteAt
	source string // the paragraph
}

// bare reports a sentence that is one quotation and nothing else.
func (s *sentence) bare() bool {
	return len(s.quotes) == 1 && strings.Trim(s.text, " .!?,…"+string(mark)) == ""
}

// span is the place in the paragraph of a part of text, without the space and
// the full stop around it.
func (s *sentence) span(from, to int) Span {
	for from < to && strings.ContainsRune(" ,", rune(s.text[from])) {
		from++
	}
	for to > from && strings.ContainsRune(" ,.;", rune(s.text[to-1])) {
		if s.text[to-1] == '.' && abbreviated(s.text[:to]) {
			break
		}
		to--
	}
	return Span{s.at[from], s.at[to]}
}

// quoteSpans finds the passages in quotation marks.
func quoteSpans(text string) []quoteAt {
	var out []quoteAt
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		closing := closerOf(r)
		if closing == 0 || !opens(text, i, r) {
			i += size
			continue
		}
		end := closes(text, i+size, closing)
		if end < 0 {
			i += size
			continue
		}
		n := utf8.RuneLen(closing)
		inner := Span{i + size, end}
		for inner.To > inner.From && strings.IndexByte(",. ", text[inner.To-1]) >= 0 {
			inner.To--
		}
		if inner.To > inner.From {
			out = append(out, quoteAt{Span{i, end + n}, inner})
		}
		i = end + n
	}
	return out
}

func closerOf(r rune) rune {
	switch r {
	case '"':
		return '"'
	case '“', '„':
		return '”'
	case '‘':
		return '’'
	case '\'':
		return '\''
	case '«':
		return '»'
	}
	return 0
}

// opens reports whether a sign at i begins a quotation: apostrophes do not.
func opens(text string, i int, r rune) bool {
	if r == '“' || r == '„' || r == '«' {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
	free := i == 0 || unicode.IsSpace(before) || strings.ContainsRune("(—–[", before)
	return free && !unicode.IsSpace(after) && after != utf8.RuneError
}

// closes finds the end of a quotation. A single sign inside a word is an
// apostrophe.
func closes(text string, from int, closing rune) int {
	for i := from; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == closing {
			after, _ := utf8.DecodeRuneInString(text[i+size:])
			if closing != '\'' && closing != '’' || !unicode.IsLetter(after) {
				return i
			}
		}
		i += size
	}
	return -1
}

var abbreviation = regexp.MustCompile(`(?:^|[ (])(?:Mr|Mrs|Ms|Mx|Dr|Prof|St|Lt|Cmdr|Col|Gen|Brig|Maj|Capt|Sgt|Cpl|Rev|Sen|Gov|Rep|Hon|Jr|Sr|Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec|No|vs|etc|Inc|Ltd|Co|Corp|[A-Z]|U\.S|U\.N|U\.K|a\.m|p\.m|e\.g|i\.e)\.$`)

// abbreviated reports whether the full stop that a text ends with is one of an
// abbreviation.
func abbreviated(s string) bool {
	return abbreviation.MatchString(s[max(0, len(s)-12):])
}

// sentences divides a paragraph. A quotation is never divided, and belongs to
// the words that attribute it.
func sentences(text string) []sentence {
	quotes := quoteSpans(text)
	var b strings.Builder
	var at []int
	next := 0
	var inside []quoteAt
	var out []sentence
	finish := func(end int) {
		s := sentence{text: b.String(), quotes: inside, source: text, at: append(at, end)}
		if lead := len(s.text) - len(strings.TrimLeft(s.text, " ")); lead > 0 {
			s.text, s.at = s.text[lead:], s.at[lead:]
		}
		s.text = strings.TrimRight(s.text, " ")
		s.at = s.at[:len(s.text)+1]
		if s.text != "" {
			out = append(out, s)
		}
		b.Reset()
		at, inside = nil, nil
	}
	for i := 0; i < len(text); {
		if next < len(quotes) && i == quotes[next].outer.From {
			q := quotes[next]
			next++
			b.WriteRune(mark)
			for range utf8.RuneLen(mark) {
				at = append(at, q.outer.From)
			}
			inside = append(inside, q)
			i = q.outer.To
			if endsIn(text[q.inner.From:q.outer.To]) && ended(text[i:]) {
				finish(i)
			}
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		b.WriteString(text[i : i+size])
		for k := range size {
			at = append(at, i+k)
		}
		i += size
		if strings.ContainsAny(text[i-size:i], ".!?") && !abbreviated(b.String()) && ended(text[i:]) || text[i-size] == '\n' {
			finish(i)
		}
	}
	finish(len(text))
	return out
}

// endsIn reports a quotation whose last sign ends a sentence.
func endsIn(q string) bool {
	q = strings.TrimRight(q, `"'”’»`)
	return q != "" && strings.ContainsRune(".!?…", lastRune(q))
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// ended reports whether a sentence is over before rest: a new one begins with
// a capital or a quotation, and does not only attribute what stands before.
func ended(rest string) bool {
	trimmed := strings.TrimLeft(rest, " ")
	if trimmed == "" {
		return true
	}
	if len(trimmed) == len(rest) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(trimmed)
	switch {
	case unicode.IsLower(first) || strings.ContainsRune(",;:—–-", first):
		return false
	case closerOf(first) != 0:
		return true
	}
	return true
}
