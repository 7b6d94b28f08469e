package site

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/settings"
	"dateline/internal/storyline"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// listing is a section, tag, author, term, entry of the register or storyline as
// the owner of a list.
type listing struct {
	scope       string // article scope
	id          int64
	path        string // escaped, with both slashes
	name        string
	description string
	open        bool
	section     taxonomy.Section
	profile     author.Profile
	entry       register.Entry
	line        storyline.Storyline
}

func (l listing) key() string { return db.Key(l.scope, l.id) }

func sectionPath(conf settings.Site, s taxonomy.Section) string {
	return urlpath.Escape("/" + conf.SectionBase + "/" + s.Path + "/")
}

func tagPath(conf settings.Site, t taxonomy.Tag) string {
	return urlpath.Escape("/" + conf.TagBase + "/" + t.Slug + "/")
}

func authorPath(conf settings.Site, p author.Profile) string {
	return urlpath.Escape("/" + conf.AuthorBase + "/" + p.Slug + "/")
}

func termPath(t taxonomy.Term) string {
	base := t.Taxonomy
	if base == "post_format" {
		base = "type"
	}
	return urlpath.Escape("/" + base + "/" + t.Slug + "/")
}

// listing reads the owner of a list by the kind of its address, that of the one
// that it was merged into when it is gone.
func (c *scene) listing(kind string, id int64) (listing, error) {
	l, err := c.ownListing(kind, id)
	if !notFound(err) {
		return l, err
	}
	present, e := article.Present(c.ctx, c.db, kind, id)
	if e != nil || present == id || present == 0 {
		return l, cmp.Or(e, err)
	}
	return c.ownListing(kind, present)
}

func (c *scene) ownListing(kind string, id int64) (listing, error) {
	switch kind {
	case article.AddressSection:
		s, err := c.section(id)
		return listing{scope: article.ScopeSection, id: id, path: sectionPath(c.conf, s), name: s.Name, description: s.Description, open: s.Open, section: s}, err
	case article.AddressTag:
		t, err := c.tag(id)
		return listing{scope: article.ScopeTag, id: id, path: tagPath(c.conf, t), name: t.Name, description: t.Description, open: t.Open}, err
	case article.AddressTerm:
		t, err := taxonomy.TermByID(c.ctx, c.db, id)
		return listing{scope: article.ScopeTerm, id: id, path: termPath(t), name: t.Name, description: t.Description, open: t.Open}, err
	case article.AddressAuthor:
		p, err := c.author(id)
		return listing{scope: article.ScopeAuthor, id: id, path: authorPath(c.conf, p), name: p.Name, description: p.Bio, open: p.Open, profile: p}, err
	}
	if kind == article.AddressSubject {
		e, err := register.ByID(c.ctx, c.db, id)
		return listing{scope: article.ScopeSubject, id: id, path: urlpath.Escape(e.Path), name: e.Name, description: e.Description, open: e.Open, entry: e}, err
	}
	if kind == article.AddressStoryline {
		return c.storylineListing(id)
	}
	return listing{}, fault.New(fault.NotFound, "no list of kind %q", kind)
}

// shownListing is listing for a list that readers may know of: one with a
// public article in it, or an open one. It returns the number of articles.
func (c *scene) shownListing(kind string, id int64) (listing, int64, error) {
	l, err := c.listing(kind, id)
	if err != nil {
		return l, 0, err
	}
	n, err := c.public.Count(c.ctx, l.scope, l.id)
	if err == nil && n == 0 && !l.open {
		err = errHidden
	}
	return l, n, err
}

func (c *scene) authorID(slug string) (int64, error) {
	p, err := author.BySlug(c.ctx, c.db, slug)
	return p.ID, err
}

// listOf answers for a list, its later pages and its feeds. A list that no
// public article is in, and that is not open, does not exist for readers.
func (c *scene) listOf(kind string, id int64, p part) (Answer, error) {
	l, n, err := c.shownListing(kind, id)
	if err != nil {
		return Answer{}, err
	}
	switch {
	case p.bare:
		return Answer{}, fault.New(fault.NotFound, "lists are not divided by a number alone")
	case p.feed != "":
		return c.listFeed(l.scope, l.id, p.feed)
	case p.comments > 0 || p.twin:
		return moved(l.path), nil
	}
	if answer, wrong := c.canonical(l.path + p.listSuffix()); wrong {
		answer.Keys = append(answer.Keys, l.key())
		return answer, nil
	}
	if p.timeline {
		return c.timelinePage(l, p)
	}
	switch l.scope {
	case article.ScopeSubject:
		return c.subjectPage(l, n, max(p.page, 1))
	case article.ScopeStoryline:
		return c.storylinePage(l, n, max(p.page, 1))
	}
	return c.listPage(l, n, max(p.page, 1))
}

func (p part) listSuffix() string {
	if p.timeline {
		return p.suffix()
	}
	if p.page > 1 {
		return "page/" + strconv.FormatInt(p.page, 10) + "/"
	}
	return ""
}

// canonical reports whether the path asked for differs from the one to show,
// and the redirect to it.
func (c *scene) canonical(path string) (Answer, bool) {
	if samePath(c.ask.Path, path) {
		return Answer{}, false
	}
	return moved(path), true
}

func (c *scene) listPage(l listing, n, page int64) (Answer, error) {
	size := int64(c.conf.PageSize)
	pages := max((n+size-1)/size, 1)
	if page > pages {
		return Answer{}, fault.New(fault.NotFound, "the list has %d pages", pages)
	}
	arts, err := c.public.Page(c.ctx, l.scope, l.id, page, c.conf.PageSize)
	if err != nil {
		return Answer{}, err
	}
	var top *view.Front
	if l.scope == article.ScopeSection && page == 1 {
		if top, err = c.topOf(l.id); err != nil {
			return Answer{}, err
		}
	}
	if top != nil {
		arts = slices.DeleteFunc(arts, func(a article.Article) bool { return standsIn(top, a.ID) })
	}
	cards, err := c.cards(arts, pictureCard)
	if err != nil {
		return Answer{}, err
	}
	c.shows(l.key(), db.ListKey(l.scope, l.id))
	list := &view.List{Kind: l.scope, Title: l.name, Cards: cards, Count: c.words.N("list.count", n),
		Pager: c.pager(l.path, page, pages), FeedURL: l.path + "feed/", Top: top}
	out := view.Page{Template: "list", List: list, Crumbs: []view.Link{c.homeLink()}}
	if err := c.dressList(&out, l); err != nil {
		return Answer{}, err
	}
	out.Crumbs = append(out.Crumbs, view.Link{Label: l.name, URL: l.path})
	title := l.name
	if page > 1 {
		title += " – " + list.Pager.Label
	}
	out.Meta = c.meta(title, l.path+part{page: page}.listSuffix())
	out.Meta.Description = cmp.Or(l.section.SearchDescription(), clip(l.description, 200))
	out.Meta.Prev, out.Meta.Next = list.Pager.Newer, list.Pager.Older
	out.Meta.Feeds = append(c.feedsOf(l.path, l.name), out.Meta.Feeds...)
	out.Meta.NoIndex = n == 0
	if l.scope == article.ScopeAuthor {
		out.Meta.OGType = "profile"
	}
	out.Meta.JSONLD = c.ld(c.listLD(out, l))
	return c.page(200, out)
}

// dressList adds what only one kind of list has.
func (c *scene) dressList(out *view.Page, l listing) error {
	switch l.scope {
	case article.ScopeAuthor:
		box, err := c.authorBox(l.profile)
		if err != nil {
			return err
		}
		box.Count = out.List.Count
		out.List.Author = &box
	case article.ScopeSection:
		if out.List.Pager.Page == 1 {
			box, err := c.sectionBox(l)
			if err != nil {
				return err
			}
			out.List.SignUp = box
		}
		line, err := c.lineage(l.section.ParentID)
		if err != nil {
			return err
		}
		for _, up := range line {
			link := view.Link{Label: up.Name, URL: sectionPath(c.conf, up)}
			out.Crumbs = append(out.Crumbs, link)
			out.List.Parent = &link
			c.shows(db.Key("section", up.ID))
		}
		c.shows(taxonomy.Tree)
		children, err := taxonomy.Children(c.ctx, c.db, l.id)
		if err != nil {
			return err
		}
		for _, child := range children {
			n, err := c.public.Count(c.ctx, article.ScopeSection, child.ID)
			if err != nil {
				return err
			}
			if n > 0 {
				out.List.Children = append(out.List.Children, view.Link{Label: child.Name, URL: sectionPath(c.conf, child)})
			}
		}
		out.List.Description = view.Paragraphs(l.description)
	default:
		out.List.Description = view.Paragraphs(l.description)
	}
	return nil
}

func (c *scene) pager(base string, page, pages int64) view.Pager {
	p := view.Pager{Page: page, Pages: pages, Label: c.words.T("list.page_of", c.words.Number(page), c.words.Number(pages))}
	if page > 1 {
		p.Newer = base + part{page: page - 1}.listSuffix()
	}
	if page < pages {
		p.Older = base + part{page: page + 1}.listSuffix()
	}
	return p
}

func clip(s string, runes int) string {
	s = strings.Join(strings.Fields(s), " ")
	r := []rune(s)
	if len(r) <= runes {
		return s
	}
	cut := string(r[:runes])
	if i := strings.LastIndexByte(cut, ' '); i > runes/2 {
		cut = cut[:i]
	}
	return cut + "…"
}
