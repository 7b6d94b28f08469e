package view

import "html/template"

// Storyline is the page of a continuing story.
type Storyline struct {
	Index     Link // all storylines
	Headline  string
	Closed    bool          // it has ended
	Updated   *Stamp        // when an editor changed what is said of it; nil on later pages
	Summary   template.HTML // the story so far; on the first page only, as all down to Moments
	Next      []Coming      // what is scheduled, the soonest first
	Questions []string      // still open
	Subjects  []SubjectLine // key people and places, as far as they have pages
	Map       *Map          // of its places; nil without any
	Moments   []Moment      // of timelines, the latest first
	Timeline  *Timeline     // the same by year; nil without any
	Cards     []Card        // articles, the newest first
	Count     string        // "42 articles"
	Pager     Pager
	FeedURL   string
	SignUp    *SignUp // box that follows the storyline; nil when none is shown
}

// Coming is something that is scheduled.
type Coming struct {
	ISO   string // "2026-12-02T14:00+01:00", "2026-12-02", "2026-12" or "2026"
	Date  string
	What  string
	Where string // may be empty
}

// PartOf is the box of an article that belongs to a storyline with a page.
type PartOf struct {
	Title        Link
	Closed       bool
	Count        string // "42 articles"
	Older, Newer *Card  // the articles of the storyline before and after; nil at the ends
}

// Storylines is a page of storylines, by name.
type Storylines struct {
	Title  string
	Closed bool  // of those that have ended
	Other  *Link // the other ones; nil when there are none
	Lines  []SubjectLine
	Pager  Pager
}
