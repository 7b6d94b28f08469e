// Package wxrtest writes WordPress exports of any size for tests and
// measurements: the same Spec gives the same bytes on every machine.
package wxrtest

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// Spec says what an export holds. Zero counts mean the defaults in brackets;
// negative counts mean none.
type Spec struct {
	Seed     uint64
	Articles int       // exactly as given
	Pages    int       // [5]
	Authors  int       // [12]
	Sections int       // [8], every third one is a child of the one before
	Tags     int       // [60]
	Media    int       // attachments, one for every so many articles [4]
	Comments int       // a quarter of the articles has up to twice so many [4]
	Words    int       // of an article on average [700, which makes 7 KB with all that belongs to it]
	From     time.Time // date of the first article [2015-01-01]; the rest follow, at most 25 minutes apart
	SiteURL  string    // without slash at its end [https://courier.example]
}

// Truth counts what was written.
type Truth struct {
	Authors, Sections, Tags, Terms   int
	Articles, Pages, Media, Items    int
	Menus, MenuItems                 int
	Comments, Pending                int
	Sticky, Password, Private, Draft int
	Words                            int   // in the texts of articles and pages, headings and captions included
	Bytes                            int64 // of the whole file
}

func (s Spec) withDefaults() Spec {
	count := func(n *int, otherwise int) {
		if *n == 0 {
			*n = otherwise
		}
		*n = max(*n, 0)
	}
	count(&s.Pages, 5)
	count(&s.Authors, 12)
	count(&s.Sections, 8)
	count(&s.Tags, 60)
	count(&s.Media, 4)
	count(&s.Comments, 4)
	count(&s.Words, 700)
	s.Authors, s.Sections = max(s.Authors, 1), max(s.Sections, 1)
	if s.From.IsZero() {
		s.From = time.Date(2015, 1, 1, 6, 0, 0, 0, time.UTC)
	}
	if s.SiteURL == "" {
		s.SiteURL = "https://courier.example"
	}
	return s
}

// writer carries one export.
type writer struct {
	Spec
	out   *bufio.Writer
	rnd   *rand.Rand
	truth Truth
	id    int // the next post id
	buf   strings.Builder
}

// Write writes the export that spec describes to out.
func Write(out io.Writer, spec Spec) (Truth, error) {
	counted := &counter{w: out}
	w := &writer{Spec: spec.withDefaults(), out: bufio.NewWriterSize(counted, 1<<16), rnd: rand.New(rand.NewPCG(spec.Seed, 2015)), id: 100}
	w.head()
	w.authors()
	w.terms()
	for i := range w.Pages {
		w.page(i)
	}
	w.menu()
	for i := range w.Articles {
		w.article(i)
	}
	w.printf("</channel>\n</rss>\n")
	err := w.out.Flush()
	w.truth.Bytes = counted.n
	return w.truth, err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// printf writes to the export; bufio keeps the first error for Flush.
func (w *writer) printf(format string, args ...any) { fmt.Fprintf(w.out, format, args...) }

// cdata writes text as WordPress's wxr_cdata does.
func cdata(text string) string {
	return "<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>"
}

func (w *writer) head() {
	w.printf(`<?xml version="1.0" encoding="UTF-8" ?>
<!-- generator="WordPress/6.8" -->
<rss version="2.0"
	xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:wp="http://wordpress.org/export/1.2/"
>
<channel>
	<title>The Example Courier</title>
	<link>%[1]s</link>
	<description>News of a town that does not exist</description>
	<pubDate>Mon, 23 Nov 2026 06:00:00 +0000</pubDate>
	<language>en-US</language>
	<wp:wxr_version>1.2</wp:wxr_version>
	<wp:base_site_url>%[1]s</wp:base_site_url>
	<wp:base_blog_url>%[1]s</wp:base_blog_url>
`, w.SiteURL)
}

func (w *writer) authors() {
	for i := range w.Authors {
		first, last := firstNames[i%len(firstNames)], lastNames[(i*7)%len(lastNames)]
		w.printf("	<wp:author><wp:author_id>%d</wp:author_id><wp:author_login>%s</wp:author_login><wp:author_email>%s</wp:author_email><wp:author_display_name>%s</wp:author_display_name><wp:author_first_name>%s</wp:author_first_name><wp:author_last_name>%s</wp:author_last_name></wp:author>\n",
			i+1, cdata(login(i)), cdata(login(i)+"@courier.example"), cdata(first+" "+last), cdata(first), cdata(last))
		w.truth.Authors++
	}
}

func login(i int) string { return fmt.Sprintf("author%d", i+1) }

func sectionName(i int) string {
	if i < len(sectionNames) {
		return sectionNames[i]
	}
	return fmt.Sprintf("%s %d", sectionNames[i%len(sectionNames)], i/len(sectionNames)+1)
}

func tagName(i int) string {
	return nouns[i%len(nouns)] + strings.Repeat(" and "+places[(i/len(nouns))%len(places)], min(1, i/len(nouns))) + numbered(i/(len(nouns)*len(places)))
}

func numbered(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" %d", n)
}

func slug(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

// isChild says that a section stands under the one before it.
func isChild(i int) bool { return i%3 == 2 }

func (w *writer) terms() {
	for i := range w.Sections {
		parent := ""
		if isChild(i) {
			parent = slug(sectionName(i - 1))
		}
		w.printf("	<wp:category><wp:term_id>%d</wp:term_id><wp:category_nicename>%s</wp:category_nicename><wp:category_parent>%s</wp:category_parent><wp:cat_name>%s</wp:cat_name><wp:category_description>%s</wp:category_description></wp:category>\n",
			1000+i, cdata(slug(sectionName(i))), cdata(parent), cdata(sectionName(i)), cdata("All about "+strings.ToLower(sectionName(i))+"."))
		w.truth.Sections++
	}
	for i := range w.Tags {
		w.printf("	<wp:tag><wp:term_id>%d</wp:term_id><wp:tag_slug>%s</wp:tag_slug><wp:tag_name>%s</wp:tag_name></wp:tag>\n",
			5000+i, cdata(slug(tagName(i))), cdata(tagName(i)))
		w.truth.Tags++
	}
	w.printf("	<wp:term><wp:term_id>9000</wp:term_id><wp:term_taxonomy>nav_menu</wp:term_taxonomy><wp:term_slug>main</wp:term_slug><wp:term_parent></wp:term_parent><wp:term_name>Main</wp:term_name></wp:term>\n")
	w.truth.Terms, w.truth.Menus = 1, 1
}

// every is the time between two articles: they fit into ten years, so that none
// of a large archive lies in the future and stays hidden.
func (s Spec) every() time.Duration {
	const span = 10 * 365 * 24 * time.Hour
	return min(25*time.Minute, (span / time.Duration(max(s.Articles, 1))).Truncate(time.Second))
}
