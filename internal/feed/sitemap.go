package feed

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"time"
)

// Page is one address of a sitemap.
type Page struct {
	URL      string
	Modified time.Time // zero leaves it out
	Images   []string  // absolute addresses
	News     *News
}

// News is what Google News wants to know of a recent article.
type News struct {
	Publication string
	Language    string
	Published   time.Time
	Title       string
}

// MaxPages is how many addresses one sitemap of ours holds. The protocol allows
// 50,000; smaller ones are made sooner, larger ones keep the index short, and
// this many makes neither cost much more in a long archive than in a short one.
const MaxPages = 1300

// MaxNews is how many articles a news sitemap may name (Google's limit).
const MaxNews = 1000

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// Sitemap returns a set of addresses (sitemaps.org 0.9) with image and news
// extensions where pages have them.
func Sitemap(pages []Page) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">` + "\n")
	for _, p := range pages {
		b.WriteString("<url>\n")
		element(&b, "loc", p.URL)
		if !p.Modified.IsZero() {
			element(&b, "lastmod", p.Modified.Format(time.RFC3339))
		}
		if n := p.News; n != nil {
			b.WriteString("<news:news>\n<news:publication>\n")
			element(&b, "news:name", n.Publication)
			element(&b, "news:language", n.Language)
			b.WriteString("</news:publication>\n")
			element(&b, "news:publication_date", n.Published.Format(time.RFC3339))
			element(&b, "news:title", n.Title)
			b.WriteString("</news:news>\n")
		}
		for _, img := range p.Images {
			b.WriteString("<image:image>\n")
			element(&b, "image:loc", img)
			b.WriteString("</image:image>\n")
		}
		b.WriteString("</url>\n")
	}
	b.WriteString("</urlset>\n")
	return b.Bytes()
}

// SitemapIndex returns the index of the sitemaps at the given addresses and at
// those of a row: its address, a number from 1 to n, ".xml".
func SitemapIndex(urls []string, row string, n int64) []byte {
	const before, after = "<sitemap><loc>", "</loc></sitemap>\n"
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(`<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	for _, url := range urls {
		b.WriteString(before)
		text(&b, url)
		b.WriteString(after)
	}
	start := b.Len()
	b.WriteString(before)
	text(&b, row)
	head := string(b.Bytes()[start:]) // the same for all of the row
	b.Truncate(start)
	const tail, end = ".xml" + after, "</sitemapindex>\n"
	// Of one piece and hardly larger than needed: a long archive has a thousand.
	out := make([]byte, 0, start+int(n)*(len(head)+len(itoa(n))+len(tail))+len(end))
	out = append(out, b.Bytes()...)
	for i := int64(1); i <= n; i++ {
		out = append(out, head...)
		out = strconv.AppendInt(out, i, 10)
		out = append(out, tail...)
	}
	return append(out, end...)
}
