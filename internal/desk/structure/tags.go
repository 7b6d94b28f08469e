package structure

import (
	"net/url"
	"slices"
	"strconv"

	"dateline/internal/desk"
	"dateline/internal/outline"
	"dateline/internal/web"
)

const tagsPath = base + "/tags"

func (p *Part) tagRoutes() []web.Route {
	return []web.Route{
		desk.Get("tags", tagsPath, desk.Editor, p.tags, "q", "by", "after"),
		desk.Post("add tag", tagsPath, desk.Editor, web.RateDesk, p.addTag),
		desk.Post("merge tags", tagsPath+"/merge", desk.Editor, web.RateDesk, p.mergeTags),
		desk.Get("alike tags", tagsPath+"/alike", desk.Editor, p.alikeTags, "after"),
		desk.Get("tag", tagsPath+"/{id}", desk.Editor, p.tagPage),
		desk.Post("save tag", tagsPath+"/{id}", desk.Editor, web.RateDesk, p.saveTag),
		desk.Post("delete tag", tagsPath+"/{id}/delete", desk.Editor, web.RateDesk, p.deleteTag),
	}
}

// listed is how many rows a page of a list shows.
const listed = 50

type tagsData struct {
	Rows   []outline.TagRow
	Query  string
	ByName bool
	Next   string // address of the next page
	Name   string
}

func (p *Part) tagsPage(r *web.Request, name string) (desk.Page, error) {
	q := r.Query.Get("q")
	after, err := desk.Number(r.Query.Get("after"))
	if err != nil {
		return desk.Page{}, err
	}
	data := tagsData{Query: q, ByName: r.Query.Get("by") == "name", Name: name}
	rows, next, err := p.Outline.Tags(r.HTTP.Context(), outline.TagQuery{Text: q, ByName: data.ByName, After: after, Limit: listed})
	if err != nil {
		return desk.Page{}, err
	}
	data.Rows = rows
	if next != 0 {
		data.Next = tagsPath + "?by=" + url.QueryEscape(r.Query.Get("by")) + "&after=" + strconv.FormatInt(next, 10)
	}
	page := p.head(r, "tags", p.say(r, "tags"), data)
	page.Lead = p.say(r, "tags_lead")
	return page, nil
}

func (p *Part) tags(r *web.Request) (web.Response, error) {
	page, err := p.tagsPage(r, "")
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "tags", page)
}

// tagsAgain shows the list of tags with what was wrong.
func (p *Part) tagsAgain(r *web.Request, name string, err error) (web.Response, error) {
	page, e := p.tagsPage(r, name)
	if e != nil {
		return web.Response{}, e
	}
	return p.Again(r, "tags", page, err)
}

func (p *Part) addTag(r *web.Request) (web.Response, error) {
	name := r.HTTP.PostForm.Get("name")
	tag, err := p.Outline.SaveTag(r.HTTP.Context(), desk.Actor(r), outline.TagInput{Name: name})
	if err != nil {
		return p.tagsAgain(r, name, err)
	}
	return done(numbered(tagsPath, tag.ID), "added")
}

// chosen reads the ids of ticked boxes, and the one to keep among them.
func chosen(r *web.Request) (keep int64, from []int64, err error) {
	if keep, err = desk.Number(r.HTTP.PostForm.Get("keep")); err != nil {
		return 0, nil, err
	}
	for _, text := range r.HTTP.PostForm["tag"] {
		id, err := desk.Number(text)
		if err != nil {
			return 0, nil, err
		}
		if id != 0 && !slices.Contains(from, id) {
			from = append(from, id)
		}
	}
	return keep, from, nil
}

func (p *Part) mergeTags(r *web.Request) (web.Response, error) {
	keep, from, err := chosen(r)
	if err == nil {
		err = p.Outline.MergeTags(r.HTTP.Context(), desk.Actor(r), keep, from)
	}
	if err != nil {
		return p.tagsAgain(r, "", err)
	}
	if r.HTTP.PostForm.Get("back") == "alike" {
		return done(tagsPath+"/alike", "merged")
	}
	return done(tagsPath, "merged")
}

type alikeData struct {
	Groups [][]outline.TagRow
	Next   string
}

func (p *Part) alikeTags(r *web.Request) (web.Response, error) {
	groups, next, err := p.Outline.AlikeTags(r.HTTP.Context(), r.Query.Get("after"), 25)
	if err != nil {
		return web.Response{}, err
	}
	data := alikeData{Groups: groups}
	if next != "" {
		data.Next = tagsPath + "/alike?after=" + url.QueryEscape(next)
	}
	page := p.head(r, "tags", p.say(r, "alike"), data)
	page.Lead = p.say(r, "alike_lead")
	return p.Page(r, 200, "alike", page)
}

type tagData struct {
	Row  outline.TagRow
	In   outline.TagInput
	Lead string
}

func (p *Part) oneTag(r *web.Request, in *outline.TagInput, lead string) (desk.Page, error) {
	id, err := varID(r)
	if err != nil {
		return desk.Page{}, err
	}
	row, err := p.Outline.Tag(r.HTTP.Context(), id)
	if err != nil {
		return desk.Page{}, err
	}
	data := tagData{Row: row, Lead: lead, In: outline.TagInput{ID: id, Name: row.Name, Word: row.Slug, Description: row.Description, Open: row.Open}}
	if in != nil {
		data.In = *in
	}
	return p.head(r, "tags", row.Name, data), nil
}

func (p *Part) tagPage(r *web.Request) (web.Response, error) {
	page, err := p.oneTag(r, nil, "")
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "tag", page)
}

func (p *Part) saveTag(r *web.Request) (web.Response, error) {
	id, err := varID(r)
	if err != nil {
		return web.Response{}, err
	}
	form := r.HTTP.PostForm
	in := outline.TagInput{ID: id, Name: form.Get("name"), Word: form.Get("word"), Description: form.Get("description"), Open: form.Has("open")}
	if _, err := p.Outline.Tag(r.HTTP.Context(), id); err != nil {
		return web.Response{}, err
	}
	if _, err := p.Outline.SaveTag(r.HTTP.Context(), desk.Actor(r), in); err != nil {
		page, e := p.oneTag(r, &in, "")
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "tag", page, err)
	}
	return done(numbered(tagsPath, id), "saved")
}

func (p *Part) deleteTag(r *web.Request) (web.Response, error) {
	id, err := varID(r)
	if err != nil {
		return web.Response{}, err
	}
	lead := r.HTTP.PostForm.Get("lead")
	if err := p.Outline.DeleteTag(r.HTTP.Context(), desk.Actor(r), id, lead); err != nil {
		page, e := p.oneTag(r, nil, lead)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "tag", page, err)
	}
	return done(tagsPath, "tag_deleted")
}
