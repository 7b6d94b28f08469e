package account

import (
	"context"
	"encoding/json"
	"strconv"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/job"
	"dateline/internal/mail"
)

// JobTell is the kind of the jobs that Tell asks for. Whoever knows what a
// letter is about handles them, with OpenTold and SendTo.
const JobTell = "account.tell"

// Tell asks, in tx, for a letter to a colleague. about names the occasion, so
// that asking twice sends one letter; what is sealed: the table of jobs shows
// nothing of it. Without a mail server nothing is asked for.
func (s *Service) Tell(ctx context.Context, tx *db.Tx, personID int64, about string, what any) error {
	if !s.Mails() {
		return nil
	}
	raw, err := json.Marshal(what)
	if err != nil {
		return fault.New(fault.Internal, "the letter's job: %w", err)
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobTell, Key: about + "." + strconv.FormatInt(personID, 36), Payload: sealed{s.vault.Seal(purposeLetter, string(raw))}})
}

// OpenTold reads what Tell sealed.
func (s *Service) OpenTold(payload []byte, what any) error {
	text, err := s.unseal(payload)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), what); err != nil {
		return job.GiveUp(fault.New(fault.Internal, "the letter's job cannot be read: %w", err))
	}
	return nil
}

// SendTo sends a colleague the letter that write makes in their language, else
// in the site's, unless their account or their wish to be told by mail is
// switched off. write gets what the person may see by.
func (s *Service) SendTo(ctx context.Context, personID int64, words i18n.Words, write func(p *i18n.Printer, to Actor) (l mail.Letter, ok bool, err error)) error {
	if !s.Mails() {
		return nil // the desk shows it all the same
	}
	to, err := s.byID(ctx, s.db, personID)
	if fault.Is(err, fault.NotFound) || err == nil && (to.Disabled || to.Invited || !to.ToldByMail) {
		return nil
	}
	if err != nil {
		return err
	}
	site, locale, err := s.post.Site(ctx)
	if err != nil {
		return err
	}
	if to.Language != "" {
		locale = to.Language
	}
	p := i18n.For(locale).With(words)
	l, ok, err := write(p, to.Actor())
	if err != nil || !ok {
		return err
	}
	l.Language, l.Dir, l.Site = p.Language(), p.Dir(), site
	m, err := l.Message(to.Name, to.Email)
	if err != nil {
		return job.GiveUp(err)
	}
	if err = s.post.Send(ctx, m); mail.IsRefused(err) {
		return job.GiveUp(err)
	}
	return err
}

// SetToldByMail chooses whether a person is told by mail what colleagues write
// to them. The desk tells them either way.
func (s *Service) SetToldByMail(ctx context.Context, actor Actor, told bool) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE person SET told_by_mail = $1, updated_at = $2 WHERE id = $3`, db.Bool(told), db.Micros(s.clock.Now()), actor.ID); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "choose mail", actor.ID, map[string]bool{"told": told})
	})
}

// MailTicket mails the link of a token at once and waits until the mail server
// has taken it. It is for programs that end before a job would run.
func (s *Service) MailTicket(ctx context.Context, token, by string) error {
	t, err := s.Ticket(ctx, token)
	if err != nil {
		return err
	}
	return s.sendLetter(ctx, t, enclosed{token, by})
}
