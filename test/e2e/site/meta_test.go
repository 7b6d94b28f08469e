package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// object is one node of JSON-LD.
type object map[string]any

var ldScript = regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)

// structured returns the nodes of a page's JSON-LD by their types.
func structured(page []byte) (map[string]object, error) {
	found := map[string]object{}
	for _, m := range ldScript.FindAllSubmatch(page, -1) {
		var doc object
		if err := json.Unmarshal(m[1], &doc); err != nil {
			return nil, err
		}
		if doc["@context"] != "https://schema.org" {
			return nil, fmt.Errorf("@context is %v", doc["@context"])
		}
		nodes, ok := doc["@graph"].([]any)
		if !ok {
			nodes = []any{map[string]any(doc)}
		}
		for _, n := range nodes {
			node := object(n.(map[string]any))
			found[node.text("@type")] = node
		}
	}
	return found, nil
}

func (o object) text(name string) string { s, _ := o[name].(string); return s }

func (o object) list(name string) []object {
	var out []object
	switch v := o[name].(type) {
	case map[string]any:
		out = append(out, v)
	case []any:
		for _, e := range v {
			if m, ok := e.(map[string]any); ok {
				out = append(out, m)
			}
		}
	}
	return out
}

var articleTypes = []string{"NewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle", "BackgroundNewsArticle"}

// checkArticleLD applies what Google asks of articles
// (developers.google.com/search/docs/appearance/structured-data/article).
func checkArticleLD(o object, origin, address string) []string {
	var r rules
	n := utf8.RuneCountInString(o.text("headline"))
	r.need(n > 0 && n <= 110, "headline of %d letters", n)
	for _, name := range []string{"datePublished", "dateModified"} {
		r.need(rfc3339(o.text(name)), "%s %q", name, o.text(name))
	}
	r.need(o.text("datePublished") <= o.text("dateModified") || !sameZone(o), "modified before it was published")
	r.need(o["mainEntityOfPage"] == address, "mainEntityOfPage %v", o["mainEntityOfPage"])
	images := o.list("image")
	r.need(len(images) > 0, "no image")
	for _, img := range images {
		w, h := number(img["width"]), number(img["height"])
		r.need(strings.HasPrefix(img.text("url"), origin+"/") && w >= 696 && w*h >= 300_000, "image %v", img)
	}
	authors := o.list("author")
	r.need(len(authors) > 0, "no author")
	for _, a := range authors {
		r.need(a.text("@type") == "Person" && a.text("name") != "" || a.text("@id") != "", "author %v", a)
		r.need(a.text("url") == "" || strings.HasPrefix(a.text("url"), origin+"/"), "author's url %v", a)
	}
	r.need(slices.ContainsFunc(authors, func(a object) bool { return a.text("url") != "" || a.text("@id") != "" }), "no author has a page")
	for _, p := range o.list("publisher") {
		r.wrong = append(r.wrong, checkOrganization(p, origin)...)
	}
	r.need(len(o.list("publisher")) == 1, "no publisher")
	return r.wrong
}

func sameZone(o object) bool {
	end := func(s string) string { return s[max(0, len(s)-6):] }
	return end(o.text("datePublished")) == end(o.text("dateModified"))
}

func number(v any) int { n, _ := v.(float64); return int(n) }

func checkOrganization(o object, origin string) []string {
	var r rules
	r.need(strings.HasSuffix(o.text("@type"), "Organization") && o.text("name") != "" && o.text("url") == origin+"/", "organization %v", o)
	logos := o.list("logo")
	r.need(len(logos) == 1 && strings.HasPrefix(logos[0].text("url"), origin+"/"), "logo %v", o["logo"])
	return r.wrong
}

func checkCrumbs(o object, origin string) []string {
	var r rules
	items := o.list("itemListElement")
	r.need(len(items) >= 2, "%d breadcrumbs", len(items))
	for i, it := range items {
		r.need(it.text("@type") == "ListItem" && number(it["position"]) == i+1 && it.text("name") != "", "breadcrumb %v", it)
		// The last one may go without: it is the page itself.
		r.need(strings.HasPrefix(it.text("item"), origin+"/") || i == len(items)-1 && it["item"] == nil, "breadcrumb's item %v", it)
	}
	return r.wrong
}

func TestStructuredData(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the demo")
	}
	origin := start(t, demo)
	for _, row := range pageRows {
		if row.wantStatus() != http.StatusOK || row.template == "password" || row.site != nil {
			continue
		}
		address := row.address(t)
		found, err := structured(get(t, address).Body)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		var wrong []string
		switch {
		case row.template == "article":
			i := slices.IndexFunc(articleTypes, func(kind string) bool { return found[kind] != nil })
			if i < 0 {
				wrong = append(wrong, "no article in its structured data")
				break
			}
			wrong = append(checkArticleLD(found[articleTypes[i]], origin, address), checkCrumbs(found["BreadcrumbList"], origin)...)
			for _, img := range found[articleTypes[i]].list("image") {
				wrong = append(wrong, checkImage(t, img.text("url"), number(img["width"]), number(img["height"]))...)
			}
		case row.name == "front":
			wrong = checkOrganization(found["NewsMediaOrganization"], origin)
			if w := found["WebSite"]; w.text("url") != origin+"/" || w.text("name") == "" {
				wrong = append(wrong, fmt.Sprintf("WebSite %v", w))
			}
		case row.name == "author":
			wrong = checkCrumbs(found["BreadcrumbList"], origin)
			person := found["ProfilePage"].list("mainEntity")
			if len(person) != 1 || person[0].text("@type") != "Person" || person[0].text("name") != "Ines Calder" || person[0].text("url") != address {
				wrong = append(wrong, fmt.Sprintf("ProfilePage %v", found["ProfilePage"]))
			}
		case row.template == "list" && row.name != "latest-2", row.template == "page":
			wrong = checkCrumbs(found["BreadcrumbList"], origin)
		}
		for _, w := range wrong {
			t.Errorf("%s: %s", row.name, w)
		}
	}
}

func TestArticleRules_SeeFaults(t *testing.T) {
	make := func() object {
		var o object
		text := `{"@type":"NewsArticle","headline":"H","datePublished":"2026-11-23T10:00:00Z","dateModified":"2026-11-23T11:00:00Z","mainEntityOfPage":"http://x/a/",
			"image":[{"url":"http://x/p.jpg","width":1200,"height":675}],"author":[{"@type":"Person","name":"N","url":"http://x/n/"}],
			"publisher":{"@type":"NewsMediaOrganization","name":"P","url":"http://x/","logo":{"url":"http://x/l.png"}}}`
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	if wrong := checkArticleLD(make(), "http://x", "http://x/a/"); len(wrong) > 0 {
		t.Fatalf("a sound article: %v", wrong)
	}
	for name, value := range map[string]any{
		"headline": strings.Repeat("x", 111), "datePublished": "2026-11-23T12:00:00Z", "dateModified": "2026-11-23", "image": nil, "author": []any{},
		"publisher": map[string]any{"@type": "Organization"}, "mainEntityOfPage": "/a/",
	} {
		o := make()
		o[name] = value
		if len(checkArticleLD(o, "http://x", "http://x/a/")) == 0 {
			t.Errorf("%s = %v was not seen", name, value)
		}
	}
}

var metaTag = regexp.MustCompile(`<(?:meta|link) [^>]*>`)

// headTags returns the content of meta tags, and the address of links, by name.
func headTags(page []byte) map[string][]string {
	found := map[string][]string{}
	for _, tag := range metaTag.FindAllString(string(page), -1) {
		n := tagAttrs(tag)
		name := n["property"] + n["name"]
		if strings.HasPrefix(tag, "<link") {
			name = "link:" + n["rel"]
			if n["hreflang"] != "" {
				name += ":hreflang"
			}
		}
		found[name] = append(found[name], n["content"]+n["href"])
	}
	return found
}

var attribute = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)

func tagAttrs(tag string) map[string]string {
	out := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
		out[m[1]] = html.UnescapeString(m[2])
	}
	return out
}

// checkImage asks that a picture is there and as large as it is said to be.
func checkImage(t *testing.T, address string, width, height int) []string {
	t.Helper()
	a := ask(t, http.MethodGet, address, nil)
	config, _, err := image.DecodeConfig(bytes.NewReader(a.Body))
	if a.Status != http.StatusOK || err != nil {
		return []string{fmt.Sprintf("picture %s answered %d: %v", address, a.Status, err)}
	}
	if config.Width != width || config.Height != height {
		return []string{fmt.Sprintf("picture %s is %d×%d, said to be %d×%d", address, config.Width, config.Height, width, height)}
	}
	return nil
}

// TestHeads checks what search engines and social networks read on each page.
func TestHeads(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the demo")
	}
	seen := map[string]string{}
	for _, row := range pageRows {
		address := row.address(t)
		page, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		origin := page.Scheme + "://" + page.Host
		a := ask(t, http.MethodGet, address, nil)
		tags := headTags(a.Body)
		one := func(name string) string {
			if len(tags[name]) != 1 {
				t.Errorf("%s has %d %s", row.name, len(tags[name]), name)
				return ""
			}
			return tags[name][0]
		}
		if hidden := strings.Contains(strings.Join(tags["robots"], " "), "noindex"); hidden != (a.Header.Get("X-Robots-Tag") == "noindex") {
			t.Errorf("%s: noindex in the page = %v, in the header %q", row.name, hidden, a.Header.Get("X-Robots-Tag"))
		} else if hidden {
			continue
		}
		if got := one("link:canonical"); got != canonical(address) {
			t.Errorf("%s: canonical %q, want %q", row.name, got, canonical(address))
		}
		if title := strings.TrimSpace(between(string(a.Body), "<title>", "</title>")); title == "" || seen[origin+title] != "" {
			t.Errorf("%s: the title %q is empty or that of %s, too", row.name, title, seen[origin+title])
		} else {
			seen[origin+title] = row.name
		}
		for _, name := range []string{"og:title", "og:type", "og:url", "og:site_name", "og:locale", "twitter:card"} {
			if one(name) == "" {
				t.Errorf("%s: %s is empty", row.name, name)
			}
		}
		if one("og:url") != one("link:canonical") {
			t.Errorf("%s: og:url %q", row.name, one("og:url"))
		}
		if len(tags["link:alternate:hreflang"]) > 0 {
			t.Errorf("%s: hreflang without translations: %v", row.name, tags["link:alternate:hreflang"])
		}
		if row.template == "article" {
			published := one("article:published_time")
			if _, err := time.Parse(time.RFC3339, published); err != nil || one("og:type") != "article" {
				t.Errorf("%s: published %q", row.name, published)
			}
			if one("og:image") == "" || one("description") == "" {
				t.Errorf("%s: no share picture or no description", row.name)
			}
		}
		if len(tags["og:image"]) > 0 {
			for _, wrong := range checkImage(t, one("og:image"), atoi(one("og:image:width")), atoi(one("og:image:height"))) {
				t.Errorf("%s: %s", row.name, wrong)
			}
		}
	}
}

func atoi(s string) (n int) {
	fmt.Sscanf(s, "%d", &n)
	return n
}

func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	inner, _, _ := strings.Cut(rest, to)
	return inner
}

// canonical is the address without a query.
func canonical(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.RawQuery = ""
	return u.String()
}
