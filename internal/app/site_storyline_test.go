package app

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/storyline"
)

func TestSite_Storyline(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) { storylinePages(newPaper(t, engine, nil)) })
	}
}

var ldBlocks = regexp.MustCompile(`<script type="application/ld\+json">([^<]*)</script>`)

func (w *world) lacks(path, all string, unwanted ...string) {
	w.t.Helper()
	for _, one := range unwanted {
		if strings.Contains(all, one) {
			w.t.Errorf("%s has %q", path, one)
		}
	}
}

func storylinePages(p *paper) {
	w, t := p.world, p.t
	ann := w.subject(register.Entry{Kind: register.Person, Name: "Ann Lee", Description: "Mayor of Brannock."})
	unseen := w.subject(register.Entry{Kind: register.Person, Name: "Nobody Yet"})
	tell := func(headline, day string, months int) article.Article {
		c := w.harmless(headline)
		c.Storyline, c.Subjects = "The talks", []article.Subject{{ID: ann.ID}}
		c.Body.Content = append(c.Body.Content, richtext.Node{Type: "timeline", Content: []richtext.Node{{Type: "timeline_event",
			Attrs: map[string]any{"date": day, "title": "Row of " + headline}, Content: paragraph("They met.").Content}}})
		return w.publish(c, article.PublishInput{At: w.app.clock.Now().AddDate(0, -months, 0)})
	}
	first := tell("First of three", "2026-01-02", 3)
	w.must(w.app.jobs.Drain(w.ctx))
	w.has("article without a page", w.page(first.Path, 200), "First of three")
	w.lacks("article without a page", w.page(first.Path, 200), "part-of")
	w.page("/storyline/", 404)
	w.page("/storyline/the-talks/", 404)

	now := w.app.clock.Now()
	berlin, err := time.LoadLocation("Europe/Berlin")
	w.must(err)
	soon := now.Add(90 * time.Minute).In(berlin).Format("2006-01-02 15:04")
	line, err := w.app.storylines.Add(w.ctx, w.actor, storyline.Input{Storyline: storyline.Storyline{Headline: "The talks", Summary: "Both sides **meet** again.\n\nNobody has signed.",
		Subjects: []int64{ann.ID, unseen.ID}, Questions: []string{"Who pays for the <quay>?"},
		Coming: []storyline.Coming{{When: soon, What: "Fourth round", Where: "Customs House"}, {When: "2020", What: "Long past"}, {When: "2099-12", What: "The ballot"}}}})
	w.must(err)
	second, third := tell("Second of three", "2026-02-02", 2), tell("Third of three", "2026-03-02", 1)
	w.must(w.app.jobs.Drain(w.ctx))

	page := w.page(line.Path, 200)
	w.has(line.Path, page, "<h1>The talks</h1>", "<strong>meet</strong>", "Nobody has signed.", "Who pays for the &lt;quay&gt;?", "Fourth round", "Customs House", "The ballot", "December 2099",
		`href="/people/ann-lee/"`, "Mayor of Brannock.", "Row of First of three", first.Path+"#site-moment-", "3 articles", `href="/storyline/the-talks/feed/"`,
		`"@type":"CollectionPage"`, `"hasPart":[`, `"@type":"Event"`, `href="/storyline/"`)
	w.lacks(line.Path, page, "Long past", "Nobody Yet")
	for _, block := range ldBlocks.FindAllStringSubmatch(page, -1) {
		if !json.Valid([]byte(block[1])) {
			t.Errorf("broken JSON-LD: %s", block[1])
		}
	}
	if strings.Index(page, "Third of three") > strings.LastIndex(page, "First of three") {
		t.Error("the articles are not in order")
	}
	box := w.page(second.Path, 200)
	w.has("article", box, `class="part-of"`, `href="/storyline/the-talks/"`, "First of three", "Third of three", `id="site-moment-`)
	w.has("/storyline/", w.page("/storyline/", 200), "The talks", "Both sides meet again.")
	w.has("sitemap", w.page("/sitemaps/storylines.xml", 200), "http://news.example/storyline/the-talks/")
	w.has("feed", w.page("/storyline/the-talks/feed/", 200), "First of three", "Second of three", "Third of three", "The talks")
	w.page("/storyline/the-talks/feed/atom/", 200)
	// Below each item stands its place, in small print; every feed has it.
	for _, path := range []string{"/storyline/the-talks/feed/", "/feed/", "/section/world/feed/json/"} {
		w.has("place in "+path, html.UnescapeString(w.page(path, 200)), "Part of ", "http://news.example/storyline/the-talks/", "Before this ", "After this ", "http://news.example"+third.Path)
	}
	w.has("JSON feed", w.page("/storyline/the-talks/feed/json/", 200), "Third of three")
	w.page("/storyline/the-talks/page/2/", 404)
	w.page("/storyline/The-Talks/", 301)

	// What is scheduled leaves the stored page when its moment has passed.
	p.now.Advance(91 * time.Minute)
	w.lacks("after the moment", w.page(line.Path, 200), "Fourth round")
	w.has("after the moment", w.page(line.Path, 200), "The ballot")

	// A withdrawn article leaves the page, the box and the timeline.
	_, err = w.app.articles.Withdraw(w.ctx, w.actor, article.WithdrawInput{ID: third.ID, Revision: third.Revision, Reason: "Wrong."})
	w.must(err)
	w.lacks("withdrawn", w.page(line.Path, 200), "Third of three")
	w.lacks("withdrawn", w.page(second.Path, 200), "Third of three")
	w.must(w.app.jobs.Drain(w.ctx))

	// Another headline shows everywhere at once, and the former address leads on.
	in := storyline.Input{Storyline: line, Word: "harbour-talks"}
	in.Headline, in.Closed = "The harbour talks", true
	_, err = w.app.storylines.Save(w.ctx, w.actor, in)
	w.must(err)
	w.has("renamed in the feed", html.UnescapeString(w.page("/feed/", 200)), "The harbour talks", "http://news.example/storyline/harbour-talks/")
	w.has("renamed box", w.page(first.Path, 200), "The harbour talks", "/storyline/harbour-talks/")
	w.page("/storyline/the-talks/", 301)
	w.has("ended", w.page("/storyline/ended/", 200), "The harbour talks")

	// A merged one leads to what it became.
	other, err := w.app.storylines.Add(w.ctx, w.actor, storyline.Input{Storyline: storyline.Storyline{Headline: "The strike"}})
	w.must(err)
	c := w.harmless("Strike begins")
	c.Storyline = "The strike"
	strike := w.publish(c, article.PublishInput{})
	w.must(w.app.jobs.Drain(w.ctx))
	w.page("/storyline/the-strike/", 200)
	w.must(w.app.storylines.Merge(w.ctx, w.actor, line.ID, []int64{other.ID}))
	w.page("/storyline/the-strike/", 301)
	w.must(w.app.jobs.Drain(w.ctx))
	w.page("/storyline/the-strike/", 301)
	w.has("merged", w.page("/storyline/harbour-talks/", 200), "Strike begins", "3 articles")
	w.has("merged box", w.page(strike.Path, 200), "The harbour talks")
}
