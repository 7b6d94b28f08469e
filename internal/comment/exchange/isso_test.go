package exchange_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // makes databases as Isso does

	"dateline/internal/comment/exchange"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
)

// isso makes a database as Isso 0.13 does.
func isso(t *testing.T, rows ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "comments.db")
	d, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, statement := range append([]string{
		`CREATE TABLE preferences (key VARCHAR PRIMARY KEY, value VARCHAR)`,
		`CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256))`,
		`CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL, modified FLOAT, mode INTEGER,
			remote_addr VARCHAR, text VARCHAR, author VARCHAR, email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0,
			voters BLOB NOT NULL, notification INTEGER DEFAULT 0)`,
		`CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments BEGIN DELETE FROM threads WHERE id NOT IN (SELECT tid FROM comments); END`,
		`INSERT INTO threads VALUES (1, '/2024/05/the-dam-holds/', 'The dam holds'), (2, '/gone.html', 'Gone')`,
		`PRAGMA user_version = 3`}, rows...) {
		if _, err := d.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return path
}

func issoRow(tid, id int, parent string, mode int, text, author string) string {
	return fmt.Sprintf(`INSERT INTO comments VALUES (%d, %d, %s, %d.25, NULL, %d, '192.0.2.0', %s, %s, 'x@mail.example', 'site.example', 3, 1, x'00', 0)`,
		tid, id, parent, 1714816800+id, mode, text, author)
}

func TestImport_Isso(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		path := isso(t, issoRow(1, 1, "NULL", 1, `'Well **held**, <b>truly</b> ~~not~~'`, `'Ann'`), issoRow(1, 2, "1", 4, `''`, "NULL"),
			issoRow(1, 3, "2", 1, `'An answer'`, "NULL"), issoRow(1, 4, "NULL", 2, `'Waits'`, `'Bo'`), issoRow(2, 5, "NULL", 1, `'Elsewhere'`, `'Cy'`),
			issoRow(1, 6, "NULL", 9, `'What mode?'`, `'Dee'`), issoRow(1, 7, "NULL", 1, `CAST(zeroblob(300000) AS TEXT)`, `'Eli'`),
			issoRow(3, 8, "NULL", 1, `'No thread'`, `'Fay'`), issoRow(1, 9, "NULL", 1, `x'ff41'`, `x'e4'`))
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rep := r.take(exchange.Isso, path)
		wantCounts(t, rep, "9 = 5 new 0 updated 0 unchanged 1 dropped 3 failed")
		r.want("05-04 10:00:01.25 | 7 | below - | 0 | approved | Ann (3 likes, picked 0, edited 00:00:00) | http://site.example | x@mail.example | <p>Well <strong>held</strong>, <strong>truly</strong> <s>not</s></p>",
			"05-04 10:00:02.25 | 7 | below Ann | 0 | removed | Anonymous |  |  | ",
			"05-04 10:00:03.25 | 7 | below Anonymous | 0 | approved | Anonymous (3 likes, picked 0, edited 00:00:00) | http://site.example | x@mail.example | <p>An answer</p>",
			"05-04 10:00:04.25 | 7 | below - | 0 | pending | Bo (3 likes, picked 0, edited 00:00:00) | http://site.example | x@mail.example | <p>Waits</p>",
			"05-04 10:00:09.25 | 7 | below - | 0 | approved | Anonymous (3 likes, picked 0, edited 00:00:00) | http://site.example | x@mail.example | <p>A</p>")
		after, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(before, after) {
			t.Errorf("the database was changed (%v)", err)
		}
		if left, _ := filepath.Glob(path + "-*"); len(left) > 0 {
			t.Errorf("%v was written beside the database", left)
		}
		for _, table := range []string{"comment", "import_key", "audit"} {
			if found := r.holds(table, "192.0.2"); found {
				t.Errorf("%s holds a client's address", table)
			}
		}
		rep = r.take(exchange.Isso, path)
		wantCounts(t, rep, "9 = 0 new 0 updated 5 unchanged 1 dropped 3 failed")
		// Another site's database begins with the same numbers.
		wantCounts(t, r.take(exchange.Isso, isso(t, strings.Replace(issoRow(1, 1, "NULL", 1, `'Other'`, `'Zed'`), ".25", ".5", 1))), "1 = 1 new 0 updated 0 unchanged 0 dropped 0 failed")
	})
}

// holds tells whether a table has a text anywhere.
func (r *room) holds(table, text string) bool {
	r.t.Helper()
	query := map[string]string{"comment": `SELECT * FROM comment`, "import_key": `SELECT * FROM import_key`, "audit": `SELECT * FROM audit`}[table]
	rows, err := r.db.Query(r.t.Context(), query)
	if err != nil {
		r.t.Fatal(err)
	}
	names, err := rows.Columns()
	if err != nil {
		r.t.Fatal(err)
	}
	list, err := db.All(rows, nil, func(rows *sql.Rows) (string, error) {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		err := rows.Scan(into...)
		return fmt.Sprintf("%s", values), err
	})
	if err != nil || len(list) == 0 {
		r.t.Fatalf("%s: %d rows, %v", table, len(list), err)
	}
	return strings.Contains(strings.Join(list, "\n"), text)
}

func TestImport_IssoRefusesWhatIsNone(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	view := isso(t)
	d, err := sql.Open("sqlite", view)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{`DROP TABLE comments`, `CREATE VIEW comments AS WITH RECURSIVE e(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM e) SELECT n AS id FROM e`} {
		if _, err := d.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	_ = d.Close()
	damaged := isso(t, issoRow(1, 1, "NULL", 1, `'Text'`, `'Ann'`))
	raw, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(raw); i++ {
		raw[i] ^= 0x5a
	}
	for name, c := range map[string]struct{ path, says string }{
		"missing":     {filepath.Join(t.TempDir(), "none.db"), "cannot read"},
		"folder":      {t.TempDir(), "no ordinary file"},
		"text":        {file(t, strings.Repeat("not a database ", 500)), "not a SQLite database"},
		"other":       {foreign(t), "not Isso's"},
		"endless":     {view, "not Isso's"},
		"damaged":     {file(t, string(raw)), "damaged"},
		"shortened":   {file(t, string(raw[:5000])), "damaged"},
		"only a head": {file(t, "SQLite format 3\x00"), "not a SQLite database"},
	} {
		_, err := r.service.Import(t.Context(), olga, exchange.Options{System: exchange.Isso, File: c.path})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) || fault.HintOf(err) == "" && c.says != "damaged" && c.says != "not a SQLite database" {
			t.Errorf("%s: %v (hint %q), want %q", name, err, fault.HintOf(err), c.says)
		}
	}
}

func foreign(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other.db")
	d, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(`CREATE TABLE posts (id INTEGER)`); err != nil {
		t.Fatal(err)
	}
	return path
}
