package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/clock"
	"dateline/internal/fault"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one file of migrations/: NNNN_name.sql for both engines, or a
// pair NNNN_name.sqlite.sql and NNNN_name.postgres.sql where they truly differ.
type migration struct {
	number   int64
	name     string
	text     string
	checksum string // of the text, SHA-256 in hexadecimal
}

// Migrate brings the tables to the version of this binary, one transaction a
// migration. It refuses a database that is newer than the binary, one whose
// past migrations differ from ours, and one that belongs to another program.
// Several processes may call it at once.
func (d *DB) Migrate(ctx context.Context) error {
	all, err := loadMigrations(migrationFiles, d.Engine())
	if err != nil {
		return err
	}
	return d.migrate(ctx, all)
}

// SchemaFingerprint names the schema that this binary makes on engine: it
// changes with every change to a migration.
func SchemaFingerprint(engine Engine) (string, error) {
	all, err := loadMigrations(migrationFiles, engine)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, m := range all {
		sum.Write([]byte(m.checksum))
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// loadMigrations returns the migrations of engine in order. Their numbers
// grow; work that was done side by side may leave gaps.
func loadMigrations(files fs.FS, engine Engine) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []migration
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".sql")
		base, only, _ := strings.Cut(base, ".")
		if only != "" && only != string(engine) {
			continue
		}
		digits, _, _ := strings.Cut(base, "_")
		number, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || len(all) > 0 && number <= all[len(all)-1].number || number < 1 {
			return nil, fault.New(fault.Internal, "migration %s: its number must be greater than the one before", name)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(text)
		all = append(all, migration{number, base, string(text), hex.EncodeToString(sum[:])})
	}
	return all, nil
}

func (d *DB) migrate(ctx context.Context, all []migration) error {
	if done, err := d.migrated(ctx, d, all); err != nil || done == len(all) {
		return err
	}
	unlock, err := d.lockSchema(ctx)
	if err != nil {
		return d.fault(err)
	}
	defer unlock()
	for {
		done := 0
		err := d.Write(ctx, func(ctx context.Context, tx *Tx) error {
			var err error
			// Looked at again in the transaction: another process may have been faster.
			if done, err = d.migrated(ctx, tx, all); err != nil || done == len(all) {
				return err
			}
			if err := d.apply(ctx, tx, all[done]); err != nil {
				return err
			}
			done++
			return nil
		})
		if err != nil || done == len(all) {
			return err
		}
	}
}

// migrated returns how many of all have run, or why none of the rest may.
func (d *DB) migrated(ctx context.Context, q Querier, all []migration) (int, error) {
	tables, err := d.tables(ctx, q)
	if err != nil {
		return 0, d.fault(err)
	}
	if !slices.Contains(tables, "schema_migration") {
		if len(tables) > 0 {
			return 0, fault.New(fault.Invalid, "the database belongs to another program: it has a table %q but none of Dateline's", tables[0]).
				WithHint("give Dateline an empty database of its own with --database")
		}
		return 0, nil
	}
	rows, err := q.Query(ctx, `SELECT number, name, checksum FROM schema_migration ORDER BY number`)
	ran, err := All(rows, err, func(r *sql.Rows) (m migration, err error) {
		err = r.Scan(&m.number, &m.name, &m.checksum)
		return m, err
	})
	if err != nil {
		return 0, d.fault(err)
	}
	return len(ran), compare(ran, all)
}

// compare holds what has run against what this binary knows.
func compare(ran, all []migration) error {
	for i, m := range ran {
		if i >= len(all) {
			return fault.New(fault.Invalid, "the database is newer than this program: it has had migration %s", m.name).
				WithHint("start the newer version of Dateline that made it, or restore a backup from before the upgrade")
		}
		if m.number != all[i].number || m.checksum != all[i].checksum {
			return fault.New(fault.Invalid, "migration %s of the database is not the one this program knows as %s", m.name, all[i].name).
				WithHint("use a release of Dateline, or the build that made this database")
		}
	}
	return nil
}

func (d *DB) apply(ctx context.Context, tx *Tx, m migration) error {
	if m.number == 1 {
		const table = `CREATE TABLE schema_migration (
			number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)`
		if err := tx.script(ctx, table); err != nil {
			return fmt.Errorf("schema_migration: %w", err)
		}
	}
	if err := tx.script(ctx, m.text); err != nil {
		return fmt.Errorf("migration %s: %w", m.name, err)
	}
	_, err := tx.Exec(ctx, `INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)`,
		m.number, m.name, m.checksum, Micros(clock.System{}.Now()))
	return err
}

// script runs the statements of text, in this engine's column types.
func (tx *Tx) script(ctx context.Context, text string) error {
	for _, statement := range split(tx.d.translate(text)) {
		if err := tx.usable(ctx); err != nil {
			return err
		}
		if err := tx.conn.once(ctx, statement); err != nil {
			first, _, _ := strings.Cut(strings.TrimSpace(statement), "\n")
			return fmt.Errorf("%s …: %w", first, tx.spoil(err))
		}
	}
	return nil
}

// split cuts text at the semicolons that end statements and leaves out pieces
// without a word in them.
func split(text string) []string {
	var statements []string
	var b strings.Builder
	words := false
	flush := func() {
		if words {
			statements = append(statements, b.String())
		}
		b.Reset()
		words = false
	}
	eachToken(text, func(kind tokenKind, piece string) {
		if kind == other && piece == ";" {
			flush()
			return
		}
		words = words || kind == word
		b.WriteString(piece)
	})
	flush()
	return statements
}
