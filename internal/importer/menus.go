package importer

import (
	"cmp"
	"context"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/settings"
	"dateline/internal/urlpath"
	"dateline/internal/wxr"
)

// menus gathers the navigation menus, whose items stand anywhere in the files.
type menus struct {
	names map[string]string // menu's name by its slug
	order []string
	taken map[menuPlace]bool
	items []menuEntry
}

// menuEntry is one item in one menu: an item may stand in several.
type menuEntry struct {
	item   *wxr.Item
	file   string
	parent int64
	menu   string
	twice  bool
}

func (m *menus) name(t *wxr.Term) {
	if m.names == nil {
		m.names = map[string]string{}
	}
	m.names[t.Slug] = html.UnescapeString(cmp.Or(t.Name, t.Slug))
	m.order = append(m.order, t.Slug)
}

func (m *menus) add(it *wxr.Item, file string) {
	e := menuEntry{item: it, file: file}
	e.parent, _ = strconv.ParseInt(wxr.First(it.Meta, "_menu_item_menu_item_parent"), 10, 64) // absent is 0
	for _, t := range it.Terms {
		if t.Taxonomy == "nav_menu" {
			e.menu = cmp.Or(t.Slug, urlpath.Slug(t.Name))
			if _, ok := m.names[e.menu]; !ok {
				m.name(&wxr.Term{Slug: e.menu, Name: t.Name})
			}
		}
	}
	place := menuPlace{e.menu, it.ID}
	e.twice = m.taken[place]
	if m.taken == nil {
		m.taken = map[menuPlace]bool{}
	}
	m.taken[place] = true
	it.Content = ""
	m.items = append(m.items, e)
}

type menuPlace struct {
	menu string
	item int64
}

// writeMenus stores the menus as trees.
func (r *run) writeMenus(ctx context.Context) error {
	slices.Sort(r.menus.order)
	trees := map[string]map[int64][]menuEntry{}
	for _, e := range r.menus.items {
		if e.menu == "" || e.twice || e.item.Status == "trash" {
			continue
		}
		if trees[e.menu] == nil {
			trees[e.menu] = map[int64][]menuEntry{}
		}
		if !r.menus.taken[menuPlace{e.menu, e.parent}] || e.parent == e.item.ID {
			e.parent = 0
		}
		trees[e.menu][e.parent] = append(trees[e.menu][e.parent], e)
	}
	locations := r.locations(trees)
	for _, slug := range r.menus.order {
		if err := r.writeMenu(ctx, slug, trees[slug], locations[slug]); err != nil {
			return err
		}
	}
	return r.countMenuItems(ctx)
}

func (r *run) writeMenu(ctx context.Context, slug string, tree map[int64][]menuEntry, location string) error {
	m := settings.Menu{ID: namedID(r.survey.site, "menu", slug), Slug: decoded(slug), Name: r.menus.names[slug], Location: location}
	m.Items = r.branch(tree, 0, 0)
	hash, err := digest(m)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := r.keep(ctx, tx, "menu", slug, hash, m.ID, func(target int64) error {
			m.ID = target
			return settings.SaveMenu(ctx, tx, m)
		})
		return err
	})
}

func (r *run) branch(tree map[int64][]menuEntry, parent int64, depth int) []settings.MenuItem {
	if depth > 8 {
		return nil
	}
	entries := slices.Clone(tree[parent])
	slices.SortFunc(entries, func(a, b menuEntry) int {
		return cmp.Or(cmp.Compare(a.item.MenuOrder, b.item.MenuOrder), cmp.Compare(a.item.ID, b.item.ID))
	})
	var out []settings.MenuItem
	for _, e := range entries {
		item, reason := r.menuItem(e.item)
		if reason != "" {
			continue
		}
		item.Items = r.branch(tree, e.item.ID, depth+1)
		out = append(out, item)
	}
	return out
}

// menuItem turns an item into an entry, or says why there is none.
func (r *run) menuItem(it *wxr.Item) (settings.MenuItem, string) {
	m := func(key string) string { return strings.TrimSpace(wxr.First(it.Meta, key)) }
	out := settings.MenuItem{Label: plainText(it.Title)}
	number, _ := strconv.ParseInt(m("_menu_item_object_id"), 10, 64) // absent is 0
	switch m("_menu_item_type") {
	case "custom":
		u, err := url.Parse(m("_menu_item_url"))
		if err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" && u.Scheme != "tel" {
			return out, "leads to an address that no page may have"
		}
		out.Kind, out.URL = "link", u.String()
		if own, ok := r.ownPath(out.URL); ok {
			out.URL = own
		}
		if out.URL == "" {
			out.URL = "#"
		}
	case "post_type":
		target := r.survey.items.get(number)
		if target == nil || target.kind == 'm' || target.kind == 'o' {
			return out, "leads to an item that is not in the export"
		}
		out.Kind, out.Ref = article.AddressArticle, target.target
		if target.kind == 'a' {
			out.Kind = article.AddressAttachment
		}
	case "taxonomy":
		object := m("_menu_item_object")
		t := r.termNumbered(object, number)
		if t == nil {
			return out, "leads to a term that is not in the export"
		}
		out.Kind, out.Ref = article.AddressTerm, r.terms.numbered(object, number)
		switch object {
		case "category":
			out.Kind = article.AddressSection
		case "post_tag":
			out.Kind = article.AddressTag
		}
		if out.Label == "" {
			out.Label = html.UnescapeString(t.Name)
		}
	default:
		return out, "is of the type “" + m("_menu_item_type") + "”"
	}
	if out.Label == "" {
		out.Label = r.titleOf(number)
	}
	if out.Label == "" {
		return out, "has no label"
	}
	return out, ""
}

func (r *run) termNumbered(taxonomy string, number int64) *wxr.Term {
	for _, t := range r.survey.terms {
		if t.ID == number && t.ID != 0 && t.Taxonomy == taxonomy {
			return t.Term
		}
	}
	return nil
}

// countMenuItems accounts for the items, one by one.
func (r *run) countMenuItems(ctx context.Context) error {
	return r.storeAll(ctx, func(ctx context.Context, add func(task) error) error {
		for _, e := range r.menus.items {
			if err := r.countMenuItem(e, add); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *run) countMenuItem(e menuEntry, add func(task) error) error {
	why := Outcome{Kind: KindMenuItem, ID: strconv.FormatInt(e.item.ID, 10), Title: clip(plainText(e.item.Title)), File: e.file, Line: e.item.Line}
	item, reason := r.menuItem(e.item)
	switch {
	case e.item.Status == "trash":
		reason = "was in the trash of WordPress"
	case e.twice:
		reason = "its number stands twice in the same menu; the first one was taken"
	case reason == "" && e.menu == "":
		reason = "belongs to no menu"
	}
	if reason != "" {
		why.Reason = reason
		return add(task{store: nothing, done: func() { r.report.Kinds[KindMenuItem].InFile++; r.report.drop(why) }})
	}
	hash, err := digest(item, e.menu, e.parent, e.item.MenuOrder)
	if err != nil {
		return err
	}
	var o outcome
	return add(task{
		store: func(ctx context.Context, tx *db.Tx) (err error) {
			o, err = r.keep(ctx, tx, KindMenuItem, e.menu+"/"+why.ID, hash, namedID(r.survey.site, "menu", e.menu), func(int64) error { return nil })
			return err
		},
		done: func() { r.report.Kinds[KindMenuItem].InFile++; r.counted(KindMenuItem, o) }})
}

// locations guesses which menu is the main one and which the footer's: the
// export does not say.
func (r *run) locations(trees map[string]map[int64][]menuEntry) map[string]string {
	out := map[string]string{}
	main, most := "", 0
	for _, slug := range r.menus.order {
		name := strings.ToLower(r.menus.names[slug] + " " + slug)
		score := 20 - abs(len(trees[slug][0])-6) // a menu at the top has some six entries
		switch {
		case strings.Contains(name, "social"):
			continue
		case strings.Contains(name, "footer"), strings.Contains(name, "legal"):
			if len(trees[slug][0]) > 0 {
				out[slug] = "footer"
			}
			continue
		case strings.Contains(name, "main"), strings.Contains(name, "primary"), strings.Contains(name, "header"), strings.Contains(name, "top"):
			score += 100
		}
		if len(trees[slug][0]) > 0 && score > most {
			main, most = slug, score
		}
	}
	if main != "" {
		out[main] = "main"
		r.report.decide("menus", "The export does not say where its menus stand; “"+r.menus.names[main]+"” is at the top now.")
	}
	return out
}

// frontPage looks for nothing: which page a WordPress site shows first is an
// option that no export holds. It asks a person where there may be one.
func (r *run) frontPage(context.Context) error {
	for _, e := range r.menus.items {
		if m := wxr.First(e.item.Meta, "_menu_item_url"); m == "/" || strings.TrimSuffix(m, "/") == strings.TrimSuffix(r.survey.channel.Link, "/") {
			r.report.decide("front page", "The export does not say whether the front showed the latest articles or a page. It shows the latest articles now.")
			break
		}
	}
	return nil
}
