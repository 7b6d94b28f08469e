package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"dateline/internal/db"
)

// migrated is the file of a migrated SQLite database without rows, made once a
// process: writing it anew takes a hundredth of the time of migrating.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "dateline-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "dateline.db")
	d, err := db.Open(context.Background(), "sqlite:"+file, db.Options{})
	if err != nil {
		return nil, err
	}
	err = d.Migrate(context.Background())
	if e := d.Close(); err == nil { // which brings the log of writes into the file
		err = e
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// copyFile returns the address of a migrated SQLite database of the test's own.
func copyFile(t testing.TB) string {
	t.Helper()
	template, err := migrated()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	file := filepath.Join(t.TempDir(), "dateline.db")
	if err := os.WriteFile(file, template, 0o600); err != nil {
		t.Fatalf("test database: %v", err)
	}
	return "sqlite:" + file
}
