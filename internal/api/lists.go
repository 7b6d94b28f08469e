package api

import (
	"context"
	"strings"

	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/site"
	"dateline/internal/taxonomy"
)

// listSections answers all sections, those above before those below them. There
// are as many as a newsroom can tell apart, so they are one page.
func listSections(c *call) (any, error) {
	c.Shows(taxonomy.Tree)
	all, err := taxonomy.Sections(c.ctx, c.DB)
	if err != nil {
		return nil, err
	}
	below := map[int64][]taxonomy.Section{}
	for _, s := range all {
		below[s.ParentID] = append(below[s.ParentID], s)
	}
	out := List[Section]{Items: []Section{}}
	var add func(parent int64, depth int) error
	add = func(parent int64, depth int) error {
		for _, s := range below[parent] {
			one, err := c.section(s.ID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if err == nil {
				out.Items = append(out.Items, *one)
			} else {
				c.Shows(db.Key(article.ScopeSection, s.ID), db.ListKey(article.ScopeSection, s.ID)) // it may appear
			}
			if depth < maxDepth {
				if err := add(s.ID, depth+1); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return out, add(0, 1)
}

// maxDepth bounds how deep sections are below each other.
const maxDepth = 16

func (c *call) section(id int64) (*Section, error) {
	o, err := c.Owner(article.AddressSection, id)
	if err != nil {
		return nil, err
	}
	out := &Section{ID: ident(o.ID), Self: c.at("sections", ident(o.ID)), URL: c.Abs(o.Path), Name: o.Name, Path: o.Section.Path, Description: o.Description,
		Articles: o.Count, List: c.listOf("section", o.ID)}
	if up := o.Section.ParentID; up != 0 {
		parent, err := c.Section(up)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil {
			out.Parent = c.link("sections", parent.ID, c.SectionPath(parent), parent.Name)
		}
	}
	return out, nil
}

func getSection(c *call) (any, error) { return c.section(c.id) }

func listTags(c *call) (any, error) {
	return listByName(c, taxonomy.ShownTags, func(t *taxonomy.Tag) (int64, string) { return t.ID, t.Name }, c.tag)
}

// listByName is a page of a list by name. What shown returned and readers may
// not know of any more is left out.
func listByName[T, Out any](c *call, shown func(ctx context.Context, q db.Querier, key string, after int64, limit int) ([]T, error), of func(*T) (int64, string), say func(int64) (*Out, error)) (any, error) {
	out := List[Out]{Items: []Out{}}
	c.Shows(db.ListKey(article.ScopeSite, 0))
	all, err := shown(c.ctx, c.DB, c.from.name, c.from.n[0], c.limit()+1)
	if err != nil {
		return nil, err
	}
	if len(all) > c.limit() {
		all = all[:c.limit()]
		id, name := of(&all[len(all)-1])
		out.Next = c.nextAt(place{n: [6]int64{id}, name: taxonomy.NameKey(name)})
	}
	for i := range all {
		id, _ := of(&all[i])
		one, err := say(id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, *one)
	}
	return out, nil
}

func (c *call) tag(id int64) (*Tag, error) {
	o, err := c.Owner(article.AddressTag, id)
	if err != nil {
		return nil, err
	}
	return &Tag{ID: ident(o.ID), Self: c.at("tags", ident(o.ID)), URL: c.Abs(o.Path), Name: o.Name, Slug: o.Tag.Slug, Description: o.Description,
		Articles: o.Count, List: c.listOf("tag", o.ID)}, nil
}

func getTag(c *call) (any, error) { return c.tag(c.id) }

func listAuthors(c *call) (any, error) {
	return listByName(c, author.Shown, func(p *author.Profile) (int64, string) { return p.ID, p.Name }, c.author)
}

func (c *call) author(id int64) (*Author, error) {
	o, err := c.Owner(article.AddressAuthor, id)
	if err != nil {
		return nil, err
	}
	return c.profile(&o)
}

// profile says of an author what their page says.
func (c *call) profile(o *site.Owner) (*Author, error) {
	p := &o.Profile
	out := &Author{ID: ident(o.ID), Self: c.at("authors", ident(o.ID)), URL: c.Abs(o.Path), Name: p.Name, Slug: p.Slug, Role: p.Role, Bio: strings.TrimSpace(p.Bio), Links: []WebLink{},
		Articles: o.Count, List: c.listOf("author", o.ID)}
	for _, l := range p.Links {
		out.Links = append(out.Links, WebLink{Label: l.Label, URL: l.URL})
	}
	var err error
	if c.picks.has("picture") {
		out.Picture, err = c.pictureOf(p.Picture)
	}
	return out, err
}

func getAuthor(c *call) (any, error) { return c.author(c.id) }
