package app

import (
	"context"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/edition"
	"dateline/internal/subscriber"
)

// subscribed gives the preset newsletter readers, and the site a mail server
// that nobody asks anything.
func (p *paper) subscribed(n int) {
	p.t.Helper()
	p.app.editions.Sender = outbox{p.app.delivery}
	p.app.editions.From = func() mail.Address { return mail.Address{Address: "news@paper.example"} }
	p.app.editions.Resolve, p.app.editions.Fetch = nil, nil
	p.write(func(ctx context.Context, tx *db.Tx) error {
		if err := subscriber.EnsurePreset(ctx, tx, p.now.Now()); err != nil {
			return err
		}
		for i := range n {
			if _, err := tx.Exec(ctx, `INSERT INTO subscriber (id, address, address_index, state, created_at, updated_at) VALUES ($1, '', $2, 'active', 1, 1)`, int64(i+1), fmt.Sprint(i)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO subscription (newsletter_id, subscriber_id, rhythm, active, since) VALUES (1, $1, 'edition', 1, 1)`, int64(i+1)); err != nil {
				return err
			}
		}
		return nil
	})
}

var (
	editionLink  = regexp.MustCompile(`^/desk/newsletter/\d+`)
	revisionText = regexp.MustCompile(`name="revision" value="(\d+)"`)
)

// mailed composes and sends an edition through the desk, and returns its desk
// address.
func (p *paper) mailed(b *browser, subject string, form string, arts ...article.Article) string {
	p.t.Helper()
	at := editionLink.FindString(b.post("/desk/newsletter", "newsletter", "1").location)
	fields := []string{"revision", "1", "subject", subject, "preview", "What else", "rhythm", "edition", "intro", "Good morning, **readers**.", "do", "save"}
	for _, a := range arts {
		fields = append(fields, fmt.Sprint("form_", a.ID), form)
	}
	values := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	for _, a := range arts {
		values.Add("article", fmt.Sprint(a.ID))
	}
	p.leads("saving", b.do("POST", at, values), at+"?done=saved")
	page := b.get(at + "/send")
	p.shows("the page of sending", page, 200, "readers")
	p.leads("sending", b.post(at+"/send", "revision", revisionText.FindStringSubmatch(page.body)[1], "when", "now", "despite", "1"), at+"/report?done=sending")
	return at
}

func TestDeskNewsletter_ComposeAndSend(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		edna, anna := p.joins(owner, "Edna", "editor"), p.joins(owner, "Anna", "author")
		ferry := p.story("Ferry returns", worldSection, article.PublishInput{}, nil)
		p.story("Bridge opens", worldSection, article.PublishInput{}, nil)
		p.drain()
		p.shows("without a mail server", edna.get("/desk/newsletter"), 200, "No mail server is set")
		at := editionLink.FindString(anna.post("/desk/newsletter", "newsletter", "1").location)
		p.shows("a new edition offers the latest", anna.get(at), 200, "Bridge opens")
		p.leads("searching", anna.post(at, "revision", "1", "do", "find", "q", "ferry", "subject", "Morning"), at+"?q=ferry#add")
		p.shows("what was found", anna.get(at+"?q=ferry"), 200, fmt.Sprint("add:", ferry.ID))
		p.leads("adding", anna.post(at, "revision", "2", "do", fmt.Sprint("add:", ferry.ID), "subject", "Morning"), at+"?q=#articles")
		got := anna.post(at, "revision", "2", "do", "save", "subject", "Typed by Anna", "article", fmt.Sprint(ferry.ID), fmt.Sprint("form_", ferry.ID), "full", "intro", "kept")
		p.shows("saving over somebody", got, 422, "Typed by Anna")
		p.shows("its hint", got, 422, "kept")
		p.leads("saving again", anna.post(at, "revision", "3", "do", "look", "subject", "Typed by Anna", "article", fmt.Sprint(ferry.ID), fmt.Sprint("form_", ferry.ID), "full", "intro", "Hello **you**, [look](https://news.example/archive/)."), at+"/look")
		p.shows("the frames", anna.get(at+"/look"), 200, at+"/preview?dark=1")
		letter := anna.get(at + "/preview")
		p.shows("the letter", letter, 200, "Text of Ferry returns.")
		p.shows("its introduction", letter, 200, `<strong>you</strong>`)
		csp := letter.header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "frame-ancestors 'self'") || strings.Contains(csp, "script-src") {
			t.Errorf("the letter's policy: %s", csp)
		}
		p.shows("the text", anna.get(at+"/preview?text=1"), 200, "Ferry returns\n=============")
		p.shows("an author's page of sending", anna.get(at+"/send"), 200, "Editors send editions.")
		p.leads("giving it to the editors", anna.post(at, "revision", "4", "do", "submit", "subject", "Typed by Anna", "article", fmt.Sprint(ferry.ID), fmt.Sprint("form_", ferry.ID), "full"), at+"?done=submitted")
		p.shows("the checks", edna.get(at+"/send"), 200, "Nobody would get it")
		p.shows("sending to nobody", edna.post(at+"/send", "revision", "6", "when", "now"), 422, "must be mended")
		p.subscribed(3)
		p.shows("readers", edna.get(at+"/send"), 200, "3 readers")
		p.shows("a test without mail", edna.post(at+"/test", "person", "1"), 422, "No mail server is set")
		p.shows("a question unanswered", edna.post(at+"/send", "revision", "6", "when", "now"), 422, "There are questions")
		p.leads("scheduling", edna.post(at+"/send", "revision", "6", "when", "later", "day", "2026-03-05", "time", "06:00", "despite", "1"), at+"/report?done=scheduled")
		p.shows("the schedule", edna.get(at+"/report"), 200, "Goes out")
		if got := p.visit("/newsletter/newsletter/typed-by-anna/"); got.status != 404 {
			t.Errorf("the page of an edition that has not left: %d", got.status)
		}
		p.now.Set(time.Date(2026, 3, 5, 5, 0, 1, 0, time.UTC))
		p.drain()
		p.shows("the report", edna.get(at+"/report"), 200, "Being sent")
		p.shows("the list", edna.get("/desk/newsletter"), 200, "Being sent")
		if got := edna.get(at + "/progress"); got.status != 200 || !strings.Contains(got.body, `"state":"sending"`) || !strings.Contains(got.body, `"recipients":"3"`) {
			t.Errorf("progress: %d %s", got.status, got.body)
		}
		p.leads("pausing", edna.post(at+"/report", "do", "pause"), at+"/report?done=paused")
		p.leads("going on", edna.post(at+"/report", "do", "resume"), at+"/report?done=resumed")
		p.leads("stopping", edna.post(at+"/report", "do", "cancel"), at+"/report?done=cancelled")
		p.shows("after it", edna.post(at+"/report", "do", "resume"), 422, "is cancelled")
		p.shows("the rules", edna.get("/desk/newsletter/rules"), 200, "Make a digest every day")
		p.leads("a rule", edna.post("/desk/newsletter/rules", "newsletter", "1", "rhythm", "daily", "revision", "0", "on", "1", "hour", "6", "most", "5", "form", "short", "section", fmt.Sprint(worldSection)), "/desk/newsletter/rules?newsletter=1&done=rule")
		p.shows("the rule's next time", edna.get("/desk/newsletter/rules"), 200, "The next one: Mar 6")
		p.leads("counting", owner.post("/desk/newsletter/counting", "counting", "1"), "/desk/newsletter/rules?done=counting")
		for _, language := range []string{"de", "fr", "es", "ar"} {
			edna.language = language
			for _, path := range []string{"/desk/newsletter", "/desk/newsletter/rules", at + "/report", at + "/look"} {
				if key := regexp.MustCompile(`letters\.[a-z_]+`).FindString(edna.get(path).body); key != "" {
					t.Errorf("%s in %s shows the key %s", path, language, key)
				}
			}
		}
	})
}

// TestNewsletter_OnTheWeb walks what readers find of editions, and holds that it
// follows the articles at once.
func TestNewsletter_OnTheWeb(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		p.subscribed(2)
		if got := p.visit("/newsletter/newsletter/"); strings.Contains(got.body, "record-list") {
			t.Errorf("an archive without editions: %d", got.status)
		}
		ferry := p.story("Ferry returns", worldSection, article.PublishInput{}, nil)
		bridge := p.story("Bridge opens", worldSection, article.PublishInput{}, nil)
		p.drain()
		at := p.mailed(owner, "Two things", "full", ferry, bridge)
		p.drain()
		p.shows("the report's way to the web", owner.get(at+"/report"), 200, "/newsletter/newsletter/two-things/")
		page := p.visit("/newsletter/newsletter/two-things/")
		for _, want := range []string{"Two things", "<strong>readers</strong>", "Text of Ferry returns.", "Text of Bridge opens.", "All editions"} {
			if page.status != 200 || !strings.Contains(page.body, want) {
				t.Errorf("the edition's page: %d without %q", page.status, want)
			}
		}
		if strings.Contains(page.body, "slot.invalid") || strings.Contains(page.body, "nsubscribe") {
			t.Error("the page has a link that is somebody's own")
		}
		for path, want := range map[string]string{"/newsletter/newsletter/": "Two things", "/newsletter/newsletter/feed/": "Two things", "/newsletter/newsletter/feed/atom/": "two-things",
			"/newsletter/newsletter/feed/json/": "two-things", "/sitemaps/newsletters.xml": "/newsletter/newsletter/two-things/", "/sitemap.xml": "newsletters.xml", "/feeds/": "/newsletter/newsletter/feed/"} {
			if got := p.visit(path); got.status != 200 || !strings.Contains(got.body, want) {
				t.Errorf("%s: %d without %q", path, got.status, want)
			}
		}
		if got := p.visit("/newsletter/newsletter/two-things"); got.status != 301 {
			t.Errorf("without the slash: %d", got.status)
		}
		_, err := p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: bridge.ID, Revision: bridge.Revision, Reason: "It was not so."})
		p.must(err)
		for _, path := range []string{"/newsletter/newsletter/two-things/", "/newsletter/newsletter/", "/newsletter/newsletter/feed/"} {
			if got := p.visit(path); strings.Contains(got.body, "Bridge opens") || got.status != 200 {
				t.Errorf("%s has a withdrawn article: %d", path, got.status)
			}
		}
		var n int64
		p.must(p.app.db.QueryRow(p.ctx, `SELECT COUNT(*) FROM mailing_recipient`).Scan(&n))
		if n != 2 {
			t.Errorf("%d recipients are waiting, want 2", n)
		}
		if got := p.visit(edition.OpenPath(1, "all")); got.status != 200 || got.header.Get("Content-Type") != "image/gif" {
			t.Errorf("the counted picture of nothing: %d", got.status)
		}
		if got := p.visit(edition.ClickPath(1, "all", "AAAAAAAAAAAA")); got.status != 404 {
			t.Errorf("a counted link that leads nowhere: %d", got.status)
		}
	})
}

// TestNewsletter_Leaks holds that nothing of an article that readers may not
// see is in a letter, an edition's page, the archive or its feeds, whatever
// state it is in.
func TestNewsletter_Leaks(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.subscribed(1)
		public := p.story("Public face", worldSection, article.PublishInput{}, nil)
		now := p.now.Now()

		for i, s := range secretStates {
			canary := fmt.Sprintf("zqletter%dx", i)
			c := p.secretContent(canary)
			a := s.make(p.world, c)
			// As if it had been public when the edition was made.
			id := int64(1000 + i)
			p.write(func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, `INSERT INTO edition (id, newsletter_id, kind, state, revision, slug, subject, intro, audience, test, created_by, created_at, updated_at, started_at)
					VALUES ($1, 1, 'composed', 'sending', 1, $2, 'Subject', '{"v":1,"content":[]}', '{"newsletter":1}', '{}', 'x', $3, $3, $3)`, id, fmt.Sprint("edition-", i), db.Micros(now)); err != nil {
					return err
				}
				var version int64 // the one with the secret
				if err := tx.QueryRow(ctx, `SELECT COALESCE(MIN(id), 0) FROM version WHERE article_id = $1 AND content LIKE $2`, a.ID, "%"+canary+"%").Scan(&version); err != nil {
					return err
				}
				for place, form := range []string{"full", "short"} {
					ref, v := a.ID, version
					if place == 1 {
						ref, v = public.ID, 0
					}
					if _, err := tx.Exec(ctx, `INSERT INTO edition_item (edition_id, position, article_id, version_id, form) VALUES ($1, $2, $3, $4, $5)`, id, int64(place), ref, v, form); err != nil {
						return err
					}
				}
				_, err := tx.Exec(ctx, `INSERT INTO edition_mailing (mailing_id, edition_id, part) VALUES ($1, $1, 'all')`, id)
				return err
			})
			_, v, err := p.app.editions.Variant(p.ctx, id, subscriber.Member{ID: 1})
			p.must(err)
			if v == nil || !strings.Contains(v.HTML, "Public face") {
				t.Fatalf("%s: the letter lacks the public article", s.name)
			}
			if strings.Contains(v.HTML, canary) || strings.Contains(v.Text, canary) {
				t.Errorf("%s: the letter has the secret", s.name)
			}
			for _, path := range []string{fmt.Sprintf("/newsletter/newsletter/edition-%d/", i), "/newsletter/newsletter/", "/newsletter/newsletter/feed/", "/newsletter/newsletter/feed/atom/", "/newsletter/newsletter/feed/json/"} {
				if got := p.visit(path); got.status != 200 || strings.Contains(got.body, canary) {
					t.Errorf("%s: %s answers %d, or has the secret", s.name, path, got.status)
				}
			}

		}
	})
}
