package site

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/feed"
	"dateline/internal/search"
	"dateline/internal/taxonomy"
	"dateline/internal/view"
)

const (
	searchPath     = "/search/"
	maxQuery       = 300 // letters of a question
	facetValues    = 8   // of each way to narrow results
	feedSearchPath = searchPath + "feed/"
)

// wish is what a search page was asked for: the question and its filters.
type wish struct {
	req    search.Request
	values url.Values // the same as an address has it, without the page
	page   int64
	labels map[string]string // of the filters in force, by parameter
	cut    bool              // the question was longer than is searched
}

// empty reports whether nothing is asked for: no words and no filter.
func (w wish) empty() bool { return w.req.Text == "" && len(w.labels) == 0 }

// filters are the parameters that narrow results, in the order of the page.
var filters = []string{"section", "author", "year", "tag"}

// wish reads the address. What makes no sense in it is left out.
func (c *scene) wish() (w wish, err error) {
	q := c.ask.Query
	w = wish{values: url.Values{}, labels: map[string]string{}}
	typed := strings.ToValidUTF8(q.Get("q"), "")
	w.cut = utf8.RuneCountInString(typed) > maxQuery
	w.req = search.Request{Text: clip(typed, maxQuery), Limit: min(c.conf.PageSize, search.Limit), Facets: true, Snippets: true}
	if w.req.Text != "" {
		w.values.Set("q", w.req.Text)
	}
	switch q.Get("sort") {
	case "new":
		w.req.Sort = search.Newest
		w.values.Set("sort", "new")
	case "old":
		w.req.Sort = search.Oldest
		w.values.Set("sort", "old")
	}
	for _, name := range filters {
		value := q.Get(name)
		if value == "" {
			continue
		}
		label, err := c.filter(&w.req, name, value)
		if notFound(err) {
			continue
		}
		if err != nil {
			return w, err
		}
		w.values.Set(name, value)
		w.labels[name] = label
	}
	w.page = resultPage(q.Get("page"), w.req.Limit)
	w.req.Offset = int(w.page-1) * w.req.Limit
	return w, nil
}

// resultPage is the page of so many results that an address asks for; the first
// one for nonsense and for what pages do not reach.
func resultPage(typed string, size int) int64 {
	n, err := strconv.ParseInt(typed, 10, 32)
	if err != nil || n < 1 || n*int64(size) > search.MaxFound {
		return 1
	}
	return n
}

// filter narrows a request and returns what to call that. NotFound for what
// readers do not know of.
func (c *scene) filter(req *search.Request, name, value string) (label string, err error) {
	var into *int64
	var kind string
	var id int64
	switch name {
	case "year":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 9999 {
			return "", errHidden
		}
		req.Year = n
		return value, nil
	case "section":
		kind, into = article.AddressSection, &req.Section
		var s taxonomy.Section
		s, err = taxonomy.SectionByPath(c.ctx, c.db, value)
		id = s.ID
	case "author":
		kind, into = article.AddressAuthor, &req.Author
		var p author.Profile
		p, err = author.BySlug(c.ctx, c.db, value)
		id = p.ID
	default:
		kind, into = article.AddressTag, &req.Tag
		var t taxonomy.Tag
		t, err = taxonomy.TagBySlug(c.ctx, c.db, value)
		id = t.ID
	}
	if err != nil {
		return "", err
	}
	l, _, err := c.shownListing(kind, id)
	if err != nil {
		return "", err
	}
	*into = l.id
	return l.name, nil
}

// at is the address of the search with some parameters changed; "" takes one
// away.
func (w wish) at(path string, changes ...string) string {
	v := url.Values{}
	for name, values := range w.values {
		v[name] = values
	}
	for i := 0; i < len(changes); i += 2 {
		if changes[i+1] == "" {
			v.Del(changes[i])
		} else {
			v.Set(changes[i], changes[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// searchPage answers a search. Results are not cached: there are as many as
// there are words.
func (c *scene) searchPage() (Answer, error) {
	w, err := c.wish()
	if err != nil {
		return Answer{}, err
	}
	if w.empty() {
		if answer, wrong := c.canonical(searchPath); wrong {
			return answer, nil
		}
	}
	found, err := c.search.Search(c.ctx, w.req)
	if err == nil && w.page > 1 && len(found.Results) == 0 { // beyond the last page: begin again
		w.page, w.req.Offset = 1, 0
		found, err = c.search.Search(c.ctx, w.req)
	}
	if err != nil {
		return Answer{}, err
	}
	out := &view.Search{Query: w.req.Text, Asked: found.Asked}
	title, path := c.words.T("search.title"), searchPath
	if found.Asked {
		title = c.words.T("search.title_of", c.asked(w))
		path = w.at(searchPath)
		if err := c.showFound(out, w, found); err != nil {
			return Answer{}, err
		}
	} else {
		c.searchHelp(out)
	}
	p := view.Page{Template: "search", Search: out, Meta: c.meta(title, path),
		Crumbs: []view.Link{c.homeLink(), {Label: c.words.T("search.title")}}}
	p.Meta.NoIndex, p.Meta.Script = true, c.searchJS
	if found.Asked {
		p.Meta.Feeds = append(w.feeds(title), p.Meta.Feeds...)
	}
	answer, err := c.page(200, p)
	if found.Asked {
		answer.Keys = nil
	}
	return answer, err
}

// feeds are the addresses of the search as a feed.
func (w wish) feeds(title string) []view.Feed {
	return []view.Feed{
		{Title: title, URL: w.at(feedSearchPath, "sort", ""), Type: "application/rss+xml"},
		{Title: title, URL: w.at(feedSearchPath+"atom/", "sort", ""), Type: "application/atom+xml"},
		{Title: title, URL: w.at(feedSearchPath+"json/", "sort", ""), Type: "application/feed+json"},
	}
}

func (c *scene) showFound(out *view.Search, w wish, found search.Answer) error {
	for i := range found.Results {
		r := &found.Results[i]
		card, err := c.card(&r.Article, pictureNone, map[int64]view.Link{})
		if err != nil {
			return err
		}
		out.Cards = append(out.Cards, view.Hit{Card: card, Snippet: view.Snippet(snippetSpans(r.Snippet))})
	}
	c.summary(out, w, found)
	c.searchNotes(out, w, found)
	out.FeedURL = w.at(feedSearchPath, "sort", "")
	for _, name := range filters {
		if label, ok := w.labels[name]; ok {
			out.Chosen = append(out.Chosen, view.Link{Label: c.wordFor("filter", name, label), URL: w.at(searchPath, name, "")})
		}
	}
	for _, s := range []struct{ name, value string }{{"search.sort_best", ""}, {"search.sort_new", "new"}, {"search.sort_old", "old"}} {
		order := view.SortOrder{Label: c.words.T(s.name)}
		if w.values.Get("sort") != s.value {
			order.URL = w.at(searchPath, "sort", s.value)
		}
		out.Sorts = append(out.Sorts, order)
	}
	if w.page > 1 {
		page := ""
		if w.page > 2 {
			page = strconv.FormatInt(w.page-1, 10)
		}
		out.Pager.Newer = w.at(searchPath, "page", page)
	}
	if found.More && w.req.Offset+2*w.req.Limit <= search.MaxFound {
		out.Pager.Older = w.at(searchPath, "page", strconv.FormatInt(w.page+1, 10))
	}
	if len(out.Cards) == 0 {
		return c.nothing(out, w)
	}
	return c.facets(out, w, found)
}

// asked is what a search is called: its words, or its filters when it has none.
func (c *scene) asked(w wish) string {
	if w.req.Text != "" {
		return w.req.Text
	}
	var all []string
	for _, name := range filters {
		if label, ok := w.labels[name]; ok {
			all = append(all, c.wordFor("filter", name, label))
		}
	}
	return strings.Join(all, " · ")
}

func (c *scene) summary(out *view.Search, w wish, found search.Answer) {
	asked := c.asked(w)
	if found.Instead != "" {
		asked = found.Instead
	}
	asked = c.unmarked(asked)
	switch {
	case len(found.Results) == 0:
		out.Summary = c.words.T("search.none", asked)
	case !found.Exact:
		out.Summary = c.words.N("search.results_over", found.Count, asked)
	default:
		out.Summary = c.words.N("search.results", max(found.Count, int64(len(found.Results))), asked)
	}
}

// phrases are what stands between quotation marks of a question.
var phrases = regexp.MustCompile(`(^|[\s:：−–-])["“”„«»「]([^"“”„«»「」]+)["“”«»」]`)

// unmarked is a question as texts put it between quotation marks: without its
// own where it is one phrase, and with the marks of a quotation in a quotation
// where phrases stand in it.
func (c *scene) unmarked(question string) string {
	question = strings.TrimSpace(question)
	if at := phrases.FindStringSubmatchIndex(question); at != nil && at[2] == at[3] && at[1] == len(question) {
		return strings.TrimSpace(question[at[4]:at[5]])
	}
	return phrases.ReplaceAllStringFunc(question, func(phrase string) string {
		part := phrases.FindStringSubmatch(phrase)
		return part[1] + c.words.T("search.phrase", strings.TrimSpace(part[2]))
	})
}

// searchNotes says what was not understood, and what was searched instead.
func (c *scene) searchNotes(out *view.Search, w wish, found search.Answer) {
	note := func(text string) { out.Notes = append(out.Notes, text) }
	tooLong := w.cut
	for _, n := range found.Parsed.Notes {
		switch n.Problem {
		case search.NoDate:
			note(c.words.T("search.note_date", c.unmarked(n.Raw)))
		case search.NoSection:
			note(c.words.T("search.note_section", c.unmarked(n.Raw)))
		case search.NoTag:
			note(c.words.T("search.note_tag", c.unmarked(n.Raw)))
		case search.NoValue:
			note(c.words.T("search.note_value", c.unmarked(n.Raw)))
		case search.TooLong:
			tooLong = true
		}
	}
	if tooLong {
		note(c.words.T("search.note_long"))
	}
	if found.Instead != "" {
		note(c.words.T("search.instead", c.unmarked(w.req.Text)))
	}
	if found.Relaxed {
		note(c.words.T("search.relaxed"))
	}
	if found.DidMean != "" {
		out.DidMean = &view.Link{Label: found.DidMean, URL: w.at(searchPath, "q", found.DidMean)}
	}
}

// nothing offers ways on from an empty page.
func (c *scene) nothing(out *view.Search, w wish) error {
	typed := w.req.Text
	more, err := c.search.Complete(c.ctx, typed)
	for _, text := range more {
		if text != typed {
			out.Continue = append(out.Continue, view.Link{Label: text, URL: w.at(searchPath, "q", text)})
		}
	}
	c.searchHelp(out)
	return err
}

// searchHelp says what can be typed.
func (c *scene) searchHelp(out *view.Search) {
	for _, name := range []string{"phrase", "not", "author", "section", "tag", "dates", "said"} {
		out.Help = append(out.Help, view.SearchHelp{Example: c.wordFor("example", name), Text: c.wordFor("help", name)})
	}
}

// wordFor is a text of the search page that several things have.
func (c *scene) wordFor(what, name string, args ...any) string {
	return c.words.T("search."+what+"_"+name, args...)
}

// facets shows how results can be narrowed.
func (c *scene) facets(out *view.Search, w wish, found search.Answer) error {
	for i, column := range []uint8{search.ColumnSection, search.ColumnAuthor, search.ColumnYear, search.ColumnTag} {
		name := filters[i]
		if _, chosen := w.labels[name]; chosen {
			continue
		}
		group := view.FacetGroup{Title: c.wordFor("by", name)}
		for _, f := range found.Facets[column] {
			if len(group.Values) == facetValues {
				break
			}
			label, value, err := c.facetValue(name, f.Value)
			if notFound(err) {
				continue
			}
			if err != nil {
				return err
			}
			count := c.words.Number(f.N)
			if found.Rough {
				count = c.words.T("search.about", count)
			}
			group.Values = append(group.Values, view.FacetValue{Link: view.Link{Label: label, URL: w.at(searchPath, name, value)}, Count: count})
		}
		if len(group.Values) > 1 || len(group.Values) == 1 && found.Rough {
			out.Groups = append(out.Groups, group)
		}
	}
	return nil
}

// facetValue is what to call a value of a column, and how addresses write it.
func (c *scene) facetValue(name string, value int64) (label, word string, err error) {
	switch name {
	case "year":
		year := strconv.FormatInt(value, 10)
		return year, year, nil
	case "section":
		l, _, err := c.shownListing(article.AddressSection, value)
		return l.name, l.section.Path, err
	case "author":
		l, _, err := c.shownListing(article.AddressAuthor, value)
		return l.name, l.profile.Slug, err
	}
	l, _, err := c.shownListing(article.AddressTag, value)
	if err != nil {
		return "", "", err
	}
	t, err := c.tag(l.id)
	return l.name, t.Slug, err
}

// searchFeed answers the newest results as a feed.
func (c *scene) searchFeed(kind string) (Answer, error) {
	w, err := c.wish()
	if err != nil {
		return Answer{}, err
	}
	if w.empty() {
		return moved(searchPath), nil
	}
	w.values.Del("sort")
	w.req.Sort, w.req.Offset, w.req.Limit, w.req.Facets, w.req.Snippets = search.Newest, 0, feedItems, false, false
	found, err := c.search.Search(c.ctx, w.req)
	if err != nil {
		return Answer{}, err
	}
	title := c.words.T("search.title_of", c.asked(w)) + " – " + c.conf.Title
	self := feedSearchPath
	if kind != "rss" {
		self += kind + "/"
	}
	f := feed.Feed{Title: title, Home: c.abs(w.at(searchPath)), Self: c.abs(w.at(self)), Language: c.conf.Locale}
	for i := range found.Results {
		item, err := c.feedItem(&found.Results[i].Article)
		if err != nil {
			return Answer{}, err
		}
		f.Items = append(f.Items, item)
		f.Updated = latestOf(f.Updated, item.Updated)
	}
	answer, err := c.feedAnswer(f, kind)
	answer.Keys, answer.NoIndex = nil, true
	return answer, err
}

// SuggestPath is where browsers ask for questions that begin like one.
const SuggestPath = searchPath + "suggest"

// Suggest answers a browser's search box in the form that OpenSearch
// Suggestions describes: what was typed, then how it may go on.
func (s *Site) Suggest(ctx context.Context, typed string) ([]byte, error) {
	typed = clip(strings.ToValidUTF8(typed, ""), maxQuery)
	more, err := s.search.Complete(ctx, typed)
	if err != nil {
		return nil, err
	}
	if more == nil {
		more = []string{}
	}
	return json.Marshal([]any{typed, more})
}

func snippetSpans(spans []search.Span) []view.Span {
	out := make([]view.Span, len(spans))
	for i, s := range spans {
		out[i] = view.Span{Text: s.Text, Match: s.Match}
	}
	return out
}
