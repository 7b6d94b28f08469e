package exchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/urlpath"
)

// wxrWriter writes a WordPress export (WXR 1.2) of items without text: they
// name articles by title, date and address, so that WordPress adds comments to
// the posts that it has.
type wxrWriter struct {
	conf   settings.Site
	origin string
	now    time.Time
	zone   *time.Location
}

// MetaKey is the custom field of a comment in which an export keeps what WXR
// has no place for.
const MetaKey = "_dateline"

// Meta is the value of that field, as JSON.
type Meta struct {
	Created  int64         `json:"created"` // microseconds since 1970
	Edited   int64         `json:"edited,omitempty"`
	Likes    int64         `json:"likes,omitempty"`
	Picked   bool          `json:"picked,omitempty"`
	Document *richtext.Doc `json:"document,omitempty"` // where the HTML does not give it again
}

// metaOf is what WXR has no place for of a comment with that HTML.
func metaOf(c *outComment, html string) ([]byte, error) {
	m := Meta{Created: db.Micros(c.Created), Edited: db.Micros(c.Edited), Likes: c.Likes, Picked: c.Picked}
	again, _ := richtext.FromCommentHTML(html)
	was, err := json.Marshal(c.Body)
	if err != nil {
		return nil, err
	}
	is, err := json.Marshal(again)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(was, is) {
		m.Document = &c.Body
	}
	return json.Marshal(m)
}

// Body is the document of a comment with that HTML: the one that came along,
// unless somebody changed the HTML since.
func (m *Meta) Body(html string) (richtext.Doc, bool) {
	if m.Document == nil || richtext.CommentHTML(*m.Document) != html {
		return richtext.Doc{}, false
	}
	doc, err := richtext.ValidateComment(*m.Document)
	return doc, err == nil
}

func (w *wxrWriter) begin(out *bufio.Writer, authors []outAuthor) error {
	fmt.Fprintf(out, `<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0"
	xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:wp="http://wordpress.org/export/1.2/"
>
<channel>
	<title>%s</title>
	<link>%s</link>
	<description>%s</description>
	<pubDate>%s</pubDate>
	<language>%s</language>
	<wp:wxr_version>1.2</wp:wxr_version>
	<wp:base_site_url>%[2]s</wp:base_site_url>
	<wp:base_blog_url>%[2]s</wp:base_blog_url>
`, cdata(w.conf.Title), escaped(w.origin), cdata(w.conf.Tagline), w.now.UTC().Format(time.RFC1123Z), escaped(w.conf.Locale))
	for _, a := range authors {
		fmt.Fprintf(out, "\t<wp:author><wp:author_id>%d</wp:author_id><wp:author_login>%s</wp:author_login><wp:author_display_name>%s</wp:author_display_name></wp:author>\n",
			a.id, cdata(a.slug), cdata(a.name))
	}
	return nil // the writer keeps its first error for Flush
}

func (w *wxrWriter) article(out *bufio.Writer, a *outArticle, _ bool) error {
	at := a.published
	if at.IsZero() {
		at = a.created
	}
	kind, status, open := "post", "draft", "closed"
	if a.kind == "page" {
		kind = "page"
	}
	switch {
	case a.known:
		status = "publish"
	case a.access == "private":
		status = "private"
	}
	if a.open {
		open = "open"
	}
	fmt.Fprintf(out, `	<item>
		<title>%s</title>
		<link>%s</link>
		<pubDate>%s</pubDate>
		<dc:creator></dc:creator>
		<guid isPermaLink="false">%s</guid>
		<description></description>
		<content:encoded><![CDATA[]]></content:encoded>
		<excerpt:encoded><![CDATA[]]></excerpt:encoded>
		<wp:post_id>%d</wp:post_id>
		<wp:post_date>%s</wp:post_date>
		<wp:post_date_gmt>%s</wp:post_date_gmt>
		<wp:comment_status>%s</wp:comment_status>
		<wp:ping_status>closed</wp:ping_status>
		<wp:post_name>%s</wp:post_name>
		<wp:status>%s</wp:status>
		<wp:post_parent>0</wp:post_parent>
		<wp:menu_order>0</wp:menu_order>
		<wp:post_type>%s</wp:post_type>
		<wp:post_password></wp:post_password>
		<wp:is_sticky>0</wp:is_sticky>
`, cdata(a.headline), escaped(a.address(w.origin)), at.Format(time.RFC1123Z), escaped(a.address(w.origin)), a.number, at.In(w.zone).Format(time.DateTime),
		at.UTC().Format(time.DateTime), open, cdata(a.slug), status, kind)
	return nil
}

// address is where an article stands, or would.
func (a *outArticle) address(origin string) string { return origin + urlpath.Escape(a.path) }

// wxrApproved are WordPress's words for a status.
var wxrApproved = map[comment.Status]string{comment.StatusApproved: "1", comment.StatusPending: "0", comment.StatusSpam: "spam", comment.StatusBinned: "trash",
	comment.StatusRemoved: "trash"}

func (w *wxrWriter) comment(out *bufio.Writer, c *outComment, number, parent int64, _ bool) error {
	html := richtext.CommentHTML(c.Body)
	meta, err := metaOf(c, html)
	if err != nil {
		return err
	}
	user := int64(0)
	if c.author != "" {
		user = c.Profile
	}
	fmt.Fprintf(out, `		<wp:comment>
			<wp:comment_id>%d</wp:comment_id>
			<wp:comment_author>%s</wp:comment_author>
			<wp:comment_author_email>%s</wp:comment_author_email>
			<wp:comment_author_url>%s</wp:comment_author_url>
			<wp:comment_author_IP></wp:comment_author_IP>
			<wp:comment_date>%s</wp:comment_date>
			<wp:comment_date_gmt>%s</wp:comment_date_gmt>
			<wp:comment_content>%s</wp:comment_content>
			<wp:comment_approved>%s</wp:comment_approved>
			<wp:comment_type>%s</wp:comment_type>
			<wp:comment_parent>%d</wp:comment_parent>
			<wp:comment_user_id>%d</wp:comment_user_id>
			<wp:commentmeta><wp:meta_key>%s</wp:meta_key><wp:meta_value>%s</wp:meta_value></wp:commentmeta>
		</wp:comment>
`, number, cdata(c.Name), cdata(c.Email), escaped(c.URL), c.Created.In(w.zone).Format(time.DateTime), c.Created.UTC().Format(time.DateTime),
		cdata(html), wxrApproved[c.Status], escaped(string(c.Kind)), parent, user, MetaKey, cdata(string(meta)))
	return nil
}

func (w *wxrWriter) endArticle(out *bufio.Writer) error {
	_, err := out.WriteString("\t</item>\n")
	return err
}

func (w *wxrWriter) end(out *bufio.Writer) error {
	_, err := out.WriteString("</channel>\n</rss>\n")
	return err
}

// cdata writes text as WordPress does.
func cdata(s string) string {
	return "<![CDATA[" + strings.ReplaceAll(legal(s), "]]>", "]]]]><![CDATA[>") + "]]>"
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escaped(s string) string { return xmlEscaper.Replace(legal(s)) }

// legal takes away what XML cannot hold.
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n':
			return r
		case r < ' ', r == utf8.RuneError, r == 0xfffe, r == 0xffff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
