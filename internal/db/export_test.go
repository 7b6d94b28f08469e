package db

import (
	"context"
	"io/fs"

	sqlite "modernc.org/sqlite"
)

// What the tests look into.

// MigrateFrom migrates with other files than the embedded ones.
func (d *DB) MigrateFrom(ctx context.Context, files fs.FS) error {
	all, err := loadMigrations(files, d.Engine())
	if err != nil {
		return err
	}
	return d.migrate(ctx, all)
}

// Queued returns how many writes wait for their turn on SQLite.
func (d *DB) Queued() int { return len(d.backend.(*sqliteBackend).writer.queue) }

// FailCommit makes SQLite refuse the commit of the transaction under way.
func (tx *Tx) FailCommit() error {
	return tx.conn.(*writerConn).conn.Raw(func(c any) error {
		c.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 { return 1 })
		return nil
	})
}

// Tidy deletes old purge rows.
func (d *DB) Tidy(ctx context.Context) error { return d.purge.tidy(ctx) }

// KeepPurges is how far ids move on until a purge row is old.
const KeepPurges = int64(keepPurges/1e6) << 22
