package storyline

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/fault"
	"dateline/internal/richtext"
)

// Storyline is one continuing story.
type Storyline struct {
	ID        int64 // of its list
	Headline  string
	Slug      string
	Path      string  // of its page: "/storyline/the-harbour-talks/"
	Summary   string  // Markdown: paragraphs, emphasis, links, lists, quotes
	Subjects  []int64 // key people and places, in their order: entries of the register
	Questions []string
	Coming    []Coming
	Closed    bool  // the story has ended
	Revision  int64 // grows with each change
	Updated   time.Time
}

// Coming is something that is scheduled.
type Coming struct {
	When  string `json:"when"` // "2026-12-02T14:00" of the site's clock, "2026-12-02", "2026-12" or "2026"
	What  string `json:"what"`
	Where string `json:"where,omitempty"`
}

// Limits of a storyline.
const (
	mostHeadline  = 200    // letters
	mostSummary   = 20_000 // likewise
	MostSubjects  = 30
	MostQuestions = 20
	MostComing    = 20
	mostLine      = 500 // letters of a question, or of what is scheduled
)

// Doc is the summary as a document.
func (s *Storyline) Doc() richtext.Doc { return richtext.FromMarkdown(s.Summary) }

// clean tidies what a person typed and says what is wrong with it.
func (s *Storyline) clean() error {
	s.Headline = oneLine(s.Headline)
	switch {
	case s.Headline == "":
		return fault.New(fault.Invalid, "the storyline needs a headline").WithHint("a few words that its articles share: The harbour talks")
	case utf8.RuneCountInString(s.Headline) > mostHeadline:
		return fault.New(fault.Invalid, "the headline of the storyline is longer than %d letters", mostHeadline).WithHint("the summary says the rest")
	}
	s.Summary = strings.TrimSpace(strings.ReplaceAll(s.Summary, "\r\n", "\n"))
	if utf8.RuneCountInString(s.Summary) > mostSummary {
		return fault.New(fault.Invalid, "the summary is longer than %d letters", mostSummary).WithHint("a few paragraphs are enough: the articles tell the rest")
	}
	if s.Subjects = onlyOnce(s.Subjects); len(s.Subjects) > MostSubjects {
		return fault.New(fault.Invalid, "%d key people and places are too many", len(s.Subjects)).WithHint("keep the %d that matter most", MostSubjects)
	}
	if err := s.cleanQuestions(); err != nil {
		return err
	}
	return s.cleanComing()
}

func onlyOnce(ids []int64) []int64 {
	var out []int64
	for _, id := range ids {
		if id > 0 && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func (s *Storyline) cleanQuestions() error {
	var out []string
	for _, q := range s.Questions {
		if q = oneLine(q); q == "" || slices.Contains(out, q) {
			continue
		}
		if utf8.RuneCountInString(q) > mostLine {
			return fault.New(fault.Invalid, "the question “%s” is longer than %d letters", clipped(q), mostLine)
		}
		out = append(out, q)
	}
	if s.Questions = out; len(out) > MostQuestions {
		return fault.New(fault.Invalid, "%d open questions are too many", len(out)).WithHint("keep the %d that matter most", MostQuestions)
	}
	return nil
}

// cleanComing tidies what is scheduled and puts it in the order of time.
func (s *Storyline) cleanComing() error {
	var out []Coming
	for _, c := range s.Coming {
		c.What, c.Where, c.When = oneLine(c.What), oneLine(c.Where), strings.Replace(oneLine(c.When), " ", "T", 1)
		if c == (Coming{}) {
			continue
		}
		if c.What == "" {
			return fault.New(fault.Invalid, "say what is scheduled for %s", cmp.Or(c.When, c.Where)).WithHint("or empty the whole row")
		}
		if utf8.RuneCountInString(c.What) > mostLine || utf8.RuneCountInString(c.Where) > mostLine {
			return fault.New(fault.Invalid, "“%s” is longer than %d letters", clipped(c.What), mostLine)
		}
		if layoutOf(c.When) == "" {
			return fault.New(fault.Invalid, "“%s”: %q is no day or moment", clipped(c.What), clipped(c.When)).
				WithHint("write it as 2026-12-02 14:00, 2026-12-02, 2026-12 or 2026")
		}
		out = append(out, c)
	}
	if len(out) > MostComing {
		return fault.New(fault.Invalid, "%d things are too much to be scheduled at once", len(out)).WithHint("keep the next %d", MostComing)
	}
	slices.SortStableFunc(out, func(a, b Coming) int { return strings.Compare(a.When, b.When) })
	s.Coming = out
	return nil
}

// The forms of Coming.When, from the most exact one.
const (
	toTheMinute = "2006-01-02T15:04"
	toTheMonth  = "2006-01"
	toTheYear   = "2006"
)

func layoutOf(when string) string {
	for _, layout := range []string{toTheMinute, time.DateOnly, toTheMonth, toTheYear} {
		if t, err := time.Parse(layout, when); err == nil && t.Year() > 1000 {
			return layout
		}
	}
	return ""
}

// Begins is the moment of what is scheduled, the beginning of its day, month or
// year, and whether it is exact to the minute.
func (c *Coming) Begins(zone *time.Location) (at time.Time, exact bool) {
	layout := layoutOf(c.When)
	at, _ = time.ParseInLocation(layout, c.When, zone) // clean let nothing else through
	return at, layout == toTheMinute
}

// Ends is when it is over: its moment, or the end of its day, month or year.
func (c *Coming) Ends(zone *time.Location) time.Time {
	at, _ := c.Begins(zone)
	switch layoutOf(c.When) {
	case time.DateOnly:
		return time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, zone)
	case toTheMonth:
		return time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, zone)
	case toTheYear:
		return time.Date(at.Year()+1, 1, 1, 0, 0, 0, 0, zone)
	}
	return at
}

// Next returns what is still to come at a moment, the soonest first, and when
// the first of it is over; zero for never.
func (s *Storyline) Next(now time.Time, zone *time.Location) (coming []Coming, ends time.Time) {
	for _, c := range s.Coming {
		end := c.Ends(zone)
		if !end.After(now) {
			continue
		}
		coming = append(coming, c)
		if ends.IsZero() || end.Before(ends) {
			ends = end
		}
	}
	return coming, ends
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// clipped shortens what is repeated in an error.
func clipped(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
