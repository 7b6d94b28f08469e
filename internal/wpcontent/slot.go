package wpcontent

import (
	"strconv"
	"strings"

	"dateline/internal/richtext"
)

// A slot is a mark in a text where something stands that was converted by
// itself: a private character, a number, another private character.
const (
	slotStart = "\uE5D0"
	slotEnd   = "\uE5D1"
)

// withoutSlotMarks replaces what a text has of the slots' own characters.
func withoutSlotMarks(s string) string {
	for _, mark := range []string{slotStart, slotEnd} {
		if strings.Contains(s, mark) {
			s = strings.ReplaceAll(s, mark, "\uFFFD")
		}
	}
	return s
}

// slot is what stands at a mark.
type slot struct {
	nodes  []richtext.Node
	inline bool   // a node within a line
	behind bool   // nodes that stand behind the text block the mark is in
	source string // what was written there, for places where no node can stand
	used   bool
}

// hold keeps a slot and returns its mark.
func (c *converter) hold(s slot) string {
	c.slots = append(c.slots, s)
	return slotStart + strconv.Itoa(len(c.slots)-1) + slotEnd
}

// nextSlot finds the next mark in s: what is before and after it, and its slot,
// nil when there is none. A slot is filled once.
func (c *converter) nextSlot(s string) (before string, found *slot, after string) {
	i := strings.Index(s, slotStart)
	if i < 0 {
		return s, nil, ""
	}
	rest := s[i+len(slotStart):]
	end := strings.Index(rest, slotEnd)
	if end < 0 {
		return s[:i], nil, ""
	}
	after = rest[end+len(slotEnd):]
	n, err := strconv.Atoi(rest[:end])
	if err != nil || n < 0 || n >= len(c.slots) || c.slots[n].used {
		return s[:i], &slot{used: true}, after
	}
	c.slots[n].used = true
	return s[:i], &c.slots[n], after
}

// sourceOf replaces the marks in s by what was written there.
func (c *converter) sourceOf(s string) string {
	if !strings.Contains(s, slotStart) {
		return s
	}
	var b strings.Builder
	for s != "" {
		before, found, after := c.nextSlot(s)
		b.WriteString(before)
		if found == nil {
			break
		}
		b.WriteString(found.source)
		s = after
	}
	return b.String()
}

// fill puts the nodes of slots into the places of their marks.
func (c *converter) fill(nodes []richtext.Node) []richtext.Node {
	out := make([]richtext.Node, 0, len(nodes))
	for i := range nodes {
		out = append(out, c.fillBlock(nodes[i])...)
	}
	return out
}

// fillBlock returns what a block becomes when its slots are filled.
func (c *converter) fillBlock(n richtext.Node) []richtext.Node {
	c.fillWords(n.Attrs)
	switch n.Type {
	case "code", "preformatted", "verse":
		for i := range n.Content {
			n.Content[i].Text = c.sourceOf(n.Content[i].Text)
		}
		return []richtext.Node{n}
	case "paragraph", "heading":
		return c.splitText(n)
	case "figure", "audio", "video", "embed":
		caption, behind := c.fillCaption(n.Content)
		n.Content = caption
		return append([]richtext.Node{n}, behind...)
	case "gallery", "playlist":
		var behind []richtext.Node
		for i := range n.Content {
			filled := c.fillBlock(n.Content[i])
			n.Content[i] = filled[0]
			behind = append(behind, filled[1:]...)
		}
		return append([]richtext.Node{n}, behind...)
	case "table", "table_row", "bullet_list", "ordered_list", "columns", "footnotes", "accounts", "timeline":
		for i := range n.Content {
			if n.Content[i].Type == "table_caption" {
				n.Content[i].Content, _ = c.fillCaption(n.Content[i].Content)
				continue
			}
			n.Content[i] = c.fillBlock(n.Content[i])[0]
		}
		return []richtext.Node{n}
	}
	if len(n.Content) > 0 {
		n.Content = c.fill(n.Content)
		if len(n.Content) == 0 {
			n.Content = []richtext.Node{{Type: "paragraph"}}
		}
	}
	return []richtext.Node{n}
}

// fillWords takes marks out of attributes that hold words, where no node can
// stand.
func (c *converter) fillWords(attrs map[string]any) {
	for _, name := range []string{"summary", "cite", "label", "title"} {
		s, ok := attrs[name].(string)
		if !ok || !strings.Contains(s, slotStart) {
			continue
		}
		var b strings.Builder
		for s != "" {
			before, found, after := c.nextSlot(s)
			b.WriteString(before)
			if found == nil {
				break
			}
			s = after
		}
		attrs[name] = strings.TrimSpace(b.String())
	}
}

// splitText divides a text block at the slots in it.
func (c *converter) splitText(n richtext.Node) []richtext.Node {
	var out, line, behind []richtext.Node
	flush := func() {
		line = trimLine(line)
		if len(line) > 0 {
			part := n
			part.Content = line
			out = append(out, part)
		}
		line = nil
	}
	any := false
	for _, in := range n.Content {
		if in.Type != "text" || !strings.Contains(in.Text, slotStart) {
			line = append(line, in)
			continue
		}
		any = true
		for text := in.Text; text != ""; {
			before, found, after := c.nextSlot(text)
			line = appendText(line, in, before)
			if found == nil {
				break
			}
			switch {
			case found.inline:
				line = append(line, found.nodes...)
			case found.behind:
				behind = append(behind, found.nodes...)
				if strings.HasSuffix(before, " ") {
					after = strings.TrimPrefix(after, " ")
				}
			case len(found.nodes) > 0:
				flush()
				out = append(out, found.nodes...)
			}
			text = after
		}
	}
	if !any {
		return []richtext.Node{n}
	}
	flush()
	return append(out, behind...)
}

// fillCaption fills slots in a line that no block can stand in.
func (c *converter) fillCaption(content []richtext.Node) (line, behind []richtext.Node) {
	filled := c.splitText(richtext.Node{Type: "paragraph", Content: content})
	for _, n := range filled {
		if n.Type != "paragraph" {
			behind = append(behind, n)
			continue
		}
		if len(line) > 0 && len(n.Content) > 0 {
			line = append(line, richtext.Node{Type: "text", Text: " "})
		}
		line = append(line, n.Content...)
	}
	return line, behind
}

// appendText appends a text with the marks of like.
func appendText(line []richtext.Node, like richtext.Node, text string) []richtext.Node {
	if text == "" {
		return line
	}
	like.Text = text
	return append(line, like)
}

// trimLine takes white space and breaks off both ends of a line.
func trimLine(line []richtext.Node) []richtext.Node {
	for len(line) > 0 && isBlank(line[0]) {
		line = line[1:]
	}
	for len(line) > 0 && isBlank(line[len(line)-1]) {
		line = line[:len(line)-1]
	}
	if len(line) == 0 {
		return nil
	}
	line = append([]richtext.Node(nil), line...)
	if first := &line[0]; first.Type == "text" {
		first.Text = strings.TrimLeft(first.Text, " \n\t")
	}
	if last := &line[len(line)-1]; last.Type == "text" {
		last.Text = strings.TrimRight(last.Text, " \n\t")
	}
	return line
}

// isBlank reports whether an inline node shows nothing.
func isBlank(n richtext.Node) bool {
	return n.Type == "hard_break" || n.Type == "text" && strings.TrimSpace(n.Text) == ""
}
