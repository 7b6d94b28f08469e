package richtext

import (
	"strings"
	"testing"
)

func TestMoments(t *testing.T) {
	event := func(date, title, text string) Node {
		n := Node{Type: "timeline_event", Attrs: map[string]any{"title": title}}
		if date != "" {
			n.Attrs["date"] = date
		}
		if text != "" {
			n.Content = []Node{paragraphOf(textNode(text, nil))}
		}
		return n
	}
	d := Doc{Version: SchemaVersion, Content: []Node{
		{Type: "timeline", Content: []Node{event("2026-05-04", "Talks", "They  met."), event("", "No day", "")}},
		{Type: "page_break"},
		{Type: "timeline", Content: []Node{event("2026", "", "Later."), event("2027", "", "")}},
	}}
	got := Moments(d)
	if len(got) != 2 {
		t.Fatalf("%d moments, want 2: %+v", len(got), got)
	}
	if m := got[0]; m.Date != "2026-05-04" || m.Title != "Talks" || m.Text != "They met." || m.Part != 1 {
		t.Errorf("the first moment is %+v", m)
	}
	if m := got[1]; m.Date != "2026" || m.Title != "" || m.Text != "Later." || m.Part != 2 {
		t.Errorf("the second moment is %+v", m)
	}
	html := HTML(d, Options{})
	for _, m := range got {
		if strings.Count(html, ` id="`+m.Anchor+`"`) != 1 {
			t.Errorf("%s is not on the page once: %s", m.Anchor, html)
		}
	}
	if strings.Contains(FeedHTML(d, Options{}), "site-moment-") {
		t.Error("a feed has the anchors of the page")
	}
}
