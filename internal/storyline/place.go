package storyline

import (
	"context"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/urlpath"
)

// Place is where an article stands in a storyline that has a page: between
// which articles that readers may see, nil at the ends.
type Place struct {
	Line         Storyline
	Stories      int64
	Older, Newer *article.Article
}

// PlaceOf finds the place of a public article whose content names a storyline;
// nil when it names none, or one without a page.
func PlaceOf(ctx context.Context, q db.Querier, public *article.Public, a *article.Article, name string) (*Place, error) {
	ref, err := public.Storyline(ctx, name)
	if err != nil || ref == 0 {
		return nil, err
	}
	line, err := ByID(ctx, q, ref)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return PlaceIn(ctx, public, a, line)
}

// PlaceIn is PlaceOf for a storyline that was read before.
func PlaceIn(ctx context.Context, public *article.Public, a *article.Article, line Storyline) (*Place, error) {
	p := &Place{Line: line}
	var err error
	if p.Stories, err = public.Count(ctx, article.ScopeStoryline, line.ID); err != nil || p.Stories == 0 { // its list is still being moved
		return nil, err
	}
	p.Older, p.Newer, err = public.Around(ctx, article.ScopeStoryline, line.ID, a)
	return p, err
}

// Words are what a Place says by itself.
type Words struct{ PartOf, Older, Newer string }

// Block is the place in small print below a text that leaves the site, in feeds
// and letters. origin makes its addresses whole.
func (p *Place) Block(w Words, origin string) richtext.Node {
	small := richtext.Mark{Type: "small"}
	text := func(words, path string) richtext.Node {
		n := richtext.Node{Type: "text", Text: words, Marks: []richtext.Mark{small}}
		if path != "" {
			n.Marks = []richtext.Mark{{Type: "link", Attrs: map[string]any{"href": origin + urlpath.Escape(path)}}, small}
		}
		return n
	}
	out := richtext.Node{Type: "paragraph", Content: []richtext.Node{text(w.PartOf+" ", ""), text(p.Line.Headline, p.Line.Path)}}
	for _, side := range []struct {
		word string
		a    *article.Article
	}{{w.Older, p.Older}, {w.Newer, p.Newer}} {
		if side.a != nil {
			out.Content = append(out.Content, richtext.Node{Type: "hard_break"}, text(side.word+" ", ""), text(side.a.Headline, side.a.Path))
		}
	}
	return out
}
