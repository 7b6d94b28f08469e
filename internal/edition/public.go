package edition

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/mail"
	"dateline/internal/richtext"
	"dateline/internal/subscriber"
	"dateline/internal/urlpath"
)

// Base is where the archives of newsletters stand.
const Base = "/newsletter/"

// Path is the address of an edition, or of a newsletter's archive.
func Path(newsletter, edition string) string {
	path := Base + urlpath.Escape(newsletter) + "/"
	if edition != "" {
		path += urlpath.Escape(edition) + "/"
	}
	return path
}

// Public reads what everybody may see of editions: those whose sending has
// begun. Their articles are asked for once more by whoever shows them.
type Public struct {
	q     db.Querier
	clock clock.Clock
}

// NewPublic reads through q.
func NewPublic(q db.Querier, c clock.Clock) *Public { return &Public{q: q, clock: c} }

// Newsletter finds a newsletter by its address word: its id, name and language.
// A site that has made none has the preset one.
func (p *Public) Newsletter(ctx context.Context, slug string) (n subscriber.Newsletter, err error) {
	err = p.q.QueryRow(ctx, `SELECT id, slug, name, description, language FROM newsletter WHERE slug_key = $1`, strings.TrimPrefix(urlpath.Key(slug), "/")).
		Scan(&n.ID, &n.Slug, &n.Name, &n.Description, &n.Language)
	if fault.Is(err, fault.NotFound) {
		err = p.q.QueryRow(ctx, `SELECT id, slug, name, description, language FROM newsletter WHERE slug_key = $1`, urlpath.Key(slug)).
			Scan(&n.ID, &n.Slug, &n.Name, &n.Description, &n.Language)
	}
	return n, err
}

// Edition finds an edition that readers got, by its address word.
func (p *Public) Edition(ctx context.Context, newsletter int64, slug string) (Edition, error) {
	e, err := bySlug(ctx, p.q, newsletter, slug)
	if err == nil && !e.shown() {
		err = fault.New(fault.NotFound, "there is no such edition")
	}
	return e, err
}

// shown tells whether the edition has a page: letters have left, and it is not
// for a few readers only.
func (e *Edition) shown() bool { return !e.Started.IsZero() && e.Slug != "" }

// Editions returns up to limit editions that readers got, the newest first,
// after the one that began at a time; the zero time begins with the newest.
// Corrections to those who got a mistake and repetitions are not among them.
func (p *Public) Editions(ctx context.Context, newsletter int64, before time.Time, limit int) ([]Edition, error) {
	end := int64(1<<63 - 1)
	if !before.IsZero() {
		end = db.Micros(before)
	}
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM edition e WHERE e.newsletter_id = $1 AND e.started_at > 0 AND e.started_at < $2
		AND e.slug <> '' AND e.kind <> 'correction' AND e.again = 0 ORDER BY e.started_at DESC, e.id DESC LIMIT $3`, newsletter, end, limit)
	all, err := db.All(rows, err, scan)
	for i := range all {
		if all[i].Items, err = items(ctx, p.q, all[i].ID); err != nil {
			return nil, err
		}
	}
	return all, err
}

// Archived are the newsletters that have sent something, by their order.
func (p *Public) Archived(ctx context.Context) ([]subscriber.Newsletter, error) {
	rows, err := p.q.Query(ctx, `SELECT n.id, n.slug, n.name, n.description, n.language FROM newsletter n
		WHERE EXISTS (SELECT 1 FROM edition e WHERE e.newsletter_id = n.id AND e.slug <> '' AND e.kind <> 'correction') ORDER BY n.position, n.id`)
	return db.All(rows, err, func(r *sql.Rows) (n subscriber.Newsletter, err error) {
		return n, r.Scan(&n.ID, &n.Slug, &n.Name, &n.Description, &n.Language)
	})
}

// Title is what an edition is called on the web: its subject, or the headline of
// its first article that readers may see.
func (p *Public) Title(ctx context.Context, e *Edition) (string, error) {
	if e.Subject != "" {
		return e.Subject, nil
	}
	public := article.NewPublic(p.q, p.clock)
	for _, it := range e.Items {
		_, v, err := public.Kept(ctx, it.Article, it.Version)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		return v.Content.Headline, err
	}
	return "", nil
}

// Labels are the words that texts of letters add by themselves.
func Labels(words *i18n.Printer) *richtext.Labels { return labels(words) }

// TestMail sends an edition as it stands to colleagues, by their accounts. The
// subject says that it is a test; its links to leave lead to the edition's
// page of the desk.
func (s *Service) TestMail(ctx context.Context, actor account.Actor, edition int64, people []int64) (int, error) {
	e, err := s.Get(ctx, actor, edition)
	if err != nil {
		return 0, err
	}
	switch {
	case len(people) == 0:
		return 0, fault.New(fault.Invalid, "choose who gets the test")
	case len(people) > 20:
		return 0, fault.New(fault.Invalid, "a test goes to 20 people at most")
	case !s.Accounts.Mails():
		return 0, fault.New(fault.Invalid, "no mail server is set, so nothing can be sent").WithHint("set smtp_host and mail_from in the configuration")
	}
	c, err := s.scene(ctx, s.DB, &e)
	if err != nil {
		return 0, err
	}
	c.part = partAll
	desk := s.Origin() + "/desk/newsletter"
	out, err := c.render(Slots{Unsubscribe: desk, Preferences: desk})
	if err != nil {
		return 0, err
	}
	if out.HTML == "" {
		return 0, fault.New(fault.Invalid, "there is nothing to send yet: choose articles or write an introduction")
	}
	subject := c.words.T("letter.test", out.Subject)
	for _, id := range people {
		if err := s.Accounts.Mail(ctx, actor, id, mail.Message{Subject: subject, Text: out.Text, HTML: out.HTML}); err != nil {
			return 0, err
		}
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Record(ctx, tx, s.Clock.Now(), actor.Name, "test", "edition", edition, map[string]any{"people": len(people)})
	})
	return len(people), err
}
