package site

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/feed"
	"dateline/internal/quote"
	"dateline/internal/register"
	"dateline/internal/settings"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// The pages of the register: of one person, organisation, place or event, and
// the lists of all of a kind.

// subjectPage is the page of an entry that readers may see.
func (c *scene) subjectPage(l listing, n, page int64) (Answer, error) {
	e := &l.entry
	size := int64(c.conf.PageSize)
	pages := max((n+size-1)/size, 1)
	if page > pages {
		return Answer{}, fault.New(fault.NotFound, "the list has %d pages", pages)
	}
	c.shows(l.key(), db.ListKey(l.scope, l.id))
	out := &view.Subject{Kind: string(e.Kind), KindLabel: c.words.T("subject." + string(e.Kind)), Index: c.subjectIndex(e.Kind), Name: e.Name,
		When: c.eventDays(e), Description: view.Paragraphs(e.Description), Count: c.words.N("list.count", n), Pager: c.pager(l.path, page, pages), FeedURL: l.path + "feed/"}
	if len(e.Aliases) > 0 {
		out.Also = c.words.T("subject.also", c.words.List(e.Aliases))
	}
	if e.Website != "" {
		out.Links = append(out.Links, view.Link{Label: c.words.T("subject.website"), URL: e.Website})
	}
	if e.Wikidata != "" {
		out.Links = append(out.Links, view.Link{Label: "Wikidata", URL: e.WikidataURL()})
	}
	if page == 1 {
		out.Map = c.mapOf([]register.Entry{*e}, e.ID)
	}
	var said []object
	for _, step := range []func() error{
		func() (err error) {
			if e.Picture != 0 {
				out.Picture, err = c.picture(article.Picture{Media: e.Picture, Alt: e.Name}, pictureSmall)
			}
			return err
		},
		func() error { return c.addStories(out, l, page) },
		func() error { return c.addMoments(out, l, page) },
		func() (err error) { said, err = c.addQuotes(out, e, page); return err },
	} {
		if err := step(); err != nil {
			return Answer{}, err
		}
	}
	p := view.Page{Template: "subject", Subject: out, Crumbs: []view.Link{c.homeLink(), out.Index, {Label: e.Name, URL: l.path}}}
	title := e.Name
	if page > 1 {
		title += " – " + out.Pager.Label
	}
	p.Meta = c.meta(title, l.path+part{page: page}.listSuffix())
	p.Meta.Description = clip(e.Description, 200)
	p.Meta.Prev, p.Meta.Next = out.Pager.Newer, out.Pager.Older
	p.Meta.Feeds = append(c.feedsOf(l.path, e.Name), p.Meta.Feeds...)
	p.Meta.NoIndex = n == 0 && e.Description == ""
	if e.Kind == register.Person {
		p.Meta.OGType = "profile"
	}
	p.Meta.JSONLD = c.ld(c.subjectLD(e, out, said, p))
	return c.page(200, p)
}

func (c *scene) addStories(out *view.Subject, l listing, page int64) error {
	arts, err := c.public.Page(c.ctx, l.scope, l.id, page, c.conf.PageSize)
	if err == nil {
		out.Cards, err = c.cardsUnder(arts)
	}
	return err
}

func (c *scene) addMoments(out *view.Subject, l listing, page int64) (err error) {
	if page == 1 {
		out.Moments, out.Timeline, err = c.newestMoments(l)
	}
	return err
}

// quotesOfEntry is how many quotes the page of an entry shows.
const quotesOfEntry = 5

// addQuotes shows what a person or an organisation said last, under any of the
// names of the entry, and returns it as structured data.
func (c *scene) addQuotes(out *view.Subject, e *register.Entry, page int64) ([]object, error) {
	if page > 1 {
		return nil, nil
	}
	found, err := c.saidUnder(e.QuoteKeys(), quote.Cursor{}, quotesOfEntry)
	if err != nil || len(found.Quotes) == 0 {
		return nil, err
	}
	out.Quotes = c.said(found.Quotes)
	out.AllQuotes = &view.Link{Label: c.words.T("quotes.title_by", e.Name), URL: out.Quotes[0].SpeakerURL}
	unlinked(out.Quotes)
	return c.quotationsLD(found.Quotes), nil
}

// eventDays says when an event is or was.
func (c *scene) eventDays(e *register.Entry) string {
	switch {
	case e.Begins == "":
		return ""
	case e.Ends == "" || e.Ends == e.Begins:
		return c.words.ISODate(e.Begins)
	}
	return c.words.ISODate(e.Begins) + " – " + c.words.ISODate(e.Ends)
}

func (c *scene) subjectIndex(k register.Kind) view.Link {
	return view.Link{Label: c.words.T("subject." + k.Base()), URL: register.IndexPath(c.conf, k)}
}

// indexAddress is the address of a list of all entries of a kind, or of a later
// page of it, after an entry.
var indexAddress = regexp.MustCompile(`^/([a-z-]+)(?:/after/([1-9][0-9]{0,18}))?$`)

// indexSize is how many entries a page of such a list shows.
const indexSize = 100

// subjectsAt answers for the lists of all entries of a kind. A standing page of
// the newsroom's own at such an address comes first.
func (c *scene) subjectsAt(key string) (Answer, bool, error) {
	m := indexAddress.FindStringSubmatch(key)
	if m == nil {
		return Answer{}, false, nil
	}
	kind := kindAt(c.conf, m[1])
	if kind == "" {
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
	answer, err := c.subjectsPage(kind, after)
	return answer, true, err
}

func kindAt(conf settings.Site, word string) register.Kind {
	for _, k := range register.Kinds() {
		if register.IndexPath(conf, k) == "/"+word+"/" {
			return k
		}
	}
	return ""
}

func (c *scene) subjectsPage(k register.Kind, after int64) (Answer, error) {
	entries, err := register.Shown(c.ctx, c.db, k, after, indexSize+1)
	if err != nil {
		return Answer{}, err
	}
	if len(entries) == 0 {
		return Answer{}, fault.New(fault.NotFound, "the register has none of these that readers may see")
	}
	index := c.subjectIndex(k)
	path := indexAfter(index.URL, after)
	if answer, wrong := c.canonical(path); wrong {
		return answer, nil
	}
	c.shows(register.IndexKey(k))
	out := &view.Subjects{Kind: string(k), Title: index.Label}
	if after != 0 {
		out.Pager.Newer = index.URL
	}
	if len(entries) > indexSize {
		entries = entries[:indexSize]
		out.Pager.Older = indexAfter(index.URL, entries[indexSize-1].ID)
	}
	for i := range entries {
		e := &entries[i]
		c.shows(db.ListKey(article.ScopeSubject, e.ID))
		out.Entries = append(out.Entries, view.SubjectLine{Label: e.Name, URL: urlpath.Escape(e.Path), Text: clip(e.Description, 160)})
	}
	if out.Kinds, err = c.subjectKinds(k); err != nil {
		return Answer{}, err
	}
	p := view.Page{Template: "subjects", Subjects: out, Meta: c.meta(out.Title, path), Crumbs: []view.Link{c.homeLink(), {Label: out.Title, URL: index.URL}}}
	p.Meta.Prev, p.Meta.Next = out.Pager.Newer, out.Pager.Older
	p.Meta.JSONLD = c.ld(c.crumbsLD(p.Crumbs))
	return c.page(200, p)
}

func indexAfter(path string, after int64) string {
	if after == 0 {
		return path
	}
	return path + "after/" + strconv.FormatInt(after, 10) + "/"
}

// subjectKinds are the lists that have entries; the present one has no address.
func (c *scene) subjectKinds(present register.Kind) ([]view.Link, error) {
	var out []view.Link
	for _, k := range register.Kinds() {
		c.shows(register.IndexKey(k))
		some, err := register.Shown(c.ctx, c.db, k, 0, 1)
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			continue
		}
		link := c.subjectIndex(k)
		if k == present {
			link.URL = ""
		} else {
			c.shows(db.ListKey(article.ScopeSubject, some[0].ID))
		}
		out = append(out, link)
	}
	return out, nil
}

// subjectMap are the addresses of the register for the sitemap.
func (c *scene) subjectMap() ([]feed.Page, error) {
	var out []feed.Page
	c.shows(db.ListKey(article.ScopeSite, 0))
	for _, k := range register.Kinds() {
		c.shows(register.IndexKey(k))
		for after := int64(0); len(out) < feed.MaxPages; {
			some, err := register.Shown(c.ctx, c.db, k, after, min(500, feed.MaxPages-len(out)))
			if err != nil {
				return nil, err
			}
			if len(some) == 0 {
				break
			}
			if after == 0 {
				out = append(out, feed.Page{URL: c.abs(register.IndexPath(c.conf, k))})
			}
			for i := range some {
				after = some[i].ID
				out = append(out, feed.Page{URL: c.abs(urlpath.Escape(some[i].Path))})
			}
		}
	}
	return out, nil
}

// addInStory names whom and what an article is about or names, as far as they
// have pages.
func (c *scene) addInStory(r *reading, out *view.Article) (err error) {
	if c.preview {
		r.named, err = c.planned(r.content.Subjects)
	} else if r.a.Public {
		r.named, err = register.InStory(c.ctx, c.db, r.a.ID)
	}
	for i := range r.named {
		e := &r.named[i].Entry
		c.shows(db.Key(article.ScopeSubject, e.ID))
		out.InStory = append(out.InStory, view.Link{Label: e.Name, URL: urlpath.Escape(e.Path)})
	}
	if err == nil && r.part == 1 && r.a.Type == article.TypeArticle {
		out.Map = c.mapOf(confirmed(r.named), 0)
	}
	return err
}

// planned are an article's subjects as they will be named once it is out.
func (c *scene) planned(all []article.Subject) ([]register.Named, error) {
	ids := make([]int64, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	entries, err := register.ByIDs(c.ctx, c.db, ids)
	var out []register.Named
	for _, s := range all {
		if e, ok := entries[s.ID]; ok {
			out = append(out, register.Named{Entry: e, Main: s.Main, Confirmed: true})
		}
	}
	slices.SortStableFunc(out, func(a, b register.Named) int { return int(db.Bool(b.Main) - db.Bool(a.Main)) })
	return out, err
}

// subjectType is the schema.org type of each kind of entry.
var subjectType = map[register.Kind]string{register.Person: "Person", register.Organisation: "Organization", register.Place: "Place", register.Event: "Event"}

// entryLD is an entry as others refer to it.
func (c *scene) entryLD(e *register.Entry) object {
	path := c.abs(urlpath.Escape(e.Path))
	ld := object{"@type": subjectType[e.Kind], "@id": path + "#subject", "name": e.Name, "url": path}
	var same []string
	if e.Wikidata != "" {
		same = append(same, strings.Replace(e.WikidataURL(), "/wiki/", "/entity/", 1))
	}
	if e.Website != "" {
		same = append(same, e.Website)
	}
	if same != nil {
		ld["sameAs"] = same
	}
	if e.Begins != "" {
		ld["startDate"] = e.Begins
		if e.Ends != "" {
			ld["endDate"] = e.Ends
		}
	}
	if at := e.Position; at != nil {
		geo := object{"@type": "GeoCoordinates", "latitude": at.Lat, "longitude": at.Lon}
		if e.Kind == register.Place {
			ld["geo"] = geo
		} else {
			ld["location"] = object{"@type": "Place", "geo": geo}
		}
	}
	return ld
}

// subjectLD describes an entry's page with what it quotes.
func (c *scene) subjectLD(e *register.Entry, out *view.Subject, said []object, p view.Page) object {
	ld := c.entryLD(e)
	if len(e.Aliases) > 0 {
		ld["alternateName"] = e.Aliases
	}
	if e.Description != "" {
		ld["description"] = clip(e.Description, 300)
	}
	if out.Picture != nil && out.Picture.URL != "" {
		ld["image"] = c.abs(out.Picture.URL)
	}
	crumbs := c.crumbsLD(p.Crumbs)
	delete(crumbs, "@context")
	kind := "CollectionPage"
	if e.Speaks() {
		kind = "ProfilePage"
	}
	page := object{"@type": kind, "url": c.abs(urlpath.Escape(e.Path)), "name": e.Name}
	if kind == "ProfilePage" {
		page["mainEntity"] = ld
	} else {
		page["about"] = ld
	}
	if said != nil {
		page["hasPart"] = said
	}
	return object{"@context": "https://schema.org", "@graph": []object{page, crumbs}}
}
