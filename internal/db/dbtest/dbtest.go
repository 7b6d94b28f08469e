// Package dbtest gives tests real databases: a SQLite file of their own, and a
// PostgreSQL database of their own on the server that the environment names.
package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"dateline/internal/db"
)

// Variable names the environment variable with the address of a PostgreSQL
// server on which the tests may create and drop databases.
const Variable = "DATELINE_TEST_POSTGRES"

// Engines lists the engines that every store is tested on.
var Engines = []db.Engine{db.SQLite, db.Postgres}

// Each runs test once on each engine, as a subtest named after it, with a
// fresh migrated database. Without a PostgreSQL server that half is skipped.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, engine := range Engines {
		t.Run(string(engine), func(t *testing.T) { test(t, Open(t, engine)) })
	}
}

// Open returns a fresh migrated database that is closed and removed when the
// test ends.
func Open(t testing.TB, engine db.Engine) *db.DB {
	t.Helper()
	d := Handle(t, URL(t, engine))
	if err := d.Migrate(context.Background()); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return d
}

// Handle opens the database at url, as another process would, until the test
// ends.
func Handle(t testing.TB, url string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, db.Options{Readers: 4})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

// URL returns the address of a fresh migrated database for handles of the
// test's own.
func URL(t testing.TB, engine db.Engine) string {
	t.Helper()
	if engine == db.SQLite {
		return copyFile(t)
	}
	return lend(t, server(t))
}

// EmptyURL is URL without tables.
func EmptyURL(t testing.TB, engine db.Engine) string {
	t.Helper()
	if engine == db.SQLite {
		return "sqlite:" + filepath.Join(t.TempDir(), "dateline.db")
	}
	return create(t, server(t))
}

func server(t testing.TB) string {
	t.Helper()
	address := os.Getenv(Variable)
	if address == "" {
		t.Skipf("no PostgreSQL: %s is not set", Variable)
	}
	return address
}
