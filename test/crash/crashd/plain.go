package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"dateline/test/crash"

	_ "modernc.org/sqlite"
)

// The faults that can be planted in the plain store. Each breaks one promise
// that a scenario must notice.
const (
	faultEarly  = "early"   // acknowledges before the commit, which follows apart later
	faultNoSync = "no-sync" // commits without syncing
	faultHalves = "halves"  // writes in two transactions
	faultTwice  = "twice"   // does not know the idempotency key
	faultDeaf   = "deaf"    // acknowledges although the write failed
	faultStuck  = "stuck"   // never writes again after a failure
)

// apart is how far the answer of faultEarly runs ahead of its write, and the
// second transaction of faultHalves behind its first: long enough that on a
// fast disk, too, every kill finds some on the way.
const apart = 20 * time.Millisecond

func early(write func()) { time.AfterFunc(apart, write) }

// plain is a store of two tables. Without a fault it keeps every promise, so
// it shows that the harness passes what is right; with one it shows that the
// harness sees what is wrong.
type plain struct {
	db    *sql.DB
	fault string
	stuck atomic.Bool
}

const plainSchema = `
CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, key TEXT NOT NULL, op TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS entry_key ON entry (key);
CREATE TABLE IF NOT EXISTS part (key TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS part_key ON part (key);`

func openPlain(ctx context.Context, opt options) (*plain, error) {
	sync := "FULL"
	if opt.fault == faultNoSync {
		sync = "OFF"
	}
	path := filepath.Join(opt.data, "plain.db")
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s?_pragma=journal_mode(WAL)&_pragma=synchronous(%s)&_pragma=busy_timeout(10000)", path, sync))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, plainSchema); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &plain{db: db, fault: opt.fault}, nil
}

func (p *plain) Do(ctx context.Context, op, key string, payload []byte) error {
	if p.stuck.Load() {
		return errors.New("an earlier write failed")
	}
	if p.fault == faultEarly {
		early(func() { p.write(ctx, op, key, payload) })
		return nil
	}
	err := p.write(ctx, op, key, payload)
	if err != nil && p.fault == faultStuck {
		p.stuck.Store(true)
	}
	if p.fault == faultDeaf {
		return nil
	}
	return err
}

func (p *plain) write(ctx context.Context, op, key string, payload []byte) error {
	if p.fault == faultHalves {
		if err := p.transaction(ctx, func(tx *sql.Tx) error { return addEntry(ctx, tx, op, key, payload) }); err != nil {
			return err
		}
		time.Sleep(apart)
		return p.transaction(ctx, func(tx *sql.Tx) error { return addPart(ctx, tx, key) })
	}
	return p.transaction(ctx, func(tx *sql.Tx) error {
		if p.fault != faultTwice {
			var there int
			if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM entry WHERE key = ?1", key).Scan(&there); err != nil || there > 0 {
				return err
			}
		}
		if err := addEntry(ctx, tx, op, key, payload); err != nil {
			return err
		}
		return addPart(ctx, tx, key)
	})
}

func (p *plain) transaction(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func addEntry(ctx context.Context, tx *sql.Tx, op, key string, payload []byte) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO entry (key, op, body) VALUES (?1, ?2, ?3)", key, op, payload)
	return err
}

func addPart(ctx context.Context, tx *sql.Tx, key string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO part (key) VALUES (?1)", key)
	return err
}

// State has one view only: this store shows nothing to readers.
func (p *plain) State(ctx context.Context, view string) ([]crash.Record, error) {
	rows, err := p.db.QueryContext(ctx, `SELECT key, min(op), min(body), count(*),
		(SELECT count(*) FROM part WHERE part.key = entry.key) FROM entry GROUP BY key`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	records := []crash.Record{}
	for rows.Next() {
		var r crash.Record
		var body []byte
		var parts int
		if err := rows.Scan(&r.Key, &r.Op, &body, &r.Copies, &parts); err != nil {
			return nil, err
		}
		r.Hash = crash.Hash(body)
		if parts == 0 {
			r.Missing = append(r.Missing, "part")
		}
		records = append(records, r)
	}
	return records, rows.Err()
}

func (p *plain) Close() error { return p.db.Close() }
