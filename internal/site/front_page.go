package site

import (
	"cmp"
	"slices"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/front"
	"dateline/internal/media"
	"dateline/internal/taxonomy"
	"dateline/internal/view"
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
	plan, err := c.planOf(0)
	if err != nil {
		return Answer{}, err
	}
	return c.frontPage(plan)
}

// planOf is the arrangement of a place that readers see.
func (c *scene) planOf(place int64) (front.Plan, error) {
	plan, err := c.memos.fronts.get(place, func() (front.Plan, error) {
		p, arranged, err := front.LivePlan(c.ctx, c.db, place)
		if !arranged {
			p = front.Plan{Auto: true}
		}
		return p, err
	})
	if err != nil || !plan.Auto || place != 0 {
		return plan, err
	}
	c.shows(taxonomy.Tree)
	tops, err := taxonomy.Children(c.ctx, c.db, 0)
	return front.Automatic(0, tops), err
}

// frontPage is the site's front as a plan arranges it.
func (c *scene) frontPage(plan front.Plan) (Answer, error) {
	out, leads, err := c.front(0, plan)
	if err != nil {
		return Answer{}, err
	}
	n, err := c.public.Count(c.ctx, article.ScopeSite, 0)
	if err != nil {
		return Answer{}, err
	}
	c.shows(db.ListKey(article.ScopeSite, 0)) // the pager counts it
	size := int64(c.conf.PageSize)
	out.Pager = c.pager("/", 1, max((n+size-1)/size, 1))
	if c.conf.NewsletterBox {
		if out.SignUp, err = c.signUp("/", c.words); err != nil {
			return Answer{}, err
		}
	}
	p := view.Page{Template: "front", Front: out, Meta: c.meta("", "/")}
	p.Meta.Description = cmp.Or(c.conf.Tagline, c.conf.Title)
	p.Meta.Next = out.Pager.Older
	if out.Lead != nil && out.Lead.Picture != nil {
		c.shareMedium(&p.Meta, leads, out.Lead.Picture.Alt)
	}
	p.Meta.JSONLD = c.ld(c.siteLD())
	return c.page(200, p)
}

// front fills a plan and makes it ready for a page. It returns the picture of
// the lead as well.
func (c *scene) front(place int64, plan front.Plan) (*view.Front, int64, error) {
	c.shows(front.Key(place))
	f, err := front.Fill(c.ctx, c.public, c.now, place, plan)
	if err != nil {
		return nil, 0, err
	}
	for _, id := range f.Mentions {
		c.shows(db.Key("article", id))
	}
	for _, l := range f.Lists {
		c.shows(l.Key())
	}
	c.until(f.Ends)
	if err := c.gatherMedia(f); err != nil {
		return nil, 0, err
	}
	out := &view.Front{}
	lead := int64(0)
	sections := map[int64]view.Link{}
	for i, b := range f.Blocks {
		if b.Kind == front.Section {
			c.shows(db.Key("section", b.Section))
		}
		cards, err := c.frontCards(b, sections)
		if err != nil {
			return nil, 0, err
		}
		if len(cards) == 0 {
			continue
		}
		switch {
		case b.Kind == front.Lead:
			out.Lead, out.Secondary, out.Sized = &cards[0], cards[1:], sized(cards[1:])
			lead = cmp.Or(b.Items[0].Slot.Picture, b.Items[0].Article.LeadMedia)
			continue
		case b.Kind == front.Latest:
			out.Latest = cards
			if i == 1 && out.Lead != nil {
				out.Rail = cards
				continue
			}
		case b.Kind == front.Discussed:
			out.Discussed = cards
		}
		block, shown, err := c.frontBlock(b, cards)
		if err != nil {
			return nil, 0, err
		}
		if !shown {
			continue
		}
		if b.Kind == front.Section {
			out.Sections = append(out.Sections, view.SectionBlock{Section: block.Title, Cards: cards})
		}
		out.Blocks = append(out.Blocks, block)
	}
	return out, lead, nil
}

func sized(cards []view.Card) bool {
	return slices.ContainsFunc(cards, func(card view.Card) bool { return card.Size != "" })
}

// frontBlock is a block with its heading; it does not show when its section is
// gone.
func (c *scene) frontBlock(b front.Filled, cards []view.Card) (view.FrontBlock, bool, error) {
	out := view.FrontBlock{Kind: string(b.Kind), ID: b.ID, Title: view.Link{Label: b.Title}, Layout: cmp.Or(string(b.Layout), "list"), Sized: sized(cards), Cards: cards}
	switch b.Kind {
	case front.Section:
		s, err := c.section(b.Section)
		if err != nil {
			return out, false, ignoreNotFound(err)
		}
		out.Title = view.Link{Label: cmp.Or(b.Title, s.Name), URL: sectionPath(c.conf, s)}
	case front.Latest:
		out.Title.Label = cmp.Or(b.Title, c.words.T("front.latest"))
	case front.Discussed:
		out.Title.Label = cmp.Or(b.Title, c.words.T("front.discussed"))
	case front.Storyline:
		out.Title.Label = cmp.Or(b.Title, b.Storyline)
	}
	return out, true, nil
}

func ignoreNotFound(err error) error {
	if notFound(err) {
		return nil
	}
	return err
}

// frontCards are the stories of a block with what the editors gave them for
// their place.
func (c *scene) frontCards(b front.Filled, sections map[int64]view.Link) ([]view.Card, error) {
	out := make([]view.Card, 0, len(b.Items))
	for i, it := range b.Items {
		a, size := it.Article, pictureCard
		switch {
		case b.Kind == front.Latest, b.Kind == front.Discussed, b.Layout == front.List, it.Slot.Size == front.Small, b.Layout == front.Picture && i > 0:
			size = pictureNone
		case b.Kind == front.Lead && i == 0:
			size = pictureLead
		}
		a.Headline, a.Standfirst = cmp.Or(it.Slot.Headline, a.Headline), cmp.Or(it.Slot.Standfirst, a.Standfirst)
		a.LeadMedia = cmp.Or(it.Slot.Picture, a.LeadMedia)
		if it.Slot.Headline != "" || it.Slot.Standfirst != "" {
			a.Language = c.frontLanguage(&it)
		}
		card, err := c.card(&a, size, sections)
		if err != nil {
			return nil, err
		}
		card.Size = string(it.Slot.Size)
		if it.Slot.Size == front.Small {
			card.Standfirst, card.Excerpt = "", ""
		}
		out = append(out, card)
	}
	return out, nil
}

// frontLanguage is the language of a card's words: a headline written for the
// place is in the site's.
func (c *scene) frontLanguage(it *front.Item) string {
	if it.Slot.Headline != "" {
		return ""
	}
	return it.Article.Language
}

// gatherMedia reads the pictures of a front at once.
func (c *scene) gatherMedia(f front.Filling) error {
	var ids []int64
	for _, b := range f.Blocks {
		if b.Kind == front.Latest || b.Kind == front.Discussed || b.Layout == front.List {
			continue
		}
		for _, it := range b.Items {
			ids = append(ids, cmp.Or(it.Slot.Picture, it.Article.LeadMedia))
		}
	}
	var err error
	c.gathered, err = c.media.GetMany(c.ctx, c.db, ids)
	return err
}

// medium reads a medium, from what was gathered if it is there.
func (c *scene) medium(id int64) (media.Medium, error) {
	if m, ok := c.gathered[id]; ok {
		return m, nil
	}
	return c.media.Get(c.ctx, c.db, id)
}

// topOf is the arranged front of a section, nil when its list is its front.
func (c *scene) topOf(id int64) (*view.Front, error) {
	c.shows(front.Key(id))
	plan, err := c.planOf(id)
	if c.plan != nil {
		plan = *c.plan
	}
	if err != nil || plan.Auto {
		return nil, err
	}
	out, _, err := c.front(id, plan)
	if err != nil || out.Lead == nil && len(out.Blocks) == 0 {
		return nil, err
	}
	return out, nil
}

// standsIn tells whether a front shows an article.
func standsIn(f *view.Front, id int64) bool {
	is := func(card view.Card) bool { return card.ID == id }
	if f.Lead != nil && is(*f.Lead) || slices.ContainsFunc(f.Secondary, is) {
		return true
	}
	return slices.ContainsFunc(f.Blocks, func(b view.FrontBlock) bool { return slices.ContainsFunc(b.Cards, is) })
}

// until notes that the page becomes untrue by itself at a time.
func (c *scene) until(at time.Time) {
	if !at.IsZero() && (c.ends.IsZero() || at.Before(c.ends)) {
		c.ends = at
	}
}
