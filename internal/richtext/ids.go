package richtext

import "slices"

// MediaIDs returns the ids of all media that the document shows or offers,
// each once, in the order of the document.
func MediaIDs(d Doc) []int64 { return idsOf(d, "media", "thumb", "poster") }

// ArticleIDs returns the ids of all articles that the document links to by id,
// each once, in the order of the document.
func ArticleIDs(d Doc) []int64 { return idsOf(d, "article") }

// RecordIDs returns the ids of all shared accounts that the document shows,
// each once, in the order of the document.
func RecordIDs(d Doc) []int64 { return idsOf(d, "record") }

func idsOf(d Doc, names ...string) []int64 {
	var out []int64
	seen := map[int64]bool{}
	Walk(d.Content, func(n *Node) bool {
		for _, name := range names {
			if id := n.num(name); id > 0 && !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
		return true
	})
	return out
}

// Walk calls visit for each node in document order, and for the content of
// those for which it returns true.
func Walk(nodes []Node, visit func(n *Node) bool) {
	for i := range nodes {
		if visit(&nodes[i]) {
			Walk(nodes[i].Content, visit)
		}
	}
}

// Parts divides a document at its page breaks. A document without any is its
// only part. Each part ends with the footnotes that it refers to; notes that
// nothing refers to stand in the last one.
func Parts(d Doc) []Doc {
	var notes []Node
	parts := [][]Node{nil}
	for _, n := range d.Content {
		switch n.Type {
		case "page_break":
			parts = append(parts, nil)
		case "footnotes":
			notes = append(notes, n.Content...)
		default:
			last := len(parts) - 1
			parts[last] = append(parts[last], n)
		}
	}
	parts = slices.DeleteFunc(parts, func(p []Node) bool { return len(p) == 0 })
	if len(parts) < 2 {
		return []Doc{withoutBreaks(d)}
	}
	return withNotes(parts, notes)
}

func withoutBreaks(d Doc) Doc {
	content := slices.DeleteFunc(slices.Clone(d.Content), func(n Node) bool { return n.Type == "page_break" })
	return Doc{Version: d.Version, Content: content}
}

func withNotes(parts [][]Node, notes []Node) []Doc {
	owner := make(map[string]int, len(notes)) // the first part that refers to a note
	for i, part := range parts {
		Walk(part, func(n *Node) bool {
			if _, taken := owner[n.str("id")]; n.Type == "footnote_ref" && !taken {
				owner[n.str("id")] = i
			}
			return true
		})
	}
	out := make([]Doc, len(parts))
	for i, part := range parts {
		out[i] = Doc{Version: SchemaVersion, Content: part}
		var own []Node
		for _, note := range notes {
			at, referred := owner[note.str("id")]
			if referred && at == i || !referred && i == len(parts)-1 {
				own = append(own, note)
			}
		}
		if own != nil {
			out[i].Content = append(out[i].Content, Node{Type: "footnotes", Content: own})
		}
	}
	return out
}
