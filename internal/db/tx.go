package db

import (
	"context"
	"database/sql"
	"slices"

	"dateline/internal/fault"
)

// conn is what a transaction runs its statements on.
type conn interface {
	exec(ctx context.Context, query string, args []any) (sql.Result, error)
	query(ctx context.Context, query string, args []any) (*sql.Rows, error)
	// once runs a statement that is not worth keeping prepared.
	once(ctx context.Context, query string) error
}

// Tx is a transaction inside [DB.Write]. Not safe for concurrent use.
type Tx struct {
	d      *DB
	conn   conn
	failed error // first statement that failed
	over   bool
	purged map[string]struct{}
	soon   map[string]struct{}
	after  []func()
	woken  []string
}

// Engine returns the database's engine.
func (tx *Tx) Engine() Engine { return tx.d.Engine() }

// Exec runs a statement and returns the number of rows it affected.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := tx.usable(ctx); err != nil {
		return 0, err
	}
	tx.d.traced(query)
	res, err := tx.conn.exec(ctx, query, plain(args))
	if err != nil {
		return 0, tx.spoil(err)
	}
	return res.RowsAffected()
}

// Query returns the rows of a statement as the transaction sees them.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := tx.usable(ctx); err != nil {
		return nil, err
	}
	tx.d.traced(query)
	rows, err := tx.conn.query(ctx, query, plain(args))
	if err != nil {
		return nil, tx.spoil(err)
	}
	return rows, nil
}

// QueryRow returns the first row of a statement as the transaction sees it.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *Row {
	if err := tx.usable(ctx); err != nil {
		return &Row{err: err}
	}
	tx.d.traced(query)
	rows, err := tx.conn.query(ctx, query, plain(args))
	return &Row{rows: rows, err: err, fault: tx.spoil}
}

// AfterCommit runs fn once the transaction is durable, before Write returns;
// never when it failed. fn gets no error to report: what must not be lost
// belongs into a job.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// Purge asks every process that shows pages to drop those under the keys once
// the transaction is durable. The key "*" means all pages.
func (tx *Tx) Purge(keys ...string) {
	if tx.purged == nil {
		tx.purged = map[string]struct{}{}
	}
	for _, key := range keys {
		tx.purged[key] = struct{}{}
	}
}

// Wake calls this process's OnWake listeners for topic after the commit.
func (tx *Tx) Wake(topic string) {
	if !slices.Contains(tx.woken, topic) {
		tx.woken = append(tx.woken, topic)
	}
}

func (tx *Tx) usable(ctx context.Context) error {
	switch {
	case tx.over:
		return fault.New(fault.Internal, "db: transaction used after its end")
	case tx.failed != nil:
		return tx.failed
	}
	return tx.d.fault(ctx.Err())
}

// spoil remembers the first failure and returns err with its code.
func (tx *Tx) spoil(err error) error {
	err = tx.d.fault(err)
	if tx.failed == nil {
		tx.failed = err
	}
	return err
}
