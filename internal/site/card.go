package site

import (
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

func notFound(err error) bool { return fault.Is(err, fault.NotFound) }

// cards turns articles into what lists print, and notes them as shown.
func (c *scene) cards(arts []article.Article, size pictureSize) ([]view.Card, error) {
	out := make([]view.Card, 0, len(arts))
	sections := map[int64]view.Link{}
	for i := range arts {
		a := &arts[i]
		card, err := c.card(a, size, sections)
		if err != nil {
			return nil, err
		}
		out = append(out, card)
	}
	return out, nil
}

// cardsUnder are cards for a list that has a heading of its own.
func (c *scene) cardsUnder(arts []article.Article) ([]view.Card, error) {
	out, err := c.cards(arts, pictureCard)
	for i := range out {
		out[i].Under = true
	}
	return out, err
}

func (c *scene) card(a *article.Article, size pictureSize, sections map[int64]view.Link) (view.Card, error) {
	c.shows(db.Key("article", a.ID))
	card := view.Card{ID: a.ID, URL: urlpath.Escape(a.Path), Headline: a.Headline, Kicker: a.Kicker, Standfirst: a.Standfirst,
		Excerpt: a.Excerpt, Byline: a.BylineText, CommentCount: a.CommentCount, Pinned: a.Pinned,
		Kind: string(a.Kind), Updated: a.Updated.After(a.FirstPublished)}
	card.Published = c.stamp(a.FirstPublished, c.words)
	if a.Kind != article.KindReport && a.Kind != article.KindPage {
		card.KindLabel = c.words.T("kind." + string(a.Kind))
	}
	if strings.EqualFold(card.KindLabel, card.Kicker) {
		card.KindLabel = "" // the kicker says it already
	}
	card.Language, card.Direction = c.foreign(a)
	link, err := c.sectionLink(a.SectionID, sections)
	if err != nil {
		return card, err
	}
	card.Section = link
	if a.LeadMedia != 0 && size != pictureNone {
		card.Picture, err = c.picture(article.Picture{Media: a.LeadMedia}, size)
	}
	return card, err
}

// foreign is the language of an article and its direction, when it is not the
// site's.
func (c *scene) foreign(a *article.Article) (language, direction string) {
	if a.Language == "" || a.Language == c.conf.Locale {
		return "", ""
	}
	return a.Language, i18n.Direction(a.Language)
}

// sectionLink remembers the sections that one page has met.
func (c *scene) sectionLink(id int64, known map[int64]view.Link) (view.Link, error) {
	if id == 0 {
		return view.Link{}, nil
	}
	if link, ok := known[id]; ok {
		return link, nil
	}
	s, err := c.section(id)
	if err != nil && !notFound(err) {
		return view.Link{}, err
	}
	var link view.Link
	if err == nil {
		link = view.Link{Label: s.Name, URL: sectionPath(c.conf, s)}
		c.shows(db.Key("section", id))
	}
	known[id] = link
	return link, nil
}

// latestPage is a later page of everything, newest first.
func (c *scene) latestPage(page int64) (Answer, error) {
	n, err := c.public.Count(c.ctx, article.ScopeSite, 0)
	if err != nil {
		return Answer{}, err
	}
	size := int64(c.conf.PageSize)
	pages := max((n+size-1)/size, 1)
	if page > pages {
		return Answer{}, fault.New(fault.NotFound, "the list has %d pages", pages)
	}
	path := "/page/" + strconv.FormatInt(page, 10) + "/"
	if answer, wrong := c.canonical(path); wrong {
		return answer, nil
	}
	arts, err := c.public.Page(c.ctx, article.ScopeSite, 0, page, c.conf.PageSize)
	if err != nil {
		return Answer{}, err
	}
	cards, err := c.cards(arts, pictureCard)
	if err != nil {
		return Answer{}, err
	}
	c.shows(db.ListKey(article.ScopeSite, 0))
	list := &view.List{Kind: "latest", Title: c.words.T("list.latest"), Cards: cards, Count: c.words.N("list.count", n),
		Pager: c.pager("/", page, pages), FeedURL: "/feed/"}
	p := view.Page{Template: "list", List: list, Meta: c.meta(list.Title+" – "+list.Pager.Label, path),
		Crumbs: []view.Link{c.homeLink(), {Label: list.Pager.Label}}}
	p.Meta.Prev, p.Meta.Next = list.Pager.Newer, list.Pager.Older
	p.Meta.JSONLD = c.ld(c.siteLD())
	return c.page(200, p)
}
