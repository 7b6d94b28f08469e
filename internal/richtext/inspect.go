package richtext

// AttrText returns a text attribute, "" when it is absent or of another kind.
func (n *Node) AttrText(name string) string { return n.str(name) }

// AttrInt returns an integer attribute, 0 when it is absent or of another kind.
func (n *Node) AttrInt(name string) int64 { return n.num(name) }

// HoldsText reports whether nodes of a type hold inline content: paragraphs,
// headings, captions and their like. Others hold blocks, or nothing.
func HoldsText(nodeType string) bool {
	spec, known := nodeSpecs[nodeType]
	return known && spec.content.groups&groupText != 0
}

// ReadableAttrs names the attributes of a node type that hold words which
// people read, in reading order; captions are content and not among them.
func ReadableAttrs(nodeType string) (before, after []string) {
	return wordsBefore[nodeType], wordsAfter[nodeType]
}
