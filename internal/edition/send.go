package edition

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/delivery"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/richtext"
	"dateline/internal/urlpath"
)

// The jobs of editions.
const (
	JobSend   = "edition.send"   // of a scheduled edition, when it is due
	JobWatch  = "edition.watch"  // of one that is being sent: has it ended?
	JobDecide = "edition.decide" // of a test of subjects, when its time is over
)

type payload struct {
	Edition int64 `json:"edition"`
}

// mailer acts for editions that send themselves.
var mailer = account.System("newsletter")

// watchEvery is how often an edition that is being sent is looked at.
const watchEvery = 20 * time.Second

// SendInput says when an edition is sent.
type SendInput struct {
	ID        int64
	Revision  int64
	At        time.Time // zero for now
	LocalHour int       // in each reader's zone on the day of At and after; -1 for all at once
}

// FirstMidnight is when a day begins where it begins first, in UTC+14: the
// SendInput.At of an edition that is sent on it at an hour of each reader's zone.
func FirstMidnight(day time.Time) time.Time { return day.Add(-14 * time.Hour) }

// Send sends an edition now, or schedules it. Its articles are looked at again
// when the sending begins.
func (s *Service) Send(ctx context.Context, actor account.Actor, in SendInput) (e Edition, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if e, err = s.open(ctx, tx, actor, in.ID, in.Revision, maySend); err != nil {
			return err
		}
		return s.sendTx(ctx, tx, actor, &e, in)
	})
	return e, err
}

func (s *Service) sendTx(ctx context.Context, tx *db.Tx, actor account.Actor, e *Edition, in SendInput) error {
	if err := e.must(Sending, Draft, Review, Scheduled); err != nil {
		return err
	}
	switch {
	case in.LocalHour < -1 || in.LocalHour > 23:
		return fault.New(fault.Invalid, "choose an hour between 0 and 23")
	case e.Subject == "" && !e.Kind.filtered():
		return fault.New(fault.Invalid, "the edition needs a subject")
	case s.Sender == nil || s.From().Address == "":
		return fault.New(fault.Invalid, "no mail server is set, so nothing can be sent").WithHint("set smtp_host and mail_from in the configuration")
	case !in.At.IsZero() && !in.At.After(s.Clock.Now()) && in.LocalHour < 0:
		return fault.New(fault.Invalid, "the time %s has passed", in.At.Format(time.RFC3339)).WithHint("send it now, or choose a later time")
	}
	n, err := s.Readers.Count(ctx, tx, e.Audience)
	if err != nil {
		return err
	}
	if n == 0 && actor != mailer {
		return fault.New(fault.Invalid, "nobody would get this edition: the newsletter has no such readers").WithHint("look at the choice of readers")
	}
	e.LocalHour, e.Problem = in.LocalHour, ""
	if in.At.After(s.Clock.Now()) {
		e.State, e.At = Scheduled, in.At
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: JobSend, Key: strconv.FormatInt(e.ID, 10), Payload: payload{e.ID}, RunAt: in.At}); err != nil {
			return err
		}
		return s.advance(ctx, tx, actor, e, "schedule", map[string]any{"at": in.At, "readers": n})
	}
	return s.begin(ctx, tx, actor, e, n)
}

// HandleSend sends a scheduled edition that is due. Doing it twice changes
// nothing.
func (s *Service) HandleSend(ctx context.Context, raw []byte) error {
	return s.handle(ctx, raw, func(ctx context.Context, tx *db.Tx, e *Edition) error {
		if e.State != Scheduled || e.At.After(s.Clock.Now()) {
			return nil
		}
		n, err := s.Readers.Count(ctx, tx, e.Audience)
		if err == nil {
			err = s.begin(ctx, tx, mailer, e, n)
		}
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		// What an editor must see to is told at the desk, not tried again.
		e.State, e.Problem, e.At = Draft, err.Error(), time.Time{}
		return s.advance(ctx, tx, mailer, e, "take back", map[string]any{"why": e.Problem})
	})
}

func (s *Service) handle(ctx context.Context, raw []byte, do func(context.Context, *db.Tx, *Edition) error) error {
	var p payload
	if err := json.Unmarshal(raw, &p); err != nil {
		return job.GiveUp(err)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err := byID(ctx, tx, p.Edition)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return do(ctx, tx, &e)
	})
}

// begin pins the articles, gives the edition its page and starts its mailing.
func (s *Service) begin(ctx context.Context, tx *db.Tx, actor account.Actor, e *Edition, readers int) error {
	if err := s.alone(ctx, tx, e); err != nil {
		return err
	}
	dropped, err := s.pin(ctx, tx, e)
	if err != nil {
		return err
	}
	if len(e.Items) == 0 && (len(dropped) > 0 || len(richtext.Text(e.Intro)) == 0) {
		return fault.New(fault.Invalid, "there is nothing to send: the edition has no article that readers may see").WithHint("choose articles or write an introduction")
	}
	now := s.Clock.Now()
	e.State, e.Started, e.Test.Winner = Sending, now, ""
	if e.Slug, err = s.freeSlug(ctx, tx, e); err != nil {
		return err
	}
	if e.Kind == Article {
		for _, it := range e.Items {
			if _, err := tx.Exec(ctx, `INSERT INTO article_mailed (article_id, newsletter_id, edition_id, at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (article_id, newsletter_id) DO UPDATE SET edition_id = excluded.edition_id, at = excluded.at`,
				it.Article, e.Newsletter, e.ID, db.Micros(now)); err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE correction_offer SET state = 'sent' WHERE edition_id = $1 AND state = 'next'`, e.ID); err != nil {
		return err
	}
	parts := []string{partAll}
	if e.Test.On() {
		parts = []string{partA, partB}
		if err := s.decideAt(ctx, tx, e); err != nil {
			return err
		}
	}
	for _, part := range parts {
		if err := s.start(ctx, tx, e, part); err != nil {
			return err
		}
	}
	tx.Purge(ListKey(e.Newsletter), "newsletters")
	return s.advance(ctx, tx, actor, e, "send", map[string]any{"readers": readers, "articles": len(e.Items), "dropped": dropped})
}

// pin sets the version of each article that goes out, and drops those that
// readers may not see any more.
func (s *Service) pin(ctx context.Context, tx *db.Tx, e *Edition) (dropped []int64, err error) {
	var kept []Item
	for _, it := range e.Items {
		a, v, err := s.public(tx).Kept(ctx, it.Article, 0)
		if err == nil && it.Form == Corrected {
			_, err = s.public(tx).CorrectionBy(ctx, it.Article, it.Correction)
		}
		if fault.Is(err, fault.NotFound) {
			dropped = append(dropped, it.Article)
			continue
		}
		if err != nil {
			return nil, err
		}
		it.Article, it.Version = a.ID, v.ID
		kept = append(kept, it)
		if err := article.KeepMailed(ctx, tx, a.ID, v.ID, pictured(it.Form, &v.Content)); err != nil {
			return nil, err
		}
	}
	e.Items = kept
	return dropped, nil
}

// start asks the delivery for the mailing of one part.
func (s *Service) start(ctx context.Context, tx *db.Tx, e *Edition, part string) error {
	whom, err := s.Readers.Expand(ctx, tx, e.Audience)
	if err != nil {
		return err
	}
	m := delivery.Mailing{ID: s.newID(), Newsletter: e.Newsletter, Audience: whom, StartAt: s.Clock.Now(), LocalHour: e.LocalHour}
	if _, err := tx.Exec(ctx, `INSERT INTO edition_mailing (mailing_id, edition_id, part) VALUES ($1, $2, $3)`, m.ID, e.ID, part); err != nil {
		return err
	}
	if err := s.Sender.Start(ctx, tx, m); err != nil {
		return err
	}
	return s.watch(ctx, tx, e.ID)
}

func (s *Service) watch(ctx context.Context, tx *db.Tx, edition int64) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobWatch, Key: strconv.FormatInt(edition, 10), Payload: payload{edition}, RunAt: s.Clock.Now().Add(watchEvery)})
}

// HandleWatch notes that the last letter of an edition has left.
func (s *Service) HandleWatch(ctx context.Context, raw []byte) error {
	var p payload
	if err := json.Unmarshal(raw, &p); err != nil {
		return job.GiveUp(err)
	}
	progress, err := s.progress(ctx, s.DB, p.Edition)
	if err != nil {
		return err
	}
	return s.handle(ctx, raw, func(ctx context.Context, tx *db.Tx, e *Edition) error {
		switch {
		case e.State != Sending: // resuming asks for this again
			return nil
		case !progress.Done || e.Test.On() && e.Test.Winner == "":
			return s.watch(ctx, tx, e.ID)
		}
		e.State, e.Ended = Sent, s.Clock.Now()
		return s.advance(ctx, tx, mailer, e, "finish", map[string]any{"sent": progress.Sent, "bounced": progress.Bounced})
	})
}

// freeSlug returns an address word that no other edition of the newsletter has:
// that of the subject or the first headline.
func (s *Service) freeSlug(ctx context.Context, q db.Querier, e *Edition) (string, error) {
	title, err := s.titleOf(ctx, q, e)
	if err != nil {
		return "", err
	}
	site, err := s.Settings.Site(ctx)
	if err != nil {
		return "", err
	}
	day := s.Clock.Now().In(site.Location()).Format(time.DateOnly)
	base := urlpath.Slug(title)
	if r := []rune(base); len(r) > 60 {
		base = string(r[:60])
	}
	if base == "" || slices.Contains([]string{"feed", "page"}, base) {
		base = "edition"
	}
	if e.Kind == Daily || e.Kind == Weekly {
		base = day
	}
	for n := 1; ; n++ {
		slug := base
		if n > 1 {
			slug += "-" + strconv.Itoa(n)
		}
		_, err := bySlug(ctx, q, e.Newsletter, slug)
		if fault.Is(err, fault.NotFound) {
			return slug, nil
		}
		if err != nil {
			return "", err
		}
	}
}

// Pause stops the letters that have not left. Editors may, at any time: it asks
// for no revision.
func (s *Service) Pause(ctx context.Context, actor account.Actor, edition int64) (Edition, error) {
	return s.steer(ctx, actor, edition, "pause", Paused, s.sender().Pause, Sending)
}

// Resume goes on with a paused edition.
func (s *Service) Resume(ctx context.Context, actor account.Actor, edition int64) (Edition, error) {
	return s.steer(ctx, actor, edition, "resume", Sending, s.sender().Resume, Paused)
}

// Cancel ends an edition for good. What has left has left.
func (s *Service) Cancel(ctx context.Context, actor account.Actor, edition int64) (Edition, error) {
	return s.steer(ctx, actor, edition, "cancel", Cancelled, s.sender().Cancel, Draft, Review, Scheduled, Sending, Paused)
}

func (s *Service) sender() Sender {
	if s.Sender == nil {
		return nobody{}
	}
	return s.Sender
}

func (s *Service) steer(ctx context.Context, actor account.Actor, edition int64, verb string, to State, tell func(context.Context, *db.Tx, int64) error, from ...State) (e Edition, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if e, err = byID(ctx, tx, edition); err != nil {
			return err
		}
		may := maySend
		if e.State == Draft && to == Cancelled {
			may = mayCompose
		}
		if err := may(actor, &e); err != nil {
			return err
		}
		if err := e.must(to, from...); err != nil {
			return err
		}
		all, err := mailings(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		if err := tellAll(ctx, tx, all, &e, tell); err != nil {
			return err
		}
		e.State = to
		if to == Cancelled {
			e.Ended = s.Clock.Now()
			if _, err := tx.Exec(ctx, `UPDATE correction_offer SET state = 'open', edition_id = 0 WHERE edition_id = $1 AND state = 'next'`, e.ID); err != nil {
				return err
			}
		}
		if to == Sending {
			if err := s.watch(ctx, tx, e.ID); err != nil {
				return err
			}
			if err := s.decideAt(ctx, tx, &e); err != nil { // its time may have come meanwhile
				return err
			}
		}
		tx.Purge(ListKey(e.Newsletter), "newsletters")
		return s.advance(ctx, tx, actor, &e, verb, nil)
	})
	return e, err
}

// tellAll tells the mailings of an edition. One whose letters have all left, such
// as half of a test, does not hinder the others; when there is nothing else, it
// is too late, unless a test is open.
func tellAll(ctx context.Context, tx *db.Tx, all []mailing, e *Edition, tell func(context.Context, *db.Tx, int64) error) error {
	var late error
	told := len(all) == 0 || e.testing()
	for _, m := range all {
		switch err := tell(ctx, tx, m.ID); {
		case fault.Is(err, fault.Conflict):
			late = err
		case err != nil:
			return err
		default:
			told = true
		}
	}
	if told {
		return nil
	}
	return late
}

// testing tells whether a test of subjects is open.
func (e *Edition) testing() bool { return e.Test.On() && e.Test.Winner == "" }

// decideAt asks for the end of an open test when its time is over.
func (s *Service) decideAt(ctx context.Context, tx *db.Tx, e *Edition) error {
	if !e.testing() {
		return nil
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobDecide, Key: strconv.FormatInt(e.ID, 10), Payload: payload{e.ID}, RunAt: e.Started.Add(e.Test.Wait)})
}

// nobody delivers nothing.
type nobody struct{ Sender }

func (nobody) Pause(context.Context, *db.Tx, int64) error  { return nil }
func (nobody) Resume(context.Context, *db.Tx, int64) error { return nil }
func (nobody) Cancel(context.Context, *db.Tx, int64) error { return nil }

// Progress returns how an edition's letters fare, all its mailings together.
func (s *Service) Progress(ctx context.Context, actor account.Actor, edition int64) (Progress, error) {
	if err := actor.Require(account.Author, "see newsletters"); err != nil {
		return Progress{}, err
	}
	return s.progress(ctx, s.DB, edition)
}

func (s *Service) progress(ctx context.Context, q db.Querier, edition int64) (Progress, error) {
	all, err := mailings(ctx, q, edition)
	sum := Progress{Done: true}
	if s.Sender == nil {
		return sum, err
	}
	for _, m := range all {
		p, err := s.Sender.Progress(ctx, m.ID)
		if err != nil {
			return sum, err
		}
		sum = sum.plus(p)
	}
	return sum, err
}
