package api

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/urlpath"
)

// summaries are articles as lists show them, with what of them was asked for.
func (c *call) summaries(arts []article.Article, p picks) ([]Summary, error) {
	var leads []int64
	for i := range arts {
		if id := arts[i].LeadMedia; id != 0 && p.has("picture") {
			leads = append(leads, id)
		}
	}
	pictures, err := c.Media(leads)
	if err != nil {
		return nil, err
	}
	out := make([]Summary, 0, len(arts))
	for i := range arts {
		a := &arts[i]
		c.Shows(db.Key("article", a.ID), article.ChangedKey(a.ID))
		s := Summary{ID: ident(a.ID), Self: c.at("articles", ident(a.ID)), URL: c.page(a), Kind: string(a.Kind), Language: cmp.Or(a.Language, c.Conf().Locale),
			Headline: a.Headline, Kicker: a.Kicker, Standfirst: a.Standfirst, Excerpt: a.Excerpt, Byline: a.BylineText, Published: a.FirstPublished.UTC(),
			Words: a.WordCount, Comments: a.CommentCount, Changed: changed(a)}
		if a.Updated.After(a.FirstPublished) {
			at := a.Updated.UTC()
			s.Updated = &at
		}
		if a.SectionID != 0 && p.has("section") {
			section, err := c.Section(a.SectionID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			if err == nil {
				s.Section = c.link("sections", section.ID, c.SectionPath(section), section.Name)
			}
		}
		if m, ok := pictures[a.LeadMedia]; ok {
			if s.Picture = c.picture(&m, article.Picture{}); s.Picture != nil {
				s.Picture.Renditions = nil
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// changed is when what this API says of an article changed last.
func changed(a *article.Article) time.Time {
	if a.Changed.IsZero() { // its embargo has just ended, or it is a page from before Changed
		return latest(a.FirstPublished, a.Updated, a.EmbargoUntil).UTC()
	}
	return a.Changed.UTC()
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// summary is one of them, nil for none.
func (c *call) summary(a *article.Article, p picks) (*Summary, error) {
	if a == nil {
		return nil, nil
	}
	all, err := c.summaries([]article.Article{*a}, p)
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// page is the address of an article's page.
func (c *call) page(a *article.Article) string {
	if a.ID == c.Conf().FrontPage {
		return c.Abs("/")
	}
	return c.Abs(urlpath.Escape(a.Path))
}

// link names a thing; path is escaped.
func (c *call) link(kind string, id int64, path, name string) *Link {
	return &Link{ID: ident(id), Self: c.at(kind, ident(id)), URL: c.Abs(path), Name: name}
}

func (c *call) articleLink(a *article.Article) Link {
	c.Shows(db.Key("article", a.ID))
	return Link{ID: ident(a.ID), Self: c.at("articles", ident(a.ID)), URL: c.page(a), Name: a.Headline}
}

// picture is a picture that readers may see, nil for a medium that is none.
func (c *call) picture(m *media.Medium, use article.Picture) *Picture {
	src := m.Sources()
	if m.Kind != media.KindImage || !m.Public || src.Missing {
		return nil
	}
	p := &Picture{URL: c.Abs(src.URL), Width: src.Width, Height: src.Height, Alt: cmp.Or(use.Alt, m.Alt), Caption: cmp.Or(use.Caption, m.Caption),
		Credit: cmp.Or(use.Credit, m.Credit), Renditions: []Rendition{}}
	for _, v := range m.Variants {
		if strings.HasPrefix(v.MIME, "image/") {
			p.Renditions = append(p.Renditions, Rendition{URL: c.Abs(m.URL(v)), Type: v.MIME, Width: v.Width, Height: v.Height, Bytes: v.Bytes})
		}
	}
	return p
}

// pictureOf is a picture by its id, nil for none.
func (c *call) pictureOf(id int64) (*Picture, error) {
	if id == 0 {
		return nil, nil
	}
	all, err := c.Media([]int64{id})
	if m, ok := all[id]; ok && err == nil {
		return c.picture(&m, article.Picture{}), nil
	}
	return nil, err
}

// scopes are the filters of lists of articles that name a list.
var scopes = []struct{ param, kind, scope string }{
	{"section", article.AddressSection, article.ScopeSection},
	{"tag", article.AddressTag, article.ScopeTag},
	{"author", article.AddressAuthor, article.ScopeAuthor},
	{"storyline", article.AddressStoryline, article.ScopeStoryline},
	{"subject", article.AddressSubject, article.ScopeSubject},
}

// kinds of articles that lists have.
var kinds = []string{string(article.KindReport), string(article.KindAnalysis), string(article.KindOpinion), string(article.KindInterview), string(article.KindExplainer),
	string(article.KindFactCheck), string(article.KindObituary), string(article.KindLive), string(article.KindStatement)}

// The orders of lists of articles.
const (
	newestFirst = "newest"
	oldestFirst = "oldest"
)

func articleFilters(most int) []Param {
	return []Param{
		{Name: "section", Kind: anID, Doc: "Articles of a section and of those below it."},
		{Name: "tag", Kind: anID, Doc: "Articles with a tag."},
		{Name: "author", Kind: anID, Doc: "Articles under an author's name."},
		{Name: "storyline", Kind: anID, Doc: "Articles of a storyline."},
		{Name: "subject", Kind: anID, Doc: "Articles that name an entry of the register."},
		{Name: "kind", Kind: aChoice, Choices: kinds, Doc: "Articles of a kind.", Example: "opinion"},
		{Name: "from", Kind: aTime, Doc: "Published at this time or later.", Example: "2026-01-01"},
		{Name: "before", Kind: aTime, Doc: "Published before this time.", Example: "2027-01-01T00:00:00Z"},
		{Name: "sort", Kind: aChoice, Choices: []string{newestFirst, oldestFirst, changeOrder}, Default: newestFirst,
			Doc: "Order by first publication; or by the latest change, the earliest first, with what was taken away. The order of changes takes none of the filters above.", Example: oldestFirst},
		{Name: "changed_after", Kind: aTime, Doc: "In the order of changes, which this brings along: what changed after this time.", Example: "2026-01-01"},
		limit(most), cursor,
	}
}

// walk reads the articles that were asked for.
func (c *call) walk() (arts []article.Article, next string, err error) {
	in := article.Walk{Kind: article.Kind(c.text("kind")), From: c.time("from"), To: c.time("before"), Oldest: c.text("sort") == oldestFirst,
		After: article.Cursor{At: c.from.n[0], ID: c.from.n[1]}, Limit: c.limit()}
	c.Shows(db.ListKey(article.ScopeSite, 0))
	for _, s := range scopes {
		if !c.has(s.param) {
			continue
		}
		owner, err := c.Owner(s.kind, c.asked.id(s.param))
		if err != nil {
			return nil, "", c.unknown(err, s.param)
		}
		in.Lists = append(in.Lists, article.ListRef{Scope: s.scope, Ref: owner.ID})
	}
	arts, after, err := c.Public().Walk(c.ctx, in)
	if after != (article.Cursor{}) {
		next = c.nextAt(place{n: [6]int64{after.At, after.ID}})
	}
	return arts, next, err
}

// unknown turns the error that there is nothing with the id of a filter into the
// one that names the filter: an empty list would say that the thing is there.
func (c *call) unknown(err error, param string) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return fault.New(fault.Invalid, "no %s that readers may see has the id %s", param, c.text(param)).WithHint("use the ids of %s", c.at(plural[param]))
}

var plural = map[string]string{"article": "articles", "section": "sections", "tag": "tags", "author": "authors", "storyline": "storylines", "subject": "subjects"}

func listArticles(c *call) (any, error) {
	if c.inChanges() {
		return listChanges(c)
	}
	arts, next, err := c.walk()
	if err != nil {
		return nil, err
	}
	items, err := c.summaries(arts, c.picks)
	return Articles{List: List[Summary]{Items: items, Next: next}}, err
}

func utc(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
