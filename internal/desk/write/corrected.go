package write

import (
	"strings"

	"dateline/internal/article"
	"dateline/internal/article/compare"
)

// corrected proposes what a change corrects: the words before and after in each
// passage that differs, as far as a reader needs them.
func corrected(c compare.Comparison, limit int) []article.Correction {
	var found []article.Correction
	add := func(passage string, segments []compare.Segment) {
		before, after := plain(compare.Side(compare.Shortened(segments, 40), false)), plain(compare.Side(compare.Shortened(segments, 40), true))
		if before != "" && after != "" && before != after && len(found) < limit {
			found = append(found, article.Correction{Passage: passage, Wrong: before, Right: after})
		}
	}
	for i := range c.Fields {
		if f := &c.Fields[i]; f.Name == "headline" || f.Name == "standfirst" {
			add("", f.Segments)
		}
	}
	heading := ""
	var walk func(blocks []compare.Block)
	walk = func(blocks []compare.Block) {
		for i := range blocks {
			b := &blocks[i]
			if b.Type == "heading" && b.After != nil {
				heading = plain(b.OnAfter())
			}
			if b.Op == compare.Changed && len(b.Segments) > 0 {
				add(heading, b.Segments)
			}
			if b.Op != compare.Equal {
				walk(b.Blocks)
			}
		}
	}
	walk(c.Body)
	return found
}

func plain(segments []compare.Segment) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(s.Text)
	}
	return strings.TrimSpace(b.String())
}
