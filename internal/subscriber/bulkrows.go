package subscriber

import (
	"context"

	"dateline/internal/db"
)

// SQLite's statements for the rows of a batch: for manyRows of them, and for
// one.
const (
	manyRows = 64

	readerRow   = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	readsRowOf  = `(?, ?, ?, ?, ?, ?, ?)`
	consentOf   = `(?, ?, ?, ?, ?, ?, ?)`
	readers4    = readerRow + `, ` + readerRow + `, ` + readerRow + `, ` + readerRow
	readers16   = readers4 + `, ` + readers4 + `, ` + readers4 + `, ` + readers4
	readers64   = readers16 + `, ` + readers16 + `, ` + readers16 + `, ` + readers16
	reads4      = readsRowOf + `, ` + readsRowOf + `, ` + readsRowOf + `, ` + readsRowOf
	reads16     = reads4 + `, ` + reads4 + `, ` + reads4 + `, ` + reads4
	reads64     = reads16 + `, ` + reads16 + `, ` + reads16 + `, ` + reads16
	consents4   = consentOf + `, ` + consentOf + `, ` + consentOf + `, ` + consentOf
	consents16  = consents4 + `, ` + consents4 + `, ` + consents4 + `, ` + consents4
	consents64  = consents16 + `, ` + consents16 + `, ` + consents16 + `, ` + consents16
	intoReaders = `INSERT INTO subscriber (id, address, address_index, name, state, language, zone, source, created_at, confirmed_at, ended_at, updated_at) VALUES `
	intoReads   = `INSERT INTO subscription (newsletter_id, subscriber_id, rhythm, interest, active, since, until) VALUES `
	readsAgain  = ` ON CONFLICT (newsletter_id, subscriber_id) DO UPDATE SET active = excluded.active, until = excluded.until`
	intoConsent = `INSERT INTO consent (id, subscriber_id, at, what, text, detail, origin) VALUES `

	addReadersMany  = intoReaders + readers64
	addReadersOne   = intoReaders + readerRow
	putReadsMany    = intoReads + reads64 + readsAgain
	putReadsOne     = intoReads + readsRowOf + readsAgain
	addConsentsMany = intoConsent + consents64
	addConsentsOne  = intoConsent + consentOf
)

// storeValues writes the rows of the large tables as values.
func (b *Bulk) storeValues(ctx context.Context, tx *db.Tx, rows *bulkRows) error {
	now, said := b.s.now(), b.said()
	if err := putRows(ctx, tx, addReadersMany, addReadersOne, rows.added, func(to []any, r *personRow) []any {
		return append(to, r.ID, r.Address, r.Index, r.Name, string(r.State), r.Language, r.Zone, b.opt.Source, r.Created, r.Confirmed, r.Ended, now)
	}); err != nil {
		return err
	}
	if err := putRows(ctx, tx, putReadsMany, putReadsOne, rows.reads, func(to []any, r *readsRow) []any {
		return append(to, r.Newsletter, r.ID, r.Rhythm, r.Interest, r.Active, r.Since, r.Until)
	}); err != nil {
		return err
	}
	return putRows(ctx, tx, addConsentsMany, addConsentsOne, rows.consents, func(to []any, r *consentRow) []any {
		return append(to, r.ID, r.Subscriber, now, r.What, said, r.Detail, r.Origin)
	})
}

// putRows runs many for each manyRows of rows, and one for each of the rest.
func putRows[T any](ctx context.Context, tx *db.Tx, many, one string, rows []T, values func(to []any, row *T) []any) error {
	var args []any
	for len(rows) > 0 {
		query, n := many, manyRows
		if len(rows) < manyRows {
			query, n = one, 1
		}
		args = args[:0]
		for i := range n {
			args = values(args, &rows[i])
		}
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
