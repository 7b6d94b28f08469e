package api

import (
	"cmp"
	"slices"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/quote"
	"dateline/internal/richtext"
)

func (c *call) quotes(found []quote.Quote) []Quote {
	out := []Quote{}
	for i := range found {
		q := &found[i]
		one := Quote{Text: q.Words, Speaker: q.Speaker, Role: q.Role, Direct: q.Direct, Date: q.Date, Outlet: q.Outlet, Source: q.Source, Kind: q.Kind,
			Language: cmp.Or(q.Language, c.Conf().Locale), URL: c.Abs(c.QuotePath(q)), Article: c.articleLink(&q.Article), Published: q.Article.FirstPublished.UTC()}
		if q.Key != "" {
			one.SpeakerAt = c.Abs(quote.Path(q.Key))
		}
		out = append(out, one)
	}
	return out
}

// listQuotes answers what was said, the newest first: by a speaker under one
// name, by an entry of the register under all its names, in an article, or with
// words in it.
func listQuotes(c *call) (any, error) {
	public := quote.NewPublic(c.DB, c.Clock)
	after := quote.Cursor{At: c.from.n[0], ID: c.from.n[1]}
	chosen := 0
	for _, name := range []string{"speaker", "subject", "article", "words"} {
		if c.has(name) {
			chosen++
		}
	}
	if chosen > 1 {
		return nil, fault.New(fault.Invalid, "speaker, subject, article and words cannot be combined").WithHint("use one of them")
	}
	var page quote.Page
	var err error
	switch {
	case c.has("article"):
		page.Quotes, err = c.saidIn(public)
	case c.has("speaker"):
		key := quote.Key(c.text("speaker"))
		c.Shows(quote.PageKey(key))
		page, err = public.By(c.ctx, []string{key}, after, c.limit())
	case c.has("subject"):
		page, err = c.saidBy(public, after)
	default:
		c.Shows(quote.PageKey(""))
		page, err = public.Find(c.ctx, quote.Query{Words: c.text("words"), After: after, Limit: c.limit()})
	}
	if err != nil {
		return nil, err
	}
	out := List[Quote]{Items: c.quotes(page.Quotes)}
	if page.Next != (quote.Cursor{}) {
		out.Next = c.nextAt(place{n: [6]int64{page.Next.At, page.Next.ID}})
	}
	return out, nil
}

// saidIn are the quotes of an article, all of them. An article that is not in
// lists, withdrawn ones too, is as unknown as one that never was.
func (c *call) saidIn(public *quote.Public) ([]quote.Quote, error) {
	if c.has("cursor") {
		return nil, errCursor
	}
	id := c.asked.id("article")
	c.Shows(db.Key("article", id))
	_, vis, err := c.Public().Read(c.ctx, id)
	if err == nil && vis != article.Listed {
		err = errNothing
	}
	if err != nil {
		return nil, c.unknown(err, "article")
	}
	return public.In(c.ctx, id)
}

func (c *call) saidBy(public *quote.Public, after quote.Cursor) (quote.Page, error) {
	o, err := c.Owner(article.AddressSubject, c.asked.id("subject"))
	if fault.Is(err, fault.NotFound) || err == nil && !o.Entry.Speaks() {
		return quote.Page{}, fault.New(fault.Invalid, "no person or organisation that readers may see has the id %s", c.text("subject")).WithHint("use the ids of %s", c.at("subjects"))
	}
	if err != nil {
		return quote.Page{}, err
	}
	keys := o.Entry.QuoteKeys()
	for _, key := range keys {
		c.Shows(quote.PageKey(key))
	}
	return public.By(c.ctx, keys, after, c.limit())
}

// accounts returns a record of shared accounts that an article in lists shows,
// NotFound for any other.
func (c *call) accounts(id int64) (*Accounts, error) {
	r, err := claim.Get(c.ctx, c.DB, id)
	if err != nil {
		return nil, err
	}
	c.Shows(db.Key("accounts", id))
	uses, err := claim.Uses(c.ctx, c.DB, id)
	if err != nil {
		return nil, err
	}
	articles := []Link{}
	for _, u := range uses {
		if !u.Live {
			continue
		}
		a, vis, err := c.Public().Read(c.ctx, u.Article)
		if fault.Is(err, fault.NotFound) || err == nil && vis != article.Listed {
			continue
		}
		if err != nil {
			return nil, err
		}
		articles = append(articles, c.articleLink(&a))
	}
	if len(articles) == 0 {
		return nil, errNothing
	}
	return c.record(&r, articles), nil
}

func (c *call) record(r *claim.Record, articles []Link) *Accounts {
	shown := r.Shown(c.Zone())
	out := &Accounts{ID: ident(r.ID), Self: c.at("accounts", ident(r.ID)), Title: shown.Title, Updated: shown.Updated, Sides: []Side{}, Points: []Point{}, Articles: articles}
	for _, s := range shown.Sides {
		out.Sides = append(out.Sides, Side(s))
	}
	for _, p := range shown.Points {
		point := Point{Text: p.Text, Verdict: p.Verdict, Why: p.Why, Stands: []Stand{}}
		for i, s := range p.Stands {
			if i < len(shown.Sides) {
				point.Stands = append(point.Stands, Stand{Party: shown.Sides[i].Party, Says: says(s.Says), Words: s.Words, Source: s.Source})
			}
		}
		out.Points = append(out.Points, point)
	}
	return out
}

func says(word string) string {
	if slices.Contains([]string{richtext.Confirms, richtext.Denies, richtext.Silent}, word) {
		return word
	}
	return "unknown"
}

// listAccounts answers shared accounts, the last changed first. It looks at a
// bounded number of records, of which readers may see none.
func listAccounts(c *call) (any, error) {
	out := List[Accounts]{Items: []Accounts{}}
	c.Shows(claim.AllKey, db.ListKey(article.ScopeSite, 0))
	at := place{n: c.from.n}
	for looked := 0; looked < 4; looked++ {
		rows, err := claim.List(c.ctx, c.DB, at.n[0], at.n[1], c.limit()+1)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if len(out.Items) == c.limit() {
				out.Next = c.nextAt(at)
				return out, nil
			}
			at.n[0], at.n[1] = db.Micros(rows[i].Updated), rows[i].ID
			one, err := c.accounts(rows[i].ID)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, *one)
		}
		if len(rows) <= c.limit() {
			return out, nil
		}
	}
	out.Next = c.nextAt(at)
	return out, nil
}

func getAccounts(c *call) (any, error) { return c.accounts(c.id) }
