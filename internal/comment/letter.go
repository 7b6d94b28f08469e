package comment

import (
	"context"
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/job"
	"dateline/internal/mail"
	"dateline/internal/richtext"
	"dateline/internal/throttle"
)

// The kinds of jobs.
const (
	JobAsked  = "comment.asked"  // somebody typed an address: find out what follows
	JobLetter = "comment.letter" // one letter to one writer
	JobNews   = "comment.news"   // tell followers of an article
	JobNotice = "comment.notice" // tell editors that comments wait
	JobDigest = "comment.digest" // tell editors about the day
	JobTold   = "comment.told"   // one letter to one editor
	JobTidy   = "comment.tidy"
)

// letterKind is what a letter to a writer says.
type letterKind string

const (
	letterConfirm letterKind = "confirm" // was it you who wrote this?
	letterOwn     letterKind = "own"     // the way to your comment
	letterSignIn  letterKind = "sign_in"
	letterReply   letterKind = "reply" // what is new where you follow
)

// How often a letter of a kind goes to a mailbox that anybody may have typed.
const (
	letterEvery = 10 * time.Minute
	letterWeek  = 20
	askEvery    = 24 * time.Hour // for confirming what a stranger may have written
	askWeek     = 3
	week        = 7 * 24 * time.Hour
	enterFor    = 7 * 24 * time.Hour // a link that confirms
	freshFor    = 24 * time.Hour     // a link that signs in
)

// letter is the payload of JobLetter. It holds no address.
type letter struct {
	Kind    letterKind `json:"kind"`
	Writer  int64      `json:"writer"`
	Comment int64      `json:"comment,omitempty"`
	Follow  int64      `json:"follow,omitempty"`
}

func (l letter) key() string {
	return string(l.Kind) + "." + numbers(l.Writer, l.Comment, l.Follow)
}

// ask asks for one letter.
func (s *Service) ask(ctx context.Context, tx *db.Tx, l letter) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobLetter, Key: l.key(), Payload: l})
}

// mayWrite decides whether a mailbox gets a letter of a kind, and marks it.
func (s *Service) mayWrite(ctx context.Context, tx *db.Tx, index string, kind letterKind) (bool, error) {
	every, most := letterEvery, int64(letterWeek)
	if kind == letterConfirm {
		every, most = askEvery, askWeek
	}
	var asked throttle.Weekly
	err := tx.QueryRow(ctx, `SELECT at, week_at, in_week FROM comment_asked WHERE mailbox_index = $1 AND kind = $2`, index, string(kind)).Scan(&asked.At, &asked.WeekAt, &asked.InWeek)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	next, ok := asked.Next(s.now(), every, most)
	if !ok {
		return false, nil
	}
	_, err = tx.Exec(ctx, `INSERT INTO comment_asked (mailbox_index, kind, at, week_at, in_week) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (mailbox_index, kind) DO UPDATE SET at = excluded.at, week_at = excluded.week_at, in_week = excluded.in_week`, index, string(kind), next.At, next.WeekAt, next.InWeek)
	return err == nil, err
}

//go:embed words.json
var wordsJSON []byte

var allWords = sync.OnceValues(func() (i18n.Words, error) { return i18n.ParseWords(wordsJSON) })

// Words are the texts of the package: letters, and why comments are held.
func Words() (i18n.Words, error) { return allWords() }

// HandleLetter sends a letter unless what it is about has ended.
func (s *Service) HandleLetter(ctx context.Context, payload []byte) error {
	var l letter
	if err := json.Unmarshal(payload, &l); err != nil {
		return job.GiveUp(fault.New(fault.Internal, "the letter's job cannot be read: %w", err))
	}
	w, err := s.writerByID(ctx, s.db, l.Writer)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !s.Mails() {
		return fault.New(fault.Unavailable, "no mail server is set any more")
	}
	return s.send(ctx, l, w)
}

func (s *Service) send(ctx context.Context, l letter, w writerRow) error {
	d, err := s.draft(ctx, w)
	if err != nil {
		return err
	}
	ok, done := false, func(context.Context) error { return nil }
	switch l.Kind {
	case letterConfirm:
		ok, err = d.confirm(ctx, l)
	case letterOwn:
		ok, err = d.own(ctx, l)
	case letterSignIn:
		d.about("comment.mail_sign_in", d.link(AccessSignIn, freshFor, w.ID, 0))
		d.out.Notes = []string{d.p.T("comment.mail_day"), d.p.T("comment.mail_not_you")}
		ok = true
	case letterReply:
		ok, done, err = d.replies(ctx, l)
	default:
		return job.GiveUp(fault.New(fault.Internal, "there is no letter %q", string(l.Kind)))
	}
	if err != nil || !ok {
		return err
	}
	m, err := d.out.Message(w.Name, d.to)
	if err != nil {
		return job.GiveUp(err)
	}
	m.Unsubscribe = d.oneClick
	if l.Kind != letterReply {
		may := false
		if err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			may, err = s.mayWrite(ctx, tx, w.index, l.Kind)
			return err
		}); err != nil || !may {
			return err
		}
	}
	if err := s.out.Send(ctx, m); err != nil {
		if mail.IsRefused(err) {
			return job.GiveUp(err)
		}
		return err
	}
	return done(ctx)
}

// draft is a letter on its way to the mail server.
type draft struct {
	s        *Service
	w        writerRow
	p        *i18n.Printer
	to       string
	oneClick string
	out      mail.Letter
}

func (s *Service) draft(ctx context.Context, w writerRow) (*draft, error) {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	words, err := allWords()
	if err != nil {
		return nil, fault.New(fault.Internal, "words of letters: %w", err)
	}
	to, err := s.address(w)
	if err != nil {
		return nil, job.GiveUp(err)
	}
	p := i18n.For(or(w.language, site.Locale)).With(words)
	d := &draft{s: s, w: w, p: p, to: to, out: mail.Letter{Language: p.Language(), Dir: p.Dir(), Site: site.Title}}
	if w.Name != "" {
		d.out.Greeting = p.T("comment.mail_hello", w.Name)
	}
	return d, nil
}

// about fills a letter by the stem of its words, which take the site's name.
func (d *draft) about(stem, url string) {
	d.out.Subject, d.out.Lines = d.p.T(stem+"_subject", d.out.Site), []string{d.p.T(stem+"_text", d.out.Site)}
	d.out.Button, d.out.URL = d.p.T(stem+"_button"), url
}

// link is the address of a mailed link.
func (d *draft) link(kind AccessKind, lasts time.Duration, value ...int64) string {
	return d.s.origin() + EnterPath + d.s.enterToken(kind, lasts, value...)
}

// enterToken signs what a mailed link does. lasts is 0 for one that does not end.
func (s *Service) enterToken(kind AccessKind, lasts time.Duration, value ...int64) string {
	until := time.Time{}
	if lasts > 0 {
		until = s.clock.Now().Add(lasts)
	}
	return s.vault.Sign(purposeEnter, string(kind)+"."+numbers(value...), until)
}

// readToken opens a mailed link's token.
func (s *Service) readToken(token string) (AccessKind, []int64, error) {
	value, err := s.vault.Verify(purposeEnter, token, s.clock.Now())
	if err != nil {
		return "", nil, err
	}
	words := strings.Split(value, ".")
	list := make([]int64, len(words)-1)
	for i, word := range words[1:] {
		if list[i], err = strconv.ParseInt(word, 36, 64); err != nil {
			return "", nil, fault.New(fault.Denied, "this link is not valid")
		}
	}
	return AccessKind(words[0]), list, nil
}

// mailExcerpt is how much of a comment stands in a letter.
const mailExcerpt = 300

func excerpt(c *Comment) string { return "“" + richtext.Excerpt(c.Body, mailExcerpt) + "”" }

func (d *draft) confirm(ctx context.Context, l letter) (bool, error) {
	if l.Comment == 0 { // a subscription alone
		d.about("comment.mail_follow", d.link(AccessConfirm, enterFor, l.Writer, 0))
		d.out.Notes = []string{d.p.T("comment.mail_week"), d.p.T("comment.mail_not_you")}
		return !d.w.Confirmed, nil
	}
	k, err := byID(ctx, d.s.db, l.Comment)
	if fault.Is(err, fault.NotFound) || err == nil && (k.heldFor != WhyConfirm || k.Status != StatusPending || !k.Removed.IsZero()) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d.about("comment.mail_confirm", d.link(AccessConfirm, enterFor, l.Writer, l.Comment))
	d.out.Lines = append(d.out.Lines, excerpt(&k.Comment))
	d.out.Notes = []string{d.p.T("comment.mail_week"), d.p.T("comment.mail_not_you")}
	return true, nil
}

func (d *draft) own(ctx context.Context, l letter) (bool, error) {
	k, err := byID(ctx, d.s.db, l.Comment)
	if fault.Is(err, fault.NotFound) || err == nil && (k.writer != l.Writer || !k.Removed.IsZero()) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d.about("comment.mail_own", d.link(AccessOwn, freshFor, l.Writer, l.Comment))
	d.out.Lines = append(d.out.Lines, excerpt(&k.Comment))
	d.out.Notes = []string{d.p.T("comment.mail_day"), d.p.T("comment.mail_not_you")}
	return true, nil
}

// headline returns what an article that readers may see is called and where it
// is; NotFound for others.
func (s *Service) headline(ctx context.Context, id int64) (headline, path string, err error) {
	t, err := s.target(ctx, id)
	if err != nil {
		return "", "", err
	}
	return t.article.Headline, t.article.Path, nil
}

// anchor is the address of a comment on its article's page.
func anchor(origin, path string, c *Comment) string {
	number := c.OldID
	if number == 0 {
		number = c.ID
	}
	return origin + path + "#comment-" + decimal(number)
}
