package quote

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
)

// Quote is what somebody said, where an article attributes it.
type Quote struct {
	ID       int64
	Article  article.Article // as readers see it; only its id until it was asked for
	Part     int             // page of the article, from 1
	Anchor   string          // id on that page, "" for none
	Kind     string          // richtext.QuoteBlock, QuoteAccount or QuoteProse
	Speaker  string          // as written
	Key      string          // Key of it
	Role     string
	Words    string
	Direct   bool   // the speaker's own words; else reported
	Date     string // when it was said: a day, a month or a year; "" when that is not told
	Outlet   string
	Source   string // address
	Language string // of the article; "" is the site's
	At       time.Time
	Record   int64 // of the shared accounts that it is part of, 0 for none

	n int64
}

// same tells whether two rows say the same, whatever their ids.
func (q *Quote) same(other *Quote) bool {
	a, b := *q, *other
	a.ID, b.ID = 0, 0
	a.Article, b.Article = article.Article{ID: q.Article.ID}, article.Article{ID: other.Article.ID}
	at := a.At.Equal(b.At)
	a.At, b.At = time.Time{}, time.Time{}
	return at && equal(&a, &b)
}

func equal(a, b *Quote) bool {
	return a.Article.ID == b.Article.ID && a.Part == b.Part && a.Anchor == b.Anchor && a.Kind == b.Kind && a.Speaker == b.Speaker && a.Key == b.Key &&
		a.Role == b.Role && a.Words == b.Words && a.Direct == b.Direct && a.Date == b.Date && a.Outlet == b.Outlet && a.Source == b.Source &&
		a.Language == b.Language && a.n == b.n && a.Record == b.Record
}

const columns = `id, article_id, n, part, anchor, kind, speaker, speaker_key, role, words, direct, said, outlet, source, language, record_id, at`

func scan(r *sql.Rows, more ...any) (q Quote, err error) {
	var direct, at int64
	err = r.Scan(append([]any{&q.ID, &q.Article.ID, &q.n, &q.Part, &q.Anchor, &q.Kind, &q.Speaker, &q.Key, &q.Role, &q.Words, &direct, &q.Date, &q.Outlet,
		&q.Source, &q.Language, &q.Record, &at}, more...)...)
	q.Direct, q.At = direct == 1, db.Time(at)
	return q, err
}

func scanPlain(r *sql.Rows) (Quote, error) { return scan(r) }

func insert(ctx context.Context, tx *db.Tx, q *Quote) error {
	_, err := tx.Exec(ctx, `INSERT INTO quote (id, article_id, n, part, anchor, kind, speaker, speaker_key, role, words, folded, direct, said, outlet, source,
		language, record_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		q.ID, q.Article.ID, q.n, q.Part, q.Anchor, q.Kind, q.Speaker, q.Key, q.Role, q.Words, folded(q.Words), db.Bool(q.Direct), q.Date, q.Outlet,
		q.Source, q.Language, q.Record, db.Micros(q.At))
	return err
}

// inArticle are the rows that an article's own text has.
func inArticle(ctx context.Context, q db.Querier, articleID int64) ([]Quote, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM quote WHERE article_id = $1 AND record_id = 0 ORDER BY n`, articleID)
	return db.All(rows, err, scanPlain)
}

// ofRecord are the rows of shared accounts.
func ofRecord(ctx context.Context, q db.Querier, recordID int64) ([]Quote, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM quote WHERE record_id = $1 ORDER BY n`, recordID)
	return db.All(rows, err, scanPlain)
}
