package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"dateline/internal/app"
	"dateline/internal/comment/exchange"
)

type importComments struct {
	File   string   `arg:"" type:"path" help:"The exported file; it may be packed with gzip."`
	Host   []string `placeholder:"HOST" help:"A host that the site had when the comments were written, beside its present one; may be given more than once."`
	DryRun bool     `help:"Say what would become of each comment; change nothing."`
	Report string   `type:"path" placeholder:"FILE" help:"Write the whole account there, as JSON."`
}

// Run takes comments in and prints the account. Running it again changes
// nothing that has not changed in the file.
func (i *importComments) Run(k *kong.Context, c *commands, env *environment) error {
	system := exchange.System(k.Selected().Name)
	return c.with(env, nil, func(a *app.App) error {
		boundMemory()
		bar := newProgress(env)
		rep, runErr := a.ImportComments(env.ctx, exchange.Options{System: system, File: i.File, Hosts: i.Host, Dry: i.DryRun, Progress: bar.show})
		bar.end()
		if rep == nil || rep.InFile == 0 && runErr != nil {
			return runErr
		}
		printComments(env.stdout, rep)
		if i.Report != "" {
			if err := writeAccount(i.Report, rep); err != nil {
				return err
			}
		} else if len(rep.Unplaced)+len(rep.Outcomes) > 0 {
			fmt.Fprintln(env.stdout, "for the whole account, run again with --report FILE")
		}
		return runErr
	})
}

// printComments writes the account for a person.
func printComments(w io.Writer, rep *exchange.Report) {
	p := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	if rep.Dry {
		p("Dry run: nothing was changed. This would become of the comments:")
	}
	p("%d in file = %d new + %d updated + %d unchanged + %d dropped + %d failed", rep.InFile, rep.New, rep.Updated, rep.Unchanged, rep.Dropped, rep.Failed)
	if rep.Error == "" && !rep.Balanced() {
		p("THE ACCOUNT DOES NOT BALANCE: please report this.")
	}
	p("on %d articles", rep.Articles)
	sorted(w, "status", rep.Statuses)
	sorted(w, "dropped", rep.Reasons)
	sorted(w, "failed", rep.Failures)
	sorted(w, "note", rep.Notes)
	const most = 10
	for _, u := range rep.Unplaced[:min(len(rep.Unplaced), most)] {
		p("without an article: %d at %s (%s)", u.Comments, u.Address, u.Why)
	}
	if more := len(rep.Unplaced) - most; more > 0 {
		p("… and at %d more addresses", more)
	}
	if other := rep.OtherHosts(); len(other) > 0 {
		p("if one of these hosts was yours, add it: --host %s", other[0])
	}
	shown := 0
	for _, o := range rep.Outcomes {
		if o.Outcome == "failed" && shown < most {
			p("failed: %s, %s: %s", rep.File, o.Place, o.Why)
			shown++
		}
	}
	p("took %.1f s", rep.Seconds)
}

func sorted(w io.Writer, what string, counts map[string]int64) {
	small := map[string]int{}
	for name, n := range counts {
		small[name] = int(n)
	}
	counted(w, what, small)
}

type exportCmd struct {
	Comments exportComments `cmd:"" name:"comments" help:"Write comments, for WordPress (WXR) or as JSON."`
}

type exportComments struct {
	File          string `arg:"" type:"path" help:"Where to write, - for standard output. The file is readable by you alone."`
	Format        string `required:"" enum:"wxr,json" help:"wxr (WordPress) or json."`
	Article       string `placeholder:"ADDRESS" help:"Only those of one article: its address, path or number."`
	WithAddresses bool   `help:"Put the writers' mail addresses in, in the open."`
}

// Run writes the comments. A file that could not be written whole is removed.
func (e *exportComments) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		w, closeIt, err := openForExport(env, e.File)
		if err != nil {
			return err
		}
		out, err := a.ExportComments(env.ctx, w, e.Article, exchange.ExportOptions{Format: exchange.Format(e.Format), Addresses: e.WithAddresses})
		if closed := closeIt(); err == nil {
			err = closed
		}
		if err != nil {
			if e.File != "-" {
				_ = os.Remove(e.File) // half of an export helps nobody
			}
			return err
		}
		fmt.Fprintf(env.stderr, "%d comments on %d articles written\n", out.Comments, out.Articles)
		if e.WithAddresses {
			fmt.Fprintln(env.stderr, "the file shows mail addresses in the open: keep it where nobody else reads it")
		}
		return nil
	})
}
