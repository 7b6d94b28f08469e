package demo

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"dateline/internal/article"
	"dateline/internal/demo/draw"
	"dateline/internal/richtext"
)

// checker collects what does not hold in a newsroom.
type checker struct {
	known map[string]bool // "article:slug", "picture:key" …
	errs  []error
}

func (c *checker) define(kind, key string) {
	if c.known[kind+":"+key] {
		c.fail("two of %s %q", kind, key)
	}
	c.known[kind+":"+key] = true
}

// need reports an unknown thing; an empty key refers to nothing.
func (c *checker) need(where, kind, key string) {
	if key != "" && !c.known[kind+":"+key] {
		c.fail("%s: no %s %q", where, kind, key)
	}
}

func (c *checker) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// check reports every reference of n that leads nowhere and every doubled key.
// Articles may refer only to earlier ones, so that they can be filled in order.
func check(n Newsroom) error {
	c := &checker{known: map[string]bool{}}
	for _, s := range n.Sections {
		c.need("section "+s.Path, "section", s.Parent)
		c.define("section", s.Path)
	}
	for _, t := range n.Tags {
		c.define("tag", t.Slug)
	}
	for _, p := range n.Pictures {
		c.define("picture", p.Key)
		if p.Alt == "" || !draw.Has(p.Key) {
			c.fail("picture %s: no alt text or nobody draws it", p.Key)
		}
	}
	for _, a := range n.Authors {
		c.define("author", a.Slug)
		c.need("author "+a.Slug, "picture", a.Portrait)
	}
	for _, p := range n.Pages {
		c.need("page "+p.Slug, "page", p.Parent)
		c.define("page", p.Slug)
	}
	for key := range n.Accounts {
		c.define("accounts", key)
	}
	c.articles(n.Articles)
	for _, p := range n.Pages {
		c.nodes("page "+p.Slug, p.Body.Content)
	}
	for _, s := range n.Register {
		c.define("subject", s.Slug)
		c.need("subject "+s.Slug, "picture", s.Picture)
		for _, slug := range s.Main {
			c.need("subject "+s.Slug, "article", slug)
		}
	}
	for _, s := range n.Storylines {
		for _, slug := range s.Subjects {
			c.need("storyline "+s.Slug, "subject", slug)
		}
		if !slices.ContainsFunc(n.Articles, func(a Article) bool { return a.First().Content.Storyline == s.Headline }) {
			c.fail("storyline %s: no article belongs to it", s.Slug)
		}
	}
	for _, m := range n.Menus {
		c.menu("menu "+m.Slug, m.Items)
	}
	for _, b := range n.Front {
		c.need("the front", "section", b.Section)
		for _, s := range b.Slots {
			c.need("the front", "article", s.Article)
		}
	}
	return errors.Join(c.errs...)
}

func (c *checker) articles(list []Article) {
	for _, a := range list {
		for _, v := range a.Versions {
			c.content("article "+a.Slug, v.Content)
		}
		if a.Status == article.StatusWithdrawn && a.WithdrawnReason == "" {
			c.fail("article %s: withdrawn without a reason", a.Slug)
		}
		c.comments("article "+a.Slug, a.Comments)
		c.define("article", a.Slug)
	}
}

func (c *checker) content(where string, v Content) {
	if v.Headline == "" || v.Standfirst == "" || len(v.Sections) == 0 || len(v.Bylines) == 0 {
		c.fail("%s: needs a headline, a standfirst, a section and a byline", where)
	}
	c.need(where, "picture", v.Lead)
	for _, s := range v.Sections {
		c.need(where, "section", s)
	}
	for _, t := range v.Tags {
		c.need(where, "tag", t)
	}
	c.nodes(where, v.Body.Content)
}

func (c *checker) nodes(where string, nodes []richtext.Node) {
	for _, n := range nodes {
		c.attrs(where, n.Attrs)
		for _, m := range n.Marks {
			c.attrs(where, m.Attrs)
		}
		c.nodes(where, n.Content)
	}
}

func (c *checker) attrs(where string, attrs map[string]any) {
	text := func(name string) string { s, _ := attrs[name].(string); return s }
	c.need(where, "picture", text("media"))
	c.need(where, "article", text("article"))
	c.need(where, "accounts", text("record"))
	if kind, key, ok := reference(cmp.Or(text("href"), text("url"))); ok {
		c.need(where, kind, key)
	}
}

func (c *checker) comments(where string, list []Comment) {
	for _, m := range list {
		if m.Body == "" || (m.Name == "") == (m.Author == "") {
			c.fail("%s: a comment needs words and either a name or an author", where)
		}
		c.need(where, "author", m.Author)
		c.comments(where, m.Replies)
	}
}

func (c *checker) menu(where string, items []MenuItem) {
	for _, i := range items {
		if kind, key, ok := reference(i.To); ok {
			c.need(where, kind, key)
		}
		c.menu(where, i.Items)
	}
}
