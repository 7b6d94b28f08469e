package api

import (
	"dateline/internal/article"
	"dateline/internal/db"
)

// getSite answers what the site is and where this API begins.
func getSite(c *call) (any, error) {
	conf := c.Conf()
	c.Shows(db.ListKey(article.ScopeSite, 0))
	n, err := c.Public().Count(c.ctx, article.ScopeSite, 0)
	if err != nil {
		return nil, err
	}
	out := &SiteInfo{Title: conf.Title, Tagline: conf.Tagline, URL: c.Abs("/"), Language: conf.Locale, Zone: c.Zone().String(), Articles: n, Version: "1", Feeds: []Feed{},
		Links: SiteLinks{Description: c.at("openapi.json"), Articles: c.at("articles"), Sections: c.at("sections"), Tags: c.at("tags"), Authors: c.at("authors"), Subjects: c.at("subjects"),
			Quotes: c.at("quotes"), Accounts: c.at("accounts"), Storylines: c.at("storylines"), Search: c.at("search"), Ninjs: c.at("ninjs"), Changes: c.at("articles") + "?sort=" + changeOrder}}
	for _, f := range c.Feeds("/", conf.Title) {
		out.Feeds = append(out.Feeds, Feed{Type: f.Type, URL: c.Abs(f.URL)})
	}
	out.Logo, err = c.pictureOf(conf.LogoMedia)
	return out, err
}
