package site

import (
	"cmp"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/feed"
	"dateline/internal/i18n"
	"dateline/internal/quote"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// quotesAfter is a further page of quotes: those that come after a place.
var quotesAfter = regexp.MustCompile(`^(/quotes(?:/.+)?)/after/(-?[0-9]{1,17})\.([0-9]{1,19})$`)

const quotesShown = 30

// quotesAt answers for the quotes of the site and those of one speaker.
func (c *scene) quotesAt(key string) (Answer, bool, error) {
	rest, ok := strings.CutPrefix(key, "/quotes")
	if !ok || rest != "" && rest[0] != '/' {
		return Answer{}, false, nil
	}
	if key == "/quotes" {
		if answer, done, err := c.taken(key); done || err != nil {
			return answer, done, err
		}
	}
	var after quote.Cursor
	base := key
	if m := quotesAfter.FindStringSubmatch(key); m != nil {
		base = m[1]
		var err error
		if after, err = quoteCursor(m[2], m[3]); err != nil {
			return Answer{}, true, err
		}
	}
	if p, speaker := partOf(base), speakerOf(base); p.feed == "" && !strings.Contains(speaker, "/") {
		answer, err := c.quotesPage(speaker, after)
		return answer, true, err
	}
	return Answer{}, false, nil
}

func partOf(key string) part {
	_, p, _ := splitPart(key)
	return p
}

// speakerOf is the key of the speaker at an address, "" for all.
func speakerOf(key string) string {
	return strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(key, "/quotes"), "/"), "-", " ")
}

func quoteCursor(at, id string) (quote.Cursor, error) {
	x, err := strconv.ParseInt(at, 10, 64)
	y, e := strconv.ParseInt(id, 10, 64)
	if err != nil || e != nil {
		return quote.Cursor{}, fault.New(fault.NotFound, "no such page of quotes")
	}
	return quote.Cursor{At: x, ID: y}, nil
}

func quotesPath(speaker string, after quote.Cursor) string {
	path := quote.Path(speaker)
	if after != (quote.Cursor{}) {
		path += "after/" + strconv.FormatInt(after.At, 10) + "." + strconv.FormatInt(after.ID, 10) + "/"
	}
	return path
}

func (c *scene) quotes() *quote.Public { return quote.NewPublic(c.db, c.Site.clock) }

// quotesPage lists what a speaker has said, or what everybody has; of the
// latter those that a reader looks for.
func (c *scene) quotesPage(speaker string, after quote.Cursor) (Answer, error) {
	words, name := clip(strings.TrimSpace(c.ask.Query.Get("words")), 200), clip(strings.TrimSpace(c.ask.Query.Get("speaker")), 100)
	if speaker == "" && after == (quote.Cursor{}) && words+name != "" {
		return c.quotesFound(words, name)
	}
	path := quotesPath(speaker, after)
	if answer, wrong := c.canonical(path); wrong {
		return answer, nil
	}
	s, found, err := c.saidBy(speaker, after, quotesShown)
	if err == nil && len(found.Quotes) == 0 && after != (quote.Cursor{}) {
		err = fault.New(fault.NotFound, "nothing more was said")
	}
	if err != nil {
		return Answer{}, err
	}
	out := &view.Quotes{FeedURL: quote.Path(speaker) + "feed/", Entries: c.said(found.Quotes)}
	title := c.words.T("quotes.title")
	crumbs := []view.Link{c.homeLink(), {Label: title, URL: quote.Base}}
	if speaker != "" {
		out.Speaker, out.Role, out.Subjects = s.name, roleIn(found.Quotes), c.subjectLinks(s.entries)
		title = c.words.T("quotes.title_by", out.Speaker)
		crumbs = append(crumbs, view.Link{Label: out.Speaker, URL: path})
		unlinked(out.Entries)
	}
	if after != (quote.Cursor{}) {
		out.Pager.Newer = quote.Path(speaker)
	}
	if found.Next != (quote.Cursor{}) {
		out.Pager.Older = quotesPath(speaker, found.Next)
	}
	p := view.Page{Template: "quotes", Quotes: out, Meta: c.meta(title, quotesPath(s.key, after)), Crumbs: crumbs}
	p.Meta.Description = c.words.T("quotes.intro")
	p.Meta.Feeds = append(c.feedsOf(quote.Path(speaker), title), p.Meta.Feeds...)
	p.Meta.Next, p.Meta.Prev = out.Pager.Older, out.Pager.Newer
	p.Meta.JSONLD = c.ld(c.quotesLD(p, s, found.Quotes))
	return c.page(200, p)
}

// quotesFound answers a search among quotes. It is not stored: there are as
// many as there are words.
func (c *scene) quotesFound(words, name string) (Answer, error) {
	in := quote.Query{Words: words, Speaker: name, Limit: quotesShown}
	if at, id, ok := strings.Cut(c.ask.Query.Get("before"), "."); ok {
		in.After, _ = quoteCursor(at, id) // nonsense starts at the newest
	}
	found, err := c.quotes().Find(c.ctx, in)
	if err != nil {
		return Answer{}, err
	}
	out := &view.Quotes{Words: words, Name: name, Searched: true, Entries: c.said(found.Quotes)}
	if found.Next != (quote.Cursor{}) {
		out.Pager.Older = quote.Base + "?" + url.Values{"words": {words}, "speaker": {name},
			"before": {strconv.FormatInt(found.Next.At, 10) + "." + strconv.FormatInt(found.Next.ID, 10)}}.Encode()
	}
	title := c.words.T("quotes.title")
	p := view.Page{Template: "quotes", Quotes: out, Meta: c.meta(title, quote.Base), Crumbs: []view.Link{c.homeLink(), {Label: title}}}
	p.Meta.NoIndex = true
	answer, err := c.page(200, p)
	answer.Keys = nil
	return answer, err
}

// speaker is whoever spoke under a name.
type speaker struct {
	key     string           // under which the page stands that search engines are to keep
	name    string           // "" for all speakers
	keys    []string         // under which the words are kept
	entries []register.Entry // of the register that have the name; readers may see them
}

// speakerAt returns the speaker of a key. When one entry of the register alone
// has the name, its other names are theirs, too.
func (c *scene) speakerAt(key string) (s speaker, err error) {
	s.key, s.keys = key, []string{key}
	if s.entries, err = c.entriesNamed(key); err != nil || len(s.entries) != 1 {
		return s, err
	}
	e := &s.entries[0]
	s.name, s.keys = e.Name, e.QuoteKeys()
	if first := s.keys[0]; first != key {
		if others, err := c.entriesNamed(first); err != nil || len(others) != 1 {
			return s, err
		}
		s.key = first
	}
	return s, nil
}

func (c *scene) entriesNamed(key string) ([]register.Entry, error) {
	c.shows(quote.PageKey(key))
	all, err := register.Speakers(c.ctx, c.db, key)
	for i := range all {
		c.shows(db.Key(article.ScopeSubject, all[i].ID), db.ListKey(article.ScopeSubject, all[i].ID))
	}
	return all, err
}

// saidBy returns what the speaker of a key has said, NotFound for nothing; what
// everybody has for "".
func (c *scene) saidBy(key string, after quote.Cursor, limit int) (speaker, quote.Page, error) {
	if key == "" {
		c.shows(quote.PageKey(""))
		found, err := c.quotes().Find(c.ctx, quote.Query{After: after, Limit: limit})
		return speaker{}, found, err
	}
	s, err := c.speakerAt(key)
	if err != nil {
		return s, quote.Page{}, err
	}
	found, err := c.saidUnder(s.keys, after, limit)
	if err == nil && len(found.Quotes) == 0 {
		err = fault.New(fault.NotFound, "nothing was said by %q", key)
	}
	if err == nil && s.name == "" {
		s.name = found.Quotes[0].Speaker
	}
	return s, found, err
}

// saidUnder returns what was said under any of some keys.
func (c *scene) saidUnder(keys []string, after quote.Cursor, limit int) (quote.Page, error) {
	for _, key := range keys {
		c.shows(quote.PageKey(key))
	}
	return c.quotes().By(c.ctx, keys, after, limit)
}

// subjectLinks lead to the pages of entries.
func (c *scene) subjectLinks(entries []register.Entry) []view.Link {
	var out []view.Link
	for i := range entries {
		out = append(out, view.Link{Label: c.words.T("quotes.subject", entries[i].Name), URL: urlpath.Escape(entries[i].Path)})
	}
	return out
}

// roleIn is the role under which a speaker spoke last.
func roleIn(all []quote.Quote) string {
	for _, q := range all {
		if q.Role != "" {
			return q.Role
		}
	}
	return ""
}

// placeOfQuote is where a quote stands.
func placeOfQuote(q *quote.Quote) string {
	path := urlpath.Escape(q.Article.Path)
	if q.Part > 1 {
		path = under(path, strconv.Itoa(q.Part)+"/")
	}
	if q.Anchor != "" {
		path += "#" + q.Anchor
	}
	return path
}

// said makes quotes ready for a page.
func (c *scene) said(all []quote.Quote) []view.Quote {
	out := make([]view.Quote, len(all))
	for i := range all {
		q := &all[i]
		c.shows(db.Key("article", q.Article.ID))
		out[i] = view.Quote{Speaker: q.Speaker, SpeakerURL: quote.Path(q.Key), Role: q.Role, Words: q.Words, Direct: q.Direct, Outlet: q.Outlet, Source: q.Source,
			Of: view.Link{Label: q.Article.Headline, URL: placeOfQuote(q)}, Published: c.stamp(q.Article.FirstPublished, c.words)}
		if q.Key == "" {
			out[i].SpeakerURL = ""
		}
		if q.Date != "" {
			out[i].Said = view.Stamp{ISO: q.Date, Text: c.words.ISODate(q.Date), Date: c.words.ISODate(q.Date)}
		}
		if q.Language != "" && q.Language != c.conf.Locale {
			out[i].Language, out[i].Direction = q.Language, i18n.Direction(q.Language)
		}
	}
	return out
}

// unlinked takes the links to the speaker off quotes that stand on their page.
func unlinked(quotes []view.Quote) {
	for i := range quotes {
		quotes[i].SpeakerURL = ""
	}
}

// quotationLD is a quote as structured data. Only words as they were spoken are
// a quotation.
func quotationLD(kind, speaker, role, words, date, source, language string) object {
	who := object{"@type": "Person", "name": speaker}
	if kind == richtext.QuoteAccount {
		who["@type"] = "Organization"
	}
	if role != "" {
		who["description"] = role
	}
	ld := object{"@type": "Quotation", "text": words, "spokenByCharacter": who}
	for name, value := range map[string]string{"dateCreated": date, "citation": source, "inLanguage": language} {
		if value != "" {
			ld[name] = value
		}
	}
	return ld
}

// quotationsLD are quotes of several articles as structured data.
func (c *scene) quotationsLD(all []quote.Quote) []object {
	var items []object
	for i := range all {
		q := &all[i]
		if !q.Direct {
			continue
		}
		ld := quotationLD(q.Kind, q.Speaker, q.Role, q.Words, q.Date, q.Source, cmp.Or(q.Language, c.conf.Locale))
		ld["url"] = c.abs(placeOfQuote(q))
		ld["isPartOf"] = object{"@type": schemaType[q.Article.Kind], "@id": c.abs(urlpath.Escape(q.Article.Path)) + "#article", "headline": clip(q.Article.Headline, 110)}
		items = append(items, ld)
	}
	return items
}

func (c *scene) quotesLD(page view.Page, s speaker, all []quote.Quote) object {
	crumbs := c.crumbsLD(page.Crumbs)
	delete(crumbs, "@context")
	collection := object{"@type": "CollectionPage", "url": page.Meta.Canonical, "name": page.Meta.SocialTitle}
	if items := c.quotationsLD(all); items != nil {
		collection["hasPart"] = items
	}
	if len(s.entries) == 1 {
		collection["about"] = c.entryLD(&s.entries[0])
	}
	return object{"@context": "https://schema.org", "@graph": []object{collection, crumbs}}
}

// quotesFeed is the feed of a speaker's quotes, or of all.
func (c *scene) quotesFeed(key, kind string) (Answer, error) {
	base := quote.Path(key)
	self := base + part{feed: kind}.suffix()
	if answer, wrong := c.canonical(self); wrong {
		return answer, nil
	}
	s, found, err := c.saidBy(key, quote.Cursor{}, feedItems)
	if err != nil {
		return Answer{}, err
	}
	title := c.words.T("quotes.title")
	if s.name != "" {
		title = c.words.T("quotes.title_by", s.name)
	}
	f := feed.Feed{Title: title + " – " + c.conf.Title, Description: c.words.T("quotes.intro"), Home: c.abs(base), Self: c.abs(self), Language: c.conf.Locale}
	for i := range found.Quotes {
		item, err := c.quoteItem(&found.Quotes[i])
		if err != nil {
			return Answer{}, err
		}
		f.Items = append(f.Items, item)
		f.Updated = latestOf(f.Updated, item.Updated)
	}
	return c.feedAnswer(f, kind)
}

func (c *scene) quoteItem(q *quote.Quote) (feed.Item, error) {
	c.shows(db.Key("article", q.Article.ID))
	block := richtext.Node{Type: "attributed_quote", Attrs: map[string]any{"speaker": q.Speaker, "role": q.Role, "outlet": q.Outlet, "date": q.Date, "source": q.Source},
		Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: q.Words}}}}}
	html, err := c.feedHTML(richtext.Doc{Content: []richtext.Node{block, {Type: "related_link", Attrs: map[string]any{"url": placeOfQuote(q), "title": q.Article.Headline}}}})
	if err != nil {
		return feed.Item{}, err
	}
	at := latestOf(q.Article.FirstPublished, q.Article.Updated)
	if q.Record != 0 { // of shared accounts, which change by themselves
		r, err := c.record(q.Record)
		if err != nil {
			return feed.Item{}, err
		}
		at = latestOf(at, r.Updated)
	}
	id := c.tagURI("quote", q.Article.ID)
	if q.Anchor != "" {
		id += "/" + q.Anchor
	}
	return feed.Item{ID: id, URL: c.abs(placeOfQuote(q)), Title: q.Speaker + ": " + clip(q.Words, 90), Summary: q.Words, HTML: html, Language: q.Language,
		Published: q.Article.FirstPublished.In(c.zone), Updated: at.In(c.zone), Authors: []feed.Author{{Name: c.conf.Title, URL: c.abs("/")}}}, nil
}

// maxQuotesLD bounds the quotations in an article's structured data.
const maxQuotesLD = 30

// quotedLD adds to an article's structured data what it quotes, and the
// newsroom's verdicts on points of shared accounts.
func (c *scene) quotedLD(ld object, a *article.Article, body richtext.Doc, canonical string) ([]object, error) {
	var parts []object
	var cited []string
	for _, q := range richtext.Quotes(body) {
		if q.Source != "" && strings.HasPrefix(q.Source, "http") && len(cited) < maxQuotesLD {
			cited = append(cited, q.Source)
		}
		if q.Direct && len(parts) < maxQuotesLD {
			parts = append(parts, quotationLD(q.Kind, q.Speaker, q.Role, q.Words, q.Date, q.Source, cmp.Or(a.Language, c.conf.Locale)))
		}
	}
	if parts != nil {
		ld["hasPart"] = parts
	}
	if cited != nil {
		ld["citation"] = cited
	}
	return c.reviewsLD(body, canonical)
}

// reviewsLD are the verdicts that an editor gave on points of shared accounts.
func (c *scene) reviewsLD(body richtext.Doc, canonical string) ([]object, error) {
	records, err := c.accountsIn(body)
	if err != nil {
		return nil, err
	}
	var out []object
	for _, id := range richtext.RecordIDs(body) {
		r := records[id]
		for _, p := range r.Points {
			if p.Verdict == "" {
				continue
			}
			claimed := object{"@type": "Claim", "text": p.Text}
			var by []object
			var seen []string
			for i, stand := range p.Stands {
				if stand.Says != richtext.Confirms || i >= len(r.Sides) {
					continue
				}
				by = append(by, object{"@type": "Organization", "name": r.Sides[i].Party})
				if source := cmp.Or(stand.Source, r.Sides[i].Source); source != "" {
					seen = append(seen, source)
				}
			}
			if by != nil {
				claimed["author"] = by
			}
			if seen != nil {
				claimed["appearance"] = seen
			}
			review := object{"@type": "ClaimReview", "url": canonical + "#" + richtext.AccountsAnchor(id), "claimReviewed": p.Text, "datePublished": r.Updated, "author": c.organisation(),
				"itemReviewed": claimed, "reviewRating": object{"@type": "Rating", "alternateName": p.Verdict}}
			if p.Why != "" {
				review["reviewBody"] = p.Why
			}
			out = append(out, review)
		}
	}
	return out, nil
}
