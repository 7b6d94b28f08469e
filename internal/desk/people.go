package desk

import (
	"net/http"

	"dateline/internal/account"
	"dateline/internal/fault"
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

	Mails bool // there is a mail server
	posts map[int64][]post
}

// post is how a letter to somebody fares, in words.
type post struct {
	Text    string
	Trouble bool
	Link    string // to hand on instead
}

// Posts are the letters to a person whose links still work.
func (p peopleData) Posts(person account.Person) []post { return p.posts[person.ID] }

func (d *Desk) posts(r *web.Request, people []account.Person) (map[int64][]post, error) {
	all, err := d.Accounts.Posts(r.HTTP.Context(), who(r).person.Actor())
	names := map[int64]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	words := d.own.Printer(r)
	out := map[int64][]post{}
	for _, one := range all {
		key := "desk.mail_"
		if one.Kind != account.TicketInvitation {
			key += "reset_"
		}
		shown := post{Trouble: one.Trouble != "" || one.State == account.MailFailed}
		switch {
		case one.State == account.MailFailed:
			key += "failed"
		case shown.Trouble:
			key += "trouble"
		default:
			key += string(one.State)
		}
		shown.Text = words.T(key, names[one.PersonID], one.Trouble)
		if shown.Trouble && one.Token != "" {
			shown.Link = d.Origin() + JoinLink(one.Token)
		}
		out[one.PersonID] = append(out[one.PersonID], shown)
	}
	return out, err
}

func (d *Desk) people(r *web.Request) (Page, error) {
	actor := who(r).person.Actor()
	all, err := d.Accounts.People(r.HTTP.Context(), actor)
	if err != nil {
		return Page{}, err
	}
	data := peopleData{People: all, Me: actor.ID, Role: account.Author.String(), Mails: d.Accounts.Mails()}
	data.posts, err = d.posts(r, all)
	for _, role := range account.Roles() {
		if role <= actor.Role {
			data.Roles = append(data.Roles, role)
		}
	}
	return Page{Title: d.T(r, "desk.menu_people"), Data: data}, err
}

func (d *Desk) peoplePage(r *web.Request) (web.Response, error) {
	p, err := d.people(r)
	if err != nil {
		return web.Response{}, err
	}
	return d.own.Page(r, http.StatusOK, "people", p)
}

// invite adds a person and mails the link; without a mail server it shows the
// link to hand on.
func (d *Desk) invite(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	role, ok := account.RoleNamed(in.Get("role"))
	var token string
	err := error(fault.New(fault.Invalid, "choose a role"))
	switch {
	case ok && d.Accounts.Mails():
		_, err = d.Accounts.InviteByMail(r.HTTP.Context(), who(r).person.Actor(), in.Get("name"), in.Get("email"), role)
		if err == nil {
			return SeeOther(peoplePath + "?done=mailed"), nil
		}
	case ok:
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
	return d.handOn(r, p, data, token, in.Get("name"))
}

// handOn shows a link that nothing mails, and keeps it in the server's log for
// whoever closed the page too soon.
func (d *Desk) handOn(r *web.Request, p Page, data peopleData, token, name string) (web.Response, error) {
	data.Link, data.For = d.Origin()+JoinLink(token), name
	d.Log.Info("no mail server is set: hand this link on", "to", name, "link", data.Link, "made by", who(r).person.Name)
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
	case "passkeys":
		done, err = "nopasskeys", d.Accounts.DropPasskeysFor(ctx, actor, personID)
	case "reset":
		if d.Accounts.Mails() {
			done, err = "mailed", d.Accounts.ResetByMail(ctx, actor, personID)
			break
		}
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
	name := ""
	for _, one := range data.People {
		if one.ID == personID {
			name = one.Name
		}
	}
	return d.handOn(r, p, data, token, name)
}

// sitePage leads to where the settings are: the part of the desk that arranges
// the site.
func (d *Desk) sitePage(*web.Request) (web.Response, error) { return SeeOther(settingsPath), nil }
