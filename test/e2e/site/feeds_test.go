package site

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var feedKinds = []struct {
	end, contentType string
	check            func(body []byte, self string) []string
}{
	{"feed/", "application/rss+xml", checkRSS},
	{"feed/atom/", "application/atom+xml", checkAtom},
	{"feed/json/", "application/feed+json", checkJSONFeed},
}

var hrefs = regexp.MustCompile(`href="([^"]*)"`)

func links(page []byte) []string {
	var found []string
	for _, m := range hrefs.FindAllSubmatch(page, -1) {
		found = append(found, html.UnescapeString(string(m[1])))
	}
	return found
}

// TestFeeds checks every feed that the site tells of: on the page of feeds and
// in the heads of all page types.
func TestFeeds_KeepTheirSpecifications(t *testing.T) {
	for _, site := range []struct {
		name  string
		start func() (string, error)
		least int
	}{{"demo", demo, 70}, {"paper", paper, 12}} {
		t.Run(site.name, func(t *testing.T) {
			if testing.Short() {
				t.Skip("starts the program")
			}
			origin := start(t, site.start)
			addresses := feedsOf(t, origin)
			if len(addresses) < site.least {
				t.Errorf("only %d feeds", len(addresses))
			}
			for _, address := range addresses {
				a := get(t, address)
				i := slices.IndexFunc(feedKinds, func(k struct {
					end, contentType string
					check            func([]byte, string) []string
				}) bool {
					return strings.HasPrefix(a.Header.Get("Content-Type"), k.contentType)
				})
				if i < 0 {
					t.Errorf("%s is %s", address, a.Header.Get("Content-Type"))
					continue
				}
				for _, wrong := range feedKinds[i].check(a.Body, address) {
					t.Errorf("%s: %s", address, wrong)
				}
			}
		})
	}
}

// feedsOf returns the addresses of a site's feeds.
func feedsOf(t *testing.T, origin string) []string {
	t.Helper()
	pages := []string{"/feeds/", "/"}
	for _, row := range pageRows {
		if path, here := strings.CutPrefix(row.address(t), origin); here && row.wantStatus() == http.StatusOK {
			pages = append(pages, path)
		}
	}
	var found []string
	for _, page := range pages {
		for _, link := range links(get(t, origin+page).Body) {
			if strings.Contains(link, "/feed/") && strings.HasPrefix(link, "/") && !slices.Contains(found, origin+link) {
				found = append(found, origin+link)
			}
		}
	}
	return found
}

// TestFeedRules_SeeFaults shows that each rule can fail.
func TestFeedRules_SeeFaults(t *testing.T) {
	const self = "http://x.example/feed/"
	rss := `<rss version="2.0" xmlns:atom="` + nsAtom + `" xmlns:content="` + nsContent + `"><channel><title>T</title><link>http://x.example/</link><description/><atom:link rel="self" href="` + self + `"/>` +
		`<item><title>A</title><link>http://x.example/a/</link><guid isPermaLink="false">tag:1</guid><pubDate>Mon, 23 Nov 2026 14:35:00 +0000</pubDate><content:encoded>&lt;a href="http://x.example/"&gt;x&lt;/a&gt;</content:encoded></item></channel></rss>`
	atom := `<feed xmlns="` + nsAtom + `"><title>T</title><id>urn:x</id><updated>2026-11-23T14:35:00Z</updated><link rel="self" href="` + self + `"/>` +
		`<entry><title>A</title><id>tag:1</id><updated>2026-11-23T14:35:00Z</updated><author><name>N</name></author><link rel="alternate" href="http://x.example/a/"/><content type="html">x</content></entry></feed>`
	jsonFeed := `{"version":"https://jsonfeed.org/version/1.1","title":"T","home_page_url":"http://x.example/","feed_url":"` + self + `","items":[{"id":"1","url":"http://x.example/a/","content_html":"x","date_published":"2026-11-23T14:35:00Z"}]}`
	cases := []struct {
		check            func([]byte, string) []string
		sound, from, to_ string
	}{
		{checkRSS, rss, `version="2.0"`, `version="0.91"`},
		{checkRSS, rss, `<link>http://x.example/</link>`, ``},
		{checkRSS, rss, `rel="self"`, `rel="next"`},
		{checkRSS, rss, `Mon, 23 Nov 2026 14:35:00 +0000`, `2026-11-23`},
		{checkRSS, rss, `<link>http://x.example/a/</link>`, `<link>/a/</link>`},
		{checkRSS, rss, ` isPermaLink="false"`, ``},
		{checkRSS, rss, `&lt;a href="http://x.example/"`, `&lt;a href="/b/"`},
		{checkRSS, rss, `&lt;a href="http://x.example/"`, `&lt;script`},
		{checkRSS, rss, `</rss>`, ``},
		{checkAtom, atom, `<id>urn:x</id>`, ``},
		{checkAtom, atom, `<updated>2026-11-23T14:35:00Z</updated><link`, `<updated>yesterday</updated><link`},
		{checkAtom, atom, `<author><name>N</name></author>`, ``},
		{checkAtom, atom, `<author><name>N</name></author>`, `<author/>`},
		{checkAtom, atom, `type="html"`, `type="htm"`},
		{checkAtom, atom, `<title>A</title>`, ``},
		{checkAtom, atom, `href="http://x.example/a/"`, `href="/a/"`},
		{checkJSONFeed, jsonFeed, `version/1.1`, `version/2`},
		{checkJSONFeed, jsonFeed, `"id":"1"`, `"id":1`},
		{checkJSONFeed, jsonFeed, `"content_html":"x",`, ``},
		{checkJSONFeed, jsonFeed, `14:35:00Z`, `14:35`},
	}
	for _, c := range cases {
		if wrong := c.check([]byte(c.sound), self); len(wrong) > 0 {
			t.Fatalf("a sound feed: %v", wrong)
		}
		broken := strings.Replace(c.sound, c.from, c.to_, 1)
		if broken == c.sound {
			t.Fatalf("%q is not in the feed", c.from)
		}
		if len(c.check([]byte(broken), self)) == 0 {
			t.Errorf("%q for %q was not seen", c.to_, c.from)
		}
	}
}

// checkSitemap applies sitemaps.org 0.9 and Google's image and news rules.
func checkSitemap(body []byte, origin string, news bool) []string {
	var r rules
	doc, err := parseXML(body)
	if err != nil {
		return []string{err.Error()}
	}
	r.need(doc.XMLName.Space == nsMap && doc.XMLName.Local == "urlset", "the root is %v", doc.XMLName)
	r.need(len(body) <= 50<<20 && len(doc.Nodes) <= 50_000, "too large: %d bytes, %d addresses", len(body), len(doc.Nodes))
	r.need(!news || len(doc.Nodes) <= 1000, "%d addresses in a news sitemap", len(doc.Nodes))
	seen := map[string]bool{}
	for _, u := range doc.Nodes {
		loc := u.text(nsMap, "loc")
		r.need(u.XMLName.Space == nsMap && u.XMLName.Local == "url", "unknown element %v", u.XMLName)
		r.need(absolute(loc) && strings.HasPrefix(loc, origin+"/") && len(loc) < 2048, "loc %q", loc)
		r.need(!seen[loc], "%s is there twice", loc)
		seen[loc] = true
		if mod := u.text(nsMap, "lastmod"); mod != "" {
			r.need(rfc3339(mod), "%s: lastmod %q", loc, mod)
		}
		r.need(len(u.all(nsImage, "image")) <= 1000, "%s: too many pictures", loc)
		for _, img := range u.all(nsImage, "image") {
			r.need(len(img.Nodes) == 1 && absolute(img.text(nsImage, "loc")), "%s: picture %q", loc, img.text(nsImage, "loc"))
		}
		about := u.all(nsNews, "news")
		r.need(len(about) == map[bool]int{true: 1}[news], "%s has %d news:news", loc, len(about))
		for _, n := range about {
			checkNews(&r, loc, n)
		}
	}
	return r.wrong
}

var newsLanguage = regexp.MustCompile(`^([a-z]{2,3}|zh-cn|zh-tw)$`)

func checkNews(r *rules, loc string, n node) {
	publication := n.all(nsNews, "publication")
	r.need(len(publication) == 1 && publication[0].text(nsNews, "name") != "" && newsLanguage.MatchString(publication[0].text(nsNews, "language")), "%s: publication %v", loc, publication)
	r.need(n.text(nsNews, "title") != "", "%s: no news:title", loc)
	when, err := time.Parse(time.RFC3339, n.text(nsNews, "publication_date"))
	r.need(err == nil && time.Since(when) < 49*time.Hour, "%s: publication_date %q", loc, n.text(nsNews, "publication_date"))
}

func TestSitemaps(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program")
	}
	for name, site := range map[string]func() (string, error){"demo": demo, "paper": paper} {
		origin := start(t, site)
		index := get(t, origin+"/sitemap.xml")
		doc, err := parseXML(index.Body)
		if err != nil || doc.XMLName.Space != nsMap || doc.XMLName.Local != "sitemapindex" || len(doc.Nodes) > 50_000 {
			t.Fatalf("%s: index %v, %v", name, doc.XMLName, err)
		}
		listed := map[string]bool{}
		for _, m := range doc.Nodes {
			address := m.text(nsMap, "loc")
			a := get(t, address)
			for _, wrong := range checkSitemap(a.Body, origin, false) {
				t.Errorf("%s: %s", address, wrong)
			}
			pages, _ := parseXML(a.Body) // it was just parsed
			for _, u := range pages.Nodes {
				loc := u.text(nsMap, "loc")
				if listed[loc] {
					t.Errorf("%s is in two sitemaps", loc)
				}
				listed[loc] = true
			}
		}
		for loc := range listed {
			a := ask(t, http.MethodGet, loc, nil)
			if a.Status != http.StatusOK || a.Header.Get("X-Robots-Tag") != "" || !strings.Contains(string(a.Body), `<link rel="canonical" href="`+html.EscapeString(loc)+`"`) {
				t.Errorf("%s is listed and answers %d (robots %q), or its canonical address is another", loc, a.Status, a.Header.Get("X-Robots-Tag"))
			}
		}
		for _, wrong := range checkSitemap(get(t, origin+"/sitemaps/news.xml").Body, origin, true) {
			t.Errorf("%s: news: %s", name, wrong)
		}
		if name == "demo" && len(listed) < 130 {
			t.Errorf("only %d addresses are listed", len(listed))
		}
	}
}

func TestSitemapRules_SeeFaults(t *testing.T) {
	now := time.Now().Format(time.RFC3339)
	sound := fmt.Sprintf(`<urlset xmlns="%s" xmlns:i="%s" xmlns:n="%s"><url><loc>http://x.example/a/</loc><lastmod>%s</lastmod><n:news><n:publication><n:name>T</n:name><n:language>en</n:language></n:publication><n:publication_date>%[4]s</n:publication_date><n:title>A</n:title></n:news><i:image><i:loc>http://x.example/p.jpg</i:loc></i:image></url></urlset>`,
		nsMap, nsImage, nsNews, now)
	if wrong := checkSitemap([]byte(sound), "http://x.example", true); len(wrong) > 0 {
		t.Fatalf("a sound sitemap: %v", wrong)
	}
	for from, to := range map[string]string{
		"sitemap/0.9": "sitemap/0.8", "http://x.example/a/": "http://y.example/a/", "<lastmod>" + now: "<lastmod>today", "<n:language>en": "<n:language>en-GB",
		"<n:title>A</n:title>": "", "http://x.example/p.jpg": "/p.jpg", "<n:publication_date>" + now: "<n:publication_date>2020-01-01T00:00:00Z", "<n:news>": "<n:old>",
	} {
		if broken := strings.Replace(sound, from, to, 1); broken == sound || len(checkSitemap([]byte(broken), "http://x.example", true)) == 0 {
			t.Errorf("%q for %q was not seen", to, from)
		}
	}
}
