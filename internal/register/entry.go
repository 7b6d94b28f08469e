package register

import (
	"cmp"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/atlas"
	"dateline/internal/fault"
	"dateline/internal/fold"
	"dateline/internal/quote"
	"dateline/internal/urlpath"
)

// Kind is what an entry is.
type Kind string

// The kinds.
const (
	Person       Kind = "person"
	Organisation Kind = "organisation"
	Place        Kind = "place"
	Event        Kind = "event"
)

// Kinds returns every kind, in the order in which they are offered.
func Kinds() []Kind { return []Kind{Person, Organisation, Place, Event} }

var bases = map[Kind]string{Person: "people", Organisation: "organisations", Place: "places", Event: "events"}

// Base is the first word of the addresses of a kind's pages, "people".
func (k Kind) Base() string { return bases[k] }

// KindOfBase returns the kind whose pages stand below a word, "" for none.
func KindOfBase(word string) Kind {
	for kind, base := range bases {
		if base == word {
			return kind
		}
	}
	return ""
}

// Position is a place on the globe, in degrees: north and east are positive.
type Position struct{ Lat, Lon float64 }

// Entry is one person, organisation, place or event.
type Entry struct {
	ID          int64
	Kind        Kind
	Name        string
	Aliases     []string // further names that texts use
	Slug        string
	Path        string // of its page: "/people/ann-lee/"
	Description string // one or two sentences of plain text
	Wikidata    string // "Q42", "" for none
	Website     string // official, with http or https
	Picture     int64  // medium, 0 for none
	Position    *Position
	Begins      string // of an event: "2026-11-27", "2026-11" or "2026"
	Ends        string // likewise; "" when it ended as it began
	Open        bool   // has a page before any story names it
	ByName      bool   // every story with one of its names is about it
	Fresh       bool   // added while writing; no editor has looked at it
	Revision    int64  // grows with each change; callers name the one they read
}

// Names are the name and the aliases.
func (e *Entry) Names() []string { return append([]string{e.Name}, e.Aliases...) }

// Speaks tells whether it is somebody whose words can be quoted.
func (e *Entry) Speaks() bool { return e.Kind == Person || e.Kind == Organisation }

// QuoteKeys are the keys of package quote under which its words are kept.
func (e *Entry) QuoteKeys() []string {
	var keys []string
	if e.Speaks() {
		for _, name := range e.Names() {
			keys = append(keys, quote.Key(name))
		}
	}
	return keys
}

// WikidataURL is where its item is, "" for none.
func (e *Entry) WikidataURL() string {
	if e.Wikidata == "" {
		return ""
	}
	return "https://www.wikidata.org/wiki/" + e.Wikidata
}

// Limits of an entry.
const (
	mostName        = 200 // bytes
	mostAliases     = 50
	mostDescription = 1000
)

var wikidataID = regexp.MustCompile(`^Q[1-9][0-9]{0,14}$`)

// nameKey is a name as doubles are found by: its folded words.
func nameKey(name string) string {
	var words []string
	for _, t := range fold.Tokens(name) {
		words = append(words, t.Word)
	}
	return strings.Join(words, " ")
}

// clean tidies what a person typed and says what is wrong with it.
func (e *Entry) clean() error {
	if !slices.Contains(Kinds(), e.Kind) {
		return fault.New(fault.Invalid, "choose whether %q is a person, an organisation, a place or an event", e.Name)
	}
	e.Name = oneLine(e.Name)
	if len(e.Name) > mostName || nameKey(e.Name) == "" {
		return fault.New(fault.Invalid, "%q cannot be a name in the register", clipped(e.Name)).WithHint("use letters or digits, at most %d", mostName)
	}
	aliases := e.Aliases
	e.Aliases = nil
	seen := map[string]bool{e.Name: true}
	for _, alias := range aliases {
		if alias = oneLine(alias); alias == "" || seen[alias] {
			continue
		}
		if len(alias) > mostName || nameKey(alias) == "" {
			return fault.New(fault.Invalid, "%q cannot be another name of %q", clipped(alias), e.Name).WithHint("use letters or digits, at most %d", mostName)
		}
		seen[alias] = true
		e.Aliases = append(e.Aliases, alias)
	}
	if len(e.Aliases) > mostAliases {
		return fault.New(fault.Invalid, "%q has more than %d other names", e.Name, mostAliases)
	}
	if e.Description = strings.TrimSpace(e.Description); len(e.Description) > mostDescription {
		return fault.New(fault.Invalid, "the description of %q is longer than %d characters", e.Name, mostDescription).WithHint("one or two sentences are enough: the stories say the rest")
	}
	if err := e.cleanLinks(); err != nil {
		return err
	}
	if err := e.cleanPosition(); err != nil {
		return err
	}
	return e.cleanDays()
}

func (e *Entry) cleanLinks() error {
	e.Wikidata = strings.TrimSpace(e.Wikidata)
	if at := strings.LastIndexByte(e.Wikidata, '/'); at >= 0 { // the address of the item was pasted
		e.Wikidata = e.Wikidata[at+1:]
	}
	e.Wikidata = strings.ToUpper(e.Wikidata)
	if e.Wikidata != "" && !wikidataID.MatchString(e.Wikidata) {
		return fault.New(fault.Invalid, "%q is no id of Wikidata", clipped(e.Wikidata)).WithHint("it begins with Q: Q42")
	}
	if e.Website = strings.TrimSpace(e.Website); e.Website == "" {
		return nil
	}
	u, err := url.Parse(e.Website)
	if err != nil || len(e.Website) > 2000 || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil {
		return fault.New(fault.Invalid, "%q is no address of a page", clipped(e.Website)).WithHint("write it whole, from https:// on")
	}
	return nil
}

// placed tells whether entries of a kind may have a position. Only events have
// days.
func (k Kind) placed() bool { return k == Place || k == Event }

func (e *Entry) cleanPosition() error {
	if p := e.Position; p != nil {
		if !e.Kind.placed() {
			return fault.New(fault.Invalid, "only places and events have a position").WithHint("leave the position empty, or choose another kind for %q", e.Name)
		}
		if !(math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180) {
			return fault.New(fault.Invalid, "%v, %v is no place on the globe", p.Lat, p.Lon).WithHint("latitude is from -90 to 90, longitude from -180 to 180")
		}
		e.Position = &Position{Lat: degrees(millionths(p.Lat)), Lon: degrees(millionths(p.Lon))}
	}
	return nil
}

// ParsePosition reads a latitude and a longitude as they are typed, with a
// point or a comma before the decimals; nil for none.
func ParsePosition(lat, lon string) (*Position, error) {
	lat, lon = strings.TrimSpace(lat), strings.TrimSpace(lon)
	if lat == "" && lon == "" {
		return nil, nil
	}
	y, errY := strconv.ParseFloat(strings.Replace(lat, ",", ".", 1), 64)
	x, errX := strconv.ParseFloat(strings.Replace(lon, ",", ".", 1), 64)
	if errY != nil || errX != nil || math.IsNaN(x) || math.IsNaN(y) {
		return nil, fault.New(fault.Invalid, "%q, %q is no place on the globe", clipped(lat), clipped(lon)).WithHint("write both as numbers: 51.1605, 71.4704")
	}
	return &Position{Lat: y, Lon: x}, nil
}

// ReadPosition reads a position as people type or paste it, nil for none; see
// atlas.ParsePosition.
func ReadPosition(text string) (*Position, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	lat, lon, err := atlas.ParsePosition(text)
	if err != nil {
		return nil, err
	}
	return &Position{Lat: lat, Lon: lon}, nil
}

// String is a position as ReadPosition reads it.
func (p *Position) String() string {
	if p == nil {
		return ""
	}
	return strconv.FormatFloat(p.Lat, 'f', -1, 64) + ", " + strconv.FormatFloat(p.Lon, 'f', -1, 64)
}

func millionths(degrees float64) int64 { return int64(math.Round(degrees * 1e6)) }
func degrees(millionths int64) float64 { return float64(millionths) / 1e6 }

func (e *Entry) cleanDays() error {
	e.Begins, e.Ends = strings.TrimSpace(e.Begins), strings.TrimSpace(e.Ends)
	if e.Kind != Event && e.Begins+e.Ends != "" {
		return fault.New(fault.Invalid, "only events have a first and a last day").WithHint("leave both days empty, or choose another kind for %q", e.Name)
	}
	for _, day := range []string{e.Begins, e.Ends} {
		if day != "" && !isDay(day) {
			return fault.New(fault.Invalid, "%q is no day", clipped(day)).WithHint("write it as 2026-11-27, 2026-11 or 2026")
		}
	}
	if e.Ends != "" && (e.Begins == "" || e.Ends < e.Begins) {
		return fault.New(fault.Invalid, "%q cannot end before it begins", e.Name).WithHint("check both days")
	}
	return nil
}

// isDay tells whether a text is a day, a month or a year of the calendar.
func isDay(text string) bool {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// clipped shortens what is repeated in an error.
func clipped(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// slugOf is the address word that was asked for, or one made from the name.
func slugOf(word, name string) (string, error) {
	slug := cmp.Or(urlpath.Slug(word), urlpath.Slug(name))
	if slug == "" {
		return "", fault.New(fault.Invalid, "no address word can be made from %q", clipped(name)).WithHint("write one yourself, with letters and digits")
	}
	return slug, nil
}
