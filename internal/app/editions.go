package app

import (
	"context"
	"net"
	"net/mail"
	"net/url"

	"dateline/internal/article"
	"dateline/internal/delivery"
	"dateline/internal/edition"
	"dateline/internal/fetch"
	"dateline/internal/job"
	"dateline/internal/subscriber"
)

// openEditions makes what newsletters send.
func (a *App) openEditions() {
	parts := edition.Parts{DB: a.db, Clock: a.clock, Settings: a.settings, Media: a.media, Accounts: a.accounts, Readers: a.readers,
		Slots:  edition.Slots{Unsubscribe: delivery.SlotUnsubscribe, Preferences: delivery.SlotPreferences, Reader: delivery.SlotReader},
		Origin: func() string { return a.web.Origin() }, Own: func(ctx context.Context, u *url.URL) (bool, error) { return a.site.Shows(ctx, u) },
		Fetch: a.asked, Resolve: net.DefaultResolver, From: func() mail.Address { return mail.Address{} }}
	if from, err := mail.ParseAddress(a.cfg.MailFrom); err == nil && a.cfg.SMTPHost != "" {
		parts.From, parts.Sender = func() mail.Address { return *from }, outbox{a.delivery}
	}
	parts.DKIM = func(ctx context.Context, domain string) ([]edition.DKIM, error) {
		keys, err := a.delivery.SigningKeys(ctx, domain)
		var out []edition.DKIM
		for _, k := range keys {
			out = append(out, edition.DKIM{Name: k.Name, Record: k.Record})
		}
		return out, err
	}
	a.editions = edition.New(parts)
	a.bus.Subscribe(article.EventSettled, edition.JobSettled, nil)
	a.jobs.Handle(edition.JobSettled, a.editions.HandleSettled)
	a.jobs.Handle(edition.JobSend, a.editions.HandleSend, job.Lane("release", 1))
	a.jobs.Handle(edition.JobDigest, a.editions.HandleDigest, job.Lane("release", 1))
	a.jobs.Handle(edition.JobWatch, a.editions.HandleWatch)
	a.jobs.Handle(edition.JobDecide, a.editions.HandleDecide)
}

// asked says what the server of an address answers.
func (a *App) asked(ctx context.Context, address string) (int, error) {
	answer, err := a.fetch.Do(ctx, fetch.Request{URL: address})
	return answer.Status, err
}

// renderer is the editions, which are made after the delivery.
type renderer struct{ a *App }

// Variant implements delivery.Renderer.
func (l renderer) Variant(ctx context.Context, mailing int64, m subscriber.Member) (string, *delivery.Variant, error) {
	return l.a.editions.Variant(ctx, mailing, m)
}

// outbox is the delivery as editions know it.
type outbox struct{ *delivery.Service }

// Progress implements edition.Sender.
func (o outbox) Progress(ctx context.Context, mailing int64) (edition.Progress, error) {
	p, err := o.Service.Progress(ctx, mailing)
	return edition.Progress{Total: p.Total, Sent: p.Sent, Deferred: p.Deferred, Bounced: p.Bounced + p.GaveUp, Skipped: p.Skipped, Complained: p.Complained, Unsubscribed: p.Unsubscribed,
		PerSecond: p.Rate, Trouble: p.Trouble, Done: p.State == delivery.Finished || p.State == delivery.Cancelled}, err
}
