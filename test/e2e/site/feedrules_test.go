package site

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"mime"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// node is any XML element.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []node     `xml:",any"`
}

func (n node) all(space, local string) []node {
	var found []node
	for _, c := range n.Nodes {
		if c.XMLName.Space == space && c.XMLName.Local == local {
			found = append(found, c)
		}
	}
	return found
}

func (n node) text(space, local string) string {
	if found := n.all(space, local); len(found) > 0 {
		return strings.TrimSpace(found[0].Text)
	}
	return ""
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func parseXML(body []byte) (node, error) {
	var n node
	d := xml.NewDecoder(strings.NewReader(string(body)))
	d.Strict = true
	return n, d.Decode(&n)
}

// rules collects what is wrong with a document.
type rules struct{ wrong []string }

func (r *rules) need(ok bool, format string, args ...any) {
	if !ok {
		r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
	}
}

func absolute(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

const (
	nsAtom    = "http://www.w3.org/2005/Atom"
	nsContent = "http://purl.org/rss/1.0/modules/content/"
	nsMap     = "http://www.sitemaps.org/schemas/sitemap/0.9"
	nsImage   = "http://www.google.com/schemas/sitemap-image/1.1"
	nsNews    = "http://www.google.com/schemas/sitemap-news/0.9"
)

// checkRSS applies RSS 2.0 and the Best Practices Profile of the RSS Advisory
// Board.
func checkRSS(body []byte, self string) []string {
	var r rules
	doc, err := parseXML(body)
	if err != nil {
		return []string{err.Error()}
	}
	r.need(doc.XMLName.Local == "rss" && doc.XMLName.Space == "" && doc.attr("version") == "2.0", "the root is not <rss version=\"2.0\">")
	channels := doc.all("", "channel")
	if len(channels) != 1 {
		return append(r.wrong, "not one channel")
	}
	c := channels[0]
	for _, name := range []string{"title", "link", "description"} {
		r.need(len(c.all("", name)) == 1, "the channel has %d <%s>", len(c.all("", name)), name)
	}
	r.need(c.text("", "title") != "", "the channel's title is empty")
	r.need(absolute(c.text("", "link")), "the channel's link is not absolute")
	if date := c.text("", "lastBuildDate"); date != "" {
		r.need(rfc822(date), "lastBuildDate %q", date)
	}
	r.need(slices.ContainsFunc(c.all(nsAtom, "link"), func(l node) bool { return l.attr("rel") == "self" && l.attr("href") == self }), "no atom:link to itself (%s)", self)
	seen := map[string]bool{}
	for _, item := range c.all("", "item") {
		checkItem(&r, item, seen)
	}
	return r.wrong
}

func checkItem(r *rules, item node, seen map[string]bool) {
	guid := item.text("", "guid")
	r.need(item.text("", "title") != "" || item.text("", "description") != "", "item %s has neither title nor description", guid)
	r.need(guid != "" && !seen[guid], "guid %q is missing or there twice", guid)
	seen[guid] = true
	if g := item.all("", "guid"); len(g) == 1 && g[0].attr("isPermaLink") != "false" {
		r.need(absolute(guid), "guid %q says that it is an address", guid)
	}
	r.need(absolute(item.text("", "link")), "item %s: its link is not absolute", guid)
	r.need(rfc822(item.text("", "pubDate")), "item %s: pubDate %q", guid, item.text("", "pubDate"))
	for _, name := range []string{"title", "link", "description", "guid", "pubDate", "comments", "enclosure"} {
		r.need(len(item.all("", name)) <= 1, "item %s has %d <%s>", guid, len(item.all("", name)), name)
	}
	for _, e := range item.all("", "enclosure") {
		n, err := strconv.ParseInt(e.attr("length"), 10, 64)
		r.need(absolute(e.attr("url")) && err == nil && n >= 0 && mediaType(e.attr("type")), "item %s: enclosure %v", guid, e.Attrs)
	}
	checkFeedHTML(r, guid, item.text(nsContent, "encoded"))
}

// checkFeedHTML finds what a feed reader could not follow or would have to
// take out.
func checkFeedHTML(r *rules, id, text string) {
	z := html.NewTokenizer(strings.NewReader(text))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		r.need(!slices.Contains(notInFeeds, token.Data), "%s: <%s>", id, token.Data)
		for _, a := range token.Attr {
			switch {
			case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				r.need(false, "%s: %v", id, a)
			case slices.Contains(addressed, a.Key):
				u, err := url.Parse(a.Val)
				r.need(err == nil && slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme), "%s: the address %q", id, a.Val)
			}
		}
	}
}

var (
	notInFeeds = []string{"script", "style", "iframe", "object", "embed", "form", "input", "button", "svg", "math", "base", "meta", "link"}
	addressed  = []string{"href", "src", "cite", "poster"}
)

func rfc822(date string) bool {
	_, err := mail.ParseDate(date)
	return err == nil
}

func mediaType(s string) bool {
	kind, _, err := mime.ParseMediaType(s)
	return err == nil && strings.Contains(kind, "/")
}

// checkAtom applies RFC 4287, sections 3 and 4.
func checkAtom(body []byte, self string) []string {
	var r rules
	f, err := parseXML(body)
	if err != nil {
		return []string{err.Error()}
	}
	r.need(f.XMLName == xml.Name{Space: nsAtom, Local: "feed"}, "the root is %v", f.XMLName)
	checkAtomCommon(&r, "feed", f)
	r.need(slices.ContainsFunc(f.all(nsAtom, "link"), func(l node) bool { return l.attr("rel") == "self" && l.attr("href") == self }), "no link to itself (%s)", self)
	seen := map[string]bool{}
	for _, e := range f.all(nsAtom, "entry") {
		id := e.text(nsAtom, "id")
		r.need(!seen[id], "two entries have the id %s", id)
		seen[id] = true
		checkAtomCommon(&r, id, e)
		r.need(len(f.all(nsAtom, "author")) == 1 || len(e.all(nsAtom, "author")) > 0, "%s has no author, nor has the feed", id)
		alternate := slices.ContainsFunc(e.all(nsAtom, "link"), func(l node) bool { return l.attr("rel") == "alternate" || l.attr("rel") == "" })
		content := e.all(nsAtom, "content")
		r.need(len(content) <= 1 && (alternate || len(content) == 1), "%s has %d contents and alternate = %v", id, len(content), alternate)
		for _, c := range content {
			r.need(slices.Contains([]string{"html", "text", "xhtml"}, c.attr("type")), "%s: content of the type %q", id, c.attr("type"))
			checkFeedHTML(&r, id, c.Text)
		}
		if p := e.text(nsAtom, "published"); p != "" {
			r.need(rfc3339(p), "%s: published %q", id, p)
		}
	}
	return r.wrong
}

// checkAtomCommon checks what feeds and entries share.
func checkAtomCommon(r *rules, name string, n node) {
	for _, must := range []string{"id", "title", "updated"} {
		r.need(len(n.all(nsAtom, must)) == 1, "%s has %d <%s>", name, len(n.all(nsAtom, must)), must)
	}
	u, err := url.Parse(n.text(nsAtom, "id"))
	r.need(err == nil && u.Scheme != "", "%s: the id %q is no IRI", name, n.text(nsAtom, "id"))
	r.need(rfc3339(n.text(nsAtom, "updated")), "%s: updated %q", name, n.text(nsAtom, "updated"))
	alternates := map[string]bool{}
	for _, l := range n.all(nsAtom, "link") {
		r.need(absolute(l.attr("href")), "%s: link %v", name, l.Attrs)
		if t := l.attr("type"); t != "" {
			r.need(mediaType(t), "%s: link of the type %q", name, t)
		}
		if l.attr("rel") == "alternate" {
			key := l.attr("type") + " " + l.attr("hreflang")
			r.need(!alternates[key], "%s: two alternate links of one type and language", name)
			alternates[key] = true
		}
	}
	for _, a := range n.all(nsAtom, "author") {
		r.need(len(a.all(nsAtom, "name")) == 1 && a.text(nsAtom, "name") != "", "%s: an author without a name", name)
		if uri := a.text(nsAtom, "uri"); uri != "" {
			r.need(absolute(uri), "%s: author's uri %q", name, uri)
		}
	}
	for _, c := range n.all(nsAtom, "category") {
		r.need(c.attr("term") != "", "%s: a category without a term", name)
	}
}

func rfc3339(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

// checkJSONFeed applies JSON Feed 1.1.
func checkJSONFeed(body []byte, self string) []string {
	type author struct{ Name, URL, Avatar string }
	var f struct {
		Version, Title string
		HomePageURL    string `json:"home_page_url"`
		FeedURL        string `json:"feed_url"`
		Authors        []author
		Items          []struct {
			ID            any
			URL           string
			ExternalURL   string  `json:"external_url"`
			ContentHTML   *string `json:"content_html"`
			ContentText   *string `json:"content_text"`
			Image         string
			DatePublished string `json:"date_published"`
			DateModified  string `json:"date_modified"`
			Authors       []author
			Tags          []string
			Attachments   []struct {
				URL      string
				MimeType string `json:"mime_type"`
			}
		}
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return []string{err.Error()}
	}
	var r rules
	r.need(f.Version == "https://jsonfeed.org/version/1.1", "version %q", f.Version)
	r.need(f.Title != "", "no title")
	r.need(absolute(f.HomePageURL), "home_page_url %q", f.HomePageURL)
	r.need(f.FeedURL == self, "feed_url %q", f.FeedURL)
	r.need(f.Items != nil, "no items member")
	seen := map[string]bool{}
	for _, it := range f.Items {
		id, ok := it.ID.(string)
		r.need(ok && id != "" && !seen[id], "id %v is no string, empty or there twice", it.ID)
		seen[id] = true
		r.need(it.ContentHTML != nil || it.ContentText != nil, "%s has no content", id)
		for _, address := range []string{it.URL, it.ExternalURL, it.Image} {
			r.need(address == "" || absolute(address), "%s: address %q", id, address)
		}
		r.need(rfc3339(it.DatePublished) && (it.DateModified == "" || rfc3339(it.DateModified)), "%s: dates %q, %q", id, it.DatePublished, it.DateModified)
		for _, a := range it.Authors {
			r.need(a.Name != "" || a.URL != "" || a.Avatar != "", "%s: an author without anything", id)
		}
		for _, a := range it.Attachments {
			r.need(absolute(a.URL) && mediaType(a.MimeType), "%s: attachment %+v", id, a)
		}
		if it.ContentHTML != nil {
			checkFeedHTML(&r, id, *it.ContentHTML)
		}
	}
	return r.wrong
}
