package desk

import (
	"net/http"

	"dateline/internal/account"
	"dateline/internal/web"
)

// answered is what a browser made of an offer, in the form that carries it.
func answered(r *web.Request) account.Answer {
	in := r.HTTP.PostForm
	return account.Answer{Challenge: in.Get("challenge"), Credential: in.Get("passkey"), Name: in.Get("name")}
}

// enters leads somebody in who has just made a passkey for a new account.
func (d *Desk) enters(r *web.Request, p account.Person) (web.Response, error) {
	signed, err := d.Accounts.Begin(r.HTTP.Context(), p, d.visit(r))
	if err != nil {
		return web.Response{}, err
	}
	return d.entered(r, signed, home), nil
}

func (d *Desk) offerSignIn(r *web.Request) (web.Response, error) {
	if err := ReadJSON(r, &struct{}{}); err != nil {
		return web.Response{}, err
	}
	offer, err := d.Accounts.OfferSignIn(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	return JSON(http.StatusOK, offer)
}

// offerFor offers a passkey to who has a link: for the set-up, an invitation or
// a new password.
func (d *Desk) offerFor(r *web.Request) (web.Response, error) {
	var in struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	}
	if err := ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	offer, err := d.Accounts.OfferPasskeyFor(r.HTTP.Context(), r.Vars["token"], in.Name, in.Email)
	if err != nil {
		return web.Response{}, err
	}
	return JSON(http.StatusOK, offer)
}

func (d *Desk) offerPasskey(r *web.Request) (web.Response, error) {
	var in struct {
		Present string `json:"present"`
	}
	if err := ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	v := who(r)
	offer, err := d.Accounts.OfferPasskey(r.HTTP.Context(), v.person.Actor(), v.session, d.visit(r), in.Present)
	if err != nil {
		return web.Response{}, err
	}
	return JSON(http.StatusOK, offer)
}

func (d *Desk) addPasskey(r *web.Request) (web.Response, error) {
	return d.changeOwn(r, "passkey", func() error {
		return d.Accounts.AddPasskey(r.HTTP.Context(), who(r).person.Actor(), answered(r))
	})
}

func (d *Desk) removePasskey(r *web.Request) (web.Response, error) {
	return d.changeOwn(r, "nopasskey", func() error {
		passkey, err := Number(r.HTTP.PostForm.Get("passkey"))
		if err != nil {
			return err
		}
		v := who(r)
		return d.Accounts.RemovePasskey(r.HTTP.Context(), v.person.Actor(), v.session, d.visit(r), passkey, r.HTTP.PostForm.Get("present"))
	})
}
