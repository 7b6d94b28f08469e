package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"dateline/internal/app"
	"dateline/internal/fault"
	"dateline/internal/subscriber/transfer"
)

type newsletterImport struct {
	Files  []string          `arg:"" name:"file" type:"path" help:"CSV files, or ZIP archives of them, as the other system exports them."`
	From   string            `placeholder:"SYSTEM" help:"Where they come from, if the columns do not show it: mailchimp, substack, ghost, listmonk, mailpoet, beehiiv, dateline, other."`
	Into   string            `placeholder:"WORD" help:"Newsletter that they read from now on (default: your first)."`
	Label  map[string]string `placeholder:"LIST=WORD" help:"Newsletter for those with a list, tag or label; may be given more than once. Without --into, rows with none of them are kept out."`
	Map    map[string]string `placeholder:"MEANING=COLUMN" help:"What a column means, when the guess is wrong: --map email=Contact, --map name=3 (the third column), --map zone=- (none)."`
	DryRun bool              `help:"Say what would become of each row; change nothing."`
	Ask    bool              `help:"Mail those who have not confirmed yet a letter with which they can. Without it nobody is written to."`
	Report string            `type:"path" placeholder:"FILE" help:"Write the whole account there, as JSON. Addresses are masked."`
}

// Run takes readers in and prints the account. Running it again changes nothing.
func (n *newsletterImport) Run(c *commands, env *environment) error {
	files, done, err := transfer.OpenFiles(n.Files)
	if err != nil {
		return err
	}
	defer done()
	return c.with(env, nil, func(a *app.App) error {
		opt, err := n.options(env, a)
		if err != nil {
			return err
		}
		bar := newProgress(env)
		stage := "taking readers in"
		if n.DryRun {
			stage = "looking at the rows"
		}
		opt.Progress = func(done, total int64) { bar.show(stage, done, total) }
		rep, runErr := a.ImportReaders(env.ctx, files, opt)
		bar.end()
		if rep == nil {
			return runErr
		}
		printMoved(env.stdout, rep)
		if n.Report != "" {
			if err := writeAccount(n.Report, rep); err != nil {
				return err
			}
		}
		return runErr
	})
}

func (n *newsletterImport) options(env *environment, a *app.App) (opt transfer.Options, err error) {
	opt.Dry, opt.Ask, opt.Map = n.DryRun, n.Ask, map[transfer.Meaning]string{}
	if n.From != "" {
		if opt.From, err = transfer.SourceNamed(n.From); err != nil {
			return opt, err
		}
	}
	for meaning, column := range n.Map {
		opt.Map[transfer.Meaning(meaning)] = column
	}
	if n.Into != "" {
		one, err := a.NewsletterNamed(env.ctx, n.Into)
		if err != nil {
			return opt, err
		}
		opt.Into = one.ID
	}
	for label, word := range n.Label {
		one, err := a.NewsletterNamed(env.ctx, word)
		if err != nil {
			return opt, err
		}
		if opt.Labels == nil {
			opt.Labels = map[string]int64{}
		}
		opt.Labels[label] = one.ID
	}
	return opt, nil
}

// writeAccount writes the account of an import, for this user alone.
func writeAccount(path string, rep any) error {
	raw, err := json.MarshalIndent(rep, "", "  ")
	if err != nil {
		return fault.New(fault.Internal, "report: %w", err)
	}
	if err := os.WriteFile(path, append(raw, '\n'), 0o600); err != nil {
		return fault.New(fault.Invalid, "cannot write the report: %w", err)
	}
	return nil
}

// printMoved writes the account for a person.
func printMoved(w io.Writer, rep *transfer.Report) {
	p := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	for _, f := range rep.Files {
		if f.Skipped != "" {
			p("%s: left out, %s", f.File, f.Skipped)
			continue
		}
		p("%s: %s, %s", f.File, sourceWord(f), f.Encoding)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, c := range f.Columns {
			meaning := string(c.Meaning)
			if meaning == "" {
				meaning = "not used"
			}
			fmt.Fprintf(t, "  %s\t→ %s\t%s\n", c.Name, meaning, c.Sample)
		}
		_ = t.Flush() // a terminal that went away is nobody's loss
		switch {
		case f.Assumed:
			p("  no column says who is subscribed: everybody in the file counts as a reader")
		case f.State != "":
			p("  everybody in the file counts as %s", f.State)
		}
	}
	if rep.Dry {
		p("\nDry run: nothing was changed. This would become of the rows:")
	}
	p("\n%d in file = %d new + %d updated + %d unchanged + %d kept out + %d failed", rep.InFile, rep.New, rep.Updated, rep.Unchanged, rep.KeptOut, rep.Failed)
	if !rep.Balanced() {
		p("THE ACCOUNT DOES NOT BALANCE: please report this.")
	}
	if rep.Pending > 0 {
		p("%d of the new ones have not confirmed; they get no newsletter until they do", rep.Pending)
	}
	counted(w, "kept out", rep.Kept)
	counted(w, "failed", rep.Failures)
	counted(w, "to look at", rep.Warnings)
	if len(rep.Labels) > 0 {
		counted(w, "list or tag", rep.Labels)
	}
	const most = 10
	for _, one := range rep.Problems[:min(len(rep.Problems), most)] {
		p("failed: %s line %d, %s: %s", one.File, one.Line, one.Address, one.Why)
	}
	for _, one := range rep.Warned[:min(len(rep.Warned), most)] {
		p("look at: %s line %d, %s: %s", one.File, one.Line, one.Address, one.Why)
	}
	if more := len(rep.Problems) + len(rep.Warned) - 2*most; more > 0 {
		p("… and more, in the account that --report FILE writes")
	}
	p("took %.1f s", rep.Seconds)
}

func sourceWord(f transfer.Plan) string {
	if title := f.Source.Title(); title != "" {
		return "from " + title
	}
	return "a list of no system that is known here"
}

func counted(w io.Writer, what string, counts map[string]int) {
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(w, "%s – %s: %d\n", what, name, counts[name])
	}
}

type newsletterExport struct {
	Format string `arg:"" help:"dateline (CSV), json (complete, with consents), mailchimp, substack, ghost, listmonk, mailpoet, beehiiv."`
	To     string `type:"path" placeholder:"FILE" help:"Where to write (default: standard output). The file is readable by you alone."`
}

// Run writes all readers.
func (n *newsletterExport) Run(c *commands, env *environment) error {
	f, err := transfer.FormatNamed(n.Format)
	if err != nil {
		return err
	}
	return c.with(env, nil, func(a *app.App) error {
		w, closeIt, err := openForExport(env, n.To)
		if err != nil {
			return err
		}
		out, err := a.ExportReaders(env.ctx, w, f)
		if closed := closeIt(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(env.stderr, "%d readers written", out.Readers)
		if out.LeftOut > 0 {
			fmt.Fprintf(env.stderr, "; %d who have not confirmed were left out, %s has no place for them", out.LeftOut, f.Title)
		}
		fmt.Fprintln(env.stderr)
		return nil
	})
}
