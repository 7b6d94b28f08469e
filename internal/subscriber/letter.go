package subscriber

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"sync"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/job"
	"dateline/internal/mail"
)

// letter is the payload of JobLetter. It holds no address: whoever was erased
// meanwhile gets nothing.
type letter struct {
	Kind       letterKind `json:"kind"`
	Subscriber int64      `json:"subscriber"`
	Stamp      int64      `json:"stamp,omitempty"` // of the sign-up or change that it is about
	Language   string     `json:"language,omitempty"`
}

func letterKey(kind letterKind, subscriber int64) string {
	return string(kind) + "." + number(subscriber)
}

// post1 asks for one letter; a newer one of its kind replaces one that waits.
func (s *Service) post1(ctx context.Context, tx *db.Tx, l letter) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobLetter, Key: letterKey(l.Kind, l.Subscriber), Payload: l})
}

// HandleLetter sends a letter unless what it is about has ended.
func (s *Service) HandleLetter(ctx context.Context, payload []byte) error {
	var l letter
	if err := json.Unmarshal(payload, &l); err != nil {
		return job.GiveUp(fault.New(fault.Internal, "the letter's job cannot be read: %w", err))
	}
	r, err := s.byID(ctx, s.db, l.Subscriber)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m, ok, err := s.compose(ctx, l, r)
	if err != nil || !ok {
		return err
	}
	if !s.Mails() {
		return fault.New(fault.Unavailable, "no mail server is set any more")
	}
	if err := s.post.Send(ctx, m); err != nil {
		if mail.IsRefused(err) {
			return job.GiveUp(err)
		}
		return err
	}
	return nil
}

//go:embed words.json
var wordsJSON []byte

var letterWords = sync.OnceValues(func() (i18n.Words, error) { return i18n.ParseWords(wordsJSON) })

// compose writes a letter; ok is false when what it is about has ended.
func (s *Service) compose(ctx context.Context, l letter, r Reader) (m mail.Message, ok bool, err error) {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return m, false, err
	}
	words, err := letterWords()
	if err != nil {
		return m, false, fault.New(fault.Internal, "words of letters: %w", err)
	}
	to, err := s.vault.Open(purposeAddress, r.address)
	if err != nil {
		return m, false, job.GiveUp(err)
	}
	p := i18n.For(cmp.Or(l.Language, r.Language, site.Locale)).With(words)
	out := mail.Letter{Language: p.Language(), Dir: p.Dir(), Site: site.Title}
	if r.Name != "" {
		out.Greeting = p.T("reader.hello", r.Name)
	}
	w := writing{s, l, r, p, &out}
	switch l.Kind {
	case letterConfirm:
		ok, err = w.confirm(ctx)
	case letterWelcome:
		ok, err = w.welcome(ctx)
	case letterWay:
		ok = r.State == Active
		w.about("reader.way_subject", "reader.way_text", w.fresh(), "reader.preferences", "reader.way_note", "reader.day")
	case letterOwn:
		ok = r.State == Active || r.State == Ended
		w.about("reader.own_subject", "reader.own_text", w.fresh(), "reader.own_button", "reader.day")
	case letterMove, letterNotice:
		var changed string
		if changed, ok, err = w.move(ctx); l.Kind == letterMove {
			to = changed
		}
	default:
		return m, false, job.GiveUp(fault.New(fault.Internal, "there is no letter %q", l.Kind))
	}
	if err != nil || !ok {
		return m, false, err
	}
	if m, err = out.Message(r.Name, to); err != nil {
		return m, false, err
	}
	if l.Kind == letterWelcome {
		m.Unsubscribe = s.Links(0, r.ID, 0).OneClick
	}
	return m, true, nil
}

// writing is a letter on its way to the mail server.
type writing struct {
	s   *Service
	l   letter
	r   Reader
	p   *i18n.Printer
	out *mail.Letter
}

// about fills a letter by the keys of its words; each takes the site's name.
func (w writing) about(subject, text, url, button string, notes ...string) {
	w.out.Subject, w.out.Lines = w.p.T(subject, w.out.Site), []string{w.p.T(text, w.out.Site)}
	w.out.Button, w.out.URL = w.p.T(button), url
	for _, key := range notes {
		w.out.Notes = append(w.out.Notes, w.p.T(key, w.out.Site))
	}
}

func (w writing) signed(path, purpose string, lasts time.Duration, value ...int64) string {
	return w.s.post.Origin() + path + w.s.vault.Sign(purpose, numbers(value...), w.s.clock.Now().Add(lasts))
}

func (w writing) fresh() string {
	return w.signed(PreferencesPath, purposeFresh, freshFor, w.r.ID)
}

// names lists newsletters in words.
func (w writing) names(ctx context.Context, rows []subscription) (string, error) {
	var names []string
	for _, row := range rows {
		n, err := w.s.Newsletter(ctx, w.s.db, row.newsletter)
		if err != nil {
			return "", err
		}
		names = append(names, n.Name)
	}
	return w.p.List(names), nil
}

func (w writing) confirm(ctx context.Context) (bool, error) {
	if w.r.State != Pending || w.r.ask != w.l.Stamp {
		return false, nil
	}
	rows, err := subscriptionsOf(ctx, w.s.db, w.r.ID)
	if err != nil {
		return false, err
	}
	names, err := w.names(ctx, rows)
	if err != nil {
		return false, err
	}
	w.about("reader.confirm_subject", "reader.confirm_text", w.signed(ConfirmPath, purposeConfirm, confirmFor, w.r.ID, w.r.ask),
		"reader.confirm_button", "reader.confirm_week", "reader.confirm_not_you")
	w.out.Lines = []string{w.p.T("reader.confirm_text", names), w.p.T("reader.promise")}
	return true, nil
}

func (w writing) welcome(ctx context.Context) (bool, error) {
	if w.r.State != Active {
		return false, nil
	}
	rows, err := subscriptionsOf(ctx, w.s.db, w.r.ID)
	if err != nil {
		return false, err
	}
	links := w.s.Links(0, w.r.ID, 0)
	w.about("reader.welcome_subject", "reader.welcome_text", links.Preferences, "reader.preferences")
	for _, row := range rows {
		n, err := w.s.Newsletter(ctx, w.s.db, row.newsletter)
		if err != nil {
			return false, err
		}
		if row.active {
			w.out.Lines = append(w.out.Lines, "• "+w.p.T("reader.gets", n.Name, w.p.T("reader.rhythm_"+row.rhythm)))
		}
	}
	w.out.Lines = append(w.out.Lines, w.p.T("reader.promise"))
	w.out.Links = []mail.Link{{Label: w.p.T("reader.unsubscribe"), URL: links.Unsubscribe}}
	return true, nil
}

// move writes to the new address, or to the old one about it.
func (w writing) move(ctx context.Context) (to string, ok bool, err error) {
	m, err := w.s.moveOf(ctx, w.s.db, w.r.ID)
	if fault.Is(err, fault.NotFound) || err == nil && m.at != w.l.Stamp {
		return "", false, nil
	}
	if err == nil {
		to, err = w.s.vault.Open(purposeAddress, m.address)
	}
	if err != nil {
		return "", false, err
	}
	if w.l.Kind == letterMove {
		w.about("reader.move_subject", "reader.move_text", w.signed(MovePath, purposeMove, confirmFor, w.r.ID, m.at), "reader.move_button", "reader.confirm_not_you")
		return to, true, nil
	}
	w.about("reader.notice_subject", "reader.notice_text", w.fresh(), "reader.preferences", "reader.notice_not_you", "reader.day")
	w.out.Lines = []string{w.p.T("reader.notice_text", w.out.Site, mail.Mask(to))}
	return to, true, nil
}
