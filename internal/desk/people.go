package desk

import (
	"context"
	"net/http"
	"strings"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
	"dateline/internal/web"
)

// peopleData is what the page of the people shows.
type peopleData struct {
	People []account.Person
	Roles  []account.Role // that the visitor may give
	Me     int64
	Name   string // of a form to be mended
	Email  string
	Role   string

	Link, For string // a link to hand on, shown once
}

func (d *Desk) people(r *web.Request) (Page, error) {
	actor := who(r).person.Actor()
	all, err := d.Accounts.People(r.HTTP.Context(), actor)
	data := peopleData{People: all, Me: actor.ID, Role: account.Author.String()}
	for _, role := range account.Roles() {
		if role <= actor.Role {
			data.Roles = append(data.Roles, role)
		}
	}
	return Page{Title: "People", Data: data}, err
}

func (d *Desk) peoplePage(r *web.Request) (web.Response, error) {
	p, err := d.people(r)
	if err != nil {
		return web.Response{}, err
	}
	return d.own.Page(r, http.StatusOK, "people", p)
}

// invite adds a person and shows the link to hand on.
func (d *Desk) invite(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	role, ok := account.RoleNamed(in.Get("role"))
	var token string
	err := error(fault.New(fault.Invalid, "choose a role"))
	if ok {
		_, token, err = d.Accounts.Invite(r.HTTP.Context(), who(r).person.Actor(), in.Get("name"), in.Get("email"), role)
	}
	p, e := d.people(r)
	if e != nil {
		return web.Response{}, e
	}
	data := p.Data.(peopleData)
	if err != nil {
		data.Name, data.Email, data.Role = in.Get("name"), in.Get("email"), in.Get("role")
		p.Data = data
		return d.own.Again(r, "people", p, err)
	}
	data.Link, data.For = d.Origin()+JoinLink(token), in.Get("name")
	p.Data = data
	return d.own.Page(r, http.StatusOK, "people", p)
}

// changePerson carries out one of the buttons beside a person.
func (d *Desk) changePerson(r *web.Request) (web.Response, error) {
	personID, err := Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	ctx, actor, in := r.HTTP.Context(), who(r).person.Actor(), r.HTTP.PostForm
	token, done := "", ""
	switch in.Get("do") {
	case "role":
		done = "role"
		role, ok := account.RoleNamed(in.Get("role"))
		if !ok {
			err = fault.New(fault.Invalid, "choose a role")
			break
		}
		err = d.Accounts.SetRole(ctx, actor, personID, role)
	case "disable":
		done, err = "disabled", d.Accounts.Disable(ctx, actor, personID)
	case "enable":
		done, err = "enabled", d.Accounts.Enable(ctx, actor, personID)
	case "factor":
		done, err = "nofactor", d.Accounts.DropFor(ctx, actor, personID)
	case "reset":
		token, err = d.Accounts.Reset(ctx, actor, personID)
	default:
		err = fault.New(fault.Invalid, "that button is not known")
	}
	if err == nil && token == "" {
		return SeeOther(peoplePath + "?done=" + done), nil
	}
	p, e := d.people(r)
	if e != nil {
		return web.Response{}, e
	}
	if err != nil {
		return d.own.Again(r, "people", p, err)
	}
	data := p.Data.(peopleData)
	for _, one := range data.People {
		if one.ID == personID {
			data.For = one.Name
		}
	}
	data.Link = d.Origin() + JoinLink(token)
	p.Data = data
	return d.own.Page(r, http.StatusOK, "people", p)
}

// siteField is one setting as the form shows it.
type siteField struct{ Name, Label, Doc, Value string }

func siteFields(value func(settings.Field) string) []siteField {
	var fields []siteField
	for _, f := range settings.Fields {
		label := strings.ReplaceAll(f.Name, "_", " ")
		fields = append(fields, siteField{f.Name, strings.ToUpper(label[:1]) + label[1:], f.Doc, value(f)})
	}
	return fields
}

func (d *Desk) sitePage(r *web.Request) (web.Response, error) {
	site, err := settings.Read(r.HTTP.Context(), d.DB)
	if err != nil {
		return web.Response{}, err
	}
	return d.own.Page(r, http.StatusOK, "site", Page{Title: "Site", Data: siteFields(func(f settings.Field) string { return f.Value(site) })})
}

func (d *Desk) saveSite(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	var changes []settings.Change
	for _, f := range settings.Fields {
		if in.Has(f.Name) {
			changes = append(changes, settings.Change{Name: f.Name, Value: in.Get(f.Name)})
		}
	}
	err := d.DB.Write(r.HTTP.Context(), func(ctx context.Context, tx *db.Tx) error {
		return d.ChangeSite(ctx, tx, who(r).person.Actor(), changes)
	})
	if err != nil {
		return d.own.Again(r, "site", Page{Title: "Site", Data: siteFields(func(f settings.Field) string { return in.Get(f.Name) })}, err)
	}
	return SeeOther(sitePath + "?done=saved"), nil
}
