package edition

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/subscriber"
)

// JobSettled acts on article.EventSettled: an article that is to be mailed goes
// out, one that was mailed and is corrected is offered.
const JobSettled = "edition.settled"

// newsFor is how old an article may be when a rule mails it: what is imported
// or first shown after a long embargo is no news.
const newsFor = 24 * time.Hour

// WantMail asks in tx, beside the publication of an article, that it be mailed
// to newsletters when readers can see it; none takes the wish back. Who may
// publish the article and is an editor may.
func (s *Service) WantMail(ctx context.Context, tx *db.Tx, actor account.Actor, articleID int64, newsletters []int64) error {
	had, err := wanted(ctx, tx, articleID)
	if err != nil || slices.Equal(had, newsletters) {
		return err
	}
	if err := actor.Require(account.Editor, "mail articles to readers"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM article_mail WHERE article_id = $1`, articleID); err != nil {
		return err
	}
	if err := subscriber.EnsurePreset(ctx, tx, s.Clock.Now()); err != nil {
		return err
	}
	for _, n := range newsletters {
		if _, err := s.Readers.Newsletter(ctx, tx, n); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO article_mail (article_id, newsletter_id, wanted_by, at) VALUES ($1, $2, $3, $4)`,
			articleID, n, actor.Name, db.Micros(s.Clock.Now())); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, s.Clock.Now(), actor.Name, "mail", "article", articleID, map[string]any{"newsletters": newsletters})
}

func wanted(ctx context.Context, q db.Querier, articleID int64) ([]int64, error) {
	rows, err := q.Query(ctx, `SELECT newsletter_id FROM article_mail WHERE article_id = $1 ORDER BY newsletter_id`, articleID)
	return db.All(rows, err, scanID)
}

func scanID(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) }

// MailOffer is a newsletter that an article may be mailed with.
type MailOffer struct {
	Newsletter subscriber.Newsletter
	Wanted     bool  // when it is published
	ByRule     bool  // it would be mailed anyhow
	Mailed     bool  // it was, and will not be again by itself
	Edition    int64 // that mailed it
}

// MailOffers lists the newsletters that an article may be mailed with, for the
// panel of publishing.
func (s *Service) MailOffers(ctx context.Context, articleID int64, sections []int64) ([]MailOffer, error) {
	all, err := s.Readers.Newsletters(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	want, err := wanted(ctx, s.DB, articleID)
	if err != nil {
		return nil, err
	}
	var out []MailOffer
	for _, n := range all {
		if !offers(n, subscriber.RhythmEach) {
			continue
		}
		mailed, err := s.mailed(ctx, s.DB, articleID, n.ID)
		if err != nil {
			return nil, err
		}
		r, err := s.rule(ctx, s.DB, n.ID, subscriber.RhythmEach)
		if err != nil {
			return nil, err
		}
		out = append(out, MailOffer{Newsletter: n, Wanted: slices.Contains(want, n.ID), Mailed: mailed != 0, Edition: mailed, ByRule: r.On && (len(r.Sections) == 0 || overlap(r.Sections, sections))})
	}
	return out, nil
}

func overlap(a, b []int64) bool {
	return slices.ContainsFunc(a, func(id int64) bool { return slices.Contains(b, id) })
}

// mailed returns the edition that mailed an article by itself, 0 for none.
func (s *Service) mailed(ctx context.Context, q db.Querier, articleID, newsletter int64) (edition int64, err error) {
	err = q.QueryRow(ctx, `SELECT COALESCE(MAX(edition_id), 0) FROM article_mailed WHERE article_id = $1 AND newsletter_id = $2`, articleID, newsletter).Scan(&edition)
	return edition, err
}

// HandleSettled carries out JobSettled. Doing it twice changes nothing.
func (s *Service) HandleSettled(ctx context.Context, raw []byte) error {
	var p article.Settled
	if err := json.Unmarshal(raw, &p); err != nil {
		return job.GiveUp(err)
	}
	if !p.Public {
		return nil
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, vis, err := s.public(tx).Read(ctx, p.Article)
		if fault.Is(err, fault.NotFound) || err == nil && (vis != article.Listed || a.Type != article.TypeArticle) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.offerCorrection(ctx, tx, &a); err != nil {
			return err
		}
		return s.mailArticle(ctx, tx, &a)
	})
}

// mailArticle sends an article to the newsletters that want it and have not had
// it.
func (s *Service) mailArticle(ctx context.Context, tx *db.Tx, a *article.Article) error {
	want, err := wanted(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	byRule, err := s.byRule(ctx, tx, a)
	if err != nil {
		return err
	}
	forms := map[int64]Form{}
	for _, n := range want {
		forms[n] = Full
	}
	for n, form := range byRule {
		forms[n] = form
	}
	for _, n := range sortedKeys(forms) {
		done, err := s.mailed(ctx, tx, a.ID, n)
		if err != nil {
			return err
		}
		if done == 0 {
			if err := s.mailOne(ctx, tx, a, n, forms[n]); err != nil {
				return err
			}
		}
	}
	if len(want) == 0 {
		return nil
	}
	_, err = tx.Exec(ctx, `DELETE FROM article_mail WHERE article_id = $1`, a.ID)
	return err
}

func sortedKeys(m map[int64]Form) []int64 {
	var ids []int64
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// mailOne makes the edition of one article for one newsletter. That it was
// mailed is noted before anything can go wrong: never twice.
func (s *Service) mailOne(ctx context.Context, tx *db.Tx, a *article.Article, newsletter int64, form Form) error {
	e, err := s.createTx(ctx, tx, mailer, Edition{Newsletter: newsletter, Kind: Article, Subject: oneLine(a.Headline),
		Items: []Item{{Article: a.ID, Form: form}}})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO article_mailed (article_id, newsletter_id, edition_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		a.ID, newsletter, e.ID, db.Micros(s.Clock.Now())); err != nil {
		return err
	}
	return s.sendOrTell(ctx, tx, &e)
}

// byRule finds the newsletters whose rule mails an article, and how much of it.
func (s *Service) byRule(ctx context.Context, tx *db.Tx, a *article.Article) (map[int64]Form, error) {
	if s.Clock.Now().Sub(a.FirstPublished) > newsFor {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `SELECT `+ruleColumns+` FROM edition_rule WHERE active = 1 AND rhythm = 'each'`)
	all, err := db.All(rows, err, scanRule)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	lists, err := s.public(tx).Lists(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	out := map[int64]Form{}
	for _, r := range all {
		in := len(r.Sections) == 0
		for _, id := range r.Sections {
			in = in || slices.Contains(lists, article.List{Scope: article.ScopeSection, Ref: id})
		}
		if in && !a.FirstPublished.Before(r.Since) {
			out[r.Newsletter] = r.Form
		}
	}
	return out, nil
}
