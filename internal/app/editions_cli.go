package app

import (
	"context"
	"time"

	"dateline/internal/delivery"
	"dateline/internal/desk/newsletter"
	"dateline/internal/edition"
	"dateline/internal/fault"
)

// What the command line does with editions and the keys that sign them. It acts
// as whoever has the command line; the rules are those of the desk.

// NewEdition is what a composed edition says.
type NewEdition struct {
	Newsletter              string // its word
	Subject, Preview, Intro string
	Articles                []int64
}

// ComposeEdition makes a draft.
func (a *App) ComposeEdition(ctx context.Context, in NewEdition) (edition.Edition, error) {
	n, err := a.NewsletterNamed(ctx, in.Newsletter)
	if err != nil {
		return edition.Edition{}, err
	}
	e, err := a.editions.Create(ctx, operator, n.ID)
	if err != nil {
		return e, err
	}
	save := edition.SaveInput{ID: e.ID, Revision: e.Revision, Subject: in.Subject, Preview: in.Preview, Intro: newsletter.Intro(in.Intro), Audience: e.Audience}
	for _, id := range in.Articles {
		save.Items = append(save.Items, edition.Item{Article: id, Form: edition.Short})
	}
	saved, err := a.editions.Save(ctx, operator, save)
	if err != nil {
		_, _ = a.editions.Cancel(ctx, operator, e.ID) // what cannot be saved leaves no empty draft; that err is the one to tell
	}
	return saved, err
}

// Editions returns up to limit editions, the newest first; state "" for all,
// word "" for those of all newsletters.
func (a *App) Editions(ctx context.Context, word string, state edition.State, limit int) ([]edition.Edition, error) {
	f := edition.Filter{State: state}
	if word != "" {
		n, err := a.NewsletterNamed(ctx, word)
		if err != nil {
			return nil, err
		}
		f.Newsletter = n.ID
	}
	return a.editions.List(ctx, operator, f, 0, limit)
}

// Edition returns one.
func (a *App) Edition(ctx context.Context, id int64) (edition.Edition, error) {
	e, err := a.editions.Get(ctx, operator, id)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "there is no edition %d", id).WithHint("“dateline newsletter editions” lists them with their numbers")
	}
	return e, err
}

// CheckEdition says in English what the checks of an edition find.
func (a *App) CheckEdition(ctx context.Context, e *edition.Edition) ([]newsletter.Found, error) {
	all, err := a.editions.Check(ctx, e)
	if err != nil {
		return nil, err
	}
	return newsletter.Say("en", all)
}

// CheckMailDomain says what the name system tells about the domain that
// letters are from, and in English what is wrong with it.
func (a *App) CheckMailDomain(ctx context.Context) (edition.Records, []newsletter.Found, error) {
	if a.cfg.MailFrom == "" || a.cfg.SMTPHost == "" {
		return edition.Records{}, nil, fault.New(fault.Invalid, "no mail server is set, so letters come from nowhere").WithHint("set smtp_host and mail_from; docs/manual/configuration.md describes them")
	}
	r, all, err := a.editions.Domain(ctx, operator)
	if err != nil {
		return r, nil, err
	}
	out, err := newsletter.Say("en", all)
	return r, out, err
}

// SendWhen says when an edition is sent.
type SendWhen struct {
	At   string // "2006-01-02 15:04" in the site's zone; "" for now
	Day  string // "2006-01-02", with Hour: in each reader's zone
	Hour int
}

// SendEdition sends an edition now or schedules it.
func (a *App) SendEdition(ctx context.Context, e edition.Edition, when SendWhen) (edition.Edition, error) {
	in := edition.SendInput{ID: e.ID, Revision: e.Revision, LocalHour: -1}
	switch {
	case when.Day != "":
		day, err := time.Parse(time.DateOnly, when.Day)
		if err != nil {
			return e, fault.New(fault.Invalid, "%q is no day", when.Day).WithHint("write it as 2006-01-02")
		}
		in.At, in.LocalHour = edition.FirstMidnight(day), when.Hour
	case when.At != "":
		site, err := a.Site(ctx)
		if err != nil {
			return e, err
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", when.At, site.Location())
		if err != nil {
			return e, fault.New(fault.Invalid, "%q is no time", when.At).WithHint("write it as \"2006-01-02 15:04\", in the site's zone %s", site.Location())
		}
		in.At = at.UTC()
	}
	return a.editions.Send(ctx, operator, in)
}

// SteerEdition pauses, resumes or cancels an edition.
func (a *App) SteerEdition(ctx context.Context, id int64, do string) (edition.Edition, error) {
	switch do {
	case "pause":
		return a.editions.Pause(ctx, operator, id)
	case "resume":
		return a.editions.Resume(ctx, operator, id)
	case "cancel":
		return a.editions.Cancel(ctx, operator, id)
	}
	return edition.Edition{}, fault.New(fault.Internal, "an edition cannot be told to %q", do)
}

// EditionProgress says how the letters of an edition fare.
func (a *App) EditionProgress(ctx context.Context, id int64) (edition.Progress, error) {
	return a.editions.Progress(ctx, operator, id)
}

// MakeMailKey makes a key that can sign letters from a domain.
func (a *App) MakeMailKey(ctx context.Context, algorithm, domain, selector string) (delivery.KeyInfo, error) {
	return a.delivery.MakeKey(ctx, operator, algorithm, domain, selector)
}

// AddMailKey keeps a key that was made elsewhere.
func (a *App) AddMailKey(ctx context.Context, domain, selector, pem string) (delivery.KeyInfo, error) {
	return a.delivery.AddKey(ctx, operator, domain, selector, pem)
}

// MailKeys lists the keys.
func (a *App) MailKeys(ctx context.Context) ([]delivery.KeyInfo, error) {
	return a.delivery.Keys(ctx, operator)
}

// UseMailKey makes a key sign, or stop signing.
func (a *App) UseMailKey(ctx context.Context, domain, selector string, active bool) error {
	all, err := a.delivery.Keys(ctx, operator)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.Domain == domain && k.Selector == selector {
			return a.delivery.UseKey(ctx, operator, k.ID, active)
		}
	}
	return fault.New(fault.NotFound, "there is no key %s for %s", selector, domain).WithHint("“dateline newsletter dkim list” lists the keys")
}

// MailDomain is the domain that letters are from, "" for none.
func (a *App) MailDomain() string { return a.editions.MailDomain() }
