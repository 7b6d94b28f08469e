package outline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

// MenuRow is an entry of a menu in reading order, with its level (0 or 1).
type MenuRow struct {
	settings.MenuItem
	Place   int64 // counted from 1; 0 is none
	Depth   int
	Address string // where it leads; "" for a heading, or when readers may not see it
	Word    string // address word of a section, tag or author
	Missing bool   // what it led to is hidden or gone; readers do not see it
}

// menuLevels is how deep entries nest.
const menuLevels = 2

// Stamp names the state of a menu, so that a change of another one shows.
func Stamp(m settings.Menu) string {
	raw, _ := json.Marshal(m) // strings and numbers always encode
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// MenuRows lists the entries of a menu with where they lead.
func (s *Service) MenuRows(ctx context.Context, m settings.Menu) ([]MenuRow, error) {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	rows := flat(m.Items, 0)
	for i := range rows {
		row := &rows[i]
		row.Place = int64(i + 1)
		switch row.Kind {
		case "heading":
		case "link":
			row.Address = row.URL
		default:
			id, err := article.Present(ctx, s.db, row.Kind, row.Ref)
			if err != nil {
				return nil, err
			}
			if row.Address, err = s.pathOf(ctx, site, row.Kind, id); err != nil {
				return nil, err
			}
			row.Missing = row.Address == ""
			if row.Word, err = s.wordAt(ctx, row.Kind, id); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}

// wordAt is the address word of a section, tag or author, "" for other kinds.
func (s *Service) wordAt(ctx context.Context, kind string, id int64) (word string, err error) {
	switch kind {
	case article.AddressSection:
		var sec taxonomy.Section
		sec, err = taxonomy.SectionByID(ctx, s.db, id)
		word = sec.Path
	case article.AddressTag:
		var t taxonomy.Tag
		t, err = taxonomy.TagByID(ctx, s.db, id)
		word = t.Slug
	case article.AddressAuthor:
		var p author.Profile
		p, err = author.ByID(ctx, s.db, id)
		word = p.Slug
	}
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return word, err
}

func flat(items []settings.MenuItem, depth int) []MenuRow {
	var rows []MenuRow
	for _, it := range items {
		below := it.Items
		it.Items = nil
		rows = append(append(rows, MenuRow{MenuItem: it, Depth: min(depth, menuLevels-1)}), flat(below, depth+1)...)
	}
	return rows
}

// tree is the inverse of flat.
func tree(rows []MenuRow) []settings.MenuItem {
	var out []settings.MenuItem
	for _, row := range rows {
		if row.Depth > 0 && len(out) > 0 {
			last := &out[len(out)-1]
			last.Items = append(last.Items, row.MenuItem)
		} else {
			out = append(out, row.MenuItem)
		}
	}
	return out
}

// MenuInput names a menu and where it stands: "main", "footer" or "".
type MenuInput struct {
	ID       int64 // 0 adds one
	Name     string
	Location string
}

// SaveMenu adds a menu, or changes its name and place. The menu that stood there
// gives way.
func (s *Service) SaveMenu(ctx context.Context, actor account.Actor, in MenuInput) (saved settings.Menu, err error) {
	err = s.write(ctx, actor, account.Administrator, "change menus", func(ctx context.Context, tx *db.Tx) (deed, error) {
		in.Name = strings.TrimSpace(in.Name)
		if in.Name == "" {
			return deed{}, fault.New(fault.Invalid, "give the menu a name")
		}
		if !slices.Contains([]string{"", "main", "footer"}, in.Location) {
			return deed{}, fault.New(fault.Invalid, "%q is no place for a menu", in.Location)
		}
		all, err := settings.Menus(ctx, tx)
		if err != nil {
			return deed{}, err
		}
		verb := "change"
		if in.ID == 0 {
			verb = "add"
			saved = settings.Menu{ID: newID()}
			if saved.Slug, err = wordOf("", in.Name); err != nil {
				return deed{}, err
			}
			if slices.ContainsFunc(all, func(m settings.Menu) bool { return m.Slug == saved.Slug }) {
				return deed{}, fault.New(fault.Conflict, "there is a menu of that name").WithHint("choose another name")
			}
		} else if saved, err = menuOf(all, in.ID); err != nil {
			return deed{}, err
		}
		for _, m := range all {
			if in.Location != "" && m.Location == in.Location && m.ID != saved.ID {
				m.Location = ""
				if err := settings.SaveMenu(ctx, tx, m); err != nil {
					return deed{}, err
				}
			}
		}
		saved.Name, saved.Location = in.Name, in.Location
		return deed{verb, "menu", saved.ID, map[string]any{"name": saved.Name, "location": saved.Location}}, settings.SaveMenu(ctx, tx, saved)
	})
	return saved, err
}

func menuOf(all []settings.Menu, id int64) (settings.Menu, error) {
	for _, m := range all {
		if m.ID == id {
			return m, nil
		}
	}
	return settings.Menu{}, fault.New(fault.NotFound, "there is no such menu")
}

// Menu returns one menu.
func (s *Service) Menu(ctx context.Context, id int64) (settings.Menu, error) {
	all, err := settings.Menus(ctx, s.db)
	if err != nil {
		return settings.Menu{}, err
	}
	return menuOf(all, id)
}

// Menus returns all menus.
func (s *Service) Menus(ctx context.Context) ([]settings.Menu, error) {
	return settings.Menus(ctx, s.db)
}

// DeleteMenu removes a menu.
func (s *Service) DeleteMenu(ctx context.Context, actor account.Actor, id int64) error {
	return s.write(ctx, actor, account.Administrator, "delete menus", func(ctx context.Context, tx *db.Tx) (deed, error) {
		all, err := settings.Menus(ctx, tx)
		if err != nil {
			return deed{}, err
		}
		m, err := menuOf(all, id)
		if err != nil {
			return deed{}, err
		}
		return deed{"delete", "menu", id, map[string]any{"name": m.Name}}, settings.DeleteMenu(ctx, tx, id)
	})
}

// changeItems changes the entries of a menu that is still in the state of a
// stamp.
func (s *Service) changeItems(ctx context.Context, actor account.Actor, id int64, stamp, verb string, change func(ctx context.Context, tx *db.Tx, rows []MenuRow) ([]MenuRow, error)) error {
	return s.write(ctx, actor, account.Administrator, "change menus", func(ctx context.Context, tx *db.Tx) (deed, error) {
		all, err := settings.Menus(ctx, tx)
		if err != nil {
			return deed{}, err
		}
		m, err := menuOf(all, id)
		if err != nil {
			return deed{}, err
		}
		if stamp != Stamp(m) {
			return deed{}, fault.New(fault.Conflict, "somebody else changed this menu since you opened it").WithHint("look at it as it is now, and do it again")
		}
		rows, err := change(ctx, tx, flat(m.Items, 0))
		if err != nil {
			return deed{}, err
		}
		m.Items = tree(rows)
		return deed{verb, "menu", id, map[string]any{"name": m.Name}}, settings.SaveMenu(ctx, tx, m)
	})
}

// MenuItemInput is what a person says of an entry. Kind is "section", "tag",
// "author", "page", "link" or "heading"; Target names what it leads to: the
// address word or path of the thing, or the address.
type MenuItemInput struct {
	Label  string
	Kind   string
	Target string
}

// mostItems bounds a menu.
const mostItems = 200

// SaveMenuItem adds an entry at the end (place 0) or changes the one at a place.
func (s *Service) SaveMenuItem(ctx context.Context, actor account.Actor, menu int64, stamp string, place int64, in MenuItemInput) error {
	return s.changeItems(ctx, actor, menu, stamp, "change entry", func(ctx context.Context, tx *db.Tx, rows []MenuRow) ([]MenuRow, error) {
		item, err := s.menuItem(ctx, tx, in)
		if err != nil {
			return nil, err
		}
		if place == 0 {
			if len(rows) >= mostItems {
				return nil, fault.New(fault.Invalid, "a menu has at most %d entries", mostItems)
			}
			return append(rows, MenuRow{MenuItem: item}), nil
		}
		if place < 1 || place > int64(len(rows)) {
			return nil, errNoEntry
		}
		rows[place-1].MenuItem = item
		return rows, nil
	})
}

var errNoEntry = fault.New(fault.NotFound, "the menu has no such entry")

// menuItem finds what an entry leads to.
func (s *Service) menuItem(ctx context.Context, q db.Querier, in MenuItemInput) (settings.MenuItem, error) {
	item := settings.MenuItem{Label: strings.TrimSpace(in.Label), Kind: in.Kind}
	target := strings.TrimSpace(in.Target)
	name := ""
	var err error
	switch in.Kind {
	case "heading":
	case "link":
		item.URL, err = menuAddress(target)
	case article.AddressSection:
		var sec taxonomy.Section
		sec, err = taxonomy.SectionByPath(ctx, q, strings.Trim(target, "/"))
		item.Ref, name = sec.ID, sec.Name
	case article.AddressTag:
		var t taxonomy.Tag
		t, err = taxonomy.TagBySlug(ctx, q, strings.Trim(target, "/"))
		item.Ref, name = t.ID, t.Name
	case article.AddressAuthor:
		var p author.Profile
		p, err = author.BySlug(ctx, q, strings.Trim(target, "/"))
		item.Ref, name = p.ID, p.Name
	case "page", article.AddressArticle:
		item.Kind = article.AddressArticle
		item.Ref, name, err = article.PageAt(ctx, q, target)
	default:
		err = fault.New(fault.Invalid, "choose what the entry leads to")
	}
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Invalid, "there is no %s %q", in.Kind, target).WithHint("write its address word, such as world/europe, or the path of a page")
	}
	if item.Label == "" {
		item.Label = name
	}
	if err == nil && item.Label == "" {
		err = fault.New(fault.Invalid, "give the entry a label")
	}
	return item, err
}

// menuAddress checks an address that is written by hand.
func menuAddress(text string) (string, error) {
	u, err := url.Parse(text)
	ok := err == nil && text != "" && !strings.ContainsAny(text, " \t\\")
	if ok && u.Scheme == "" {
		ok = u.Host == "" && (strings.HasPrefix(text, "/") || strings.HasPrefix(text, "#"))
	} else if ok {
		ok = slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme)
	}
	if !ok {
		return "", fault.New(fault.Invalid, "%q is no address for a menu", text).WithHint("write a path such as /about/, or a whole address that begins with https:// or mailto:")
	}
	return u.String(), nil
}

// DeleteMenuItem removes an entry; those below it move up a level.
func (s *Service) DeleteMenuItem(ctx context.Context, actor account.Actor, menu int64, stamp string, place int64) error {
	return s.changeItems(ctx, actor, menu, stamp, "delete entry", func(_ context.Context, _ *db.Tx, rows []MenuRow) ([]MenuRow, error) {
		at := int(place) - 1
		if at < 0 || at >= len(rows) {
			return nil, errNoEntry
		}
		if rows[at].Depth == 0 {
			for i := at + 1; i < len(rows) && rows[i].Depth > 0; i++ {
				rows[i].Depth = 0
			}
		}
		return slices.Delete(rows, at, at+1), nil
	})
}

// StepMenuItem moves an entry by one place.
func (s *Service) StepMenuItem(ctx context.Context, actor account.Actor, menu int64, stamp string, place int64, step Step) error {
	return s.changeItems(ctx, actor, menu, stamp, "move entry", func(_ context.Context, _ *db.Tx, rows []MenuRow) ([]MenuRow, error) {
		at := int(place) - 1
		if at < 0 || at >= len(rows) {
			return nil, errNoEntry
		}
		return stepRows(rows, at, step), nil
	})
}

// PlaceMenuItem puts an entry before, after or inside another.
func (s *Service) PlaceMenuItem(ctx context.Context, actor account.Actor, menu int64, stamp string, place int64, where Where, target int64) error {
	return s.changeItems(ctx, actor, menu, stamp, "move entry", func(_ context.Context, _ *db.Tx, rows []MenuRow) ([]MenuRow, error) {
		from, to := int(place)-1, int(target)-1
		if from < 0 || from >= len(rows) || to < 0 || to >= len(rows) {
			return nil, errNoEntry
		}
		return placeRows(rows, from, where, to), nil
	})
}

// block is the end of an entry with those below it.
func block(rows []MenuRow, at int) int {
	end := at + 1
	for rows[at].Depth == 0 && end < len(rows) && rows[end].Depth > 0 {
		end++
	}
	return end
}

func stepRows(rows []MenuRow, at int, step Step) []MenuRow {
	end := block(rows, at)
	switch step {
	case Up:
		for prev := at - 1; prev >= 0; prev-- {
			if rows[prev].Depth < rows[at].Depth {
				break
			}
			if rows[prev].Depth == rows[at].Depth {
				return placeRows(rows, at, Before, prev)
			}
		}
	case Down:
		if end < len(rows) && rows[end].Depth == rows[at].Depth {
			return placeRows(rows, at, After, end)
		}
	case In:
		if at > 0 && rows[at].Depth == 0 && end == at+1 {
			rows[at].Depth = 1
		}
	case Out:
		if rows[at].Depth > 0 {
			rows[at].Depth = 0
		}
	}
	return rows
}

// placeRows moves an entry, with those below it, beside another.
func placeRows(rows []MenuRow, from int, where Where, to int) []MenuRow {
	end := block(rows, from)
	if to >= from && to < end {
		return rows
	}
	moved := slices.Clone(rows[from:end])
	depth := rows[to].Depth
	at := to
	switch where {
	case After:
		at = block(rows, to)
	case Inside:
		for to > 0 && rows[to].Depth > 0 {
			to--
		}
		at, depth = block(rows, to), 1
	}
	for i := range moved {
		moved[i].Depth = min(depth+moved[i].Depth-rows[from].Depth, menuLevels-1)
		if i > 0 && depth > 0 {
			moved[i].Depth = 1
		}
	}
	moved[0].Depth = depth
	rest := slices.Delete(slices.Clone(rows), from, end)
	if at > from {
		at -= end - from
	}
	return slices.Insert(rest, at, moved...)
}
