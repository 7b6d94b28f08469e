package site

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/feed"
	"dateline/internal/media"
	"dateline/internal/urlpath"
)

// movedMachines are addresses under which other systems kept what Dateline
// keeps elsewhere.
var movedMachines = map[string]string{
	"/wp-sitemap.xml": "/sitemap.xml", "/sitemap_index.xml": "/sitemap.xml", "/news-sitemap.xml": "/sitemaps/news.xml",
	"/wp-rss2.php": "/feed/", "/wp-rss.php": "/feed/", "/wp-rdf.php": "/feed/", "/wp-atom.php": "/feed/atom/",
	"/wp-feed.php": "/feed/", "/wp-commentsrss2.php": "/comments/feed/", "/rss.xml": "/feed/", "/atom.xml": "/feed/atom/",
	"/feed.json": "/feed/json/", "/index.xml": "/feed/",
}

var (
	oldSitemap = regexp.MustCompile(`^/(?:wp-sitemap-[a-z0-9-]+|[a-z_-]+-sitemap[0-9]*)\.xml$`)
	oldSystem  = regexp.MustCompile(`^/(?:xmlrpc\.php|wp-login\.php|wp-cron\.php|wp-trackback\.php|wp-comments-post\.php|wp-signup\.php|wp-activate\.php|wp-mail\.php|wp-links-opml\.php|wp-json(?:/.*)?|wp-includes/.*)$`)
)

// machine answers what programs ask for; NotFound when key is nothing of it.
func (c *scene) machine(key string) (Answer, error) {
	switch key {
	case "/robots.txt":
		return c.robots()
	case "/sitemap.xml":
		return c.sitemapIndex()
	case "/opensearch.xml":
		return c.openSearch()
	case "/manifest.webmanifest":
		return c.manifest()
	case "/.well-known/security.txt", "/security.txt":
		return c.security()
	case "/favicon.ico": // what browsers ask for where a page names no icon, as a letter's view
		return Answer{Status: 302, Location: c.views.AssetURL("icon.svg"), Keys: c.keys, MaxAge: pageAge}, nil
	}
	if to, ok := movedMachines[key]; ok {
		return moved(to), nil
	}
	if name, ok := strings.CutPrefix(key, "/sitemaps/"); ok {
		return c.sitemap(strings.TrimSuffix(name, ".xml"))
	}
	if oldSitemap.MatchString(key) {
		return moved("/sitemap.xml"), nil
	}
	if key == "/wp-admin" || strings.HasPrefix(key, "/wp-admin/") {
		return moved("/desk/"), nil
	}
	if oldSystem.MatchString(key) {
		return c.gone(article.Address{Kind: article.AddressGone})
	}
	return Answer{}, fault.New(fault.NotFound, "not for machines")
}

func (c *scene) plain(kind string, body []byte) Answer {
	return Answer{Status: 200, ContentType: kind, Body: body, Keys: c.keys, MaxAge: c.maxAge(), Expires: c.ends}
}

func (c *scene) robots() (Answer, error) {
	body := "User-agent: *\nDisallow: /search/\nDisallow: /desk/\n\nSitemap: " + c.abs("/sitemap.xml") + "\nSitemap: " + c.abs("/sitemaps/news.xml") + "\n"
	return c.plain("text/plain; charset=utf-8", []byte(body)), nil
}

// security answers RFC 9116, when the newsroom gave a contact.
func (c *scene) security() (Answer, error) {
	if c.conf.Contact == "" {
		return Answer{}, fault.New(fault.NotFound, "no security contact")
	}
	expires := c.now.UTC().AddDate(0, 6, 0).Truncate(24 * time.Hour)
	body := "Contact: " + c.conf.Contact + "\nExpires: " + expires.Format(time.RFC3339) + "\nCanonical: " + c.abs("/.well-known/security.txt") + "\nPreferred-Languages: " + c.conf.Locale + "\n"
	return c.plain("text/plain; charset=utf-8", []byte(body)), nil
}

// openSearch answers OpenSearch 1.1, so that browsers can offer our search and
// complete words in their own box.
func (c *scene) openSearch() (Answer, error) {
	type address struct {
		Type     string `xml:"type,attr"`
		Rel      string `xml:"rel,attr,omitempty"`
		Template string `xml:"template,attr"`
	}
	doc := struct {
		XMLName     xml.Name `xml:"http://a9.com/-/spec/opensearch/1.1/ OpenSearchDescription"`
		ShortName   string
		Description string
		Encoding    string    `xml:"InputEncoding"`
		URLs        []address `xml:"Url"`
		Language    string
	}{ShortName: shortName(c.conf.Title), Description: c.conf.Title, Encoding: "UTF-8", Language: c.conf.Locale, URLs: []address{
		{"text/html", "", c.abs(searchPath) + "?q={searchTerms}"},
		{"application/x-suggestions+json", "suggestions", c.abs(SuggestPath) + "?q={searchTerms}"},
		{"application/rss+xml", "", c.abs(feedSearchPath) + "?q={searchTerms}"},
		{"application/atom+xml", "", c.abs(feedSearchPath) + "atom/?q={searchTerms}"},
		{"application/opensearchdescription+xml", "self", c.abs("/opensearch.xml")},
	}}
	body, err := xml.MarshalIndent(doc, "", "  ")
	return c.plain("application/opensearchdescription+xml; charset=utf-8", append([]byte(xml.Header), body...)), err
}

// shortName is a title in the sixteen letters that browsers take, in whole words
// where one fits.
func shortName(title string) string {
	letters := []rune(title)
	if len(letters) <= 16 {
		return title
	}
	short := string(letters[:16])
	if i := strings.LastIndexByte(short, ' '); i > 0 && letters[16] != ' ' {
		short = short[:i]
	}
	return strings.TrimSpace(short)
}

func (c *scene) manifest() (Answer, error) {
	body, err := json.Marshal(map[string]any{"name": c.conf.Title, "short_name": c.conf.Title, "description": c.conf.Tagline,
		"start_url": "/", "scope": "/", "display": "minimal-ui", "lang": c.conf.Locale, "dir": c.words.Dir(),
		"icons":            []map[string]string{{"src": c.views.AssetURL("icon.svg"), "type": "image/svg+xml", "sizes": "any"}},
		"background_color": "#ffffff", "theme_color": "#ffffff"})
	return c.plain("application/manifest+json", body), err
}

// sitemapIndex lists the sitemaps. Those of articles are filled one after the
// other, the oldest articles first, so that a full one changes only when one of
// its articles does, and the index needs nothing but their number.
func (c *scene) sitemapIndex() (Answer, error) {
	c.shows(db.ListKey(article.ScopeSite, 0))
	n, err := c.public.Count(c.ctx, article.ScopeSite, 0)
	if err != nil {
		return Answer{}, err
	}
	var urls []string
	for _, name := range []string{"pages", "sections", "tags", "authors", "register", "storylines", "newsletters"} {
		urls = append(urls, c.abs("/sitemaps/"+name+".xml"))
	}
	maps := (n + feed.MaxPages - 1) / feed.MaxPages
	return c.plain("application/xml; charset=utf-8", feed.SitemapIndex(urls, c.abs("/sitemaps/"), maps)), nil
}

var articleMap = regexp.MustCompile(`^[1-9][0-9]{0,5}$`)

func (c *scene) sitemap(name string) (Answer, error) {
	var pages []feed.Page
	var err error
	switch name {
	case "news":
		pages, err = c.newsPages()
	case "pages":
		pages, err = c.standingPages()
	case "newsletters":
		pages, err = c.newsletterPages()
	case "register":
		pages, err = c.subjectMap()
	case "storylines":
		pages, err = c.storylineAddresses()
	case "sections", "tags", "authors":
		pages, err = c.listPages(name)
	default:
		if !articleMap.MatchString(name) {
			return Answer{}, fault.New(fault.NotFound, "no such sitemap")
		}
		pages, err = c.articlePages(number(name))
	}
	if err != nil {
		return Answer{}, err
	}
	answer := c.plain("application/xml; charset=utf-8", feed.Sitemap(pages))
	if name == "news" {
		answer.Expires = c.now.Add(newsRefresh)
	}
	return answer, nil
}

// newsRefresh is how long the news sitemap may name articles that have grown
// too old for it.
const newsRefresh = time.Hour

// articlePages are those of the n-th sitemap of articles, newest first.
func (c *scene) articlePages(n int64) ([]feed.Page, error) {
	total, err := c.public.Count(c.ctx, article.ScopeSite, 0)
	if err != nil {
		return nil, err
	}
	older, upTo := (n-1)*feed.MaxPages, min(n*feed.MaxPages, total)
	if older >= total {
		return nil, fault.New(fault.NotFound, "no such sitemap")
	}
	after, err := c.public.Skip(c.ctx, article.ScopeSite, 0, total-upTo)
	if err != nil {
		return nil, err
	}
	arts, err := c.public.Mapped(c.ctx, article.ScopeSite, 0, after, int(upTo-older))
	if err != nil {
		return nil, err
	}
	return c.sitePages(arts)
}

// sitePages turns articles into sitemap entries with their lead pictures.
func (c *scene) sitePages(arts []article.Article) ([]feed.Page, error) {
	c.shows(db.ListKey(article.ScopeSite, 0))
	var leads, ids []int64
	for _, a := range arts {
		ids = append(ids, a.ID)
		if a.LeadMedia != 0 {
			leads = append(leads, a.LeadMedia)
		}
	}
	pictures, err := c.media.GetMany(c.ctx, c.db, leads)
	if err != nil {
		return nil, err
	}
	c.shows(claim.AllKey)
	changed, err := claim.Changes(c.ctx, c.db, ids)
	if err != nil {
		return nil, err
	}
	var out []feed.Page
	for _, a := range arts {
		if a.NoIndex {
			continue
		}
		p := feed.Page{URL: c.abs(urlpath.Escape(a.Path)), Modified: latestOf(latestOf(a.FirstPublished, a.Updated), changed[a.ID]).In(c.zone)}
		if m, ok := pictures[a.LeadMedia]; ok && m.Public {
			if url := media.FallbackURL(m); url != "" {
				p.Images = []string{c.abs(url)}
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// newsPages are the articles of the last two days, as Google News asks.
func (c *scene) newsPages() ([]feed.Page, error) {
	arts, err := c.public.Since(c.ctx, c.now.Add(-48*time.Hour), feed.MaxNews)
	if err != nil {
		return nil, err
	}
	var listed []article.Article
	for _, a := range arts {
		if !a.NoIndex {
			listed = append(listed, a)
		}
	}
	pages, err := c.sitePages(listed)
	for i := range pages {
		a := listed[i]
		pages[i].News = &feed.News{Publication: c.conf.Title, Language: newsLanguage(cmp.Or(a.Language, c.conf.Locale)),
			Published: a.FirstPublished.In(c.zone), Title: a.Headline}
	}
	return pages, err
}

// newsLanguage is the language alone, as Google's news sitemap wants it, but
// for Chinese, whose two scripts it tells apart.
func newsLanguage(tag string) string {
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	if tag == "zh-cn" || tag == "zh-tw" {
		return tag
	}
	lang, _, _ := strings.Cut(tag, "-")
	return lang
}

func (c *scene) standingPages() ([]feed.Page, error) {
	arts, err := c.public.StandingPages(c.ctx, feed.MaxPages)
	if err != nil {
		return nil, err
	}
	return c.sitePages(arts)
}

var mapKinds = map[string]string{"sections": article.ScopeSection, "tags": article.ScopeTag, "authors": article.ScopeAuthor}

// listPages are the first thousand lists of a kind that have articles.
func (c *scene) listPages(name string) ([]feed.Page, error) {
	c.shows(db.ListKey(article.ScopeSite, 0))
	scope := mapKinds[name]
	refs, err := c.public.Counted(c.ctx, scope, feed.MaxPages)
	if err != nil {
		return nil, err
	}
	var out []feed.Page
	for _, ref := range refs {
		l, err := c.listing(scope, ref)
		if notFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, feed.Page{URL: c.abs(l.path)})
	}
	return out, nil
}

const (
	feedItems    = 20
	feedComments = 30
)

// listFeed answers for a list's feed.
func (c *scene) listFeed(scope string, id int64, kind string) (Answer, error) {
	base, title, description := "/", c.conf.Title, c.conf.Tagline
	if scope != article.ScopeSite {
		l, err := c.listing(scope, id)
		if err != nil {
			return Answer{}, err
		}
		base, title, description = l.path, l.name+" – "+c.conf.Title, clip(l.description, 300)
		c.shows(l.key())
	}
	self := base + part{feed: kind}.suffix()
	if answer, wrong := c.canonical(self); wrong {
		return answer, nil
	}
	c.shows(db.ListKey(scope, id))
	arts, err := c.public.List(c.ctx, scope, id, article.Cursor{}, feedItems)
	if err != nil {
		return Answer{}, err
	}
	f := feed.Feed{Title: title, Description: description, Home: c.abs(base), Self: c.abs(self), Language: c.conf.Locale}
	for i := range arts {
		item, err := c.feedItem(&arts[i])
		if err != nil {
			return Answer{}, err
		}
		f.Items = append(f.Items, item)
		f.Updated = latestOf(f.Updated, item.Updated)
	}
	return c.feedAnswer(f, kind)
}

// feedAnswer carries no Last-Modified: silent edits, withdrawals and what stands
// beside an article change a feed without a later date (docs/adr/0003).
func (c *scene) feedAnswer(f feed.Feed, kind string) (Answer, error) {
	if f.Updated.IsZero() {
		f.Updated = time.Unix(0, 0).UTC()
	}
	var answer Answer
	switch kind {
	case "atom":
		answer = c.plain("application/atom+xml; charset=utf-8", feed.Atom(f))
	case "json":
		body, err := feed.JSON(f)
		if err != nil {
			return Answer{}, err
		}
		answer = c.plain("application/feed+json; charset=utf-8", body)
	default:
		answer = c.plain("application/rss+xml; charset=utf-8", feed.RSS(f))
	}
	return answer, nil
}

// tagURI names a thing for ever (RFC 4151), whatever address it moves to.
func (c *scene) tagURI(kind string, id int64) string {
	return "tag:" + hostOf(c.origin()) + ",2026:" + kind + "/" + strconv.FormatInt(id, 10)
}

func (c *scene) feedItem(a *article.Article) (feed.Item, error) {
	c.shows(db.Key("article", a.ID))
	v, err := c.public.Live(c.ctx, a)
	if err != nil {
		return feed.Item{}, err
	}
	doc := v.Content.Body
	if a.Updated.After(a.FirstPublished) {
		corrections, err := c.public.CorrectionsOf(c.ctx, a.ID)
		if err != nil {
			return feed.Item{}, err
		}
		for _, x := range corrections {
			doc.Content = append(slices.Clip(doc.Content), c.correctionNodes(x)...)
		}
	}
	place, err := c.placeBlock(a, v.Content.Storyline)
	if err != nil {
		return feed.Item{}, err
	}
	doc.Content = append(slices.Clip(doc.Content), place...)
	html, err := c.feedHTML(doc)
	if err != nil {
		return feed.Item{}, err
	}
	changed, err := c.changedAt(a, doc)
	if err != nil {
		return feed.Item{}, err
	}
	item := feed.Item{ID: c.tagURI("article", a.ID), URL: c.abs(urlpath.Escape(a.Path)), Title: a.Headline,
		Summary: cmp.Or(a.Standfirst, a.Excerpt), HTML: html, Language: a.Language, Published: a.FirstPublished.In(c.zone),
		Updated: changed, Source: v.Content.Canonical, Count: a.CommentCount}
	if a.CommentCount > 0 {
		item.Comments = item.URL + "#comments"
	}
	for _, b := range v.Content.Bylines {
		who := feed.Author{Name: b.Name}
		if b.Profile != 0 {
			if p, err := c.author(b.Profile); err == nil {
				who.URL = c.abs(authorPath(c.conf, p))
				c.shows(db.Key("author", p.ID))
			} else if !notFound(err) {
				return item, err
			}
		}
		item.Authors = append(item.Authors, who)
	}
	tags, err := c.tagsOf(v.Content.Tags)
	for _, t := range tags {
		item.Tags = append(item.Tags, t.Name)
	}
	if err == nil {
		item.Image, err = c.feedImage(v.Content.Lead)
	}
	return item, err
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
