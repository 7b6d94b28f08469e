package main

import (
	"fmt"
	"strconv"

	"dateline/internal/app"
)

type rebuildCmds struct {
	Register   rebuildRegister   `cmd:"" help:"Read all articles again for the people, organisations, places and events of the register."`
	Quotes     rebuildQuotesCmd  `cmd:"" help:"Draw the quotes of all public articles again."`
	Storylines rebuildStorylines `cmd:"" help:"Read the timelines of all articles again for the pages of storylines."`
	Search     rebuildSearch     `cmd:"" help:"Make the index of the search anew; the site goes on answering from the present one."`
	Related    rebuildRelated    `cmd:"" help:"Choose the related stories of all articles anew."`
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

type rebuildStorylines struct{}

// Run reads the timelines of all articles again.
func (*rebuildStorylines) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		bar := newProgress(env)
		var all int64
		err := a.RebuildStorylines(env.ctx, func(done, total int64) {
			all = done
			bar.show("articles", done, total)
		})
		bar.end()
		if err != nil {
			return err
		}
		return say(env, "the timelines of "+strconv.FormatInt(all, 10)+" articles are read")
	})
}
