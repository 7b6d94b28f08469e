package write

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/i18n"
	"dateline/internal/richtext"
	"dateline/internal/taxonomy"
	"dateline/internal/web"
	"dateline/ui/editor"
)

// option is one choice of a list.
type option struct {
	Value, Label string
	On           bool
}

// step is one move in the flow that a person may make.
type step struct{ To, Word string }

// stepWord is the key of what a step is called; "back to draft" depends on where
// the article is.
func stepWord(to string, from article.Status) string {
	if to == "draft" {
		return "write.to_draft_" + string(from)
	}
	return "write.to_" + to
}

// pageData is what the page of an article shows.
type pageData struct {
	ID          string
	At          string // its address at the desk
	A           article.Article
	C           article.Content
	Me          string
	EditorWords string // texts of the editor, as JSON
	Paragraphs  []string
	MayEdit     bool
	MayPublish  bool
	Main        string // the one action that fits: submit, approve, publish, update, schedule, back
	Moves       []step // further steps
	Live        bool
	Changed     bool
	Untitled    string
	Sections    []option // the primary one chosen
	More        []option // further sections
	Tags        string
	Subjects    []option // confirmed ones on, suggested ones off
	Bylines     string
	Kinds       []option
	Languages   []option
	Accesses    []option
	Fields      [][2]string
	Path        string
	Origin      string
	Host        string
	Zone        string
	Dir         string // of the text
	Lang        string
	Unread      bool
	Page        bool // a standing page
}

func (p *Part) page(r *web.Request) (web.Response, error) {
	w, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	page, err := p.articlePage(r, w)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "article", page)
}

func (p *Part) articlePage(r *web.Request, w article.Work) (desk.Page, error) {
	ctx, who, words := r.HTTP.Context(), desk.Visitor(r), p.Printer(r)
	a, c := w.Article, w.Copy.Content
	site, err := p.site(ctx)
	if err != nil {
		return desk.Page{}, err
	}
	actor := who.Actor()
	d := pageData{ID: idText(a.ID), At: path(a.ID), A: a, C: c, Me: idText(who.ID), MayEdit: article.MayEdit(actor, &a), MayPublish: article.MayPublish(actor, &a),
		Live: a.Status == article.StatusPublished, Changed: w.Changed, Untitled: words.T("write.untitled"), Origin: p.Desk.Origin(), Zone: site.Zone, Page: a.Type == article.TypePage}
	d.Host = strings.TrimPrefix(strings.TrimPrefix(d.Origin, "https://"), "http://")
	texts, err := editor.Words(words.Language())
	if err != nil {
		return desk.Page{}, err
	}
	raw, err := json.Marshal(texts)
	if err != nil {
		return desk.Page{}, err
	}
	d.EditorWords = string(raw)
	main, more := steps(actor, &a)
	d.Main = main
	for _, to := range more {
		d.Moves = append(d.Moves, step{to, stepWord(to, a.Status)})
	}
	d.Lang = c.Language
	if d.Lang == "" {
		d.Lang = site.Locale
	}
	d.Dir = i18n.Direction(d.Lang)
	for paragraph := range strings.SplitSeq(richtext.Text(c.Body), "\n") {
		if strings.TrimSpace(paragraph) != "" {
			d.Paragraphs = append(d.Paragraphs, paragraph)
		}
	}
	if err := p.choices(ctx, words, &d, site.Locale); err != nil {
		return desk.Page{}, err
	}
	if d.Path, err = p.Articles.PlannedPath(ctx, a, &c, ""); err != nil {
		return desk.Page{}, err
	}
	title := c.Headline
	if title == "" {
		title = d.Untitled
	}
	return desk.Page{Title: title, Bare: true, Scripts: []string{"write.js", "picker.js"}, Data: d}, nil
}

// choices fills the lists of the panel.
func (p *Part) choices(ctx context.Context, words *i18n.Printer, d *pageData, locale string) error {
	sections, err := taxonomy.Sections(ctx, p.DB)
	if err != nil {
		return err
	}
	d.Sections = append(d.Sections, option{"", words.T("write.no_section"), len(d.C.Sections) == 0})
	for _, s := range tree(sections) {
		at := slices.Index(d.C.Sections, s.ID)
		d.Sections = append(d.Sections, option{idText(s.ID), s.Name, at == 0})
		d.More = append(d.More, option{idText(s.ID), s.Name, at > 0})
	}
	names, err := p.tagNames(ctx, d.C.Tags)
	if err != nil {
		return err
	}
	var tags []string
	for _, id := range d.C.Tags {
		if names[id] != "" {
			tags = append(tags, names[id])
		}
	}
	d.Tags = strings.Join(tags, ", ")
	if err := p.subjectChoices(ctx, d); err != nil {
		return err
	}
	var lines []string
	for _, b := range d.C.Bylines {
		lines = append(lines, b.Name)
	}
	d.Bylines = strings.Join(lines, "\n")
	for _, kind := range []article.Kind{article.KindReport, article.KindAnalysis, article.KindOpinion, article.KindInterview, article.KindExplainer,
		article.KindFactCheck, article.KindObituary, article.KindLive, article.KindStatement} {
		d.Kinds = append(d.Kinds, option{string(kind), words.T("write.kind_" + string(kind)), kind == d.C.Kind})
	}
	d.Languages = append(d.Languages, option{"", words.T("write.site_language", languageName(words, locale)), d.C.Language == ""})
	for _, lang := range languagesOf(d.C.Language) {
		d.Languages = append(d.Languages, option{lang, languageName(words, lang), lang == d.C.Language})
	}
	for _, access := range article.Accesses() {
		d.Accesses = append(d.Accesses, option{string(access), words.T("write.access_" + string(access)), access == d.A.Access})
	}
	for name, value := range d.C.Fields {
		d.Fields = append(d.Fields, [2]string{name, value})
	}
	slices.SortFunc(d.Fields, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return nil
}

// tree lists sections with those below each right after it, their names
// indented.
func tree(all []taxonomy.Section) []taxonomy.Section {
	var out []taxonomy.Section
	var add func(parent int64, depth int)
	add = func(parent int64, depth int) {
		for _, s := range all {
			if s.ParentID == parent && depth < 16 {
				s.Name = strings.Repeat("– ", depth) + s.Name
				out = append(out, s)
				add(s.ID, depth+1)
			}
		}
	}
	add(0, 0)
	return out
}

// written are the languages that an article is offered.
var written = []string{"ar", "de", "en", "es", "fr", "he", "it", "nl", "pl", "pt", "ru", "tr", "uk", "fa", "zh", "ja"}

func languagesOf(chosen string) []string {
	if chosen == "" || slices.Contains(written, chosen) {
		return written
	}
	return append(slices.Clone(written), chosen)
}

func languageName(words *i18n.Printer, tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	if key := "write.lang_" + base; words.Has(key) {
		return words.T(key)
	}
	return tag
}

// steps are the action that fits a person and the state of an article best,
// and the further ones that they have.
func steps(actor account.Actor, a *article.Article) (main string, more []string) {
	for _, to := range article.Moves(actor, a) {
		more = append(more, moveNames[to])
	}
	take := func(name string) bool {
		i := slices.Index(more, name)
		if i >= 0 {
			more = slices.Delete(more, i, i+1)
		}
		return i >= 0
	}
	publish := article.MayPublish(actor, a)
	switch a.Status {
	case article.StatusBinned:
		if take("draft") {
			main = "back"
		}
	case article.StatusPublished:
		if publish {
			main = "update"
		}
	case article.StatusScheduled:
		if publish {
			main = "schedule"
		}
	case article.StatusReview:
		switch {
		case take("approved"):
			main = "approve"
		case publish:
			main = "publish"
		}
	case article.StatusDraft, article.StatusChanges, article.StatusApproved:
		if publish {
			main = "publish"
		} else if take("review") {
			main = "submit"
		}
	}
	return main, more
}

var moveNames = map[article.Status]string{article.StatusReview: "review", article.StatusDraft: "draft", article.StatusChanges: "changes",
	article.StatusApproved: "approved", article.StatusBinned: "binned"}

// saveFields stores what the form without script can change: everything but
// the text.
func (p *Part) saveFields(r *web.Request) (web.Response, error) {
	w, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	ctx, actor, in := r.HTTP.Context(), desk.Actor(r), r.HTTP.PostForm
	c := w.Copy.Content
	for name, to := range map[string]*string{"headline": &c.Headline, "kicker": &c.Kicker, "standfirst": &c.Standfirst, "excerpt": &c.Excerpt,
		"dateline": &c.Dateline, "storyline": &c.Storyline, "canonical": &c.Canonical, "short_headline": &c.ShortHeadline, "search_title": &c.SearchTitle,
		"search_description": &c.SearchDescription, "social_title": &c.SocialTitle, "social_description": &c.SocialDescription, "language": &c.Language} {
		if in.Has(name) {
			*to = strings.TrimSpace(in.Get(name))
		}
	}
	if in.Has("kind") {
		c.Kind = article.Kind(in.Get("kind"))
	}
	err = known(&c)
	if err == nil {
		err = p.formLists(ctx, actor, in, &c)
	}
	var revision int64
	if err == nil {
		revision, err = desk.Number(in.Get("revision"))
	}
	if err == nil {
		_, err = p.Articles.Save(ctx, actor, article.SaveInput{ID: w.Article.ID, Revision: revision, Content: c})
	}
	if err != nil {
		w.Copy.Content = c
		page, e := p.articlePage(r, w)
		if e != nil {
			return web.Response{}, e
		}
		d := page.Data.(pageData)
		if in.Has("tags") {
			d.Tags = in.Get("tags")
		}
		if in.Has("bylines") {
			d.Bylines = in.Get("bylines")
		}
		page.Data = d
		return p.Again(r, "article", page, err)
	}
	return desk.SeeOther(path(w.Article.ID) + "?done=saved"), nil
}

// formLists reads sections, tags and bylines as a form without script has them.
func (p *Part) formLists(ctx context.Context, actor account.Actor, in map[string][]string, c *article.Content) error {
	var ids idReader
	if len(in["section"]) > 0 {
		sections := ids.all(in["section"])
		for _, id := range ids.all(in["more_sections"]) {
			if !slices.Contains(sections, id) {
				sections = append(sections, id)
			}
		}
		c.Sections = sections
	}
	if ids.err != nil {
		return ids.err
	}
	if len(in["subjects_asked"]) > 0 {
		if c.Subjects = formSubjects(c.Subjects, ids.all(in["subject"])); ids.err != nil {
			return ids.err
		}
	}
	if len(in["tags"]) > 0 {
		c.Tags = nil
		for name := range strings.SplitSeq(in["tags"][0], ",") {
			if strings.TrimSpace(name) == "" {
				continue
			}
			t, err := p.Articles.AddTag(ctx, actor, name)
			if err != nil {
				return err
			}
			if !slices.Contains(c.Tags, t.ID) {
				c.Tags = append(c.Tags, t.ID)
			}
		}
	}
	if len(in["bylines"]) > 0 {
		was := c.Bylines
		c.Bylines = nil
		for line := range strings.SplitSeq(in["bylines"][0], "\n") {
			name := strings.TrimSpace(line)
			if name == "" {
				continue
			}
			b := article.Byline{Role: "by", Name: name}
			if i := slices.IndexFunc(was, func(b article.Byline) bool { return b.Name == name }); i >= 0 {
				b = was[i]
			} else if profile, ok, err := article.OwnProfile(ctx, p.DB, 0, name); err != nil {
				return err
			} else if ok {
				b.Profile = profile.ID
			}
			c.Bylines = append(c.Bylines, b)
		}
	}
	return nil
}
