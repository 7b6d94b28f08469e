package structure

import (
	"dateline/internal/desk"
	"dateline/internal/outline"
	"dateline/internal/settings"
	"dateline/internal/web"
)

const menusPath = base + "/menus"

func (p *Part) menuRoutes() []web.Route {
	return []web.Route{
		desk.Get("menus", menusPath, desk.Administrator, p.menus),
		desk.Post("add menu", menusPath, desk.Administrator, web.RateDesk, p.addMenu),
		desk.Get("menu", menusPath+"/{id}", desk.Administrator, p.menuPage),
		desk.Post("save menu", menusPath+"/{id}", desk.Administrator, web.RateDesk, p.saveMenu),
		desk.Post("save menu entry", menusPath+"/{id}/entry", desk.Administrator, web.RateDesk, p.saveEntry),
		desk.Post("delete menu entry", menusPath+"/{id}/entry/delete", desk.Administrator, web.RateDesk, p.deleteEntry),
		desk.Post("place menu entry", menusPath+"/{id}/place", desk.Administrator, web.RateDesk, p.placeEntry),
		desk.Post("delete menu", menusPath+"/{id}/delete", desk.Administrator, web.RateDesk, p.deleteMenu),
	}
}

type menusData struct {
	Menus []settings.Menu
	In    outline.MenuInput
}

func (p *Part) menusPage(r *web.Request, in outline.MenuInput) (desk.Page, error) {
	all, err := p.Outline.Menus(r.HTTP.Context())
	page := p.head(r, "menus", p.say(r, "menus"), menusData{all, in})
	page.Lead = p.say(r, "menus_lead")
	return page, err
}

func (p *Part) menus(r *web.Request) (web.Response, error) {
	page, err := p.menusPage(r, outline.MenuInput{})
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "menus", page)
}

func (p *Part) addMenu(r *web.Request) (web.Response, error) {
	in := outline.MenuInput{Name: r.HTTP.PostForm.Get("name"), Location: r.HTTP.PostForm.Get("location")}
	m, err := p.Outline.SaveMenu(r.HTTP.Context(), desk.Actor(r), in)
	if err != nil {
		page, e := p.menusPage(r, in)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "menus", page, err)
	}
	return done(numbered(menusPath, m.ID), "added")
}

// entryKind is what an entry may lead to.
type entryKind struct{ Kind, Word string }

var entryKinds = []entryKind{{"section", "structure.kind_section"}, {"page", "structure.kind_page"}, {"tag", "structure.kind_tag"},
	{"author", "structure.kind_author"}, {"link", "structure.kind_link"}, {"heading", "structure.kind_heading"}}

type menuData struct {
	Menu    settings.Menu
	Stamp   string
	Rows    []menuRow
	Preview []outline.MenuRow
	Kinds   []entryKind
	In      outline.MenuItemInput
}

// menuRow is an entry with what its form shows.
type menuRow struct {
	outline.MenuRow
	Input outline.MenuItemInput
}

// inputOf is what a form says of an entry that is there already.
func inputOf(row outline.MenuRow) outline.MenuItemInput {
	in := outline.MenuItemInput{Label: row.Label, Kind: row.Kind, Target: row.Address}
	if row.Kind == "article" {
		in.Kind = "page"
	}
	if row.Word != "" {
		in.Target = row.Word
	}
	return in
}

func (p *Part) oneMenu(r *web.Request, in outline.MenuItemInput) (desk.Page, error) {
	id, err := varID(r)
	if err != nil {
		return desk.Page{}, err
	}
	m, err := p.Outline.Menu(r.HTTP.Context(), id)
	if err != nil {
		return desk.Page{}, err
	}
	rows, err := p.Outline.MenuRows(r.HTTP.Context(), m)
	if err != nil {
		return desk.Page{}, err
	}
	data := menuData{Menu: m, Stamp: outline.Stamp(m), Kinds: entryKinds, In: in}
	for _, row := range rows {
		data.Rows = append(data.Rows, menuRow{row, inputOf(row)})
		if !row.Missing {
			data.Preview = append(data.Preview, row)
		}
	}
	return p.head(r, "menus", m.Name, data), nil
}

func (p *Part) menuPage(r *web.Request) (web.Response, error) {
	page, err := p.oneMenu(r, outline.MenuItemInput{})
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "menu", page)
}

// changeMenu runs a change of a menu and shows it, or what was wrong.
func (p *Part) changeMenu(r *web.Request, in outline.MenuItemInput, notice string, change func(id int64, stamp string) error) (web.Response, error) {
	id, err := varID(r)
	if err != nil {
		return web.Response{}, err
	}
	if err := change(id, r.HTTP.PostForm.Get("stamp")); err != nil {
		page, e := p.oneMenu(r, in)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "menu", page, err)
	}
	return done(numbered(menusPath, id), notice)
}

func (p *Part) saveMenu(r *web.Request) (web.Response, error) {
	return p.changeMenu(r, outline.MenuItemInput{}, "saved", func(id int64, _ string) error {
		if _, err := p.Outline.Menu(r.HTTP.Context(), id); err != nil {
			return err
		}
		_, err := p.Outline.SaveMenu(r.HTTP.Context(), desk.Actor(r), outline.MenuInput{ID: id, Name: r.HTTP.PostForm.Get("name"), Location: r.HTTP.PostForm.Get("location")})
		return err
	})
}

func (p *Part) saveEntry(r *web.Request) (web.Response, error) {
	form := r.HTTP.PostForm
	in := outline.MenuItemInput{Label: form.Get("label"), Kind: form.Get("kind"), Target: form.Get("target")}
	return p.changeMenu(r, in, "saved", func(id int64, stamp string) error {
		at, err := desk.Number(form.Get("id"))
		if err != nil {
			return err
		}
		return p.Outline.SaveMenuItem(r.HTTP.Context(), desk.Actor(r), id, stamp, at, in)
	})
}

func (p *Part) deleteEntry(r *web.Request) (web.Response, error) {
	return p.changeMenu(r, outline.MenuItemInput{}, "entry_deleted", func(id int64, stamp string) error {
		at, err := desk.Number(r.HTTP.PostForm.Get("id"))
		if err != nil {
			return err
		}
		return p.Outline.DeleteMenuItem(r.HTTP.Context(), desk.Actor(r), id, stamp, at)
	})
}

func (p *Part) placeEntry(r *web.Request) (web.Response, error) {
	return p.changeMenu(r, outline.MenuItemInput{}, "moved", func(id int64, stamp string) error {
		pl, err := readPlace(r)
		if err != nil {
			return err
		}
		if pl.step != "" {
			return p.Outline.StepMenuItem(r.HTTP.Context(), desk.Actor(r), id, stamp, pl.id, pl.step)
		}
		return p.Outline.PlaceMenuItem(r.HTTP.Context(), desk.Actor(r), id, stamp, pl.id, pl.where, pl.target)
	})
}

func (p *Part) deleteMenu(r *web.Request) (web.Response, error) {
	id, err := varID(r)
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Outline.DeleteMenu(r.HTTP.Context(), desk.Actor(r), id); err != nil {
		return web.Response{}, err
	}
	return done(menusPath, "menu_deleted")
}
