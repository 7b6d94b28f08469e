package desk

import (
	"context"
	"html/template"
	"net/http"

	"dateline/internal/account"
	"dateline/internal/i18n"
	"dateline/internal/view"
	"dateline/internal/web"
)

// accountData is what a person's own page shows.
type accountData struct {
	Person    account.Person
	Languages []choice
	Sessions  []account.Session
	Current   int64
	Passkeys  []account.Passkey
	Host      string // at which passkeys work; "" for none
	NoHost    string // why not
	Mails     bool   // there is a mail server
	Prove     bool   // changes of the passkeys need the present password
}

// choice is one option of a select.
type choice struct{ Value, Name string }

// speaks are the languages of the desk, each by its own name.
func speaks() []choice {
	var all []choice
	for _, language := range i18n.Languages() {
		all = append(all, choice{language, i18n.Name(language)})
	}
	return all
}

func (d *Desk) ownPage(r *web.Request) (Page, error) {
	v := who(r)
	sessions, err := d.Accounts.Sessions(r.HTTP.Context(), v.person.Actor())
	if err != nil {
		return Page{}, err
	}
	data := accountData{Person: v.person, Languages: speaks(), Sessions: sessions, Current: v.session.ID, Mails: d.Accounts.Mails(), Prove: v.person.Password && !d.Accounts.Fresh(v.session)}
	if data.Passkeys, err = d.Accounts.Passkeys(r.HTTP.Context(), v.person.Actor()); err != nil {
		return Page{}, err
	}
	var none error
	if data.Host, none = d.Accounts.PasskeyHost(); none != nil {
		data.NoHost = sentence(none.Error())
	}
	return Page{Title: d.T(r, "desk.menu_account"), Scripts: []string{"passkey.js"}, Data: data}, nil
}

func (d *Desk) accountPage(r *web.Request) (web.Response, error) {
	p, err := d.ownPage(r)
	if err != nil {
		return web.Response{}, err
	}
	return d.own.Page(r, http.StatusOK, "account", p)
}

// changeOwn runs a change of a person's own account and leads back with a notice, or
// shows the page again with what was wrong.
func (d *Desk) changeOwn(r *web.Request, done string, change func() error) (web.Response, error) {
	if err := change(); err != nil {
		p, e := d.ownPage(r)
		if e != nil {
			return web.Response{}, e
		}
		return d.own.Again(r, "account", p, err)
	}
	return SeeOther(accountPath + "?done=" + done), nil
}

func (d *Desk) rename(r *web.Request) (web.Response, error) {
	return d.changeOwn(r, "saved", func() error {
		return d.Accounts.Rename(r.HTTP.Context(), who(r).person.Actor(), r.HTTP.PostForm.Get("name"))
	})
}

func (d *Desk) chooseLanguage(r *web.Request) (web.Response, error) {
	return d.changeOwn(r, "saved", func() error {
		return d.Accounts.SetLanguage(r.HTTP.Context(), who(r).person.Actor(), r.HTTP.PostForm.Get("language"))
	})
}

func (d *Desk) chooseMail(r *web.Request) (web.Response, error) {
	return d.changeOwn(r, "saved", func() error {
		return d.Accounts.SetToldByMail(r.HTTP.Context(), who(r).person.Actor(), r.HTTP.PostForm.Get("told") != "")
	})
}

func (d *Desk) changePassword(r *web.Request) (web.Response, error) {
	var token string
	resp, err := d.changeOwn(r, "password", func() (err error) {
		if !who(r).person.Password {
			token, err = d.Accounts.FirstPassword(r.HTTP.Context(), d.visit(r), who(r).person.Actor(), who(r).session, r.HTTP.PostForm.Get("password"))
			return err
		}
		token, err = d.Accounts.ChangePassword(r.HTTP.Context(), d.visit(r), who(r).person.Actor(), r.HTTP.PostForm.Get("present"), r.HTTP.PostForm.Get("password"))
		return err
	})
	if token != "" {
		resp.Header = http.Header{"Set-Cookie": {d.setCookie(r, sessionCookie, token, sessionAge)}}
	}
	return resp, err
}

func (d *Desk) endSession(r *web.Request) (web.Response, error) {
	return d.changeOwn(r, "ended", func() error {
		session, err := Number(r.HTTP.PostForm.Get("session"))
		if err != nil {
			return err
		}
		return d.Accounts.Revoke(r.HTTP.Context(), who(r).person.Actor(), session)
	})
}

func (d *Desk) endOthers(r *web.Request) (web.Response, error) {
	return d.changeOwn(r, "others", func() error {
		return d.Accounts.RevokeOthers(r.HTTP.Context(), who(r).person.Actor(), who(r).session.ID)
	})
}

// factorData is what the page of the second factor shows.
type factorData struct {
	Enrolment account.Enrolment
	QR        template.URL // of the picture to scan
	Codes     []string
}

func (d *Desk) enrol(p account.Person) (factorData, error) {
	site, err := d.Settings.Site(context.Background())
	if err != nil {
		return factorData{}, err
	}
	e := d.Accounts.Enrol(p, site.Title)
	png, err := account.QR(e.URL)
	return factorData{Enrolment: e, QR: view.InlinePNG(png)}, err
}

func (d *Desk) factorPage(r *web.Request) (web.Response, error) {
	v := who(r)
	if v.person.TwoFactor {
		return SeeOther(accountPath), nil
	}
	data, err := d.enrol(v.person)
	if err != nil {
		return web.Response{}, err
	}
	return d.own.Page(r, http.StatusOK, "second-factor", Page{Title: d.T(r, "desk.factor"), Data: data})
}

// factorOn shows the recovery codes, once.
func (d *Desk) factorOn(r *web.Request) (web.Response, error) {
	v := who(r)
	in := r.HTTP.PostForm
	codes, err := d.Accounts.Confirm(r.HTTP.Context(), d.visit(r), v.person.Actor(), v.session.ID, in.Get("seal"), in.Get("code"))
	if err != nil {
		data, e := d.enrol(v.person)
		if e != nil {
			return web.Response{}, e
		}
		return d.own.Again(r, "second-factor", Page{Title: d.T(r, "desk.factor"), Data: data}, err)
	}
	return d.own.Page(r, http.StatusOK, "second-factor", Page{Title: d.T(r, "desk.factor"), Notice: d.T(r, "desk.done_factor"), Data: factorData{Codes: codes}})
}

func (d *Desk) factorOff(r *web.Request) (web.Response, error) {
	return d.changeOwn(r, "nofactor", func() error {
		return d.Accounts.Drop(r.HTTP.Context(), d.visit(r), who(r).person.Actor(), r.HTTP.PostForm.Get("present"))
	})
}
