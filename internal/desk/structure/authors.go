package structure

import (
	"strconv"
	"strings"

	"dateline/internal/author"
	"dateline/internal/desk"
	"dateline/internal/outline"
	"dateline/internal/web"
)

const authorsPath = base + "/authors"

func (p *Part) authorRoutes() []web.Route {
	return []web.Route{
		desk.Get("authors", authorsPath, desk.Editor, p.authors, "q", "after"),
		desk.Post("add author", authorsPath, desk.Editor, web.RateDesk, p.addAuthor),
		desk.Get("author", authorsPath+"/{id}", desk.Editor, p.authorPage, "merge"),
		desk.Post("save author", authorsPath+"/{id}", desk.Editor, web.RateDesk, p.saveAuthor),
		desk.Post("merge author", authorsPath+"/{id}/merge", desk.Editor, web.RateDesk, p.mergeAuthor),
		desk.Post("delete author", authorsPath+"/{id}/delete", desk.Editor, web.RateDesk, p.deleteAuthor),
	}
}

type authorsData struct {
	Rows  []outline.AuthorRow
	Query string
	Next  string
	Name  string
}

func (p *Part) authorsPage(r *web.Request, name string) (desk.Page, error) {
	after, err := desk.Number(r.Query.Get("after"))
	if err != nil {
		return desk.Page{}, err
	}
	data := authorsData{Query: r.Query.Get("q"), Name: name}
	rows, next, err := p.Outline.Authors(r.HTTP.Context(), data.Query, after, listed)
	if err != nil {
		return desk.Page{}, err
	}
	data.Rows = rows
	if next != 0 {
		data.Next = authorsPath + "?after=" + strconv.FormatInt(next, 10)
	}
	page := p.head(r, "authors", p.say(r, "authors"), data)
	page.Lead = p.say(r, "authors_lead")
	return page, nil
}

func (p *Part) authors(r *web.Request) (web.Response, error) {
	page, err := p.authorsPage(r, "")
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "authors", page)
}

func (p *Part) addAuthor(r *web.Request) (web.Response, error) {
	name := r.HTTP.PostForm.Get("name")
	saved, err := p.Outline.SaveAuthor(r.HTTP.Context(), desk.Actor(r), outline.AuthorInput{Name: name})
	if err != nil {
		page, e := p.authorsPage(r, name)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "authors", page, err)
	}
	return done(numbered(authorsPath, saved.ID), "added")
}

// spareLinks is how many empty lines for links a profile's form has.
const spareLinks = 2

type authorData struct {
	Row    outline.AuthorRow
	In     outline.AuthorInput
	Links  []author.Link // and empty ones
	People []choice
	Lead   string
	Find   string // who to merge it into
	Found  []outline.AuthorRow
}

func (p *Part) oneAuthor(r *web.Request, in *outline.AuthorInput, lead string) (desk.Page, error) {
	id, err := varID(r)
	if err != nil {
		return desk.Page{}, err
	}
	ctx := r.HTTP.Context()
	row, err := p.Outline.Author(ctx, id)
	if err != nil {
		return desk.Page{}, err
	}
	data := authorData{Row: row, Lead: lead, Find: r.Query.Get("merge")}
	if in == nil {
		email, err := p.Outline.AuthorEmail(desk.Actor(r), row.Profile)
		if err != nil {
			return desk.Page{}, err
		}
		in = &outline.AuthorInput{ID: id, Name: row.Name, Word: row.Slug, Role: row.Role, Bio: row.Bio, Picture: row.Picture, Links: row.Links,
			Email: email, Guest: row.Guest, Open: row.Open, Person: row.Person}
	}
	data.In = *in
	data.Links = append(append([]author.Link{}, in.Links...), make([]author.Link, spareLinks)...)
	people, err := p.Outline.People(ctx, desk.Actor(r))
	if err != nil {
		return desk.Page{}, err
	}
	for _, person := range people {
		data.People = append(data.People, choice{person.ID, person.Name, person.ID == in.Person})
	}
	if data.Find != "" {
		found, _, err := p.Outline.Authors(ctx, data.Find, 0, listed)
		if err != nil {
			return desk.Page{}, err
		}
		for _, other := range found {
			if other.ID != id && !other.Leaving {
				data.Found = append(data.Found, other)
			}
		}
	}
	return p.picking(r, "authors", row.Name, data), nil
}

func (p *Part) authorPage(r *web.Request) (web.Response, error) {
	page, err := p.oneAuthor(r, nil, "")
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "author", page)
}

// authorAgain shows an author with what was wrong.
func (p *Part) authorAgain(r *web.Request, in *outline.AuthorInput, lead string, err error) (web.Response, error) {
	page, e := p.oneAuthor(r, in, lead)
	if e != nil {
		return web.Response{}, e
	}
	return p.Again(r, "author", page, err)
}

func (p *Part) saveAuthor(r *web.Request) (web.Response, error) {
	id, err := varID(r)
	if err != nil {
		return web.Response{}, err
	}
	if _, err := p.Outline.Author(r.HTTP.Context(), id); err != nil {
		return web.Response{}, err
	}
	form := r.HTTP.PostForm
	in := outline.AuthorInput{ID: id, Name: form.Get("name"), Word: form.Get("word"), Role: form.Get("role"), Bio: form.Get("bio"),
		Email: form.Get("email"), Guest: form.Has("guest"), Open: form.Has("open")}
	labels := form["link_label"]
	for i, address := range form["link_url"] {
		l := author.Link{URL: address}
		if i < len(labels) {
			l.Label = labels[i]
		}
		if strings.TrimSpace(l.URL+l.Label) != "" {
			in.Links = append(in.Links, l)
		}
	}
	if in.Person, err = desk.Number(form.Get("person")); err != nil {
		return web.Response{}, err
	}
	if in.Picture, err = desk.Number(strings.TrimSpace(form.Get("picture"))); err == nil {
		_, err = p.Outline.SaveAuthor(r.HTTP.Context(), desk.Actor(r), in)
	}
	if err != nil {
		return p.authorAgain(r, &in, "", err)
	}
	return done(numbered(authorsPath, id), "saved")
}

func (p *Part) mergeAuthor(r *web.Request) (web.Response, error) {
	id, err := varID(r)
	if err != nil {
		return web.Response{}, err
	}
	into, err := desk.Number(r.HTTP.PostForm.Get("into"))
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Outline.MergeAuthors(r.HTTP.Context(), desk.Actor(r), into, []int64{id}); err != nil {
		return p.authorAgain(r, nil, "", err)
	}
	return done(authorsPath, "merged")
}

func (p *Part) deleteAuthor(r *web.Request) (web.Response, error) {
	id, err := varID(r)
	if err != nil {
		return web.Response{}, err
	}
	lead := r.HTTP.PostForm.Get("lead")
	if err := p.Outline.DeleteAuthor(r.HTTP.Context(), desk.Actor(r), id, lead); err != nil {
		return p.authorAgain(r, nil, lead, err)
	}
	return done(authorsPath, "author_deleted")
}
