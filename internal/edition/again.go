package edition

import (
	"context"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
)

// Again makes a draft that mails an edition once more, to those of its readers
// who have not got it. Editors may, when its sending has ended.
func (s *Service) Again(ctx context.Context, actor account.Actor, edition int64) (e Edition, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := maySend(actor, nil); err != nil {
			return err
		}
		was, err := byID(ctx, tx, edition)
		switch {
		case err != nil:
			return err
		case was.Started.IsZero():
			return fault.New(fault.Invalid, "the edition was never sent").WithHint("send it")
		case was.Kind == Correction:
			return fault.New(fault.Invalid, "a correction is not mailed again: it follows the mistake")
		}
		again := Edition{Newsletter: was.Newsletter, Kind: was.Kind, Subject: was.Subject, Preview: was.Preview, Intro: was.Intro, Audience: was.Audience, Again: was.root()}
		if err := s.alone(ctx, tx, &again); err != nil {
			return err
		}
		for _, it := range was.Items {
			if it.Form != Corrected { // those who need it have it
				again.Items = append(again.Items, Item{Article: it.Article, Form: it.Form})
			}
		}
		e, err = s.createTx(ctx, tx, actor, again)
		return err
	})
	return e, err
}

// root is the first edition of those that repeat each other.
func (e *Edition) root() int64 {
	if e.Again != 0 {
		return e.Again
	}
	return e.ID
}

// alone refuses to begin an edition that repeats one whose letters are still
// leaving: nobody knows yet who will have got it.
func (s *Service) alone(ctx context.Context, q db.Querier, e *Edition) error {
	if e.Again == 0 {
		return nil
	}
	all, err := s.repeats(ctx, q, e)
	for _, other := range all {
		if other.State == Sending || other.State == Paused {
			return fault.New(fault.Invalid, "“%s” is still being sent, so it is not known yet who has not got it", other.Subject).WithHint("wait until it has ended, or stop it")
		}
	}
	return err
}

// repeats lists the editions that readers of a repeated one must not have got:
// the first one, its other repetitions, and for an article by itself every one
// that had it.
func (s *Service) repeats(ctx context.Context, q db.Querier, e *Edition) ([]Edition, error) {
	articleID := int64(0)
	if e.Kind == Article && len(e.Items) > 0 {
		articleID = e.Items[0].Article
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM edition e WHERE e.newsletter_id = $1 AND e.started_at > 0 AND e.id <> $2 AND (e.id = $3 OR e.again = $3
		OR e.id IN (SELECT edition_id FROM edition_item WHERE article_id = $4 AND form <> 'correction')) ORDER BY e.started_at, e.id`,
		e.Newsletter, e.ID, e.Again, articleID)
	return db.All(rows, err, scan)
}

// repeated finds the mailings whose readers a repeated edition leaves out.
func (s *Service) repeated(ctx context.Context, p *plan) error {
	all, err := s.repeats(ctx, s.DB, &p.edition)
	if err != nil {
		return err
	}
	for _, e := range all {
		some, err := mailings(ctx, s.DB, e.ID)
		if err != nil {
			return err
		}
		for _, m := range some {
			p.heard, p.before = append(p.heard, m), append(p.before, e.ID)
		}
	}
	return nil
}

// has tells whether a reader got what an edition repeats.
func (s *Service) has(ctx context.Context, p *plan, m subscriber.Member) (bool, error) {
	if p.edition.Kind == Article && len(p.edition.Items) > 0 {
		return s.heard(ctx, p, m)
	}
	for _, mailing := range p.heard {
		ids, _, err := s.Sender.Received(ctx, s.DB, mailing.ID, m.ID-1, 1)
		if err != nil || len(ids) > 0 && ids[0] == m.ID {
			return true, err
		}
	}
	return false, nil
}
