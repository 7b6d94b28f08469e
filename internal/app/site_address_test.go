package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/media"
	"dateline/internal/richtext"
)

// visitCase is an address and what must answer there.
type visitCase struct {
	path     string
	status   int
	location string
	has, not string // parts of the body, separated by |
}

func (p *paper) check(cases []visitCase) {
	p.t.Helper()
	for _, c := range cases {
		got := p.visit(c.path)
		if got.status != c.status || got.location != c.location {
			p.t.Errorf("%s answers %d %q, want %d %q", c.path, got.status, got.location, c.status, c.location)
			continue
		}
		for part := range strings.SplitSeq(c.has, "|") {
			if !strings.Contains(got.body, part) {
				p.t.Errorf("%s does not contain %q", c.path, part)
			}
		}
		if c.not == "" {
			continue
		}
		for part := range strings.SplitSeq(c.not, "|") {
			if strings.Contains(got.body, part) {
				p.t.Errorf("%s contains %q", c.path, part)
			}
		}
	}
}

// furnish publishes what the table of addresses asks for.
func (p *paper) furnish() {
	photo := p.photo("quay.jpg")
	for i := range 5 {
		p.story(fmt.Sprintf("Match %d", i), sportSection, article.PublishInput{At: opening.AddDate(0, -2, -i)}, nil)
	}
	fire := p.story("Harbour fire", worldSection, article.PublishInput{At: opening.AddDate(0, 0, -1)}, func(c *article.Content) {
		c.Tags, c.Bylines, c.Lead = []int64{portTag}, []article.Byline{{Profile: ann, Name: "Ann Lee"}}, &article.Picture{Media: photo.ID}
	})
	p.comments(fire.ID, 5)
	p.story("Café 東京", europeSection, article.PublishInput{}, nil)
	p.story("Long read", worldSection, article.PublishInput{}, func(c *article.Content) {
		c.Body.Content = []richtext.Node{c.Body.Content[0], pageBreak(), paragraph("The second part.").Content[0]}
	})
	moved := p.story("Before the move", worldSection, article.PublishInput{}, func(c *article.Content) {
		c.Body.Content = []richtext.Node{c.Body.Content[0], pageBreak(), paragraph("Part two.").Content[0]}
	})
	for _, slug := range []string{"halfway", "after"} {
		var err error
		moved, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: moved.ID, Revision: moved.Revision, Slug: slug})
		p.must(err)
	}
	wrong := p.story("Wrong story", worldSection, article.PublishInput{}, nil)
	_, err := p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: wrong.ID, Revision: wrong.Revision, Reason: "It was not so."})
	p.must(err)
	p.write(func(ctx context.Context, tx *db.Tx) error {
		return article.SetAddress(ctx, tx, article.Address{Key: "/photo-quay", Kind: article.AddressAttachment, Target: photo.ID, Location: "/photo-quay/"})
	})
	about := p.world.publishPage("About us")
	p.imported("post", "12", fire.ID)
	p.imported("page", "14", about.ID)
	p.imported("attachment", "13", photo.ID)
	p.imported("number/category", "3", worldSection)
	p.imported("number/post_tag", "4", portTag)
	p.imported("number/author", "5", ann)
	p.drain()
}

func (w *world) publishPage(headline string) article.Article {
	w.t.Helper()
	d, err := w.app.articles.Create(w.ctx, w.actor, article.Draft{Type: article.TypePage, Content: article.Content{Headline: headline, Body: paragraph("All about us.")}})
	w.must(err)
	a, err := w.app.articles.Publish(w.ctx, w.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision})
	w.must(err)
	return a
}

func TestSite_Addresses(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.furnish()
		p.addresses()
		p.machines()
		p.archives()
	})
}

func (p *paper) addresses() {
	const cafe = "/world/europe/cafe-%E6%9D%B1%E4%BA%AC/"
	p.check([]visitCase{
		// lists
		{"/", 200, "", "The Paper|Harbour fire|Café 東京|Long read", "Wrong story|Empty"},
		{"/page/1/", 301, "/", "", ""},
		{"/page/2/", 200, "", "rel=\"prev\"|Harbour fire", ""},
		{"/page/3/", 200, "", "Match", ""},
		{"/page/4/", 404, "", "", ""},
		{"/page/0/", 301, "/", "", ""},
		{"/page/999999999/", 404, "", "", ""},
		{"/section/world/", 200, "", "Long read|Café 東京|Europe", "Match 0</a>"},
		{"/section/world", 301, "/section/world/", "", ""},
		{"/SECTION/World/", 301, "/section/world/", "", ""},
		{"/section/world/europe/", 200, "", "Café 東京", "Harbour fire"},
		{"/section/world/page/2/", 200, "", "Harbour fire", "Match"},
		{"/section/world/2/", 404, "", "", ""},
		{"/section/world/page/9/", 404, "", "", ""},
		{"/section/sport/", 200, "", "Match 0", "Harbour fire"},
		{"/tag/port/", 200, "", "Harbour fire", "Long read"},
		{"/tag/empty/", 404, "", "", "Empty"},
		{"/author/ann-lee/", 200, "", "Ann Lee|Writes.|Harbour fire", ""},
		// articles
		{"/world/harbour-fire/", 200, "", "Text of Harbour fire.|Ann Lee|/tag/port/|<article", ""},
		{"/world/harbour-fire", 301, "/world/harbour-fire/", "", ""},
		{"/World/HARBOUR-fire/", 301, "/world/harbour-fire/", "", ""},
		{"//world//harbour-fire/", 301, "/world/harbour-fire/", "", ""},
		{"/world/harbour%2Dfire/", 200, "", "Text of Harbour fire.", ""},
		{"/world/harbour-fire/?utm_source=x", 200, "", "Text of Harbour fire.", ""},
		{"/world/harbour-fire/amp/", 301, "/world/harbour-fire/", "", ""},
		{"/world/harbour-fire/1/", 301, "/world/harbour-fire/", "", ""},
		{"/world/harbour-fire/2/", 404, "", "", ""},
		{cafe, 200, "", "Text of Café 東京.", ""},
		{"/world/europe/cafe-%e6%9d%b1%e4%ba%ac/", 200, "", "Text of Café 東京.", ""},
		{"/about-us/", 200, "", "All about us.", ""},
		{"/About-Us", 301, "/about-us/", "", ""},
		// parts
		{"/world/long-read/", 200, "", "<p>Text of Long read.</p>", "<p>The second part.</p>"},
		{"/world/long-read/2/", 200, "", "<p>The second part.</p>", "<p>Text of Long read.</p>"},
		{"/world/long-read/page/2/", 301, "/world/long-read/2/", "", ""},
		{"/world/long-read/2", 301, "/world/long-read/2/", "", ""},
		{"/world/long-read/3/", 404, "", "", ""},
		// comments: three pages of two threads
		{"/world/harbour-fire/comment-page-1/", 301, "/world/harbour-fire/", "", ""},
		{"/world/harbour-fire/comment-page-2/", 200, "", "Opinion 3|Opinion 4|comment-3", "Opinion 2|Opinion 5"},
		{"/world/harbour-fire/comment-page-3/", 200, "", "Opinion 5", "Opinion 4"},
		{"/world/harbour-fire/comment-page-4/", 404, "", "", ""},
		// wrong guesses and former addresses: one hop
		{"/2020/01/02/harbour-fire/", 301, "/world/harbour-fire/", "", ""},
		{"/sport/harbour-fire/", 301, "/world/harbour-fire/", "", ""},
		{"/harbour-fire.html", 301, "/world/harbour-fire/", "", ""},
		{"/world/before-the-move/", 301, "/world/after/", "", ""},
		{"/world/halfway/", 301, "/world/after/", "", ""},
		{"/world/before-the-move/2/", 301, "/world/after/2/", "", ""},
		{"/world/before-the-move/feed/", 301, "/world/after/feed/", "", ""},
		{"/world/after/2/", 200, "", "Part two.", ""},
		{"/world/wrong-story/", 410, "", "It was not so.", "Text of Wrong story|Wrong story"},
		{"/world/never-was/", 404, "", "", ""},
		// attachments
		{"/photo-quay/", 200, "", "Title of quay.jpg", ""},
		{"/photo-quay", 301, "/photo-quay/", "", ""},
	})
}

func (p *paper) machines() {
	var cases []visitCase
	for _, base := range []string{"/", "/section/world/", "/tag/port/", "/author/ann-lee/"} {
		for kind, mark := range map[string]string{"feed/": "<rss", "feed/atom/": "<feed", "feed/json/": "jsonfeed.org"} {
			cases = append(cases, visitCase{base + kind, 200, "", mark + "|Harbour fire|Text of Harbour fire.", "Wrong story|Match 0<"})
		}
	}
	cases[0].not = "Wrong story" // the site's own feeds hold sport too
	for i := range cases {
		if strings.HasPrefix(cases[i].path, "/feed/") {
			cases[i].not = "Wrong story"
		}
	}
	p.check(append(cases, []visitCase{
		{"/feed", 301, "/feed/", "", ""},
		{"/feed/rss/", 301, "/feed/", "", ""},
		{"/feed/rss2/", 301, "/feed/", "", ""},
		{"/tag/empty/feed/", 404, "", "", ""},
		{"/world/harbour-fire/feed/", 200, "", "<rss|Opinion 5", ""},
		{"/world/harbour-fire/feed/atom/", 200, "", "<feed|Opinion 5", ""},
		{"/world/harbour-fire/feed/json/", 200, "", "jsonfeed|Opinion 5", ""},
		{"/comments/feed/", 200, "", "Opinion 5", ""},
		{"/feeds/", 200, "", "/section/world/feed/", ""},
		{"/sitemap.xml", 200, "", "/sitemaps/1.xml", "/sitemaps/2.xml"},
		{"/sitemaps/1.xml", 200, "", "/world/harbour-fire/", "wrong-story"},
		{"/sitemaps/2.xml", 404, "", "", ""},
		{"/sitemaps/0.xml", 404, "", "", ""},
		{"/sitemaps/news.xml", 200, "", "news:title|Harbour fire", "Match"},
		{"/sitemaps/pages.xml", 200, "", "/about-us/", ""},
		{"/sitemaps/sections.xml", 200, "", "/section/sport/", ""},
		{"/sitemaps/tags.xml", 200, "", "/tag/port/", "/tag/empty/"},
		{"/sitemaps/authors.xml", 200, "", "/author/ann-lee/", ""},
		{"/sitemaps/nothing.xml", 404, "", "", ""},
		{"/wp-sitemap.xml", 301, "/sitemap.xml", "", ""},
		{"/post-sitemap2.xml", 301, "/sitemap.xml", "", ""},
		{"/robots.txt", 200, "", "Sitemap: http://news.example/sitemap.xml", ""},
		{"/opensearch.xml", 200, "", "http://news.example/search/?q={searchTerms}|http://news.example/search/suggest?q={searchTerms}|http://news.example/search/feed/?q={searchTerms}", ""},
		{"/manifest.webmanifest", 200, "", "The Paper", ""},
		{"/.well-known/security.txt", 200, "", "mailto:security@news.example", ""},
		{"/wp-login.php", 410, "", "", ""},
		{"/wp-admin/post.php", 301, "/desk/", "", ""},
		{"/wp-json/wp/v2/posts", 410, "", "", ""},
		{"/xmlrpc.php", 410, "", "", ""},
		// query addresses of WordPress
		{"/?p=12", 301, "/world/harbour-fire/", "", ""},
		{"/index.php?p=12", 301, "/world/harbour-fire/", "", ""},
		{"/?page_id=14", 301, "/about-us/", "", ""},
		{"/?p=13", 301, "/photo-quay/", "", ""},
		{"/?attachment_id=13", 301, "/photo-quay/", "", ""},
		{"/?cat=3", 301, "/section/world/", "", ""},
		{"/?tag_id=4", 301, "/tag/port/", "", ""},
		{"/?author=5", 301, "/author/ann-lee/", "", ""},
		{"/?name=harbour-fire", 301, "/world/harbour-fire/", "", ""},
		{"/?name=harbour-fire&category_name=world", 301, "/world/harbour-fire/", "", ""},
		{"/?category_name=world/europe", 301, "/section/world/europe/", "", ""},
		{"/?tag=port", 301, "/tag/port/", "", ""},
		{"/?author_name=ann-lee", 301, "/author/ann-lee/", "", ""},
		{"/?feed=atom", 301, "/feed/atom/", "", ""},
		{"/?feed=comments-rss2", 301, "/comments/feed/", "", ""},
		{"/?m=202601", 301, "/2026/01/", "", ""},
		{"/?m=20260104", 301, "/2026/01/04/", "", ""},
		{"/?m=2026", 301, "/2026/", "", ""},
		{"/?m=20261301", 404, "", "", ""},
		{"/?s=harbour+fire", 301, "/search/?q=harbour+fire", "", ""},
		{"/?p=999", 404, "", "", ""},
		{"/?tag=empty", 404, "", "", ""},
		{"/index.php", 301, "/", "", ""},
		// search
		{"/search/", 200, "", "<form", "Harbour fire</a>"},
		{"/search/?q=harbour", 200, "", "Harbour fire|<mark>Harbour</mark>", "Match"},
		{"/search/?q=nothingatall", 200, "", "nothingatall", "Harbour fire</a>"},
		{"/search/?q=match", 200, "", "page=2|sort=new|/search/feed/?q=match|noindex", ""},
		{"/search/?q=match&page=2&sort=old", 200, "", "Match", ""},
		{"/search/?q=match&page=99", 200, "", "page=2|Match", "Nothing found"},
		{"/search/?q=match&section=world&year=2026&tag=nothing", 200, "", "Section: World", "nothing"},
		{"/search/?q=harbuor", 200, "", "Harbour fire</a>|nearest spelling", ""},
		{"/search/?q=harbour" + strings.Repeat("+harbour", 400), 200, "", "Harbour fire</a>|is too long", ""},
		{"/search/?q=harbour+" + strings.Repeat("x", 320), 200, "", "is too long", ""},
		{"/search/suggest?q=harb" + strings.Repeat("x", 5000), 200, "", `",[]]`, ""},
		{"/search/?q=harbour+before:soon", 200, "", "names no date", ""},
		{"/search/feed/?q=harbour", 200, "", "<rss|Harbour fire|/search/feed/?q=harbour", "Match"},
		{"/search/feed/atom/?q=harbour", 200, "", "<feed|Harbour fire", "Match"},
		{"/search/feed/json/?q=harbour", 200, "", "Harbour fire", "Match"},
		{"/search/feed/", 301, "/search/", "", ""},
		{"/search/?section=world&sort=old", 200, "", "Harbour fire</a>|Search: Section: World|/search/feed/?section=world", "What you can type"},
		{"/search/?year=2026&section=sport", 200, "", "Section: Sport|Year: 2026|Match", "Harbour fire</a>"},
		{"/search/?year=1999", 200, "", "Nothing found for “Year: 1999”", "Harbour fire</a>"},
		{"/search/?tag=nothing", 200, "", "What you can type", "Harbour fire</a>"},
		{"/search/feed/?section=world", 200, "", "Harbour fire|/search/feed/?section=world", ""},
		{"/search/feed/json/?section=world&year=2026", 200, "", "Harbour fire", ""},
		{"/search/feed/?tag=nothing", 301, "/search/", "", ""},
		{"/search/suggest?q=harb", 200, "", `["harb",["Harbour"]]`, ""},
		{"/search/suggest", 200, "", `["",[]]`, ""},
		{"/search/?q=" + "%3Cscript%3E", 200, "", "&lt;script", "<script>"},
	}...))
}

// A browser asks for this beside every page that names no icon.
func TestSite_Favicon(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		asked := p.visit("/favicon.ico")
		icon := p.visit(asked.header.Get("Location"))
		if asked.status != 302 || icon.status != 200 || icon.header.Get("Content-Type") != "image/svg+xml" {
			t.Errorf("/favicon.ico answers %d, its target %d %s", asked.status, icon.status, icon.header.Get("Content-Type"))
		}
	})
}

func (p *paper) archives() {
	// Half past midnight of the first of February in Berlin is January in UTC.
	p.story("Night shift", sportSection, article.PublishInput{At: time.Date(2026, 1, 31, 23, 30, 0, 0, time.UTC)}, nil)
	p.check([]visitCase{
		{"/archive/", 200, "", "/2026/03/|/2026/02/|/2026/01/|/2025/12/", ""},
		{"/2026/", 200, "", "/2026/03/", "/2025/12/"},
		{"/2026", 301, "/2026/", "", ""},
		{"/2026/3/", 301, "/2026/03/", "", ""},
		{"/2026/01/", 200, "", "Match 0|Match 2", "Night shift"},
		{"/2026/01/page/2/", 200, "", "Match", "Night shift"},
		{"/2026/01/page/3/", 404, "", "", ""},
		{"/2026/02/01/", 200, "", "Night shift", "Match"},
		{"/2026/01/31/", 404, "", "", "Night shift"},
		{"/2026/02/31/", 404, "", "", ""},
		{"/2026/02/30/", 404, "", "", ""},
		{"/2026/13/", 404, "", "", ""},
		{"/2026/04/", 404, "", "", ""},
		{"/1999/", 404, "", "", ""},
		{"/2026/01/04/", 200, "", "Match 0", "Match 1"},
		{"/2026/01/04/feed/", 301, "/feed/", "", ""},
	})
}

func TestSite_ShareImage(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		plain := p.story("No picture here", worldSection, article.PublishInput{}, nil)
		hidden := p.story("Hidden", worldSection, article.PublishInput{Access: article.AccessPrivate}, nil)
		page := p.visit("/world/no-picture-here/")
		_, rest, ok := strings.Cut(page.body, "http://news.example/share/")
		name, _, _ := strings.Cut(rest, `"`)
		if !ok {
			t.Fatal("the page names no picture to share")
		}
		got := p.visit("/share/" + name)
		if got.status != 200 || got.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(got.body, "\x89PNG") {
			t.Errorf("the picture answers %d %v", got.status, got.header)
		}
		card := media.ShareCard{Site: "The Paper", Section: "World", Headline: "Hidden"}
		p.check([]visitCase{
			{fmt.Sprintf("/share/%d-000000000000.png", plain.ID), 301, "/share/" + name, "", ""},
			{fmt.Sprintf("/share/%d-%s.png", hidden.ID, card.Hash()), 404, "", "", ""},
			{"/share/7-000000000000.png", 404, "", "", ""},
			{"/share/x.png", 404, "", "", ""},
		})
	})
}
