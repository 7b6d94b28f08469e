package richtext

import (
	"strconv"
	"strings"
)

func (r *renderer) table(n *Node) {
	grid := layOut(n)
	if len(grid.rows) == 0 {
		return
	}
	r.tables++
	caption := tableCaption(n)
	if !r.feed {
		r.raw(`<div class="table-scroll" tabindex="0" role="region"`)
		r.attr("aria-label", r.regionLabel(caption))
		r.raw(">")
	}
	r.raw("<table>\n")
	if caption != nil {
		r.raw("<caption")
		r.textBlock(caption.Content)
		r.end("caption")
	}
	r.rowGroup("thead", grid.rows[:grid.head])
	r.rowGroup("tbody", grid.rows[grid.head:])
	r.raw("</table>")
	if !r.feed {
		r.raw("</div>")
	}
	r.raw("\n")
}

func tableCaption(n *Node) *Node {
	if n.Content[0].Type == "table_caption" && len(n.Content[0].Content) > 0 {
		return &n.Content[0]
	}
	return nil
}

// regionLabel names a table's scrolling region. Landmarks need names of their
// own, so an equal one gets the table's number.
func (r *renderer) regionLabel(caption *Node) string {
	number := strconv.Itoa(r.tables)
	label := r.labels.Table + " " + number
	if caption != nil {
		label = or(strings.TrimSpace(inlineText(caption.Content)), label)
	}
	if r.regions[label] {
		label += " (" + number + ")"
	}
	if r.regions == nil {
		r.regions = map[string]bool{}
	}
	r.regions[label] = true
	return label
}

func (r *renderer) rowGroup(tag string, rows [][]cell) {
	if len(rows) == 0 {
		return
	}
	r.open(tag, "")
	r.raw(">\n")
	for _, row := range rows {
		r.raw("<tr>")
		for i := range row {
			r.cell(&row[i], tag == "thead")
		}
		r.end("tr")
	}
	r.end(tag)
}

func (r *renderer) cell(c *cell, head bool) {
	tag := "td"
	if c.node.flag("header") {
		tag = "th"
	}
	r.open(tag, alignClasses[c.node.str("align")])
	if tag == "th" {
		r.attr("scope", scopeOf(c, head))
	}
	if c.colspan > 1 {
		r.attrInt("colspan", int64(c.colspan))
	}
	if c.rowspan > 1 {
		r.attrInt("rowspan", int64(c.rowspan))
	}
	outer := r.inHead
	r.inHead = outer || tag == "th"
	r.flow(c.node.Content)
	r.inHead = outer
	r.raw("</" + tag + ">")
}

func scopeOf(c *cell, head bool) string {
	switch scope := c.node.str("scope"); scope {
	case "col", "row", "colgroup", "rowgroup":
		return scope
	}
	if head {
		return "col"
	}
	return "row"
}

// cell is a table cell with the spans that it has in a valid table.
type cell struct {
	node             *Node
	at               int // column that it begins in
	colspan, rowspan int
}

// grid is a table whose cells neither overlap nor reach out of their row
// group, as the HTML table model demands (HTML, 4.9.12). Rows have no cells
// where cells from above fill them.
type grid struct {
	rows [][]cell
	head int // leading rows of header cells alone
}

// maxColumns bounds the width that spans may claim.
const maxColumns = 1000

// layOut places the cells of a table and cuts the spans that do not fit.
func layOut(n *Node) grid {
	var g grid
	for i := range n.Content {
		if n.Content[i].Type != "table_row" || len(n.Content[i].Content) == 0 {
			continue
		}
		if g.head == len(g.rows) && headerRow(&n.Content[i]) {
			g.head++
		}
		g.rows = append(g.rows, cellsOf(&n.Content[i]))
	}
	if g.head == len(g.rows) { // a table of headers alone has a body
		g.head = 0
	}
	if spanning(g.rows) {
		place(g.rows[:g.head])
		place(g.rows[g.head:])
		narrow(g.rows)
	}
	return g
}

func headerRow(row *Node) bool {
	for i := range row.Content {
		if !row.Content[i].flag("header") {
			return false
		}
	}
	return true
}

func cellsOf(row *Node) []cell {
	cells := make([]cell, len(row.Content))
	for i := range row.Content {
		c := &row.Content[i]
		cells[i] = cell{node: c, at: i, colspan: int(max(c.num("colspan"), 1)), rowspan: int(max(c.num("rowspan"), 1))}
	}
	return cells
}

func spanning(rows [][]cell) bool {
	for _, row := range rows {
		for i := range row {
			if row[i].colspan > 1 || row[i].rowspan > 1 {
				return true
			}
		}
	}
	return false
}

// place gives each cell of a row group its column and cuts its spans at cells
// that reach down from above and at the end of the group.
func place(rows [][]cell) {
	var busy []int // rows that a cell from above still fills, by column
	filled := func(col int) bool { return col < len(busy) && busy[col] > 0 }
	for y, row := range rows {
		col := 0
		next := make([]int, len(busy), len(busy)+len(row))
		for i, left := range busy {
			next[i] = max(left-1, 0)
		}
		for i := range row {
			for filled(col) {
				col++
			}
			c := &row[i]
			c.at = col
			c.rowspan = min(c.rowspan, len(rows)-y)
			span := 1
			for span < c.colspan && col+span < maxColumns && !filled(col+span) {
				span++
			}
			c.colspan = span
			for len(next) < col+span {
				next = append(next, 0)
			}
			for x := col; x < col+span; x++ {
				next[x] = c.rowspan - 1
			}
			col += span
		}
		busy = next
	}
}

// narrow takes away the columns in which no cell begins.
func narrow(rows [][]cell) {
	begins := map[int]bool{}
	for _, row := range rows {
		for i := range row {
			begins[row[i].at] = true
		}
	}
	for _, row := range rows {
		for i := range row {
			c := &row[i]
			span := 1
			for x := c.at + 1; x < c.at+c.colspan; x++ {
				if begins[x] {
					span++
				}
			}
			c.colspan = span
		}
	}
}
