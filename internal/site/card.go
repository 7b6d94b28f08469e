package site

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/taxonomy"
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
	if a.Language != "" && a.Language != c.conf.Locale {
		card.Language, card.Direction = a.Language, i18n.Direction(a.Language)
	}
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

const (
	frontSecondary = 4
	frontLatest    = 12
	frontDiscussed = 5
	frontSections  = 8
	frontPerBlock  = 4
)

// home answers for "/": the front, a later page of the latest list, or the
// standing page that the newsroom chose for its front.
func (c *scene) home(page int64) (Answer, error) {
	if page > 1 {
		return c.latestPage(page)
	}
	if c.conf.FrontPage != 0 {
		if answer, err := c.articleAt(c.conf.FrontPage, part{}); !notFound(err) {
			return answer, err
		}
	}
	if answer, wrong := c.canonical("/"); wrong {
		return answer, nil
	}
	front, err := c.front()
	if err != nil {
		return Answer{}, err
	}
	p := view.Page{Template: "front", Front: front, Meta: c.meta("", "/")}
	p.Meta.Description = cmp.Or(c.conf.Tagline, c.conf.Title)
	p.Meta.Next = front.Pager.Older
	if front.Lead != nil && front.Lead.Picture != nil {
		lead, _, err := c.public.Read(c.ctx, front.Lead.ID)
		if err != nil {
			return Answer{}, err
		}
		c.shareMedium(&p.Meta, lead.LeadMedia, front.Lead.Picture.Alt)
	}
	p.Meta.JSONLD = c.ld(c.siteLD())
	return c.page(200, p)
}

// front chooses the stories: pinned ones first, then the newest; each story
// stands on the front once.
func (c *scene) front() (*view.Front, error) {
	c.shows("front", db.ListKey(article.ScopeSite, 0))
	pinned, err := c.public.Pinned(c.ctx, 3)
	if err != nil {
		return nil, err
	}
	newest, err := c.public.List(c.ctx, article.ScopeSite, 0, article.Cursor{}, 1+frontSecondary+frontLatest+len(pinned))
	if err != nil {
		return nil, err
	}
	shown := map[int64]bool{}
	take := func(from []article.Article, n int) []article.Article {
		var out []article.Article
		for _, a := range from {
			if len(out) == n {
				break
			}
			if !shown[a.ID] && a.Type == article.TypeArticle {
				shown[a.ID] = true
				out = append(out, a)
			}
		}
		return out
	}
	top := take(slices.Concat(pinned, newest), 1+frontSecondary)
	f := &view.Front{}
	sections := map[int64]view.Link{}
	for i := range top {
		size := pictureCard
		if i == 0 {
			size = pictureLead
		}
		card, err := c.card(&top[i], size, sections)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			f.Lead = &card
			continue
		}
		f.Secondary = append(f.Secondary, card)
	}
	if f.Latest, err = c.cards(take(newest, frontLatest), pictureNone); err != nil {
		return nil, err
	}
	if err := c.frontBlocks(f, shown); err != nil {
		return nil, err
	}
	discussed, err := c.public.Discussed(c.ctx, frontDiscussed)
	if err != nil {
		return nil, err
	}
	if f.Discussed, err = c.cards(discussed, pictureNone); err != nil {
		return nil, err
	}
	n, err := c.public.Count(c.ctx, article.ScopeSite, 0)
	size := int64(c.conf.PageSize)
	f.Pager = c.pager("/", 1, max((n+size-1)/size, 1))
	return f, err
}

// frontBlocks fills one block for each of the first top sections that have
// stories not shown above.
func (c *scene) frontBlocks(f *view.Front, shown map[int64]bool) error {
	tops, err := taxonomy.Children(c.ctx, c.db, 0)
	if err != nil {
		return err
	}
	for _, s := range tops {
		if len(f.Sections) == frontSections {
			break
		}
		arts, err := c.public.List(c.ctx, article.ScopeSection, s.ID, article.Cursor{}, frontPerBlock*2)
		if err != nil {
			return err
		}
		arts = slices.DeleteFunc(arts, func(a article.Article) bool { return shown[a.ID] })
		arts = arts[:min(len(arts), frontPerBlock)]
		if len(arts) == 0 {
			continue
		}
		for _, a := range arts {
			shown[a.ID] = true
		}
		cards, err := c.cards(arts, pictureCard)
		if err != nil {
			return err
		}
		c.shows(db.ListKey(article.ScopeSection, s.ID), db.Key("section", s.ID))
		f.Sections = append(f.Sections, view.SectionBlock{Section: view.Link{Label: s.Name, URL: sectionPath(c.conf, s)}, Cards: cards})
	}
	return nil
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
	arts, err := c.public.Page(c.ctx, article.ScopeSite, 0, c.zone, page, c.conf.PageSize)
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
