package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"dateline/internal/app"
	"dateline/internal/fault"
	"dateline/internal/settings"
)

type siteCmds struct {
	Print sitePrint `cmd:"" help:"Print the site's title, time zone, language and so on."`
	Set   siteSet   `cmd:"" help:"Change them: dateline site set title=\"The Courier\" zone=Europe/Berlin."`
}

type sitePrint struct{}

// Run prints every setting of the site with what it means.
func (*sitePrint) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		site, err := a.Site(env.ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		for _, f := range settings.Fields {
			fmt.Fprintf(w, "%s = %s\t# %s\n", f.Name, f.Value(site), f.Doc)
		}
		return w.Flush()
	})
}

type siteSet struct {
	Changes []string `arg:"" name:"name=value" help:"What to change, such as title=\"The Courier\"."`
}

// Run changes settings of the site, all of them or none. A running server
// follows within a second.
func (s *siteSet) Run(c *commands, env *environment) error {
	var changes []settings.Change
	for _, text := range s.Changes {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return fault.New(fault.Invalid, "%q changes nothing", text).WithHint("write NAME=VALUE, such as title=\"The Courier\"; “dateline site print” lists the names")
		}
		changes = append(changes, settings.Change{Name: strings.TrimSpace(name), Value: value})
	}
	return c.with(env, nil, func(a *app.App) error { return a.ChangeSite(env.ctx, changes) })
}
