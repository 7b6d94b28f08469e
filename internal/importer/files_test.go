package importer_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/importer"
	"dateline/internal/wxr/wxrtest"
)

// generated is an export of wxrtest taken apart: everything before the first
// item, and the items.
func generated(t testing.TB, spec wxrtest.Spec) (head string, items []string) {
	t.Helper()
	var b bytes.Buffer
	if _, err := wxrtest.Write(&b, spec); err != nil {
		t.Fatal(err)
	}
	parts := strings.SplitAfter(strings.TrimSuffix(b.String(), "</channel>\n</rss>\n"), "</item>\n")
	i := strings.Index(parts[0], "\t<item>")
	head, parts[0] = parts[0][:i], parts[0][i:]
	return head, slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func exportOf(t testing.TB, name, head string, items []string) string {
	t.Helper()
	return writeFile(t, name, head+strings.Join(items, "")+"</channel>\n</rss>\n")
}

// TestRun_FilesInAnyOrder imports one site as one file and as several that
// overlap, in different orders: always the same state.
func TestRun_FilesInAnyOrder(t *testing.T) {
	head, items := generated(t, wxrtest.Spec{Seed: 3, Articles: 24, Words: 40, Tags: 10})
	whole := exportOf(t, "whole.xml", head, items)
	third := len(items) / 3
	// As WordPress splits, each file has all authors and terms. Neighbours
	// overlap by four items, and everything is turned round.
	a, b, c := items[:third+4], items[third:2*third+4], items[2*third:]
	backwards := slices.Clone(b)
	slices.Reverse(backwards)
	files := []string{exportOf(t, "a.xml", head, a), exportOf(t, "b.xml", head, backwards), exportOf(t, "c.xml", head, c)}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		one := open(t, d)
		first := one.load(whole)
		one.drain()
		want := state(t, d)
		for _, order := range [][]int{{0, 1, 2}, {2, 0, 1}, {1, 2, 0}} {
			n := open(t, dbtest.Open(t, d.Engine()))
			var list []string
			for _, i := range order {
				list = append(list, files[i])
			}
			rep := n.load(list...)
			n.drain()
			sameState(t, want, state(t, n.db))
			for kind, c := range counts(rep) {
				if c.New != first.Kinds[kind].New {
					t.Errorf("%s: %+v, of one file %+v", kind, c, *first.Kinds[kind])
				}
			}
			if rep.Kinds["author"].Dropped != 24 { // twelve authors, given three times
				t.Errorf("authors %+v", *rep.Kinds["author"])
			}
		}
	})
}

// TestRun_FilesOneAfterTheOther imports the parts of a site in runs of their
// own. What a part refers to in a later one is filled in when it comes again.
func TestRun_FilesOneAfterTheOther(t *testing.T) {
	head, items := generated(t, wxrtest.Spec{Seed: 4, Articles: 16, Words: 40, Tags: 6, Media: 2})
	var odd, even []string
	for i, it := range items {
		if i%2 == 1 {
			odd = append(odd, it)
		} else {
			even = append(even, it)
		}
	}
	whole, left, right := exportOf(t, "whole.xml", head, items), exportOf(t, "left.xml", head, odd), exportOf(t, "right.xml", head, even)
	want := open(t, dbtest.Open(t, db.SQLite))
	want.load(whole)
	n := open(t, dbtest.Open(t, db.SQLite))
	n.load(left)
	n.load(right)
	last := n.load(left, right)
	if last.Kinds["post"].New > 0 || last.Kinds["comment"].New > 0 {
		t.Errorf("the last run found new things: %+v", counts(last))
	}
	sameWords(t, want, n)
	if again := n.load(left, right); again.Kinds["post"].Updated+again.Kinds["attachment"].Updated > 0 {
		t.Errorf("a run without news updated: %+v", counts(again))
	}
}

// sameWords compares what readers get: newest versions, addresses, lists,
// comments and media, whatever the number of versions on the way there.
func sameWords(t *testing.T, want, got *newsroom) {
	t.Helper()
	for what, text := range map[string]string{
		"newest versions": `SELECT v.article_id, v.content FROM version v JOIN article a ON a.id = v.article_id AND (a.live_version = v.id OR a.working_version = v.id) ORDER BY v.article_id`,
		"addresses":       `SELECT * FROM address ORDER BY path_key`,
		"listings":        `SELECT * FROM listing ORDER BY scope, ref, at, article_id`,
		"comments":        `SELECT id, article_id, parent_id, root_id, status, author_name, body FROM comment ORDER BY id`,
		"media in use":    `SELECT * FROM media_use ORDER BY media_id, article_id`,
		"menus":           `SELECT * FROM menu ORDER BY id`,
	} {
		if diff := cmp.Diff(query(t, want.db, text), query(t, got.db, text)); diff != "" {
			t.Errorf("%s differ:\n%.2000s", what, diff)
		}
	}
}

func TestRun_RefusesTwoSites(t *testing.T) {
	n := open(t, dbtest.Open(t, db.SQLite))
	a, b := export{Items: []item{{ID: 1, Title: "A", Slug: "a"}}}, export{Home: "https://other.example", Items: []item{{ID: 1, Title: "B", Slug: "b"}}}
	_, err := n.run(importer.Options{Files: []string{a.write(t), b.write(t)}})
	if err == nil || !strings.Contains(err.Error(), "two sites, courier.example and other.example") {
		t.Errorf("error %v", err)
	}
	// One after the other they stand side by side.
	n.load(a.write(t))
	n.load(b.write(t))
	if got := n.number(`SELECT COUNT(*) FROM article`); got != 2 {
		t.Errorf("%d articles", got)
	}
}
