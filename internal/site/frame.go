package site

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/i18n"
	"dateline/internal/quote"
	"dateline/internal/settings"
	"dateline/internal/view"
)

// render puts the frame that every page shares around it.
func (c *scene) render(p view.Page) ([]byte, error) {
	site, err := c.frame()
	if err != nil {
		return nil, err
	}
	p.Site = site
	if len(p.Crumbs) > 0 {
		p.Crumbs[len(p.Crumbs)-1].URL = ""
	}
	return c.views.Render(p)
}

func (c *scene) frame() (view.Site, error) {
	s := view.Site{Title: c.conf.Title, Tagline: c.conf.Tagline, URL: c.origin(), Language: c.conf.Locale,
		Direction: c.words.Dir(), Today: c.now, TodayText: c.words.FullDate(c.now), SearchPath: "/search/",
		FeedPath: "/feed/", FeedsPath: "/feeds/", Year: c.now.Year()}
	f, err := c.memos.frame.get(0, c.readFrame)
	if err != nil {
		return s, err
	}
	c.shows(f.keys...)
	if f.corrections {
		s.CorrectionsPath = correctionsPath(0)
	}
	if f.quotes {
		s.QuotesPath = quote.Base
	}
	s.MainMenu, s.FooterMenu, s.Logo = c.current(f.main), c.current(f.footer), f.logo
	return s, nil
}

// readFrame reads the menus and the logo, and notes what they show.
func (c *scene) readFrame() (frame, error) {
	own := *c
	own.keys, own.opened, own.gathered = nil, false, nil // it is remembered for everybody
	var f frame
	menus, err := settings.Menus(c.ctx, c.db)
	if err != nil {
		return f, err
	}
	for _, m := range menus {
		if m.Location != "main" && m.Location != "footer" {
			continue
		}
		items, err := own.menuItems(m.Items, 0)
		if err != nil {
			return f, err
		}
		if m.Location == "main" {
			f.main = items
		} else {
			f.footer = items
		}
	}
	if c.conf.LogoMedia != 0 {
		f.logo, err = own.picture(article.Picture{Media: c.conf.LogoMedia}, pictureCard)
	}
	f.keys = own.keys
	if err == nil {
		var some []article.Correct
		some, err = c.public.Corrections(c.ctx, 0, 1)
		f.corrections = len(some) > 0
	}
	if err == nil {
		f.quotes, err = own.quotes().Any(c.ctx)
	}
	return f, err
}

// current returns the menu with the entry of this page marked.
func (c *scene) current(items []view.MenuItem) []view.MenuItem {
	out := slices.Clone(items)
	for i := range out {
		out[i].Current = out[i].URL == c.ask.Path
		out[i].Items = c.current(out[i].Items)
	}
	return out
}

const menuDepth = 4

// menuItems resolves a menu's entries; one whose target readers may not see is
// left out.
func (c *scene) menuItems(items []settings.MenuItem, depth int) ([]view.MenuItem, error) {
	if depth == menuDepth {
		return nil, nil
	}
	var out []view.MenuItem
	for _, it := range items {
		item := view.MenuItem{Label: it.Label, URL: it.URL}
		if it.Kind != "link" && it.Kind != "heading" {
			path, key, err := c.pathOf(it.Kind, it.Ref)
			if err != nil {
				if notFound(err) {
					c.shows(db.Key(it.Kind, it.Ref), db.ListKey(it.Kind, it.Ref)) // it may appear
					continue
				}
				return nil, err
			}
			item.URL = path
			c.shows(key)
		}
		item.External = strings.Contains(item.URL, "://") && !strings.HasPrefix(item.URL, c.origin()+"/")
		var err error
		if item.Items, err = c.menuItems(it.Items, depth+1); err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, nil
}

func (c *scene) homeLink() view.Link { return view.Link{Label: c.words.T("site.home"), URL: "/"} }

// meta starts the head of a page at a path.
func (c *scene) meta(title, path string) view.Meta {
	full := title + " – " + c.conf.Title
	if title == "" {
		full = c.conf.Title
		if c.conf.Tagline != "" {
			full += " – " + c.conf.Tagline
		}
	}
	return view.Meta{Title: full, SocialTitle: cmp.Or(title, c.conf.Title), Canonical: c.abs(path), Language: c.conf.Locale,
		Direction: c.words.Dir(), OGType: "website", Feeds: c.feedsOf("/", c.conf.Title)}
}

func (c *scene) feedsOf(base, title string) []view.Feed {
	return []view.Feed{
		{Title: title, URL: base + "feed/", Type: "application/rss+xml"},
		{Title: title, URL: base + "feed/atom/", Type: "application/atom+xml"},
		{Title: title, URL: base + "feed/json/", Type: "application/feed+json"},
	}
}

// stamp is a moment as readers of this page see it.
func (c *scene) stamp(t time.Time, words *i18n.Printer) view.Stamp {
	t = t.In(c.zone)
	return view.Stamp{ISO: t.Format(time.RFC3339), Text: words.DateTime(t), Date: words.ShortDate(t)}
}
