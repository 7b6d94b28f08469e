package view

import "html/template"

// Map is a drawing of places, and their names as text.
type Map struct {
	Drawing template.HTML // an <svg> with classes and no styles
	Places  []Link        // in the order of their weight; the page's own place without address
}

// Timeline are rows of stories' timelines by year, the latest first.
type Timeline struct {
	Years []MomentYear
	All   *Link // the whole of it; nil when all rows are here
}

// MomentYear are the rows of one year.
type MomentYear struct {
	Year    string
	Moments []Moment
}

// TimelinePage is a page of the whole timeline of a storyline or of an entry of
// the register.
type TimelinePage struct {
	Of       Link   // what it is the timeline of
	Label    string // "What happened when"
	Timeline Timeline
	Jump     []Link // the years, the latest first; none when all rows are on one page
	Pager    Pager
}
