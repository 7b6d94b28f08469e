package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"

	"dateline/internal/db"
	"dateline/test/crash"
)

// databaseStore writes two settings rows a write through internal/db, on
// either engine: it holds the database layer alone against its promise.
type databaseStore struct {
	db    *db.DB
	fault string
}

// Key prefixes of the two rows.
const (
	entryPrefix = "crash.entry."
	partPrefix  = "crash.part."
)

// stored is the value of the first row.
type stored struct {
	Op      string
	Payload []byte
}

func openDatabase(ctx context.Context, opt options) (*db.DB, error) {
	url := opt.database
	if url == "" {
		url = "sqlite:" + filepath.Join(opt.data, "dateline.db")
	}
	d, err := db.Open(ctx, url, db.Options{})
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func openDatabaseStore(ctx context.Context, opt options) (*databaseStore, error) {
	d, err := openDatabase(ctx, opt)
	return &databaseStore{db: d, fault: opt.fault}, err
}

func (s *databaseStore) Do(ctx context.Context, op, key string, payload []byte) error {
	value, err := json.Marshal(stored{op, payload})
	if err != nil {
		return err
	}
	write := func() error {
		return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, row := range [][2]string{{entryPrefix + key, string(value)}, {partPrefix + key, "1"}} {
				_, err := tx.Exec(ctx, `INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, 0) ON CONFLICT (key) DO NOTHING`, row[0], row[1])
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if s.fault == faultEarly {
		early(func() { write() })
		return nil
	}
	return write()
}

// State has one view: settings are not shown to readers as they are.
func (s *databaseStore) State(ctx context.Context, view string) ([]crash.Record, error) {
	rows, err := s.db.Query(ctx, `SELECT key, value FROM setting WHERE key >= $1 AND key < $2`, "crash.", "crash/")
	settings, err := db.All(rows, err, func(rows *sql.Rows) (row [2]string, err error) { return row, rows.Scan(&row[0], &row[1]) })
	if err != nil {
		return nil, err
	}
	records := []crash.Record{}
	parts := map[string]bool{}
	for _, row := range settings {
		if key, ok := strings.CutPrefix(row[0], partPrefix); ok {
			parts[key] = true
			continue
		}
		key := strings.TrimPrefix(row[0], entryPrefix)
		var value stored
		if err := json.Unmarshal([]byte(row[1]), &value); err != nil {
			return nil, err
		}
		records = append(records, crash.Record{Key: key, Op: value.Op, Hash: crash.Hash(value.Payload), Copies: 1})
	}
	for i, r := range records {
		if !parts[r.Key] {
			records[i].Missing = []string{"part"}
		}
	}
	return records, nil
}

func (s *databaseStore) Close() error { return s.db.Close() }
