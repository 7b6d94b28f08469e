package main

import (
	"fmt"

	"dateline/internal/app"
)

type rebuildCmds struct {
	Quotes rebuildQuotesCmd `cmd:"" help:"Draw the quotes of all public articles again."`
}

type rebuildQuotesCmd struct{}

// Run draws the quotes again. What was done when it is interrupted stays done.
func (*rebuildQuotesCmd) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		p := newProgress(env)
		var seen int64
		err := a.RebuildQuotes(env.ctx, func(done, total int64) {
			seen = done
			p.show("drawing quotes", done, total)
		})
		p.end()
		if err == nil {
			_, err = fmt.Fprintf(env.stdout, "quotes drawn from %d articles\n", seen)
		}
		return err
	})
}
