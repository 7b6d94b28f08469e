package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fetch"
	"dateline/internal/settings"
)

// sends posts a body from another machine, as servers do.
func (p *paper) sends(path, kind, body string) answer {
	p.t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return p.ask(r)
}

const formKind = "application/x-www-form-urlencoded"

func ping(source, target string) string {
	return `<?xml version="1.0"?><methodCall><methodName>pingback.ping</methodName><params><param><value><string>` + source +
		`</string></value></param><param><value>` + target + `</value></param></params></methodCall>`
}

// TestMentions goes the whole way: an article says where to tell, another site
// tells, an editor approves, readers see it.
func TestMentions(t *testing.T) {
	each(t, func(s *settings.Site) { s.Webmentions, s.Pingbacks = false, false }, func(t *testing.T, p *paper) {
		story := p.story("The dam holds", worldSection, article.PublishInput{}, nil)
		closed := p.story("The quiet one", worldSection, article.PublishInput{}, nil)
		p.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE article SET comments_open = CASE id WHEN $1 THEN 1 ELSE 0 END`, story.ID)
			tx.Purge("*")
			return err
		})
		const at, other = "/world/the-dam-holds/", "/world/the-quiet-one/"
		target := "http://news.example" + at
		link := `<http://news.example/webmention>; rel="webmention"`

		// Switched off, nothing shows it and nothing answers.
		got := p.visit(at)
		if got.header.Get("Link") != "" || got.header.Get("X-Pingback") != "" || strings.Contains(got.body, "webmention") || strings.Contains(got.body, "xmlrpc") {
			t.Errorf("switched off: %v", got.header)
		}
		if got := p.sends("/webmention", formKind, url.Values{"source": {"https://gus.example/"}, "target": {target}}.Encode()); got.status != 404 {
			t.Errorf("a webmention while switched off: %d", got.status)
		}
		if got := p.sends("/xmlrpc.php", "text/xml", ping("https://gus.example/", target)); got.status != 410 {
			t.Errorf("a pingback while switched off: %d", got.status)
		}
		if got := p.visit("/xmlrpc.php"); got.status != 410 {
			t.Errorf("the old system's address: %d", got.status)
		}

		p.must(p.app.ChangeSite(p.ctx, []settings.Change{{Name: "webmentions", Value: "yes"}}))
		got = p.visit(at)
		if got.header.Get("Link") != link || !strings.Contains(got.body, `<link rel="webmention" href="http://news.example/webmention">`) || strings.Contains(got.body, "xmlrpc") {
			t.Errorf("webmentions switched on: %v", got.header)
		}
		if again := p.visit(at); again.header.Get("Link") != link {
			t.Errorf("the cached page lacks the field: %v", again.header)
		}
		for _, path := range []string{other, "/", "/section/world/"} {
			if got := p.visit(path); got.header.Get("Link") != "" || strings.Contains(got.body, `rel="webmention"`) {
				t.Errorf("%s says where to tell of links", path)
			}
		}

		otherSite := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(`<div class="h-entry"><a class="p-author h-card" href="/">Gus &lt;b&gt;</a><p class="e-content">As <a href="` + target + `">the Paper</a> says.</p></div>`))
		}))
		defer otherSite.Close()
		client := fetch.New(fetch.Options{Allow: []string{otherSite.Listener.Addr().String()}})
		defer client.Close()
		p.app.mentions.Fetch = client

		form := func(source, target string) string { return url.Values{"source": {source}, "target": {target}}.Encode() }
		for name, c := range map[string]struct {
			kind, body string
			status     int
			says       string
		}{
			"nothing":        {formKind, "", 400, "source"},
			"JSON":           {"application/json", `{"source":"x"}`, 400, "form"},
			"closed":         {formKind, form(otherSite.URL, "http://news.example"+other), 400, "takes no answers"},
			"not here":       {formKind, form(otherSite.URL, "https://elsewhere.example/"), 400, "not on this site"},
			"from ourselves": {formKind, form("http://news.example/world/the-quiet-one/", target), 400, "page of this site"},
			"too long":       {formKind, form("https://gus.example/"+strings.Repeat("x", 20_000), target), 413, ""},
		} {
			p.now.Advance(time.Minute)
			if got := p.sends("/webmention", c.kind, c.body); got.status != c.status || !strings.Contains(got.body, c.says) {
				t.Errorf("%s: %d %q, want %d and %q", name, got.status, got.body, c.status, c.says)
			}
		}
		got = p.sends("/webmention", formKind, form(otherSite.URL+"/posts/1", target))
		if got.status != 202 {
			t.Fatalf("a webmention: %d %s", got.status, got.body)
		}
		p.drain()
		if got := p.visit(at); strings.Contains(got.body, "Gus") {
			t.Error("a mention is public before anybody approved it")
		}
		if n := p.number(`SELECT COUNT(*) FROM comment WHERE kind = 'webmention' AND status = 'pending'`); n != 1 {
			t.Fatalf("%d mentions wait for the moderators", n)
		}
		p.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE comment SET status = 'approved', shown = 1`); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE article SET comment_count = 1 WHERE id = $1`, story.ID)
			tx.Purge("*")
			return err
		})
		if got := p.visit(at); !strings.Contains(got.body, "comment-mention") || !strings.Contains(got.body, "Gus &lt;b&gt;</a>") ||
			!strings.Contains(got.body, `rel="ugc nofollow noopener" href="`+otherSite.URL+`/posts/1"`) {
			t.Error("an approved mention does not stand below the article")
		}
		_ = closed

		// Pingbacks.
		p.must(p.app.ChangeSite(p.ctx, []settings.Change{{Name: "pingbacks", Value: "yes"}}))
		if got := p.visit(at); got.header.Get("X-Pingback") != "http://news.example/xmlrpc.php" || !strings.Contains(got.body, `<link rel="pingback" href="http://news.example/xmlrpc.php">`) {
			t.Errorf("pingbacks switched on: %v", got.header)
		}
		for name, c := range map[string]struct{ body, says string }{
			"a ping":       {ping(otherSite.URL+"/posts/2", target), "<string>Thank you"},
			"no target":    {ping(otherSite.URL+"/posts/2", "http://news.example/nothing/"), "<int>32</int>"},
			"closed":       {ping(otherSite.URL+"/posts/2", "http://news.example"+other), "<int>33</int>"},
			"no source":    {ping("ftp://gus.example/", target), "<int>16</int>"},
			"many calls":   {"<methodCall><methodName>system.multicall</methodName></methodCall>", "<int>-32601</int>"},
			"log in":       {"<methodCall><methodName>wp.getUsersBlogs</methodName><params><param><value>a</value></param><param><value>b</value></param></params></methodCall>", "<int>-32601</int>"},
			"no XML":       {"hello", "<int>-32700</int>"},
			"entities":     {`<!DOCTYPE x [<!ENTITY a "aaaa">]><methodCall><methodName>&a;</methodName></methodCall>`, "<int>-32700</int>"},
			"only a field": {"<methodCall><methodName>pingback.ping</methodName></methodCall>", "<int>-32601</int>"},
		} {
			p.now.Advance(time.Minute)
			if got := p.sends("/xmlrpc.php", "text/xml", c.body); got.status != 200 || !strings.Contains(got.body, c.says) || !strings.HasPrefix(got.header.Get("Content-Type"), "text/xml") {
				t.Errorf("%s: %d %s, want %s", name, got.status, got.body, c.says)
			}
		}
		p.drain()
		if n := p.number(`SELECT COUNT(*) FROM comment WHERE kind = 'pingback' AND status = 'pending'`); n != 1 {
			t.Errorf("%d pingbacks wait for the moderators", n)
		}
		if got := p.visit("/xmlrpc.php"); got.status != 410 {
			t.Errorf("a visit to the address of pingbacks: %d", got.status)
		}
	})
}
