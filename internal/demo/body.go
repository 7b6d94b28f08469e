package demo

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"dateline/internal/richtext"
)

// body parses the lines of one article body. Errors name the line.
type body struct {
	lines []string
	at    int // index of the next line
	first int // number in the file of lines[0]
}

// parseBody reads a body whose first line has number first in its file.
func parseBody(text string, first int) (richtext.Doc, error) {
	b := &body{lines: strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), first: first}
	blocks, err := b.blocks(func(string) bool { return false })
	if err == nil && b.at < len(b.lines) {
		err = fmt.Errorf("%q ends nothing", b.lines[b.at])
	}
	if err != nil {
		return richtext.Doc{}, fmt.Errorf("line %d: %w", b.first+min(b.at, len(b.lines)-1), err)
	}
	return richtext.Doc{Version: richtext.SchemaVersion, Content: blocks}, nil
}

var orderedItem = regexp.MustCompile(`^\d+\. `)

// blocks parses until a line for which end is true, which it leaves.
func (b *body) blocks(end func(string) bool) ([]richtext.Node, error) {
	var out []richtext.Node
	for b.at < len(b.lines) && !end(b.lines[b.at]) {
		if strings.TrimSpace(b.lines[b.at]) == "" {
			b.at++
			continue
		}
		block, err := b.block()
		if err != nil {
			return nil, err
		}
		out = append(out, block)
	}
	return out, nil
}

func (b *body) block() (richtext.Node, error) {
	line := b.lines[b.at]
	switch {
	case strings.HasPrefix(line, "::: "):
		return b.container(line[4:])
	case strings.HasPrefix(line, ":: "):
		b.at++
		return leaf(line[3:])
	case strings.HasPrefix(line, "#"):
		return b.heading(line)
	case line == "---":
		b.at++
		return richtext.Node{Type: "rule"}, nil
	case strings.HasPrefix(line, "```"):
		return b.code(strings.TrimPrefix(line, "```"))
	case strings.HasPrefix(line, "> "):
		return b.quote()
	case strings.HasPrefix(line, "|"), strings.HasPrefix(line, "Table: "):
		return b.table()
	case strings.HasPrefix(line, "- "):
		return b.list("bullet_list", func(s string) (string, bool) { return strings.CutPrefix(s, "- ") })
	case orderedItem.MatchString(line):
		return b.list("ordered_list", func(s string) (string, bool) {
			mark := orderedItem.FindString(s)
			return strings.TrimPrefix(s, mark), mark != ""
		})
	}
	return b.paragraph()
}

// paragraph takes all lines up to the next blank one or the next block.
func (b *body) paragraph() (richtext.Node, error) {
	var lines []string
	for b.at < len(b.lines) && b.lines[b.at] != "" && !strings.HasPrefix(b.lines[b.at], "::") && !strings.HasPrefix(b.lines[b.at], "@") {
		lines = append(lines, b.lines[b.at])
		b.at++
	}
	if len(lines) == 0 {
		return richtext.Node{}, fmt.Errorf("unexpected %q", clip(b.lines[b.at]))
	}
	text, drop := strings.CutPrefix(strings.Join(lines, "\n"), "{drop-cap} ")
	node, err := paragraph(text)
	if drop {
		node.Attrs = map[string]any{"drop_cap": true}
	}
	if err != nil {
		b.at--
	}
	return node, err
}

// paragraph makes a paragraph of inline text.
func paragraph(text string) (richtext.Node, error) {
	content, err := inline(text)
	return richtext.Node{Type: "paragraph", Content: content}, err
}

func (b *body) heading(line string) (richtext.Node, error) {
	signs, text, _ := strings.Cut(line, " ")
	if signs != "##" && signs != "###" {
		return richtext.Node{}, fmt.Errorf("headings begin with ## or ###, not %q", signs)
	}
	content, err := inline(text)
	b.at++
	return richtext.Node{Type: "heading", Attrs: map[string]any{"level": len(signs)}, Content: content}, err
}

func (b *body) code(language string) (richtext.Node, error) {
	var lines []string
	for b.at++; ; b.at++ {
		if b.at >= len(b.lines) {
			return richtext.Node{}, fmt.Errorf("code has no closing ```")
		}
		if b.lines[b.at] == "```" {
			break
		}
		lines = append(lines, b.lines[b.at])
	}
	b.at++
	return richtext.Node{
		Type:    "code",
		Attrs:   map[string]any{"language": language},
		Content: []richtext.Node{{Type: "text", Text: strings.Join(lines, "\n")}},
	}, nil
}

func (b *body) quote() (richtext.Node, error) {
	var lines []string
	attrs := map[string]any(nil)
	for ; b.at < len(b.lines) && strings.HasPrefix(b.lines[b.at], "> "); b.at++ {
		line := b.lines[b.at][2:]
		if cite, ok := strings.CutPrefix(line, "— "); ok {
			attrs = map[string]any{"cite": cite}
			continue
		}
		lines = append(lines, line)
	}
	p, err := paragraph(strings.Join(lines, "\n"))
	return richtext.Node{Type: "quote", Attrs: attrs, Content: []richtext.Node{p}}, err
}

// list takes items whose first line item recognises; further lines of an item
// are indented by two spaces.
func (b *body) list(kind string, item func(string) (string, bool)) (richtext.Node, error) {
	node := richtext.Node{Type: kind}
	for b.at < len(b.lines) {
		text, ok := item(b.lines[b.at])
		if !ok {
			break
		}
		for b.at++; b.at < len(b.lines) && strings.HasPrefix(b.lines[b.at], "  "); b.at++ {
			text += "\n" + strings.TrimSpace(b.lines[b.at])
		}
		p, err := paragraph(text)
		if err != nil {
			return node, err
		}
		node.Content = append(node.Content, richtext.Node{Type: "list_item", Content: []richtext.Node{p}})
	}
	return node, nil
}

// table takes an optional caption, a header row, a row of dashes that gives
// the alignment ("--:" is right), and rows.
func (b *body) table() (richtext.Node, error) {
	node := richtext.Node{Type: "table"}
	if caption, ok := strings.CutPrefix(b.lines[b.at], "Table: "); ok {
		content, err := inline(caption)
		if err != nil {
			return node, err
		}
		node.Content = append(node.Content, richtext.Node{Type: "table_caption", Content: content})
		b.at++
	}
	var align []string
	header := b.at
	for ; b.at < len(b.lines) && strings.HasPrefix(b.lines[b.at], "|"); b.at++ {
		cells := strings.Split(strings.Trim(b.lines[b.at], "|"), "|")
		if b.at == header && b.at+1 < len(b.lines) {
			align = strings.Split(strings.Trim(b.lines[b.at+1], "|"), "|")
		}
		if len(cells) != len(align) {
			return node, fmt.Errorf("row has %d cells, the row of dashes %d", len(cells), len(align))
		}
		if b.at == header+1 {
			continue
		}
		row, err := tableRow(cells, align, b.at == header)
		if err != nil {
			return node, err
		}
		node.Content = append(node.Content, row)
	}
	if b.at < header+3 {
		return node, fmt.Errorf("a table needs a header, a row of dashes and a row")
	}
	return node, nil
}

func tableRow(cells, align []string, header bool) (richtext.Node, error) {
	row := richtext.Node{Type: "table_row"}
	for i, text := range cells {
		p, err := paragraph(strings.TrimSpace(text))
		if err != nil {
			return row, err
		}
		attrs := map[string]any{}
		if header {
			attrs["header"], attrs["scope"] = true, "col"
		}
		if strings.HasSuffix(strings.TrimSpace(align[i]), "-:") {
			attrs["align"] = "right"
		}
		row.Content = append(row.Content, richtext.Node{Type: "table_cell", Attrs: attrs, Content: []richtext.Node{p}})
	}
	return row, nil
}

// dateAttr checks a date of an attribute: "310d" (days ago), or ISO.
func dateAttr(s string) (string, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		_, err := strconv.Atoi(days)
		return s, err
	}
	if !isoDate.MatchString(s) {
		return "", fmt.Errorf("%q is no date: write 310d, 1931, 1931-05 or 1931-05-12", s)
	}
	return s, nil
}

var isoDate = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2})?)?$`)
