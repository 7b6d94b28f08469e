package api

import (
	"strconv"

	"dateline/internal/article"
	"dateline/internal/fault"
	"dateline/internal/search"
)

// facetValues is how many values of each kind an answer counts.
const facetValues = 8

// searchFilters narrow a search as the facets of its answer say.
var searchFilters = []struct{ param, kind string }{{"section", article.AddressSection}, {"author", article.AddressAuthor}, {"tag", article.AddressTag}}

var searchSorts = map[string]search.Sort{"best": search.Best, newestFirst: search.Newest, oldestFirst: search.Oldest}

// searchArticles answers a question. Pages reach the first thousand results.
func searchArticles(c *call) (any, error) {
	req := search.Request{Text: c.text("q"), Sort: searchSorts[c.text("sort")], Year: c.year(), Limit: c.limit(), Offset: int(c.from.n[0]), Facets: true, Snippets: c.picks.has("snippet")}
	if req.Offset < 0 || req.Offset > search.MaxFound-req.Limit {
		return nil, errCursor
	}
	for _, f := range searchFilters {
		if !c.has(f.param) {
			continue
		}
		o, err := c.Owner(f.kind, c.asked.id(f.param))
		if err != nil {
			return nil, c.unknown(err, f.param)
		}
		switch f.param {
		case "section":
			req.Section = o.ID
		case "author":
			req.Author = o.ID
		case "tag":
			req.Tag = o.ID
		}
	}
	found, err := c.Search.Search(c.ctx, req)
	if err != nil {
		return nil, err
	}
	out := Found{Items: []Hit{}, Count: found.Count, Exact: found.Exact, Rough: found.Rough, Instead: found.Instead, Relaxed: found.Relaxed, DidMean: found.DidMean, Notes: []string{}}
	for _, n := range found.Parsed.Notes {
		if n.Raw != "" {
			out.Notes = append(out.Notes, n.Raw)
		}
	}
	arts := make([]article.Article, len(found.Results))
	for i := range found.Results {
		arts[i] = found.Results[i].Article
	}
	all, err := c.summaries(arts, c.picks)
	if err != nil {
		return nil, err
	}
	for i := range all {
		hit := Hit{Summary: all[i], Snippet: []Span{}}
		for _, s := range found.Results[i].Snippet {
			hit.Snippet = append(hit.Snippet, Span(s))
		}
		out.Items = append(out.Items, hit)
	}
	if found.More && req.Offset+2*req.Limit <= search.MaxFound {
		out.Next = c.nextAt(place{n: [6]int64{int64(req.Offset + req.Limit)}})
	}
	return out, c.facets(&out.Facets, found.Facets)
}

func (c *call) facets(to *Facets, counted map[uint8][]search.Facet) error {
	*to = Facets{Sections: []Facet{}, Authors: []Facet{}, Years: []Facet{}, Tags: []Facet{}}
	for _, column := range []struct {
		id   uint8
		kind string
		into *[]Facet
	}{{search.ColumnSection, article.AddressSection, &to.Sections}, {search.ColumnAuthor, article.AddressAuthor, &to.Authors},
		{search.ColumnYear, "", &to.Years}, {search.ColumnTag, article.AddressTag, &to.Tags}} {
		for _, f := range counted[column.id] {
			if len(*column.into) == facetValues {
				break
			}
			if column.kind == "" {
				year := strconv.FormatInt(f.Value, 10)
				*column.into = append(*column.into, Facet{Value: year, Label: year, Count: f.N})
				continue
			}
			o, err := c.Owner(column.kind, f.Value)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			*column.into = append(*column.into, Facet{Value: ident(o.ID), Label: o.Name, Count: f.N})
		}
	}
	return nil
}
