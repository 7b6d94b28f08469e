package edition

import (
	"context"
	"database/sql"
	"encoding/json"

	"dateline/internal/db"
	"dateline/internal/fault"
)

const columns = `e.id, e.newsletter_id, e.kind, e.state, e.revision, e.slug, e.subject, e.preview, e.intro, e.audience, e.test, e.send_at,
	e.local_hour, e.problem, e.owner_id, e.created_by, e.created_at, e.updated_at, e.started_at, e.ended_at, e.again`

func scan(r *sql.Rows) (e Edition, err error) {
	var intro, audience, test string
	var at, created, updated, started, ended int64
	if err := r.Scan(&e.ID, &e.Newsletter, &e.Kind, &e.State, &e.Revision, &e.Slug, &e.Subject, &e.Preview, &intro, &audience, &test, &at,
		&e.LocalHour, &e.Problem, &e.Owner, &e.CreatedBy, &created, &updated, &started, &ended, &e.Again); err != nil {
		return e, err
	}
	e.At, e.Created, e.Updated, e.Started, e.Ended = db.Time(at), db.Time(created), db.Time(updated), db.Time(started), db.Time(ended)
	for raw, to := range map[string]any{intro: &e.Intro, audience: &e.Audience, test: &e.Test} {
		if err := json.Unmarshal([]byte(raw), to); err != nil {
			return e, fault.New(fault.Internal, "edition %d cannot be read: %w", e.ID, err)
		}
	}
	return e, nil
}

func byID(ctx context.Context, q db.Querier, id int64) (Edition, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM edition e WHERE e.id = $1`, id)
	return one(ctx, q, rows, err)
}

func bySlug(ctx context.Context, q db.Querier, newsletter int64, slug string) (Edition, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM edition e WHERE e.newsletter_id = $1 AND e.slug = $2 AND e.slug <> ''`, newsletter, slug)
	return one(ctx, q, rows, err)
}

// one reads the edition of a query, with its articles.
func one(ctx context.Context, q db.Querier, rows *sql.Rows, err error) (Edition, error) {
	all, err := db.All(rows, err, scan)
	if err != nil {
		return Edition{}, err
	}
	if len(all) == 0 {
		return Edition{}, fault.New(fault.NotFound, "there is no such edition")
	}
	all[0].Items, err = items(ctx, q, all[0].ID)
	return all[0], err
}

func items(ctx context.Context, q db.Querier, edition int64) ([]Item, error) {
	rows, err := q.Query(ctx, `SELECT article_id, version_id, form, correction_id FROM edition_item WHERE edition_id = $1 ORDER BY position`, edition)
	return db.All(rows, err, func(r *sql.Rows) (it Item, err error) {
		return it, r.Scan(&it.Article, &it.Version, &it.Form, &it.Correction)
	})
}

// mailing is one mailing of an edition.
type mailing struct {
	ID   int64
	Part string
}

func mailings(ctx context.Context, q db.Querier, edition int64) ([]mailing, error) {
	rows, err := q.Query(ctx, `SELECT mailing_id, part FROM edition_mailing WHERE edition_id = $1 ORDER BY part`, edition)
	return db.All(rows, err, func(r *sql.Rows) (m mailing, err error) { return m, r.Scan(&m.ID, &m.Part) })
}

// encoded are the columns of an edition that are JSON.
func (e *Edition) encoded() (intro, audience, test string, err error) {
	texts := make([]string, 3)
	for i, v := range []any{e.Intro, e.Audience, e.Test} {
		raw, err := json.Marshal(v)
		if err != nil {
			return "", "", "", fault.New(fault.Internal, "edition: %w", err)
		}
		texts[i] = string(raw)
	}
	return texts[0], texts[1], texts[2], nil
}

func insert(ctx context.Context, tx *db.Tx, e *Edition) error {
	intro, audience, test, err := e.encoded()
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO edition (id, newsletter_id, kind, state, revision, subject, preview, intro, audience, test, owner_id,
			created_by, created_at, updated_at, again) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		e.ID, e.Newsletter, string(e.Kind), string(e.State), e.Revision, e.Subject, e.Preview, intro, audience, test, e.Owner, e.CreatedBy,
		db.Micros(e.Created), db.Micros(e.Updated), e.Again); err != nil {
		return err
	}
	return keepItems(ctx, tx, e)
}

// update writes an edition's standing and words; its articles are kept by
// keepItems.
func update(ctx context.Context, tx *db.Tx, e *Edition) error {
	intro, audience, test, err := e.encoded()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE edition SET state = $2, revision = $3, slug = $4, subject = $5, preview = $6, intro = $7, audience = $8, test = $9,
			send_at = $10, local_hour = $11, problem = $12, updated_at = $13, started_at = $14, ended_at = $15 WHERE id = $1`,
		e.ID, string(e.State), e.Revision, e.Slug, e.Subject, e.Preview, intro, audience, test, db.Micros(e.At), int64(e.LocalHour), e.Problem,
		db.Micros(e.Updated), db.Micros(e.Started), db.Micros(e.Ended))
	return err
}

func keepItems(ctx context.Context, tx *db.Tx, e *Edition) error {
	if _, err := tx.Exec(ctx, `DELETE FROM edition_item WHERE edition_id = $1`, e.ID); err != nil {
		return err
	}
	for i, it := range e.Items {
		if _, err := tx.Exec(ctx, `INSERT INTO edition_item (edition_id, position, article_id, version_id, form, correction_id) VALUES ($1, $2, $3, $4, $5, $6)`,
			e.ID, int64(i), it.Article, it.Version, string(it.Form), it.Correction); err != nil {
			return err
		}
	}
	return nil
}

// Filter narrows a list of editions. Zero fields do not.
type Filter struct {
	Newsletter int64
	State      State
}

// list returns up to limit editions, the newest first, that come after the one
// of an id (0 for the newest).
func list(ctx context.Context, q db.Querier, f Filter, before int64, limit int) ([]Edition, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM edition e WHERE ($1 = 0 OR e.newsletter_id = $1) AND ($2 = '' OR e.state = $2)
		AND ($3 = 0 OR (e.created_at, e.id) < (SELECT b.created_at, b.id FROM edition b WHERE b.id = $3))
		ORDER BY e.created_at DESC, e.id DESC LIMIT $4`, f.Newsletter, string(f.State), before, limit)
	return db.All(rows, err, scan)
}
