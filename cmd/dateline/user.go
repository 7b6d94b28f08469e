package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"dateline/internal/app"
)

type userCmds struct {
	Add     userAdd     `cmd:"" help:"Invite somebody: prints the link with which they choose a password."`
	List    userList    `cmd:"" help:"List everybody with an account."`
	Reset   userReset   `cmd:"" help:"Print a link with which somebody chooses a new password or passkey."`
	Disable userDisable `cmd:"" help:"Switch an account off: its sessions and links end."`
	Enable  userEnable  `cmd:"" help:"Switch an account on again."`
}

type userAdd struct {
	Email string `arg:"" help:"Address with which they sign in."`
	Name  string `required:"" help:"Name, as colleagues see it."`
	Role  string `default:"author" help:"contributor, author, editor, administrator or owner."`
}

// Run adds a person.
func (u *userAdd) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		link, err := a.AddPerson(env.ctx, u.Name, u.Email, u.Role)
		if err != nil {
			return err
		}
		return printLink(env, link, "seven days")
	})
}

func printLink(env *environment, link, life string) error {
	note := ""
	if strings.HasPrefix(link, "/") {
		note = " (below the address of the site; set url for the whole)"
	}
	_, err := fmt.Fprintf(env.stdout, "%s\nThe link works once, for %s%s. Nothing was mailed: hand it on yourself.\n", link, life, note)
	return err
}

type userList struct{}

// Run lists people.
func (*userList) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		people, err := a.People(env.ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tADDRESS\tROLE\tSTATE")
		for _, p := range people {
			state := "active"
			switch {
			case p.Disabled:
				state = "disabled"
			case p.Invited:
				state = "invited"
			case p.TwoFactor:
				state = "active, second factor"
			case p.Passkeys > 0:
				state = "active, passkey"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Name, p.Email, p.Role, state)
		}
		return w.Flush()
	})
}

type userReset struct {
	Email        string `arg:"" help:"Address of the account."`
	SecondFactor bool   `help:"Remove the second factor, too: for a lost phone."`
	Passkeys     bool   `help:"Remove all passkeys, too: for lost or stolen devices."`
}

// Run prints a link for a new password.
func (u *userReset) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		link, err := a.ResetPerson(env.ctx, u.Email, u.SecondFactor, u.Passkeys)
		if err != nil {
			return err
		}
		return printLink(env, link, "a day")
	})
}

type userDisable struct {
	Email string `arg:"" help:"Address of the account."`
}

// Run switches an account off.
func (u *userDisable) Run(c *commands, env *environment) error {
	return switchPerson(c, env, u.Email, false)
}

type userEnable struct {
	Email string `arg:"" help:"Address of the account."`
}

// Run switches an account on.
func (u *userEnable) Run(c *commands, env *environment) error {
	return switchPerson(c, env, u.Email, true)
}

func switchPerson(c *commands, env *environment, email string, on bool) error {
	return c.with(env, nil, func(a *app.App) error { return a.SwitchPerson(env.ctx, email, on) })
}
