package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"dateline/internal/app"
	"dateline/internal/desk/newsletter"
	"dateline/internal/edition"
	"dateline/internal/fault"
)

type newsletterCompose struct {
	Word    string  `arg:"" help:"The newsletter's word."`
	Subject string  `required:"" help:"Subject of the letter."`
	Preview string  `help:"What stands beside the subject in a list of mails."`
	Intro   string  `placeholder:"FILE" help:"Introduction, as it is typed at the desk; - for standard input."`
	Article []int64 `placeholder:"NUMBER" help:"Published article, by the number in its address at the desk; may be given more than once, in order."`
}

// Run makes a draft of an edition.
func (n *newsletterCompose) Run(c *commands, env *environment) error {
	intro, err := readText(env, n.Intro)
	if err != nil {
		return err
	}
	return c.with(env, nil, func(a *app.App) error {
		e, err := a.ComposeEdition(env.ctx, app.NewEdition{Newsletter: n.Word, Subject: n.Subject, Preview: n.Preview, Intro: intro, Articles: n.Article})
		if err != nil {
			return err
		}
		return say(env, fmt.Sprintf("edition %d is a draft; “dateline newsletter check %d” looks at it, “dateline newsletter send %d” sends it", e.ID, e.ID, e.ID))
	})
}

const mostText = 1 << 20

// readText reads a file, "-" standard input, "" nothing.
func readText(env *environment, path string) (string, error) {
	if path == "" {
		return "", nil
	}
	in := env.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", fault.New(fault.Invalid, "the file cannot be read: %w", err)
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, mostText))
	return string(raw), err
}

type newsletterEditions struct {
	Newsletter string `placeholder:"WORD" help:"Of one newsletter only."`
	State      string `help:"In one state only: draft, review, scheduled, sending, paused, sent, cancelled." enum:",draft,review,scheduled,sending,paused,sent,cancelled" default:""`
	Most       int    `default:"30" help:"At most so many, the newest first."`
}

// Run lists editions.
func (n *newsletterEditions) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		all, err := a.Editions(env.ctx, n.Newsletter, edition.State(n.State), n.Most)
		if err != nil {
			return err
		}
		words, err := newsletterWords(a, env)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NUMBER\tNEWSLETTER\tSTATE\tWHEN\tSUBJECT")
		for i := range all {
			e := &all[i]
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", e.ID, words[e.Newsletter], e.State, stamp(whenOf(e)), subjectOf(e))
		}
		return w.Flush()
	})
}

// newsletterWords are the words of all newsletters by their numbers.
func newsletterWords(a *app.App, env *environment) (map[int64]string, error) {
	all, err := a.Newsletters(env.ctx)
	out := map[int64]string{}
	for _, n := range all {
		out[n.ID] = n.Slug
	}
	return out, err
}

// printWaiting names an edition that is on its way or waits for its time.
func printWaiting(env *environment, e *edition.Edition) error {
	return say(env, fmt.Sprintf("edition %d is %s (%s): %s", e.ID, e.State, stamp(whenOf(e)), subjectOf(e)))
}

func whenOf(e *edition.Edition) time.Time {
	switch {
	case e.State == edition.Scheduled:
		return e.At
	case !e.Started.IsZero():
		return e.Started
	}
	return e.Updated
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func subjectOf(e *edition.Edition) string {
	if e.Subject == "" {
		return "(made from its articles)"
	}
	return e.Subject
}

type newsletterCheck struct {
	Edition int64 `arg:"" optional:"" help:"Number of an edition. Without it, the domain that letters come from."`
}

// Run looks at an edition as it would leave now, or at the domain.
func (n *newsletterCheck) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		if n.Edition == 0 {
			return checkDomain(a, env)
		}
		_, found, err := checked(a, env, n.Edition)
		if err != nil {
			return err
		}
		if stopped(found) {
			return errStops()
		}
		if len(found) == 0 {
			return say(env, "nothing was found: the edition can be sent")
		}
		return nil
	})
}

// checked is an edition with what the checks find, which it prints.
func checked(a *app.App, env *environment, number int64) (e edition.Edition, found []newsletter.Found, err error) {
	if e, err = a.Edition(env.ctx, number); err != nil {
		return e, nil, err
	}
	if found, err = a.CheckEdition(env.ctx, &e); err == nil {
		printFound(env.stdout, found)
	}
	return e, found, err
}

func errStops() error {
	return fault.New(fault.Invalid, "something must be mended before this can be sent").WithHint("the lines that begin with STOPS say what")
}

func printFound(w io.Writer, found []newsletter.Found) {
	for _, f := range found {
		mark := "look at"
		if f.Stops {
			mark = "STOPS  "
		}
		fmt.Fprintf(w, "%s  %s\n", mark, f.Says)
		for _, line := range []string{f.Why, f.Shows} {
			if line != "" {
				fmt.Fprintf(w, "         %s\n", line)
			}
		}
	}
}

func stopped(found []newsletter.Found) bool {
	for _, f := range found {
		if f.Stops {
			return true
		}
	}
	return false
}

// checkDomain prints what the name system says about the sender's domain.
func checkDomain(a *app.App, env *environment) error {
	r, found, err := a.CheckMailDomain(env.ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "domain\t%s\n", r.Domain)
	for _, line := range [][2]string{{"SPF", r.SPF}, {"DMARC", r.DMARC}} {
		fmt.Fprintf(w, "%s\t%s\n", line[0], orNone(line[1]))
	}
	if len(r.Keys) == 0 {
		fmt.Fprintln(w, "DKIM\tno key signs; “dateline newsletter dkim make” makes one")
	}
	for _, k := range r.Keys {
		verdict := "published"
		switch {
		case k.Found == "":
			verdict = "not published"
		case !k.Right():
			verdict = "another key is published"
		}
		fmt.Fprintf(w, "DKIM\t%s: %s\n", k.Name, verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(env.stdout)
	printFound(env.stdout, found)
	if len(found) == 0 {
		return say(env, "the records are in order, as far as they tell")
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

type newsletterSend struct {
	Edition int64  `arg:"" help:"Number of the edition."`
	At      string `placeholder:"TIME" help:"When, in the site's zone: \"2026-03-05 07:00\". Without it, now." xor:"when"`
	Day     string `placeholder:"DAY" help:"On that day in each reader's own zone, at --hour: 2026-03-05." xor:"when"`
	Hour    int    `default:"7" help:"Hour of --day, 0 to 23."`
	Yes     bool   `help:"Send although the checks found something to look at."`
}

// Run sends an edition, or schedules it, unless the checks stop it.
func (n *newsletterSend) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		e, found, err := checked(a, env, n.Edition)
		if err != nil {
			return err
		}
		switch {
		case stopped(found):
			return errStops()
		case len(found) > 0 && !n.Yes:
			return fault.New(fault.Invalid, "there are questions about this edition").WithHint("add --yes to send it all the same")
		}
		e, err = a.SendEdition(env.ctx, e, app.SendWhen{At: n.At, Day: n.Day, Hour: n.Hour})
		if err != nil {
			return err
		}
		if e.State == edition.Scheduled {
			return say(env, fmt.Sprintf("edition %d goes out at %s while “dateline serve” runs", e.ID, stamp(e.At)))
		}
		return say(env, fmt.Sprintf("edition %d is being sent by “dateline serve”; “dateline newsletter progress %d” shows how far it is", e.ID, e.ID))
	})
}

// oneEdition is the argument of commands about one edition.
type oneEdition struct {
	Edition int64 `arg:"" help:"Number of the edition; “dateline newsletter editions” lists them."`
}

func (o oneEdition) steer(c *commands, env *environment, do, done string) error {
	return c.with(env, nil, func(a *app.App) error {
		if _, err := a.Edition(env.ctx, o.Edition); err != nil {
			return err
		}
		if _, err := a.SteerEdition(env.ctx, o.Edition, do); err != nil {
			return err
		}
		return say(env, fmt.Sprintf("edition %d %s", o.Edition, done))
	})
}

type newsletterPause struct{ oneEdition }

// Run pauses an edition.
func (n *newsletterPause) Run(c *commands, env *environment) error {
	return n.steer(c, env, "pause", "waits; the letters in the air arrive")
}

type newsletterResume struct{ oneEdition }

// Run goes on with an edition.
func (n *newsletterResume) Run(c *commands, env *environment) error {
	return n.steer(c, env, "resume", "goes on")
}

type newsletterCancel struct {
	oneEdition
	Yes bool `help:"Really stop for good."`
}

// Run ends an edition for good.
func (n *newsletterCancel) Run(c *commands, env *environment) error {
	if !n.Yes {
		return fault.New(fault.Invalid, "an edition that was stopped cannot be sent any more").WithHint("add --yes to do it, or use “dateline newsletter pause”")
	}
	return n.steer(c, env, "cancel", "has been stopped; what has left has left")
}

type newsletterProgress struct {
	Edition int64 `arg:"" optional:"" help:"Number of one edition. Without it, all that are on their way."`
	Follow  bool  `help:"Print again every few seconds until it is over."`
}

const followEvery = 2 * time.Second

// Run says how the letters of editions fare.
func (n *newsletterProgress) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		tick := time.NewTicker(followEvery)
		defer tick.Stop()
		for {
			over, err := n.print(a, env)
			if err != nil || over || !n.Follow {
				return err
			}
			select {
			case <-env.ctx.Done():
				return env.ctx.Err()
			case <-tick.C:
			}
		}
	})
}

func (n *newsletterProgress) which(a *app.App, env *environment) (out []edition.Edition, err error) {
	if n.Edition != 0 {
		e, err := a.Edition(env.ctx, n.Edition)
		return []edition.Edition{e}, err
	}
	for _, state := range []edition.State{edition.Sending, edition.Paused, edition.Scheduled} {
		some, err := a.Editions(env.ctx, "", state, 100)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func (n *newsletterProgress) print(a *app.App, env *environment) (over bool, err error) {
	all, err := n.which(a, env)
	if err != nil {
		return false, err
	}
	if len(all) == 0 {
		return true, say(env, "no edition is on its way")
	}
	over = true
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tSTATE\tREADERS\tSENT\tTO BE TRIED AGAIN\tBOUNCED\tCOMPLAINED\tUNSUBSCRIBED\tTO SEND\tA SECOND\tSUBJECT")
	trouble := ""
	for i := range all {
		e := &all[i]
		p, err := a.EditionProgress(env.ctx, e.ID)
		if err != nil {
			return false, err
		}
		if p.Trouble != "" {
			trouble = p.Trouble
		}
		over = over && e.State != edition.Sending
		fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.0f\t%s\n", e.ID, e.State, p.Total-p.Skipped, p.Sent, p.Deferred, p.Bounced, p.Complained, p.Unsubscribed, p.Left(), p.PerSecond, subjectOf(e))
	}
	if err := w.Flush(); err != nil {
		return false, err
	}
	if trouble != "" {
		return over, say(env, trouble)
	}
	return over, nil
}
