package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"dateline/internal/app"
	"dateline/internal/delivery"
	"dateline/internal/fault"
)

type newsletterDKIM struct {
	Make newsletterDKIMMake `cmd:"" help:"Make a key and print the DNS record to publish. It signs after “use”."`
	Add  newsletterDKIMAdd  `cmd:"" help:"Keep a key that you have already (PEM, on standard input or in a file)."`
	List newsletterDKIMList `cmd:"" help:"List the keys with their DNS records."`
	Use  newsletterDKIMUse  `cmd:"" help:"Sign with a key from now on, or stop."`
}

// keyDomain is the domain that a command about keys means.
func keyDomain(a *app.App, named string) (string, error) {
	domain := strings.ToLower(cmp.Or(named, a.MailDomain()))
	if domain == "" {
		return "", fault.New(fault.Invalid, "letters come from no domain yet").WithHint("name one with --domain, or set smtp_host and mail_from")
	}
	return domain, nil
}

type newsletterDKIMMake struct {
	Selector string `arg:"" optional:"" default:"dl1" help:"Name of the key in its DNS record (dl1)."`
	Domain   string `help:"Domain that letters come from (default: that of mail_from)."`
	Kind     string `enum:"rsa,ed25519" default:"rsa" help:"rsa, which every receiver understands, or ed25519, which is quicker."`
}

// Run makes a key.
func (n *newsletterDKIMMake) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		domain, err := keyDomain(a, n.Domain)
		if err != nil {
			return err
		}
		k, err := a.MakeMailKey(env.ctx, n.Kind, domain, n.Selector)
		if err != nil {
			return err
		}
		return printNewKey(env.stdout, k)
	})
}

func printNewKey(w io.Writer, k delivery.KeyInfo) error {
	_, err := fmt.Fprintf(w, "Publish this in the DNS:\n\n%s\n\nWhen “dateline newsletter check” finds it, sign with it: dateline newsletter dkim use %s --domain %s\n", recordOf(k), k.Selector, k.Domain)
	return err
}

// recordOf is a line for a zone file. One string of a TXT record has 255
// characters at most.
func recordOf(k delivery.KeyInfo) string {
	var parts []string
	for rest := k.Record; rest != ""; {
		n := min(len(rest), 255)
		parts, rest = append(parts, `"`+rest[:n]+`"`), rest[n:]
	}
	return k.Name + ". IN TXT " + strings.Join(parts, " ")
}

type newsletterDKIMAdd struct {
	Selector string `arg:"" help:"Name of the key in its DNS record."`
	File     string `arg:"" default:"-" help:"PEM file of the private key (default: standard input)."`
	Domain   string `help:"Domain that letters come from (default: that of mail_from)."`
}

// Run keeps a key.
func (n *newsletterDKIMAdd) Run(c *commands, env *environment) error {
	pem, err := readText(env, n.File)
	if err != nil {
		return err
	}
	return c.with(env, nil, func(a *app.App) error {
		domain, err := keyDomain(a, n.Domain)
		if err != nil {
			return err
		}
		k, err := a.AddMailKey(env.ctx, domain, n.Selector, pem)
		if err != nil {
			return err
		}
		return printNewKey(env.stdout, k)
	})
}

type newsletterDKIMList struct{}

// Run lists keys.
func (*newsletterDKIMList) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		all, err := a.MailKeys(env.ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return say(env, "there is no key; letters are not signed. “dateline newsletter dkim make” makes one")
		}
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "DOMAIN\tSELECTOR\tKIND\tMADE\tSTATE")
		for _, k := range all {
			state := "kept"
			if k.Active {
				state = "signs"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", k.Domain, k.Selector, k.Algorithm, stamp(k.Created), state)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		for _, k := range all {
			fmt.Fprintf(env.stdout, "\n%s\n", recordOf(k))
		}
		return nil
	})
}

type newsletterDKIMUse struct {
	Selector string `arg:"" help:"Name of the key in its DNS record."`
	Domain   string `help:"Domain that letters come from (default: that of mail_from)."`
	Stop     bool   `help:"Stop signing with it. It is kept."`
}

// Run makes a key sign, or stop.
func (n *newsletterDKIMUse) Run(c *commands, env *environment) error {
	return c.with(env, nil, func(a *app.App) error {
		domain, err := keyDomain(a, n.Domain)
		if err != nil {
			return err
		}
		if err := a.UseMailKey(env.ctx, domain, n.Selector, !n.Stop); err != nil {
			return err
		}
		if n.Stop {
			return say(env, fmt.Sprintf("letters from %s are not signed with %s any more", domain, n.Selector))
		}
		return say(env, fmt.Sprintf("letters from %s are signed with %s from now on", domain, n.Selector))
	})
}
