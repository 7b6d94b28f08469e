package app

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/register"
	"dateline/internal/richtext"
)

func (w *world) subject(e register.Entry) register.Entry {
	w.t.Helper()
	e, err := w.app.register.Add(w.ctx, w.actor, register.Input{Entry: e})
	w.must(err)
	return e
}

// page asks for a page and checks the status.
func (w *world) page(path string, status int) string {
	w.t.Helper()
	got, all := w.get(w.app.handler(), path)
	if got != status {
		w.t.Fatalf("%s answers %d, want %d", path, got, status)
	}
	return all
}

func (w *world) has(path, all string, wants ...string) {
	w.t.Helper()
	for _, want := range wants {
		if !strings.Contains(all, want) {
			w.t.Errorf("%s lacks %q", path, want)
		}
	}
}

func TestSite_Register(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) { registerPages(newWorld(t, engine)) })
	}
}

// speakerAndEntry checks that what a person said under any of their names stands
// under each, and that it leads to their page while readers may see it.
func speakerAndEntry(w *world, ann register.Entry) {
	w.t.Helper()
	about := `<a href="` + ann.Path + `">About Ann Lee</a>`
	for _, path := range []string{"/quotes/annie-lee/", "/quotes/ann-lee/"} {
		w.has(path, w.page(path, 200), "What Ann Lee said", "The dam holds.", about, `<link rel="canonical" href="http://news.example/quotes/ann-lee/">`, `"about":{"@id":"http://news.example`+ann.Path+`#subject"`)
		w.has(path+"feed/", w.page(path+"feed/", 200), "The dam holds.")
	}
	// Another of the same name: whose words they are is not known.
	other := w.subject(register.Entry{Kind: register.Organisation, Name: "Annie Lee", Slug: "annie-lee", Open: true})
	w.has("both", w.page("/quotes/annie-lee/", 200), about, `<a href="`+other.Path+`">About Annie Lee</a>`, "What Annie Lee said")
	w.page("/quotes/ann-lee/", 200) // one entry alone has this name, and says all that it said
	w.must(w.app.register.Delete(w.ctx, w.actor, other.ID, ""))
	all := w.page("/quotes/annie-lee/", 200)
	if w.has("alone again", all, about, "What Ann Lee said"); strings.Contains(all, other.Path) {
		w.t.Error("the page leads to an entry that left")
	}
	// Titles are no part of a name under which words are kept, and may be of one in the register.
	for _, name := range []string{"Dr. Annie Lee", "Herr Prof. Dr. Annie Lee"} {
		titled := w.subject(register.Entry{Kind: register.Person, Name: name, Slug: "titled", Open: true})
		w.has(name, w.page("/quotes/annie-lee/", 200), about, `<a href="`+titled.Path+`">About `+name+`</a>`)
		w.must(w.app.register.Delete(w.ctx, w.actor, titled.ID, ""))
	}
	// A person whom nobody may see yet is not told of.
	w.subject(register.Entry{Kind: register.Organisation, Name: "Annie-Lee", Aliases: []string{"Secret Name"}})
	if all := w.page("/quotes/annie-lee/", 200); strings.Contains(all, "Annie-Lee") || !strings.Contains(all, about) {
		w.t.Error("an entry without stories is told of")
	}
}

func registerPages(w *world) {
	t := w.t
	ann := w.subject(register.Entry{Kind: register.Person, Name: "Ann Lee", Aliases: []string{"Annie <Lee>", "Annie Lee"}, Description: "Mayor of Brannock.", Wikidata: "Q42", Website: "https://lee.example/"})
	port := w.subject(register.Entry{Kind: register.Place, Name: "Port Sallow", Position: &register.Position{Lat: 51.5, Lon: -0.25}})
	w.subject(register.Entry{Kind: register.Event, Name: "Lantern Night", Begins: "2026-12-24", Ends: "2026-12-25", Open: true})
	w.page("/people/", 404)
	w.page("/people/ann-lee/", 404)
	w.page("/organisations/", 404)
	w.has("/events/", w.page("/events/", 200), "Lantern Night", "/events/lantern-night/")
	w.has("/events/lantern-night/", w.page("/events/lantern-night/", 200), "December 24, 2026 – December 25, 2026", `"startDate":"2026-12-24"`)
	var first article.Article
	for i := range 24 {
		c := w.harmless("Story " + string(rune('A'+i)))
		c.Body = paragraph("Ann Lee went to Port Sallow.")
		c.Subjects = []article.Subject{{ID: port.ID}, {ID: ann.ID, Main: true}}
		first = w.publish(c, article.PublishInput{At: w.app.clock.Now().Add(-time.Duration(i) * time.Hour)})
	}
	w.must(w.app.jobs.Drain(w.ctx))
	all := w.page("/people/ann-lee/", 200)
	w.has("/people/ann-lee/", all, "<h1><bdi>Ann Lee</bdi></h1>", "Mayor of Brannock.", "Annie &lt;Lee&gt;", "https://www.wikidata.org/wiki/Q42", "https://lee.example/",
		"Story A", "24 articles", `<section class="subject-articles" aria-labelledby="site-articles">`, `<h2 class="block-title" id="site-articles">Stories</h2>`, `<h3 class="card-headline"><a href="`, "/people/ann-lee/page/2/", "/people/ann-lee/feed/", `"@type":"Person"`, `"sameAs":["https://www.wikidata.org/entity/Q42"`, `href="/people/"`)
	w.has("page 2", w.page("/people/ann-lee/page/2/", 200), "Story X")
	w.page("/people/ann-lee/page/3/", 404)
	w.has("feed", w.page("/people/ann-lee/feed/", 200), "<rss", "Story A", "Ann Lee")
	w.has("/places/port-sallow/", w.page("/places/port-sallow/", 200), `"latitude":51.5`, `"longitude":-0.25`)
	w.has("sitemap", w.page("/sitemaps/register.xml", 200), "http://news.example/people/ann-lee/", "http://news.example/people/", "http://news.example/events/lantern-night/")
	art := w.page(first.Path, 200)
	w.has("the article", art, "In this story", `<a href="/people/ann-lee/">Ann Lee</a>`)
	if strings.Index(art, "/people/ann-lee/") > strings.Index(art, "/places/port-sallow/") {
		t.Error("the main subject does not stand first")
	}
	var graph struct {
		Graph []map[string]any `json:"@graph"`
	}
	raw := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindStringSubmatch(art)
	w.must(json.Unmarshal([]byte(raw[1]), &graph))
	about, _ := graph.Graph[0]["about"].([]any)
	mentions, _ := graph.Graph[0]["mentions"].([]any)
	if len(about) != 1 || len(mentions) != 1 || about[0].(map[string]any)["name"] != "Ann Lee" || mentions[0].(map[string]any)["@type"] != "Place" {
		t.Errorf("about %v, mentions %v", about, mentions)
	}
	// What she said stands on her page, under any of her names, and goes with its article.
	c := w.harmless("What she said")
	c.Body.Content = append(c.Body.Content, richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: "“The dam holds.”",
		Marks: []richtext.Mark{{Type: "said", Attrs: map[string]any{"speaker": "Annie Lee"}}}}}})
	if w.must(w.app.jobs.Drain(w.ctx)); strings.Contains(w.page("/people/ann-lee/", 200), "The dam holds.") {
		t.Error("the page knows too early")
	}
	said := w.publish(c, article.PublishInput{})
	w.must(w.app.jobs.Drain(w.ctx))
	w.has("/people/ann-lee/", w.page("/people/ann-lee/", 200), "The dam holds.", "<b>Annie Lee</b>", `href="`+said.Path, `<a href="/quotes/annie-lee/">What Ann Lee said</a>`,
		`"hasPart":[{"@type":"Quotation"`, `"text":"The dam holds."`, `"isPartOf":{"@id":"http://news.example`+said.Path+`#article"`)
	speakerAndEntry(w, ann)
	_, err := w.app.articles.Retract(w.ctx, w.actor, said.ID, said.Revision)
	w.must(err)
	if strings.Contains(w.page("/people/ann-lee/", 200), "The dam holds.") {
		t.Error("the page shows words of a withdrawn article")
	}
	// A change shows at once; a former address leads on.
	in := register.Input{Entry: ann, Word: "mayor-lee"}
	in.Name = "Ann B. Lee"
	_, err = w.app.register.Save(w.ctx, w.actor, in)
	w.must(err)
	w.has("moved", w.page("/people/ann-lee/", 301), "/people/mayor-lee/")
	w.has("moved feed", w.page("/people/ann-lee/feed/", 301), "/people/mayor-lee/feed/")
	w.has("renamed", w.page("/people/mayor-lee/", 200), "Ann B. Lee")
	w.has("list", w.page("/people/", 200), "Ann B. Lee", "/people/mayor-lee/")
	w.has("the article", w.page(first.Path, 200), "Ann B. Lee")
	// A standing page of the newsroom's own comes first at such an address.
	d, err := w.app.articles.Create(w.ctx, w.actor, article.Draft{Type: article.TypePage, Slug: "people", Content: article.Content{Headline: "Our people", Body: paragraph("Hello.")}})
	w.must(err)
	_, err = w.app.articles.Publish(w.ctx, w.actor, article.PublishInput{ID: d.ID, Revision: d.Revision, Unchecked: true})
	w.must(err)
	w.has("/people/", w.page("/people/", 200), "Our people")
	w.has("/people/mayor-lee/", w.page("/people/mayor-lee/", 200), "Ann B. Lee")
}
