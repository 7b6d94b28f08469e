package site

import (
	"cmp"
	"regexp"
	"strconv"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/feed"
	"dateline/internal/richtext"
	"dateline/internal/subscriber"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// What newsletters have sent: a list and a feed of each, and a page of every
// edition without anything that is a reader's own.

var (
	newsletterList = regexp.MustCompile(`^/newsletter/([^/]+)(?:/before/([1-9][0-9]{0,18}))?$`)
	newsletterFeed = regexp.MustCompile(`^/newsletter/([^/]+)/feed(?:/(rss|atom|json))?$`)
	newsletterOne  = regexp.MustCompile(`^/newsletter/([^/]+)/([^/]+)$`)
)

const editionsShown = 20

// newsletterAt answers for the archives of newsletters; not done for anything
// else.
func (c *scene) newsletterAt(key string) (answer Answer, done bool, err error) {
	switch {
	case newsletterFeed.MatchString(key):
		m := newsletterFeed.FindStringSubmatch(key)
		answer, err = c.editionFeed(m[1], feedKind(m[2]))
	case newsletterList.MatchString(key):
		m := newsletterList.FindStringSubmatch(key)
		before, _ := strconv.ParseInt(m[2], 10, 64)
		answer, err = c.editionList(m[1], before)
	case newsletterOne.MatchString(key):
		m := newsletterOne.FindStringSubmatch(key)
		answer, err = c.editionPage(m[1], m[2])
	default:
		return Answer{}, false, nil
	}
	if fault.Is(err, fault.NotFound) {
		return Answer{}, false, nil
	}
	return answer, true, err
}

func (c *scene) editions() *edition.Public { return edition.NewPublic(c.db, c.clock) }

// newsletter finds a newsletter by the word of its address.
func (c *scene) newsletter(slug string) (subscriber.Newsletter, error) {
	n, err := c.editions().Newsletter(c.ctx, slug)
	n.Name = cmp.Or(n.Name, c.conf.Title)
	c.shows("newsletters", edition.ListKey(n.ID))
	return n, err
}

func (c *scene) editionList(slug string, before int64) (Answer, error) {
	n, err := c.newsletter(slug)
	if err != nil {
		return Answer{}, err
	}
	base := edition.Path(n.Slug, "")
	want := base
	if before != 0 {
		want += "before/" + strconv.FormatInt(before, 10) + "/"
	}
	if answer, wrong := c.canonical(want); wrong {
		return answer, nil
	}
	all, err := c.editions().Editions(c.ctx, n.ID, db.Time(before), editionsShown+1)
	if err != nil {
		return Answer{}, err
	}
	if len(all) == 0 { // a newsletter that has sent nothing has no archive yet
		return Answer{}, fault.New(fault.NotFound, "no editions")
	}
	out := &view.Editions{Name: n.Name, Description: n.Description, URL: base, FeedURL: base + "feed/"}
	if len(all) > editionsShown {
		all = all[:editionsShown]
		out.Pager.Older = base + "before/" + strconv.FormatInt(db.Micros(all[editionsShown-1].Started), 10) + "/"
	}
	if before != 0 {
		out.Pager.Newer = base
	}
	for i := range all {
		entry, err := c.editionEntry(n, &all[i])
		if err != nil {
			return Answer{}, err
		}
		if entry.Title != "" {
			out.Editions = append(out.Editions, entry)
		}
	}
	if out.SignUp, err = c.boxBelow(want); err != nil {
		return Answer{}, err
	}
	title := c.words.T("newsletter.archive_of", n.Name)
	p := view.Page{Template: "editions", Editions: out, Meta: c.meta(title, want), Crumbs: []view.Link{c.homeLink(), {Label: n.Name}}}
	p.Meta.Description = cmp.Or(n.Description, c.words.T("newsletter.archive_intro"))
	p.Meta.Feeds = append(c.feedsOf(base, title), p.Meta.Feeds...)
	p.Meta.Next, p.Meta.Prev = out.Pager.Older, out.Pager.Newer
	p.Meta.JSONLD = c.ld(c.crumbsLD(p.Crumbs))
	return c.page(200, p)
}

// editionEntry is an edition in the list; without a title it has nothing left to
// show.
func (c *scene) editionEntry(n subscriber.Newsletter, e *edition.Edition) (view.EditionEntry, error) {
	c.shows(db.Key("edition", e.ID))
	title, err := c.editions().Title(c.ctx, e)
	entry := view.EditionEntry{Title: title, URL: edition.Path(n.Slug, e.Slug), When: c.stamp(e.Started, c.words)}
	if err != nil {
		return entry, err
	}
	for _, it := range e.Items {
		c.shows(db.Key("article", it.Article))
		_, v, err := c.public.Kept(c.ctx, it.Article, it.Version)
		if notFound(err) {
			continue
		}
		if err != nil {
			return entry, err
		}
		if len(entry.Headlines) < 4 && v.Content.Headline != title {
			entry.Headlines = append(entry.Headlines, v.Content.Headline)
		}
	}
	return entry, nil
}

func (c *scene) editionPage(slug, word string) (Answer, error) {
	n, err := c.newsletter(slug)
	if err != nil {
		return Answer{}, err
	}
	e, err := c.editions().Edition(c.ctx, n.ID, word)
	if err != nil {
		return Answer{}, err
	}
	c.shows(db.Key("edition", e.ID))
	path := edition.Path(n.Slug, e.Slug)
	if answer, wrong := c.canonical(path); wrong {
		return answer, nil
	}
	title, err := c.editions().Title(c.ctx, &e)
	if err != nil {
		return Answer{}, err
	}
	title = cmp.Or(title, n.Name)
	shown := &view.EditionShown{Title: title, When: c.stamp(e.Started, c.words)}
	for _, it := range e.Items {
		item, ok, err := c.editionItem(it)
		if err != nil {
			return Answer{}, err
		}
		if ok {
			shown.Items = append(shown.Items, item)
		}
	}
	if len(e.Intro.Content) > 0 {
		intro, err := c.bodyHTML(e.Intro, c.words)
		if err != nil {
			return Answer{}, err
		}
		shown.Intro = view.Rendered(intro)
	}
	box, err := c.boxBelow(path)
	if err != nil {
		return Answer{}, err
	}
	base := edition.Path(n.Slug, "")
	p := view.Page{Template: "editions", Editions: &view.Editions{Name: n.Name, URL: base, FeedURL: base + "feed/", Shown: shown, SignUp: box},
		Meta: c.meta(title, path), Crumbs: []view.Link{c.homeLink(), {Label: n.Name, URL: base}, {Label: title}}}
	p.Meta.Description, p.Meta.Published, p.Meta.NoIndex = e.Preview, e.Started, e.Kind == edition.Correction
	p.Meta.JSONLD = c.ld(c.crumbsLD(p.Crumbs))
	return c.page(200, p)
}

// editionItem is an article as an edition had it; false for one that readers may
// not see any more.
func (c *scene) editionItem(it edition.Item) (view.EditionItem, bool, error) {
	var out view.EditionItem
	c.shows(db.Key("article", it.Article))
	a, v, err := c.public.Kept(c.ctx, it.Article, it.Version)
	if notFound(err) {
		return out, false, nil
	}
	if err != nil {
		return out, false, err
	}
	if it.Form == edition.Corrected {
		all, err := c.public.CorrectionBy(c.ctx, it.Article, it.Correction)
		if notFound(err) {
			return out, false, nil
		}
		for i := range all {
			all[i].Article = a
		}
		out.Corrections = c.corrected(all)
		return out, true, err
	}
	a.LeadMedia = 0
	if v.Content.Lead != nil {
		a.LeadMedia = v.Content.Lead.Media
	}
	if out.Card, err = c.card(&a, pictureCard, map[int64]view.Link{}); err != nil {
		return out, false, err
	}
	if it.Form == edition.Full {
		body, err := c.bodyHTML(v.Content.Body, c.words)
		out.Body = view.Rendered(body)
		return out, true, err
	}
	return out, true, nil
}

// editionFeed is the feed of a newsletter: an entry for each edition, with its
// articles as links.
func (c *scene) editionFeed(slug, kind string) (Answer, error) {
	n, err := c.newsletter(slug)
	if err != nil {
		return Answer{}, err
	}
	base := edition.Path(n.Slug, "")
	self := base + part{feed: kind}.suffix()
	if answer, wrong := c.canonical(self); wrong {
		return answer, nil
	}
	all, err := c.editions().Editions(c.ctx, n.ID, time.Time{}, feedItems)
	if err != nil {
		return Answer{}, err
	}
	if len(all) == 0 {
		return Answer{}, fault.New(fault.NotFound, "no editions")
	}
	f := feed.Feed{Title: n.Name + " – " + c.conf.Title, Description: n.Description, Home: c.abs(base), Self: c.abs(self), Language: c.conf.Locale}
	for i := range all {
		item, err := c.editionFeedItem(n, &all[i])
		if err != nil {
			return Answer{}, err
		}
		if item.Title == "" {
			continue
		}
		f.Items = append(f.Items, item)
		f.Updated = latestOf(f.Updated, item.Updated)
	}
	return c.feedAnswer(f, kind)
}

func (c *scene) editionFeedItem(n subscriber.Newsletter, e *edition.Edition) (feed.Item, error) {
	c.shows(db.Key("edition", e.ID))
	title, err := c.editions().Title(c.ctx, e)
	if err != nil || title == "" {
		return feed.Item{}, err
	}
	doc := richtext.Doc{Content: append([]richtext.Node{}, e.Intro.Content...)}
	for _, it := range e.Items {
		c.shows(db.Key("article", it.Article))
		a, v, err := c.public.Kept(c.ctx, it.Article, it.Version)
		if notFound(err) {
			continue
		}
		if err != nil {
			return feed.Item{}, err
		}
		doc.Content = append(doc.Content, linked(&a, &v))
	}
	html, err := c.feedHTML(doc)
	at := e.Started.In(c.zone)
	return feed.Item{ID: c.tagURI("edition", e.ID), URL: c.abs(edition.Path(n.Slug, e.Slug)), Title: title, Summary: e.Preview, HTML: html,
		Published: at, Updated: at, Authors: []feed.Author{{Name: c.conf.Title, URL: c.abs("/")}}}, err
}

// linked is a paragraph that leads to an article.
func linked(a *article.Article, v *article.Version) richtext.Node {
	link := []richtext.Mark{{Type: "link", Attrs: map[string]any{"href": urlpath.Escape(a.Path)}}}
	content := []richtext.Node{{Type: "text", Text: cmp.Or(v.Content.Headline, "…"), Marks: link}}
	if s := v.Content.Standfirst; s != "" {
		content = append(content, richtext.Node{Type: "text", Text: " – " + s})
	}
	return richtext.Node{Type: "paragraph", Content: content}
}

// newsletterPages are the archives and their editions, for the sitemap.
func (c *scene) newsletterPages() ([]feed.Page, error) {
	c.shows("newsletters")
	all, err := c.editions().Archived(c.ctx)
	if err != nil {
		return nil, err
	}
	var out []feed.Page
	for _, n := range all {
		c.shows(edition.ListKey(n.ID))
		out = append(out, feed.Page{URL: c.abs(edition.Path(n.Slug, ""))})
		some, err := c.editions().Editions(c.ctx, n.ID, time.Time{}, feed.MaxPages-len(out))
		if err != nil {
			return nil, err
		}
		for _, e := range some {
			if len(out) < feed.MaxPages {
				out = append(out, feed.Page{URL: c.abs(edition.Path(n.Slug, e.Slug)), Modified: e.Started.In(c.zone)})
			}
		}
	}
	return out, nil
}
