package site

import (
	"net/url"
	"strconv"
	"strings"

	"dateline/internal/search"
	"dateline/internal/view"
)

// searchPage answers a search, newest matches first. Results are not cached:
// there are as many as there are words.
func (c *scene) searchPage(query string) (Answer, error) {
	query = clip(strings.ToValidUTF8(query, ""), 200)
	out := &view.Search{Query: query, Asked: len(search.Words(query)) > 0}
	title := c.words.T("search.title")
	path := "/search/"
	if out.Asked {
		title = c.words.T("search.title_of", query)
		path += "?q=" + url.QueryEscape(query)
		if err := c.find(out); err != nil {
			return Answer{}, err
		}
	} else if answer, wrong := c.canonical(path); wrong {
		return answer, nil
	}
	p := view.Page{Template: "search", Search: out, Meta: c.meta(title, path),
		Crumbs: []view.Link{c.homeLink(), {Label: c.words.T("search.title")}}}
	p.Meta.NoIndex = true
	answer, err := c.page(200, p)
	if out.Asked {
		answer.Keys = nil
	}
	return answer, err
}

func (c *scene) find(out *view.Search) error {
	before, _ := strconv.ParseInt(c.ask.Query.Get("before"), 10, 64) // nonsense starts at the newest
	size := min(c.conf.PageSize, search.Limit-1)
	found, err := c.search.Find(c.ctx, out.Query, before, size+1)
	if err != nil {
		return err
	}
	more := len(found) > size
	if more {
		found = found[:size]
	}
	for i := range found {
		card, err := c.card(&found[i].Article, pictureNone, map[int64]view.Link{})
		if err != nil {
			return err
		}
		out.Cards = append(out.Cards, view.Hit{Card: card, Snippet: view.Snippet(snippetSpans(found[i].Snippet))})
	}
	n := int64(len(found))
	switch {
	case n == 0 && before == 0:
		out.Summary = c.words.T("search.none", out.Query)
	case more || before != 0:
		out.Summary = c.words.N("search.results_over", n, out.Query)
	default:
		out.Summary = c.words.N("search.results", n, out.Query)
	}
	if more {
		out.Pager.Older = "/search/?q=" + url.QueryEscape(out.Query) + "&before=" + strconv.FormatInt(found[n-1].Place, 10)
	}
	return nil
}

func snippetSpans(spans []search.Span) []view.Span {
	out := make([]view.Span, len(spans))
	for i, s := range spans {
		out[i] = view.Span{Text: s.Text, Match: s.Match}
	}
	return out
}
