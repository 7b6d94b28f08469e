package view

import (
	"html/template"
	"strconv"
	"time"
)

// head writes the title and all that machines read from a page's head.
func head(p *Page) template.HTML {
	var m markup
	meta := &p.Meta
	m.raw(`<title>`)
	m.text(meta.Title)
	m.raw("</title>\n")
	m.name("description", meta.Description)
	if meta.NoIndex {
		m.name("robots", "noindex")
	} else {
		m.name("robots", "max-image-preview:large")
	}
	m.link("canonical", meta.Canonical)
	m.link("prev", meta.Prev)
	m.link("next", meta.Next)
	m.link("webmention", meta.Webmention)
	m.link("pingback", meta.Pingback)
	for _, feed := range meta.Feeds {
		m.raw(`<link rel="alternate"`)
		m.attr("type", feed.Type)
		m.attr("title", feed.Title)
		m.url("href", feed.URL)
		m.raw(">\n")
	}
	for _, t := range meta.Translations {
		m.raw(`<link rel="alternate"`)
		m.attr("hreflang", t.Language)
		m.url("href", t.URL)
		m.raw(">\n")
	}
	social(&m, &p.Site, meta)
	m.raw(string(meta.Preload))
	m.raw(string(meta.JSONLD))
	if meta.Script != "" {
		m.raw(`<script defer`)
		m.url("src", meta.Script)
		m.raw("></script>\n")
	}
	return m.element()
}

// social writes Open Graph (ogp.me) and what Twitter cards add to it.
func social(m *markup, site *Site, meta *Meta) {
	m.property("og:site_name", site.Title)
	m.property("og:type", meta.OGType)
	m.property("og:title", first(meta.SocialTitle, meta.Title))
	m.property("og:description", first(meta.SocialText, meta.Description))
	m.property("og:url", meta.Canonical)
	m.property("og:locale", openGraphLocale(first(meta.Language, site.Language)))
	if meta.Image != "" {
		m.property("og:image", meta.Image)
		m.property("og:image:alt", meta.ImageAlt)
		if meta.ImageWidth > 0 && meta.ImageHeight > 0 {
			m.property("og:image:width", strconv.Itoa(meta.ImageWidth))
			m.property("og:image:height", strconv.Itoa(meta.ImageHeight))
		}
		m.name("twitter:card", "summary_large_image")
	} else {
		m.name("twitter:card", "summary")
	}
	if meta.OGType != "article" {
		return
	}
	m.moment("article:published_time", meta.Published)
	m.moment("article:modified_time", meta.Updated)
	m.property("article:section", meta.Section)
	for _, tag := range meta.Tags {
		m.property("article:tag", tag)
	}
	for _, author := range meta.Authors {
		m.name("author", author)
	}
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// openGraphLocale turns "de-AT" into "de_AT".
func openGraphLocale(language string) string {
	out := []byte(language)
	for i := range out {
		if out[i] == '-' {
			out[i] = '_'
		}
	}
	return string(out)
}

func (m *markup) name(name, content string)     { m.metaTag("name", name, content) }
func (m *markup) property(name, content string) { m.metaTag("property", name, content) }

// metaTag writes a <meta> when there is something to say.
func (m *markup) metaTag(kind, name, content string) {
	if content == "" {
		return
	}
	m.raw(`<meta`)
	m.attr(kind, name)
	m.attr("content", content)
	m.raw(">\n")
}

func (m *markup) moment(name string, t time.Time) {
	if !t.IsZero() {
		m.property(name, t.Format(time.RFC3339))
	}
}

func (m *markup) link(rel, url string) {
	if url == "" || !safeURL(url) {
		return
	}
	m.raw(`<link`)
	m.attr("rel", rel)
	m.attr("href", url)
	m.raw(">\n")
}
