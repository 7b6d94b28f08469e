package wxrtest

import (
	"fmt"
	"strings"
	"time"
)

// post is what every item has.
type post struct {
	id, parent, order   int
	kind, status        string
	title, slug, link   string
	author              string
	content, excerpt    string
	password            string
	sticky              bool
	date                time.Time
	attachment          string
	terms, meta, extras string // ready XML
}

func (w *writer) nextID() int {
	w.id++
	return w.id
}

func (w *writer) write(p post) {
	sticky := 0
	if p.sticky {
		sticky = 1
	}
	w.printf(`	<item>
		<title>%s</title>
		<link>%s</link>
		<pubDate>%s</pubDate>
		<dc:creator>%s</dc:creator>
		<guid isPermaLink="false">%s/?p=%d</guid>
		<description></description>
		<content:encoded>%s</content:encoded>
		<excerpt:encoded>%s</excerpt:encoded>
		<wp:post_id>%d</wp:post_id>
		<wp:post_date>%s</wp:post_date>
		<wp:post_date_gmt>%s</wp:post_date_gmt>
		<wp:post_modified>%s</wp:post_modified>
		<wp:post_modified_gmt>%s</wp:post_modified_gmt>
		<wp:comment_status>open</wp:comment_status>
		<wp:ping_status>open</wp:ping_status>
		<wp:post_name>%s</wp:post_name>
		<wp:status>%s</wp:status>
		<wp:post_parent>%d</wp:post_parent>
		<wp:menu_order>%d</wp:menu_order>
		<wp:post_type>%s</wp:post_type>
		<wp:post_password>%s</wp:post_password>
		<wp:is_sticky>%d</wp:is_sticky>
`, cdata(p.title), p.link, p.date.Format(time.RFC1123Z), cdata(p.author), w.SiteURL, p.id, cdata(p.content), cdata(p.excerpt), p.id,
		p.date.Format(time.DateTime), p.date.Format(time.DateTime), p.date.Format(time.DateTime), p.date.Format(time.DateTime),
		cdata(p.slug), cdata(p.status), p.parent, p.order, cdata(p.kind), cdata(p.password), sticky)
	if p.attachment != "" {
		w.printf("\t\t<wp:attachment_url>%s</wp:attachment_url>\n", cdata(p.attachment))
	}
	w.printf("%s%s%s\t</item>\n", p.terms, p.meta, p.extras)
	w.truth.Items++
}

func meta(key, value string) string {
	return "\t\t<wp:postmeta><wp:meta_key>" + cdata(key) + "</wp:meta_key><wp:meta_value>" + cdata(value) + "</wp:meta_value></wp:postmeta>\n"
}

func termRef(domain, name string) string {
	return fmt.Sprintf("\t\t<category domain=%q nicename=%q>%s</category>\n", domain, slug(name), cdata(name))
}

func (w *writer) page(i int) {
	title := pageTitles[i%len(pageTitles)] + numbered(i/len(pageTitles))
	content, words := w.blocks(120, 0, "")
	w.truth.Words += words
	w.truth.Pages++
	w.write(post{id: w.nextID(), kind: "page", status: "publish", title: title, slug: slug(title), link: w.SiteURL + "/" + slug(title) + "/",
		author: login(0), content: content, order: i, date: w.From})
}

// menu writes a menu of the front page and all top sections.
func (w *writer) menu() {
	order := 0
	item := func(title, kind, object string, ref int, url string) {
		order++
		id := w.nextID()
		w.write(post{id: id, kind: "nav_menu_item", status: "publish", title: title, slug: fmt.Sprint(id), link: fmt.Sprintf("%s/?p=%d", w.SiteURL, id),
			author: login(0), order: order, date: w.From, terms: termRef("nav_menu", "Main"),
			meta: meta("_menu_item_type", kind) + meta("_menu_item_menu_item_parent", "0") + meta("_menu_item_object_id", fmt.Sprint(ref)) +
				meta("_menu_item_object", object) + meta("_menu_item_target", "") + meta("_menu_item_classes", `a:1:{i:0;s:0:"";}`) + meta("_menu_item_url", url)})
		w.truth.MenuItems++
	}
	item("Home", "custom", "custom", 0, w.SiteURL+"/")
	for i := range w.Sections {
		if !isChild(i) {
			item("", "taxonomy", "category", 1000+i, "")
		}
	}
}

// article writes the article number i, before it its picture when it has one.
func (w *writer) article(i int) {
	date := w.From.Add(time.Duration(i) * w.every())
	id := w.nextID()
	title := w.headline()
	p := post{id: id, kind: "post", status: "publish", title: title, slug: fmt.Sprintf("%s-%d", slug(strings.ReplaceAll(title, ",", "")), i),
		author: login(w.rnd.IntN(w.Authors)), date: date}
	p.link = fmt.Sprintf("%s/%s/%s/", w.SiteURL, date.Format("2006/01/02"), p.slug)
	picture, file := 0, ""
	if w.Media > 0 && i%w.Media == 0 {
		picture, file = w.attachment(id, date)
		p.meta += meta("_thumbnail_id", fmt.Sprint(picture))
	}
	words := 0
	if i%3 == 2 {
		p.content, words = w.classic(w.length(), picture, file)
	} else {
		p.content, words = w.blocks(w.length(), picture, file)
	}
	w.truth.Words += words
	section := w.rnd.IntN(w.Sections)
	p.terms = termRef("category", sectionName(section))
	for range w.rnd.IntN(5) {
		if w.Tags > 0 {
			p.terms += termRef("post_tag", tagName(w.rnd.IntN(w.Tags)))
		}
	}
	if i%5 == 0 {
		p.excerpt = w.sentence()
	}
	p.meta += meta("_edit_last", "1") + meta("_yoast_wpseo_metadesc", w.sentence())
	w.state(&p, i)
	p.extras = w.comments(date)
	w.truth.Articles++
	w.write(p)
}

// state makes a few articles other than published.
func (w *writer) state(p *post, i int) {
	switch i % 200 {
	case 41:
		p.status = "draft"
		w.truth.Draft++
	case 83:
		p.status = "private"
		w.truth.Private++
	case 127:
		p.password = "sesame"
		w.truth.Password++
	case 150:
		if i < 200 {
			p.sticky = true
			w.truth.Sticky++
		}
	}
}

// length is the wanted number of words of an article.
func (w *writer) length() int { return max(20, w.Words/2+w.rnd.IntN(w.Words+1)) }

// attachment writes a picture and returns its id and path below uploads.
func (w *writer) attachment(parent int, date time.Time) (int, string) {
	id := w.nextID()
	file := fmt.Sprintf("%s/picture-%d.jpg", date.Format("2006/01"), id)
	name := fmt.Sprintf("picture-%d", id)
	w.write(post{id: id, kind: "attachment", status: "inherit", parent: parent, title: name, slug: name, link: fmt.Sprintf("%s/?attachment_id=%d", w.SiteURL, id),
		author: login(0), excerpt: w.sentence(), date: date, attachment: w.SiteURL + "/wp-content/uploads/" + file,
		meta: meta("_wp_attached_file", file) + meta("_wp_attachment_image_alt", "A picture of a "+w.pick(nouns)) +
			meta("_wp_attachment_metadata", fmt.Sprintf(`a:4:{s:5:"width";i:1200;s:6:"height";i:800;s:4:"file";s:%d:"%s";s:10:"image_meta";a:2:{s:6:"credit";s:9:"A. Ximple";s:9:"copyright";s:0:"";}}`, len(file), file))})
	w.truth.Media++
	return id, file
}

// comments returns the comments of an article, some of them answers.
func (w *writer) comments(date time.Time) string {
	if w.Comments == 0 || w.rnd.IntN(4) != 0 {
		return ""
	}
	var b strings.Builder
	last := 0
	for n := range w.rnd.IntN(2*w.Comments) + 1 {
		w.truth.Comments++
		parent, approved := 0, "1"
		if n > 0 && w.rnd.IntN(2) == 0 {
			parent = last
		}
		if w.rnd.IntN(20) == 0 {
			approved = "0"
			w.truth.Pending++
		}
		last = w.truth.Comments
		when := date.Add(time.Duration(n+1) * time.Hour).Format(time.DateTime)
		who := w.pick(firstNames)
		fmt.Fprintf(&b, "\t\t<wp:comment><wp:comment_id>%d</wp:comment_id><wp:comment_author>%s</wp:comment_author><wp:comment_author_email>%s@readers.example</wp:comment_author_email><wp:comment_author_url></wp:comment_author_url><wp:comment_author_IP>192.0.2.%d</wp:comment_author_IP><wp:comment_date>%s</wp:comment_date><wp:comment_date_gmt>%s</wp:comment_date_gmt><wp:comment_content>%s</wp:comment_content><wp:comment_approved>%s</wp:comment_approved><wp:comment_type>comment</wp:comment_type><wp:comment_parent>%d</wp:comment_parent><wp:comment_user_id>0</wp:comment_user_id></wp:comment>\n",
			last, cdata(who), strings.ToLower(who), last%250+1, when, when, cdata(w.sentence()+"\n\n"+w.sentence()), approved, parent)
	}
	return b.String()
}
