package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"dateline/internal/app"
)

type userCmds struct {
	Add     userAdd     `cmd:"" help:"Invite somebody: mails the link with which they choose a password, or prints it without a mail server."`
	List    userList    `cmd:"" help:"List everybody with an account."`
	Reset   userReset   `cmd:"" help:"Mail or print a link with which somebody chooses a new password or passkey."`
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
		invited, err := a.AddPerson(env.ctx, u.Name, u.Email, u.Role)
		if err != nil {
			return err
		}
		return printLink(env, u.Email, invited, "seven days")
	})
}

// printLink says what became of a link. One that was mailed is not shown: its
// reader alone should have it.
func printLink(env *environment, to string, in app.Invited, life string) error {
	if in.Mailed {
		_, err := fmt.Fprintf(env.stdout, "Mailed to %s: the mail server has taken the letter. Its link works once, for %s.\n", to, life)
		return err
	}
	note := ""
	if strings.HasPrefix(in.Link, "/") {
		note = " (below the address of the site; set url for the whole)"
	}
	why := "Nothing was mailed: hand it on yourself."
	if in.Why != nil {
		why = fmt.Sprintf("It could not be mailed (%v): hand it on yourself.", in.Why)
	}
	_, err := fmt.Fprintf(env.stdout, "%s\nThe link works once, for %s%s. %s\n", in.Link, life, note, why)
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

// Run mails or prints a link for a new password.
func (u *userReset) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		reset, err := a.ResetPerson(env.ctx, u.Email, u.SecondFactor, u.Passkeys)
		if err != nil {
			return err
		}
		return printLink(env, u.Email, reset, "a day")
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
