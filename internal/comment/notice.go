package comment

import (
	"context"
	"encoding/json"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/job"
	"dateline/internal/mail"
)

// told is the payload of JobTold: one letter to one editor. since is where the
// day of a digest begins, 0 for a notice.
type told struct {
	Person int64 `json:"person"`
	Since  int64 `json:"since,omitempty"`
}

// mostNoticed is how many comments a notice shows with links that decide.
const mostNoticed = 8

// HandleNotice asks for a letter to every editor when comments wait and the site
// wants them told.
func (s *Service) HandleNotice(ctx context.Context, _ []byte) error {
	site, err := s.settings.Site(ctx)
	if err != nil || !site.CommentNotice {
		return err
	}
	n, err := s.Waiting(ctx)
	if err != nil || n == 0 {
		return err
	}
	return s.tellEditors(ctx, "notice", told{})
}

// digestHour is when the letter of the day goes out, in the site's zone.
const digestHour = 8

func (s *Service) nextDigest(ctx context.Context, tx *db.Tx) error {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return err
	}
	now := s.clock.Now().In(site.Location())
	at := time.Date(now.Year(), now.Month(), now.Day(), digestHour, 0, 0, 0, now.Location())
	if !at.After(now) {
		at = time.Date(now.Year(), now.Month(), now.Day()+1, digestHour, 0, 0, 0, now.Location())
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobDigest, Key: "daily", RunAt: at})
}

// HandleDigest asks for the letter of the day when there is something to tell,
// and for the next day's.
func (s *Service) HandleDigest(ctx context.Context, _ []byte) error {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return err
	}
	since := s.now() - (24 * time.Hour).Microseconds()
	d, err := s.day(ctx, since)
	if err != nil {
		return err
	}
	if site.CommentDigest && d.Came+d.Waiting > 0 {
		if err := s.tellEditors(ctx, "digest", told{Since: since}); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.nextDigest(ctx, tx) })
}

// day is what happened since a moment.
type day struct{ Came, Public, Spam, Waiting, Reported int64 }

func (s *Service) day(ctx context.Context, since int64) (d day, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE status WHEN 'approved' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE status WHEN 'spam' THEN 1 ELSE 0 END), 0)
		FROM comment WHERE created_at >= $1 AND status IN ('approved', 'pending', 'spam', 'binned')`, since).Scan(&d.Came, &d.Public, &d.Spam)
	if err != nil {
		return d, err
	}
	if d.Waiting, err = s.Waiting(ctx); err != nil {
		return d, err
	}
	err = s.db.QueryRow(ctx, `SELECT COUNT(*) FROM comment WHERE reports > 0`).Scan(&d.Reported)
	return d, err
}

func (s *Service) tellEditors(ctx context.Context, about string, what told) error {
	if s.accounts == nil || !s.Mails() {
		return nil
	}
	all, err := s.accounts.Colleagues(ctx, account.System("comments"))
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, c := range all {
			if c.Role < account.Editor {
				continue
			}
			one := what
			one.Person = c.ID
			if err := job.Enqueue(ctx, tx, job.Spec{Kind: JobTold, Key: about + "." + number(c.ID), Payload: one}); err != nil {
				return err
			}
		}
		return nil
	})
}

// HandleTold sends one editor a notice or the letter of the day.
func (s *Service) HandleTold(ctx context.Context, payload []byte) error {
	var t told
	if err := json.Unmarshal(payload, &t); err != nil {
		return job.GiveUp(fault.New(fault.Internal, "the letter's job cannot be read: %w", err))
	}
	words, err := allWords()
	if err != nil {
		return fault.New(fault.Internal, "words of letters: %w", err)
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return err
	}
	return s.accounts.SendTo(ctx, t.Person, words, func(p *i18n.Printer, to account.Actor) (mail.Letter, bool, error) {
		if to.Role < account.Editor {
			return mail.Letter{}, false, nil
		}
		if t.Since > 0 {
			d, err := s.day(ctx, t.Since)
			return s.digest(p, site.Title, d), err == nil, err
		}
		return s.notice(ctx, p, to)
	})
}

func (s *Service) digest(p *i18n.Printer, title string, d day) mail.Letter {
	l := mail.Letter{Subject: p.T("comment.mail_digest_subject", title), Button: p.T("comment.mail_queue"), URL: s.origin() + s.out.Desk}
	l.Lines = []string{p.N("comment.mail_digest_came", d.Came), p.N("comment.mail_digest_public", d.Public), p.N("comment.mail_digest_spam", d.Spam), p.N("comment.mail_digest_waiting", d.Waiting)}
	if d.Reported > 0 {
		l.Lines = append(l.Lines, p.N("comment.mail_digest_reported", d.Reported))
	}
	return l
}

// notice shows the oldest comments that wait, each with three links that decide.
func (s *Service) notice(ctx context.Context, p *i18n.Printer, to account.Actor) (mail.Letter, bool, error) {
	batch, err := s.queueBatch(ctx, QueueFilter{Status: StatusPending, Oldest: true}, Cursor{})
	if err != nil || len(batch) == 0 {
		return mail.Letter{}, false, err
	}
	n, err := s.Waiting(ctx)
	if err != nil {
		return mail.Letter{}, false, err
	}
	l := mail.Letter{Subject: p.N("comment.mail_notice_subject", n), Button: p.T("comment.mail_queue"), URL: s.origin() + s.out.Desk}
	for i := range batch[:min(len(batch), mostNoticed)] {
		h := &batch[i]
		l.Lines = append(l.Lines, p.T("comment.mail_waits", h.Name, h.Headline, excerpt(&h.Comment)))
		for number, decision := range mailed {
			token := s.enterToken(AccessModerate, moderateFor, to.ID, h.ID, int64(number), db.Micros(h.Changed))
			key := "comment.mail_do_" + string(decision)
			l.Links = append(l.Links, mail.Link{Label: p.T(key, h.Name), URL: s.origin() + EnterPath + token})
		}
	}
	l.Notes = []string{p.T("comment.mail_links_note")}
	return l, true, nil
}

// Jobs lists the service's job kinds with their handlers, for wiring.
func (s *Service) Jobs() map[string]job.Handler {
	return map[string]job.Handler{JobAsked: s.HandleAsked, JobLetter: s.HandleLetter, JobNews: s.HandleNews, JobNotice: s.HandleNotice, JobDigest: s.HandleDigest, JobTold: s.HandleTold, JobTeach: s.HandleTeach, JobTidy: s.HandleTidy}
}
