package importer_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
)

// structures are the permalink structures of WordPress, each with what its
// addresses look like for the story below.
var structures = []string{
	"/%postname%/", "/%year%/%monthnum%/%day%/%postname%/", "/%year%/%monthnum%/%postname%/", "/archives/%post_id%", "/%category%/%postname%/",
	"/%postname%.html", "/%year%/%monthnum%/%postname%.html", "/index.php/%year%/%monthnum%/%day%/%postname%/", "/%author%/%postname%/", "",
}

// storyAt is the path of a story under a structure, as WordPress writes it; ""
// stands for plain addresses.
func storyAt(structure string, id int, slug string, at time.Time) string {
	if structure == "" {
		return fmt.Sprintf("/?p=%d", id)
	}
	return strings.NewReplacer("%year%", at.Format("2006"), "%monthnum%", at.Format("01"), "%day%", at.Format("02"), "%postname%", slug,
		"%post_id%", fmt.Sprint(id), "%category%", "world/europe", "%author%", "ann").Replace(structure)
}

// TestRun_EveryStructure imports a site under each structure and asks for its
// old addresses.
func TestRun_EveryStructure(t *testing.T) {
	for i, structure := range structures {
		engine := dbtest.Engines[i%len(dbtest.Engines)] // both engines, without doubling the time
		t.Run(or(structure, "plain")+" "+string(engine), func(t *testing.T) {
			n := open(t, dbtest.Open(t, engine))
			rep := n.load(siteUnder(structure).write(t))
			if structure != "" && rep.Site["permalink"] != structure {
				t.Errorf("inferred %q", rep.Site["permalink"])
			}
			if rep.URLCounts["404"] > 0 {
				for _, u := range urls(n, rep) {
					if u.Status == 404 {
						t.Errorf("the report says that %s is not found", u.URL)
					}
				}
			}
			n.answers(storyAnswers(structure))
			n.answers(listAnswers)
		})
	}
}

// siteUnder is a site of a dozen stories; number 10 is the one asked for.
func siteUnder(structure string) export {
	e := export{Head: user(3, "ann", "Ann") + section(30, "world", "", "World") + section(31, "europe", "world", "Europe") + section(32, "sport", "", "Sport") + tag(50, "port", "Port")}
	link := func(path string) string { return "https://courier.example" + path }
	for i := range 12 {
		at := time.Date(2024, time.Month(1+i%3), 5+i, 9, 0, 0, 0, time.UTC)
		it := item{ID: 10 + i, Title: fmt.Sprintf("Story %d", i), Slug: fmt.Sprintf("story-%c", 'a'+i), Date: at.Format(time.DateTime),
			Terms: []ref{{"category", "europe", "Europe"}, {"category", "sport", "Sport"}, {"post_tag", "port", "Port"}}}
		it.Link = link(storyAt(structure, it.ID, it.Slug, at))
		switch i {
		case 0:
			it.Content = "<p>One.</p>\n<!--nextpage-->\n<p>Two.</p>"
			it.Comments = manyThreads(60)
			it.Meta = []field{{"_wp_old_slug", "older-name"}, {"_wp_old_slug", "oldest-name"}, {"_wp_old_date", "2023-12-24"}}
		case 1:
			it.Slug = "%d9%85%d8%b1%d8%ad%d8%a8%d8%a7"
			it.Link = link(storyAt(structure, it.ID, it.Slug, at))
		case 2:
			it.Slug = "caf%c3%a9-ouvert" // older versions kept accents
			it.Link = link(storyAt(structure, it.ID, it.Slug, at))
		}
		e.Items = append(e.Items, it)
	}
	page := item{ID: 40, Type: "page", Title: "About", Slug: "about", Link: link("/about/")}
	below := item{ID: 41, Type: "page", Title: "Team", Slug: "team", Parent: 40, Link: link("/about/team/")}
	picture := item{ID: 42, Type: "attachment", Status: "inherit", Title: "Cat", Slug: "cat", Parent: 10, File: link("/wp-content/uploads/2024/01/cat.jpg"), Link: link("/about/cat/")}
	if structure == "" {
		page.Link, below.Link, picture.Link = link("/?page_id=40"), link("/?page_id=41"), link("/?attachment_id=42")
	}
	e.Items = append(e.Items, below, page, picture)
	return e
}

func manyThreads(n int) []reply {
	var list []reply
	for i := range n {
		list = append(list, reply{ID: 100 + i, Author: "Reader", Text: fmt.Sprint("Opinion ", i), Date: time.Date(2024, 2, 1, 0, i, 0, 0, time.UTC).Format(time.DateTime)})
	}
	return list
}

// storyAnswers are the addresses of the stories.
func storyAnswers(structure string) map[string]string {
	at := time.Date(2024, 1, 5, 9, 0, 0, 0, time.UTC)
	path := storyAt(structure, 10, "story-a", at)
	want := map[string]string{"/?p=10": path, "/?page_id=41": "/about/team/", "/?attachment_id=42": "/about/cat/", "/?p=42": "/about/cat/", "/?name=story-a": path,
		"/about/team/": "200", "/about/": "200", "/About/Team": "/about/team/", "/about/cat/": "200", "/?p=999": "404", "/?post_type=post&p=10": path}
	plain := structure == ""
	if plain {
		path = "/story-a/"
		want["/?p=10"], want["/?name=story-a"], want["/?post_type=post&p=10"] = path, path, path
		want["/?attachment_id=42"], want["/?p=42"], want["/about/cat/"] = "/attachment/cat/", "/attachment/cat/", "404"
		want["/attachment/cat/"] = "200"
		structure = "/%postname%/"
	}
	bare := strings.TrimSuffix(path, "/")
	want[path] = "200"
	want[bare+"/2/"] = "200"
	want[bare+"/comment-page-2/"] = "200"
	want[bare+"/feed/"], want[bare+"/feed/atom/"] = "200", "200"
	for _, end := range []string{"/trackback/", "/embed/", "/amp/"} {
		want[bare+end] = path
	}
	for _, query := range []string{"?amp=1", "?print=1", "?replytocom=101", "?utm_source=x"} {
		want[path+query] = "200"
	}
	want[strings.ToUpper(path)] = path
	if bare != path {
		want[bare] = path
	} else {
		want[path+"/"] = path
	}
	if strings.Contains(structure, "%postname%") {
		want["/2019/01/01/story-a/"] = path // WordPress guesses by the address word
		if !plain {                         // a site of plain addresses had no others
			want[storyAt(structure, 10, "older-name", at)] = path
			want[storyAt(structure, 10, "oldest-name", at)] = path
		}
		for _, arabic := range []string{"%d9%85%d8%b1%d8%ad%d8%a8%d8%a7", "%D9%85%D8%B1%D8%AD%D8%A8%D8%A7"} {
			want[storyAt(structure, 11, arabic, time.Date(2024, 2, 6, 9, 0, 0, 0, time.UTC))] = "200"
		}
		nfd := url.PathEscape(norm.NFD.String("café-ouvert"))
		day := time.Date(2024, 3, 7, 9, 0, 0, 0, time.UTC)
		want[storyAt(structure, 12, nfd, day)] = storyAt(structure, 12, "caf%C3%A9-ouvert", day)
		want[storyAt(structure, 12, "caf%c3%a9-ouvert", day)] = "200"
	}
	if strings.Contains(structure, "%day%") {
		want[storyAt(structure, 10, "story-a", time.Date(2023, 12, 24, 0, 0, 0, 0, time.UTC))] = path
	}
	if strings.Contains(structure, "%category%") {
		for _, other := range []string{"/sport/story-a/", "/world/story-a/", "/europe/story-a/"} {
			want[other] = path
		}
	}
	return want
}

// listAnswers are the addresses of lists, feeds and queries.
var listAnswers = map[string]string{
	"/": "200", "/page/2/": "200", "/page/3/": "404", "/feed/": "200", "/feed/atom/": "200", "/feed/rss/": "/feed/", "/feed/rdf/": "/feed/", "/comments/feed/": "200",
	"/?feed=rss2": "/feed/", "/?feed=atom": "/feed/atom/", "/?feed=comments-rss2": "/comments/feed/",
	"/category/world/": "200", "/category/world/europe/": "200", "/category/world/europe/page/2/": "200", "/category/europe/": "/category/world/europe/",
	"/category/world/europe/feed/": "200", "/?cat=31": "/category/world/europe/", "/?category_name=world/europe": "/category/world/europe/",
	"/tag/port/": "200", "/tag/port/page/2/": "200", "/tag/port/feed/": "200", "/?tag=port": "/tag/port/", "/?tag_id=50": "/tag/port/", "/Tag/Port": "/tag/port/",
	"/author/ann/": "200", "/author/ann/page/2/": "200", "/author/ann/feed/": "200", "/?author=3": "/author/ann/", "/?author_name=ann": "/author/ann/",
	"/2024/": "200", "/2024/02/": "200", "/2024/02/06/": "200", "/2024/page/2/": "200", "/2022/": "404", "/?m=202402": "/2024/02/", "/?m=20240206": "/2024/02/06/", "/?m=2024": "/2024/",
	"/?s=port": "/search/?q=port", "/robots.txt": "200", "/nothing-like-it/": "404",
}

// TestRun_SiteInAFolder imports a site whose front was not at the root of its
// host. Its addresses lead to ours in one step.
func TestRun_SiteInAFolder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := open(t, d)
		home := "https://courier.example/news"
		rep := n.load(export{Home: home, Head: section(30, "world", "", "World") + user(3, "ann", "Ann"), Items: []item{
			{ID: 1, Title: "One", Slug: "one", Link: home + "/2024/05/one/", Date: "2024-05-06 00:00:00", Terms: []ref{{"category", "world", ""}}},
			{ID: 2, Title: "Two", Slug: "two", Link: home + "/2024/06/two/", Date: "2024-06-06 00:00:00", Terms: []ref{{"category", "world", ""}},
				Content: "<a href=\"" + home + "/2024/05/one/\">one</a>"},
			{ID: 3, Type: "attachment", Status: "inherit", Title: "Cat", Slug: "cat", File: home + "/wp-content/uploads/2024/05/cat.jpg"},
		}}.write(t))
		if rep.Site["permalink"] != "/%year%/%monthnum%/%postname%/" || rep.URLCounts["404"] > 0 {
			t.Errorf("permalinks %s, answers %v: %v", rep.Site["permalink"], rep.URLCounts, urls(n, rep))
		}
		n.answers(map[string]string{"/2024/05/one/": "200", "/news/2024/05/one/": "/2024/05/one/", "/news/2024/05/one": "/2024/05/one/", "/news/?p=1": "/2024/05/one/",
			"/news/": "/", "/news": "/", "/news/feed/": "/feed/", "/news/category/world/": "/category/world/", "/news/category/world/page/2/": "404",
			"/news/wp-content/uploads/2024/05/cat.jpg": "/wp-content/uploads/2024/05/cat.jpg", "/news/nothing/": "404", "/news/?s=x": "/search/?q=x"})
	})
}
