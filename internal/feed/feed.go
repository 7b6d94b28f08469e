// Package feed writes what machines subscribe to: RSS 2.0, Atom (RFC 4287) and
// JSON Feed 1.1 with full texts, and sitemaps (sitemaps.org 0.9 with Google's
// news and image extensions). It is given finished public values.
package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"time"
	"unicode/utf8"
)

// Feed is one list as subscribers get it. Addresses are absolute.
type Feed struct {
	Title       string
	Description string
	Home        string // page of the list
	Self        string // this feed
	Language    string
	Icon        string
	Updated     time.Time // newest told-of change of any item
	Items       []Item
}

// Item is one article or comment in full. HTML is what richtext rendered for
// feeds.
type Item struct {
	ID        string // permanent: a tag URI
	URL       string
	Title     string
	Summary   string
	HTML      string
	Authors   []Author
	Tags      []string
	Language  string
	Published time.Time
	Updated   time.Time
	Image     *Image
	Source    string // canonical address of syndicated copy
	Comments  string // address of the comments, "" for none
	Count     int64
}

// Author is who wrote an item.
type Author struct{ Name, URL string }

// Image is a picture with its size in bytes, 0 when unknown.
type Image struct {
	URL, Type     string
	Width, Height int
	Bytes         int64
	Caption       string
}

// text writes escaped XML text without the characters that XML 1.0 forbids.
// text writes what xml.EscapeText would, without its rune by rune walk: a feed
// holds whole articles, an index a thousand addresses.
func text(b *bytes.Buffer, s string) {
	s = clean(s)
	last := 0
	for i := range len(s) {
		if entity := escaped(s[i]); entity != "" {
			b.WriteString(s[last:i])
			b.WriteString(entity)
			last = i + 1
		}
	}
	b.WriteString(s[last:])
}

func escaped(c byte) string {
	if c >= 'A' || c == ' ' { // most of a text
		return ""
	}
	switch c {
	case '"':
		return "&#34;"
	case '\'':
		return "&#39;"
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '\t':
		return "&#x9;"
	case '\n':
		return "&#xA;"
	case '\r':
		return "&#xD;"
	}
	return ""
}

// plain reports that a text is ASCII without control characters.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7F {
			return false
		}
	}
	return true
}

func clean(s string) string {
	ok := func(r rune) bool {
		return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
	}
	if plain(s) || utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !ok(r) }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if ok(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// element writes <name attrs…>text</name>, nothing when the text is empty.
func element(b *bytes.Buffer, name, value string, attrs ...string) {
	if value == "" {
		return
	}
	open(b, name, attrs...)
	text(b, value)
	b.WriteString("</" + name + ">\n")
}

func open(b *bytes.Buffer, name string, attrs ...string) {
	b.WriteString("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		b.WriteString(" " + attrs[i] + `="`)
		text(b, attrs[i+1])
		b.WriteByte('"')
	}
	b.WriteByte('>')
}

func empty(b *bytes.Buffer, name string, attrs ...string) {
	open(b, name, attrs...)
	b.Truncate(b.Len() - 1)
	b.WriteString("/>\n")
}

// title writes a title even when it is empty: Atom asks for one.
func title(b *bytes.Buffer, value string) {
	open(b, "title")
	text(b, value)
	b.WriteString("</title>\n")
}

// RSS returns the feed as RSS 2.0 with the content, dc, atom, slash and media
// modules.
func RSS(f Feed) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(`<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/">` + "\n<channel>\n")
	element(&b, "title", f.Title)
	element(&b, "link", f.Home)
	open(&b, "description")
	text(&b, f.Description)
	b.WriteString("</description>\n")
	empty(&b, "atom:link", "href", f.Self, "rel", "self", "type", "application/rss+xml")
	element(&b, "language", f.Language)
	if !f.Updated.IsZero() {
		element(&b, "lastBuildDate", f.Updated.Format(time.RFC1123Z))
	}
	element(&b, "generator", "Dateline")
	for _, it := range f.Items {
		rssItem(&b, it)
	}
	b.WriteString("</channel>\n</rss>\n")
	return b.Bytes()
}

func rssItem(b *bytes.Buffer, it Item) {
	b.WriteString("<item>\n")
	element(b, "title", it.Title)
	element(b, "link", it.URL)
	element(b, "guid", it.ID, "isPermaLink", "false")
	element(b, "pubDate", it.Published.Format(time.RFC1123Z))
	for _, a := range it.Authors {
		element(b, "dc:creator", a.Name)
	}
	for _, t := range it.Tags {
		element(b, "category", t)
	}
	element(b, "comments", it.Comments)
	if it.Comments != "" {
		element(b, "slash:comments", itoa(it.Count))
	}
	element(b, "description", it.Summary)
	element(b, "content:encoded", it.HTML)
	if it.Image != nil {
		open(b, "media:content", "url", it.Image.URL, "medium", "image", "type", it.Image.Type,
			"width", itoa(int64(it.Image.Width)), "height", itoa(int64(it.Image.Height)))
		element(b, "media:description", it.Image.Caption, "type", "plain")
		b.WriteString("</media:content>\n")
	}
	b.WriteString("</item>\n")
}

// Atom returns the feed as Atom 1.0 (RFC 4287).
func Atom(f Feed) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	open(&b, "feed", "xmlns", "http://www.w3.org/2005/Atom", "xml:lang", f.Language)
	b.WriteByte('\n')
	title(&b, f.Title)
	element(&b, "subtitle", f.Description)
	element(&b, "id", f.Self)
	empty(&b, "link", "rel", "self", "type", "application/atom+xml", "href", f.Self)
	empty(&b, "link", "rel", "alternate", "type", "text/html", "href", f.Home)
	element(&b, "updated", f.Updated.Format(time.RFC3339))
	element(&b, "generator", "Dateline")
	if f.Icon != "" {
		element(&b, "icon", f.Icon)
	}
	for _, it := range f.Items {
		atomEntry(&b, f, it)
	}
	b.WriteString("</feed>\n")
	return b.Bytes()
}

func atomEntry(b *bytes.Buffer, f Feed, it Item) {
	lang := it.Language
	if lang == "" {
		lang = f.Language
	}
	open(b, "entry", "xml:lang", lang)
	b.WriteByte('\n')
	title(b, it.Title)
	element(b, "id", it.ID)
	empty(b, "link", "rel", "alternate", "type", "text/html", "href", it.URL)
	if it.Source != "" {
		empty(b, "link", "rel", "via", "href", it.Source)
	}
	if it.Image != nil && it.Image.Bytes > 0 {
		empty(b, "link", "rel", "enclosure", "type", it.Image.Type, "length", itoa(it.Image.Bytes), "href", it.Image.URL)
	}
	element(b, "published", it.Published.Format(time.RFC3339))
	updated := it.Updated
	if updated.IsZero() {
		updated = it.Published
	}
	element(b, "updated", updated.Format(time.RFC3339))
	authors := it.Authors
	if len(authors) == 0 {
		authors = []Author{{Name: f.Title, URL: f.Home}}
	}
	for _, a := range authors {
		b.WriteString("<author>\n")
		element(b, "name", a.Name)
		element(b, "uri", a.URL)
		b.WriteString("</author>\n")
	}
	for _, t := range it.Tags {
		empty(b, "category", "term", t)
	}
	element(b, "summary", it.Summary)
	element(b, "content", it.HTML, "type", "html")
	b.WriteString("</entry>\n")
}

// JSON returns the feed as JSON Feed 1.1 (jsonfeed.org).
func JSON(f Feed) ([]byte, error) {
	type author struct {
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	type item struct {
		ID          string   `json:"id"`
		URL         string   `json:"url"`
		ExternalURL string   `json:"external_url,omitempty"`
		Title       string   `json:"title,omitempty"`
		HTML        string   `json:"content_html"`
		Summary     string   `json:"summary,omitempty"`
		Image       string   `json:"image,omitempty"`
		Published   string   `json:"date_published"`
		Modified    string   `json:"date_modified,omitempty"`
		Authors     []author `json:"authors,omitempty"`
		Tags        []string `json:"tags,omitempty"`
		Language    string   `json:"language,omitempty"`
	}
	out := struct {
		Version     string `json:"version"`
		Title       string `json:"title"`
		Home        string `json:"home_page_url"`
		Self        string `json:"feed_url"`
		Description string `json:"description,omitempty"`
		Language    string `json:"language,omitempty"`
		Icon        string `json:"icon,omitempty"`
		Items       []item `json:"items"`
	}{"https://jsonfeed.org/version/1.1", f.Title, f.Home, f.Self, f.Description, f.Language, f.Icon, []item{}}
	for _, it := range f.Items {
		j := item{ID: it.ID, URL: it.URL, ExternalURL: it.Source, Title: it.Title, HTML: it.HTML, Summary: it.Summary,
			Published: it.Published.Format(time.RFC3339), Tags: it.Tags, Language: it.Language}
		if it.Updated.After(it.Published) {
			j.Modified = it.Updated.Format(time.RFC3339)
		}
		if it.Image != nil {
			j.Image = it.Image.URL
		}
		for _, a := range it.Authors {
			j.Authors = append(j.Authors, author(a))
		}
		out.Items = append(out.Items, j)
	}
	return json.Marshal(out)
}
