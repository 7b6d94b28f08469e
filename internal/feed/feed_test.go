package feed_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/feed"
)

var update = flag.Bool("update", false, "write the golden files anew")

var berlin = time.FixedZone("", 3600)

func sample() feed.Feed {
	published := time.Date(2026, 3, 4, 9, 30, 0, 0, berlin)
	return feed.Feed{Title: "Harbour & Bay", Description: "News <daily>", Home: "https://n.example/", Self: "https://n.example/feed/",
		Language: "en", Icon: "https://n.example/icon.png", Updated: published.Add(time.Hour), Items: []feed.Item{
			{ID: "tag:n.example,2026:article/7", URL: "https://n.example/a%C3%A9/?x=1&y=2", Title: "Fish & \"chips\" <b>", Summary: "Sum",
				HTML: "<p>Body &amp; <em>soul</em> ]]></p>", Authors: []feed.Author{{Name: "Ann Lee", URL: "https://n.example/author/ann/"}, {Name: "Bo"}},
				Tags: []string{"Food & drink"}, Language: "de", Published: published, Updated: published.Add(time.Hour),
				Image:  &feed.Image{URL: "https://n.example/p.jpg", Type: "image/jpeg", Width: 800, Height: 600, Bytes: 1234, Caption: "A <cap>"},
				Source: "https://wire.example/1", Comments: "https://n.example/a/#comments", Count: 3},
			{ID: "tag:n.example,2026:article/8", URL: "https://n.example/b/", Published: published, HTML: "<p>Untitled</p>"},
		}}
}

func sitemapPages() []feed.Page {
	at := time.Date(2026, 3, 4, 9, 30, 0, 0, berlin)
	return []feed.Page{
		{URL: "https://n.example/a/?x=1&y=2", Modified: at, Images: []string{"https://n.example/p.jpg?a&b"},
			News: &feed.News{Publication: "Harbour & Bay", Language: "en", Published: at, Title: "Fish & <chips>"}},
		{URL: "https://n.example/b/"},
	}
}

func mustJSON(t *testing.T, f feed.Feed) []byte {
	t.Helper()
	raw, err := feed.JSON(f)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestGolden(t *testing.T) {
	for name, got := range map[string][]byte{
		"feed.rss": feed.RSS(sample()), "feed.atom": feed.Atom(sample()), "feed.json": mustJSON(t, sample()),
		"sitemap.xml": feed.Sitemap(sitemapPages()), "index.xml": feed.SitemapIndex([]string{"https://n.example/a.xml?x=1&y=2", "https://n.example/b.xml"}, "https://n.example/c&d-", 11),
	} {
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// nasty are texts that break writers of XML.
var nasty = []string{"\x00\x01\x08\x0b\x0c\x0e\x1f", "]]>", "<![CDATA[", "&nbsp;&#0;", "\ufffe\uffff", "\xed\xa0\x80 lone surrogate", "\xff\xfe",
	"🙂👩‍👩‍👧", "tab\tline\nreturn\r", "\u2028\u2029", "</item></channel>", "\u202eevil", "\"'"}

func nastyFeed() feed.Feed {
	f := sample()
	all := strings.Join(nasty, " ")
	f.Title, f.Description, f.Home, f.Self, f.Language = all, all, all, all, all
	for i := range f.Items {
		it := &f.Items[i]
		it.ID, it.URL, it.Title, it.Summary, it.HTML, it.Source, it.Comments, it.Language = all, all, all, all, all, all, all, all
		it.Tags, it.Authors = nasty, []feed.Author{{Name: all, URL: all}}
		it.Image = &feed.Image{URL: all, Type: all, Caption: all, Bytes: 1}
	}
	return f
}

// wellFormed parses as strictly as XML 1.0 asks and returns all text.
func wellFormed(t *testing.T, name string, doc []byte) string {
	t.Helper()
	var text strings.Builder
	dec := xml.NewDecoder(bytes.NewReader(doc))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return text.String()
		}
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", name, err)
		}
		switch tok := tok.(type) {
		case xml.CharData:
			text.Write(tok)
		case xml.StartElement:
			for _, a := range tok.Attr {
				text.WriteString(a.Value)
			}
		}
	}
}

func TestXML_IsWellFormedWhateverTheText(t *testing.T) {
	f := nastyFeed()
	all := f.Title
	pages := []feed.Page{{URL: all, Images: nasty, News: &feed.News{Publication: all, Language: all, Title: all}}}
	for name, doc := range map[string][]byte{"RSS": feed.RSS(f), "Atom": feed.Atom(f), "sitemap": feed.Sitemap(pages), "index": feed.SitemapIndex([]string{all}, all, 2)} {
		text := wellFormed(t, name, doc)
		for _, keep := range []string{"]]>", "<![CDATA[", "&nbsp;&#0;", "🙂👩‍👩‍👧", "</item></channel>"} {
			if !strings.Contains(text, keep) {
				t.Errorf("%s lost %q", name, keep)
			}
		}
		for _, r := range text {
			if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
				t.Errorf("%s holds %U, which XML 1.0 forbids", name, r)
			}
		}
	}
	var back struct{ Items []struct{ Title string } }
	if err := json.Unmarshal(mustJSON(t, f), &back); err != nil || len(back.Items) != 2 || !strings.Contains(back.Items[0].Title, "]]>") {
		t.Errorf("JSON gives %+v, %v", back, err)
	}
}

// TestHTMLSurvives decodes what readers' programs would and expects the very
// HTML that went in.
func TestHTMLSurvives(t *testing.T) {
	html := "<p>a &amp; b &lt; c ]]> é 🙂</p>\n<pre>\tx</pre>"
	f := sample()
	f.Items = f.Items[:1]
	f.Items[0].HTML = html
	var rss struct {
		Channel struct {
			Items []struct {
				HTML string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
			} `xml:"item"`
		} `xml:"channel"`
	}
	if err := xml.Unmarshal(feed.RSS(f), &rss); err != nil || rss.Channel.Items[0].HTML != html {
		t.Errorf("RSS gives %q, %v", rss.Channel.Items[0].HTML, err)
	}
	var atom struct {
		Entries []struct {
			Content struct {
				Type string `xml:"type,attr"`
				HTML string `xml:",chardata"`
			} `xml:"content"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(feed.Atom(f), &atom); err != nil || atom.Entries[0].Content.HTML != html || atom.Entries[0].Content.Type != "html" {
		t.Errorf("Atom gives %+v, %v", atom, err)
	}
	var js struct {
		Items []struct {
			HTML string `json:"content_html"`
		}
	}
	if err := json.Unmarshal(mustJSON(t, f), &js); err != nil || js.Items[0].HTML != html {
		t.Errorf("JSON gives %+v, %v", js, err)
	}
}

// TestAtom_WhatTheStandardAsks checks the elements that RFC 4287 requires,
// and that each stands once.
func TestAtom_WhatTheStandardAsks(t *testing.T) {
	type person struct {
		Name string `xml:"name"`
	}
	type atom struct {
		Titles  []string `xml:"title"`
		IDs     []string `xml:"id"`
		Updated []string `xml:"updated"`
		Entries []struct {
			Titles  []string `xml:"title"`
			IDs     []string `xml:"id"`
			Updated []string `xml:"updated"`
			Authors []person `xml:"author"`
		} `xml:"entry"`
	}
	read := func(f feed.Feed) (a atom) {
		t.Helper()
		if err := xml.Unmarshal(feed.Atom(f), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	empty := sample()
	empty.Items, empty.Title, empty.Updated = nil, "", time.Time{}
	for name, f := range map[string]feed.Feed{"full": sample(), "empty": empty} {
		a := read(f)
		if len(a.Titles) != 1 || len(a.IDs) != 1 || len(a.Updated) != 1 {
			t.Errorf("the %s feed has %d titles, %d ids, %d updated; wants one of each", name, len(a.Titles), len(a.IDs), len(a.Updated))
		}
		for i, e := range a.Entries {
			if len(e.Titles) != 1 || len(e.IDs) != 1 || len(e.Updated) != 1 || len(e.Authors) == 0 || e.Authors[0].Name == "" {
				t.Errorf("entry %d of the %s feed lacks something: %+v", i, name, e)
			}
		}
	}
	changed := sample()
	changed.Items[0].Title, changed.Items[0].URL, changed.Items[0].HTML = "Other", "https://n.example/moved/", "<p>new</p>"
	if a, b := read(sample()), read(changed); a.Entries[0].IDs[0] != b.Entries[0].IDs[0] {
		t.Error("a changed article gets another id")
	}
}

func TestSitemap_Limits(t *testing.T) {
	if feed.MaxPages > 50_000 {
		t.Errorf("MaxPages = %d; the protocol allows 50,000", feed.MaxPages)
	}
	long := "https://n.example/" + strings.Repeat("%F0%9F%99%82", 160) + "/" // close to the 2,048 bytes of a loc
	pages := make([]feed.Page, feed.MaxPages)
	for i := range pages {
		pages[i] = feed.Page{URL: fmt.Sprint(long, i), Modified: time.Now(), Images: slices.Repeat([]string{long}, 3)}
	}
	doc := feed.Sitemap(pages)
	if len(doc) > 50<<20 {
		t.Errorf("a full sitemap has %d bytes; the protocol allows 50 MB", len(doc))
	}
	if n := bytes.Count(doc, []byte("<url>")); n != feed.MaxPages {
		t.Errorf("%d addresses", n)
	}
}
