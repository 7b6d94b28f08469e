package app

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

// revise publishes new words of an article, an hour later.
func (p *paper) revise(a article.Article, body string, in article.PublishInput) article.Article {
	p.t.Helper()
	p.now.Advance(time.Hour)
	a, err := p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: a.ID, Revision: a.Revision,
		Content: article.Content{Headline: a.Headline, Sections: []int64{a.SectionID}, Body: paragraph(body)}})
	p.must(err)
	in.ID, in.Revision, in.Unchecked = a.ID, a.Revision, true
	a, err = p.app.articles.Publish(p.ctx, p.actor, in)
	p.must(err)
	return a
}

// tells holds an answer against a status and pieces of its page; one that
// begins with "!" must not be there.
func (p *paper) tells(path string, status int, pieces ...string) answer {
	p.t.Helper()
	got := p.visit(path)
	if got.status != status {
		p.t.Errorf("%s answers %d, want %d", path, got.status, status)
	}
	for _, piece := range pieces {
		if piece, not := strings.CutPrefix(piece, "!"); strings.Contains(got.body, piece) == not {
			p.t.Errorf("%s: %q is there = %v", path, piece, not)
		}
	}
	return got
}

func TestSite_Versions(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		a := p.story("Bridge", worldSection, article.PublishInput{}, func(c *article.Content) { c.Body = paragraph("The bridge was closed at four on Monday.") })
		p.tells("/world/bridge/", 200, "!/world/bridge/versions/", "!/corrections/")
		p.tells("/world/bridge/versions/", 200, "Version 1", "First published", `content="noindex"`)
		a = p.revise(a, "The bridge was closed at five on Monday.", article.PublishInput{Change: article.ChangeCorrection, Note: "It was five.",
			Corrections: []article.Correction{{Wrong: "closed at four", Right: "closed at five"}}})
		a = p.revise(a, "The brigde was closed at five on Monday.", article.PublishInput{Change: article.ChangeSilent})
		a = p.revise(a, "The bridge was closed at five on Monday.", article.PublishInput{Change: article.ChangeSilent})
		_, err := p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: p.harmless("Only being written")})
		p.must(err)

		p.tells("/world/bridge/", 200, `href="/world/bridge/versions/"`, "It was five.", "<del>closed at four</del>", `href="/corrections/"`,
			`"@type":"CorrectionComment"`)
		p.tells("/world/bridge/versions/", 200, "2 small changes", "Version 4", "Version 1", "It was five.", "What readers see now", "Words: &#43;1 −1", "!Only being written", "!Version 5")
		p.tells("/world/bridge/versions/1/", 200, "The bridge was closed at four on Monday.", "!<ins>", "!<del>")
		p.tells("/world/bridge/versions/2/", 200, "closed at <del>four</del><ins>five</ins> on Monday.", "It was five.", `content="noindex"`, "Fingerprint")
		p.tells("/world/bridge/versions/5/", 404)
		p.tells("/world/bridge/versions/0/", 404)
		for from, to := range map[string]string{"/world/bridge/versions": "/world/bridge/versions/", "/world/bridge/versions/02/": "", "/bridge/versions/": "/world/bridge/versions/"} {
			if got := p.visit(from); to != "" && (got.status != 301 || got.location != to) || to == "" && got.status != 404 {
				t.Errorf("%s: %d %s, want %s", from, got.status, got.location, to)
			}
		}
		p.tells("/feed/", 200, "It was five.")
		p.tells("/section/world/versions/", 404)
		p.tells("/versions/", 404)
		p.tells("/tag/port/versions/1/", 404)

		page := p.visit("/world/bridge/versions/2/").header
		if key := page.Get("Surrogate-Key"); !strings.Contains(key, db.Key("article", a.ID)) {
			t.Errorf("surrogate keys %q", key)
		}
		moved, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: a.ID, Revision: a.Revision + 1, Slug: "old-bridge", Change: article.ChangeSilent})
		p.must(err)
		if got := p.visit("/world/bridge/versions/2/"); got.status != 301 || got.location != "/world/old-bridge/versions/2/" {
			t.Errorf("after the article moved: %d %s", got.status, got.location)
		}
		_, err = p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: moved.ID, Revision: moved.Revision, Reason: "The bridge does not exist."})
		p.must(err)
		for _, path := range []string{"/world/old-bridge/versions/", "/world/old-bridge/versions/2/"} {
			p.tells(path, 410, "The bridge does not exist.", "!five", "!four")
		}
		p.tells("/corrections/", 200, "!It was five.", "!four")
		p.tells("/", 200, `!href="/corrections/"`)
	})
}

func TestSite_VersionsOfStructuredText(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		text := func(s string) []richtext.Node { return []richtext.Node{{Type: "text", Text: s}} }
		para := func(s string) richtext.Node { return richtext.Node{Type: "paragraph", Content: text(s)} }
		content := func(speaker, cell, alt string, more ...richtext.Node) article.Content {
			return article.Content{Headline: "Parts", Sections: []int64{worldSection}, Body: richtext.Doc{Version: 1, Content: append([]richtext.Node{
				para("An opening that stays as it is."),
				para("A second paragraph that stays."), para("A third paragraph that stays."), para("A fourth paragraph that stays."),
				{Type: "attributed_quote", Attrs: map[string]any{"speaker": speaker}, Content: []richtext.Node{para("We are glad.")}},
				{Type: "table", Content: []richtext.Node{{Type: "table_row", Content: []richtext.Node{{Type: "table_cell", Content: []richtext.Node{para(cell)}}}}}},
				{Type: "figure", Attrs: map[string]any{"src": "https://else.example/a.jpg", "alt": alt}},
			}, more...)}}
		}
		before := content("Ann Lee", "Twelve boats", "A bridge", richtext.Node{Type: "figure", Attrs: map[string]any{"src": "https://else.example/b.jpg", "alt": "A picture that goes"}})
		a := p.publish(before, article.PublishInput{})
		p.now.Advance(time.Hour)
		a, err := p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: content("Anna Lee", "Twelve ships", "An old bridge")})
		p.must(err)
		_, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: a.ID, Revision: a.Revision})
		p.must(err)
		p.tells("/world/parts/versions/2/", 200, "3 unchanged passages", "<del>Ann</del><ins>Anna</ins> Lee", "Twelve <del>boats</del><ins>ships</ins>",
			"Alternative text:", "<del>A picture that goes</del>", "<table>", `class="attributed-quote"`)
	})
}

func TestSite_VersionsCanBeSwitchedOff(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		a := p.story("Bridge", worldSection, article.PublishInput{}, nil)
		p.revise(a, "New words of it.", article.PublishInput{})
		p.tells("/world/bridge/", 200, `href="/world/bridge/versions/"`)
		p.tells("/world/bridge/versions/", 200)
		p.write(func(ctx context.Context, tx *db.Tx) error {
			conf, err := settings.Read(ctx, tx)
			if err != nil {
				return err
			}
			p.must(conf.Set("show_versions", "no"))
			return settings.Save(ctx, tx, conf, opening)
		})
		p.tells("/world/bridge/", 200, "!/world/bridge/versions/")
		p.tells("/world/bridge/versions/", 404)
		p.tells("/world/bridge/versions/1/", 404)
	})
}

// A standing page of the newsroom's own stands where it wants.
func TestSite_OwnPagesBeforeTheRecord(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		page := func(slug, headline string, parent int64) article.Article {
			d, err := p.app.articles.Create(p.ctx, p.actor, article.Draft{Type: article.TypePage, Slug: slug, ParentID: parent, Content: article.Content{Headline: headline, Body: paragraph("Words.")}})
			p.must(err)
			a, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision})
			p.must(err)
			return a
		}
		about := page("about", "About us", 0)
		p.tells("/about/versions/", 200, "Version 1")
		page("versions", "Versions of our paper", about.ID)
		p.tells("/about/versions/", 200, "Versions of our paper", "!Version 1")
	})
}

func TestSite_Corrections(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.tells("/corrections/", 200, "There are no corrections so far.")
		p.tells("/feeds/", 200, "!/corrections/feed/")
		for i := range 33 {
			a := p.story(fmt.Sprintf("Story %d", i), worldSection, article.PublishInput{}, nil)
			p.revise(a, "Other words.", article.PublishInput{Change: article.ChangeClarification, Note: fmt.Sprintf("Note <%d>.", i)})
		}
		first := p.tells("/corrections/", 200, "Note &lt;32&gt;.", "Note &lt;3&gt;.", "!Note &lt;2&gt;.", `href="/world/story-32/"`, `href="/corrections/feed/"`)
		_, rest, found := strings.Cut(first.body, `rel="next" href="`)
		next, _, _ := strings.Cut(rest, `"`)
		if !found || !strings.HasPrefix(next, "/corrections/after/") {
			t.Fatalf("no way to older corrections: %q", next)
		}
		p.tells(next, 200, "Note &lt;2&gt;.", "Note &lt;0&gt;.", "!Note &lt;3&gt;.", `href="/corrections/"`)
		p.tells("/corrections/after/12/", 404)
		p.tells("/corrections/after/99999999999999999999/", 404)
		for path, piece := range map[string]string{"/corrections/feed/": "<rss", "/corrections/feed/atom/": "<feed", "/corrections/feed/json/": `"items"`} {
			p.tells(path, 200, piece, "Clarification: Story 32")
		}
		p.tells("/feeds/", 200, `href="/corrections/feed/"`)
		p.tells("/", 200, `href="/corrections/"`)
	})
}

func TestSite_RecordIsPurgedExactly(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		a := p.story("Bridge", worldSection, article.PublishInput{}, nil)
		b := p.story("Match", sportSection, article.PublishInput{}, nil)
		p.revise(b, "Other words of the match.", article.PublishInput{Change: article.ChangeCorrection, Note: "Of the match."})
		all := []string{"/world/bridge/versions/", "/world/bridge/versions/1/", "/sport/match/versions/", "/sport/match/versions/2/", "/corrections/", "/corrections/feed/"}
		p.warm(all...)
		p.revise(a, "Other words of the bridge.", article.PublishInput{})
		p.renewed("an update", map[string]bool{"/world/bridge/versions/": true, "/world/bridge/versions/1/": true, "/sport/match/versions/": false,
			"/sport/match/versions/2/": false, "/corrections/": false, "/corrections/feed/": false})
		p.warm(all...)
		a, _, err := article.NewPublic(p.app.db, p.now).Read(p.ctx, a.ID)
		p.must(err)
		a = p.revise(a, "Right words of the bridge.", article.PublishInput{Change: article.ChangeCorrection, Note: "Of the bridge."})
		p.renewed("a correction", map[string]bool{"/world/bridge/versions/": true, "/sport/match/versions/2/": false, "/corrections/": true, "/corrections/feed/": true})
		p.tells("/corrections/", 200, "Of the bridge.", "Of the match.")
		p.warm(all...)
		_, err = p.app.articles.Retract(p.ctx, p.actor, a.ID, a.Revision)
		p.must(err)
		p.tells("/corrections/", 200, "!Of the bridge.", "Of the match.")
		p.tells("/corrections/feed/", 200, "!Of the bridge.", "Of the match.")
		p.tells("/world/bridge/versions/", 404)
		p.tells("/world/bridge/versions/1/", 404)
	})
}

// What a check of links is told of an address is what a reader would get.
func TestSite_Shows(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		p.story("Bridge", worldSection, article.PublishInput{}, nil)
		p.story("Secret", worldSection, article.PublishInput{Access: article.AccessPrivate}, nil)
		gone := p.story("Gone", worldSection, article.PublishInput{}, nil)
		_, err := p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: gone.ID, Revision: gone.Revision, Reason: "r"})
		p.must(err)
		for path, want := range map[string]bool{"/": true, "/world/bridge/": true, "/world/bridge": true, "/bridge/": true, "/section/world/": true, "/feed/": true,
			"/search/?q=x": true, "/media/any/thing.jpg": true, "/world/secret/": false, "/world/gone/": false, "/nowhere/": false, "/2014/05/": false} {
			u, err := url.Parse("http://news.example" + path)
			p.must(err)
			got, err := p.app.site.Shows(p.ctx, u)
			if err != nil || got != want {
				t.Errorf("%s: %v, %v; want %v", path, got, err, want)
			}
			if status := p.visit(path).status; want != (status < 400) && !strings.HasPrefix(path, "/media/") {
				t.Errorf("%s answers %d to a reader", path, status)
			}
		}
	})
}
