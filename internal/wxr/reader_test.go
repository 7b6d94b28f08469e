package wxr

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// readAll returns all records of src and the error that ended them, nil for a
// whole file.
func readAll(src io.Reader, opt Options) ([]Record, *Reader, error) {
	r := NewReader(src, opt)
	var list []Record
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list, r, nil
		}
		if err != nil {
			return list, r, err
		}
		list = append(list, rec)
	}
}

func mustRead(t *testing.T, doc string) []Record {
	t.Helper()
	list, _, err := readAll(strings.NewReader(doc), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func itemsOf(list []Record) (items []*Item) {
	for _, rec := range list {
		if it, ok := rec.(*Item); ok {
			items = append(items, it)
		}
	}
	return items
}

const head = `<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>T</title>
`
const foot = "</channel></rss>\n"

func TestReader_ThemeUnitTestData(t *testing.T) {
	f, err := os.Open(sharedFile(t, "data", "wordpress", "themeunittestdata.wordpress.xml"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, r, err := readAll(f, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, rec := range list {
		switch rec := rec.(type) {
		case *Channel:
			got["channel"]++
		case *Author:
			got["author"]++
		case *Term:
			got[rec.Element]++
			if rec.Taxonomy == "nav_menu" {
				got["menu"]++
			}
		case *Item:
			countItem(got, rec)
		}
	}
	want := map[string]int{
		"channel": 2, "author": 2, "category": 68, "tag": 110, "term": 7, "menu": 6,
		"item": 186, "post": 58, "page": 21, "attachment": 37, "nav_menu_item": 70,
		"publish": 147, "draft": 1, "future": 1, "inherit": 37,
		"comment": 33, "top comment": 23, "pending comment": 3, "pingback": 2, "trackback": 2,
		"meta": 737, "password": 1, "sticky": 1, "more": 4, "nextpage": 6,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if info, _ := f.Stat(); r.BytesRead() != info.Size() {
		t.Errorf("BytesRead = %d of %d", r.BytesRead(), info.Size())
	}
	c := list[0].(*Channel)
	want1 := &Channel{Line: 22, Title: "Theme Unit Test Data", Link: "https://wpthemetestdata.wordpress.com", Language: "en", WXRVersion: "1.2",
		Description: "Just another WordPress website with a purposefully really long description", PubDate: "Tue, 27 Jan 2015 14:56:57 +0000",
		BaseSiteURL: "https://wordpress.com/", BaseBlogURL: "https://wpthemetestdata.wordpress.com"}
	if diff := cmp.Diff(want1, c); diff != "" {
		t.Error(diff)
	}
}

func countItem(got map[string]int, it *Item) {
	got["item"]++
	got[it.Type]++
	got[it.Status]++
	got["meta"] += len(it.Meta)
	got["more"] += strings.Count(it.Content, "<!--more")
	got["nextpage"] += strings.Count(it.Content, "<!--nextpage-->")
	if it.Sticky {
		got["sticky"]++
	}
	if it.Password != "" {
		got["password"]++
	}
	for _, c := range it.Comments {
		got["comment"]++
		if c.Parent == 0 {
			got["top comment"]++
		}
		if c.Approved == "0" {
			got["pending comment"]++
		}
		if c.Type == "pingback" || c.Type == "trackback" {
			got[c.Type]++
		}
	}
}

func TestReader_BlockTestData(t *testing.T) {
	data, err := os.ReadFile(sharedFile(t, "data", "wordpress", "64-block-test-data.xml"))
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := readAll(strings.NewReader(string(data)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(itemsOf(list)); n != 72 {
		t.Errorf("%d items, want 72", n)
	}
	blocks := 0
	for _, it := range itemsOf(list) {
		blocks += strings.Count(it.Content, "<!-- wp:")
	}
	if blocks != 3485 {
		t.Errorf("%d block uses, want 3485", blocks)
	}
	// However the file is cut into reads, the records are the same.
	again, _, err := readAll(iotest.HalfReader(strings.NewReader(string(data))), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(list, again); diff != "" {
		t.Error(diff)
	}
}

func TestReader_Item(t *testing.T) {
	doc := head + `<item>
<wp:postmeta><wp:meta_value><![CDATA[a:1:{i:0;s:1:"x";}]]></wp:meta_value><wp:meta_key>first</wp:meta_key></wp:postmeta>
<title>One &amp; two &hellip;</title>
<link>https://a.test/one/</link><pubDate>Tue, 27 Jan 2015 14:56:57 +0000</pubDate>
<dc:creator><![CDATA[ann]]></dc:creator><guid isPermaLink="false">https://a.test/?p=7</guid>
<description></description>
<content:encoded><![CDATA[a ]]]]><![CDATA[> b]]> &lt;i&gt;</content:encoded>
<excerpt:encoded><![CDATA[ex]]></excerpt:encoded>
<wp:post_id> 7 </wp:post_id>
<wp:post_date>2015-01-27 15:56:57</wp:post_date><wp:post_date_gmt>2015-01-27 14:56:57</wp:post_date_gmt>
<wp:post_modified>2015-01-28 15:56:57</wp:post_modified><wp:post_modified_gmt>2015-01-28 14:56:57</wp:post_modified_gmt>
<wp:comment_status>open</wp:comment_status><wp:ping_status>closed</wp:ping_status>
<wp:post_name>one</wp:post_name><wp:status>publish</wp:status><wp:post_parent>3</wp:post_parent>
<wp:menu_order>4</wp:menu_order><wp:post_type>post</wp:post_type><wp:post_password>pw</wp:post_password>
<wp:is_sticky>1</wp:is_sticky><wp:attachment_url>https://a.test/x.jpg</wp:attachment_url>
<category><![CDATA[News]]></category>
<category domain="category" nicename="news"><![CDATA[News]]></category>
<category domain="tag" nicename="a-b"><![CDATA[A&B]]></category>
<category domain="post_format" nicename="post-format-aside"><![CDATA[Aside]]></category>
<category><![CDATA[Old]]></category>
<wp:postmeta><wp:meta_key>enclosure</wp:meta_key><wp:meta_value><![CDATA[https://a.test/e.mp3
123
audio/mpeg
a:0:{}]]></wp:meta_value></wp:postmeta>
<itunes:summary>talk</itunes:summary>
<wp:comment><wp:comment_id>9</wp:comment_id><wp:comment_author><![CDATA[Bo]]></wp:comment_author>
<wp:comment_author_email>b@c.test</wp:comment_author_email><wp:comment_author_url>https://c.test</wp:comment_author_url><wp:comment_author_IP>192.0.2.1</wp:comment_author_IP>
<wp:comment_date>2015-02-01 01:02:03</wp:comment_date><wp:comment_date_gmt>2015-02-01 00:02:03</wp:comment_date_gmt>
<wp:comment_content><![CDATA[Hi
there]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_type></wp:comment_type><wp:comment_parent>8</wp:comment_parent>
<wp:comment_user_id>2</wp:comment_user_id>
<wp:commentmeta><wp:meta_key>rating</wp:meta_key><wp:meta_value>5</wp:meta_value></wp:commentmeta></wp:comment>
</item>` + foot
	want := &Item{
		Line: 4, Title: "One & two …", Link: "https://a.test/one/", PubDate: "Tue, 27 Jan 2015 14:56:57 +0000", Creator: "ann", GUID: "https://a.test/?p=7",
		Content: "a ]]> b <i>", Excerpt: "ex", ID: 7, Date: "2015-01-27 15:56:57", DateGMT: "2015-01-27 14:56:57",
		Modified: "2015-01-28 15:56:57", ModifiedGMT: "2015-01-28 14:56:57", CommentStatus: "open", PingStatus: "closed",
		Slug: "one", Status: "publish", Parent: 3, MenuOrder: 4, Type: "post", Password: "pw", Sticky: true, AttachmentURL: "https://a.test/x.jpg",
		Terms: []TermRef{{"category", "news", "News"}, {"post_tag", "a-b", "A&B"}, {"post_format", "post-format-aside", "Aside"}, {"category", "", "Old"}},
		Meta:  []Meta{{"first", `a:1:{i:0;s:1:"x";}`}, {"enclosure", "https://a.test/e.mp3\n123\naudio/mpeg\na:0:{}"}},
		Comments: []Comment{{Line: 29, ID: 9, Author: "Bo", AuthorEmail: "b@c.test", AuthorURL: "https://c.test", AuthorIP: "192.0.2.1",
			Date: "2015-02-01 01:02:03", DateGMT: "2015-02-01 00:02:03", Content: "Hi\nthere", Approved: "1", Parent: 8, UserID: 2, Meta: []Meta{{"rating", "5"}}}},
		Enclosures: []Enclosure{{"https://a.test/e.mp3", 123, "audio/mpeg"}},
		Extra:      []Extra{{"itunes:summary", "talk"}},
	}
	got := itemsOf(mustRead(t, doc))[0]
	got.Offset = 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Read byte by byte the item is the same.
	list, _, err := readAll(iotest.OneByteReader(strings.NewReader(doc)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	got = itemsOf(list)[0]
	got.Offset = 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReader_AuthorsAndTerms(t *testing.T) {
	list := mustRead(t, head+`
<wp:author>
	<wp:author_login>ann</wp:author_login>
	<wp:author_display_name><![CDATA[Ann
 Lee]]></wp:author_display_name>
</wp:author>
<wp:wp_author><wp:author_id>5</wp:author_id><wp:author_login>bo</wp:author_login><wp:author_email>bo@a.test</wp:author_email><wp:author_first_name>Bo</wp:author_first_name><wp:author_last_name>Ek</wp:author_last_name></wp:wp_author>
<wp:category><wp:term_id>3</wp:term_id><wp:category_nicename>sub</wp:category_nicename><wp:category_parent>top</wp:category_parent><wp:cat_name>Sub</wp:cat_name><wp:category_description>D</wp:category_description><wp:termmeta><wp:meta_key>k</wp:meta_key><wp:meta_value>v</wp:meta_value></wp:termmeta></wp:category>
<wp:tag><wp:tag_slug>%d1%8f</wp:tag_slug><wp:tag_name>Я</wp:tag_name></wp:tag>
<wp:term><wp:term_taxonomy>series</wp:term_taxonomy><wp:term_slug>s</wp:term_slug><wp:term_name>S</wp:term_name><wp:term_parent/></wp:term>
`+foot)
	want := []Record{
		&Channel{Line: 3, Title: "T"},
		&Author{Line: 5, Login: "ann", DisplayName: "Ann\n Lee"},
		&Author{Line: 10, ID: 5, Login: "bo", Email: "bo@a.test", FirstName: "Bo", LastName: "Ek"},
		&Term{Line: 11, Element: "category", ID: 3, Taxonomy: "category", Slug: "sub", Parent: "top", Name: "Sub", Description: "D", Meta: []Meta{{"k", "v"}}},
		&Term{Line: 12, Element: "tag", Taxonomy: "post_tag", Slug: "%d1%8f", Name: "Я"},
		&Term{Line: 13, Element: "term", Taxonomy: "series", Slug: "s", Name: "S"},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
}

func TestReader_Namespaces(t *testing.T) {
	for _, tt := range []struct{ name, doc string }{
		{"https and 1.0", `<rss xmlns:wp="https://wordpress.org/export/1.0/" xmlns:content="https://purl.org/rss/1.0/modules/content/"><channel><item><wp:post_id>7</wp:post_id><content:encoded>c</content:encoded></item></channel></rss>`},
		{"1.1", `<rss xmlns:wp="http://wordpress.org/export/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item><wp:post_id>7</wp:post_id><content:encoded>c</content:encoded></item></channel></rss>`},
		{"odd prefixes", `<rss xmlns:a="http://wordpress.org/export/1.2/" xmlns:b="http://purl.org/rss/1.0/modules/content/"><channel><item><a:post_id>7</a:post_id><b:encoded>c</b:encoded></item></channel></rss>`},
		{"undeclared", `<rss><channel><item><wp:post_id>7</wp:post_id><content:encoded>c</content:encoded></item></channel></rss>`},
		{"declared on the element", `<rss><channel><item><x:post_id xmlns:x="http://wordpress.org/export/1.2/">7</x:post_id><y:encoded xmlns:y='http://purl.org/rss/1.0/modules/content/'>c</y:encoded></item></channel></rss>`},
		{"prefix used for something else inside", `<rss xmlns:q="http://wordpress.org/export/1.2/"><channel><item><q:post_id>7</q:post_id><content:encoded>c</content:encoded><q:post_id xmlns:q="urn:other">8</q:post_id></item></channel></rss>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			it := itemsOf(mustRead(t, tt.doc))[0]
			if it.ID != 7 || it.Content != "c" {
				t.Errorf("ID %d, content %q", it.ID, it.Content)
			}
		})
	}
}

func TestReader_ChannelFieldsAfterItems(t *testing.T) {
	list := mustRead(t, `<rss><channel><item><title>x</title></item><title>Late</title><image><url>https://a.test/i.png</url><title>no</title></image></channel></rss>`)
	want := []string{"channel ", "item", "channel Late"}
	var got []string
	for _, rec := range list {
		switch rec := rec.(type) {
		case *Channel:
			got = append(got, "channel "+rec.Title)
		case *Item:
			got = append(got, "item")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c := list[2].(*Channel); c.Image != "https://a.test/i.png" {
		t.Errorf("image %q", c.Image)
	}
}

func TestParseTime(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	if got, ok := ParseTime("2015-01-27 15:56:57", berlin); !ok || !got.Equal(time.Date(2015, 1, 27, 14, 56, 57, 0, time.UTC)) {
		t.Errorf("got %v %v", got, ok)
	}
	for _, s := range []string{"", "0000-00-00 00:00:00", "-0001-11-30 00:00:00", "2015-02-31 00:00:00", "soon"} {
		if got, ok := ParseTime(s, berlin); ok {
			t.Errorf("%q gave %v", s, got)
		}
	}
	if _, ok := ParsePubDate("Mon, 30 Nov -0001 00:00:00 +0000"); ok {
		t.Error("a draft's date was accepted")
	}
	if got, ok := ParsePubDate("Tue, 27 Jan 2015 14:56:57 +0000"); !ok || got.Hour() != 14 {
		t.Errorf("got %v %v", got, ok)
	}
}
