package postings

import (
	"context"
	"database/sql"

	"dateline/internal/db"
)

// Dictionary reads terms in the order of their bytes, all from one state of
// the database.
type Dictionary struct {
	q    db.Querier
	view *view
}

// Dictionary lets read walk through the terms.
func (ix *Index) Dictionary(ctx context.Context, read func(ctx context.Context, d *Dictionary) error) error {
	return ix.db.Read(ctx, func(ctx context.Context, q db.Querier) error {
		v, err := ix.view(ctx, q)
		if err != nil {
			return err
		}
		return read(ctx, &Dictionary{q, v})
	})
}

// From returns up to limit merged terms at or after a text.
func (d *Dictionary) From(ctx context.Context, text string, limit int) ([]string, error) {
	rows, err := d.q.Query(ctx, `SELECT term FROM posting_term WHERE term >= $1 ORDER BY term LIMIT $2`, text, limit)
	return db.All(rows, err, func(r *sql.Rows) (term string, err error) { return term, r.Scan(&term) })
}

// Fresh calls see with each term of documents that are not merged yet, in no
// order, some of them more than once.
func (d *Dictionary) Fresh(see func(term string)) {
	for _, p := range d.view.chunks {
		for text := range p.terms {
			see(text)
		}
	}
}
