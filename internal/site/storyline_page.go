package site

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/feed"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/storyline"
	"dateline/internal/subscriber"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// The pages of storylines, and the box in their articles.

func (c *scene) storylineListing(id int64) (listing, error) {
	line, err := storyline.ByID(c.ctx, c.db, id)
	return listing{scope: article.ScopeStoryline, id: id, path: urlpath.Escape(line.Path), name: line.Headline,
		description: richtext.PlainText(line.Doc()), line: line}, err
}

// storylinePage is a page of a storyline that readers may see.
func (c *scene) storylinePage(l listing, n, page int64) (Answer, error) {
	size := int64(c.conf.PageSize)
	pages := max((n+size-1)/size, 1)
	if page > pages {
		return Answer{}, fault.New(fault.NotFound, "the list has %d pages", pages)
	}
	c.shows(l.key(), db.ListKey(l.scope, l.id))
	out := &view.Storyline{Index: c.storylineIndex(), Headline: l.name, Closed: l.line.Closed, Count: c.words.N("list.count", n),
		Pager: c.pager(l.path, page, pages), FeedURL: l.path + "feed/"}
	arts, err := c.public.Page(c.ctx, l.scope, l.id, page, c.conf.PageSize)
	if err != nil {
		return Answer{}, err
	}
	if out.Cards, err = c.cardsUnder(arts); err != nil {
		return Answer{}, err
	}
	var named []register.Entry
	if page == 1 {
		if named, err = c.tellStoryline(out, l); err != nil {
			return Answer{}, err
		}
	}
	p := view.Page{Template: "storyline", Storyline: out, Crumbs: []view.Link{c.homeLink(), out.Index, {Label: l.name, URL: l.path}}}
	title := l.name
	if page > 1 {
		title += " – " + out.Pager.Label
	}
	p.Meta = c.meta(title, l.path+part{page: page}.listSuffix())
	p.Meta.Description = clip(l.description, 200)
	p.Meta.Prev, p.Meta.Next = out.Pager.Newer, out.Pager.Older
	p.Meta.Feeds = append(c.feedsOf(l.path, l.name), p.Meta.Feeds...)
	p.Meta.JSONLD = c.ld(c.storylineLD(l, out, named, arts, p))
	return c.page(200, p)
}

// tellStoryline adds what stands above the articles.
func (c *scene) tellStoryline(out *view.Storyline, l listing) (named []register.Entry, err error) {
	line := &l.line
	updated := c.stamp(line.Updated, c.words)
	out.Updated, out.Questions = &updated, line.Questions
	html, err := c.bodyHTML(line.Doc(), c.words)
	if err != nil {
		return nil, err
	}
	out.Summary = view.Rendered(html)
	coming, ends := line.Next(c.now, c.zone)
	c.until(ends)
	for i := range coming {
		out.Next = append(out.Next, c.coming(&coming[i]))
	}
	if named, err = c.keySubjects(out, line.Subjects); err != nil {
		return nil, err
	}
	if out.Map, err = c.storylineMap(l.id, named); err != nil {
		return nil, err
	}
	if out.Moments, out.Timeline, err = c.newestMoments(l); err != nil {
		return nil, err
	}
	if !line.Closed {
		out.SignUp, err = c.storylineBox(l)
	}
	return named, err
}

func (c *scene) coming(one *storyline.Coming) view.Coming {
	at, exact := one.Begins(c.zone)
	out := view.Coming{ISO: one.When, Date: c.words.ISODate(one.When), What: one.What, Where: one.Where}
	switch {
	case exact:
		out.ISO, out.Date = at.Format("2006-01-02T15:04Z07:00"), c.words.T("date.datetime", c.words.FullDate(at), c.words.Time(at))
	case len(one.When) == len(time.DateOnly):
		out.Date = c.words.FullDate(at)
	}
	return out
}

// keySubjects names key people and places, as far as readers may see their
// pages.
func (c *scene) keySubjects(out *view.Storyline, ids []int64) ([]register.Entry, error) {
	for _, id := range ids {
		c.shows(db.Key(article.ScopeSubject, id))
	}
	entries, err := storyline.Entries(c.ctx, c.db, ids)
	var named []register.Entry
	for _, e := range entries {
		if err != nil {
			break
		}
		var n int64
		c.shows(db.Key(article.ScopeSubject, e.ID))
		if n, err = c.public.Count(c.ctx, article.ScopeSubject, e.ID); err == nil && (n > 0 || e.Open) {
			named = append(named, e)
			out.Subjects = append(out.Subjects, view.SubjectLine{Label: e.Name, URL: urlpath.Escape(e.Path), Text: clip(e.Description, 160)})
		}
	}
	return named, err
}

// storylineBox is the sign-up below a storyline: it chooses the storyline, in
// the first newsletter that can be had so.
func (c *scene) storylineBox(l listing) (*view.SignUp, error) {
	interest := subscriber.Interest{Kind: subscriber.InterestStoryline, ID: l.id, Name: l.name}
	return c.choosingBox(l.path, interest, func(rhythm string) string { return storylineText(c.words, rhythm, l.name) })
}

func (c *scene) storylineIndex() view.Link {
	return view.Link{Label: c.words.T("storyline.all"), URL: storyline.IndexPath(c.conf)}
}

// storylinesAddress is the address of a list of storylines below its first
// word, or of a later page of it.
var storylinesAddress = regexp.MustCompile(`^(?:/(ended))?(?:/after/([1-9][0-9]{0,18}))?$`)

// storylinesAt answers for the lists of all storylines. A standing page of the
// newsroom's own at such an address comes first.
func (c *scene) storylinesAt(key string) (Answer, bool, error) {
	rest, below := strings.CutPrefix(key+"/", storyline.IndexPath(c.conf))
	if !below {
		return Answer{}, false, nil
	}
	m := storylinesAddress.FindStringSubmatch(strings.TrimSuffix("/"+rest, "/"))
	if m == nil {
		return Answer{}, false, nil
	}
	if answer, done, err := c.taken(key); done || err != nil {
		return answer, done, err
	}
	var after int64
	if m[2] != "" {
		var err error
		if after, err = strconv.ParseInt(m[2], 10, 64); err != nil {
			return Answer{}, false, nil
		}
	}
	answer, err := c.storylinesPage(m[1] != "", after)
	return answer, true, err
}

func storylinesPath(base string, closed bool, after int64) string {
	if closed {
		base += "ended/"
	}
	return indexAfter(base, after)
}

func (c *scene) storylinesPage(closed bool, after int64) (Answer, error) {
	c.shows(storyline.IndexKey)
	lines, err := storyline.Shown(c.ctx, c.db, closed, after, indexSize+1)
	if err != nil {
		return Answer{}, err
	}
	others, err := storyline.Shown(c.ctx, c.db, !closed, 0, 1)
	if err != nil {
		return Answer{}, err
	}
	if len(lines) == 0 && (closed || after != 0 || len(others) == 0) {
		return Answer{}, fault.New(fault.NotFound, "there are no storylines that readers may see")
	}
	index := c.storylineIndex()
	path := storylinesPath(index.URL, closed, after)
	if answer, wrong := c.canonical(path); wrong {
		return answer, nil
	}
	out := &view.Storylines{Title: index.Label, Closed: closed}
	crumbs := []view.Link{c.homeLink(), index}
	if closed {
		out.Title = c.words.T("storyline.ended")
		crumbs = append(crumbs, view.Link{Label: out.Title, URL: storylinesPath(index.URL, true, 0)})
	}
	if len(others) > 0 {
		c.shows(db.ListKey(article.ScopeStoryline, others[0].ID))
		label := "storyline.ended"
		if closed {
			label = "storyline.all"
		}
		out.Other = &view.Link{Label: c.words.T(label), URL: storylinesPath(index.URL, !closed, 0)}
	}
	if after != 0 {
		out.Pager.Newer = storylinesPath(index.URL, closed, 0)
	}
	if len(lines) > indexSize {
		lines = lines[:indexSize]
		out.Pager.Older = storylinesPath(index.URL, closed, lines[indexSize-1].ID)
	}
	for i := range lines {
		line := &lines[i]
		c.shows(db.ListKey(article.ScopeStoryline, line.ID))
		out.Lines = append(out.Lines, view.SubjectLine{Label: line.Headline, URL: urlpath.Escape(line.Path), Text: clip(richtext.PlainText(line.Doc()), 160)})
	}
	p := view.Page{Template: "storylines", Storylines: out, Meta: c.meta(out.Title, path), Crumbs: crumbs}
	p.Meta.Prev, p.Meta.Next = out.Pager.Newer, out.Pager.Older
	p.Meta.JSONLD = c.ld(c.crumbsLD(p.Crumbs))
	return c.page(200, p)
}

// storylineAddresses are the addresses of storylines for the sitemap.
func (c *scene) storylineAddresses() ([]feed.Page, error) {
	c.shows(db.ListKey(article.ScopeSite, 0), storyline.IndexKey)
	var out []feed.Page
	for _, closed := range []bool{false, true} {
		for after := int64(0); len(out) < feed.MaxPages; {
			some, err := storyline.Shown(c.ctx, c.db, closed, after, min(500, feed.MaxPages-len(out)))
			if err != nil {
				return nil, err
			}
			if len(some) == 0 {
				break
			}
			for i := range some {
				after = some[i].ID
				out = append(out, feed.Page{URL: c.abs(urlpath.Escape(some[i].Path)), Modified: some[i].Updated.In(c.zone)})
			}
		}
	}
	return out, nil
}

// storylineShown is how many other articles of a storyline without a page an
// article shows.
const storylineShown = 6

// addStoryline names the storyline of an article: with a page of its own in a
// box with the articles before and after, else with other articles of it.
func (c *scene) addStoryline(r *reading, out *view.Article) error {
	ref, err := c.public.Storyline(c.ctx, r.content.Storyline)
	if err != nil || ref == 0 {
		return err
	}
	c.shows(db.ListKey(article.ScopeStoryline, ref), db.Key(article.ScopeStoryline, ref))
	line, err := storyline.ByID(c.ctx, c.db, ref)
	if err == nil {
		return c.addPartOf(r, out, &line)
	}
	if !notFound(err) {
		return err
	}
	arts, err := c.public.List(c.ctx, article.ScopeStoryline, ref, article.Cursor{}, storylineShown+1)
	if err != nil {
		return err
	}
	for i := range arts {
		if arts[i].ID == r.a.ID {
			arts = append(arts[:i], arts[i+1:]...)
			break
		}
	}
	out.StorylineTag = r.content.Storyline
	out.Storyline, err = c.cards(arts[:min(len(arts), storylineShown)], pictureNone)
	return err
}

func (c *scene) addPartOf(r *reading, out *view.Article, line *storyline.Storyline) error {
	at, err := storyline.PlaceIn(c.ctx, c.public, &r.a, *line)
	if err != nil || at == nil {
		return err
	}
	box := &view.PartOf{Title: view.Link{Label: line.Headline, URL: urlpath.Escape(line.Path)}, Closed: line.Closed, Count: c.words.N("list.count", at.Stories)}
	sections := map[int64]view.Link{}
	for _, side := range []struct {
		a  *article.Article
		to **view.Card
	}{{at.Older, &box.Older}, {at.Newer, &box.Newer}} {
		if side.a == nil {
			continue
		}
		card, err := c.card(side.a, pictureNone, sections)
		if err != nil {
			return err
		}
		*side.to = &card
	}
	out.PartOf = box
	return nil
}

// placeBlock is the place of an article in its storyline, for a feed; nil
// without one.
func (c *scene) placeBlock(a *article.Article, name string) ([]richtext.Node, error) {
	at, err := storyline.PlaceOf(c.ctx, c.db, c.public, a, name)
	if err != nil || at == nil {
		return nil, err
	}
	c.shows(db.ListKey(article.ScopeStoryline, at.Line.ID), db.Key(article.ScopeStoryline, at.Line.ID))
	for _, other := range []*article.Article{at.Older, at.Newer} {
		if other != nil {
			c.shows(db.Key("article", other.ID))
		}
	}
	return []richtext.Node{at.Block(storyline.Words{PartOf: c.words.T("storyline.part_of"), Older: c.words.T("storyline.older"), Newer: c.words.T("storyline.newer")}, c.origin())}, nil
}

// storylineLD describes a storyline's page: whom it is about, its articles and
// what is scheduled.
func (c *scene) storylineLD(l listing, out *view.Storyline, named []register.Entry, arts []article.Article, p view.Page) object {
	page := object{"@type": "CollectionPage", "@id": c.abs(l.path) + "#storyline", "url": p.Meta.Canonical, "name": l.name, "inLanguage": c.words.Locale(),
		"isPartOf": object{"@id": c.abs("/") + "#site"}, "publisher": c.organisation()}
	if l.description != "" {
		page["abstract"] = clip(l.description, 1000)
	}
	if !l.line.Updated.IsZero() {
		page["dateModified"] = l.line.Updated.In(c.zone).Format(time.RFC3339)
	}
	var parts, about []object
	for i := range arts {
		a := &arts[i]
		parts = append(parts, object{"@type": schemaType[a.Kind], "headline": clip(a.Headline, 110), "url": c.abs(urlpath.Escape(a.Path)),
			"datePublished": a.FirstPublished.In(c.zone).Format(time.RFC3339)})
	}
	if parts != nil {
		page["hasPart"] = parts
	}
	for i := range named {
		about = append(about, c.entryLD(&named[i]))
	}
	for _, one := range out.Next {
		event := object{"@type": "Event", "name": one.What, "startDate": one.ISO}
		if one.Where != "" {
			event["location"] = object{"@type": "Place", "name": one.Where}
		}
		about = append(about, event)
	}
	if about != nil {
		page["about"] = about
	}
	crumbs := c.crumbsLD(p.Crumbs)
	delete(crumbs, "@context")
	return object{"@context": "https://schema.org", "@graph": []object{page, crumbs}}
}
