package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"dateline/internal/fault"
	"dateline/internal/relent"
)

// This file is all that knows the SQLite driver.

// busySeconds is how long anything waits for another process's write.
const busySeconds = 30

// defaultCacheKB is small because the system's own page cache stands behind it,
// and because the driver's allocator takes twice as much memory.
const defaultCacheKB = 2048

// sqliteBackend holds the writer; the readers are DB.read.
type sqliteBackend struct {
	writer *writer
}

func openSQLite(ctx context.Context, path string, opt Options) (*DB, error) {
	if opt.Readers <= 0 {
		opt.Readers = defaultReaders()
	}
	if opt.CacheKB <= 0 {
		opt.CacheKB = defaultCacheKB
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "database path: %w", err)
	}
	if err := touch(path); err != nil {
		return nil, err
	}
	b := &sqliteBackend{}
	open := func(ctx context.Context) (*writerConn, error) { return openWriter(ctx, path, 2*opt.CacheKB) }
	if b.writer, err = startWriter(ctx, open); err != nil {
		return nil, sqliteFault(path, err)
	}
	read, err := sql.Open("sqlite", dsn(path, "query_only(1)", "busy_timeout("+strconv.Itoa(busySeconds*1000)+")",
		"cache_size("+strconv.Itoa(-opt.CacheKB)+")"))
	if err != nil {
		b.writer.close()
		return nil, sqliteFault(path, err)
	}
	read.SetMaxOpenConns(opt.Readers)
	read.SetMaxIdleConns(opt.Readers)
	return &DB{backend: b, read: read, stmts: newStatements(read, numbered)}, nil
}

// touch makes the file with its narrow mode before SQLite, which gives its
// -wal and -shm files the same one.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "cannot open the database file: %w", err).
			WithHint("the folder %s must exist and be writable for this user", filepath.Dir(path))
	}
	return f.Close()
}

// dsn returns the driver's address of the file with what every connection
// needs, and more pragmas. trusted_schema off and cell_size_check on keep a
// doctored or damaged file from doing more than failing.
func dsn(path string, pragmas ...string) string {
	pragmas = append([]string{"foreign_keys(1)", "trusted_schema(0)", "cell_size_check(1)", "mmap_size(0)"}, pragmas...)
	var b strings.Builder
	b.WriteString((&url.URL{Scheme: "file", Path: path}).String())
	for i, p := range pragmas {
		if i == 0 {
			b.WriteString("?_pragma=")
		} else {
			b.WriteString("&_pragma=")
		}
		b.WriteString(url.QueryEscape(p))
	}
	return b.String()
}

// writerConn is the one connection that writes.
type writerConn struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts *statements
	// lost is set when SQLite rolled the whole transaction back by itself, as
	// it does on a full disk or an I/O error.
	lost bool
}

func openWriter(ctx context.Context, path string, cacheKB int) (_ *writerConn, err error) {
	w := &writerConn{}
	// The mode of the journal is kept in the file; changing it needs the file
	// for a moment alone, which is why the time-out comes first.
	w.db, err = sql.Open("sqlite", dsn(path, "busy_timeout("+strconv.Itoa(busySeconds*1000)+")",
		"journal_mode(WAL)", "synchronous(FULL)", "secure_delete(FAST)", "wal_autocheckpoint(2000)",
		"journal_size_limit(67108864)", "cache_size("+strconv.Itoa(-cacheKB)+")"))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	w.db.SetMaxOpenConns(1)
	if w.conn, err = w.db.Conn(ctx); err != nil {
		return nil, err
	}
	err = w.conn.Raw(func(c any) error {
		c.(sqlite.HookRegisterer).RegisterRollbackHook(func() { w.lost = true })
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.stmts = newStatements(w.conn, numbered)
	// From here on the writer itself waits for its turn, see writer.begin.
	_, err = w.conn.ExecContext(ctx, "PRAGMA busy_timeout = 0")
	return w, err
}

func (w *writerConn) close() {
	w.stmts.close()
	if w.conn != nil {
		w.conn.Close()
	}
	w.db.Close()
}

// exec runs a statement. It does not watch ctx once it runs: interrupting a
// write makes SQLite roll back the transaction with everybody in it.
func (w *writerConn) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	stmt, err := w.stmts.get(ctx, query)
	if err != nil {
		return nil, err
	}
	relent.Core() // groups of writes compute for milliseconds
	if stmt == nil {
		return w.conn.ExecContext(ctx, numbered(query), args...)
	}
	return stmt.ExecContext(ctx, args...)
}

func (w *writerConn) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	stmt, err := w.stmts.get(ctx, query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return w.conn.QueryContext(ctx, numbered(query), args...)
	}
	return stmt.QueryContext(ctx, args...)
}

func (w *writerConn) once(ctx context.Context, query string) error {
	_, err := w.conn.ExecContext(context.WithoutCancel(ctx), query)
	return err
}

func (b *sqliteBackend) engine() Engine              { return SQLite }
func (b *sqliteBackend) rewrite(query string) string { return numbered(query) }

// translate drops the collation that makes PostgreSQL compare bytes, as SQLite
// does anyway.
func (b *sqliteBackend) translate(migration string) string {
	return columnTypes(strings.ReplaceAll(migration, ` COLLATE "C"`, ""))
}
func (b *sqliteBackend) fault(err error) error { return sqliteFault("", err) }
func (b *sqliteBackend) close() error          { b.writer.close(); return nil }
func (b *sqliteBackend) write(ctx context.Context, run func(*Tx) error) (*Tx, error) {
	return b.writer.write(ctx, run)
}
func (b *sqliteBackend) listen(context.Context, func(int64))        {}
func (b *sqliteBackend) notify(context.Context, *Tx, int64) error   { return nil }
func (b *sqliteBackend) lockSchema(context.Context) (func(), error) { return func() {}, nil }

func (b *sqliteBackend) tables(ctx context.Context, q Querier) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`)
	return All(rows, err, scanString)
}

// isBusy reports that another connection holds the write lock.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// sqliteFault gives the driver's errors a code and plain words; the cause
// stays reachable for the log.
func sqliteFault(path string, err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if f := contextFault(err); f != nil {
		return f
	}
	if isClosed(err) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn) {
		return &fault.Error{Code: fault.Unavailable, Msg: "the database is closed", Err: err}
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	code, msg, hint := sqliteWords(e.Code())
	if msg == "" {
		return fmt.Errorf("db: %w", err)
	}
	if path != "" {
		msg += " (" + path + ")"
	}
	return &fault.Error{Code: code, Msg: msg, Hint: hint, Err: err}
}

func sqliteWords(code int) (fault.Code, string, string) {
	switch code {
	case sqlite3.SQLITE_IOERR_SHMSIZE:
		return fault.Full, fullMessage, fullHint
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return fault.Conflict, uniqueMessage, ""
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fault.Conflict, foreignMessage, ""
	}
	switch code & 0xff {
	case sqlite3.SQLITE_FULL:
		return fault.Full, fullMessage, fullHint
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.Unavailable, "another process is writing to the database", "an import may be running; try again in a moment"
	case sqlite3.SQLITE_NOTADB:
		return fault.Invalid, "the file is not a SQLite database", "check the path of --database"
	case sqlite3.SQLITE_CORRUPT:
		return fault.Internal, "the database file is damaged", "stop the server and restore the last backup"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fault.Unavailable, "the database file cannot be written", "its folder and files must be writable for this user"
	case sqlite3.SQLITE_CANTOPEN:
		return fault.Unavailable, "the database file cannot be opened", "its folder must exist and be writable for this user"
	case sqlite3.SQLITE_IOERR:
		return fault.Unavailable, "the disk failed while the database used it", "check the disk and the system's log"
	}
	return "", "", ""
}

// File is a SQLite file of another program's that is only read. What it says is
// a stranger's: a statement must not trust types or sizes.
type File struct {
	read *sql.DB
	path string
}

// OpenFile opens another program's SQLite file for reading. It writes nothing,
// not even beside the file. Errors: Invalid for what is no such file.
func OpenFile(ctx context.Context, path string) (*File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "cannot read the database: %w", err).WithHint("check the path")
	}
	if !info.Mode().IsRegular() {
		return nil, fault.New(fault.Invalid, "%s is no ordinary file", path).WithHint("name the database file itself")
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, fault.New(fault.Invalid, "database path: %w", err)
	}
	read, err := sql.Open("sqlite", dsn(path, "query_only(1)", "busy_timeout(5000)")+"&mode=ro")
	if err != nil {
		return nil, sqliteFault(path, err)
	}
	read.SetMaxOpenConns(1)
	f := &File{read: read, path: path}
	var tables int64
	if err := read.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		_ = read.Close() // the first error is the one to tell
		return nil, foreignFault(path, err)
	}
	return f, nil
}

// foreignFault is sqliteFault for a file that is not ours.
func foreignFault(path string, err error) error {
	err = sqliteFault(path, err)
	var known *fault.Error
	if !errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	switch {
	case known.Code == fault.Internal:
		return fault.New(fault.Invalid, "the file is damaged (%s)", path)
	case strings.HasPrefix(known.Msg, "another process"):
		return fault.New(fault.Unavailable, "another program is writing to %s", path).WithHint("stop it, or read a copy of the file")
	case strings.HasPrefix(known.Msg, "the database file cannot be"):
		return fault.New(fault.Invalid, "the file cannot be opened for reading (%s)", path).
			WithHint("make it readable for this user; if its program was killed, start and stop it properly first, so that it tidies up")
	case known.Code == fault.Invalid:
		return fault.New(fault.Invalid, "the file is not a SQLite database (%s)", path)
	}
	return err
}

// Query returns the rows of a statement that reads.
func (f *File) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := f.read.QueryContext(ctx, numbered(query), plain(args)...)
	if err != nil {
		return nil, foreignFault(f.path, err)
	}
	return rows, nil
}

// Close closes the file.
func (f *File) Close() error { return f.read.Close() }
