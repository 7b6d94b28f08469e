package wpcontent

import (
	"encoding/json"
	"regexp"
	"strings"

	"dateline/internal/richtext"
)

// noteRef is a reference to a footnote in a text.
var noteRef = regexp.MustCompile(`(?s)<sup[^>]*\sdata-fn=["']([^"']{1,100})["'][^>]*>.{0,400}?</sup>`)

// readFootnotes makes the notes of the post's meta, which is JSON.
func (c *converter) readFootnotes() {
	var list []struct{ ID, Content string }
	if c.ctx.Footnotes == "" || json.Unmarshal([]byte(c.ctx.Footnotes), &list) != nil {
		return
	}
	c.noted = map[string]bool{}
	for _, f := range list {
		id := noteID(f.ID)
		if id == "" || c.noted[id] {
			continue
		}
		c.noted[id] = true
		nodes := c.nested(withoutSlotMarks(f.Content))
		if len(nodes) == 0 {
			nodes = []richtext.Node{{Type: "paragraph"}}
		}
		c.addWords(f.Content)
		c.notes = append(c.notes, richtext.Node{Type: "footnote", Attrs: attrs("id", id), Content: nodes})
	}
}

// markNotes puts slots in the places of references to footnotes. References to
// notes that do not exist are dropped.
func (c *converter) markNotes(content string) string {
	if !strings.Contains(content, "data-fn=") {
		return content
	}
	return noteRef.ReplaceAllStringFunc(content, func(match string) string {
		id := noteID(noteRef.FindStringSubmatch(match)[1])
		if !c.noted[id] {
			c.rep.note("a reference to a footnote that does not exist was left out")
			return ""
		}
		return c.hold(slot{inline: true, nodes: []richtext.Node{{Type: "footnote_ref", Attrs: attrs("id", id)}}})
	})
}

// footnotesBlock is where WordPress shows the notes; a document has them at its
// end.
func (c *converter) footnotesBlock(_ *block, _ *strings.Builder) {}

// noteID makes an anchor of a footnote's id.
func noteID(id string) string {
	id = strings.Map(func(r rune) rune {
		if r < 0x80 && (isLetter(byte(r)) || isDigit(byte(r)) || r == '-' || r == '_') {
			return r
		}
		return -1
	}, cut(id, 100))
	if id != "" && !isLetter(id[0]) {
		id = "n" + id
	}
	return id
}
