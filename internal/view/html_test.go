package view_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/andybalholm/cascadia"
	"github.com/klauspost/compress/gzip"
	"golang.org/x/net/html"

	"dateline/internal/view"
	"dateline/ui/theme"
)

// eachPage renders the fixture's pages in a left-to-right and a right-to-left
// language and hands out their trees.
func eachPage(t *testing.T, check func(t *testing.T, name string, doc *html.Node, body []byte)) {
	t.Helper()
	engine, err := view.New(theme.FS, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, locale := range []string{"en", "ar"} {
		for name, page := range newFixture(locale).all() {
			t.Run(locale+"/"+name, func(t *testing.T) {
				body, err := engine.Render(page)
				if err != nil {
					t.Fatal(err)
				}
				doc, err := html.Parse(bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				check(t, name, doc, body)
			})
		}
	}
}

func find(doc *html.Node, selector string) []*html.Node {
	return cascadia.QueryAll(doc, cascadia.MustCompile(selector))
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestPages_HaveTheirLandmarks(t *testing.T) {
	eachPage(t, func(t *testing.T, name string, doc *html.Node, _ []byte) {
		counts := map[string]int{
			"h1": 1, "main": 1, "body > header": 1, "body > footer": 1, "a.skip[href='#site-main']": 1, "main#site-main": 1,
			"html[lang][dir]": 1, "head > title": 1, "head > meta[name=viewport]": 1, "link[rel=stylesheet]": 1, ".folio time[datetime='2026-11-23']": 1,
		}
		for selector, want := range counts {
			if got := len(find(doc, selector)); got != want {
				t.Errorf("%d × %s, want %d", got, selector, want)
			}
		}
		if name != "front" && len(find(doc, "nav.breadcrumbs li > [aria-current=page]")) != 1 {
			t.Error("no breadcrumb names the page itself")
		}
	})
}

func TestPages_HeadingsDescendInOrder(t *testing.T) {
	eachPage(t, func(t *testing.T, _ string, doc *html.Node, _ []byte) {
		last := 0
		for _, h := range find(doc, "h1, h2, h3, h4, h5, h6") {
			level := int(h.Data[1] - '0')
			if level > last+1 {
				t.Errorf("<%s> follows level %d", h.Data, last)
			}
			last = level
		}
	})
}

// TestPages_NeedNoScriptAndNoInlineStyle is what the strict policy demands.
func TestPages_NeedNoScriptAndNoInlineStyle(t *testing.T) {
	eachPage(t, func(t *testing.T, _ string, doc *html.Node, body []byte) {
		for _, selector := range []string{"[style]", "style", "script:not([type='application/ld+json'])", "iframe", "object", "embed", "base", "link[rel=stylesheet][href^=http]", "img[src^=http]"} {
			if found := find(doc, selector); len(found) > 0 {
				t.Errorf("%d × %s", len(found), selector)
			}
		}
		for _, n := range find(doc, "*") {
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || strings.Contains(strings.ToLower(a.Val), "javascript:") {
					t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
				}
			}
		}
		if bytes.Contains(body, []byte("ZgotmplZ")) {
			t.Error("a value stands where it cannot be made safe")
		}
	})
}

func TestPages_AreAccessibleByTheirMarkup(t *testing.T) {
	eachPage(t, func(t *testing.T, _ string, doc *html.Node, _ []byte) {
		ids := map[string]bool{}
		for _, n := range find(doc, "[id]") {
			if ids[attr(n, "id")] {
				t.Errorf("the id %s is there twice", attr(n, "id"))
			}
			ids[attr(n, "id")] = true
		}
		for _, n := range find(doc, "[aria-labelledby], [aria-describedby], label[for]") {
			for _, key := range []string{"aria-labelledby", "aria-describedby", "for"} {
				if ref := attr(n, key); ref != "" && !ids[ref] {
					t.Errorf("<%s %s=%s> points nowhere", n.Data, key, ref)
				}
			}
		}
		for _, n := range find(doc, "nav:not([aria-label]):not([aria-labelledby])") {
			t.Errorf("a nav without a name: %v", n.Attr)
		}
		for _, n := range find(doc, "img:not([alt])") {
			t.Errorf("a picture without alt: %s", attr(n, "src"))
		}
		for _, n := range find(doc, "img:not([width]), img:not([height])") {
			t.Errorf("a picture without dimensions: %s", attr(n, "src"))
		}
		for _, n := range find(doc, "[aria-hidden=true] a, a[aria-hidden=true]:not([tabindex='-1'])") {
			t.Errorf("a hidden link can be reached by keyboard: %s", attr(n, "href"))
		}
	})
}

func TestArticlePage_HasEverythingOfAClassicNewsPage(t *testing.T) {
	eachPage(t, func(t *testing.T, name string, doc *html.Node, _ []byte) {
		if name != "article" {
			return
		}
		for selector, want := range map[string]int{
			"article h1": 1, ".standfirst": 1, ".byline a[rel=author]": -1, ".times time[datetime]": 2, ".prose > .dateline": 1,
			"figure.figure-lead img[fetchpriority=high]": 1, "figure.figure-lead figcaption .credit": 1, ".topics a[rel=tag]": 3, ".share a": 6,
			"#comments": 1, ".comment": 7, ".replies .replies .comment-byline": 1, ".avatar.hue-21": 1, ".check-also .card": 1, ".neighbours a": 2,
			".authors .author": 1, ".corrections time": 1, "link[rel=canonical]": 1, "meta[property='og:image']": 1, "link[rel=alternate][type='application/rss+xml']": 1,
			"script[type='application/ld+json']": 1,
		} {
			got := len(find(doc, selector))
			if want < 0 && got == 0 || want >= 0 && got != want {
				t.Errorf("%d × %s, want %d", got, selector, want)
			}
		}
	})
}

func TestFrontPage_MarksForeignLanguages(t *testing.T) {
	eachPage(t, func(t *testing.T, name string, doc *html.Node, _ []byte) {
		if name == "front" && len(find(doc, "[lang=ar][dir=rtl] a")) == 0 {
			t.Error("the Arabic article is not marked as such")
		}
	})
}

// TestBudget_ArticleFirstView: two requests, 30 KB compressed, before pictures.
func TestBudget_ArticleFirstView(t *testing.T) {
	const budget = 30_000
	engine, err := view.New(theme.FS, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	body, err := engine.Render(newFixture("en").article())
	if err != nil {
		t.Fatal(err)
	}
	sheet, _ := engine.Asset(engine.Stylesheet())
	for name, size := range map[string]func([]byte) int{"gzip": gzipped, "brotli": brotlied} {
		page, css := size(body), size(sheet.Body)
		t.Logf("%s: article %d + stylesheet %d = %d bytes (uncompressed %d + %d)", name, page, css, page+css, len(body), len(sheet.Body))
		if page+css > budget {
			t.Errorf("%s: %d bytes, over the budget of %d", name, page+css, budget)
		}
	}
	doc, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(find(doc, "link[rel=stylesheet], link[rel=preload], script[src]")); n != 1 {
		t.Errorf("%d requests beside the page itself, want the stylesheet alone", n)
	}
	if bytes.Contains(sheet.Body, []byte("url(")) || bytes.Contains(sheet.Body, []byte("@import")) {
		t.Error("the stylesheet loads something")
	}
}

func gzipped(b []byte) int {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.DefaultCompression)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Len()
}

func brotlied(b []byte) int {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, 5)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Len()
}
