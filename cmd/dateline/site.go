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
	a, err := c.open(env)
	if err != nil {
		return err
	}
	defer a.Close()
	site, err := a.Site(env.ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, f := range settings.Fields {
		fmt.Fprintf(w, "%s = %s\t# %s\n", f.Name, f.Value(site), f.Doc)
	}
	return w.Flush()
}

type siteSet struct {
	Changes []string `arg:"" name:"name=value" help:"What to change, such as title=\"The Courier\"."`
}

// Run changes settings of the site, all of them or none. A running server
// follows within a second.
func (s *siteSet) Run(c *commands, env *environment) error {
	var changes []app.Change
	for _, text := range s.Changes {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return fault.New(fault.Invalid, "%q changes nothing", text).WithHint("write NAME=VALUE, such as title=\"The Courier\"; “dateline site print” lists the names")
		}
		changes = append(changes, app.Change{Name: strings.TrimSpace(name), Value: value})
	}
	a, err := c.open(env)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.ChangeSite(env.ctx, changes)
}

// open opens the site that the flags, the file and the environment name.
func (c *commands) open(env *environment) (*app.App, error) {
	cfg, err := c.load(env, nil)
	if err != nil {
		return nil, err
	}
	return app.Open(env.ctx, cfg, env.stderr)
}
