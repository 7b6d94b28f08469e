package db_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
)

// files returns migrations with the given texts, numbered from 1.
func files(texts ...string) fstest.MapFS {
	fs := fstest.MapFS{}
	for i, text := range texts {
		fs["migrations/000"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

const (
	one = "CREATE TABLE thing (id BIGINT PRIMARY KEY, note TEXT NOT NULL DEFAULT 'a;b BIGINT'); -- first; table\nCREATE INDEX thing_note ON thing (note);"
	two = "ALTER TABLE thing ADD COLUMN n BIGINT NOT NULL DEFAULT 0;\nINSERT INTO thing (id) VALUES (1);"
)

func eachEmpty(t *testing.T, test func(t *testing.T, url string, d *db.DB)) {
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			url := dbtest.EmptyURL(t, engine)
			test(t, url, dbtest.Handle(t, url))
		})
	}
}

func things(t *testing.T, d *db.DB) (n int, err error) {
	t.Helper()
	err = d.QueryRow(t.Context(), `SELECT COUNT(*) FROM thing`).Scan(&n)
	return n, err
}

func TestMigrate_FromEmptyAgainAndFurther(t *testing.T) {
	eachEmpty(t, func(t *testing.T, url string, d *db.DB) {
		for _, step := range []fstest.MapFS{files(one), files(one), files(one, two), files(one, two)} {
			if err := d.MigrateFrom(t.Context(), step); err != nil {
				t.Fatal(err)
			}
		}
		var n int
		var note string
		if err := d.QueryRow(t.Context(), `SELECT note, n FROM thing`).Scan(&note, &n); err != nil || note != "a;b BIGINT" {
			t.Errorf("got %q, %v", note, err)
		}
		if d.Engine() == db.SQLite {
			var kind string
			if err := d.QueryRow(t.Context(), `SELECT type FROM pragma_table_info('thing') WHERE name = 'id'`).Scan(&kind); err != nil || kind != "INTEGER" {
				t.Errorf("id is %q (%v), want INTEGER", kind, err)
			}
		}
	})
}

func TestMigrate_OwnSchema(t *testing.T) {
	eachEmpty(t, func(t *testing.T, url string, d *db.DB) {
		for range 2 {
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		expect(t, d)
	})
}

func TestMigrate_TwoProcessesAtOnce(t *testing.T) {
	eachEmpty(t, func(t *testing.T, url string, d *db.DB) {
		other := dbtest.Handle(t, url)
		errs := make(chan error)
		for _, handle := range []*db.DB{d, other} {
			go func() { errs <- handle.MigrateFrom(context.Background(), files(one, two)) }()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if n, err := things(t, d); n != 1 || err != nil {
			t.Errorf("%d rows (%v), want 1", n, err)
		}
	})
}

func TestMigrate_FailedStepLeavesNothing(t *testing.T) {
	eachEmpty(t, func(t *testing.T, url string, d *db.DB) {
		bad := "CREATE TABLE half (id BIGINT PRIMARY KEY);\nCREATE TABEL oops (id BIGINT);"
		err := d.MigrateFrom(t.Context(), files(one, bad))
		if err == nil || !strings.Contains(err.Error(), "0002_step") || !strings.Contains(err.Error(), "TABEL") {
			t.Errorf("err = %v, want one that names migration and statement", err)
		}
		if err := d.MigrateFrom(t.Context(), files(one, "CREATE TABLE half (id BIGINT PRIMARY KEY);")); err != nil {
			t.Errorf("after the repair: %v", err)
		}
	})
}

func TestMigrate_Refuses(t *testing.T) {
	eachEmpty(t, func(t *testing.T, url string, d *db.DB) {
		if err := d.MigrateFrom(t.Context(), files(one, two)); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			files fstest.MapFS
			words string
		}{
			"a newer database":    {files(one), "newer"},
			"a changed migration": {files(one, two+" "), "not the one"},
		} {
			err := d.MigrateFrom(t.Context(), c.files)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.words) || fault.HintOf(err) == "" {
				t.Errorf("%s: %v (hint %q)", name, err, fault.HintOf(err))
			}
		}
		if err := d.MigrateFrom(t.Context(), fstest.MapFS{"migrations/0002_a.sql": &fstest.MapFile{Data: []byte(one)}, "migrations/0002_b.sql": &fstest.MapFile{Data: []byte(two)}}); !fault.Is(err, fault.Internal) {
			t.Errorf("one number twice: %v, want internal", err)
		}
	})
}

func TestMigrate_RefusesAnotherProgramsDatabase(t *testing.T) {
	eachEmpty(t, func(t *testing.T, url string, d *db.DB) {
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `CREATE TABLE wp_posts (id INTEGER)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(t.Context()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "wp_posts") || fault.HintOf(err) == "" {
			t.Errorf("err = %v, want one that names the foreign table", err)
		}
	})
}

func TestMigrate_EnginesMayDiffer(t *testing.T) {
	eachEmpty(t, func(t *testing.T, url string, d *db.DB) {
		steps := files(one)
		steps["migrations/0002_x.sqlite.sql"] = &fstest.MapFile{Data: []byte(`INSERT INTO thing (id, note) VALUES (1, 'sqlite')`)}
		steps["migrations/0002_x.postgres.sql"] = &fstest.MapFile{Data: []byte(`INSERT INTO thing (id, note) VALUES (1, 'postgres')`)}
		if err := d.MigrateFrom(t.Context(), steps); err != nil {
			t.Fatal(err)
		}
		var note string
		if err := d.QueryRow(t.Context(), `SELECT note FROM thing`).Scan(&note); err != nil || note != string(d.Engine()) {
			t.Errorf("got %q, %v", note, err)
		}
	})
}
