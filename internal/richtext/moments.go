package richtext

import (
	"hash/fnv"
	"strconv"
	"unicode/utf8"
)

// Moment is a row of a timeline in a document.
type Moment struct {
	Date        string // as exactly as it is given: "2026", "2026-05", "2026-05-04" or RFC 3339
	Title, Text string // one line each; either may be empty
	Part        int    // of Parts in which it stands, from 1
	Anchor      string // id of the row on that part's page
}

// mostMomentText bounds the text of a Moment, in letters.
const mostMomentText = 600

// Moments returns the dated rows of the timelines of a document, in its order.
// Anchors are made of date and title, so links stay when a row moves.
func Moments(d Doc) []Moment {
	var out []Moment
	for i, part := range Parts(d) {
		Walk(part.Content, func(n *Node) bool {
			if n.Type != "timeline_event" {
				return true
			}
			doc := Doc{Content: n.Content}
			m := Moment{Date: n.str("date"), Title: line(n.str("title")), Text: line(Text(doc)), Part: i + 1, Anchor: momentAnchor(n)}
			if utf8.RuneCountInString(m.Text) > mostMomentText {
				m.Text = Excerpt(doc, mostMomentText)
			}
			if m.Date != "" && (m.Title != "" || m.Text != "") {
				out = append(out, m)
			}
			return false
		})
	}
	return out
}

// momentAnchor is the anchor of a row of a timeline, "" for one without a date.
func momentAnchor(n *Node) string {
	date, title := n.str("date"), line(n.str("title"))
	if date == "" {
		return ""
	}
	if title == "" {
		title = line(Text(Doc{Content: n.Content}))
	}
	h := fnv.New64a()
	h.Write([]byte(date + " " + title))
	return "site-moment-" + strconv.FormatUint(h.Sum64(), 36)
}
