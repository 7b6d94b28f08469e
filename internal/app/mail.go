package app

import (
	"context"
	"net/url"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/config"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/mail"
)

// post is how the letters of accounts leave.
func (a *App) post() (account.Post, error) {
	p := account.Post{
		// Links lead to the site's own origin, whatever a request named.
		Link: func(token string) string { return a.web.Origin() + desk.JoinLink(token) },
		Site: func(ctx context.Context) (title, locale string, err error) {
			site, err := a.settings.Site(ctx)
			return site.Title, site.Locale, err
		},
	}
	sender, err := mailSender(a.cfg, a.clock)
	if sender != nil {
		p.Send = func(ctx context.Context, m mail.Message) error {
			if err := a.fence.Err(); err != nil {
				return err
			}
			return sender.Send(ctx, m)
		}
	}
	return p, err
}

// mailSender returns what sends letters; nil when no mail server is set.
func mailSender(cfg *config.Config, c clock.Clock) (*mail.Sender, error) {
	if cfg.SMTPHost == "" {
		return nil, nil
	}
	hello := ""
	if u, err := url.Parse(cfg.URL); err == nil {
		hello = u.Hostname()
	}
	return mail.New(mail.Config{Host: cfg.SMTPHost, Port: cfg.SMTPPort, User: cfg.SMTPUser, Password: cfg.SMTPPassword,
		Security: cfg.SMTPSecurity, From: cfg.MailFrom, Hello: hello}, c)
}

// CheckMail connects to the mail server and signs in; it sends nothing. known
// is false when no mail server is set.
func CheckMail(ctx context.Context, cfg *config.Config) (known bool, err error) {
	sender, err := mailSender(cfg, clock.System{})
	if err != nil || sender == nil {
		return false, err
	}
	return true, sender.Check(ctx)
}

// TestMail sends a letter that says it is a test.
func TestMail(ctx context.Context, cfg *config.Config, to string) error {
	sender, err := mailSender(cfg, clock.System{})
	if err != nil {
		return err
	}
	if sender == nil {
		return fault.New(fault.Invalid, "no mail server is set").WithHint("set smtp_host and mail_from; docs/manual/configuration.md describes them")
	}
	letter := mail.Letter{Language: "en", Dir: "ltr", Site: "Dateline", Subject: "A test of Dateline's mail",
		Lines: []string{"If you can read this, Dateline can send invitations and links for new passwords through " + cfg.SMTPHost + "."}}
	m, err := letter.Message("", to)
	if err != nil {
		return err
	}
	return sender.Send(ctx, m)
}
