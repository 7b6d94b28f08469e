package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/media"
)

var previewLink = regexp.MustCompile(`http://news\.example(/preview/[0-9a-f]{64})`)

func TestDeskPreview_LooksAndLinks(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		edna, carl := p.joins(owner, "Edna", "editor"), p.joins(owner, "Carl", "contributor")
		p.now.Advance(time.Hour)
		secret, other := p.photo("secret.png"), p.photo("other.png")
		for _, m := range []media.Medium{secret, other} {
			p.must(p.app.media.MakeVariants(p.ctx, m.ID))
		}
		content := p.harmless("A secret story")
		content.Standfirst, content.Lead = "Nobody knows yet.", &article.Picture{Media: secret.ID}
		d := p.draft(content)
		at := fmt.Sprint("/desk/articles/", d.ID)
		got := edna.get(at + "/preview")
		p.shows("the preview", got, 200, "Nothing secret here.")
		p.shows("its kind of page", got, 200, `class="page-article"`)
		if csp := got.header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'self'") {
			t.Errorf("the preview cannot stand in a frame: %s", csp)
		}
		p.shows("the preview for who may not read it", carl.get(at+"/preview"), 403, "not yours")
		for _, tab := range []string{"phone", "desktop", "dark", "print", "feed"} {
			p.shows(tab, edna.get(at+"/look?as="+tab), 200, "<iframe")
		}
		p.shows("the search result", edna.get(at+"/look?as=search"), 200, "Description: 17 characters")
		p.shows("the social card", edna.get(at+"/look?as=social"), 200, "Nobody knows yet.")
		p.shows("the feed", edna.get(at+"/preview?as=feed"), 200, "Nothing secret here.")
		if got := edna.get(at + "/share.png"); got.status != 200 || got.header.Get("Content-Type") != "image/png" {
			t.Errorf("the drawn picture: %d %s", got.status, got.header.Get("Content-Type"))
		}
		paper := edna.get("/desk/preview-styles/print.css").body
		if edna.get("/desk/preview-styles/dark.css").body == paper || !strings.Contains(paper, "@media all{") {
			t.Error("the stylesheet for paper is not one")
		}

		got = edna.post(at+"/links", "life", "week", "which", "newest", "label", "The lawyer")
		p.shows("a new link", got, 200, "copy it now")
		newest := previewLink.FindStringSubmatch(got.body)
		got = edna.post(at+"/links", "life", "hour", "which", "frozen")
		frozen := previewLink.FindStringSubmatch(got.body)
		if newest == nil || frozen == nil {
			t.Fatalf("no link:\n%s", got.body)
		}
		p.shows("a life that is none", edna.post(at+"/links", "life", "century", "label", "Kept words"), 422, "Kept words")
		if strings.Contains(edna.get(at+"/look").body, newest[1]) {
			t.Error("the link is shown again")
		}
		guest := p.browser()
		got = guest.get(newest[1])
		p.shows("the link", got, 200, "A secret story")
		p.shows("its bar", got, 200, "A preview, not public")
		for name, want := range map[string]string{"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "Cache-Control": "private, no-store"} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %q, want %q", name, got.header.Get(name), want)
			}
		}
		secret, err := p.app.media.Get(p.ctx, p.app.db, secret.ID)
		p.must(err)
		other, err = p.app.media.Get(p.ctx, p.app.db, other.ID)
		p.must(err)
		if file := guest.get(media.FallbackURL(secret)); file.status != 200 || file.header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("the preview's picture for its guest: %d %s", file.status, file.header.Get("Cache-Control"))
		}
		if file := guest.get(media.FallbackURL(other)); file.status != 404 {
			t.Errorf("a picture that the preview does not show: %d", file.status)
		}
		if file := p.visit(media.FallbackURL(secret)); file.status != 404 {
			t.Errorf("the preview's picture for a stranger: %d", file.status)
		}
		content.Body = paragraph("Newer words.")
		d, err = p.app.articles.Save(p.ctx, p.actor, article.SaveInput{ID: d.ID, Revision: d.Revision, Content: content})
		p.must(err)
		p.shows("the link to the newest", guest.get(newest[1]), 200, "Newer words.")
		p.shows("the link to that moment", guest.get(frozen[1]), 200, "Nothing secret here.")

		p.now.Advance(61 * time.Minute)
		nothing := p.visit("/preview/" + strings.Repeat("0", 64))
		gone := func(what string, got answer) {
			t.Helper()
			if got.status != 404 || got.body != nothing.body {
				t.Errorf("%s: %d, want what an unknown address answers", what, got.status)
			}
		}
		gone("a link that has ended", p.visit(frozen[1]))
		link := regexp.MustCompile(`action="(` + at + `/links/[0-9]+)"`).FindStringSubmatch(edna.get(at + "/look").body)
		if link == nil {
			t.Fatal("nothing to revoke")
		}
		p.leads("revoking", edna.post(link[1]), at+"/look?done=revoked")
		gone("a revoked link", p.visit(newest[1]))
		if file := guest.get(media.FallbackURL(secret)); file.status != 404 {
			t.Errorf("the picture after the link was revoked: %d", file.status)
		}
		third := previewLink.FindStringSubmatch(edna.post(at+"/links", "life", "day", "which", "frozen").body)
		d, err = p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision})
		p.must(err)
		p.shows("a link to a published article", p.visit(third[1]), 200, "Newer words.")
		_, err = p.app.articles.Withdraw(p.ctx, p.actor, article.WithdrawInput{ID: d.ID, Revision: d.Revision, Reason: "r"})
		p.must(err)
		gone("a link to a withdrawn article", p.visit(third[1]))
	})
}

// TestDeskPreview_DatesAsReadersWill previews an embargoed story before its time
// and compares with what readers get at it.
func TestDeskPreview_DatesAsReadersWill(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		d := p.draft(p.harmless("Under embargo"))
		a, err := p.app.articles.Publish(p.ctx, p.actor, article.PublishInput{Unchecked: true, ID: d.ID, Revision: d.Revision, EmbargoUntil: p.now.Now().Add(time.Hour)})
		p.must(err)
		published := regexp.MustCompile(`<time datetime="[^"]*">[^<]*</time>`)
		before := published.FindString(owner.get(fmt.Sprint("/desk/articles/", a.ID, "/preview")).body)
		p.now.Advance(time.Hour)
		p.drain()
		if after := published.FindString(p.visit(a.Path).body); before != after || after == "" {
			t.Errorf("the preview says %s, readers see %s", before, after)
		}
	})
}

// TestDeskPreview_IsTheReadersPage holds the preview against what readers get:
// the same bytes but for what the frame needs.
func TestDeskPreview_IsTheReadersPage(t *testing.T) {
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		p.now.Advance(time.Hour)
		p.story("Before", worldSection, article.PublishInput{At: opening.Add(-time.Hour)}, nil)
		a := p.story("The same", worldSection, article.PublishInput{At: opening}, func(c *article.Content) {
			c.Tags, c.Bylines = []int64{portTag}, []article.Byline{{Profile: ann, Name: "Ann Lee"}}
		})
		p.alter("UPDATE article SET comments_open = 0") // a preview takes none
		r := httptest.NewRequest(http.MethodGet, "http://news.example"+a.Path, nil)
		want := strings.Replace(p.ask(r).body, "<head>", `<head><base target="_blank">`, 1)
		if got := owner.get(fmt.Sprint("/desk/articles/", a.ID, "/preview")).body; got != want {
			t.Errorf("the preview is not the page:\n%s\n---\n%s", got, want)
		}
	})
}
