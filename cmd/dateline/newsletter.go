package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"dateline/internal/app"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
)

type newsletterCmds struct {
	List     newsletterList     `cmd:"" help:"List the newsletters and how many read each."`
	Add      newsletterAdd      `cmd:"" help:"Make a newsletter: dateline newsletter add morning --name \"The Morning\"."`
	Change   newsletterChange   `cmd:"" help:"Change what you name of a newsletter; the rest stays."`
	Close    newsletterClose    `cmd:"" help:"Take no more readers; those there go on reading."`
	Open     newsletterOpen     `cmd:"" help:"Take readers again."`
	Readers  newsletterReaders  `cmd:"" help:"Count readers by where they stand."`
	Reader   newsletterReader   `cmd:"" help:"Print all that is kept of one reader, as JSON."`
	Import   newsletterImport   `cmd:"" help:"Take readers in from Mailchimp, Substack, Ghost, listmonk, MailPoet, beehiiv or any CSV file."`
	Export   newsletterExport   `cmd:"" help:"Write all readers for another system, or complete for yourself."`
	Erase    newsletterErase    `cmd:"" help:"Erase all that is kept of one reader, for good."`
	Suppress newsletterSuppress `cmd:"" help:"Make sure that an address gets no newsletter, whatever is imported."`
	Lift     newsletterLift     `cmd:"" help:"Let a suppressed address sign up again."`

	Compose  newsletterCompose  `cmd:"" help:"Make a draft of an edition."`
	Editions newsletterEditions `cmd:"" help:"List editions with their numbers."`
	Check    newsletterCheck    `cmd:"" help:"Look at an edition as it would leave now, or at the SPF, DKIM and DMARC records of your domain."`
	Send     newsletterSend     `cmd:"" help:"Send an edition now, or schedule it."`
	Pause    newsletterPause    `cmd:"" help:"Stop an edition's letters for now."`
	Resume   newsletterResume   `cmd:"" help:"Go on with a paused edition."`
	Cancel   newsletterCancel   `cmd:"" help:"Stop an edition for good."`
	Progress newsletterProgress `cmd:"" help:"Say how the letters of editions fare."`
	DKIM     newsletterDKIM     `cmd:"" name:"dkim" help:"Keys that sign letters, and the DNS records to publish."`
}

type newsletterList struct{}

// Run lists newsletters.
func (*newsletterList) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		all, err := a.Newsletters(env.ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "WORD\tNAME\tREADERS\tRHYTHMS\tSTATE")
		for _, n := range all {
			state := "open"
			if !n.Open {
				state = "closed"
			}
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", n.Slug, n.Name, n.Readers, strings.Join(n.Rhythms, ", "), state)
		}
		return w.Flush()
	})
}

// newsletterFields are what can be said of a newsletter.
type newsletterFields struct {
	Name        *string  `help:"Name, as readers see it."`
	Description *string  `help:"What readers get, in a sentence."`
	Language    *string  `help:"Language, if not the site's: de, fr, …"`
	FromName    *string  `help:"Name of the sender, if not the newsletter's."`
	ReplyTo     *string  `help:"Where answers go."`
	Rhythm      []string `placeholder:"RHYTHM" help:"What readers may choose: edition (what editors compose), each (every article), daily, weekly. The first is what a box on a page gives."`
}

func (f *newsletterFields) apply(n *subscriber.Newsletter) {
	for to, from := range map[*string]*string{&n.Name: f.Name, &n.Description: f.Description, &n.Language: f.Language, &n.FromName: f.FromName, &n.ReplyTo: f.ReplyTo} {
		if from != nil {
			*to = *from
		}
	}
	if len(f.Rhythm) > 0 {
		n.Rhythms = f.Rhythm
	}
}

type newsletterAdd struct {
	Word string `arg:"" help:"Word in its addresses: letters, digits, hyphens."`
	newsletterFields
}

// Run adds a newsletter.
func (n *newsletterAdd) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		one := subscriber.Newsletter{Slug: n.Word, Rhythms: []string{subscriber.RhythmEdition}, Open: true}
		n.apply(&one)
		one, err := a.SaveNewsletter(env.ctx, one)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.stdout, "%s is there: %s\n", one.Slug, one.Name)
		return err
	})
}

type newsletterChange struct {
	Word    string `arg:"" help:"The newsletter's word."`
	NewWord string `help:"Another word for its addresses."`
	newsletterFields
}

// Run changes a newsletter.
func (n *newsletterChange) Run(c *commands, env *environment) error {
	return changeNewsletter(c, env, n.Word, func(one *subscriber.Newsletter) {
		n.apply(one)
		if n.NewWord != "" {
			one.Slug = n.NewWord
		}
	})
}

func changeNewsletter(c *commands, env *environment, word string, change func(*subscriber.Newsletter)) error {
	return c.with(env, nil, func(a *app.App) error {
		one, err := a.NewsletterNamed(env.ctx, word)
		if err != nil {
			return err
		}
		change(&one)
		_, err = a.SaveNewsletter(env.ctx, one)
		return err
	})
}

type newsletterClose struct {
	Word string `arg:"" help:"The newsletter's word."`
}

// Run closes a newsletter.
func (n *newsletterClose) Run(c *commands, env *environment) error {
	return changeNewsletter(c, env, n.Word, func(one *subscriber.Newsletter) { one.Open = false })
}

type newsletterOpen struct {
	Word string `arg:"" help:"The newsletter's word."`
}

// Run opens a newsletter.
func (n *newsletterOpen) Run(c *commands, env *environment) error {
	return changeNewsletter(c, env, n.Word, func(one *subscriber.Newsletter) { one.Open = true })
}

type newsletterReaders struct{}

// Run counts readers.
func (*newsletterReaders) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		totals, err := a.ReaderTotals(env.ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		for _, line := range []struct {
			state subscriber.State
			means string
		}{{subscriber.Active, "read"}, {subscriber.Pending, "have not confirmed yet"}, {subscriber.Ended, "left in the last thirty days"},
			{subscriber.Bounced, "could not be reached, in the last thirty days"}, {subscriber.Complained, "complained, in the last thirty days"}} {
			fmt.Fprintf(w, "%s\t%d\t# %s\n", line.state, totals[line.state], line.means)
		}
		return w.Flush()
	})
}

// oneAddress is the argument of commands about one person.
type oneAddress struct {
	Address string `arg:"" optional:"" help:"The address. Leave it out to give it on standard input, where your shell's history does not keep it."`
}

// read returns the address of the argument or of standard input.
func (o oneAddress) read(env *environment) (string, error) {
	if o.Address != "" && o.Address != "-" {
		return o.Address, nil
	}
	line, err := bufio.NewReader(io.LimitReader(env.stdin, 1000)).ReadString('\n')
	if line = strings.TrimSpace(line); line == "" {
		if err == nil || err == io.EOF {
			err = fault.New(fault.Invalid, "no address was given").WithHint("write it after the command, or on standard input")
		}
		return "", err
	}
	return line, nil
}

// about runs a command about one person.
func about(c *commands, env *environment, o oneAddress, use func(a *app.App, address string) error) error {
	address, err := o.read(env)
	if err != nil {
		return err
	}
	return c.with(env, nil, func(a *app.App) error { return use(a, address) })
}

func say(env *environment, text string) error {
	_, err := fmt.Fprintln(env.stdout, text)
	return err
}

type newsletterReader struct{ oneAddress }

// Run shows one reader.
func (n *newsletterReader) Run(c *commands, env *environment) error {
	return about(c, env, n.oneAddress, func(a *app.App, address string) error {
		_, raw, err := a.Reader(env.ctx, address)
		if err != nil {
			return err
		}
		_, err = env.stdout.Write(raw)
		return err
	})
}

type newsletterErase struct {
	oneAddress
	Never bool `help:"Keep a hash of the address, so that nobody can sign it up or import it again."`
	Yes   bool `help:"Really erase. There is no way back."`
}

// Run erases one reader.
func (n *newsletterErase) Run(c *commands, env *environment) error {
	if !n.Yes {
		return fault.New(fault.Invalid, "erasing cannot be undone").WithHint("add --yes to do it")
	}
	return about(c, env, n.oneAddress, func(a *app.App, address string) error {
		if err := a.EraseReader(env.ctx, address, n.Never); err != nil {
			return err
		}
		return say(env, "erased")
	})
}

type newsletterSuppress struct {
	oneAddress
	Never bool `help:"For good: a new sign-up does not lift it."`
}

// Run suppresses an address.
func (n *newsletterSuppress) Run(c *commands, env *environment) error {
	return about(c, env, n.oneAddress, func(a *app.App, address string) error {
		if err := a.SuppressReader(env.ctx, address, n.Never); err != nil {
			return err
		}
		return say(env, "the address gets no newsletter any more")
	})
}

type newsletterLift struct{ oneAddress }

// Run lifts a suppression.
func (n *newsletterLift) Run(c *commands, env *environment) error {
	return about(c, env, n.oneAddress, func(a *app.App, address string) error {
		if err := a.LiftReader(env.ctx, address); err != nil {
			return err
		}
		return say(env, "the address can sign up again")
	})
}

// openForExport makes the file that an export goes to, readable by this user
// alone; "" is standard output.
func openForExport(env *environment, path string) (w io.Writer, closeIt func() error, err error) {
	if path == "" || path == "-" {
		return env.stdout, func() error { return nil }, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "the file cannot be made: %w", err).WithHint("name one that does not exist yet")
	}
	return f, f.Close, nil
}
