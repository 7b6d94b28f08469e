package importer_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
)

// volatile are columns that say when Dateline wrote, or that hold chance.
// Those in present are compared by whether they hold anything.
var (
	volatile = []string{"article.modified_at", "article.changed_at", "media.updated_at", "profile.updated_at", "section.updated_at", "tag.updated_at", "term.updated_at", "setting.updated_at"}
	present  = []string{"media.token", "profile.email_sealed", "comment.email_sealed", "article.password_hash"}
)

// state is the logical state of a database: table by table, row by row, with
// the random ids of versions replaced by article and number. Jobs, events,
// purges and the audit log say what was done, not what is.
func state(t testing.TB, d *db.DB) map[string][]string {
	t.Helper()
	versions := map[string]string{"0": "none"}
	rows := query(t, d, `SELECT id, article_id, number FROM version`)
	for _, r := range rows {
		versions[r["id"]] = "version " + r["number"] + " of " + r["article_id"]
	}
	out := map[string][]string{}
	for table, text := range tables {
		for _, r := range query(t, d, text) {
			out[table] = append(out[table], line(table, r, versions))
		}
		slices.Sort(out[table])
	}
	return out
}

// tables is what makes up the state.
var tables = map[string]string{
	"setting": `SELECT * FROM setting`, "menu": `SELECT * FROM menu`, "profile": `SELECT * FROM profile`, "section": `SELECT * FROM section`,
	"tag": `SELECT * FROM tag`, "term": `SELECT * FROM term`, "media": `SELECT * FROM media`, "media_variant": `SELECT * FROM media_variant`,
	"media_alias": `SELECT * FROM media_alias`, "article": `SELECT * FROM article`, "version": `SELECT * FROM version`, "listing": `SELECT * FROM listing`,
	"calendar": `SELECT * FROM calendar WHERE n > 0`, "listing_count": `SELECT * FROM listing_count WHERE n > 0`, "address": `SELECT * FROM address`, "media_use": `SELECT * FROM media_use`,
	"comment": `SELECT * FROM comment`, "import_key": `SELECT * FROM import_key`, "search": `SELECT doc FROM posting_fresh WHERE gone = 0
		UNION SELECT doc FROM posting_doc WHERE era = (SELECT value FROM posting_state WHERE name = 'era') AND doc NOT IN (SELECT doc FROM posting_fresh WHERE gone = 1)`,
}

func line(table string, row map[string]string, versions map[string]string) string {
	var b strings.Builder
	for _, column := range slices.Sorted(mapKeys(row)) {
		value, name := row[column], table+"."+column
		switch {
		case slices.Contains(volatile, name):
			continue
		case slices.Contains(present, name):
			value = fmt.Sprint(value != "")
		case name == "version.id", name == "article.live_version", name == "article.working_version":
			value = versions[value]
		}
		fmt.Fprintf(&b, "%s=%s ", column, value)
	}
	return b.String()
}

func mapKeys(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// query returns rows with every value as text.
func query(t testing.TB, d *db.DB, text string) []map[string]string {
	t.Helper()
	rows, err := d.Query(context.Background(), text)
	var columns []string
	if err == nil {
		columns, err = rows.Columns()
	}
	out, err := db.All(rows, err, func(r *sql.Rows) (map[string]string, error) {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := r.Scan(into...); err != nil {
			return nil, err
		}
		row := map[string]string{}
		for i, c := range columns {
			if b, ok := values[i].([]byte); ok {
				values[i] = string(b)
			}
			row[c] = fmt.Sprint(values[i])
		}
		return row, nil
	})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}

// sameState fails the test with the first differences.
func sameState(t testing.TB, want, got map[string][]string) {
	t.Helper()
	for table := range tables {
		if diff := cmp.Diff(want[table], got[table]); diff != "" {
			t.Errorf("table %s differs:\n%.3000s", table, diff)
		}
	}
}
