package site

import (
	"cmp"
	"strconv"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/quote"
	"dateline/internal/taxonomy"
	"dateline/internal/view"
)

var errHidden = fault.New(fault.NotFound, "readers may not see this")

// feedsPage lists the feeds of the site and its sections.
func (c *scene) feedsPage() (Answer, error) {
	if answer, wrong := c.canonical("/feeds/"); wrong {
		return answer, nil
	}
	named := func(title, base string) view.NamedFeeds {
		return view.NamedFeeds{Title: title, RSS: base + "feed/", Atom: base + "feed/atom/", JSON: base + "feed/json/"}
	}
	out := &view.FeedList{Groups: []view.FeedGroup{{Title: c.words.T("feeds.all"), Feeds: []view.NamedFeeds{
		named(c.words.T("feeds.latest"), "/"), named(c.words.T("feeds.comments"), "/comments/")}}}}
	sections, err := taxonomy.Sections(c.ctx, c.db)
	if err != nil {
		return Answer{}, err
	}
	group := view.FeedGroup{Title: c.words.T("feeds.sections")}
	c.shows(db.ListKey(article.ScopeSite, 0), taxonomy.Tree)
	for _, s := range sections {
		n, err := c.public.Count(c.ctx, article.ScopeSection, s.ID)
		if err != nil {
			return Answer{}, err
		}
		if n > 0 && len(group.Feeds) < 200 {
			group.Feeds = append(group.Feeds, named(s.Name, sectionPath(c.conf, s)))
		}
	}
	f, err := c.memos.frame.get(0, c.readFrame)
	if err != nil {
		return Answer{}, err
	}
	if f.corrections {
		out.Groups[0].Feeds = append(out.Groups[0].Feeds, named(c.words.T("corrections.title"), correctionsPath(0)))
	}
	if f.quotes {
		out.Groups[0].Feeds = append(out.Groups[0].Feeds, named(c.words.T("quotes.title"), quote.Base))
	}
	if len(group.Feeds) > 0 {
		out.Groups = append(out.Groups, group)
	}
	c.shows("newsletters")
	letters, err := c.editions().Archived(c.ctx)
	if err != nil {
		return Answer{}, err
	}
	if len(letters) > 0 {
		sent := view.FeedGroup{Title: c.words.T("feeds.newsletters")}
		for _, n := range letters {
			sent.Feeds = append(sent.Feeds, named(cmp.Or(n.Name, c.conf.Title), edition.Path(n.Slug, "")))
		}
		out.Groups = append(out.Groups, sent)
	}
	title := c.words.T("feeds.title")
	p := view.Page{Template: "feeds", Feeds: out, Meta: c.meta(title, "/feeds/"), Crumbs: []view.Link{c.homeLink(), {Label: title}}}
	p.Meta.JSONLD = c.ld(c.crumbsLD(p.Crumbs))
	return c.page(200, p)
}

// sharePath is the address of the picture drawn for an article without one. It
// changes with what is drawn, so that it may be cached for ever.
func sharePath(id int64, card media.ShareCard) string {
	return "/share/" + strconv.FormatInt(id, 10) + "-" + card.Hash() + ".png"
}
