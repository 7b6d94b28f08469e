package site

import (
	"regexp"
	"strconv"

	"dateline/internal/article"
	"dateline/internal/article/compare"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/feed"
	"dateline/internal/i18n"
	"dateline/internal/richtext"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// The open record: the versions of an article that readers saw with what
// changed in each, and the corrections of the whole site.

// maxCompared bounds how many versions of one article the list compares; older
// ones are listed by kind and date alone.
const maxCompared = 60

// shownFields are the fields of an article that readers see on its page. What
// search engines and the desk get is not part of the record.
var shownFields = map[string]bool{"headline": true, "kicker": true, "standfirst": true, "dateline": true, "bylines": true, "lead": true}

// versionsPage answers for the versions of a listed article: all of them, or
// the one with the number n.
func (c *scene) versionsPage(a *article.Article, path string, n int64) (Answer, error) {
	if !c.conf.ShowVersions {
		return Answer{}, fault.New(fault.NotFound, "this site shows no versions")
	}
	want := part{versions: true, version: n}.under(path)
	if answer, wrong := c.canonical(want); wrong {
		answer.Keys = append(answer.Keys, db.Key("article", a.ID))
		return answer, nil
	}
	all, err := c.public.Versions(c.ctx, a.ID)
	if err != nil {
		return Answer{}, err
	}
	r := &record{scene: c, all: all, path: path, words: c.words}
	out := &view.Versions{Headline: a.Headline, URL: path, ListURL: part{versions: true}.under(path)}
	if out.Language = a.Language; out.Language != "" {
		r.words = i18n.For(a.Language)
	} else {
		out.Language = c.conf.Locale
	}
	out.Direction = i18n.Direction(out.Language)
	title := c.words.T("versions.title_of", a.Headline)
	crumbs := []view.Link{c.homeLink(), {Label: a.Headline, URL: path}, {Label: c.words.T("versions.title"), URL: out.ListURL}}
	if n == 0 {
		out.Groups, err = r.groups()
	} else {
		if out.Shown, err = r.one(n); err == nil {
			title = out.Shown.Version.Label + " – " + title
			crumbs = append(crumbs, view.Link{Label: c.words.T("versions.number", n)})
		}
	}
	if err != nil {
		return Answer{}, err
	}
	p := view.Page{Template: "versions", Versions: out, Meta: c.meta(title, want), Crumbs: crumbs}
	p.Meta.NoIndex = true
	p.Meta.JSONLD = c.ld(c.crumbsLD(p.Crumbs))
	return c.page(200, p)
}

// record is an article's versions on their way to a page.
type record struct {
	*scene
	all   []article.Edition
	path  string
	words *i18n.Printer // of the article's language
}

// changes compares version i of the record with the one before it. It reports
// false when there is nothing to compare or what was there is sealed.
func (r *record) changes(i int) (compare.Comparison, bool, error) {
	if i == 0 || r.all[i].Sealed || r.all[i-1].Sealed {
		return compare.Comparison{}, false, nil
	}
	before, err := r.public.EditionContent(r.ctx, r.all[i-1])
	if err != nil {
		return compare.Comparison{}, false, err
	}
	after, err := r.public.EditionContent(r.ctx, r.all[i])
	if err != nil {
		return compare.Comparison{}, false, err
	}
	// Whose words a passage is shows nothing, so a change of it is none to readers.
	before.Body, after.Body = compare.WithoutSaid(before.Body), compare.WithoutSaid(after.Body)
	diff := article.Diff(before, after)
	var shown []compare.FieldChange
	for _, f := range diff.Fields {
		if shownFields[f.Name] {
			shown = append(shown, f)
		}
	}
	diff.Fields = shown
	return diff, true, nil
}

func (r *record) entry(i int) view.Version {
	e := r.all[i]
	v := view.Version{Number: e.Number, Label: r.scene.words.T("correction." + string(e.Change)), Note: e.Note, When: r.stamp(e.When, r.scene.words),
		URL: part{versions: true, version: e.Number}.under(r.path), Current: i == len(r.all)-1, Sealed: e.Sealed}
	if e.Sealed {
		v.URL = ""
	}
	return v
}

// groups lists the versions, the newest first; several in a row that changed
// nothing but typos are one group.
func (r *record) groups() ([]view.VersionGroup, error) {
	var out []view.VersionGroup
	for i := len(r.all) - 1; i >= 0; i-- {
		v := r.entry(i)
		minor := false
		if len(r.all)-i <= maxCompared {
			diff, compared, err := r.changes(i)
			if err != nil {
				return nil, err
			}
			if compared {
				added, removed := diff.Words()
				v.Summary = r.scene.words.T("versions.words", r.scene.words.Number(int64(added)), r.scene.words.Number(int64(removed)))
				quiet := r.all[i].Change == article.ChangeSilent || r.all[i].Change == article.ChangeUpdate && v.Note == ""
				minor = quiet && compare.Trivial(diff)
			}
		}
		if n := len(out); n > 0 && minor && out[n-1].Minor {
			out[n-1].Versions = append(out[n-1].Versions, v)
			continue
		}
		out = append(out, view.VersionGroup{Minor: minor, Versions: []view.Version{v}})
	}
	for i := range out {
		if out[i].Minor {
			out[i].Label = r.scene.words.N("versions.minor", int64(len(out[i].Versions)))
		}
	}
	return out, nil
}

// one is the page of version number n: what changed from the one before it,
// or the whole text of the first.
func (r *record) one(n int64) (*view.VersionShown, error) {
	at := -1
	for i := range r.all {
		if r.all[i].Number == n {
			at = i
		}
	}
	if at < 0 {
		return nil, fault.New(fault.NotFound, "readers saw no version %d", n)
	}
	if r.all[at].Sealed {
		return nil, fault.New(fault.NotFound, "version %d is sealed", n)
	}
	out := &view.VersionShown{Version: r.entry(at), Hash: r.all[at].Hash}
	if at > 0 && !r.all[at-1].Sealed {
		e := r.entry(at - 1)
		out.Older = &view.Link{Label: r.scene.words.T("versions.number", e.Number), URL: e.URL}
	}
	if at+1 < len(r.all) {
		e := r.entry(at + 1)
		out.Newer = &view.Link{Label: r.scene.words.T("versions.number", e.Number), URL: e.URL}
	}
	diff, compared, err := r.changes(at)
	if err != nil {
		return nil, err
	}
	context := 1
	switch {
	case compared:
		out.Compared = r.scene.words.T("versions.compared", r.all[at-1].Number)
		out.Same = diff.Same()
	default:
		text, err := r.public.EditionContent(r.ctx, r.all[at])
		if err != nil {
			return nil, err
		}
		context, text.Body = -1, compare.WithoutSaid(text.Body)
		diff = article.Diff(text, text)
		out.Headline, out.Standfirst = text.Headline, text.Standfirst
		if at > 0 {
			out.Compared = r.scene.words.T("versions.sealed")
		}
	}
	words := r.printWords()
	doc := compare.PrintFields(diff.Fields, words)
	doc.Content = append(doc.Content, compare.Print(diff.Body, context, words).Content...)
	body, err := r.bodyHTML(doc, r.words)
	out.Body = view.Rendered(body)
	return out, err
}

// fieldWords are the messages that name fields and attributes. What has none
// is not told of.
var fieldWords = map[string]string{"headline": "versions.headline", "kicker": "versions.kicker", "standfirst": "versions.standfirst",
	"dateline": "versions.dateline", "bylines": "versions.byline", "alt": "versions.alt", "caption": "versions.caption",
	"credit": "versions.credit", "source": "versions.source", "url": "versions.address", "href": "versions.address", "title": "versions.heading",
	"party": "versions.party", "silent": "versions.silent", "speaker": "versions.speaker", "role": "versions.role",
	"outlet": "versions.outlet", "date": "versions.date", "cite": "versions.source", "source_label": "versions.source",
	"label": "versions.heading", "summary": "versions.heading"}

func (r *record) printWords() compare.Words {
	w := r.words
	return compare.Words{
		Unchanged: func(n int) string { return w.N("versions.unchanged", int64(n)) },
		Field: func(name string) string {
			if key := fieldWords[name]; key != "" {
				return w.T(key)
			}
			return ""
		},
		Item:      func(_, value string) string { return article.BylineOf(value).Name },
		MovedHere: w.T("versions.moved_here"), MovedAway: w.T("versions.moved_away"), Replaced: w.T("versions.replaced"),
	}
}

// correctionsAfter is a further page of the corrections: those older than the
// one with the id.
var correctionsAfter = regexp.MustCompile(`^/corrections/after/([0-9]{1,18}|[0-8][0-9]{18})$`)

const correctionsShown = 30

func correctionsPath(after int64) string {
	if after == 0 {
		return "/corrections/"
	}
	return "/corrections/after/" + strconv.FormatInt(after, 10) + "/"
}

// correctionsPage lists the corrections of the site, the newest first.
func (c *scene) correctionsPage(after int64) (Answer, error) {
	if answer, wrong := c.canonical(correctionsPath(after)); wrong {
		return answer, nil
	}
	c.shows("corrections")
	all, err := c.public.Corrections(c.ctx, after, correctionsShown+1)
	if err != nil {
		return Answer{}, err
	}
	if after != 0 && len(all) == 0 {
		return Answer{}, fault.New(fault.NotFound, "no older corrections")
	}
	title := c.words.T("corrections.title")
	out := &view.Corrections{FeedURL: "/corrections/feed/"}
	if len(all) > correctionsShown {
		all = all[:correctionsShown]
		out.Pager.Older = correctionsPath(all[correctionsShown-1].ID)
	}
	if after != 0 {
		out.Pager.Newer = correctionsPath(0)
	}
	out.Entries = c.corrected(all)
	p := view.Page{Template: "corrections", Corrections: out, Meta: c.meta(title, correctionsPath(after)), Crumbs: []view.Link{c.homeLink(), {Label: title}}}
	p.Meta.Description = c.words.T("corrections.intro")
	p.Meta.Feeds = append(c.feedsOf("/corrections/", title), p.Meta.Feeds...)
	p.Meta.Next, p.Meta.Prev = out.Pager.Older, out.Pager.Newer
	p.Meta.JSONLD = c.ld(c.crumbsLD(p.Crumbs))
	return c.page(200, p)
}

// corrected writes corrections for readers; those of one publication are one
// entry.
func (c *scene) corrected(all []article.Correct) []view.Correction {
	var out []view.Correction
	for i, x := range all {
		item := view.CorrectionItem{Passage: x.Passage, Wrong: x.Wrong, Right: x.Right}
		if i > 0 && all[i-1].At.Equal(x.At) && all[i-1].Note == x.Note && all[i-1].Article.ID == x.Article.ID {
			out[len(out)-1].Items = append(out[len(out)-1].Items, item)
			continue
		}
		entry := view.Correction{Label: c.words.T("correction." + string(x.Kind)), Note: x.Note, When: c.stamp(x.At, c.words)}
		if item != (view.CorrectionItem{}) {
			entry.Items = append(entry.Items, item)
		}
		if x.Article.ID != 0 {
			c.shows(db.Key("article", x.Article.ID))
			entry.Of = &view.Link{Label: x.Article.Headline, URL: urlpath.Escape(x.Article.Path)}
			if x.Article.Language != "" {
				entry.Language, entry.Direction = x.Article.Language, i18n.Direction(x.Article.Language)
			}
		}
		out = append(out, entry)
	}
	return out
}

// correctionsFeed is the feed of the site's corrections.
func (c *scene) correctionsFeed(kind string) (Answer, error) {
	self := "/corrections/" + part{feed: kind}.suffix()
	if answer, wrong := c.canonical(self); wrong {
		return answer, nil
	}
	c.shows("corrections")
	all, err := c.public.Corrections(c.ctx, 0, feedItems)
	if err != nil {
		return Answer{}, err
	}
	title := c.words.T("corrections.title") + " – " + c.conf.Title
	f := feed.Feed{Title: title, Description: c.words.T("corrections.intro"), Home: c.abs("/corrections/"), Self: c.abs(self), Language: c.conf.Locale}
	for _, x := range all {
		c.shows(db.Key("article", x.Article.ID))
		html, err := c.feedHTML(richtext.Doc{Content: c.correctionNodes(x)})
		if err != nil {
			return Answer{}, err
		}
		f.Items = append(f.Items, feed.Item{ID: c.tagURI("correction", x.ID), URL: c.abs(urlpath.Escape(x.Article.Path)),
			Title: c.words.T("correction."+string(x.Kind)) + ": " + x.Article.Headline, Summary: x.Note, HTML: html,
			Language: x.Article.Language, Published: x.At.In(c.zone), Updated: x.At.In(c.zone), Authors: []feed.Author{{Name: c.conf.Title, URL: c.abs("/")}}})
		f.Updated = latestOf(f.Updated, x.At)
	}
	return c.feedAnswer(f, kind)
}

// correctionNodes writes a correction as a block of an article.
func (c *scene) correctionNodes(x article.Correct) []richtext.Node {
	line := func(s string, marks ...string) richtext.Node {
		n := richtext.Node{Type: "text", Text: s}
		for _, m := range marks {
			n.Marks = append(n.Marks, richtext.Mark{Type: m})
		}
		return n
	}
	paragraph := func(content ...richtext.Node) richtext.Node {
		return richtext.Node{Type: "paragraph", Content: content}
	}
	out := []richtext.Node{paragraph(line(c.words.T("correction."+string(x.Kind))+" ("+c.words.Date(x.At.In(c.zone))+"): ", "strong"), line(x.Note))}
	switch {
	case x.Wrong != "":
		out = append(out, paragraph(line(x.Wrong, "del"), line(" "), line(x.Right, "ins")))
	case x.Right != "":
		out = append(out, paragraph(line(x.Right)))
	}
	return out
}
