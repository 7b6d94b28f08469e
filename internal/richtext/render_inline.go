package richtext

import "strconv"

// inline writes inline nodes. Neighbours share the elements of the marks that
// they have in common from the outside in.
func (r *renderer) inline(nodes []Node) { r.inlineBelow(nodes, 0) }

// inlineBelow leaves out the first skip marks of every node: the text block
// itself carries them.
func (r *renderer) inlineBelow(nodes []Node, skip int) {
	var open []Mark // marks of the node before
	var closers [24]string
	depth := 0
	for i := range nodes {
		n := &nodes[i]
		marks := n.Marks
		if n.Type == "footnote_ref" {
			marks = nil
		}
		marks = marks[min(skip, len(marks)):]
		marks = marks[:min(len(marks), len(closers))]
		if n.Type == "text" && n.Text == "" {
			continue
		}
		common := 0
		for common < depth && common < len(marks) && open[common].same(&marks[common]) {
			common++
		}
		for depth > common {
			depth--
			r.raw(closers[depth])
		}
		for ; depth < len(marks); depth++ {
			closers[depth] = r.openMark(&marks[depth])
		}
		open = marks
		r.inlineNode(n)
	}
	for depth > 0 {
		depth--
		r.raw(closers[depth])
	}
}

func (r *renderer) inlineNode(n *Node) {
	switch n.Type {
	case "text":
		r.words(n.Text)
	case "hard_break":
		r.raw("<br>")
	case "inline_image":
		r.inlineImage(n)
	case "footnote_ref":
		r.footnoteRef(n)
	}
}

// openMark writes a mark's start tag and returns its end tag, "" for a mark
// that cannot be written.
func (r *renderer) openMark(m *Mark) string {
	if tag := mailMarks[m.Type]; tag != "" && r.mail != nil {
		r.raw("<" + tag)
		r.styled(m.Type)
		return r.tagged(">", "</"+tag+">")
	}
	switch m.Type {
	case "strong":
		return r.tagged("<strong>", "</strong>")
	case "em":
		return r.tagged("<em>", "</em>")
	case "link":
		return r.linkMark(m)
	case "lang":
		r.raw("<span")
		r.language(m)
		return r.tagged(">", "</span>")
	case "abbr":
		r.raw("<abbr")
		if title := m.str("title"); title != "" {
			r.attr("title", title)
		}
		return r.tagged(">", "</abbr>")
	case "underline":
		return r.tagged("<u>", "</u>")
	case "strike":
		return r.tagged("<s>", "</s>")
	case "highlight":
		return r.tagged("<mark>", "</mark>")
	case "code":
		return r.tagged("<code>", "</code>")
	case "sub":
		return r.tagged("<sub>", "</sub>")
	case "sup":
		return r.tagged("<sup>", "</sup>")
	case "small":
		return r.tagged("<small>", "</small>")
	case "kbd":
		return r.tagged("<kbd>", "</kbd>")
	case "cite":
		return r.tagged("<cite>", "</cite>")
	case "ins":
		return r.tagged("<ins>", "</ins>")
	case "del":
		return r.tagged("<del>", "</del>")
	case "q":
		return r.tagged("<q>", "</q>")
	}
	return ""
}

func (r *renderer) tagged(start, end string) string {
	r.raw(start)
	return end
}

func (r *renderer) linkMark(m *Mark) string {
	if !r.link("", m.str("href")) {
		return ""
	}
	if title := m.str("title"); title != "" && !r.ugc {
		r.attr("title", title)
	}
	rel, problem := checkedRel(m.str("rel"))
	switch {
	case r.ugc:
		r.raw(` rel="ugc nofollow noopener"`)
	case rel != "" && problem == "":
		r.attr("rel", rel)
	}
	return r.tagged(">", "</a>")
}

// language writes the lang and dir attributes of a lang mark.
func (r *renderer) language(m *Mark) {
	if lang := m.str("lang"); lang != "" && isLang(lang) {
		r.attr("lang", lang)
	}
	switch dir := m.str("dir"); dir {
	case "ltr", "rtl", "auto":
		r.attr("dir", dir)
	}
}

// wholeLanguage returns the lang mark that all nodes have as their outermost
// mark, nil if there is none: the text block itself then carries it, which
// sets the direction of the whole block.
func wholeLanguage(nodes []Node) *Mark {
	if len(nodes) == 0 {
		return nil
	}
	var found *Mark
	for i := range nodes {
		if nodes[i].Type == "hard_break" && len(nodes[i].Marks) == 0 {
			return nil
		}
		if len(nodes[i].Marks) == 0 || nodes[i].Marks[0].Type != "lang" {
			return nil
		}
		if found == nil {
			found = &nodes[i].Marks[0]
		} else if !found.same(&nodes[i].Marks[0]) {
			return nil
		}
	}
	return found
}

// textBlock finishes the start tag of a text block, with the language that all
// of it is in, and writes its content.
func (r *renderer) textBlock(nodes []Node) {
	lang := wholeLanguage(nodes)
	if lang == nil {
		r.raw(">")
		r.inline(nodes)
		return
	}
	r.language(lang)
	r.raw(">")
	r.inlineBelow(nodes, 1)
}

func (r *renderer) footnoteRef(n *Node) {
	id := n.str("id")
	number, known := r.notes[id]
	if !known {
		return
	}
	if r.feed {
		r.raw("<sup>")
		r.raw(strconv.Itoa(number))
		r.raw("</sup>")
		return
	}
	r.written[id]++
	r.raw(`<sup class="footnote-ref"><a`)
	r.attr("id", refAnchor(id, r.written[id]))
	r.attr("href", encoded("#fn-"+id))
	r.raw(` role="doc-noteref">`)
	r.raw(strconv.Itoa(number))
	r.raw("</a></sup>")
}

// refAnchor is the anchor of the nth reference to a footnote.
func refAnchor(id string, n int) string {
	if n == 1 {
		return "fnref-" + id
	}
	return "fnref-" + id + "-" + strconv.Itoa(n)
}
