package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"dateline/internal/app"
	"dateline/internal/fault"
	"dateline/internal/importer"
	"dateline/internal/importer/importerweb"
)

type importCmd struct {
	WordPress importWordPress `cmd:"" name:"wordpress" help:"Take over a WordPress site from its export files (WXR)."`
	Disqus    importComments  `cmd:"" name:"disqus" help:"Take comments over from the XML export of Disqus."`
	Remark42  importComments  `cmd:"" name:"remark42" help:"Take comments over from a backup of remark42."`
	Isso      importComments  `cmd:"" name:"isso" help:"Take comments over from the database of Isso (SQLite)."`
	Commento  importComments  `cmd:"" name:"commento" help:"Take comments over from the JSON export of Commento or Comentario."`
}

type importWordPress struct {
	Files      []string `arg:"" name:"file" type:"path" help:"Export files of one site, in any order."`
	MediaDir   string   `type:"path" xor:"media" placeholder:"DIR" help:"Copy of wp-content/uploads to take the media from."`
	FetchMedia bool     `xor:"media" help:"Fetch the media from their old addresses."`
	Report     string   `type:"path" placeholder:"DIR" help:"Write report.json and report.html there."`
}

// Run imports and prints the account. Running it again changes nothing that
// has not changed in the files.
func (w *importWordPress) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		boundMemory()
		bar := newProgress(env)
		rep, runErr := a.ImportWordPress(env.ctx, importer.Options{Files: w.Files, MediaDir: w.MediaDir, FetchMedia: w.FetchMedia, Progress: bar.show})
		bar.end()
		if rep != nil {
			if err := w.write(rep); err != nil {
				return err
			}
			printReport(env, rep, w.Report)
		}
		return runErr
	})
}

// write puts the report's two forms into the folder, whole or not at all.
func (w *importWordPress) write(rep *importer.Report) error {
	if w.Report == "" {
		return nil
	}
	if err := os.MkdirAll(w.Report, 0o755); err != nil {
		return fault.New(fault.Invalid, "cannot make the report folder: %w", err)
	}
	for name, form := range map[string]func(io.Writer, *importer.Report) error{"report.json": importerweb.JSON, "report.html": importerweb.HTML} {
		if err := writeReport(filepath.Join(w.Report, name), rep, form); err != nil {
			return fault.New(fault.Invalid, "cannot write the report: %w", err)
		}
	}
	return nil
}

func writeReport(path string, rep *importer.Report, form func(io.Writer, *importer.Report) error) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	err = form(f, rep)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

var kindOrder = []string{importer.KindPost, importer.KindPage, importer.KindAttachment, importer.KindMenuItem, importer.KindComment,
	importer.KindCategory, importer.KindTag, importer.KindTerm, importer.KindAuthor, importer.KindOther}

// printReport writes the account for a person.
func printReport(env *environment, rep *importer.Report, dir string) {
	t := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tin file\tnew\tupdated\tunchanged\tdropped\tfailed\t")
	for _, k := range kindOrder {
		n := rep.Kinds[k]
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", k, n.InFile, n.New, n.Updated, n.Unchanged, n.Dropped, n.Failed)
	}
	_ = t.Flush() // a terminal that went away is nobody's loss
	p := func(format string, args ...any) { fmt.Fprintf(env.stdout, format+"\n", args...) }
	if !rep.Balanced {
		p("THE ACCOUNT DOES NOT BALANCE: please report this.")
	}
	p("words: %d in, %d out; %d articles differ by more than 1 %%", rep.WordsIn, rep.WordsOut, len(rep.WordsOff))
	p("media: %d in file, %d present, %d missing", rep.Media.InFile, rep.Media.Present, rep.Media.InFile-rep.Media.Present)
	var codes []string
	for code := range rep.URLCounts {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		p("old addresses answering %s: %d", code, rep.URLCounts[code])
	}
	for _, d := range rep.Decisions[:min(len(rep.Decisions), 10)] {
		p("to decide – %s: %s", d.Subject, d.Detail)
	}
	if more := len(rep.Decisions) - 10; more > 0 {
		p("… and %d more to decide, in the report", more)
	}
	if n := rep.Kinds[importer.KindPost]; n.New+n.Updated > 0 {
		p("search entries, related stories and picture sizes are finished while the site is served")
	}
	p("took %.1f s", rep.Seconds)
	if dir != "" {
		p("report: %s", filepath.Join(dir, "report.html"))
	} else {
		p("for the whole account, run again with --report DIR")
	}
}
