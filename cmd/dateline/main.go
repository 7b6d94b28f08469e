// Command dateline is a newsroom in one program: it writes, publishes and
// serves a news site. See README.md, or run it with --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // so that a machine without zoneinfo knows the zones, too

	"github.com/alecthomas/kong"

	"dateline/internal/app"
	"dateline/internal/config"
	"dateline/internal/fault"
)

// The exit codes. 130 is what shells expect of an interrupted program.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// commands is the command line.
type commands struct {
	Config   string `name:"config" type:"path" placeholder:"FILE" help:"Settings file (default: dateline.toml in the data folder)."`
	Data     string `placeholder:"DIR" help:"Data folder: database, media, secret key (default: ./dateline-data)."`
	Database string `placeholder:"URL" help:"Database: postgres://user:password@host/name, or sqlite:/path/file.db (default: SQLite in the data folder)."`

	Serve     serveCmd   `cmd:"" help:"Serve the site."`
	Demo      demoCmd    `cmd:"" help:"Fill a data folder with a sample newsroom and serve it."`
	Import    importCmd  `cmd:"" help:"Take over a site from another system."`
	Export    exportCmd  `cmd:"" help:"Take what is yours elsewhere."`
	ConfigCmd configCmds `cmd:"" name:"config" help:"Print or check the settings."`
	Site      siteCmds   `cmd:"" help:"Print or change the site: title, time zone, language, addresses."`
	User      userCmds   `cmd:"" help:"Invite, list, help and switch off the people of the newsroom."`
	Mail      mailCmds   `cmd:"" help:"Try the mail server."`

	Newsletter newsletterCmds `cmd:"" help:"Newsletters and their readers: make, move in, move out, erase."`

	Restore restoreCmds `cmd:"" help:"Let a restored copy of the site send mail."`

	Rebuild rebuildCmds `cmd:"" help:"Make again what follows from the articles."`

	Routes  routesCmd  `cmd:"" help:"List the routes that the server answers."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// flags returns the settings given as flags.
func (c *commands) flags(more map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range more {
		if value != "" {
			out[key] = value
		}
	}
	if c.Data != "" {
		out["data"] = c.Data
	}
	if c.Database != "" {
		out["database"] = c.Database
	}
	return out
}

func (c *commands) load(env *environment, more map[string]string) (*config.Config, error) {
	return config.Load(config.Sources{File: c.Config, Environ: env.environ, Flags: c.flags(more)})
}

// with opens the site that the flags, the file and the environment name, and
// closes it after use. more are settings given as flags of one command.
func (c *commands) with(env *environment, more map[string]string, use func(*app.App) error) error {
	cfg, err := c.load(env, more)
	if err != nil {
		return err
	}
	a, err := app.Open(env.ctx, cfg, env.stderr)
	if err != nil {
		return err
	}
	defer a.Close()
	return use(a)
}

// environment is what a command may touch outside its arguments.
type environment struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string
	terminal       bool // stderr is a terminal: show progress
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	info, err := os.Stderr.Stat()
	env := &environment{ctx: ctx, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ(),
		terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
	return runWith(env, args)
}

func runWith(env *environment, args []string) (code int) {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("dateline"), kong.Description("A newsroom in one program: write, publish, serve.\n\nTry it: dateline demo"),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Writers(env.stdout, env.stderr),
		kong.Exit(func(n int) { exited = n }), kong.BindTo(env.ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(env.stderr, "dateline:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintf(env.stderr, "dateline: %v\nRun “dateline --help” for the commands and their flags.\n", err)
		return exitUsage
	}
	return report(env, parsed.Run(&c, env))
}

// report is the one place that turns an error into words and an exit code.
func report(env *environment, err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled) && env.ctx.Err() != nil:
		fmt.Fprintln(env.stderr, "dateline: interrupted")
		return exitInterrupted
	}
	fmt.Fprintf(env.stderr, "dateline: %v\n", err)
	if hint := fault.HintOf(err); hint != "" {
		fmt.Fprintf(env.stderr, "  → %s\n", hint)
	}
	if fault.Is(err, fault.Invalid) {
		return exitUsage
	}
	return exitFailed
}
