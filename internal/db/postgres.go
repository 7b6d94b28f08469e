package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"dateline/internal/clock"
	"dateline/internal/fault"
)

// This file is all that knows the PostgreSQL driver.

const (
	defaultPostgresReaders = 16
	postgresWriters        = 8
	retryPeriod            = 30 * time.Second
	// A write that lost this many races takes its turn among its like.
	politeAttempts = 3
	// Connections of the pool that the server has closed are found out by
	// using them; before a transaction has begun, another may be tried.
	freshAttempts = postgresWriters + 1

	purgeChannel = "dateline_purge"

	// Keys of advisory locks, unlikely to be anybody else's.
	schemaLock = 0x646174656c01
	turnLock   = 0x646174656c02
)

// pgBackend holds the connections that write; the readers are DB.read. They
// are apart so that a write which also reads outside its transaction never
// waits for a connection that other such writes hold.
type pgBackend struct {
	config  *pgx.ConnConfig
	writers *sql.DB
}

func openPostgres(ctx context.Context, url string, opt Options) (*DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the PostgreSQL address cannot be read").
			WithHint("it looks like postgres://user:password@host:5432/name")
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "dateline"
	}
	if opt.Readers <= 0 {
		opt.Readers = defaultPostgresReaders
	}
	b := &pgBackend{config: config, writers: pool(config, postgresWriters)}
	reading := config.Copy()
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	read := pool(reading, opt.Readers)
	if err := read.PingContext(ctx); err != nil {
		read.Close()
		b.writers.Close()
		return nil, b.fault(err)
	}
	return &DB{backend: b, read: read}, nil
}

func pool(config *pgx.ConnConfig, size int) *sql.DB {
	p := stdlib.OpenDB(*config)
	p.SetMaxOpenConns(size)
	p.SetMaxIdleConns(size)
	p.SetConnMaxIdleTime(5 * time.Minute)
	return p
}

func (b *pgBackend) engine() Engine                    { return Postgres }
func (b *pgBackend) rewrite(query string) string       { return query }
func (b *pgBackend) translate(migration string) string { return migration }
func (b *pgBackend) close() error                      { return b.writers.Close() }

// pgTx runs statements in a transaction; the driver keeps them prepared.
type pgTx struct{ *sql.Tx }

func (t pgTx) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return t.ExecContext(ctx, query, args...)
}

func (t pgTx) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return t.QueryContext(ctx, query, args...)
}

func (t pgTx) once(ctx context.Context, query string) error {
	_, err := t.ExecContext(ctx, query) // without arguments the driver does not prepare
	return err
}

// write runs the transaction until it commits, meets an error that trying
// again cannot cure, or has lost races for retryPeriod.
func (b *pgBackend) write(ctx context.Context, run func(*Tx) error) (*Tx, error) {
	deadline := clock.System{}.Now().Add(retryPeriod)
	for attempt := 0; ; attempt++ {
		tx, err := b.attempt(ctx, run, attempt >= politeAttempts)
		if err == nil {
			return tx, nil
		}
		stale := tx == nil && attempt < freshAttempts && broken(err)
		if !stale && !raced(err) && (tx == nil || !raced(tx.failed)) {
			return tx, err
		}
		if (clock.System{}).Now().After(deadline) {
			return nil, err
		}
		if err := pause(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

// pause waits a random time that grows with the attempts, at most 128 ms.
func pause(ctx context.Context, attempt int) error {
	most := time.Millisecond << min(attempt+1, 7)
	timer := time.NewTimer(rand.N(most))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// attempt runs the transaction once and returns it, nil when it did not begin. In turn means behind a lock that lets
// one such attempt through at a time; it is taken before the transaction
// begins, since its snapshot must not be older than the wait.
func (b *pgBackend) attempt(ctx context.Context, run func(*Tx) error, inTurn bool) (*Tx, error) {
	conn, err := b.writers.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if inTurn {
		unlock, err := lock(ctx, conn, turnLock)
		if err != nil {
			return nil, err
		}
		defer unlock()
	}
	sqlTx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return nil, err
	}
	defer sqlTx.Rollback() // after a commit it does nothing
	tx := &Tx{conn: pgTx{sqlTx}}
	if err := run(tx); err != nil {
		return tx, err
	}
	return tx, sqlTx.Commit()
}

// lock takes an advisory lock for the session of conn.
func lock(ctx context.Context, conn *sql.Conn, key int64) (unlock func(), err error) {
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, key); err != nil {
		return nil, err
	}
	return func() {
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, key); err != nil {
			// The lock ends with its session.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}, nil
}

func (b *pgBackend) lockSchema(ctx context.Context) (func(), error) {
	conn, err := b.writers.Conn(ctx)
	if err != nil {
		return nil, err
	}
	unlock, err := lock(ctx, conn, schemaLock)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return func() { unlock(); conn.Close() }, nil
}

func (b *pgBackend) tables(ctx context.Context, q Querier) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname = current_schema() ORDER BY tablename`)
	return All(rows, err, scanString)
}

func (b *pgBackend) notify(ctx context.Context, tx *Tx, id int64) error {
	_, err := tx.Exec(ctx, `SELECT pg_notify($1, $2)`, purgeChannel, strconv.FormatInt(id, 10))
	return err
}

// listen keeps one connection that hears of purges, made anew a second after
// it breaks; meanwhile the purger's looks find everything.
func (b *pgBackend) listen(ctx context.Context, found func(id int64)) {
	for ctx.Err() == nil {
		_ = b.listenOnce(ctx, found)
		timer := time.NewTimer(time.Second)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

func (b *pgBackend) listenOnce(ctx context.Context, found func(id int64)) error {
	conn, err := pgx.ConnectConfig(ctx, b.config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+purgeChannel); err != nil {
		return err
	}
	for {
		note, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if id, err := strconv.ParseInt(note.Payload, 10, 64); err == nil {
			found(id)
		}
	}
}

// raced reports that the transaction failed only because another ran at the
// same time: serialisation failure or deadlock.
func raced(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// broken reports that the connection failed, not the statement.
func broken(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code == "57P01" || e.Code == "57P02"
	}
	var refused *pgconn.ConnectError
	var network net.Error
	return !errors.As(err, &refused) && (errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err))
}

// fault gives the driver's errors a code and plain words; the cause stays
// reachable for the log.
func (b *pgBackend) fault(err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		code, msg, hint := pgWords(e)
		if msg == "" {
			return fmt.Errorf("db: %w", err)
		}
		return &fault.Error{Code: code, Msg: msg, Hint: hint, Err: err}
	}
	if f := contextFault(err); f != nil {
		return f
	}
	var refused *pgconn.ConnectError
	switch {
	case errors.As(err, &refused):
		return &fault.Error{Code: fault.Unavailable, Err: err,
			Msg:  fmt.Sprintf("PostgreSQL at %s:%d does not answer", b.config.Host, b.config.Port),
			Hint: "check that it runs and that the address of --database is right"}
	case isClosed(err):
		return &fault.Error{Code: fault.Unavailable, Msg: "the database is closed", Err: err}
	case broken(err):
		return &fault.Error{Code: fault.Unavailable, Msg: "the connection to PostgreSQL broke", Err: err,
			Hint: "whether the last change was kept is unknown; look before repeating it"}
	}
	return err
}

func pgWords(e *pgconn.PgError) (fault.Code, string, string) {
	switch e.Code {
	case "23505":
		return fault.Conflict, uniqueMessage, ""
	case "23503":
		return fault.Conflict, foreignMessage, ""
	case "40001", "40P01":
		return fault.Unavailable, "too many changes at once", "try again in a moment"
	case "53100":
		return fault.Full, fullMessage, fullHint
	case "53200", "53300":
		return fault.Unavailable, "PostgreSQL has no room for another connection", "raise max_connections or lower the number of nodes"
	case "57P01", "57P02", "57P03":
		return fault.Unavailable, "PostgreSQL is starting or stopping", "try again in a moment"
	case "3D000":
		return fault.Invalid, "the PostgreSQL database does not exist", "create it first: createdb NAME"
	case "28P01", "28000":
		return fault.Denied, "PostgreSQL refuses this user or password", "check the address of --database"
	case "42501":
		return fault.Denied, "PostgreSQL denies this user what Dateline needs", "the user must own the database"
	case "22021", "22P05":
		return fault.Invalid, "the text holds a character that cannot be stored", "remove NUL bytes and broken UTF-8"
	case "25006":
		return fault.Unavailable, "PostgreSQL is read-only", "the address of --database must lead to the primary server"
	case "57014":
		return fault.Unavailable, "the database took too long", ""
	}
	return "", "", ""
}
