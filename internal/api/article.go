package api

import (
	"cmp"
	"reflect"
	"slices"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/quote"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/urlpath"
)

// reading is an article with the version that readers see.
type reading struct {
	a       article.Article
	version article.Version
}

// read returns an article that is in lists with its version. A withdrawn one is
// Gone, with the reason that readers are told; every other is as if it had never
// been.
func (c *call) read() (*reading, error) {
	r, err := c.listed()
	if err != nil {
		return nil, err
	}
	r.version, err = c.Public().Live(c.ctx, &r.a)
	return r, err
}

// listed is read without the version.
func (c *call) listed() (*reading, error) {
	c.Shows(db.Key("article", c.id))
	a, vis, err := c.Public().Read(c.ctx, c.id)
	if err != nil {
		return nil, err
	}
	switch vis {
	case article.Gone:
		gone := fault.New(fault.Gone, "the article was withdrawn")
		if a.WithdrawnReason != "" {
			gone = gone.WithHint("take it down where you show it; the newsroom says: %s", a.WithdrawnReason)
		}
		return nil, gone
	case article.Listed:
	default:
		return nil, errNothing
	}
	return &reading{a: a}, nil
}

// shallowMembers are those of an article that are no part of its version. Its
// picture is one, with words for its place.
var shallowMembers = slices.DeleteFunc(append(namesOf(membersOf(reflect.TypeFor[Summary](), 1)), "uri", "comments_open", "check_also", "subjects", "quotes", "corrections", "translations", "links"),
	func(name string) bool { return name == "picture" })

func getArticle(c *call) (any, error) {
	read := c.listed
	if c.picks.beyond(shallowMembers...) {
		read = c.read
	}
	r, err := read()
	if err != nil {
		return nil, err
	}
	s, err := c.summary(&r.a, c.picks)
	if err != nil {
		return nil, err
	}
	id := ident(r.a.ID)
	out := &Article{Summary: *s, URI: c.TagURI("article", r.a.ID), ShortHeadline: r.version.Content.ShortHeadline, Dateline: r.version.Content.Dateline, Source: r.version.Content.Canonical,
		Pictures: []Picture{}, Accounts: []Accounts{}, Corrections: []Correction{}, Translations: []Translation{}, CommentsOpen: c.CommentsOpen(&r.a),
		Links: ArticleLinks{Comments: c.at("articles", id, "comments"), Ninjs: c.at("articles", id, "ninjs")}}
	c.Shows(article.BesideKey(r.a.ID), db.Key("comments", r.a.ID))
	for _, part := range []struct {
		members []string
		add     func(*reading, *Article) error
	}{
		{[]string{"html"}, c.addHTML}, {[]string{"blocks"}, c.addBlocks}, {[]string{"bylines"}, c.addBylines}, {[]string{"sections", "tags"}, c.addTerms},
		{[]string{"subjects"}, c.addSubjects}, {[]string{"picture", "pictures"}, c.addPictures}, {[]string{"quotes"}, c.addQuotes}, {[]string{"accounts"}, c.addAccounts},
		{[]string{"storyline"}, c.addStoryline}, {[]string{"check_also"}, c.addRelated}, {[]string{"corrections"}, c.addCorrections}, {[]string{"links"}, c.addVersions},
		{[]string{"translations"}, c.addTranslations},
	} {
		if !c.picks.has(part.members...) {
			continue
		}
		if err := part.add(r, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *call) addHTML(r *reading, out *Article) (err error) {
	out.HTML, err = c.HTML(r.version.Content.Body)
	return err
}

func (c *call) addBlocks(r *reading, out *Article) (err error) {
	out.Blocks, err = c.blocks(r.version.Content.Body)
	return err
}

func (c *call) addBylines(r *reading, out *Article) (err error) {
	out.Bylines, err = c.bylines(r)
	return err
}

func (c *call) bylines(r *reading) ([]Byline, error) {
	out := []Byline{}
	for _, b := range r.version.Content.Bylines {
		one := Byline{Name: b.Name, Role: cmp.Or(b.Role, "by")}
		if b.Profile != 0 {
			p, path, err := c.Author(b.Profile)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			if err == nil {
				one.Name = cmp.Or(b.Name, p.Name)
				one.Author = c.link("authors", p.ID, path, p.Name)
			}
		}
		out = append(out, one)
	}
	return out, nil
}

func (c *call) addTerms(r *reading, out *Article) error {
	out.Sections, out.Tags = []Link{}, []Link{}
	for _, id := range r.version.Content.Sections {
		s, err := c.Section(id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		out.Sections = append(out.Sections, *c.link("sections", s.ID, c.SectionPath(s), s.Name))
	}
	tags, err := c.Tags(r.version.Content.Tags)
	for _, t := range tags {
		out.Tags = append(out.Tags, *c.link("tags", t.ID, c.TagPath(t), t.Name))
	}
	return err
}

func (c *call) addSubjects(r *reading, out *Article) error {
	out.Subjects = []NamedSubject{}
	named, err := register.InStory(c.ctx, c.DB, r.a.ID)
	for i := range named {
		e := &named[i].Entry
		c.Shows(db.Key(article.ScopeSubject, e.ID))
		out.Subjects = append(out.Subjects, NamedSubject{Link: *c.link("subjects", e.ID, urlpath.Escape(e.Path), e.Name), Kind: string(e.Kind), Main: named[i].Main, Wikidata: entity(e)})
	}
	return err
}

// addPictures lists the lead picture and those of the text, each once.
func (c *call) addPictures(r *reading, out *Article) error {
	uses := pictureUses(&r.version.Content)
	var ids []int64
	for _, use := range uses {
		ids = append(ids, use.Media)
	}
	known, err := c.Media(ids)
	if err != nil {
		return err
	}
	for i, use := range uses {
		m, ok := known[use.Media]
		if !ok {
			continue
		}
		if p := c.picture(&m, use); p != nil {
			out.Pictures = append(out.Pictures, *p)
			if i == 0 && r.version.Content.Lead != nil && use.Media == r.version.Content.Lead.Media {
				out.Picture = p // with the words of this place
			}
		}
	}
	return nil
}

// pictureUses are the pictures of a content with their words, the lead first.
func pictureUses(content *article.Content) []article.Picture {
	var uses []article.Picture
	seen := map[int64]bool{}
	add := func(p article.Picture) {
		if p.Media != 0 && !seen[p.Media] {
			seen[p.Media] = true
			uses = append(uses, p)
		}
	}
	if content.Lead != nil {
		add(*content.Lead)
	}
	richtext.Walk(content.Body.Content, func(n *richtext.Node) bool {
		if n.Type == "figure" {
			use := article.Picture{Media: number(n.Attrs["media"]), Caption: richtext.PlainText(richtext.Doc{Content: []richtext.Node{{Type: "paragraph", Content: n.Content}}})}
			use.Alt, _ = n.Attrs["alt"].(string)
			use.Credit, _ = n.Attrs["credit"].(string)
			add(use)
		}
		return true
	})
	return uses
}

func (c *call) addQuotes(r *reading, out *Article) error {
	found, err := quote.NewPublic(c.DB, c.Clock).In(c.ctx, r.a.ID)
	out.Quotes = c.quotes(found)
	return err
}

func (c *call) addAccounts(r *reading, out *Article) error {
	for _, id := range richtext.RecordIDs(r.version.Content.Body) {
		one, err := c.accounts(id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		out.Accounts = append(out.Accounts, *one)
	}
	return nil
}

func (c *call) addStoryline(r *reading, out *Article) error {
	ref, err := c.Public().Storyline(c.ctx, r.version.Content.Storyline)
	if err != nil || ref == 0 {
		return err
	}
	c.Shows(db.ListKey(article.ScopeStoryline, ref), db.Key(article.ScopeStoryline, ref))
	out.Storyline = &PartOf{Name: r.version.Content.Storyline}
	owner, err := c.Owner(article.AddressStoryline, ref)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	out.Storyline.Name, out.Storyline.Storyline = owner.Name, c.link("storylines", owner.ID, owner.Path, owner.Name)
	older, newer, err := c.Public().Around(c.ctx, article.ScopeStoryline, owner.ID, &r.a)
	if err != nil {
		return err
	}
	if out.Storyline.Previous, err = c.summary(older, c.picks.of("storyline").of("previous")); err != nil {
		return err
	}
	out.Storyline.Next, err = c.summary(newer, c.picks.of("storyline").of("next"))
	return err
}

func (c *call) addRelated(r *reading, out *Article) error {
	for _, id := range r.a.Related {
		c.Shows(db.Key("article", id))
	}
	known, err := c.Public().Many(c.ctx, r.a.Related)
	if err != nil {
		return err
	}
	var arts []article.Article
	for _, id := range r.a.Related {
		if a, ok := known[id]; ok {
			arts = append(arts, a)
		}
	}
	out.CheckAlso, err = c.summaries(arts, c.picks.of("check_also"))
	return err
}

func (c *call) addCorrections(r *reading, out *Article) error {
	if r.a.Updated.After(r.a.FirstPublished) {
		all, err := c.Public().CorrectionsOf(c.ctx, r.a.ID)
		if err != nil {
			return err
		}
		for _, x := range all {
			out.Corrections = append(out.Corrections, Correction{Kind: string(x.Kind), At: x.At.UTC(), Note: x.Note, Passage: x.Passage, Wrong: x.Wrong, Right: x.Right})
		}
	}
	return nil
}

func (c *call) addVersions(r *reading, out *Article) error {
	if !c.Conf().ShowVersions || r.a.ID == c.Conf().FrontPage {
		return nil
	}
	n, err := c.Public().CountVersions(c.ctx, &r.a)
	if n > 1 {
		out.Links.Versions = c.Abs(urlpath.Escape(r.a.Path)) + "versions/"
	}
	return err
}

func (c *call) addTranslations(r *reading, out *Article) error {
	others, err := c.Public().Translations(c.ctx, r.a.ID)
	for i := range others {
		out.Translations = append(out.Translations, Translation{Language: cmp.Or(others[i].Language, c.Conf().Locale), Link: c.articleLink(&others[i])})
	}
	return err
}
