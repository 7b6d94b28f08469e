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

// AddPerson invites somebody and returns the link with which they choose a
// password.
func (a *App) AddPerson(ctx context.Context, name, email, role string) (link string, err error) {
	r, ok := account.RoleNamed(role)
	if !ok {
		var names []string
		for _, r := range account.Roles() {
			names = append(names, r.String())
		}
		return "", fault.New(fault.Invalid, "%q is not a role", role).WithHint("choose one of %s", strings.Join(names, ", "))
	}
	_, token, err := a.accounts.Invite(ctx, operator, name, email, r)
	return a.joinLink(token), err
}

// ResetPerson returns a link for a new password or passkey. factor removes the
// second factor, too, and keys all passkeys.
func (a *App) ResetPerson(ctx context.Context, email string, factor, keys bool) (link string, err error) {
	p, err := a.accounts.ByEmail(ctx, operator, email)
	if err == nil && keys {
		err = a.accounts.DropPasskeysFor(ctx, operator, p.ID)
	}
	if err == nil && factor {
		err = a.accounts.DropFor(ctx, operator, p.ID)
	}
	if err != nil {
		return "", err
	}
	token, err := a.accounts.Reset(ctx, operator, p.ID)
	return a.joinLink(token), err
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
