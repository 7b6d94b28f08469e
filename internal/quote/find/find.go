package find

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Span is a passage of a paragraph, in bytes.
type Span struct{ From, To int }

// Found is one suggestion: passages of a paragraph, in their order, that are
// words of one speaker.
type Found struct {
	Paragraph int
	Spans     []Span // without the quotation marks around direct words
	Speaker   string // the fullest name that the text has given so far
	Role      string
	Outlet    string
	Date      string // ISO 8601 day, month or year; "" when the text does not say
	Direct    bool   // in quotation marks
}

// maxParagraph bounds what is looked at of one paragraph, in bytes.
const maxParagraph = 20_000

// Quotes looks through the paragraphs of a text that is published on day.
func Quotes(paragraphs []string, day time.Time) []Found {
	f := finder{day: day, people: map[string]*person{}}
	for i, p := range paragraphs {
		if len(p) > maxParagraph || !utf8.ValidString(p) || strings.ContainsRune(p, mark) {
			continue
		}
		f.paragraph(i, p)
	}
	f.completeNames(paragraphs)
	return f.out
}

// finder is what is known of a text so far.
type finder struct {
	day    time.Time
	people map[string]*person // by the last word of their name, lower case
	last   *person            // whom "he" or "she" means
	quoted *Found             // the quote that a bare next one goes on with
	out    []Found
}

// person is somebody whom the text has named.
type person struct{ name, role string }

func (f *finder) paragraph(at int, text string) {
	f.quoted = nil
	for _, s := range sentences(text) {
		found := f.sentence(s)
		for i := range found {
			found[i].Paragraph = at
		}
		f.out = append(f.out, found...)
		f.quoted = nil
		if n := len(found); n > 0 && found[n-1].Direct {
			one := found[n-1]
			f.quoted = &one
		}
		if len(found) == 0 {
			f.notice(s)
		}
	}
}

// sentence finds the quotes of one sentence.
func (f *finder) sentence(s sentence) []Found {
	if s.bare() { // a quote alone goes on with the one before it
		if f.quoted == nil {
			return nil
		}
		one := *f.quoted
		one.Spans, one.Date = []Span{s.quotes[0].inner}, f.quoted.Date
		return []Found{one}
	}
	if hypothetical(s.text) {
		return nil
	}
	if found := f.according(s); found != nil {
		return found
	}
	for _, v := range s.verbs() {
		if a, ok := f.attribution(s, v); ok {
			if found := f.complement(s, v, a); found != nil {
				return found
			}
		}
	}
	return nil
}

// hypothetical reports sentences that tell of what is not said, or not yet.
func hypothetical(s string) bool {
	for _, start := range []string{"If ", "Unless ", "Whether ", "Under the ", "When asked", "It goes without saying", "It is said", "As the old saying"} {
		if strings.HasPrefix(s, start) {
			return start != "When asked"
		}
	}
	return false
}

// notice remembers whom a sentence is about, for the pronouns of the next ones.
func (f *finder) notice(s sentence) {
	if segs := strings.SplitN(s.text, ", ", 4); len(segs) > 2 {
		if first, _, _ := strings.Cut(segs[2], " "); lowerVerb(first) || determiner.MatchString(segs[1]) && properHead(segs[1]) {
			if np, ok := f.withApposition(segs[0], segs[1]); ok && np.named && np.human {
				f.remember(&np)
				return
			}
		}
	}
	text := s.text
	if _, rest, ok := strings.Cut(text, ", "); ok && leads.MatchString(text) { // "Asked what he felt, Mr. Lee thinks"
		text = rest
	}
	words := strings.Fields(text)
	for n := min(len(words), 12); n > 0; n-- {
		head := strings.Join(words[:n], " ")
		if !strings.HasSuffix(head, ",") && n < len(words) && !lowerVerb(words[n]) {
			continue
		}
		subject := strings.TrimSuffix(head, ",")
		if n < len(words) && finite[words[n]] { // "Ann Lee's is number 14"
			subject = owns.ReplaceAllString(subject, "")
		}
		if np, ok := f.parse(subject); ok && np.named && np.human {
			f.remember(&np)
			return
		}
	}
}

// lowerVerb reports a word that can follow a subject.
func lowerVerb(w string) bool {
	w = strings.Trim(w, ",.;:")
	return finite[w] || len(w) > 3 && (strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "s")) && unicode.IsLower(rune(w[0]))
}

// remember notes a speaker and completes what the text has told of them before.
func (f *finder) remember(np *phrase) *person {
	if !np.named {
		p := &person{name: np.name, role: np.role}
		if np.human {
			f.last = p
		}
		return p
	}
	key := lastWord(np.name)
	known := f.people[key]
	switch {
	case known == nil:
		known = &person{name: np.name, role: np.role}
		f.people[key] = known
	case strings.Contains(np.name, " ") && !strings.Contains(known.name, " "):
		known.name = np.name
	case strings.Contains(np.name, " ") && np.name != known.name:
		known = &person{name: np.name, role: np.role}
		f.people[key] = known
	}
	if known.role == "" {
		known.role = np.role
	}
	if np.human {
		f.last = known
	}
	return known
}

func lastWord(s string) string {
	return strings.ToLower(s[strings.LastIndexByte(s, ' ')+1:])
}
