package structure

import (
	"strings"

	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/outline"
	"dateline/internal/web"
)

const sectionsPath = base + "/sections"

func (p *Part) sectionRoutes() []web.Route {
	return []web.Route{
		desk.Get("sections", sectionsPath, desk.Editor, p.sections),
		desk.Post("add section", sectionsPath, desk.Editor, web.RateDesk, p.addSection),
		desk.Post("place section", sectionsPath+"/place", desk.Editor, web.RateDesk, p.placeSection),
		desk.Get("section", sectionsPath+"/{id}", desk.Editor, p.sectionPage),
		desk.Post("save section", sectionsPath+"/{id}", desk.Editor, web.RateDesk, p.saveSection),
		desk.Post("default section", sectionsPath+"/{id}/default", desk.Editor, web.RateDesk, p.defaultSection),
		desk.Post("delete section", sectionsPath+"/{id}/delete", desk.Editor, web.RateDesk, p.deleteSection),
	}
}

// choice is one entry of a list to choose from, indented by its level.
type choice struct {
	ID    int64
	Label string
	On    bool
}

// sectionChoices lists the sections of a tree but one and what is below it.
func sectionChoices(tree []outline.Branch, but, chosen int64, depth int) []choice {
	var out []choice
	for _, b := range tree {
		if b.ID == but || b.Leaving {
			continue
		}
		out = append(out, choice{b.ID, strings.Repeat("– ", depth) + b.Name, b.ID == chosen})
		out = append(out, sectionChoices(b.Below, but, chosen, depth+1)...)
	}
	return out
}

// sectionRow is a section with its level in the tree.
type sectionRow struct {
	outline.Branch
	Depth int
}

// deepest is the last level that is indented further.
const deepest = 6

func sectionRows(tree []outline.Branch, depth int) []sectionRow {
	var out []sectionRow
	for _, b := range tree {
		out = append(append(out, sectionRow{b, min(depth, deepest)}), sectionRows(b.Below, depth+1)...)
	}
	return out
}

type sectionsData struct {
	Rows    []sectionRow
	Parents []choice
	Name    string
}

func (p *Part) sectionsPage(r *web.Request, name string, parent int64) (desk.Page, error) {
	tree, err := p.Outline.Tree(r.HTTP.Context())
	page := p.head(r, "sections", p.say(r, "sections"), sectionsData{sectionRows(tree, 0), sectionChoices(tree, -1, parent, 0), name})
	page.Lead = p.say(r, "sections_lead")
	return page, err
}

func (p *Part) sections(r *web.Request) (web.Response, error) {
	page, err := p.sectionsPage(r, "", 0)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "sections", page)
}

func (p *Part) addSection(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	parent, err := desk.Number(in.Get("parent"))
	if err != nil {
		return web.Response{}, err
	}
	sec, err := p.Outline.SaveSection(r.HTTP.Context(), desk.Actor(r), outline.SectionInput{Name: in.Get("name"), ParentID: parent})
	if err != nil {
		page, e := p.sectionsPage(r, in.Get("name"), parent)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "sections", page, err)
	}
	return done(numbered(sectionsPath, sec.ID), "added")
}

// place is where a form wants a thing: by a step, or beside another.
type place struct {
	id, target int64
	step       outline.Step
	where      outline.Where
}

func readPlace(r *web.Request) (pl place, err error) {
	in := r.HTTP.PostForm
	id, where := in.Get("id"), in.Get("where")
	if of, step, ok := strings.Cut(in.Get("move"), " "); ok { // a button
		id, pl.step = of, outline.Step(step)
	}
	pl.where = outline.Where(where)
	if pl.id, err = desk.Number(id); err != nil {
		return pl, err
	}
	if pl.target, err = desk.Number(in.Get("target")); err != nil {
		return pl, err
	}
	switch {
	case pl.step == outline.Up || pl.step == outline.Down || pl.step == outline.In || pl.step == outline.Out:
	case pl.where == outline.Before || pl.where == outline.After || pl.where == outline.Inside:
	default:
		return pl, fault.New(fault.Invalid, "say where it goes: up, down, in or out, or beside another")
	}
	return pl, nil
}

func (p *Part) placeSection(r *web.Request) (web.Response, error) {
	pl, err := readPlace(r)
	if err == nil && pl.step != "" {
		err = p.Outline.StepSection(r.HTTP.Context(), desk.Actor(r), pl.id, pl.step)
	} else if err == nil {
		err = p.Outline.PlaceSection(r.HTTP.Context(), desk.Actor(r), pl.id, pl.where, pl.target)
	}
	if err != nil {
		page, e := p.sectionsPage(r, "", 0)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "sections", page, err)
	}
	return done(sectionsPath, "moved")
}

type sectionData struct {
	Branch outline.Branch
	In     outline.SectionInput
	Others []choice // where its articles may go
}

// find looks for a section in a tree.
func find(tree []outline.Branch, id int64) (outline.Branch, bool) {
	for _, b := range tree {
		if b.ID == id {
			return b, true
		}
		if found, ok := find(b.Below, id); ok {
			return found, true
		}
	}
	return outline.Branch{}, false
}

func (p *Part) oneSection(r *web.Request, in *outline.SectionInput) (desk.Page, error) {
	id, err := varID(r)
	if err != nil {
		return desk.Page{}, err
	}
	tree, err := p.Outline.Tree(r.HTTP.Context())
	if err != nil {
		return desk.Page{}, err
	}
	b, ok := find(tree, id)
	if !ok {
		return desk.Page{}, fault.New(fault.NotFound, "there is no such section")
	}
	data := sectionData{Branch: b, Others: sectionChoices(tree, id, 0, 0), In: outline.SectionInput{ID: id, Name: b.Name, Word: b.Slug,
		Description: b.Description, SearchDescription: b.SearchDescription(), Open: b.Open}}
	if in != nil {
		data.In = *in
	}
	return p.head(r, "sections", b.Name, data), nil
}

func (p *Part) sectionPage(r *web.Request) (web.Response, error) {
	page, err := p.oneSection(r, nil)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "section", page)
}

// change runs a change of a section and leads on, or shows the section again.
func (p *Part) changeSection(r *web.Request, in *outline.SectionInput, to, notice string, change func(id int64) error) (web.Response, error) {
	id, err := varID(r)
	if err != nil {
		return web.Response{}, err
	}
	if err := change(id); err != nil {
		page, e := p.oneSection(r, in)
		if e != nil {
			return web.Response{}, err
		}
		return p.Again(r, "section", page, err)
	}
	return done(to, notice)
}

func (p *Part) saveSection(r *web.Request) (web.Response, error) {
	form := r.HTTP.PostForm
	id, err := varID(r)
	if err != nil {
		return web.Response{}, err
	}
	in := outline.SectionInput{ID: id, Name: form.Get("name"), Word: form.Get("word"), Description: form.Get("description"),
		SearchDescription: form.Get("search_description"), Open: form.Has("open")}
	return p.changeSection(r, &in, numbered(sectionsPath, id), "saved", func(int64) error {
		if id == 0 {
			return fault.New(fault.NotFound, "there is no such section")
		}
		_, err := p.Outline.SaveSection(r.HTTP.Context(), desk.Actor(r), in)
		return err
	})
}

func (p *Part) defaultSection(r *web.Request) (web.Response, error) {
	return p.changeSection(r, nil, sectionsPath, "saved", func(id int64) error {
		return p.Outline.SetDefaultSection(r.HTTP.Context(), desk.Actor(r), id)
	})
}

func (p *Part) deleteSection(r *web.Request) (web.Response, error) {
	return p.changeSection(r, nil, sectionsPath, "deleted", func(id int64) error {
		to, err := desk.Number(r.HTTP.PostForm.Get("to"))
		if err != nil {
			return err
		}
		return p.Outline.DeleteSection(r.HTTP.Context(), desk.Actor(r), id, to)
	})
}
