package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"dateline/internal/config"
	"dateline/internal/db"
	"dateline/internal/delivery"
	"dateline/internal/delivery/bounce"
	"dateline/internal/delivery/relay"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
	"dateline/internal/web"
)

// openDelivery wires what gets newsletters out. renderer makes their content.
func (a *App) openDelivery(renderer delivery.Renderer) error {
	if _, err := relays(a.cfg); err != nil {
		return err
	}
	if a.cfg.BounceMailbox != "" {
		if _, err := bounce.ParseMailbox(a.cfg.BounceMailbox); err != nil {
			return err
		}
	}
	a.delivery = delivery.NewService(delivery.Parts{DB: a.db, Clock: a.clock, Vault: a.vault, Bus: a.bus, Log: a.log, Readers: a.readers,
		Renderer: renderer, BounceDomain: a.cfg.BounceDomain,
		LeaveByMail: a.cfg.BounceDomain != "" && (a.cfg.BounceMailbox != "" || a.cfg.BounceListen != ""), Metadata: metadataHeader(a.cfg.BounceHooks),
		KeepFor: time.Duration(a.cfg.MailKeepDays) * 24 * time.Hour, Zone: func(ctx context.Context) (*time.Location, error) {
			site, err := a.settings.Site(ctx)
			return site.Location(), err
		}})
	a.readers.AddHolder(a.delivery)
	a.readers.OnLeft(func(ctx context.Context, tx *db.Tx, by subscriber.Access) error {
		return a.delivery.Left(ctx, tx, by.Mailing, by.ID)
	})
	a.jobs.Handle(delivery.JobFill, a.delivery.HandleFill)
	a.jobs.Handle(delivery.JobForget, a.delivery.HandleForget)
	return nil
}

// metadataHeader is the field of a letter that a provider gives back with what
// it reports: Postmark changes Message-IDs and return paths.
func metadataHeader(hooks []string) string {
	for _, hook := range hooks {
		if strings.HasPrefix(hook, bounce.Postmark+":") {
			return "X-PM-Metadata-" + bounce.MetadataKey
		}
	}
	return ""
}

// relays are the mail servers for newsletters: those of mail_relays, or else
// the one of all other letters. None is no mistake: nothing is sent then.
func relays(cfg *config.Config) ([]relay.Config, error) {
	hello := ""
	if u, err := url.Parse(cfg.URL); err == nil {
		hello = u.Hostname()
	}
	var all []relay.Config
	for _, text := range cfg.MailRelays {
		one, err := relay.Parse(text)
		if err != nil {
			return nil, err
		}
		one.Hello = hello
		all = append(all, one)
	}
	if len(all) == 0 && cfg.SMTPHost != "" {
		one := relay.Config{Host: cfg.SMTPHost, Port: cfg.SMTPPort, User: cfg.SMTPUser, Password: cfg.SMTPPassword, Security: cfg.SMTPSecurity, Hello: hello}
		return []relay.Config{one}, one.Check()
	}
	return all, nil
}

const (
	deliveryGrace = 8 * time.Second // for letters in the air at the end
	readBounces   = 2 * time.Minute // between two looks into the mailbox
)

// startDelivery begins to send and to take what comes back. stop lets the
// letters in the air arrive.
func (a *App) startDelivery(ctx context.Context) (stop func() error, err error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var back sync.WaitGroup
	quiet := func() error { cancel(); back.Wait(); return nil }
	if a.cfg.BounceListen != "" {
		secure, err := bounce.SelfSigned(first(a.cfg.BounceDomain, "localhost"), a.clock.Now())
		if err != nil {
			cancel()
			return nil, err
		}
		l, err := bounce.Listen(ctx, a.cfg.BounceListen, first(a.cfg.BounceDomain, "localhost"), secure, a.delivery, a.log)
		if err != nil {
			cancel()
			return nil, err
		}
		back.Go(func() { <-ctx.Done(); l.Close() })
	}
	if a.cfg.BounceMailbox != "" {
		box, err := bounce.ParseMailbox(a.cfg.BounceMailbox)
		if err != nil {
			return nil, errors.Join(err, quiet())
		}
		back.Go(func() { box.Watch(ctx, readBounces, a.delivery, a.log) })
	}
	through, err := relays(a.cfg)
	if err != nil || len(through) == 0 {
		return quiet, err
	}
	r, err := delivery.NewRunner(a.delivery, delivery.Options{Relays: through, DomainConnections: a.cfg.MailDomainMost, DomainRate: float64(a.cfg.MailDomainRate)})
	if err != nil {
		return nil, errors.Join(err, quiet())
	}
	r.Start(ctx)
	return func() error {
		limit, end := context.WithTimeout(context.WithoutCancel(ctx), deliveryGrace)
		defer end()
		return errors.Join(r.Stop(limit), quiet())
	}, nil
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// hookBody is the largest message of a mail provider.
const hookBody = 1 << 20

// bounceRoutes take the messages of mail providers. They come from no browser,
// so no page of another site may send one; Postmark's proof is in a header that
// the class without cookies takes off.
func (a *App) bounceRoutes() []web.Route {
	return []web.Route{{Name: "bounces", Methods: []string{http.MethodPost}, Pattern: "/newsletter/bounces/{provider}", Role: web.Anyone, Rate: web.RateDesk,
		Cache: web.CacheNone, Body: hookBody, CSRF: web.CSRFSameOrigin, Handle: a.takeHook}}
}

// takeHook answers only when what a message reports is written down, so that a
// provider sends it again otherwise.
func (a *App) takeHook(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	provider := r.Vars["provider"]
	secret := ""
	for _, hook := range a.cfg.BounceHooks {
		if name, value, _ := strings.Cut(hook, ":"); name == provider {
			secret = value
		}
	}
	if secret == "" {
		return web.Response{}, fault.New(fault.NotFound, "not found")
	}
	body, err := io.ReadAll(r.HTTP.Body)
	if err != nil {
		return web.Response{}, err
	}
	fetch := func(ctx context.Context, address string) ([]byte, error) {
		got, err := a.fetch.Get(ctx, address)
		return got.Body, err
	}
	reports, confirm, err := bounce.Hook{Provider: provider, Secret: secret, Certificate: fetch}.Read(ctx, a.clock.Now(), r.HTTP.Header, body)
	if err != nil {
		return web.Response{}, err
	}
	if confirm != nil {
		if _, err := fetch(ctx, confirm.URL); err != nil {
			return web.Response{}, err
		}
	}
	for _, report := range reports {
		if _, err := a.delivery.Take(ctx, report); err != nil {
			return web.Response{}, err
		}
	}
	return web.Response{Status: http.StatusNoContent}, nil
}
