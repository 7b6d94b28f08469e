package site

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dateline/test/e2e/browser"
	"dateline/test/e2e/xss"
	"dateline/test/shared"
)

const attackFolder = "data/attacks"

// perArticle is how many vectors share an article: each stands in every place
// of it that can hold more than one.
const perArticle = 8

// attackVectors are the vectors of this run: all of them in a long one.
func attackVectors() ([]xss.Vector, error) {
	dir, ok := shared.Find(attackFolder)
	if !ok {
		return nil, fmt.Errorf("no %s", attackFolder)
	}
	vectors, err := xss.Load(dir)
	if err == nil && os.Getenv("DATELINE_LONG") == "" {
		vectors = xss.MostLive(vectors, 240)
	}
	return vectors, err
}

// attacked is a site whose every text is hostile.
var attacked = importer("attacked", func(dir string) ([]string, []string, error) {
	vectors, err := attackVectors()
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(dir, "export.xml")
	return []string{file}, nil, os.WriteFile(file, hostile(vectors).bytes(), 0o644)
})

// hostile is an export with the vectors in every place of it.
func hostile(vectors []xss.Vector) export {
	e := export{title: vectors[0].Text}
	for batch := range slices.Chunk(vectors, perArticle) {
		n := len(e.authors)
		who := person{login: fmt.Sprintf("author%d", n), name: batch[0].Text}
		e.authors = append(e.authors, who)
		first := batch[0].Text
		attachment := post{kind: "attachment", status: "inherit", title: first, slug: fmt.Sprintf("picture-%d", n), author: who.login,
			file: fmt.Sprintf("2026/01/p%d.jpg", n), alt: first, excerpt: first, content: first}
		e.posts = append(e.posts, attachment)
		article := post{title: first, slug: fmt.Sprintf("attack-%d", n), author: who.login, excerpt: batch[len(batch)-1].Text, picture: len(e.posts),
			content: hostileBody(batch, n%2 == 1), seoTitle: first, seoDescribes: first,
			sections: []term{{slug: "hostile", name: "Hostile"}, {slug: fmt.Sprintf("section-%d", n), name: batch[len(batch)/2].Text}}}
		for i, v := range batch {
			article.tags = append(article.tags, term{slug: fmt.Sprintf("tag-%d-%d", n, i), name: v.Text})
			article.comments = append(article.comments, remark{name: v.Text, url: v.Text, text: v.Text, parent: i / 2})
		}
		e.posts = append(e.posts, article)
	}
	return e
}

// hostileBody holds each vector in every kind of block, or, for the classic
// editor, as text and in the attributes of what that editor writes.
func hostileBody(batch []xss.Vector, classic bool) string {
	var b strings.Builder
	for _, v := range batch {
		text, value := v.Text, html.EscapeString(v.Text)
		if classic {
			fmt.Fprintf(&b, "%s\n\n<a href=\"%s\" title=\"%[2]s\">link</a>\n\n[caption id=\"x\" width=\"300\" caption=\"%[2]s\"]<img src=\"%[2]s\" alt=\"%[2]s\" />%[1]s[/caption]\n\n[embed]%[1]s[/embed]\n\n", text, value)
			continue
		}
		about, err := json.Marshal(map[string]string{"url": text, "caption": text, "className": text})
		if err != nil {
			panic(err) // strings can be marshalled
		}
		attributes := strings.ReplaceAll(string(about), "--", `\u002d\u002d`)
		fmt.Fprintf(&b, `<!-- wp:paragraph --><p>%[1]s</p><!-- /wp:paragraph -->
<!-- wp:html -->%[1]s<!-- /wp:html -->
<!-- wp:heading --><h2 id="%[2]s">%[1]s</h2><!-- /wp:heading -->
<!-- wp:image %[3]s --><figure class="wp-block-image"><a href="%[2]s"><img src="%[2]s" alt="%[2]s" title="%[2]s"/></a><figcaption>%[1]s</figcaption></figure><!-- /wp:image -->
<!-- wp:quote --><blockquote class="wp-block-quote" cite="%[2]s"><p>%[1]s</p><cite>%[1]s</cite></blockquote><!-- /wp:quote -->
<!-- wp:table --><figure class="wp-block-table"><table><tbody><tr><td>%[1]s</td></tr></tbody></table><figcaption>%[1]s</figcaption></figure><!-- /wp:table -->
<!-- wp:code --><pre class="wp-block-code"><code>%[1]s</code></pre><!-- /wp:code -->
<!-- wp:button --><div class="wp-block-button"><a class="wp-block-button__link" href="%[2]s">%[1]s</a></div><!-- /wp:button -->
<!-- wp:embed %[3]s --><figure class="wp-block-embed"><div>%[1]s</div></figure><!-- /wp:embed -->
<!-- wp:audio --><figure><audio src="%[2]s"></audio><figcaption>%[1]s</figcaption></figure><!-- /wp:audio -->
<!-- wp:paragraph --><p><a href="%[2]s" style="%[2]s" onclick="%[2]s" target="%[2]s">link</a></p><!-- /wp:paragraph -->
`, text, value, attributes)
	}
	return b.String()
}

// attackPages are all pages that show the hostile texts.
func attackPages(t *testing.T, origin string, vectors []xss.Vector) []string {
	t.Helper()
	pages := listedPages(t, origin)
	tags := 0
	pages = slices.DeleteFunc(pages, func(p string) bool { // each tag is on its article too
		if !strings.Contains(p, "/tag/") {
			return false
		}
		tags++
		return os.Getenv("DATELINE_LONG") == "" && tags%perArticle != 0
	})
	for i := range (len(vectors) + perArticle - 1) / perArticle {
		pages = append(pages, fmt.Sprintf("%s/picture-%d/", origin, i))
	}
	for _, v := range vectors[:min(len(vectors), 20)] {
		pages = append(pages, origin+"/search/?q="+url.QueryEscape(v.Text))
	}
	return append(pages, origin+"/search/?q=link", origin+"/feeds/", origin+"/archive/", origin+"/page/2/")
}

// TestAttacks_ExecuteNothing is run A of the bar: our pages of hostile content
// in real Chromium. A report of the policy counts as a hit: it would mean that
// the first wall, our own rendering, had let something through.
func TestAttacks_ExecuteNothing(t *testing.T) {
	b, origin, vectors := attackedSite(t)
	var cases []xss.Case
	for _, page := range attackPages(t, origin, vectors) {
		cases = append(cases, xss.Case{ID: strings.TrimPrefix(page, origin), URL: page})
	}
	if len(cases) < len(vectors)/perArticle*3 {
		t.Fatalf("only %d pages", len(cases))
	}
	results, err := xss.Pages(b, cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Ran() || len(r.Reports) > 0 || !r.Answered {
			t.Errorf("%.120s: ran %v, policy reports %v, answered %v", r.ID, r.Runs, r.Reports, r.Answered)
		}
	}
	t.Logf("%d vectors on %d pages", len(vectors), len(cases))
	t.Run("layout", func(t *testing.T) { attackLayout(t, b, cases) })
	t.Run("feeds", func(t *testing.T) { attackFeeds(t, b, origin) })
}

// attackLayout asks that no text breaks out of the page sideways, or takes the
// frame of the page away.
func attackLayout(t *testing.T, b *browser.Browser, cases []xss.Case) {
	p := b.Page(t, browser.Phone)
	step := 1
	if os.Getenv("DATELINE_LONG") == "" {
		step = 3
	}
	for i := 0; i < len(cases); i += step {
		visit, err := p.Open(cases[i].URL)
		if err != nil {
			t.Fatalf("%s: %v", cases[i].ID, err)
		}
		if len(visit.ThirdParty) > 0 || len(visit.Problems) > 0 {
			t.Errorf("%.120s: requests %v, problems %v", cases[i].ID, visit.ThirdParty, visit.Problems)
		}
		if wide, err := p.TooWide(); err != nil || len(wide) > 0 {
			t.Errorf("%.120s: scrolls sideways: %v %v", cases[i].ID, wide, err)
		}
		whole, err := browser.Evaluate[bool](p, `document.querySelectorAll('h1').length === 1 && !!document.querySelector('body > header') && !!document.querySelector('body > footer') && document.querySelectorAll('script:not([type="application/ld+json"]):not(head > [defer]:is([src$="/comments.js"], [src$="/search.js"])), iframe, object, embed, style').length === 0`)
		if err != nil || !whole {
			t.Errorf("%.120s: the page's frame is broken (%v)", cases[i].ID, err)
		}
	}
}

// attackFeeds renders what the feeds hold as the worst of feed readers would:
// raw, in a page without any policy.
func attackFeeds(t *testing.T, b *browser.Browser, origin string) {
	var texts []xss.Vector
	for _, feed := range []string{"/feed/json/", "/comments/feed/json/", "/category/hostile/feed/json/"} {
		var f struct {
			Items []struct {
				ID          string
				ContentHTML string `json:"content_html"`
			}
		}
		if err := json.Unmarshal(get(t, origin+feed).Body, &f); err != nil {
			t.Fatal(err)
		}
		for i, it := range f.Items {
			texts = append(texts, xss.Vector{ID: fmt.Sprintf("%s%d", strings.ReplaceAll(feed, "/", "-"), i), Text: it.ContentHTML})
		}
	}
	if len(texts) < 15 {
		t.Fatalf("only %d texts in the feeds", len(texts))
	}
	results, err := (&xss.Control{}).Run(b, texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if r.Ran() || !r.Answered {
			t.Errorf("%s: ran %v, answered %v in %.300q", r.ID, r.Runs, r.Answered, texts[i].Text)
		}
	}
	for _, feed := range []struct {
		path  string
		check func([]byte, string) []string
	}{{"/feed/", checkRSS}, {"/feed/atom/", checkAtom}, {"/feed/json/", checkJSONFeed}, {"/comments/feed/", checkRSS}} {
		if wrong := feed.check(get(t, origin+feed.path).Body, origin+feed.path); len(wrong) > 0 {
			t.Errorf("%s: %.400v", feed.path, wrong)
		}
	}
}

// TestAttacks_Control are runs B and C of the bar: the same vectors raw, where
// many must run or the test above sees nothing, and raw under our own policy,
// where none may.
func TestAttacks_Control(t *testing.T) {
	b, origin, vectors := attackedSite(t)
	raw, err := (&xss.Control{}).Run(b, vectors)
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, r := range raw {
		if r.Ran() {
			ran++
		}
	}
	t.Logf("positive control: %d of %d vectors run when nothing stops them", ran, len(vectors))
	if ran < len(vectors)/10 {
		t.Errorf("only %d of %d vectors run raw: the test sees too little", ran, len(vectors))
	}
	policy := ask(t, http.MethodGet, origin+"/", nil).Header.Get("Content-Security-Policy")
	if policy == "" {
		t.Fatal("the front has no policy")
	}
	refused, err := (&xss.Control{Policy: xss.Framed(policy)}).Run(b, vectors)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range refused {
		if r.Ran() || !r.Answered {
			t.Errorf("under our policy: ran %v, answered %v: %q", r.Runs, r.Answered, vectors[i].Text)
		}
	}
}

func attackedSite(t *testing.T) (*browser.Browser, string, []xss.Vector) {
	t.Helper()
	shared.Path(t, attackFolder)
	b := chrome(t)
	vectors, err := attackVectors()
	if err != nil {
		t.Fatal(err)
	}
	return b, start(t, attacked), vectors
}
