package app

import (
	"context"
	"strings"

	"dateline/internal/account"
	"dateline/internal/desk"
	"dateline/internal/fault"
)

// SetUpLink returns the address at which the owner of a new site makes the first
// account; "" when there is an account already. It stops working when a later
// one is made.
func (a *App) SetUpLink(ctx context.Context, origin string) (string, error) {
	token, err := a.accounts.SetUpTicket(ctx)
	if fault.Is(err, fault.Conflict) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return origin + desk.SetUpLink(token), nil
}

// People returns everybody with an account.
func (a *App) People(ctx context.Context) ([]account.Person, error) {
	return a.accounts.People(ctx, operator)
}

// Invited is a link with which somebody chooses a password or passkey, and what
// became of its letter.
type Invited struct {
	Link   string
	Mailed bool  // the mail server has taken it
	Why    error // of a letter that could not be sent; nil without a mail server
}

// AddPerson invites somebody, and mails them the link when there is a mail
// server.
func (a *App) AddPerson(ctx context.Context, name, email, role string) (Invited, error) {
	r, ok := account.RoleNamed(role)
	if !ok {
		var names []string
		for _, r := range account.Roles() {
			names = append(names, r.String())
		}
		return Invited{}, fault.New(fault.Invalid, "%q is not a role", role).WithHint("choose one of %s", strings.Join(names, ", "))
	}
	_, token, err := a.accounts.Invite(ctx, operator, name, email, r)
	if err != nil {
		return Invited{}, err
	}
	return a.handOut(ctx, token), nil
}

// handOut mails the link of a token where that can be done. The link is always
// returned: who has it printed can hand it on when the letter is lost.
func (a *App) handOut(ctx context.Context, token string) Invited {
	out := Invited{Link: a.joinLink(token)}
	switch {
	case !a.accounts.Mails():
	case a.cfg.URL == "":
		out.Why = fault.New(fault.Invalid, "the address of the site is not set, and a letter needs a whole link").WithHint("set url")
	default:
		out.Why = a.accounts.MailTicket(ctx, token, operator.Name)
		out.Mailed = out.Why == nil
	}
	return out
}

// ResetPerson makes a link for a new password or passkey, and mails it when
// there is a mail server. factor removes the second factor, too, and keys all
// passkeys.
func (a *App) ResetPerson(ctx context.Context, email string, factor, keys bool) (Invited, error) {
	p, err := a.accounts.ByEmail(ctx, operator, email)
	if err == nil && keys {
		err = a.accounts.DropPasskeysFor(ctx, operator, p.ID)
	}
	if err == nil && factor {
		err = a.accounts.DropFor(ctx, operator, p.ID)
	}
	if err != nil {
		return Invited{}, err
	}
	token, err := a.accounts.Reset(ctx, operator, p.ID)
	if err != nil {
		return Invited{}, err
	}
	return a.handOut(ctx, token), nil
}

// SwitchPerson switches an account off or on.
func (a *App) SwitchPerson(ctx context.Context, email string, on bool) error {
	p, err := a.accounts.ByEmail(ctx, operator, email)
	if err != nil {
		return err
	}
	if on {
		return a.accounts.Enable(ctx, operator, p.ID)
	}
	return a.accounts.Disable(ctx, operator, p.ID)
}

// joinLink is the address for a token: whole when the site's origin is set.
func (a *App) joinLink(token string) string {
	return strings.TrimSuffix(a.cfg.URL, "/") + desk.JoinLink(token)
}
