package edition

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
)

// The states of an offer.
const (
	OfferOpen      = "open"
	OfferNext      = "next" // in an edition that has not been sent
	OfferSent      = "sent"
	OfferDismissed = "dismissed"
)

// Offer is a correction of an article that readers of a newsletter got by mail.
type Offer struct {
	ID         int64
	Article    int64
	Newsletter int64
	Correction int64
	State      string
	Edition    int64 // that tells it
	At         time.Time

	Headline string // of the article now; "" when readers may not see it any more
	Note     string
	Editions []Edition // that had the mistake, without their articles
}

// offerCorrection keeps that a correction which readers see now concerns
// articles that were mailed as they were before it.
func (s *Service) offerCorrection(ctx context.Context, tx *db.Tx, a *article.Article) error {
	all, err := s.public(tx).CorrectionsOf(ctx, a.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	newest := all[0]
	rows, err := tx.Query(ctx, `SELECT DISTINCT e.newsletter_id FROM edition_item i JOIN edition e ON e.id = i.edition_id
		WHERE i.article_id = $1 AND e.started_at > 0 AND e.started_at < $2 AND i.form <> 'correction' AND i.version_id <> $3`,
		a.ID, db.Micros(newest.At), a.LiveVersion)
	newsletters, err := db.All(rows, err, scanID)
	if err != nil {
		return err
	}
	for _, n := range newsletters {
		if _, err := tx.Exec(ctx, `INSERT INTO correction_offer (id, article_id, newsletter_id, correction_id, state, at) VALUES ($1, $2, $3, $4, 'open', $5)
			ON CONFLICT (correction_id, newsletter_id) DO NOTHING`, s.newID(), a.ID, n, newest.ID, db.Micros(newest.At)); err != nil {
			return err
		}
	}
	return nil
}

const offerColumns = `id, article_id, newsletter_id, correction_id, state, edition_id, at`

func scanOffer(r *sql.Rows) (o Offer, err error) {
	var at int64
	err = r.Scan(&o.ID, &o.Article, &o.Newsletter, &o.Correction, &o.State, &o.Edition, &at)
	o.At = db.Time(at)
	return o, err
}

// Offers lists the corrections that readers have not been told of by mail, the
// newest first.
func (s *Service) Offers(ctx context.Context, actor account.Actor) ([]Offer, error) {
	if err := actor.Require(account.Author, "see newsletters"); err != nil {
		return nil, err
	}
	rows, err := s.DB.Query(ctx, `SELECT `+offerColumns+` FROM correction_offer WHERE state = 'open' ORDER BY at DESC, id LIMIT 50`)
	all, err := db.All(rows, err, scanOffer)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := s.fill(ctx, &all[i]); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(all, func(o Offer) bool { return o.Headline == "" }), nil
}

func (s *Service) fill(ctx context.Context, o *Offer) error {
	found, err := s.public(s.DB).CorrectionBy(ctx, o.Article, o.Correction)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	a, _, err := s.public(s.DB).Kept(ctx, o.Article, 0)
	if err != nil {
		return err
	}
	o.Headline, o.Note = a.Headline, found[0].Note
	o.Editions, err = s.withMistake(ctx, s.DB, o.Newsletter, o.Article, o.At)
	return err
}

// withMistake lists the editions of a newsletter that had an article before a
// correction.
func (s *Service) withMistake(ctx context.Context, q db.Querier, newsletter, articleID int64, at time.Time) ([]Edition, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM edition e JOIN edition_item i ON i.edition_id = e.id
		WHERE i.article_id = $1 AND e.newsletter_id = $2 AND e.started_at > 0 AND e.started_at < $3 AND i.form <> 'correction' ORDER BY e.started_at`,
		articleID, newsletter, db.Micros(at))
	return db.All(rows, err, scan)
}

func (s *Service) offer(ctx context.Context, tx *db.Tx, id int64) (Offer, error) {
	rows, err := tx.Query(ctx, `SELECT `+offerColumns+` FROM correction_offer WHERE id = $1`, id)
	all, err := db.All(rows, err, scanOffer)
	if err != nil {
		return Offer{}, err
	}
	if len(all) == 0 {
		return Offer{}, fault.New(fault.NotFound, "there is no such correction")
	}
	if all[0].State != OfferOpen {
		return all[0], fault.New(fault.Conflict, "somebody has seen to this correction already")
	}
	return all[0], nil
}

func (s *Service) settleOffer(ctx context.Context, tx *db.Tx, o Offer, state string, edition int64) error {
	_, err := tx.Exec(ctx, `UPDATE correction_offer SET state = $1, edition_id = $2 WHERE id = $3`, state, edition, o.ID)
	return err
}

// CorrectNext puts a correction at the top of the next edition: the newest draft
// of its newsletter, or a new one.
func (s *Service) CorrectNext(ctx context.Context, actor account.Actor, offer int64) (e Edition, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := maySend(actor, nil); err != nil {
			return err
		}
		o, err := s.offer(ctx, tx, offer)
		if err != nil {
			return err
		}
		item := Item{Article: o.Article, Form: Corrected, Correction: o.Correction}
		open, err := list(ctx, tx, Filter{Newsletter: o.Newsletter, State: Draft}, 0, 20)
		if err != nil {
			return err
		}
		for _, candidate := range open {
			if candidate.Kind != Composed {
				continue
			}
			if e, err = byID(ctx, tx, candidate.ID); err != nil {
				return err
			}
			if !slices.ContainsFunc(e.Items, func(it Item) bool { return it.Article == o.Article }) {
				e.Items = append([]Item{item}, e.Items...)
				if err := s.advance(ctx, tx, actor, &e, "add correction", nil); err != nil {
					return err
				}
				return s.settleOffer(ctx, tx, o, OfferNext, e.ID)
			}
		}
		if e, err = s.createTx(ctx, tx, actor, Edition{Newsletter: o.Newsletter, Kind: Composed, Items: []Item{item}}); err != nil {
			return err
		}
		return s.settleOffer(ctx, tx, o, OfferNext, e.ID)
	})
	return e, err
}

// CorrectNow sends a correction at once to those who got the mistake.
func (s *Service) CorrectNow(ctx context.Context, actor account.Actor, offer int64) (e Edition, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := maySend(actor, nil); err != nil {
			return err
		}
		o, err := s.offer(ctx, tx, offer)
		if err != nil {
			return err
		}
		a, _, err := s.public(tx).Kept(ctx, o.Article, 0)
		if err != nil {
			return err
		}
		found, err := s.public(tx).CorrectionBy(ctx, o.Article, o.Correction)
		if err != nil {
			return err
		}
		c, err := s.scene(ctx, tx, &Edition{Newsletter: o.Newsletter})
		if err != nil {
			return err
		}
		e, err = s.createTx(ctx, tx, actor, Edition{Newsletter: o.Newsletter, Kind: Correction,
			Subject: oneLine(c.words.T("correction."+string(found[0].Kind)) + ": " + a.Headline), Preview: clip(found[0].Note, mostPreview),
			Items: []Item{{Article: o.Article, Form: Corrected, Correction: o.Correction}}})
		if err != nil {
			return err
		}
		if err := s.sendTx(ctx, tx, actor, &e, SendInput{ID: e.ID, Revision: e.Revision, LocalHour: -1}); err != nil {
			return err
		}
		return s.settleOffer(ctx, tx, o, OfferSent, e.ID)
	})
	return e, err
}

// CorrectNot notes that nobody needs to be told of a correction by mail.
func (s *Service) CorrectNot(ctx context.Context, actor account.Actor, offer int64) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := maySend(actor, nil); err != nil {
			return err
		}
		o, err := s.offer(ctx, tx, offer)
		if err != nil {
			return err
		}
		if err := s.settleOffer(ctx, tx, o, OfferDismissed, 0); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "dismiss correction", o.Article, nil)
	})
}

func clip(s string, most int) string {
	if r := []rune(oneLine(s)); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return oneLine(s)
}

// mistaken finds the mailings whose readers a correction is for.
func (s *Service) mistaken(ctx context.Context, p *plan) error {
	if len(p.edition.Items) == 0 {
		return nil
	}
	it := p.edition.Items[0]
	found, err := s.public(s.DB).CorrectionBy(ctx, it.Article, it.Correction)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	had, err := s.withMistake(ctx, s.DB, p.edition.Newsletter, it.Article, found[0].At)
	for _, e := range had {
		all, err := mailings(ctx, s.DB, e.ID)
		if err != nil {
			return err
		}
		for _, m := range all {
			p.heard = append(p.heard, m)
			p.before = append(p.before, e.ID)
		}
	}
	return err
}

// heard tells whether a reader got the mistake: a letter of one of the mailings,
// with the article in it.
func (s *Service) heard(ctx context.Context, p *plan, m subscriber.Member) (bool, error) {
	for i, mailing := range p.heard {
		ids, keys, err := s.Sender.Received(ctx, s.DB, mailing.ID, m.ID-1, 1)
		if err != nil {
			return false, err
		}
		if len(ids) == 0 || ids[0] != m.ID {
			continue
		}
		had, err := s.had(ctx, p.before[i], interestOf(keys[0]), p.edition.Items[0].Article)
		if err != nil || had {
			return had, err
		}
	}
	return false, nil
}

// had tells whether the letters of an edition for a choice held an article.
func (s *Service) had(ctx context.Context, edition int64, interest string, articleID int64) (bool, error) {
	var raw string
	err := s.DB.QueryRow(ctx, `SELECT articles FROM edition_variant WHERE edition_id = $1 AND interest = $2`, edition, interest).Scan(&raw)
	if fault.Is(err, fault.NotFound) {
		return true, nil // nobody knows any more: better told once too often
	}
	if err != nil {
		return false, err
	}
	var items []Item
	if err := json.Unmarshal([]byte(raw), &items); err != nil {
		return false, fault.New(fault.Internal, "what edition %d held cannot be read: %w", edition, err)
	}
	return slices.ContainsFunc(items, func(it Item) bool { return it.Article == articleID }), nil
}

// reopen offers the corrections again that were taken out of an edition.
func (s *Service) reopen(ctx context.Context, tx *db.Tx, e *Edition) error {
	rows, err := tx.Query(ctx, `SELECT `+offerColumns+` FROM correction_offer WHERE edition_id = $1 AND state = 'next'`, e.ID)
	all, err := db.All(rows, err, scanOffer)
	if err != nil {
		return err
	}
	for _, o := range all {
		if slices.ContainsFunc(e.Items, func(it Item) bool { return it.Form == Corrected && it.Correction == o.Correction }) {
			continue
		}
		if err := s.settleOffer(ctx, tx, o, OfferOpen, 0); err != nil {
			return err
		}
	}
	return nil
}
