package main

import (
	"fmt"
	"maps"
	"path/filepath"

	"dateline/internal/app"
	"dateline/internal/clock"
	"dateline/internal/demo"
)

// listenFlags are what serve and demo share.
type listenFlags struct {
	Addr  string `placeholder:"HOST:PORT" help:"Where to listen (default: 127.0.0.1:8080; port 0 picks a free one)."`
	URL   string `placeholder:"ORIGIN" help:"Public origin, such as https://news.example."`
	Theme string `type:"path" placeholder:"DIR" help:"Folder of a theme that overlays the built-in one."`
}

func (f listenFlags) settings() map[string]string {
	return map[string]string{"addr": f.Addr, "url": f.URL, "theme": f.Theme}
}

type serveCmd struct{ listenFlags }

// Run serves until it is told to stop; requests in flight finish first.
func (s *serveCmd) Run(c *commands, env *environment) error {
	return c.with(env, s.settings(), func(a *app.App) error { return serve(env, a) })
}

func serve(env *environment, a *app.App) error {
	spareMemory()
	spareReaders()
	return a.Serve(env.ctx, func(origin string) {
		fmt.Fprintf(env.stdout, "listening on %s\n", origin)
		if why := a.MailHeld(); why != "" {
			fmt.Fprintf(env.stderr, "dateline: %s\n  → look at “dateline restore status”, and confirm at the desk or with “dateline restore confirm” that this is the site now\n", why)
		}
		link, err := a.SetUpLink(env.ctx, origin)
		switch {
		case err != nil:
			fmt.Fprintf(env.stderr, "dateline: no set-up link: %v\n", err)
		case link != "":
			fmt.Fprintf(env.stderr, "make the first account at %s\n", link)
		}
	})
}

type demoCmd struct {
	listenFlags
	Letters bool `negatable:"" default:"true" help:"Without a mail server, keep letters as files in the data folder."`
}

// Run fills the sample newsroom, unless the data folder has it, and serves it.
func (d *demoCmd) Run(c *commands, env *environment) error {
	more := d.settings()
	cfg, err := c.load(env, more)
	if err != nil {
		return err
	}
	if d.Letters && cfg.SMTPHost == "" {
		dir := filepath.Join(cfg.Data, "letters")
		box, err := demo.OpenMailbox(env.ctx, dir, clock.System{})
		if err != nil {
			return err
		}
		defer box.Close()
		maps.Copy(more, box.Settings())
		fmt.Fprintf(env.stderr, "no mail server is set: letters are kept in %s\n", dir)
	}
	return c.with(env, more, func(a *app.App) error {
		bar := newProgress(env)
		err := a.FillDemo(env.ctx, bar.show)
		bar.end()
		if err != nil {
			return err
		}
		return serve(env, a)
	})
}

type routesCmd struct{}

// Run lists the routes.
func (*routesCmd) Run(c *commands, env *environment) error {
	return app.PrintRoutes(env.stdout)
}

type versionCmd struct{}

// Run prints the version.
func (*versionCmd) Run(env *environment) error {
	_, err := fmt.Fprintln(env.stdout, "dateline", app.Version())
	return err
}

type configCmds struct {
	Print configPrint `cmd:"" help:"Print every setting, its value and where that comes from."`
	Check configCheck `cmd:"" help:"Check the settings, the data folder, the database and the mail server; exit 0 when all is well."`
}

type configPrint struct{}

// Run prints the settings.
func (*configPrint) Run(c *commands, env *environment) error {
	cfg, err := c.load(env, nil)
	if err != nil {
		return err
	}
	return cfg.Print(env.stdout)
}

type configCheck struct{}

// Run checks the settings.
func (*configCheck) Run(c *commands, env *environment) error {
	cfg, err := c.load(env, nil)
	if err != nil {
		return err
	}
	if err := cfg.Check(); err != nil {
		return err
	}
	if err := app.CheckDatabase(env.ctx, cfg.DatabaseURL()); err != nil {
		return err
	}
	if _, err := app.CheckMail(env.ctx, cfg); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.stdout, "the settings are in order")
	return err
}
