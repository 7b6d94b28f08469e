package importer_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/importer"
)

// realExports are WordPress's own test exports with what their README counts.
var realExports = []struct {
	file           string
	want           map[string]importer.Count
	words, pending int64
	statuses       map[string]int64 // of the addresses asked
}{
	{"themeunittestdata.wordpress.xml", map[string]importer.Count{
		"post": {InFile: 58, New: 58}, "page": {InFile: 21, New: 21}, "attachment": {InFile: 37, New: 37}, "menu_item": {InFile: 70, New: 70},
		"comment": {InFile: 33, New: 33}, "category": {InFile: 68, New: 68}, "tag": {InFile: 110, New: 110},
		"term": {InFile: 7, New: 6, Dropped: 1}, "author": {InFile: 2, New: 2}}, 14287, 3, map[string]int64{"200": 293, "301": 116}},
	{"64-block-test-data.xml", map[string]importer.Count{
		"post": {InFile: 61, New: 61}, "page": {InFile: 1, New: 1}, "attachment": {InFile: 9, New: 9}, "comment": {InFile: 2, New: 2},
		"category": {InFile: 7, New: 7}, "tag": {InFile: 4, New: 4}, "term": {InFile: 13, New: 2, Dropped: 11}, "author": {InFile: 2, New: 2},
		"other": {InFile: 1, Dropped: 1}}, 5447, 0, map[string]int64{"200": 88, "301": 71}},
	// Made by hand: no numbers, no addresses but ?p=, no terms.
	{"theme-preview.xml", map[string]importer.Count{"post": {InFile: 7, New: 7}, "comment": {InFile: 2, New: 2}}, 767, 0, map[string]int64{"200": 3, "301": 7}},
}

func TestRun_RealExports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, tt := range realExports {
			t.Run(tt.file, func(t *testing.T) {
				file := shared(t, "data", "wordpress", tt.file)
				n := open(t, dbtest.Open(t, d.Engine()))
				rep := n.load(file)
				if diff := cmp.Diff(tt.want, counts(rep)); diff != "" {
					t.Error(diff)
				}
				if rep.WordsIn != tt.words || len(rep.WordsOff) > 0 {
					t.Errorf("%d words in, off: %v", rep.WordsIn, rep.WordsOff)
				}
				if diff := cmp.Diff(tt.statuses, rep.URLCounts); diff != "" {
					t.Errorf("old addresses: %s", diff)
				}
				if got := n.number(`SELECT COUNT(*) FROM comment WHERE status = 'pending'`); got != tt.pending {
					t.Errorf("%d pending comments", got)
				}
				secondRunChangesNothing(n, file, rep)
			})
		}
	})
}

// secondRunChangesNothing imports again and compares the logical state before
// and after.
func secondRunChangesNothing(n *newsroom, file string, first *importer.Report) {
	n.t.Helper()
	n.drain()
	before := state(n.t, n.db)
	revisions := n.text(`SELECT value FROM setting WHERE key = $1`, "site")
	again := n.load(file)
	want := map[string]importer.Count{}
	for kind, c := range counts(first) {
		want[kind] = importer.Count{InFile: c.InFile, Unchanged: c.New, Dropped: c.Dropped}
	}
	if diff := cmp.Diff(want, counts(again)); diff != "" {
		n.t.Errorf("second run: %s", diff)
	}
	n.drain()
	sameState(n.t, before, state(n.t, n.db))
	if now := n.text(`SELECT value FROM setting WHERE key = $1`, "site"); now != revisions {
		n.t.Errorf("settings changed from %s to %s", revisions, now)
	}
}

// TestState_SeesOneRow makes sure that the comparison used by all these tests
// notices a row that is missing or different.
func TestState_SeesOneRow(t *testing.T) {
	n := open(t, dbtest.Open(t, db.SQLite))
	n.load(export{Items: []item{{ID: 1, Title: "One", Slug: "one", Comments: []reply{{ID: 4, Author: "Bo", Text: "Yes"}}}}}.write(t))
	before := state(t, n.db)
	for _, change := range []string{`DELETE FROM comment`, `UPDATE article SET headline = 'Two'`, `UPDATE version SET content = '{}'`,
		`DELETE FROM address WHERE kind = 'article'`, `UPDATE import_key SET hash = ''`, `UPDATE setting SET value = '{}'`} {
		err := n.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, change)
			return err
		})
		n.must(err)
		after := state(t, n.db)
		if cmp.Equal(before, after) {
			t.Errorf("%s goes unnoticed", change)
		}
		before = after
	}
}
