package site

import (
	"cmp"
	"html/template"
	"net/url"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/register"
	"dateline/internal/view"
)

// object is one node of JSON-LD.
type object map[string]any

// ld encodes structured data.
func (c *scene) ld(value object) template.HTML { return view.JSONLD(value) }

// schemaType is the schema.org type of each kind of article.
var schemaType = map[article.Kind]string{
	article.KindReport: "NewsArticle", article.KindAnalysis: "AnalysisNewsArticle", article.KindOpinion: "OpinionNewsArticle",
	article.KindInterview: "NewsArticle", article.KindExplainer: "BackgroundNewsArticle", article.KindFactCheck: "NewsArticle",
	article.KindObituary: "NewsArticle", article.KindLive: "NewsArticle", article.KindStatement: "NewsArticle", article.KindPage: "WebPage",
}

func (c *scene) organisation() object {
	org := object{"@type": "NewsMediaOrganization", "@id": c.abs("/") + "#publisher", "name": cmp.Or(c.conf.Publisher, c.conf.Title), "url": c.abs("/")}
	if logo := c.logoURL(); logo != "" {
		org["logo"] = object{"@type": "ImageObject", "url": logo}
	}
	return org
}

// siteLD describes the site and who publishes it.
func (c *scene) siteLD() object {
	return object{"@context": "https://schema.org", "@graph": []object{c.organisation(), {
		"@type": "WebSite", "@id": c.abs("/") + "#site", "name": c.conf.Title, "description": c.conf.Tagline, "url": c.abs("/"),
		"inLanguage": c.conf.Locale, "publisher": object{"@id": c.abs("/") + "#publisher"},
		"potentialAction": object{"@type": "SearchAction", "target": c.abs("/search/") + "?q={search_term_string}",
			"query-input": "required name=search_term_string"},
	}}}
}

func (c *scene) crumbsLD(crumbs []view.Link) object {
	var items []object
	for i, l := range crumbs {
		item := object{"@type": "ListItem", "position": i + 1, "name": l.Label}
		if l.URL != "" {
			item["item"] = c.abs(l.URL)
		}
		items = append(items, item)
	}
	return object{"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}
}

// articleLD has what Google asks of NewsArticle: headline, images, dates and
// authors with their pages.
func (c *scene) articleLD(r *reading, out *view.Article, page view.Page) (object, error) {
	ld := object{"@type": schemaType[r.a.Kind], "@id": page.Meta.Canonical + "#article", "mainEntityOfPage": page.Meta.Canonical,
		"headline": clip(r.a.Headline, 110), "description": page.Meta.Description, "inLanguage": out.Language,
		"datePublished": page.Meta.Published.Format(time.RFC3339), "dateModified": page.Meta.Updated.Format(time.RFC3339),
		"publisher": c.organisation(), "wordCount": r.a.WordCount, "isAccessibleForFree": true}
	if page.Meta.Image != "" {
		ld["image"] = []object{{"@type": "ImageObject", "url": page.Meta.Image, "width": page.Meta.ImageWidth, "height": page.Meta.ImageHeight}}
	}
	var authors []object
	for _, b := range out.Bylines {
		who := object{"@type": "Person", "name": b.Name}
		if b.URL != "" {
			who["url"] = c.abs(b.URL)
		}
		authors = append(authors, who)
	}
	if len(authors) == 0 {
		authors = []object{{"@id": c.abs("/") + "#publisher"}}
	}
	ld["author"] = authors
	if out.Section != nil {
		ld["articleSection"] = out.Section.Label
	}
	if len(page.Meta.Tags) > 0 {
		ld["keywords"] = page.Meta.Tags
	}
	var about, mentions []object
	for i := range r.named {
		if r.named[i].Main {
			about = append(about, c.entryLD(&r.named[i].Entry))
		} else {
			mentions = append(mentions, c.entryLD(&r.named[i].Entry))
		}
	}
	if about != nil {
		ld["about"] = about
	}
	if mentions != nil {
		ld["mentions"] = mentions
	}
	var where []object
	for _, e := range confirmed(r.named) {
		if e.Kind == register.Place {
			where = append(where, c.entryLD(&e))
		}
	}
	if where != nil {
		ld["contentLocation"] = where
	}
	if r.content.Dateline != "" {
		ld["dateline"] = r.content.Dateline
	}
	if r.a.CommentCount > 0 {
		ld["commentCount"] = r.a.CommentCount
	}
	if out.Comments != nil && !c.preview && !c.opened {
		if list := c.commentsLD(out.Comments, page.Meta.Canonical); list != nil {
			ld["comment"] = list
		}
	}
	if r.content.Canonical != "" {
		ld["isBasedOn"] = r.content.Canonical
	}
	var corrections []object
	for _, change := range out.Corrections {
		corrections = append(corrections, object{"@type": "CorrectionComment", "text": change.Note, "datePublished": change.When.ISO})
	}
	if corrections != nil {
		ld["correction"] = corrections
	}
	crumbs := c.crumbsLD(page.Crumbs)
	delete(crumbs, "@context")
	graph := []object{ld, crumbs}
	if !c.opened {
		reviews, err := c.quotedLD(ld, &r.a, r.content.Body, page.Meta.Canonical)
		if err != nil {
			return nil, err
		}
		graph = append(graph, reviews...)
	}
	return object{"@context": "https://schema.org", "@graph": graph}, nil
}

// listLD describes a list: its breadcrumbs, and the person of an author page.
func (c *scene) listLD(page view.Page, l listing) object {
	crumbs := c.crumbsLD(page.Crumbs)
	if l.scope != article.ScopeAuthor {
		return crumbs
	}
	delete(crumbs, "@context")
	person := object{"@type": "Person", "name": l.name, "url": c.abs(l.path), "worksFor": c.organisation()}
	if l.profile.Role != "" {
		person["jobTitle"] = l.profile.Role
	}
	if l.profile.Bio != "" {
		person["description"] = clip(l.profile.Bio, 300)
	}
	var same []string
	for _, link := range page.List.Author.Links {
		same = append(same, link.URL)
	}
	if same != nil {
		person["sameAs"] = same
	}
	return object{"@context": "https://schema.org", "@graph": []object{
		{"@type": "ProfilePage", "mainEntity": person, "url": c.abs(l.path)}, crumbs}}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return address
	}
	return u.Hostname()
}

// shareLinks lead to other services' own pages; nothing of theirs is loaded.
func (c *scene) shareLinks(address, headline string) []view.Share {
	u, t := url.QueryEscape(address), url.QueryEscape(headline)
	mail := url.Values{"subject": {headline}, "body": {address}}.Encode()
	targets := []struct{ label, to string }{
		{c.words.T("article.email"), "mailto:?" + plusToSpace(mail)},
		{"Mastodon", "https://mastodon.social/share?text=" + t + "+" + u},
		{"Bluesky", "https://bsky.app/intent/compose?text=" + t + "+" + u},
		{"WhatsApp", "https://wa.me/?text=" + t + "+" + u},
		{"Facebook", "https://www.facebook.com/sharer/sharer.php?u=" + u},
		{"X", "https://x.com/intent/post?url=" + u + "&text=" + t},
	}
	var out []view.Share
	for _, s := range targets {
		share := view.Share{Name: s.label, Label: s.label, URL: s.to}
		share.Label = c.words.T("article.share_on", s.label)
		if strings.HasPrefix(s.to, "mailto:") {
			share.Label = c.words.T("article.share_email")
		}
		out = append(out, share)
	}
	return out
}

// plusToSpace writes spaces as mail programs read them (RFC 6068 §5).
func plusToSpace(query string) string {
	out := make([]byte, 0, len(query))
	for i := 0; i < len(query); i++ {
		if query[i] == '+' {
			out = append(out, "%20"...)
			continue
		}
		out = append(out, query[i])
	}
	return string(out)
}
