package main

import (
	"fmt"

	"dateline/internal/app"
)

type rebuildCmds struct {
	Register rebuildRegister `cmd:"" help:"Read all articles again for the people, organisations, places and events of the register."`
}

type rebuildRegister struct{}

// Run reads all articles again. After an interruption it goes on where it was.
func (r *rebuildRegister) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		bar := newProgress(env)
		var read int64
		err := a.RebuildRegister(env.ctx, func(done, total int64) {
			read = done
			bar.show("articles", done, total)
		})
		bar.end()
		if err == nil {
			fmt.Fprintf(env.stdout, "%d articles read\n", read)
		}
		return err
	})
}
