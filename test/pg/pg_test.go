package pg

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestCluster_CommittedRowsOutliveKill(t *testing.T) {
	if _, err := Bin(); err != nil {
		t.Skip(err)
	}
	dir, err := os.MkdirTemp("", "dateline-pg-test-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.Chmod(dir, 0o755)
	ctx := context.Background()
	c, err := New(ctx, dir, Options{Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop()
	url, err := c.CreateDatabase(ctx, "kept")
	if err != nil {
		t.Fatal(err)
	}
	query(t, url, "CREATE TABLE kept (n bigint)")
	query(t, url, "INSERT INTO kept VALUES (7)")
	c.Kill()
	if err := c.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if got := query(t, c.DatabaseURL("kept"), "SELECT n FROM kept"); len(got) != 1 || got[0] != int64(7) {
		t.Errorf("after kill and restart the table holds %v, want [7]", got)
	}
}

func query(t *testing.T, url, sql string) []any {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var values []any
	for rows.Next() {
		row, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, row...)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}
