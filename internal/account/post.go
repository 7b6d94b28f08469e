package account

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/job"
	"dateline/internal/mail"
	"dateline/internal/throttle"
)

// Post is how letters leave.
type Post struct {
	Send func(ctx context.Context, m mail.Message) error             // nil without a mail server
	Link func(token string) string                                   // whole address of the page that takes the token
	Site func(ctx context.Context) (title, locale string, err error) // whose letters they are
}

// UsePost makes the service send letters. It is called before anything else.
func (s *Service) UsePost(p Post) { s.post = p }

// Mails tells whether there is a mail server.
func (s *Service) Mails() bool { return s.post.Send != nil }

// The kinds of jobs that send letters.
const (
	JobLetter = "account.letter"
	JobForgot = "account.forgot"
)

// MailState is how the letter with a link fares.
type MailState string

// The states. A link that nobody mails has none.
const (
	MailNone    MailState = ""
	MailWaiting MailState = "waiting" // or tried again after trouble
	MailSent    MailState = "sent"    // the mail server has taken it
	MailFailed  MailState = "failed"  // for good
)

// giveUpAfter is how long a letter is tried. A newer link ends it sooner.
const giveUpAfter = 90 * time.Minute

// enclosed is the secret part of a letter's job.
type enclosed struct {
	Token string `json:"token"`
	By    string `json:"by,omitempty"` // who sends it, by name
}

// sealed is the payload of both kinds of jobs: nothing of it can be read in
// the table of jobs.
type sealed struct {
	Sealed string `json:"sealed"`
}

// mailTicket makes a ticket and asks for the letter that carries it.
func (s *Service) mailTicket(ctx context.Context, tx *db.Tx, kind TicketKind, personID int64, by string) error {
	token, err := s.issue(ctx, tx, kind, personID)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE ticket SET mail = 'waiting', mail_link = $1 WHERE hash = $2`, s.vault.Seal(purposeLetter, token), hashOf(token)); err != nil {
		return err
	}
	raw, err := json.Marshal(enclosed{token, by})
	if err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobLetter, Key: string(kind) + "." + strconv.FormatInt(personID, 36), Payload: sealed{s.vault.Seal(purposeLetter, string(raw))}})
}

func (s *Service) unseal(payload []byte) (string, error) {
	var in sealed
	err := json.Unmarshal(payload, &in)
	text := ""
	if err == nil {
		text, err = s.vault.Open(purposeLetter, in.Sealed)
	}
	if err != nil {
		return "", job.GiveUp(fault.New(fault.Internal, "the letter's job cannot be read: %w", err))
	}
	return text, nil
}

// HandleLetter sends a letter unless its link has ended or it was sent before.
func (s *Service) HandleLetter(ctx context.Context, payload []byte) error {
	text, err := s.unseal(payload)
	if err != nil {
		return err
	}
	var in enclosed
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return job.GiveUp(fault.New(fault.Internal, "the letter's job cannot be read: %w", err))
	}
	t, err := s.Ticket(ctx, in.Token)
	if fault.Is(err, fault.Gone) || err == nil && t.mail != MailWaiting {
		return nil
	}
	if err != nil {
		return err
	}
	if err = s.sendLetter(ctx, t, in); err == nil {
		return s.mailed(ctx, in.Token, MailSent, "")
	}
	if ctx.Err() != nil { // the server is stopping; it goes on after the next start
		return err
	}
	if mail.IsRefused(err) || s.clock.Now().Sub(t.issued()) >= giveUpAfter {
		return s.mailed(ctx, in.Token, MailFailed, err.Error())
	}
	return errors.Join(err, s.mailed(ctx, in.Token, MailWaiting, err.Error()))
}

func (s *Service) sendLetter(ctx context.Context, t Ticket, in enclosed) error {
	if !s.Mails() {
		return fault.New(fault.Unavailable, "no mail server is set any more")
	}
	m, err := s.letter(ctx, t, in)
	if err != nil {
		return err
	}
	return s.post.Send(ctx, m)
}

// mailed keeps how a letter fares. The link itself is forgotten once it has
// been sent.
func (s *Service) mailed(ctx context.Context, token string, state MailState, trouble string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE ticket SET mail = $1, mail_error = $2, mail_link = CASE WHEN $1 = 'sent' THEN '' ELSE mail_link END WHERE hash = $3`,
			string(state), clip(trouble, 500), hashOf(token))
		return err
	})
}

//go:embed words.json
var wordsJSON []byte

var letterWords = sync.OnceValues(func() (i18n.Words, error) { return i18n.ParseWords(wordsJSON) })

// letter writes to the person in their language, else in the site's.
func (s *Service) letter(ctx context.Context, t Ticket, in enclosed) (mail.Message, error) {
	site, locale, err := s.post.Site(ctx)
	if err != nil {
		return mail.Message{}, err
	}
	words, err := letterWords()
	if err != nil {
		return mail.Message{}, fault.New(fault.Internal, "words of letters: %w", err)
	}
	if t.Person.Language != "" {
		locale = t.Person.Language
	}
	p := i18n.For(locale).With(words)
	name := t.Person.Name
	l := mail.Letter{Language: p.Language(), Dir: p.Dir(), Site: site, Greeting: p.T("letter.hello", name), URL: s.post.Link(in.Token), Button: p.T("letter.choose")}
	switch t.Kind {
	case TicketInvitation:
		l.Subject, l.Button = p.T("letter.invitation", site), p.T("letter.accept")
		l.Lines = []string{p.T("letter.invited", in.By, site), p.T("letter.sign_in_as", t.Person.Email)}
		l.Notes = []string{p.T("letter.week"), p.T("letter.unexpected")}
	case TicketForgot:
		l.Subject = p.T("letter.reset", site)
		l.Lines = []string{p.T("letter.forgot", site)}
		l.Notes = []string{p.T("letter.hours"), p.T("letter.not_you")}
	default:
		l.Subject = p.T("letter.reset", site)
		l.Lines = []string{p.T("letter.offered", in.By, site)}
		l.Notes = []string{p.T("letter.day"), p.T("letter.unasked")}
	}
	return l.Message(name, t.Person.Email)
}

// InviteByMail is Invite, but mails the link to the person.
func (s *Service) InviteByMail(ctx context.Context, actor Actor, name, email string, role Role) (p Person, err error) {
	if err := mayGive(actor, role); err != nil {
		return p, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = s.add(ctx, tx, actor, name, email, role, ""); err != nil {
			return err
		}
		return s.mailTicket(ctx, tx, TicketInvitation, p.ID, actor.Name)
	})
	return p, err
}

// ResetByMail is Reset, but mails the link to the person.
func (s *Service) ResetByMail(ctx context.Context, actor Actor, personID int64) error {
	return s.reset(ctx, actor, personID, func(ctx context.Context, tx *db.Tx, kind TicketKind) error {
		return s.mailTicket(ctx, tx, kind, personID, actor.Name)
	})
}

// How often a new password may be asked for: for an address, and from one.
const (
	forgotEvery = 20 * time.Minute
	forgotBurst = 3
)

// Forgot takes the wish of somebody who cannot sign in. It answers and works
// the same whether the address has an account: what follows from it is found
// out by a job.
func (s *Service) Forgot(ctx context.Context, email string, from Visit) error {
	if !s.Mails() {
		return fault.New(fault.Unavailable, "this site sends no mail").WithHint("ask an administrator of this site for a link")
	}
	if err := checkEmail(email); err != nil {
		return err
	}
	if err := s.guards.take("forgot from "+throttle.Network(from.Client, 32, 64), clientEvery, clientBurst); err != nil {
		return err
	}
	key := s.emailKey(email)
	if s.guards.take("forgot "+key, forgotEvery, forgotBurst) != nil {
		return nil // nobody's mailbox is filled, and nobody learns whose it would be
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobForgot, Key: key, Payload: sealed{s.vault.Seal(purposeLetter, email)}})
	})
}

// HandleForgot makes the link for somebody who asked for it, if they have an
// account.
func (s *Service) HandleForgot(ctx context.Context, payload []byte) error {
	email, err := s.unseal(payload)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := s.byEmail(ctx, tx, email)
		if fault.Is(err, fault.NotFound) || err == nil && p.Disabled {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.mailTicket(ctx, tx, TicketForgot, p.ID, ""); err != nil {
			return err
		}
		return s.record(ctx, tx, p.Actor(), "ask for a new password", p.ID, nil)
	})
}

// Posted is a letter with a link that still works, and how it fares.
type Posted struct {
	PersonID int64
	Kind     TicketKind
	State    MailState
	Trouble  string
	Token    string // of the link, to hand on by other means; "" when it has been sent
}

// Posts returns the letters whose links still work. Administrators may ask; the
// link for somebody above them is not told.
func (s *Service) Posts(ctx context.Context, actor Actor) ([]Posted, error) {
	people, err := s.People(ctx, actor)
	if err != nil {
		return nil, err
	}
	above := map[int64]bool{}
	for _, p := range people {
		above[p.ID] = p.Role > actor.Role
	}
	rows, err := s.db.Query(ctx, `SELECT person_id, kind, mail, mail_error, mail_link FROM ticket WHERE mail <> '' AND expires_at > $1 ORDER BY person_id, kind`,
		db.Micros(s.clock.Now()))
	return db.All(rows, err, func(r *sql.Rows) (one Posted, err error) {
		var link string
		if err := r.Scan(&one.PersonID, &one.Kind, &one.State, &one.Trouble, &link); err != nil {
			return one, err
		}
		if !above[one.PersonID] {
			one.Token, err = s.vault.Open(purposeLetter, link)
		}
		return one, err
	})
}
