package site

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
)

// export writes a WordPress export (WXR 1.2) by hand, for content that no
// WordPress would let an author enter.
type export struct {
	title   string
	authors []person
	posts   []post
}

type person struct{ login, name string }

type post struct {
	kind, status           string // [post, publish]
	title, slug            string
	author                 string // login
	content, excerpt       string
	file                   string // of an attachment, below uploads
	alt                    string // of an attachment
	picture                int    // number of the attachment that leads
	sections, tags         []term
	comments               []remark
	seoTitle, seoDescribes string
}

type term struct{ slug, name string }

type remark struct {
	name, url, text string
	parent          int // number among the post's comments, counted from 1
}

const exportSite = "https://paper.example"

// cdata is text as WordPress writes it, without what XML cannot hold.
func cdata(text string) string {
	legal := strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return "<![CDATA[" + strings.ReplaceAll(legal, "]]>", "]]]]><![CDATA[>") + "]]>"
}

// attr is text for an attribute of the export.
func attr(text string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(text)) // a buffer takes every write
	return b.String()
}

// bytes is the whole file. Posts are numbered from 1.
func (e export) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>%s</title><link>%s</link><description>Nobody reads it</description><language>en-US</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>%[2]s</wp:base_site_url><wp:base_blog_url>%[2]s</wp:base_blog_url>
`, cdata(e.title), exportSite)
	for i, a := range e.authors {
		fmt.Fprintf(&b, "<wp:author><wp:author_id>%d</wp:author_id><wp:author_login>%s</wp:author_login><wp:author_email>%[2]s</wp:author_email><wp:author_display_name>%s</wp:author_display_name><wp:author_first_name>%[3]s</wp:author_first_name><wp:author_last_name></wp:author_last_name></wp:author>\n",
			i+1, cdata(a.login), cdata(a.name))
	}
	for i, p := range e.posts {
		p.write(&b, i+1)
	}
	b.WriteString("</channel>\n</rss>\n")
	return b.Bytes()
}

func (p post) write(b *bytes.Buffer, id int) {
	if p.kind == "" {
		p.kind = "post"
	}
	if p.status == "" {
		p.status = "publish"
	}
	when := fmt.Sprintf("2026-%02d-%02d 10:%02d:00", id/28%9+1, id%28+1, id%60)
	fmt.Fprintf(b, `<item><title>%s</title><link>%s/%s/</link><dc:creator>%s</dc:creator><guid isPermaLink="false">%[2]s/?p=%[5]d</guid>
<content:encoded>%[6]s</content:encoded><excerpt:encoded>%[7]s</excerpt:encoded><wp:post_id>%[5]d</wp:post_id>
<wp:post_date>%[8]s</wp:post_date><wp:post_date_gmt>%[8]s</wp:post_date_gmt><wp:post_modified_gmt>%[8]s</wp:post_modified_gmt>
<wp:comment_status>open</wp:comment_status><wp:ping_status>open</wp:ping_status><wp:post_name>%[9]s</wp:post_name><wp:status>%[10]s</wp:status>
<wp:post_parent>0</wp:post_parent><wp:menu_order>0</wp:menu_order><wp:post_type>%[11]s</wp:post_type><wp:post_password></wp:post_password><wp:is_sticky>0</wp:is_sticky>
`, cdata(p.title), exportSite, attr(p.slug), cdata(p.author), id, cdata(p.content), cdata(p.excerpt), when, cdata(p.slug), p.status, p.kind)
	if p.file != "" {
		fmt.Fprintf(b, "<wp:attachment_url>%s</wp:attachment_url>\n", cdata(exportSite+"/wp-content/uploads/"+p.file))
		meta(b, "_wp_attached_file", p.file)
		meta(b, "_wp_attachment_image_alt", p.alt)
	}
	if p.picture > 0 {
		meta(b, "_thumbnail_id", fmt.Sprint(p.picture))
	}
	if p.seoTitle != "" {
		meta(b, "_yoast_wpseo_title", p.seoTitle)
		meta(b, "_yoast_wpseo_metadesc", p.seoDescribes)
	}
	for domain, terms := range map[string][]term{"category": p.sections, "post_tag": p.tags} {
		for _, t := range terms {
			fmt.Fprintf(b, "<category domain=%q nicename=%q>%s</category>\n", domain, attr(t.slug), cdata(t.name))
		}
	}
	for i, c := range p.comments {
		parent := 0
		if c.parent > 0 {
			parent = id*1000 + c.parent
		}
		fmt.Fprintf(b, "<wp:comment><wp:comment_id>%d</wp:comment_id><wp:comment_author>%s</wp:comment_author><wp:comment_author_email>reader@readers.example</wp:comment_author_email><wp:comment_author_url>%s</wp:comment_author_url><wp:comment_date_gmt>%s</wp:comment_date_gmt><wp:comment_content>%s</wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_type>comment</wp:comment_type><wp:comment_parent>%d</wp:comment_parent></wp:comment>\n",
			id*1000+i+1, cdata(c.name), cdata(c.url), when, cdata(c.text), parent)
	}
	b.WriteString("</item>\n")
}

func meta(b *bytes.Buffer, key, value string) {
	fmt.Fprintf(b, "<wp:postmeta><wp:meta_key>%s</wp:meta_key><wp:meta_value>%s</wp:meta_value></wp:postmeta>\n", cdata(key), cdata(value))
}
