package view

import "html/template"

// Subject is the page of a person, an organisation, a place or an event.
type Subject struct {
	Kind        string // "person", "organisation", "place", "event"
	KindLabel   string // "Person"
	Index       Link   // all of its kind
	Name        string
	Also        string // "Also known as Ann Li"; "" without other names
	When        string // of an event: "March 3, 2026 – March 5, 2026"
	Description template.HTML
	Picture     *Picture
	Links       []Link    // official website, Wikidata
	Map         *Map      // where a place or an event is; nil without a position
	Moments     []Moment  // of timelines, the latest first; on the first page only
	Timeline    *Timeline // the same by year; nil without any
	Quotes      []Quote   // the newest words of a person or an organisation; on the first page only
	AllQuotes   *Link     // the page of all of them; nil without any
	Cards       []Card    // stories, the newest first
	Count       string    // "42 articles"
	Pager       Pager
	FeedURL     string
}

// Moment is one row of a story's timeline.
type Moment struct {
	Coming bool   // its day has not come yet
	ISO    string // "2026-11-27", "2026-11" or "2026"
	Date   string
	Title  string // may be empty
	Text   string // likewise
	Story  Link

	Language, Direction string // of its words; empty when the site's
}

// Subjects is a page of all people, organisations, places or events, by name.
type Subjects struct {
	Kind    string
	Title   string
	Kinds   []Link // the four lists as far as there are any, the present one without address
	Entries []SubjectLine
	Pager   Pager
}

// SubjectLine is one entry of such a list.
type SubjectLine struct {
	Label, URL string
	Text       string // the beginning of its description
}
