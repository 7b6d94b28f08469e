package importer_test

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// export is a WordPress export in the making.
type export struct {
	Home     string // [https://courier.example]
	Language string // [en-US]
	Head     string // authors and terms, as XML
	Items    []item
}

// item is one item of an export. Zero fields have WordPress's defaults.
type item struct {
	ID                               int
	Type                             string // [post]
	Status                           string // [publish]
	Title, Slug, Link, Creator       string
	Date, GMT, Modified              string // GMT and Modified are Date unless given
	Content, Excerpt, Password, File string // File is the attachment's address
	Parent, Order                    int
	Sticky                           bool
	Terms                            []ref
	Meta                             []field
	Comments                         []reply
	GUID                             string
}

type ref struct{ taxonomy, slug, name string }

type field struct{ key, value string }

type reply struct {
	ID, Parent, User               int
	Author, Email, URL, Date, Text string
	Approved, Type                 string // ["1"], ["comment"]
}

func (e export) String() string {
	home := or(e.Home, "https://courier.example")
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>The Courier</title><link>%[1]s</link><description>News</description><language>%[2]s</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>%[1]s</wp:base_site_url><wp:base_blog_url>%[1]s</wp:base_blog_url>
%[3]s
`, home, or(e.Language, "en-US"), e.Head)
	for _, it := range e.Items {
		b.WriteString(it.xml(home))
	}
	b.WriteString("</channel>\n</rss>\n")
	return b.String()
}

// write writes the export to a file of its own and returns its path.
func (e export) write(t testing.TB) string { return writeFile(t, "export.xml", e.String()) }

func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (it item) xml(home string) string {
	date := or(it.Date, "2024-05-06 07:08:09")
	sticky := map[bool]int{true: 1}[it.Sticky]
	var b strings.Builder
	fmt.Fprintf(&b, "<item><title>%s</title><link>%s</link><dc:creator>%s</dc:creator><guid isPermaLink=\"false\">%s</guid>", cdata(it.Title),
		html.EscapeString(or(it.Link, fmt.Sprintf("%s/?p=%d", home, it.ID))), cdata(or(it.Creator, "ann")), html.EscapeString(it.GUID))
	fmt.Fprintf(&b, "<content:encoded>%s</content:encoded><excerpt:encoded>%s</excerpt:encoded>\n", cdata(it.Content), cdata(it.Excerpt))
	if it.ID != 0 {
		fmt.Fprintf(&b, "<wp:post_id>%d</wp:post_id>", it.ID)
	}
	fmt.Fprintf(&b, "<wp:post_date>%s</wp:post_date><wp:post_date_gmt>%s</wp:post_date_gmt><wp:post_modified>%s</wp:post_modified><wp:post_modified_gmt>%s</wp:post_modified_gmt>",
		date, or(it.GMT, date), or(it.Modified, date), or(it.Modified, it.GMT, date))
	fmt.Fprintf(&b, "<wp:comment_status>open</wp:comment_status><wp:post_name>%s</wp:post_name><wp:status>%s</wp:status><wp:post_parent>%d</wp:post_parent>",
		cdata(it.Slug), or(it.Status, "publish"), it.Parent)
	fmt.Fprintf(&b, "<wp:menu_order>%d</wp:menu_order><wp:post_type>%s</wp:post_type><wp:post_password>%s</wp:post_password><wp:is_sticky>%d</wp:is_sticky>\n",
		it.Order, or(it.Type, "post"), cdata(it.Password), sticky)
	if it.File != "" {
		fmt.Fprintf(&b, "<wp:attachment_url>%s</wp:attachment_url>", cdata(it.File))
	}
	for _, t := range it.Terms {
		fmt.Fprintf(&b, "<category domain=%q nicename=%q>%s</category>", t.taxonomy, t.slug, cdata(or(t.name, t.slug)))
	}
	for _, m := range it.Meta {
		fmt.Fprintf(&b, "<wp:postmeta><wp:meta_key>%s</wp:meta_key><wp:meta_value>%s</wp:meta_value></wp:postmeta>", cdata(m.key), cdata(m.value))
	}
	for _, c := range it.Comments {
		b.WriteString(c.xml())
	}
	b.WriteString("</item>\n")
	return b.String()
}

func (c reply) xml() string {
	date := or(c.Date, "2024-05-07 00:00:00")
	id := ""
	if c.ID != 0 {
		id = fmt.Sprintf("<wp:comment_id>%d</wp:comment_id>", c.ID)
	}
	return fmt.Sprintf("<wp:comment>%s<wp:comment_author>%s</wp:comment_author><wp:comment_author_email>%s</wp:comment_author_email><wp:comment_author_url>%s</wp:comment_author_url><wp:comment_author_IP>192.0.2.77</wp:comment_author_IP><wp:comment_date>%s</wp:comment_date><wp:comment_date_gmt>%s</wp:comment_date_gmt><wp:comment_content>%s</wp:comment_content><wp:comment_approved>%s</wp:comment_approved><wp:comment_type>%s</wp:comment_type><wp:comment_parent>%d</wp:comment_parent><wp:comment_user_id>%d</wp:comment_user_id></wp:comment>\n",
		id, cdata(c.Author), c.Email, cdata(c.URL), date, date, cdata(c.Text), or(c.Approved, "1"), or(c.Type, "comment"), c.Parent, c.User)
}

func cdata(s string) string {
	return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
}

func or(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}

// user, section, tag and term are entries of an export's head.
func user(id int, login, name string) string {
	return fmt.Sprintf("<wp:author><wp:author_id>%d</wp:author_id><wp:author_login>%s</wp:author_login><wp:author_email>%s@staff.example</wp:author_email><wp:author_display_name>%s</wp:author_display_name></wp:author>\n", id, cdata(login), login, cdata(name))
}

func section(id int, slug, parent, name string) string {
	return fmt.Sprintf("<wp:category><wp:term_id>%d</wp:term_id><wp:category_nicename>%s</wp:category_nicename><wp:category_parent>%s</wp:category_parent><wp:cat_name>%s</wp:cat_name></wp:category>\n", id, slug, parent, cdata(name))
}

func tag(id int, slug, name string) string {
	return fmt.Sprintf("<wp:tag><wp:term_id>%d</wp:term_id><wp:tag_slug>%s</wp:tag_slug><wp:tag_name>%s</wp:tag_name></wp:tag>\n", id, slug, cdata(name))
}

func term(id int, taxonomy, slug, parent, name string) string {
	return fmt.Sprintf("<wp:term><wp:term_id>%d</wp:term_id><wp:term_taxonomy>%s</wp:term_taxonomy><wp:term_slug>%s</wp:term_slug><wp:term_parent>%s</wp:term_parent><wp:term_name>%s</wp:term_name></wp:term>\n", id, taxonomy, slug, parent, cdata(name))
}
