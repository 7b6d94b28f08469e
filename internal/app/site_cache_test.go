package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/article"
	"dateline/internal/config"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/media"
	"dateline/internal/register"
	"dateline/internal/settings"
)

func TestSite_HiddenIsLikeNothing(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.story("Shown", worldSection, article.PublishInput{}, nil)
		p.story("Secret", worldSection, article.PublishInput{Access: article.AccessPrivate}, nil)
		a, b := p.visit("/world/secret/"), p.visit("/world/nowhere/")
		if a.status != 404 || a.body != b.body {
			t.Errorf("a private article answers %d, and its page differs from nothing's: %s", a.status, cmp.Diff(b.body, a.body))
		}
		a.header.Del("Date")
		b.header.Del("Date")
		if diff := cmp.Diff(b.header, a.header); diff != "" {
			t.Errorf("headers of nothing and of a private article differ:\n%s", diff)
		}
	})
}

func (p *paper) post(path, password string) answer {
	r := httptest.NewRequest(http.MethodPost, "http://news.example"+path, strings.NewReader(url.Values{"password": {password}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://news.example")
	return p.ask(r)
}

func (p *paper) visitWith(path string, cookies []*http.Cookie) answer {
	r := httptest.NewRequest(http.MethodGet, "http://news.example"+path, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return p.ask(r)
}

func TestSite_Password(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		hash := p.app.vault.HashPassword("open sesame")
		secret, other := p.photo("secret.png"), p.photo("other.png")
		a := p.story("Locked", worldSection, article.PublishInput{Access: article.AccessPassword, PasswordHash: hash}, func(c *article.Content) {
			c.Lead = &article.Picture{Media: secret.ID}
		})
		const path = "/world/locked/"
		locked := func(name string, got answer) {
			t.Helper()
			if got.status != 200 || !strings.Contains(got.body, `name="password"`) || strings.Contains(got.body, "Text of Locked") ||
				!strings.Contains(got.header.Get("Cache-Control"), "no-store") {
				t.Errorf("%s: %d %s, want the password form, not stored", name, got.status, got.header.Get("Cache-Control"))
			}
		}
		locked("without a cookie", p.visit(path))
		wrong := p.post(path, "wrong")
		if wrong.status != 303 || wrong.location != path+"?wrong=1" || wrong.header.Get("Set-Cookie") != "" {
			t.Errorf("a wrong password: %d %q %v", wrong.status, wrong.location, wrong.header["Set-Cookie"])
		}
		if got := p.visit(path + "?wrong=1"); !strings.Contains(got.body, `role="alert"`) {
			t.Error("the form does not say that the password was wrong")
		}
		right := p.post(path, "open sesame")
		cookies := (&http.Response{Header: right.header}).Cookies()
		if right.status != 303 || right.location != path || len(cookies) != 1 || !cookies[0].HttpOnly {
			t.Fatalf("the right password: %d %q %v", right.status, right.location, cookies)
		}
		got := p.visitWith(path, cookies)
		if got.status != 200 || !strings.Contains(got.body, "Text of Locked") {
			t.Errorf("with the cookie: %d", got.status)
		}
		if cc := got.header.Get("Cache-Control"); !strings.Contains(cc, "private") || !strings.Contains(cc, "no-store") {
			t.Errorf("the unlocked page may be kept: %q", cc)
		}
		variant := func(m media.Medium) string {
			p.must(p.app.media.MakeVariants(p.ctx, m.ID))
			m, err := p.app.media.Get(p.ctx, p.app.db, m.ID)
			p.must(err)
			return media.FallbackURL(m)
		}
		picture, foreign := variant(secret), variant(other)
		got = p.visitWith(path, cookies)
		if !strings.Contains(got.body, picture) {
			t.Errorf("the unlocked page does not show %s", picture)
		}
		if file := p.visitWith(picture, cookies); file.status != 200 || file.header.Get("Cache-Control") != "private, no-store" || file.header.Get("Surrogate-Key") != "" {
			t.Errorf("its picture: %d %v, want it for this reader alone", file.status, file.header)
		}
		if file := p.visit(picture); file.status != 404 {
			t.Errorf("its picture for a stranger: %d", file.status)
		}
		if file := p.visitWith(foreign, cookies); file.status != 404 {
			t.Errorf("a picture that it does not show: %d", file.status)
		}
		locked("after somebody unlocked it", p.visit(path))
		forged := *cookies[0]
		forged.Value += "x"
		locked("with a forged cookie", p.visitWith(path, []*http.Cookie{&forged}))
		if got := p.post("/world/", "x"); got.status != 404 {
			t.Errorf("a password for a page without one: %d", got.status)
		}
		p.now.Advance(11 * 24 * time.Hour)
		locked("eleven days later", p.visitWith(path, cookies))
		p.now.Advance(-11 * 24 * time.Hour)
		_, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: a.ID, Revision: a.Revision, Access: article.AccessPassword,
			PasswordHash: p.app.vault.HashPassword("another")})
		p.must(err)
		locked("after the password changed", p.visitWith(path, cookies))
	})
}

// TestSite_Statements holds the number of statements a page takes, whatever the
// size of the archive.
func TestSite_Statements(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		fill := func(from, to int) {
			p.write(func(ctx context.Context, tx *db.Tx) error {
				for i := from; i < to; i++ {
					in := article.Draft{Type: article.TypeArticle, CommentsOpen: true, Content: p.harmless(fmt.Sprintf("Filler %d", i))}
					in.Content.Tags = []int64{portTag}
					d, err := p.app.articles.CreateTx(ctx, tx, p.actor, in)
					if err == nil {
						_, err = p.app.articles.PublishTx(ctx, tx, p.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision, At: opening.Add(-time.Duration(i+1) * time.Hour)})
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		fill(0, 25)
		p.comments(p.story("The story", worldSection, article.PublishInput{At: opening.Add(-4*time.Hour - time.Minute)}, func(c *article.Content) {
			c.Tags, c.Bylines = []int64{portTag}, []article.Byline{{Profile: ann, Name: "Ann Lee"}}
		}).ID, 5)
		paths := []string{"/world/the-story/", "/", "/section/world/", "/tag/port/"}
		small := map[string]int64{}
		for _, path := range paths {
			small[path] = p.cost(path)
		}
		fill(25, 1000)
		for _, path := range paths {
			if big := p.cost(path); big != small[path] {
				t.Errorf("%s takes %d statements with 25 articles and %d with 1,000", path, small[path], big)
			}
		}
		if n := small["/world/the-story/"]; n > 30 {
			t.Errorf("an article takes %d statements, want at most 30", n)
		}
		if n := small["/"]; n > 60 {
			t.Errorf("the front takes %d statements, want at most 60", n)
		}
	})
}

// renders visits a path and reports whether that took any statement.
func (p *paper) renders(path string) bool {
	p.t.Helper()
	before := p.statements.Load()
	if a := p.visit(path); a.status != 200 {
		p.t.Fatalf("%s answers %d", path, a.status)
	}
	return p.statements.Load() != before
}

// warm stores the pages and makes sure that they stay.
func (p *paper) warm(paths ...string) {
	p.t.Helper()
	for _, path := range paths {
		p.visit(path)
		if p.renders(path) {
			p.t.Fatalf("%s is rendered twice without any change", path)
		}
	}
}

func (p *paper) renewed(what string, want map[string]bool) {
	p.t.Helper()
	for path, fresh := range want {
		if got := p.renders(path); got != fresh {
			p.t.Errorf("%s: %s rendered again = %v, want %v", what, path, got, fresh)
		}
	}
}

// TestSite_WhatJobsChooseRenewsTheStoryAlone: related stories and the names of a
// story are chosen after it is out, and only its own page shows them.
func TestSite_WhatJobsChooseRenewsTheStoryAlone(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		told := func(headline, text string, days int) article.Article {
			return p.story(headline, worldSection, article.PublishInput{At: opening.AddDate(0, 0, -days)}, func(c *article.Content) { c.Body = paragraph(text) })
		}
		told("Ferry strike in Lisbon", "The ferry crews of Lisbon went on strike over the harbour's night shifts.", 2)
		told("Lisbon harbour talks fail", "Talks of the harbour with the ferry crews on strike in Lisbon failed at night.", 1)
		p.warm("/", "/feed/", "/section/world/", "/world/ferry-strike-in-lisbon/", "/world/lisbon-harbour-talks-fail/")
		p.drain()
		p.now.Advance(10 * time.Second) // those it goes with look again a moment later
		p.drain()
		p.renewed("related stories", map[string]bool{"/": false, "/feed/": false, "/section/world/": false,
			"/world/ferry-strike-in-lisbon/": true, "/world/lisbon-harbour-talks-fail/": true})
		if body := p.visit("/world/ferry-strike-in-lisbon/").body; !strings.Contains(body, `class="check-also`) {
			t.Error("the story offers no other: the test did not test anything")
		}
		p.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := p.app.register.AddTx(ctx, tx, p.actor, register.Input{Entry: register.Entry{Kind: register.Place, Name: "Lisbon", ByName: true}})
			return err
		})
		p.warm("/", "/feed/", "/section/world/", "/world/ferry-strike-in-lisbon/")
		p.must(p.app.RebuildRegister(p.ctx, func(int64, int64) {}))
		p.renewed("names found", map[string]bool{"/": false, "/feed/": false, "/section/world/": false, "/world/ferry-strike-in-lisbon/": true})
	})
}

func TestSite_PurgeIsExact(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		for i := range 3 {
			p.story(fmt.Sprintf("Match %d", i), sportSection, article.PublishInput{At: opening.AddDate(0, -1, -i)}, nil)
		}
		tagged := func(c *article.Content) { c.Tags = []int64{portTag} }
		p.story("Older", worldSection, article.PublishInput{At: opening.AddDate(0, 0, -3)}, tagged)
		neighbour := p.story("Neighbour", worldSection, article.PublishInput{At: opening.Add(-time.Hour)}, tagged)
		all := []string{"/", "/feed/", "/section/world/", "/tag/port/", "/world/neighbour/", "/world/older/", "/section/sport/", "/sport/match-2/", "/section/sport/feed/", "/sitemap.xml"}
		p.warm(all...)
		etag := p.visit("/section/sport/").header.Get("Etag")
		fresh := p.story("Fresh", worldSection, article.PublishInput{}, tagged)
		p.renewed("a new article", map[string]bool{"/": true, "/feed/": true, "/section/world/": true, "/tag/port/": true, "/world/neighbour/": true, "/sitemap.xml": true,
			"/section/sport/": false, "/sport/match-2/": false, "/section/sport/feed/": false})
		if now := p.visit("/section/sport/").header.Get("Etag"); now != etag || etag == "" {
			t.Errorf("the other section's ETag went from %s to %s", etag, now)
		}
		if body := p.visit("/world/neighbour/").body; !strings.Contains(body, "/world/fresh/") {
			t.Error("the neighbour's page does not lead to the new article")
		}
		p.warm(append(all, "/world/fresh/", "/comments/feed/")...)
		p.comments(fresh.ID, 1)
		p.renewed("an approved comment", map[string]bool{"/world/fresh/": true, "/comments/feed/": true, "/section/sport/": false, "/sport/match-2/": false})
		p.warm(append(all, "/world/fresh/")...)
		_, err := p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: neighbour.ID, Revision: neighbour.Revision, Reason: "r"})
		p.must(err)
		p.renewed("a withdrawal", map[string]bool{"/": true, "/section/world/": true, "/tag/port/": true, "/world/older/": true, "/world/fresh/": true, "/section/sport/feed/": false})
		p.warm("/", "/section/sport/", "/sport/match-2/", "/feed/")
		p.write(func(ctx context.Context, tx *db.Tx) error {
			conf, err := settings.Read(ctx, tx)
			if err != nil {
				return err
			}
			conf.Title = "The Renamed"
			return settings.Save(ctx, tx, conf, opening)
		})
		p.renewed("new settings", map[string]bool{"/": true, "/section/sport/": true, "/sport/match-2/": true, "/feed/": true})
		if !strings.Contains(p.visit("/").body, "The Renamed") {
			t.Error("the front keeps the former title")
		}
	})
}

func TestSite_AnotherProcessPublishes(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.story("First", worldSection, article.PublishInput{}, nil)
		p.warm("/", "/section/world/")
		d := dbtest.Handle(t, p.url)
		other := article.NewService(d, p.now, event.NewBus(p.now), settings.NewStore(d))
		draft, err := other.Create(p.ctx, p.actor, article.Draft{Type: article.TypeArticle, Content: p.harmless("From afar")})
		p.must(err)
		_, err = other.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: draft.ID, Revision: draft.Revision})
		p.must(err)
		patience, cancel := context.WithTimeout(p.ctx, 20*time.Second)
		defer cancel()
		look := time.NewTicker(20 * time.Millisecond)
		defer look.Stop()
		for _, path := range []string{"/", "/section/world/", "/world/from-afar/"} {
			for !strings.Contains(p.visit(path).body, "From afar") {
				select {
				case <-look.C:
				case <-patience.Done():
					t.Fatalf("%s never shows what another process published", path)
				}
			}
		}
	})
}

func TestSite_Midnight(t *testing.T) {
	p := newPaper(t, db.SQLite, nil)
	p.story("Story", worldSection, article.PublishInput{}, nil)
	berlin, err := time.LoadLocation("Europe/Berlin")
	p.must(err)
	p.now.Set(time.Date(2026, 3, 4, 23, 59, 30, 0, berlin))
	p.warm("/", "/world/story/")
	if body := p.visit("/").body; !strings.Contains(body, "4 March 2026") && !strings.Contains(body, "March 4, 2026") {
		t.Error("the front does not name the day")
	}
	if cc := p.visit("/").header.Get("Cache-Control"); strings.Contains(cc, "s-maxage=60") {
		t.Errorf("half a minute before midnight others may keep the page as long as %q", cc)
	}
	p.now.Advance(29 * time.Second)
	p.renewed("a second before midnight", map[string]bool{"/": false, "/world/story/": false})
	p.now.Advance(time.Second)
	p.renewed("at midnight", map[string]bool{"/": true, "/world/story/": true})
	if body := p.visit("/").body; !strings.Contains(body, "5 March 2026") && !strings.Contains(body, "March 5, 2026") {
		t.Error("the front names the day before")
	}
}

func TestSite_RightToLeft(t *testing.T) {
	p := newPaper(t, db.SQLite, nil)
	p.story("خبر", worldSection, article.PublishInput{Slug: "khabar"}, func(c *article.Content) { c.Language = "ar" })
	page := p.visit("/world/khabar/").body
	if !strings.Contains(page, `lang="ar"`) || !strings.Contains(page, `dir="rtl"`) {
		t.Error("an Arabic article has no lang and dir of its own")
	}
	if head, _, _ := strings.Cut(page, "<head"); !strings.Contains(head, `lang="en"`) || strings.Contains(head, `dir="rtl"`) {
		t.Errorf("the page around it is %q", head)
	}
	front := p.visit("/").body
	if !strings.Contains(front, `lang="ar"`) || !strings.Contains(front, `dir="rtl"`) {
		t.Error("its headline on the front has no lang and dir")
	}
	arabic := newPaper(t, db.SQLite, func(c *settings.Site) { c.Locale = "ar" })
	if head, _, _ := strings.Cut(arabic.visit("/").body, "<head"); !strings.Contains(head, `lang="ar"`) || !strings.Contains(head, `dir="rtl"`) {
		t.Errorf("an Arabic site begins with %q", head)
	}
}

func TestSite_Locales(t *testing.T) {
	for locale, want := range map[string][]string{
		"de": {`lang="de"`, "4. März 2026", "2 Kommentare"},
		"fr": {`lang="fr"`, "4 mars 2026", "2 commentaires"},
		"es": {`lang="es"`, "4 de marzo de 2026", "2 comentarios"},
	} {
		t.Run(locale, func(t *testing.T) {
			p := newPaper(t, db.SQLite, func(c *settings.Site) { c.Locale = locale })
			p.comments(p.story("Story", worldSection, article.PublishInput{}, nil).ID, 2)
			body := p.visit("/world/story/").body
			for _, w := range want {
				if !strings.Contains(body, w) {
					t.Errorf("the page has no %q", w)
				}
			}
			for _, english := range []string{"March", "comments", ">Home<"} {
				if strings.Contains(visible(body), english) {
					t.Errorf("the page says %q", english)
				}
			}
		})
	}
}

// visible cuts tags and their attributes away.
func visible(page string) string {
	var b strings.Builder
	_, page, _ = strings.Cut(page, "<body")
	for page != "" {
		_, rest, _ := strings.Cut(page, ">")
		text, next, _ := strings.Cut(rest, "<")
		b.WriteString(">" + text + "<")
		page = next
	}
	return b.String()
}

// openThemed opens a Dateline with a theme folder of one template.
func openThemed(t *testing.T, template string) (*App, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "templates"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "templates", "notfound.html"), []byte(template), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": t.TempDir(), "url": "http://news.example", "theme": dir}})
	if err != nil {
		t.Fatal(err)
	}
	return Open(t.Context(), cfg, io.Discard)
}

func TestTheme_Overlay(t *testing.T) {
	a, err := openThemed(t, `<!doctype html><title>x</title><p id="mine">Nothing at {{.Site.Title}}`)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	a.log = slog.New(slog.DiscardHandler)
	r := httptest.NewRequest(http.MethodGet, "http://news.example/nothing/", nil)
	rec := httptest.NewRecorder()
	a.handler().ServeHTTP(rec, r)
	if rec.Code != 404 || !strings.Contains(rec.Body.String(), "Nothing at Dateline") {
		t.Errorf("the overlay's page: %d %.200s", rec.Code, rec.Body)
	}
}

func TestTheme_BrokenTemplateStopsTheStart(t *testing.T) {
	for name, template := range map[string]string{"syntax": "one\ntwo {{if}}", "a field that is not there": "one\n{{.Site.NoSuchField}}"} {
		a, err := openThemed(t, template)
		if err == nil {
			a.Close()
			t.Errorf("%s: the theme was taken", name)
			continue
		}
		if !strings.Contains(err.Error(), "notfound.html:2") {
			t.Errorf("%s: the error names no file and line: %v", name, err)
		}
	}
}
