package site

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/mention"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// reading is an article on its way to a page.
type reading struct {
	a       article.Article
	content article.Content
	words   *i18n.Printer // of the article's language where the interface knows it
	path    string        // canonical, escaped
	parts   []richtext.Doc
	part    int64 // from 1
	line    []taxonomy.Section
	tags    []taxonomy.Tag
	named   []register.Named
	away    bool // its comments stand on a page of their own
}

// articleAt answers for an article or standing page, its parts, its comment
// pages and its comment feed.
func (c *scene) articleAt(id int64, p part) (Answer, error) {
	a, vis, err := c.public.Read(c.ctx, id)
	if err != nil {
		return Answer{}, err
	}
	c.shows(db.Key("article", a.ID))
	if vis == article.Gone {
		return c.gone(article.Address{Kind: article.AddressGone, Target: id, Of: article.AddressArticle})
	}
	path := urlpath.Escape(a.Path)
	if id == c.conf.FrontPage {
		path = "/"
	}
	if p.twin {
		return moved(path), nil
	}
	if p.versions {
		if vis != article.Listed || id == c.conf.FrontPage {
			return Answer{}, fault.New(fault.NotFound, "the article has no public record")
		}
		return c.versionsPage(&a, path, p.version)
	}
	p.bare = true // "/page/2/" of an article leads to "/2/"
	if vis == article.Protected {
		if c.ask.Unlocked == nil || !c.ask.Unlocked(id) {
			return c.passwordPage(path, p)
		}
		c.opened = true
	}
	if p.feed != "" {
		if vis != article.Listed {
			return Answer{}, fault.New(fault.NotFound, "no feed of a protected article")
		}
		return c.articleCommentFeed(&a, path, p.feed)
	}
	answer, err := c.articlePage(a, path, p)
	if c.opened {
		answer.Private, answer.NoIndex, answer.Keys = true, true, nil
	}
	return answer, err
}

func (c *scene) articlePage(a article.Article, path string, p part) (Answer, error) {
	if c.ask.Probe && p == (part{bare: true}) && samePath(c.ask.Path, path) {
		return Answer{Status: 200}, nil
	}
	v, err := c.public.Live(c.ctx, &a)
	if err != nil {
		return Answer{}, err
	}
	r := &reading{a: a, content: v.Content, words: c.words, path: path, parts: richtext.Parts(v.Content.Body), part: max(p.page, 1)}
	if r.part > int64(len(r.parts)) {
		return Answer{}, fault.New(fault.NotFound, "the article has %d parts", len(r.parts))
	}
	want := path
	if r.part > 1 {
		want = under(path, strconv.FormatInt(r.part, 10)+"/")
	}
	if p.comments > 1 {
		want = p.under(path)
	}
	if answer, wrong := c.canonical(want); wrong {
		answer.Keys = append(answer.Keys, db.Key("article", a.ID))
		return answer, nil
	}
	if a.Language != "" {
		r.words = i18n.For(a.Language)
	}
	return c.articleView(r, p, want, nil)
}

// articleView renders what was read of an article. partAt says where its parts
// are, for a page that does not stand at the article's address; nil for one
// that does.
func (c *scene) articleView(r *reading, p part, want string, partAt func(n int64) string) (Answer, error) {
	out, err := c.readArticle(r, p)
	if err != nil {
		return Answer{}, err
	}
	for i := range out.Parts {
		if partAt != nil && out.Parts[i].URL != "" {
			out.Parts[i].URL = partAt(int64(i + 1))
		}
	}
	page := view.Page{Template: "article", Article: out}
	if r.a.Type == article.TypePage {
		page.Template = "page"
	}
	page.Crumbs, err = c.articleCrumbs(r)
	if err != nil {
		return Answer{}, err
	}
	page.Meta = c.articleMeta(r, out, want)
	if page.Meta.Updated, err = c.changedAt(&r.a, r.content.Body); err != nil {
		return Answer{}, err
	}
	if page.Meta.Translations, err = c.translations(&r.a, page.Meta.Canonical); err != nil {
		return Answer{}, err
	}
	ld, err := c.articleLD(r, out, page)
	if err != nil {
		return Answer{}, err
	}
	page.Meta.JSONLD = c.ld(ld)
	if out.Comments != nil && out.Comments.Script != nil {
		page.Meta.Script = out.Comments.Script.URL
	}
	page.Meta.Webmention, page.Meta.Pingback = c.mentions(&r.a)
	answer, err := c.page(200, page)
	answer.Webmention, answer.Pingback = page.Meta.Webmention, page.Meta.Pingback
	return answer, err
}

// mentions are the addresses at which other sites tell of their links to an
// article, as far as the newsroom wants that.
func (c *scene) mentions(a *article.Article) (webmention, pingback string) {
	if c.preview || !a.Public || !comment.Takes(a, c.conf, c.now) {
		return "", ""
	}
	if c.conf.Webmentions {
		webmention = c.abs(mention.Path)
	}
	if c.conf.Pingbacks {
		pingback = c.abs(mention.PingbackPath)
	}
	return webmention, pingback
}

// readArticle gathers everything that the page shows.
func (c *scene) readArticle(r *reading, p part) (*view.Article, error) {
	a, content := &r.a, &r.content
	out := &view.Article{ID: a.ID, Type: string(a.Type), Kind: string(a.Kind), URL: r.path, Headline: a.Headline,
		Kicker: a.Kicker, Standfirst: a.Standfirst, Dateline: content.Dateline, Published: c.stamp(a.FirstPublished, r.words),
		Language: cmp.Or(a.Language, c.conf.Locale), WordCount: a.WordCount, ReadingTime: max(int(a.WordCount+119)/240, 1)}
	out.Direction = i18n.Direction(out.Language)
	if a.Kind != article.KindReport && a.Kind != article.KindPage {
		out.KindLabel = c.words.T("kind." + string(a.Kind))
	}
	if strings.EqualFold(out.KindLabel, out.Kicker) {
		out.KindLabel = ""
	}
	if a.Updated.After(a.FirstPublished) {
		stamp := c.stamp(a.Updated, r.words)
		out.Updated = &stamp
	}
	if content.Canonical != "" {
		out.Source = &view.Link{Label: hostOf(content.Canonical), URL: content.Canonical}
	}
	c.shows(article.BesideKey(a.ID))
	for _, step := range []func(*reading, *view.Article) error{c.addBody, c.addTerms, c.addInStory, c.addBylines, c.addChanges, c.addNeighbours, c.addChildren} {
		if err := step(r, out); err != nil {
			return nil, err
		}
	}
	out.Share = c.shareLinks(c.abs(r.path), a.Headline)
	return out, c.addComments(r, out, max(p.comments, 1))
}

func (c *scene) addBody(r *reading, out *view.Article) error {
	doc := r.parts[r.part-1]
	body, err := c.bodyHTML(doc, r.words)
	if err != nil {
		return err
	}
	out.Body = view.Rendered(body)
	if r.a.Type == article.TypeArticle {
		if out.SignUp, err = c.boxAfter(r.path, doc); err != nil {
			return err
		}
	}
	if lead := r.content.Lead; lead != nil && lead.Media != 0 && r.part == 1 {
		if out.Lead, err = c.picture(*lead, pictureLead); err != nil {
			return err
		}
	}
	for i := range r.parts {
		if len(r.parts) == 1 {
			break
		}
		n := int64(i + 1)
		link := view.Link{Label: c.words.Number(n), URL: r.path}
		if n > 1 {
			link.URL = under(link.URL, strconv.FormatInt(n, 10)+"/")
		}
		if n == r.part {
			link.URL = ""
		}
		out.Parts = append(out.Parts, link)
	}
	return nil
}

func (c *scene) addTerms(r *reading, out *view.Article) error {
	var err error
	if r.line, err = c.lineage(r.a.SectionID); err != nil {
		return err
	}
	if n := len(r.line); n > 0 {
		out.Section = &view.Link{Label: r.line[n-1].Name, URL: sectionPath(c.conf, r.line[n-1])}
		c.shows(db.Key("section", r.line[n-1].ID))
	}
	if r.tags, err = c.tagsOf(r.content.Tags); err != nil {
		return err
	}
	for _, t := range r.tags {
		out.Tags = append(out.Tags, view.Link{Label: t.Name, URL: tagPath(c.conf, t)})
		c.shows(db.Key("tag", t.ID))
	}
	groups := map[string]int{}
	for _, id := range r.content.Terms {
		t, err := taxonomy.TermByID(c.ctx, c.db, id)
		if notFound(err) || err == nil && t.Taxonomy == "post_format" {
			continue
		}
		if err != nil {
			return err
		}
		i, ok := groups[t.Taxonomy]
		if !ok {
			i = len(out.Terms)
			groups[t.Taxonomy] = i
			out.Terms = append(out.Terms, view.TermGroup{Label: strings.ReplaceAll(strings.ReplaceAll(t.Taxonomy, "_", " "), "-", " ")})
		}
		out.Terms[i].Terms = append(out.Terms[i].Terms, view.Link{Label: t.Name, URL: termPath(t)})
		c.shows(db.Key("term", id))
	}
	return nil
}

var bylineKeys = map[string]string{"": "byline.by", "by": "byline.by", "with": "byline.with", "photo": "byline.photo",
	"edited_by": "byline.edited_by", "agency": "byline.agency"}

func (c *scene) addBylines(r *reading, out *view.Article) error {
	last := ""
	for _, b := range r.content.Bylines {
		entry := view.BylineEntry{Name: b.Name}
		if key := bylineKeys[b.Role]; key != last {
			entry.Prefix, last = r.words.T(key), key
		}
		if b.Profile != 0 {
			p, err := c.author(b.Profile)
			if err != nil && !notFound(err) {
				return err
			}
			if err == nil {
				entry.Name, entry.URL = cmp.Or(b.Name, p.Name), authorPath(c.conf, p)
				box, err := c.authorBox(p)
				if err != nil {
					return err
				}
				if b.Role != "agency" && (box.Bio != "" || box.Picture != nil) {
					out.Authors = append(out.Authors, box)
				}
			}
		}
		out.Bylines = append(out.Bylines, entry)
	}
	view.JoinBylines(r.words, out.Bylines)
	return nil
}

func (c *scene) authorBox(p author.Profile) (view.Author, error) {
	c.shows(db.Key("author", p.ID))
	box := view.Author{Name: p.Name, Role: p.Role, URL: authorPath(c.conf, p), Bio: view.Paragraphs(p.Bio)}
	for _, l := range p.Links {
		if strings.HasPrefix(l.URL, "https://") || strings.HasPrefix(l.URL, "http://") {
			box.Links = append(box.Links, view.Link{Label: cmp.Or(l.Label, hostOf(l.URL)), URL: l.URL})
		}
	}
	var err error
	if p.Picture != 0 {
		box.Picture, err = c.picture(article.Picture{Media: p.Picture, Alt: p.Name}, pictureSmall)
	}
	return box, err
}

// addChanges adds the corrections and the way to the article's versions. Both
// need a change that readers were told of.
func (c *scene) addChanges(r *reading, out *view.Article) error {
	if out.Updated == nil {
		return nil
	}
	corrections, err := c.public.CorrectionsOf(c.ctx, r.a.ID)
	if err != nil && !notFound(err) { // in a preview the article may be hidden
		return err
	}
	out.Corrections = c.corrected(corrections)
	if !c.conf.ShowVersions || !r.a.Public || c.preview || r.a.ID == c.conf.FrontPage {
		return nil
	}
	n, err := c.public.CountVersions(c.ctx, &r.a)
	if n > 1 {
		out.VersionsURL = part{versions: true}.under(r.path)
	}
	return err
}

func (c *scene) addNeighbours(r *reading, out *view.Article) error {
	if r.a.Type != article.TypeArticle || !r.a.Public {
		return nil
	}
	older, newer, err := c.public.Neighbours(c.ctx, &r.a)
	if err != nil {
		return err
	}
	sections := map[int64]view.Link{}
	for _, n := range []struct {
		a  *article.Article
		to **view.Card
	}{{older, &out.Prev}, {newer, &out.Next}} {
		if n.a == nil {
			continue
		}
		card, err := c.card(n.a, pictureNone, sections)
		if err != nil {
			return err
		}
		*n.to = &card
	}
	if err := c.addCheckAlso(r, out, sections); err != nil {
		return err
	}
	return c.addStoryline(r, out)
}

// addCheckAlso offers the first of the related articles that readers may see.
func (c *scene) addCheckAlso(r *reading, out *view.Article, sections map[int64]view.Link) error {
	for _, id := range r.a.Related {
		c.shows(db.Key("article", id))
		a, vis, err := c.public.Read(c.ctx, id)
		if notFound(err) || err == nil && vis != article.Listed {
			continue
		}
		if err != nil {
			return err
		}
		card, err := c.card(&a, pictureCard, sections)
		out.CheckAlso = &card
		return err
	}
	return nil
}

func (c *scene) addChildren(r *reading, out *view.Article) error {
	if r.a.Type != article.TypePage {
		return nil
	}
	children, err := c.public.ChildPages(c.ctx, r.a.ID)
	for _, child := range children {
		out.Children = append(out.Children, view.Link{Label: child.Headline, URL: urlpath.Escape(child.Path)})
		c.shows(db.Key("article", child.ID))
	}
	return err
}

func (c *scene) articleCrumbs(r *reading) ([]view.Link, error) {
	crumbs := []view.Link{c.homeLink()}
	for _, s := range r.line {
		crumbs = append(crumbs, view.Link{Label: s.Name, URL: sectionPath(c.conf, s)})
	}
	var up []view.Link
	for parent, depth := r.a.ParentID, 0; parent != 0 && depth < 8; depth++ {
		a, vis, err := c.public.Read(c.ctx, parent)
		if notFound(err) || err == nil && vis != article.Listed {
			break
		}
		if err != nil {
			return nil, err
		}
		up = append(up, view.Link{Label: a.Headline, URL: urlpath.Escape(a.Path)})
		c.shows(db.Key("article", a.ID))
		parent = a.ParentID
	}
	slices.Reverse(up)
	crumbs = append(crumbs, up...)
	return append(crumbs, view.Link{Label: cmp.Or(r.content.ShortHeadline, r.a.Headline), URL: r.path}), nil
}

func (c *scene) articleMeta(r *reading, out *view.Article, path string) view.Meta {
	content := &r.content
	m := c.meta(cmp.Or(content.SearchTitle, r.a.Headline), path)
	if content.SearchTitle != "" {
		m.Title = content.SearchTitle
	}
	m.SocialTitle = cmp.Or(content.SocialTitle, r.a.Headline)
	m.Description = clip(cmp.Or(content.SearchDescription, r.a.Standfirst, r.a.Excerpt), 300)
	m.SocialText = clip(cmp.Or(content.SocialDescription, m.Description), 300)
	if content.Canonical != "" {
		m.Canonical = content.Canonical
	}
	m.NoIndex = r.a.NoIndex
	m.OGType = "article"
	m.Language, m.Direction = out.Language, out.Direction
	m.Published = r.a.FirstPublished.In(c.zone)
	if out.Section != nil {
		m.Section = out.Section.Label
	}
	for _, t := range out.Tags {
		m.Tags = append(m.Tags, t.Label)
	}
	for _, b := range out.Bylines {
		m.Authors = append(m.Authors, b.Name)
	}
	m.CommentsCount = r.a.CommentCount
	if c.conf.API && r.a.Public {
		m.Feeds = append(slices.Clip(m.Feeds), view.Feed{Title: r.a.Headline, URL: articleData + strconv.FormatInt(r.a.ID, 10), Type: "application/json"})
	}
	c.articleImage(&m, r, out)
	return m
}

// articleData is where programs get articles: package api answers there.
const articleData = "/api/v1/articles/"

// translations are the article in all its languages, as far as readers may see
// them; none when there is one language only.
func (c *scene) translations(a *article.Article, canonical string) ([]view.Translation, error) {
	others, err := c.public.Translations(c.ctx, a.ID)
	if err != nil || len(others) == 0 {
		return nil, err
	}
	all := []view.Translation{{Language: cmp.Or(a.Language, c.conf.Locale), URL: canonical}}
	for i := range others {
		all = append(all, view.Translation{Language: cmp.Or(others[i].Language, c.conf.Locale), URL: c.abs(urlpath.Escape(others[i].Path))})
	}
	return all, nil
}
