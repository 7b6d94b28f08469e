package db

import (
	"context"
	"database/sql"
)

// Read runs fn on one committed state of the database: whatever is written
// meanwhile, all its statements see the same. fn must not keep q.
func (d *DB) Read(ctx context.Context, fn func(ctx context.Context, q Querier) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if d.Engine() == Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.read.BeginTx(ctx, options)
	if err != nil {
		return d.fault(err)
	}
	s := &snapshot{d: d, tx: tx}
	defer func() {
		_ = tx.Rollback() // nothing was written
		s.prepare(ctx)
	}()
	return fn(ctx, s)
}

// snapshot is a transaction that reads.
type snapshot struct {
	d   *DB
	tx  *sql.Tx
	new []string // statements that nobody has prepared yet
}

// prepare makes the statements that were new ready for the next time. It needs
// a connection of the pool, so it must not hold one.
func (s *snapshot) prepare(ctx context.Context) {
	for _, query := range s.new {
		_, _ = s.d.stmts.get(ctx, query) // whoever runs it meets the error
	}
}

func (s *snapshot) Engine() Engine { return s.d.Engine() }

// Exec runs a statement; one that writes fails.
func (s *snapshot) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	s.d.traced(query)
	res, err := s.tx.ExecContext(ctx, s.d.rewrite(query), plain(args)...)
	if err != nil {
		return 0, s.d.fault(err)
	}
	return res.RowsAffected()
}

func (s *snapshot) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := s.query(ctx, query, plain(args))
	if err != nil {
		return nil, s.d.fault(err)
	}
	return rows, nil
}

func (s *snapshot) QueryRow(ctx context.Context, query string, args ...any) *Row {
	rows, err := s.query(ctx, query, plain(args))
	return &Row{rows: rows, err: err, fault: s.d.fault}
}

// query watches ctx between statements on SQLite, where each is short, and
// while they run on PostgreSQL.
func (s *snapshot) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	s.d.traced(query)
	if s.d.stmts == nil {
		return s.tx.QueryContext(ctx, query, args...)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	stmt := s.d.stmts.known(query)
	if stmt == nil {
		s.new = append(s.new, query)
		return s.tx.QueryContext(ctx, s.d.rewrite(query), args...)
	}
	return s.tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
}
