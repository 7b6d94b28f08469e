package app

import (
	"fmt"
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

func TestSite_Places(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) { placePages(newWorld(t, engine)) })
	}
}

var mapLabel = regexp.MustCompile(`<svg class="map-svg"[^>]* aria-label="([^"]*)"`)

// mapped is what the map of a page says it shows, "" without one.
func mapped(all string) string {
	if m := mapLabel.FindStringSubmatch(all); m != nil {
		return m[1]
	}
	return ""
}

func (w *world) maps(path, want string) string {
	w.t.Helper()
	all := w.page(path, 200)
	if got := mapped(all); got != want {
		w.t.Errorf("%s shows %q, want %q", path, got, want)
	}
	return all
}

func placePages(w *world) {
	t := w.t
	astana := w.subject(register.Entry{Kind: register.Place, Name: "Astana", Position: &register.Position{Lat: 51.18, Lon: 71.43}})
	geneva := w.subject(register.Entry{Kind: register.Place, Name: "Geneva <CH>", Position: &register.Position{Lat: 46.2, Lon: 6.14}})
	secret := w.subject(register.Entry{Kind: register.Place, Name: "Secret Harbour", Position: &register.Position{Lat: 60, Lon: 25}})
	nowhere := w.subject(register.Entry{Kind: register.Place, Name: "Nowhere Known"})
	talks := w.subject(register.Entry{Kind: register.Event, Name: "Astana Talks", Begins: "2017-01-23", Position: &register.Position{Lat: 51.18, Lon: 71.43}})
	ann := w.subject(register.Entry{Kind: register.Person, Name: "Ann Lee"})
	known := w.subject(register.Entry{Kind: register.Place, Name: "Known By Name", ByName: true, Position: &register.Position{Lat: 10, Lon: 10}})

	c := w.harmless("Talks in two cities")
	c.Storyline = "The talks"
	c.Body = paragraph("From Astana to Known By Name.")
	c.Subjects = []article.Subject{{ID: ann.ID}, {ID: geneva.ID}, {ID: astana.ID, Main: true}, {ID: nowhere.ID}, {ID: talks.ID}}
	two := w.publish(c, article.PublishInput{})
	c = w.harmless("No place")
	c.Subjects = []article.Subject{{ID: ann.ID}, {ID: nowhere.ID}}
	none := w.publish(c, article.PublishInput{})
	c = w.harmless("By name only")
	c.Body = paragraph("Known By Name is far.")
	byName := w.publish(c, article.PublishInput{})
	c = w.harmless("Draft about a harbour")
	c.Storyline = "The talks"
	c.Subjects = []article.Subject{{ID: secret.ID, Main: true}}
	draft := w.draft(c)
	w.must(w.app.jobs.Drain(w.ctx))

	all := w.maps("/places/astana/", "Map: Astana")
	w.has("/places/astana/", all, `<figcaption><span class="label">On the map</span> <bdi>Astana</bdi></figcaption>`, `"geo":{"@type":"GeoCoordinates","latitude":51.18,"longitude":71.43}`, ">Kazakhstan</text>")
	if head, _, _ := strings.Cut(all, "<footer"); strings.Contains(head, "style=") {
		t.Error("the page has styles of its own")
	}
	w.maps("/events/astana-talks/", "Map: Astana Talks")
	w.maps("/places/nowhere-known/", "")
	w.maps("/people/ann-lee/", "")
	w.page("/places/secret-harbour/", 404)

	art := w.page(two.Path, 200)
	label := mapped(art)
	for _, want := range []string{"Astana", "Geneva &lt;CH&gt;", "Astana Talks"} {
		if !strings.Contains(label, want) {
			t.Errorf("the map of the article is %q, without %q", label, want)
		}
	}
	if !strings.HasPrefix(label, "Map: Astana,") || strings.Contains(label, "Known By Name") || strings.Contains(label, "Nowhere") {
		t.Errorf("the map of the article is %q", label)
	}
	w.has("the article", art, `<a href="/places/astana/"><bdi>Astana</bdi></a>`, `"contentLocation":[{`, `"longitude":6.14`)
	if body, after, ok := strings.Cut(art, `<div class="after`); !ok || mapped(body) != "" || mapped(after) == "" {
		t.Error("the map does not stand below the text")
	}
	w.maps(none.Path, "")
	w.lacks(none.Path, w.page(none.Path, 200), "latitude", "map-svg")
	w.maps(byName.Path, "")
	w.lacks("feeds", w.page("/feed/", 200), "<svg", "map-")
	_ = known

	line, err := w.app.storylines.Add(w.ctx, w.actor, storyline.Input{Storyline: storyline.Storyline{Headline: "The talks"}})
	w.must(err)
	w.must(w.app.jobs.Drain(w.ctx))
	all = w.page(line.Path, 200)
	if label := mapped(all); !strings.Contains(label, "Astana") || !strings.Contains(label, "Geneva") || strings.Contains(all, "Secret Harbour") {
		t.Errorf("the storyline's map is %q", label)
	}
	line.Subjects = []int64{ann.ID, geneva.ID, secret.ID}
	line, err = w.app.storylines.Save(w.ctx, w.actor, storyline.Input{Storyline: line})
	w.must(err)
	w.maps(line.Path, "Map: Geneva &lt;CH&gt;")

	// A place that moves moves on every map, and one that is published appears.
	geneva.Position = &register.Position{Lat: 46.3, Lon: 6.2}
	geneva.Name = "Geneva"
	_, err = w.app.register.Save(w.ctx, w.actor, register.Input{Entry: geneva})
	w.must(err)
	w.maps(line.Path, "Map: Geneva")
	w.has("the article", w.page(two.Path, 200), `"longitude":6.2`)
	_, err = w.app.articles.Publish(w.ctx, w.actor, article.PublishInput{ID: draft.ID, Revision: draft.Revision, Unchecked: true})
	w.must(err)
	w.must(w.app.jobs.Drain(w.ctx))
	w.maps("/places/secret-harbour/", "Map: Secret Harbour")
	w.maps(line.Path, "Map: Geneva and Secret Harbour")
}

func TestSite_Timeline(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) { timelinePages(newPaper(t, engine, nil)) })
	}
}

// dated is a timeline with a row for each day.
func dated(days ...string) richtext.Node {
	n := richtext.Node{Type: "timeline"}
	for _, day := range days {
		n.Content = append(n.Content, richtext.Node{Type: "timeline_event", Attrs: map[string]any{"date": day, "title": "Row of " + day}, Content: paragraph("Ann Lee was there.").Content})
	}
	return n
}

func timelinePages(p *paper) {
	w, t := p.world, p.t
	ann := w.subject(register.Entry{Kind: register.Person, Name: "Ann Lee"})
	var days []string
	for year := 2021; year <= 2025; year++ {
		for month := 1; month <= 12; month++ {
			for day := 1; day <= 4; day++ {
				days = append(days, fmt.Sprintf("%d-%02d-%02d", year, month, day))
			}
		}
		days = append(days, fmt.Sprint(year), fmt.Sprintf("%d-06", year))
	}
	c := w.harmless("Everything so far")
	c.Storyline, c.Subjects = "The talks", []article.Subject{{ID: ann.ID}}
	c.Body.Content = append(c.Body.Content, dated(days...), dated("2999-01-01"))
	long := w.publish(c, article.PublishInput{})
	line, err := w.app.storylines.Add(w.ctx, w.actor, storyline.Input{Storyline: storyline.Storyline{Headline: "The talks"}})
	w.must(err)
	w.must(w.app.jobs.Drain(w.ctx))

	for _, path := range []string{line.Path, "/people/ann-lee/"} {
		page := w.page(path, 200)
		w.has(path, page, `<h3 class="timeline-year">2999</h3>`, `class="timeline-event timeline-coming"`, "Scheduled", `<h3 class="timeline-year">2025</h3>`, "Row of 2025-12-04", `<time datetime="2025-12-04">`, `href="`+path+`timeline/"`)
		w.lacks(path, page, "Row of 2024", "Row of 2025-01-01")
		if strings.Count(page, "Scheduled") != 1 {
			t.Errorf("%s: what is past is called scheduled", path)
		}

		// All pages together have each row once, the latest first.
		var seen []string
		rows := regexp.MustCompile(`<h4 class="timeline-headline">Row of ([0-9-]+)</h4>`)
		at := path + "timeline/"
		pages := 0
		for at != "" && pages < 20 {
			all := w.page(at, 200)
			for _, m := range rows.FindAllStringSubmatch(all, -1) {
				seen = append(seen, m[1])
			}
			w.has(at, all, "<h1>", `href="`+path+`timeline/2023/"`, `href="`+path+`"`)
			next := regexp.MustCompile(`rel="next" href="(/[^"]+)"`).FindStringSubmatch(all)
			at, pages = "", pages+1
			if next != nil {
				at = next[1]
			}
		}
		if len(seen) != len(days)+1 || pages < 3 {
			t.Errorf("%s: %d rows on %d pages, want %d rows", path, len(seen), pages, len(days)+1)
		}
		for i := 1; i < len(seen); i++ {
			if seen[i] >= seen[i-1] {
				t.Errorf("%s: %s after %s", path, seen[i], seen[i-1])
			}
		}
		year := w.page(path+"timeline/2023/", 200)
		w.has("a year", year, "Row of 2023-12-04", `<meta name="robots" content="noindex`)
		w.lacks("a year", year, "Row of 2024", "Row of 2025")
		w.page(path+"timeline/2020/", 404)
		w.page(path+"timeline/2020-13/", 404)
		w.page(path+"timeline/2023-12-04/", 200)
		for _, nothing := range []string{"9999-99-99", "9999", "2998", "2025-12-31", "2025-02-31", "0000"} { // the pages lead to no such day
			w.page(path+"timeline/"+nothing+"/", 404)
		}
		w.page(path+"timeline", 301)
	}
	w.page(long.Path+"timeline/", 404)
	w.page("/timeline/", 404)
	w.page("/2026/timeline/", 404)
	w.page("/section/world/timeline/", 404)

	// The former address of a storyline leads to its timeline, too.
	_, err = w.app.storylines.Save(w.ctx, w.actor, storyline.Input{Storyline: line, Word: "peace-talks"})
	w.must(err)
	w.page("/storyline/the-talks/timeline/2023/", 301)
	w.page("/storyline/peace-talks/timeline/2023/", 200)

	_, err = w.app.articles.Withdraw(w.ctx, w.actor, article.WithdrawInput{ID: long.ID, Revision: long.Revision, Reason: "Wrong."})
	w.must(err)
	w.page("/storyline/peace-talks/timeline/", 404)
	w.page("/people/ann-lee/timeline/", 404)
}

// What is scheduled in an article's timeline is so until its moment, on stored
// pages and in stored feeds.
func TestSite_TimelineToCome(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		w, soon := p.world, p.app.clock.Now().Add(90*time.Minute)
		c := w.harmless("Talks go on")
		c.Body.Content = append(c.Body.Content, dated("2025-03-01", soon.UTC().Format("2006-01-02T15:04Z"), "2999"))
		a := w.publish(c, article.PublishInput{})
		w.must(w.app.jobs.Drain(w.ctx))
		places := []string{a.Path, "/feed/", "/feed/atom/", "/feed/json/", fmt.Sprintf("/api/v1/articles/%d", a.ID)}
		for _, path := range places {
			if page := w.page(path, 200); strings.Count(page, "Scheduled") != 2 || !strings.Contains(page, "Row of 2999") {
				t.Errorf("%s: %d rows are scheduled, want 2", path, strings.Count(page, "Scheduled"))
			}
		}
		p.now.Advance(89 * time.Minute)
		for _, path := range places {
			if page := w.page(path, 200); strings.Count(page, "Scheduled") != 2 {
				t.Errorf("%s, just before: %d rows are scheduled, want 2", path, strings.Count(page, "Scheduled"))
			}
		}
		p.now.Advance(2 * time.Minute)
		for _, path := range places {
			if page := w.page(path, 200); strings.Count(page, "Scheduled") != 1 {
				t.Errorf("%s, just after: %d rows are scheduled, want 1", path, strings.Count(page, "Scheduled"))
			}
		}
		w.has(a.Path, w.page(a.Path, 200), `<p class="timeline-year">2025</p>`, `<p class="timeline-year">2999</p>`, `class="timeline-mark"`)
	})
}
