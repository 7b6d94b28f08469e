package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestRobots(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the demo")
	}
	origin := start(t, demo)
	a := get(t, origin+"/robots.txt")
	if got := a.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/plain") || len(a.Body) > 500<<10 {
		t.Errorf("%s, %d bytes", got, len(a.Body))
	}
	inGroup, maps := false, 0
	for _, line := range strings.Split(string(a.Body), "\n") {
		if line == "" {
			continue
		}
		field, value, ok := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(field) {
		case "user-agent":
			inGroup = true
		case "allow", "disallow":
			if !inGroup || !strings.HasPrefix(value, "/") && value != "" {
				t.Errorf("%q", line)
			}
		case "sitemap":
			maps++
			if !strings.HasPrefix(value, origin+"/") {
				t.Errorf("%q is not absolute", line)
			}
			get(t, value)
		default:
			t.Errorf("unknown field in %q (%v)", line, ok)
		}
	}
	if maps == 0 {
		t.Error("no sitemap is named")
	}
}

func TestOpenSearch(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the demo")
	}
	const ns = "http://a9.com/-/spec/opensearch/1.1/"
	origin := start(t, demo)
	a := get(t, origin+"/opensearch.xml")
	doc, err := parseXML(a.Body)
	if err != nil || doc.XMLName.Space != ns || doc.XMLName.Local != "OpenSearchDescription" {
		t.Fatalf("%v, %v", doc.XMLName, err)
	}
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/opensearchdescription+xml") {
		t.Errorf("it is %s", a.Header.Get("Content-Type"))
	}
	name, about := doc.text(ns, "ShortName"), doc.text(ns, "Description")
	if n := utf8.RuneCountInString(name); n == 0 || n > 16 || about == "" || utf8.RuneCountInString(about) > 1024 {
		t.Errorf("ShortName %q, Description %q", name, about)
	}
	urls := doc.all(ns, "Url")
	if len(urls) == 0 {
		t.Fatal("no Url")
	}
	for _, u := range urls {
		template := u.attr("template")
		if !strings.HasPrefix(template, origin+"/") || u.attr("rel") != "self" && !strings.Contains(template, "{searchTerms}") || !mediaType(u.attr("type")) {
			t.Errorf("Url %v", u.Attrs)
		}
		want, terms := map[string]string{"text/html": `class="hit"`, "application/x-suggestions+json": `["harb",["`, "application/rss+xml": "<item>",
			"application/atom+xml": "<entry", "application/opensearchdescription+xml": "<ShortName>"}[u.attr("type")], "harbour"
		if u.attr("rel") == "suggestions" {
			terms = "harb"
		}
		page := get(t, strings.ReplaceAll(template, "{searchTerms}", terms))
		if want == "" || !strings.Contains(string(page.Body), want) {
			t.Errorf("%s finds nothing: %.200s", template, page.Body)
		}
	}
}

func TestManifest(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the demo")
	}
	origin := start(t, demo)
	a := get(t, origin+"/manifest.webmanifest")
	var m struct {
		Name      string
		ShortName string `json:"short_name"`
		StartURL  string `json:"start_url"`
		Scope     string
		Display   string
		Lang, Dir string
		Icons     []struct{ Src, Type, Sizes string }
	}
	if err := json.Unmarshal(a.Body, &m); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/manifest+json") {
		t.Errorf("it is %s", a.Header.Get("Content-Type"))
	}
	if m.Name == "" || m.ShortName == "" || !strings.HasPrefix(m.StartURL, m.Scope) || m.Lang == "" {
		t.Errorf("%+v", m)
	}
	if !slices.Contains([]string{"browser", "minimal-ui", "standalone", "fullscreen"}, m.Display) || !slices.Contains([]string{"ltr", "rtl", "auto"}, m.Dir) {
		t.Errorf("display %q, dir %q", m.Display, m.Dir)
	}
	if len(m.Icons) == 0 {
		t.Error("no icons")
	}
	for _, icon := range m.Icons {
		if got := get(t, origin+icon.Src).Header.Get("Content-Type"); got != icon.Type || icon.Sizes == "" {
			t.Errorf("icon %+v is %s", icon, got)
		}
	}
}

// TestSecurityTxt applies RFC 9116.
func TestSecurityTxt(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the demo")
	}
	origin := start(t, demo)
	a := get(t, origin+"/.well-known/security.txt")
	if got := a.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("it is %s", got) // §3
	}
	count := map[string]int{}
	for _, line := range strings.Split(strings.TrimSuffix(string(a.Body), "\n"), "\n") {
		name, value, ok := strings.Cut(line, ": ")
		if !ok || value == "" {
			t.Errorf("%q is no field", line)
		}
		count[name]++
		switch name {
		case "Contact": // §2.5.3
			if !regexp.MustCompile(`^(mailto:|https://|tel:)`).MatchString(value) {
				t.Errorf("%q", line)
			}
		case "Expires": // §2.5.5: less than a year ahead
			when, err := time.Parse(time.RFC3339, value)
			if err != nil || time.Until(when) < 0 || time.Until(when) > 366*24*time.Hour {
				t.Errorf("%q: %v", line, err)
			}
		case "Canonical":
			if value != origin+"/.well-known/security.txt" {
				t.Errorf("%q", line)
			}
		}
	}
	if count["Contact"] == 0 || count["Expires"] != 1 || count["Preferred-Languages"] > 1 {
		t.Errorf("fields: %v", count)
	}
}

// TestHead asks that HEAD tells of each page what GET does, and that a page
// that has not changed is not sent again (RFC 9110 §9.3.2, §13).
func TestHead_IsGetWithoutBody(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the demo")
	}
	origin := start(t, demo)
	paths := []string{"/feed/", "/feed/atom/", "/feed/json/", "/sitemap.xml", "/robots.txt", "/manifest.webmanifest", "/opensearch.xml", "/.well-known/security.txt", "/feeds"}
	for _, row := range pageRows {
		if row.site == nil {
			paths = append(paths, strings.TrimPrefix(row.address(t), origin))
		}
	}
	for _, path := range paths {
		for _, encoding := range []string{"identity", "gzip", "br"} {
			if wrong := headIsGet(t, origin+path, encoding); wrong != "" {
				t.Errorf("%s %s: %s", path, encoding, wrong)
			}
		}
	}
}

// headIsGet says what is wrong with the answers at an address, "" when nothing
// is. Other tests write in the same newsroom, so pages change: the answers
// count once the page was the same before and after.
func headIsGet(t *testing.T, url, encoding string) string {
	t.Helper()
	header := func(more ...string) http.Header {
		h := http.Header{"Accept-Encoding": {encoding}}
		for i := 0; i+1 < len(more); i += 2 {
			h.Set(more[i], more[i+1])
		}
		return h
	}
	for range 100 {
		got := ask(t, http.MethodGet, url, header())
		head := ask(t, http.MethodHead, url, header())
		tag := got.Header.Get("Etag")
		again := ask(t, http.MethodGet, url, header("If-None-Match", `"other", `+tag))
		other := ask(t, http.MethodGet, url, header("If-None-Match", `"other"`))
		if other.Header.Get("Etag") != tag {
			continue
		}
		for _, h := range []http.Header{got.Header, head.Header} {
			h.Del("Date")
			h.Del("Age")
		}
		if d := difference(flat(got.Header), flat(head.Header)); d != "" || head.Status != got.Status || len(head.Body) > 0 {
			return fmt.Sprintf("HEAD %d with %d bytes, GET %d: %s", head.Status, len(head.Body), got.Status, d)
		}
		if got.Status != http.StatusOK || strings.Contains(got.Header.Get("Cache-Control"), "no-store") {
			return ""
		}
		if tag == "" {
			return "no ETag"
		}
		if again.Status != http.StatusNotModified || len(again.Body) > 0 || again.Header.Get("Etag") != tag {
			return fmt.Sprintf("unchanged, it answered %d with %d bytes", again.Status, len(again.Body))
		}
		if other.Status != http.StatusOK {
			return fmt.Sprintf("with another tag it answered %d", other.Status)
		}
		return ""
	}
	return "it never stays the same"
}

func flat(h http.Header) string {
	var lines []string
	for name, values := range h {
		lines = append(lines, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
