package urlpath

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Sample is a published article with its real address. Date is in the site's
// zone; Categories are paths from the root ("world/europe"), any of which
// WordPress may have taken; a Path of "" or "/" (an article without permalink)
// is passed over.
type Sample struct {
	Path       string
	Date       time.Time
	Slug       string
	ID         int64
	Categories []string
	Author     string
}

const (
	inferFrom      = 2000 // samples that propose patterns
	inferReadings  = 64   // readings of one address
	inferFinalists = 16   // patterns counted over all samples
)

// Infer finds the permalink pattern that explains most of the samples. It
// returns the pattern, how many samples it explains and how many had an
// address; "" and 0 when none explains any. Among equals the pattern with the
// least literal text wins.
func Infer(samples []Sample) (pattern string, matched, total int) {
	usable := samples[:0:0]
	for _, s := range samples {
		s.Path = plainPath(s.Path)
		s.Slug, s.Author = plainPath(s.Slug), plainPath(s.Author)
		if s.Path != "" && s.Path != "/" {
			usable = append(usable, s)
		}
	}
	votes := map[string]int{}
	step := max(1, len(usable)/inferFrom)
	for i := 0; i < len(usable); i += step {
		for _, reading := range usable[i].readings() {
			votes[reading]++
		}
	}
	best := 0
	for _, candidate := range finalists(votes) {
		p, err := Parse(candidate)
		if err != nil {
			continue
		}
		n := 0
		for i := range usable {
			if usable[i].explainedBy(p) {
				n++
			}
		}
		if n > best {
			pattern, best = candidate, n
		}
	}
	return pattern, best, len(usable)
}

// finalists orders patterns by votes, then by how little literal text they
// hold, then by name, and returns the first few.
func finalists(votes map[string]int) []string {
	names := make([]string, 0, len(votes))
	for name := range votes {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if votes[a] != votes[b] {
			return votes[b] - votes[a]
		}
		if la, lb := len(token.ReplaceAllString(a, "")), len(token.ReplaceAllString(b, "")); la != lb {
			return la - lb
		}
		return strings.Compare(a, b)
	})
	return names[:min(len(names), inferFinalists)]
}

// plainPath decodes a path for comparison, "" when it is not a proper one.
func plainPath(path string) string {
	decoded, ok := decode(path)
	if !ok {
		return ""
	}
	return guardPercents(norm.NFC.String(decoded))
}

// explainedBy tells whether the pattern builds the sample's address.
func (s *Sample) explainedBy(p Pattern) bool {
	parts := Parts{Time: s.Date, Slug: s.Slug, ID: s.ID, Author: s.Author}
	if !strings.Contains(p.text, "%category%") {
		return strings.EqualFold(p.Build(parts), s.Path)
	}
	for _, category := range s.Categories {
		parts.Category = plainPath(category)
		if strings.EqualFold(p.Build(parts), s.Path) {
			return true
		}
	}
	return false
}

// value is text that a token stands for in one sample.
type value struct {
	token, text string
	segment     bool // stands only between slashes
	digits      bool // stands only between non-digits, or beside other tokens
}

func (s *Sample) values() []value {
	list := []value{
		{token: "%postname%", text: s.Slug},
		{token: "%author%", text: s.Author, segment: true},
		{token: "%year%", text: s.Date.Format("2006"), digits: true},
		{token: "%monthnum%", text: s.Date.Format("01"), digits: true},
		{token: "%day%", text: s.Date.Format("02"), digits: true},
		{token: "%hour%", text: s.Date.Format("15"), digits: true},
		{token: "%minute%", text: s.Date.Format("04"), digits: true},
		{token: "%second%", text: s.Date.Format("05"), digits: true},
	}
	if s.ID != 0 {
		list = append(list, value{token: "%post_id%", text: fmt.Sprint(s.ID), digits: true})
	}
	for _, category := range s.Categories {
		list = append(list, value{token: "%category%", text: strings.Trim(plainPath(category), "/"), segment: true})
	}
	return slices.DeleteFunc(list, func(v value) bool { return v.text == "" })
}

// readings returns the patterns that could have built the sample's address.
func (s *Sample) readings() []string {
	r := reader{path: s.Path, values: s.values()}
	r.read(0, "", false)
	return r.found
}

// reader walks an address and replaces values by their tokens in all ways.
type reader struct {
	path   string
	values []value
	found  []string
}

// read continues at position at with the pattern so far. afterToken says
// whether the text before at became a token.
func (r *reader) read(at int, pattern string, afterToken bool) {
	if len(r.found) >= inferReadings {
		return
	}
	if at == len(r.path) {
		if identifies(pattern) && !slices.Contains(r.found, pattern) {
			r.found = append(r.found, pattern)
		}
		return
	}
	tried := false
	for _, v := range r.values {
		if strings.Contains(pattern, v.token) || !r.fits(v, at, afterToken) {
			continue
		}
		tried = true
		r.read(at+len(v.text), pattern+v.token, true)
	}
	// A value that fits and yet is literal text: only worth a try for words,
	// as a year that fits is a year.
	if !tried || !isDigit(r.path[at]) {
		r.literal(at, pattern)
	}
}

// literal takes text up to where a value could start.
func (r *reader) literal(at int, pattern string) {
	end := at + 1
	for end < len(r.path) && !slices.ContainsFunc(r.values, func(v value) bool { return r.fits(v, end, false) }) {
		end++
	}
	r.read(end, pattern+r.path[at:end], false)
}

// fits tells whether a value stands at a position, properly bounded.
func (r *reader) fits(v value, at int, afterToken bool) bool {
	end := at + len(v.text)
	if at == 0 || end > len(r.path) || !strings.EqualFold(r.path[at:end], v.text) {
		return false
	}
	before, after := r.path[at-1], byte('/')
	if end < len(r.path) {
		after = r.path[end]
	}
	switch {
	case v.segment:
		return before == '/' && after == '/'
	case v.digits:
		return (afterToken || !isDigit(before)) && (!isDigit(after) || r.tokenAt(end))
	}
	return !isWord(before) && !isWord(after)
}

// tokenAt tells whether a number of the sample stands at a position, as in
// "20260131".
func (r *reader) tokenAt(at int) bool {
	return slices.ContainsFunc(r.values, func(v value) bool {
		return v.digits && strings.HasPrefix(r.path[at:], v.text)
	})
}

// identifies tells whether a pattern tells articles apart.
func identifies(pattern string) bool {
	return strings.Contains(pattern, "%postname%") || strings.Contains(pattern, "%post_id%")
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80 }
