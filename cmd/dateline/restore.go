package main

import (
	"dateline/internal/app"
	"dateline/internal/edition"
)

type restoreCmds struct {
	Status  restoreStatus  `cmd:"" help:"Say whether mail is held back, because this is a restored copy."`
	Confirm restoreConfirm `cmd:"" help:"Confirm that this is the site now: mail leaves again."`
}

type restoreStatus struct{}

// Run says whether mail is held back, and what would leave.
func (*restoreStatus) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		why := a.MailHeld()
		if why == "" {
			return say(env, "mail leaves from here")
		}
		if err := say(env, why); err != nil {
			return err
		}
		for _, state := range []edition.State{edition.Sending, edition.Scheduled} {
			some, err := a.Editions(env.ctx, "", state, 100)
			if err != nil {
				return err
			}
			for i := range some {
				if err := printWaiting(env, &some[i]); err != nil {
					return err
				}
			}
		}
		return say(env, "stop what has been sent already with “dateline newsletter cancel”; then “dateline restore confirm”")
	})
}

type restoreConfirm struct{}

// Run lets mail leave.
func (*restoreConfirm) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		if err := a.ConfirmRestored(env.ctx); err != nil {
			return err
		}
		return say(env, "mail leaves from here")
	})
}
