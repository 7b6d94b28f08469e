// Package db is Dateline's one way to SQLite and PostgreSQL.
//
// One SQL text serves both engines: PostgreSQL flavour, parameters written
// $1, $2, …, statements constant. Reads run on a pool of connections, through
// [DB] itself; every write runs inside [DB.Write]. On SQLite one writer
// connection commits the writes of several callers together, so that
// synchronous=FULL costs one sync a group; on PostgreSQL each write is a
// SERIALIZABLE transaction that is tried again after a conflict. Either way a
// write that returned nil is on disk, whole.
//
// Rules that hold on both engines:
//   - read rows to their end (or close them) before the next statement of the
//     same transaction, and never hold rows while asking for others: [All]
//     does that;
//   - a statement that fails spoils its transaction: Write rolls it back and
//     returns the failure even when the function ignored it. Use ON CONFLICT
//     where a duplicate is expected;
//   - arguments are integers, floats, strings, []byte (bound as text), [Blob],
//     bool (bound as 0 and 1) and nil. Times go through [Micros].
//
// Tables: schema_migration (which migrations ran), purge (see [Tx.Purge]).
package db

import (
	"context"
	"database/sql"
	"runtime"
	"strings"
	"sync"

	"dateline/internal/clock"
	"dateline/internal/fault"
)

// Engine names a database engine.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options tunes a database; zero values choose the defaults.
type Options struct {
	Readers int // connections for reading, opened when first needed; default two a core on SQLite, 16 on PostgreSQL
	CacheKB int // page cache of each SQLite reader, half that of the writer; default 2048

	// Trace is told the text of each statement before it runs, so that tests
	// can count them; nil for none. It is called concurrently.
	Trace func(query string)

	Clock clock.Clock // of the intervals of Tx.PurgeSoon; nil for the machine's
}

// Querier runs statements: a *DB outside, a *Tx inside a write.
type Querier interface {
	// Exec runs a statement and returns the number of rows it affected.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Query returns the rows of a statement; the caller closes them.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// QueryRow returns the first row of a statement.
	QueryRow(ctx context.Context, query string, args ...any) *Row
	Engine() Engine
}

// backend is what differs between the engines.
type backend interface {
	engine() Engine
	// write runs run in a transaction until it is committed or has failed
	// for good, and returns the transaction that was committed.
	write(ctx context.Context, run func(*Tx) error) (*Tx, error)
	// rewrite turns a statement into the engine's own parameter syntax.
	rewrite(query string) string
	// translate turns a migration into the engine's own column types.
	translate(migration string) string
	// fault gives a driver's error a code and words, if it is known.
	fault(err error) error
	// notify announces a purge row to other processes at the commit of tx.
	notify(ctx context.Context, tx *Tx, id int64) error
	// listen calls found with each purge row that others announce, until ctx
	// ends; it returns at once when the engine announces nothing.
	listen(ctx context.Context, found func(id int64))
	// lockSchema keeps other processes from migrating until unlock.
	lockSchema(ctx context.Context) (unlock func(), err error)
	// tables lists the tables of the database.
	tables(ctx context.Context, q Querier) ([]string, error)
	close() error
}

// DB is an open database. Safe for concurrent use.
type DB struct {
	backend
	read  *sql.DB
	stmts *statements // nil where the driver caches statements itself
	purge *purger
	wakes wakes
	trace func(query string) // nil for none
	once  sync.Once
}

// Open opens the database at url, "sqlite:PATH" or "postgres://…", without
// looking at its tables: call Migrate next. A SQLite file is made when it is
// missing; its folder must exist.
func Open(ctx context.Context, url string, opt Options) (*DB, error) {
	var d *DB
	var err error
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		d, err = openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), opt)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		d, err = openPostgres(ctx, url, opt)
	default:
		return nil, fault.New(fault.Invalid, "database address %q is of no known kind", redact(url)).
			WithHint("use sqlite:PATH or postgres://user@host/name")
	}
	if err != nil {
		return nil, err
	}
	d.trace = opt.Trace
	d.purge = newPurger(d, opt.Clock)
	return d, nil
}

func (d *DB) traced(query string) {
	if d.trace != nil {
		d.trace(query)
	}
}

// redact cuts what may hold a password.
func redact(url string) string {
	scheme, _, found := strings.Cut(url, ":")
	if !found {
		return url
	}
	return scheme + ":…"
}

func defaultReaders() int { return 2 * runtime.GOMAXPROCS(0) }

// Engine returns the database's engine.
func (d *DB) Engine() Engine { return d.engine() }

// Close waits for the writes under way and releases everything.
func (d *DB) Close() error {
	var err error
	d.once.Do(func() {
		d.purge.stop()
		err = d.backend.close()
		d.stmts.close()
		if e := d.read.Close(); err == nil {
			err = e
		}
	})
	return err
}

// Exec runs a statement on the read pool: on SQLite, one that writes fails.
func (d *DB) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	d.traced(query)
	res, err := d.read.ExecContext(ctx, d.rewrite(query), plain(args)...)
	if err != nil {
		return 0, d.fault(err)
	}
	return res.RowsAffected()
}

// Query reads rows from the last committed state.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := d.query(ctx, query, plain(args))
	if err != nil {
		return nil, d.fault(err)
	}
	return rows, nil
}

// QueryRow reads one row from the last committed state. On SQLite it does not
// watch ctx once it runs: a point read is over sooner than it is cancelled.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *Row {
	if err := ctx.Err(); err != nil {
		return &Row{err: d.fault(err)}
	}
	if d.stmts != nil {
		ctx = context.WithoutCancel(ctx)
	}
	rows, err := d.query(ctx, query, plain(args))
	return &Row{rows: rows, err: err, fault: d.fault}
}

func (d *DB) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	d.traced(query)
	if d.stmts == nil {
		return d.read.QueryContext(ctx, query, args...)
	}
	stmt, err := d.stmts.get(ctx, query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return d.read.QueryContext(ctx, d.rewrite(query), args...)
	}
	return stmt.QueryContext(ctx, args...)
}

type inWrite struct{ d *DB }

// Write runs fn in one transaction and returns once its effects are durable.
// When fn or the commit fails nothing of it remains. fn may run more than
// once, so it must only act through tx; it must not call Write again, nor
// keep tx. Work for after the commit goes through tx.AfterCommit and tx.Purge
// and is done before Write returns.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if ctx.Value(inWrite{d}) != nil {
		return fault.New(fault.Internal, "db: Write called inside Write; pass the transaction on instead")
	}
	inner := context.WithValue(ctx, inWrite{d}, true)
	tx, err := d.write(ctx, func(tx *Tx) error {
		tx.d = d
		err := fn(inner, tx)
		if err == nil && tx.failed == nil {
			err = d.purge.record(inner, tx)
		}
		tx.over = true
		if tx.failed != nil && err == nil {
			err = tx.failed
		}
		return err
	})
	if err != nil {
		return d.fault(err)
	}
	d.finish(tx)
	return nil
}

// finish does what a transaction asked for after its commit.
func (d *DB) finish(tx *Tx) {
	if len(tx.purged) > 0 {
		d.purge.announce(tx.purged, false)
	}
	if len(tx.soon) > 0 {
		d.purge.announceSoon(tx.soon)
	}
	for _, fn := range tx.after {
		fn()
	}
	d.wakes.fire(tx.woken)
}
