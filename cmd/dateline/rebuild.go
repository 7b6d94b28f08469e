package main

import (
	"strconv"

	"dateline/internal/app"
)

type rebuildCmds struct {
	Search  rebuildSearch  `cmd:"" help:"Make the index of the search anew; the site goes on answering from the present one."`
	Related rebuildRelated `cmd:"" help:"Choose the related stories of all articles anew."`
}

type rebuildRelated struct{}

// Run chooses the related stories anew.
func (*rebuildRelated) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		bar := newProgress(env)
		var all int64
		err := a.RebuildRelated(env.ctx, func(done, total int64) {
			all = total / 2
			bar.show("articles", (done+1)/2, total/2)
		})
		bar.end()
		if err != nil {
			return err
		}
		return say(env, "related stories are chosen for "+strconv.FormatInt(all, 10)+" articles")
	})
}

type rebuildSearch struct{}

// Run rebuilds the index of the search.
func (*rebuildSearch) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		bar := newProgress(env)
		var all int64
		err := a.RebuildSearch(env.ctx, func(done, total int64) {
			all = done
			bar.show("articles", done, total)
		})
		bar.end()
		if err != nil {
			return err
		}
		return say(env, "the index has "+strconv.FormatInt(all, 10)+" articles")
	})
}
