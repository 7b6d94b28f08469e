// Package labelled reads the sentences that measure the finding of quotes and
// says how good it is. The form of the files is in ../testdata/README.md.
package labelled

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"dateline/internal/fold"
	"dateline/internal/quote/find"
)

// Label is what a person says of one passage.
type Label struct {
	Line                        int
	Words                       string
	Speaker, Role, Outlet, Date string
	paragraph, from, to         int
}

// Article is a run of sentences that stand in one text.
type Article struct {
	Day        time.Time
	Paragraphs []string
	Labels     []Label
	Sentences  int
}

// Read reads a file of labelled sentences.
func Read(r io.Reader) ([]Article, error) {
	var out []Article
	var a Article
	day := time.Time{}
	fresh := true // the next sentence begins a paragraph
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "":
			fresh = true
			continue
		case line[0] == '@':
			if len(a.Paragraphs) > 0 {
				out = append(out, a)
			}
			if rest := strings.TrimSpace(line[1:]); rest != "" {
				var err error
				if day, err = time.Parse(time.DateOnly, rest); err != nil {
					return nil, fmt.Errorf("line %d: %w", n, err)
				}
			}
			a, fresh = Article{Day: day}, true
			continue
		}
		if fresh {
			a.Paragraphs = append(a.Paragraphs, "")
			fresh = false
		}
		if err := a.add(line, n); err != nil {
			return nil, err
		}
	}
	if len(a.Paragraphs) > 0 {
		out = append(out, a)
	}
	return out, lines.Err()
}

func (a *Article) add(line string, n int) error {
	parts := strings.Split(line, "||")
	text := &a.Paragraphs[len(a.Paragraphs)-1]
	if *text != "" {
		*text += " "
	}
	a.Sentences++
	labels := parts[1:]
	for _, r := range strings.TrimSpace(parts[0]) {
		switch r {
		case '{':
			if len(labels) == 0 {
				return fmt.Errorf("line %d: a passage without a label", n)
			}
			l := Label{Line: n, paragraph: len(a.Paragraphs) - 1, from: len(*text)}
			if err := l.read(labels[0], a.Labels); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
			labels = labels[1:]
			a.Labels = append(a.Labels, l)
		case '}':
			l := &a.Labels[len(a.Labels)-1]
			l.to = len(*text)
			l.Words = (*text)[l.from:l.to]
		default:
			*text += string(r)
		}
	}
	if len(labels) > 0 {
		return fmt.Errorf("line %d: a label without a passage", n)
	}
	return nil
}

func (l *Label) read(s string, before []Label) error {
	fields := strings.Split(s, "|")
	if strings.TrimSpace(s) == "=" {
		if len(before) == 0 {
			return fmt.Errorf("nothing to repeat")
		}
		last := before[len(before)-1]
		l.Speaker, l.Role, l.Outlet, l.Date = last.Speaker, last.Role, last.Outlet, last.Date
		return nil
	}
	if len(fields) > 4 {
		return fmt.Errorf("%d fields", len(fields))
	}
	for i, to := range []*string{&l.Speaker, &l.Role, &l.Outlet, &l.Date}[:len(fields)] {
		*to = strings.TrimSpace(fields[i])
	}
	return nil
}

// Score counts passages. Right ones overlap a label by four fifths of the words
// of both and name its speaker; Passages only overlap.
type Score struct {
	Sentences, Labels, Found       int
	Passages, Right                int
	Role, Outlet, Date             int // of the right ones, that agree
	HasRole, HasOutlet, HasDate    int // labels of right ones that have any
	SaysRole, SaysOutlet, SaysDate int // right ones for which the finder says any
}

// Precision is the share of what was found that is right.
func (s Score) Precision() float64 { return share(s.Right, s.Found) }

// Recall is the share of the labels that were found rightly.
func (s Score) Recall() float64 { return share(s.Right, s.Labels) }

func share(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Measure runs the finder over articles. tell is given every difference; nil
// for silence.
func Measure(articles []Article, tell func(string)) Score {
	var s Score
	if tell == nil {
		tell = func(string) {}
	}
	for i := range articles {
		s.article(&articles[i], tell)
	}
	return s
}

func (s *Score) article(a *Article, tell func(string)) {
	s.Sentences += a.Sentences
	s.Labels += len(a.Labels)
	used := make([]bool, len(a.Labels))
	for _, f := range find.Quotes(a.Paragraphs, a.Day) {
		for _, span := range f.Spans {
			s.Found++
			words := a.Paragraphs[f.Paragraph][span.From:span.To]
			at := -1
			for i := range a.Labels {
				l := &a.Labels[i]
				if !used[i] && l.paragraph == f.Paragraph && l.to > span.From && l.from < span.To && alike(l.Words, words) {
					at = i
					break
				}
			}
			if at < 0 {
				tell(fmt.Sprintf("not labelled: %q by %q", words, f.Speaker))
				continue
			}
			used[at] = true
			s.Passages++
			s.compare(&a.Labels[at], &f, tell)
		}
	}
	for i, l := range a.Labels {
		if !used[i] {
			tell(fmt.Sprintf("line %d not found: %q by %q", l.Line, l.Words, l.Speaker))
		}
	}
}

func (s *Score) compare(l *Label, f *find.Found, tell func(string)) {
	if key(l.Speaker) != key(f.Speaker) {
		tell(fmt.Sprintf("line %d: speaker %q, not %q", l.Line, f.Speaker, l.Speaker))
		return
	}
	s.Right++
	for _, field := range []struct {
		name            string
		want, got       string
		has, says, fits *int
	}{{"role", l.Role, f.Role, &s.HasRole, &s.SaysRole, &s.Role}, {"outlet", l.Outlet, f.Outlet, &s.HasOutlet, &s.SaysOutlet, &s.Outlet},
		{"date", l.Date, f.Date, &s.HasDate, &s.SaysDate, &s.Date}} {
		if field.want != "" {
			*field.has++
		}
		if field.got != "" {
			*field.says++
		}
		switch same := key(field.want) == key(field.got); {
		case same && field.want != "":
			*field.fits++
		case !same:
			tell(fmt.Sprintf("line %d: %s %q, not %q", l.Line, field.name, field.got, field.want))
		}
	}
}

// key is a name without articles and possessives before it, folded.
func key(s string) string {
	words := fold.Tokens(s)
	for len(words) > 1 {
		switch words[0].Word {
		case "the", "a", "an", "one", "some", "his", "her", "its", "their", "mr", "ms", "mrs", "dr":
			words = words[1:]
			continue
		}
		break
	}
	var out []string
	for _, w := range words {
		out = append(out, w.Word)
	}
	return strings.Join(out, " ")
}

// alike tells whether two passages share four fifths of their words.
func alike(a, b string) bool {
	x, y := fold.Tokens(a), fold.Tokens(b)
	count := map[string]int{}
	for _, t := range x {
		count[t.Word]++
	}
	common := 0
	for _, t := range y {
		if count[t.Word] > 0 {
			count[t.Word]--
			common++
		}
	}
	return common > 0 && 5*common >= 4*max(len(x), len(y))
}
