package check

import (
	"context"
	"net/url"
	"sync"

	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/settings"
)

// Newsroom is the article.Checker of a site: it makes all checks, with what the
// site's own tables say.
type Newsroom struct {
	DB       db.Querier
	Clock    clock.Clock
	Settings *settings.Store
	Files    interface {
		GetMany(ctx context.Context, q db.Querier, ids []int64) (map[int64]media.Medium, error)
	}
	Origin func() string // public origin, whose links are the site's own
	// Resolve says whether readers get something at an address of this site;
	// nil leaves links unchecked.
	Resolve func(ctx context.Context, address *url.URL) (bool, error)
}

// Check makes all checks.
func (n *Newsroom) Check(ctx context.Context, exam article.Exam) ([]Finding, error) {
	site, err := n.Settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	origin, err := url.Parse(n.Origin())
	if err != nil {
		return nil, fault.New(fault.Internal, "the site's origin: %w", err)
	}
	a, zone := &exam.Article, site.Location()
	in := Input{Type: a.Type, Content: exam.Content, Now: n.Clock.Now(), Zone: zone, Language: site.Locale, Access: a.Access,
		HasPassword: a.PasswordHash != "", Published: a.Status == article.StatusPublished, Slug: exam.Slug, Hosts: []string{origin.Host},
		ScheduledAt: exam.At, EmbargoUntil: exam.EmbargoUntil}
	if err := Load(ctx, Database{Q: n.DB, Files: n.Files, Zone: zone, Resolve: n.Resolve}, a.ID, &in); err != nil {
		return nil, err
	}
	return Run(ctx, in), ctx.Err()
}

var parsed = sync.OnceValues(func() (i18n.Words, error) { return i18n.ParseWords(words) })

// Says puts a finding into the words of a language.
func (n *Newsroom) Says(locale string, f Finding) (string, error) {
	set, err := parsed()
	if err != nil {
		return "", fault.New(fault.Internal, "words of checks: %w", err)
	}
	return Text(i18n.For(locale).With(set), f), nil
}

// Text is a finding in the words of a printer that has those of Words.
func Text(p *i18n.Printer, f Finding) string { return p.T("check."+f.Code, args(f)...) }

// Why says why a finding matters.
func Why(p *i18n.Printer, f Finding) string { return p.T("check."+f.Code+".why", args(f)...) }

func args(f Finding) []any {
	all := make([]any, len(f.Args))
	for i, arg := range f.Args {
		all[i] = arg
	}
	return all
}
