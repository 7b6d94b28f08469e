package account_test

import (
	"context"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/mail"
	"dateline/internal/mail/mailtest"
)

// postOffice gives a newsroom a mail server, which answers as reply wants.
type postOffice struct {
	*newsroom
	server *mailtest.Server
	jobs   *job.Runner
	reply  func(command, argument string) string
}

func (n *newsroom) mails() *postOffice {
	n.t.Helper()
	o := &postOffice{newsroom: n}
	o.server = (&mailtest.Server{Reply: func(command, argument string) string {
		if o.reply == nil {
			return ""
		}
		return o.reply(command, argument)
	}}).Start(n.t)
	sender, err := mail.New(mail.Config{Host: o.server.Host, Port: o.server.Port, Security: mail.StartTLS, Roots: o.server.Roots, From: "news@paper.example"}, n.clock)
	n.must(err)
	n.UsePost(account.Post{Send: sender.Send, Link: func(token string) string { return "https://paper.example/desk/join/" + token },
		Site: func(context.Context) (string, string, error) { return "The Gull", "de", nil }})
	o.jobs = job.NewRunner(n.db, n.clock, slog.New(slog.DiscardHandler))
	o.jobs.Handle(account.JobLetter, n.HandleLetter)
	o.jobs.Handle(account.JobForgot, n.HandleForgot)
	return o
}

var inLetter = regexp.MustCompile(`/desk/join/([A-Za-z0-9_-]{43})`)

// last is the token in the last of so many letters.
func (o *postOffice) last(count int) (token string, l mailtest.Letter) {
	o.t.Helper()
	all := o.server.Letters()
	if len(all) != count {
		o.t.Fatalf("%d letters, want %d", len(all), count)
	}
	l = all[count-1]
	text := strings.ReplaceAll(l.Raw, "=\r\n", "")
	m := inLetter.FindStringSubmatch(text)
	if m == nil {
		o.t.Fatalf("no link in\n%s", l.Raw)
	}
	return m[1], l
}

func (o *postOffice) posts() []account.Posted {
	o.t.Helper()
	all, err := o.Posts(o.t.Context(), o.owner)
	o.must(err)
	return all
}

// nothingToRead holds that the database keeps no token and no address.
func (o *postOffice) nothingToRead(private ...string) {
	o.t.Helper()
	for _, query := range []string{`SELECT kind || job_key || payload || error FROM job`, `SELECT kind || hash || mail || mail_error || mail_link FROM ticket`, `SELECT verb || detail FROM audit`} {
		rows, err := o.db.Query(o.t.Context(), query)
		for _, text := range must(db.All(rows, err, scanText)) {
			for _, p := range private {
				if strings.Contains(text, p) {
					o.t.Errorf("%s shows %q: %s", query, p, text)
				}
			}
		}
	}
}

func TestInviteByMail(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		o := n.mails()
		_, err := o.InviteByMail(t.Context(), o.owner, "Ann", "ann@paper.example", account.Author)
		o.must(err)
		if p := o.posts(); len(p) != 1 || p[0].State != account.MailWaiting || p[0].Token == "" {
			t.Errorf("before it is sent: %+v", p)
		}
		o.nothingToRead("ann@paper", o.posts()[0].Token)
		o.must(o.jobs.Drain(t.Context()))
		token, letter := o.last(1)
		if letter.To != "ann@paper.example" || !letter.Secure || !strings.Contains(letter.Raw, "Einladung annehmen") || !strings.Contains(letter.Raw, "Olga Owner") {
			t.Errorf("the letter:\n%s", letter.Raw)
		}
		if p := o.posts(); len(p) != 1 || p[0].State != account.MailSent || p[0].Token != "" || p[0].Trouble != "" {
			t.Errorf("after it is sent: %+v", p)
		}
		o.nothingToRead("ann@paper", token)
		p, err := o.Redeem(t.Context(), token, secret)
		o.must(err)
		if len(o.posts()) != 0 {
			t.Error("a link that has been used is still listed")
		}
		o.must(o.SetLanguage(t.Context(), p.Actor(), "fr"))
		o.must(o.ResetByMail(t.Context(), o.owner, p.ID))
		o.must(o.jobs.Drain(t.Context()))
		again, letter := o.last(2)
		if !strings.Contains(letter.Raw, "Choisir un nouveau mot de passe") {
			t.Errorf("her language is not the letter's:\n%s", letter.Raw)
		}
		_, err = o.Redeem(t.Context(), again, another)
		o.must(err)
	})
}

func TestLetter_TroubleIsShownWithTheLink(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		o := n.mails()
		o.reply = func(command, _ string) string {
			if command == "RCPT" {
				return "550 5.1.1 <ann@paper.example>: no such mailbox"
			}
			return ""
		}
		_, err := o.InviteByMail(t.Context(), o.owner, "Ann", "ann@paper.example", account.Author)
		o.must(err)
		o.must(o.jobs.Drain(t.Context())) // it is recorded, not tried again
		p := o.posts()
		if len(p) != 1 || p[0].State != account.MailFailed || !strings.Contains(p[0].Trouble, "no such mailbox") {
			t.Fatalf("after a refusal: %+v", p)
		}
		o.nothingToRead("ann@paper", p[0].Token)
		_, err = o.Redeem(t.Context(), p[0].Token, secret)
		o.must(err) // the link to hand on works
	})
}

func TestLetter_IsTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		o := n.mails()
		busy := true
		o.reply = func(command, _ string) string {
			if command == "MAIL" && busy {
				return "451 4.3.0 come back later"
			}
			return ""
		}
		_, err := o.InviteByMail(t.Context(), o.owner, "Ann", "ann@paper.example", account.Author)
		o.must(err)
		tries := 0
		for ; tries < 40; tries++ {
			_ = o.jobs.Drain(t.Context()) // its error is the letter's trouble
			p := o.posts()
			if len(p) != 1 || !strings.Contains(p[0].Trouble, "come back later") {
				t.Fatalf("in trouble: %+v", p)
			}
			if p[0].State == account.MailFailed {
				break
			}
			o.clock.Advance(20 * time.Minute)
		}
		if tries < 3 || tries > 6 {
			t.Errorf("given up after %d tries 20 minutes apart", tries)
		}
		p := o.posts()[0]
		o.must(o.ResetByMail(t.Context(), o.owner, p.PersonID)) // a new invitation begins anew
		busy = false
		o.must(o.jobs.Drain(t.Context()))
		token, _ := o.last(1)
		_, err = o.Redeem(t.Context(), p.Token, secret)
		o.wants(fault.Gone, "the link before", err)
		_, err = o.Redeem(t.Context(), token, secret)
		o.must(err)
	})
}

func TestLetter_OfAnEndedLinkIsNotSent(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		o := n.mails()
		p, err := o.InviteByMail(t.Context(), o.owner, "Ann", "ann@paper.example", account.Author)
		o.must(err)
		o.must(o.Disable(t.Context(), o.owner, p.ID))
		o.must(o.jobs.Drain(t.Context()))
		if len(o.server.Letters()) != 0 {
			t.Error("somebody who was switched off got a link")
		}
	})
}

func TestPosts_HideLinksOfThoseAbove(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		admin := n.join("Ada", account.Administrator).Actor()
		o := n.mails()
		o.must(o.Forgot(t.Context(), "olga@paper.example", there))
		o.reply = func(command, _ string) string { return map[string]string{"RCPT": "550 no"}[command] }
		o.must(o.jobs.Drain(t.Context()))
		seen, err := o.Posts(t.Context(), admin)
		o.must(err)
		if len(seen) != 1 || seen[0].Token != "" || seen[0].State != account.MailFailed {
			t.Errorf("an administrator sees the owner's link: %+v", seen)
		}
		if p := o.posts(); len(p) != 1 || p[0].Token == "" {
			t.Errorf("the owner does not: %+v", p)
		}
		_, err = o.Posts(t.Context(), n.join("Ed", account.Editor).Actor())
		o.wants(fault.Denied, "an editor", err)
	})
}

func TestForgot(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		n.wants(fault.Unavailable, "without a mail server", n.Forgot(t.Context(), "olga@paper.example", there))
		out := n.join("Otto", account.Editor)
		n.must(n.Disable(t.Context(), n.owner, out.ID))
		o := n.mails()
		for _, email := range []string{"nobody@paper.example", "otto@paper.example", "OLGA@paper.example"} {
			o.must(o.Forgot(t.Context(), email, there))
			o.nothingToRead("paper.example")
		}
		o.must(o.jobs.Drain(t.Context()))
		token, letter := o.last(1)
		if letter.To != "olga@paper.example" || strings.Contains(letter.Raw, "OLGA@") {
			t.Errorf("sent to %s, where the account says olga@paper.example:\n%s", letter.To, letter.Raw)
		}
		if _, err := o.signIn("olga@paper.example", secret); err != nil {
			t.Errorf("the present password before the link is used: %v", err)
		}
		handed, err := o.Reset(t.Context(), o.owner, o.owner.ID)
		o.must(err)
		_, err = o.Redeem(t.Context(), token, another)
		o.must(err)
		_, err = o.Redeem(t.Context(), handed, another)
		o.wants(fault.Gone, "another link after a new password", err)
		o.must(o.Forgot(t.Context(), "olga@paper.example", there))
		o.must(o.jobs.Drain(t.Context()))
		late, _ := o.last(2)
		o.clock.Advance(2 * time.Hour)
		_, err = o.Redeem(t.Context(), late, secret)
		o.wants(fault.Gone, "after two hours", err)
		o.wants(fault.Invalid, "no address", o.Forgot(t.Context(), "olga", there))
	})
}

func TestForgot_FillsNobodysMailbox(t *testing.T) {
	each(t, func(t *testing.T, n *newsroom) {
		o := n.mails()
		for i := range 60 { // from everywhere
			from := account.Visit{Client: netip.AddrFrom4([4]byte{198, 51, byte(i), 1})}
			o.must(o.Forgot(t.Context(), "olga@paper.example", from))
			o.must(o.jobs.Drain(t.Context()))
		}
		if got := len(o.server.Letters()); got != 3 {
			t.Errorf("%d letters in one minute", got)
		}
		var err error
		for range 30 {
			err = o.Forgot(t.Context(), "somebody@paper.example", there)
		}
		o.wants(fault.TooMany, "30 wishes from one place", err)
	})
}
