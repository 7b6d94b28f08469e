package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/fault"
)

// paramKind is what values a parameter takes.
type paramKind int

const (
	anID    paramKind = iota
	aTime             // RFC 3339, or a day of the site's zone
	aChoice           // one of Choices
	aText             // at most Most characters
	aCount            // 1 to Most
	aYear             // 1 to 9999
	aCursor           // where a list goes on
	aFields           // names with commas between them; op.pick reads them
)

// Param is a query parameter.
type Param struct {
	Name    string
	Kind    paramKind
	Names   []string // of aFields
	Doc     string
	Choices []string
	Default string
	Most    int
	Example string
	Needed  bool
}

// Limits of lists.
const (
	defaultLimit = 20
	maxLimit     = 100
	maxText      = 300
)

func limit(most int) Param {
	return Param{Name: "limit", Kind: aCount, Doc: "How many things a page has at most.", Default: strconv.Itoa(min(defaultLimit, most)), Most: most, Example: "2"}
}

var cursor = Param{Name: "cursor", Kind: aCursor, Doc: "Where to go on: taken from next of the page before, together with the same other parameters. It is not made by hand."}

// asked are the values of a request's parameters, checked.
type asked struct {
	values url.Values
	zone   *time.Location
}

// check returns what was asked, or an error that names the first parameter that
// makes no sense.
func check(params []Param, values url.Values, zone *time.Location) (asked, error) {
	in := asked{values, zone}
	for _, p := range params {
		if !values.Has(p.Name) {
			if p.Needed {
				return in, fault.New(fault.Invalid, "the parameter %q is missing", p.Name).WithHint("add %s=…: %s", p.Name, p.Doc)
			}
			continue
		}
		if err := p.check(values.Get(p.Name), zone); err != nil {
			return in, err
		}
	}
	return in, nil
}

func (p *Param) check(value string, zone *time.Location) error {
	wrong := func(hint string, args ...any) error {
		return fault.New(fault.Invalid, "%q is no value for %q", value, p.Name).WithHint(hint, args...)
	}
	if value == "" {
		return fault.New(fault.Invalid, "the parameter %q is empty", p.Name).WithHint("give it a value, or leave it out")
	}
	switch p.Kind {
	case anID:
		if _, ok := parseID(value); !ok {
			return wrong("use the id of a thing as this API gives it, a whole number such as 571956273152000017")
		}
	case aTime:
		if _, ok := parseTime(value, zone); !ok {
			return wrong("use a time such as 2026-11-27T09:00:00Z (the + of an offset is %%2B in an address), or a day such as 2026-11-27")
		}
	case aChoice:
		if !slices.Contains(p.Choices, value) {
			return wrong("use one of %s", strings.Join(p.Choices, ", "))
		}
	case aText:
		if utf8.RuneCountInString(value) > p.Most {
			return wrong("use at most %d characters", p.Most)
		}
	case aCount:
		if n, ok := parseCount(value); !ok || n > p.Most {
			return wrong("use a whole number from 1 to %d", p.Most)
		}
	case aYear:
		if n, ok := parseCount(value); !ok || n > 9999 {
			return wrong("use a year such as 2026")
		}
	}
	return nil
}

// parseID reads an id exactly as the API writes it.
func parseID(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0 && strconv.FormatInt(n, 10) == text
}

// parseCount reads a whole number from 1 on, exactly as it is written.
func parseCount(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && strconv.Itoa(n) == text
}

// parseTime reads a time, or the beginning of a day in the zone. Years of four
// digits only: so every time fits into microseconds.
func parseTime(text string, zone *time.Location) (time.Time, bool) {
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return t, true
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil && t.Year() >= 0 && t.Year() <= 9999
}

func (a asked) has(name string) bool    { return a.values.Has(name) }
func (a asked) text(name string) string { return a.values.Get(name) }

func (a asked) id(name string) int64 {
	n, _ := parseID(a.values.Get(name)) // it was checked
	return n
}

func (a asked) time(name string) time.Time {
	t, _ := parseTime(a.values.Get(name), a.zone)
	return t
}

func (a asked) year() int {
	n, _ := parseCount(a.values.Get("year"))
	return n
}

func (a asked) limit() int {
	if n, ok := parseCount(a.values.Get("limit")); ok {
		return n
	}
	return defaultLimit
}
