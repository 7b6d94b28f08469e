package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/settings"
	"dateline/internal/web"
)

// signInForm is what the sign-in page shows again after a mistake.
type signInForm struct {
	Email, Next string
	Pending     string // the password was right: ask for the code
	First       bool   // nobody has an account yet
	Host        string // at which passkeys work; "" for none
	Popup       bool   // a window beside the work, which says when it is done
}

func (d *Desk) signInShown(r *web.Request, shown signInForm) Page {
	shown.Host, _ = d.Accounts.PasskeyHost() // without one the button is left out
	return Page{Title: d.T(r, "desk.sign_in"), Scripts: []string{"passkey.js"}, Data: shown}
}

func (d *Desk) signInPage(r *web.Request) (web.Response, error) {
	first, err := d.Accounts.Empty(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	return d.own.Page(r, http.StatusOK, "sign-in", d.signInShown(r, signInForm{Next: safeNext(r.Query.Get("next")), First: first, Popup: r.Query.Get("popup") != ""}))
}

func (d *Desk) signIn(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	shown := signInForm{Email: in.Get("email"), Next: safeNext(in.Get("next")), Pending: in.Get("pending"), Popup: in.Get("popup") != ""}
	var signed account.SignedIn
	var err error
	if key := answered(r); key.Given() {
		signed, err = d.Accounts.SignInWithPasskey(r.HTTP.Context(), key, d.visit(r))
	} else {
		signed, err = d.Accounts.SignIn(r.HTTP.Context(), account.Credentials{Email: shown.Email, Password: in.Get("password"), Pending: shown.Pending, Code: in.Get("code")}, d.visit(r))
	}
	switch {
	case err == nil && shown.Popup:
		resp, err := d.own.Page(r, http.StatusOK, "signed-in", Page{Title: d.T(r, "desk.signed_in_title")})
		resp.Header = d.keeps(r, signed)
		return resp, err
	case err == nil:
		return d.entered(r, signed, shown.Next), nil
	case errors.Is(err, account.ErrCode) && shown.Pending == "":
		shown.Pending = signed.Pending
		return d.own.Page(r, http.StatusOK, "sign-in", d.signInShown(r, shown))
	case fault.Is(err, fault.Invalid):
		shown.Pending = ""
	}
	return d.own.Again(r, "sign-in", d.signInShown(r, shown), err)
}

// forgotData is what the page for a forgotten password shows.
type forgotData struct {
	Mails bool   // there is a mail server
	Sent  string // the address that was entered
	Email string // to be mended
}

func (d *Desk) forgotPage(r *web.Request) (web.Response, error) {
	return d.own.Page(r, http.StatusOK, "forgot", Page{Title: d.T(r, "desk.forgot_title"), Data: forgotData{Mails: d.Accounts.Mails()}})
}

// forgot says the same whether the address has an account.
func (d *Desk) forgot(r *web.Request) (web.Response, error) {
	data := forgotData{Mails: d.Accounts.Mails(), Email: strings.TrimSpace(r.HTTP.PostForm.Get("email"))}
	p := Page{Title: d.T(r, "desk.forgot_title")}
	if !data.Mails {
		p.Data = data
		return d.own.Page(r, http.StatusOK, "forgot", p)
	}
	if err := d.Accounts.Forgot(r.HTTP.Context(), data.Email, d.visit(r)); err != nil {
		p.Data = data
		return d.own.Again(r, "forgot", p, err)
	}
	data.Sent = data.Email
	p.Data = data
	return d.own.Page(r, http.StatusOK, "forgot", p)
}

func (d *Desk) signOut(r *web.Request) (web.Response, error) {
	if token := d.cookie(r, sessionCookie); token != "" {
		if err := d.Accounts.SignOut(r.HTTP.Context(), token); err != nil {
			return web.Response{}, err
		}
	}
	resp := SeeOther(signInPath + "?done=signedout")
	resp.Header = http.Header{"Set-Cookie": {d.setCookie(r, sessionCookie, "", 0)}}
	return resp, nil
}

// setUpForm is what the set-up page asks.
type setUpForm struct {
	Title, Zone, Locale, Name, Email string
	Guessed                          bool // the zone: a script may know better
	Locales, Zones                   []choice
	Host                             string // at which passkeys work; "" for none
}

func (d *Desk) setUpShown(r *web.Request, shown setUpForm) Page {
	shown.Locales, shown.Zones = localeChoices(), zoneChoices()
	if !slices.ContainsFunc(shown.Locales, func(c choice) bool { return c.Value == shown.Locale }) {
		shown.Locales = append(shown.Locales, choice{shown.Locale, i18n.Name(shown.Locale)})
	}
	shown.Host, _ = d.Accounts.PasskeyHost() // without one the button is left out
	return Page{Title: d.T(r, "desk.set_up_title"), Scripts: []string{"passkey.js"}, Data: shown}
}

func (d *Desk) setUpPage(r *web.Request) (web.Response, error) {
	t, err := d.Accounts.Ticket(r.HTTP.Context(), r.Vars["token"])
	if err == nil && t.Kind != account.TicketSetUp {
		err = fault.New(fault.NotFound, "this link does not set the site up")
	}
	if err != nil {
		return web.Response{}, err
	}
	site, err := d.Settings.Site(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	shown := setUpForm{Title: site.Title, Zone: site.Zone, Locale: site.Locale}
	exists, err := settings.Exists(r.HTTP.Context(), d.DB)
	if err != nil {
		return web.Response{}, err
	}
	if !exists { // what a new site begins with is nobody's choice
		shown.Title, shown.Guessed = "", true
		shown.Locale, shown.Zone = guess(r.HTTP.Header.Get("Accept-Language"))
	}
	return d.own.Page(r, http.StatusOK, "set-up", d.setUpShown(r, shown))
}

// setUp makes the owner and names the site, both or neither.
func (d *Desk) setUp(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	shown := setUpForm{Title: in.Get("title"), Zone: in.Get("zone"), Locale: in.Get("locale"), Name: in.Get("name"), Email: in.Get("email")}
	ctx := r.HTTP.Context()
	site := func(ctx context.Context, tx *db.Tx, owner account.Actor) error {
		return d.ChangeSite(ctx, tx, owner, []settings.Change{{Name: "title", Value: shown.Title}, {Name: "zone", Value: shown.Zone}, {Name: "locale", Value: shown.Locale}})
	}
	var err error
	key := answered(r)
	key.Name = "" // the form's name is the owner's
	var owner account.Person
	if key.Given() {
		owner, err = d.Accounts.SetUpWithPasskey(ctx, r.Vars["token"], shown.Name, shown.Email, key, site)
	} else {
		owner, err = d.Accounts.SetUp(ctx, r.Vars["token"], shown.Name, shown.Email, in.Get("password"), site)
	}
	if err != nil {
		return d.own.Again(r, "set-up", d.setUpShown(r, shown), err)
	}
	if key.Given() {
		return d.enters(r, owner)
	}
	signed, err := d.Accounts.SignIn(ctx, account.Credentials{Email: shown.Email, Password: in.Get("password")}, d.visit(r))
	if err != nil {
		return web.Response{}, err
	}
	return d.entered(r, signed, home), nil
}

// joinData is what the page of an invitation or a new password shows.
type joinData struct {
	Name, Email string
	Invitation  bool
	Host        string // at which passkeys work; "" for none
}

func (d *Desk) joining(r *web.Request) (Page, error) {
	t, err := d.Accounts.Ticket(r.HTTP.Context(), r.Vars["token"])
	if err == nil && t.Kind == account.TicketSetUp {
		err = fault.New(fault.NotFound, "this link sets the site up")
	}
	data := joinData{Name: t.Person.Name, Email: t.Person.Email, Invitation: t.Kind == account.TicketInvitation}
	data.Host, _ = d.Accounts.PasskeyHost() // without one the button is left out
	title := d.T(r, "desk.join_title")
	if data.Invitation {
		title = d.T(r, "desk.join_title_invited")
	}
	return Page{Title: title, Scripts: []string{"passkey.js"}, Data: data}, err
}

func (d *Desk) joinPage(r *web.Request) (web.Response, error) {
	p, err := d.joining(r)
	if err != nil {
		return web.Response{}, err
	}
	return d.own.Page(r, http.StatusOK, "join", p)
}

func (d *Desk) join(r *web.Request) (web.Response, error) {
	p, err := d.joining(r)
	if err != nil {
		return web.Response{}, err
	}
	if key := answered(r); key.Given() {
		person, err := d.Accounts.RedeemWithPasskey(r.HTTP.Context(), r.Vars["token"], key)
		if err != nil {
			return d.own.Again(r, "join", p, err)
		}
		return d.enters(r, person)
	}
	person, err := d.Accounts.Redeem(r.HTTP.Context(), r.Vars["token"], r.HTTP.PostForm.Get("password"))
	if err != nil {
		return d.own.Again(r, "join", p, err)
	}
	signed, err := d.Accounts.SignIn(r.HTTP.Context(), account.Credentials{Email: person.Email, Password: r.HTTP.PostForm.Get("password")}, d.visit(r))
	if errors.Is(err, account.ErrCode) { // the second factor is asked for as ever
		return SeeOther(signInPath), nil
	}
	if err != nil {
		return web.Response{}, err
	}
	return d.entered(r, signed, home), nil
}
