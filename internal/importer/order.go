package importer

import (
	"dateline/internal/fault"
	"dateline/internal/richtext"
)

func notFound(err error) bool { return fault.Is(err, fault.NotFound) }

// inOrder puts the terms so that parents come before their children; terms
// whose parents go in a circle or are missing come last.
func inOrder(terms []term) []term {
	known := map[termKey]bool{}
	for _, t := range terms {
		known[keyOf(t.Taxonomy, t.Slug)] = true
	}
	placed := map[termKey]bool{}
	var out []term
	waiting := terms
	for len(waiting) > 0 {
		var next []term
		for _, t := range waiting {
			parent := keyOf(t.Taxonomy, t.Parent)
			if t.Parent == "" || placed[parent] || !known[parent] {
				placed[keyOf(t.Taxonomy, t.Slug)] = true
				out = append(out, t)
				continue
			}
			next = append(next, t)
		}
		if len(next) == len(waiting) {
			for _, t := range next {
				t.Parent = "" // a circle: nobody's child
				out = append(out, t)
			}
			break
		}
		waiting = next
	}
	return out
}

// plainText reads a piece of HTML as its words.
func plainText(s string) string {
	if s == "" {
		return ""
	}
	doc, _ := richtext.FromHTML(s, richtext.ImportOptions{})
	return richtext.Text(doc)
}
