package app

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"dateline/internal/db"
	"dateline/internal/taxonomy"
)

const firstTag = 100_000

// addTags adds tags from one number to another; every fifth differs from the
// one before in nothing but its number.
func (p *paper) addTags(from, to int) {
	p.t.Helper()
	for at := from; at < to; at += 2000 {
		p.write(func(ctx context.Context, tx *db.Tx) error {
			for i := at; i < min(at+2000, to); i++ {
				name := fmt.Sprintf("Topic %05d harbour", i)
				if i%5 == 4 {
					name = fmt.Sprintf("Topic %05d harbours", i-1)
				}
				if err := taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: int64(firstTag + i), Slug: "topic-" + strconv.Itoa(i), Name: name}, opening); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// heard runs do and returns the statements that it made.
func (p *paper) heard(do func()) (queries []string) {
	var mu sync.Mutex
	hear := func(query string) {
		mu.Lock()
		defer mu.Unlock()
		queries = append(queries, query)
	}
	p.hears.Store(&hear)
	do()
	p.hears.Store(nil)
	return queries
}

var wholeTable = regexp.MustCompile(`^SCAN (tag|name_word|listing|listing_count|article|address)\b`)

// scans are the steps of statements' plans that read a whole table; indexes are
// read in their order up to a limit.
func (p *paper) scans(queries []string) (found []string) {
	p.t.Helper()
	if p.app.db.Engine() != db.SQLite {
		return nil
	}
	places := regexp.MustCompile(`\$(\d+)`)
	for _, query := range queries {
		if !strings.HasPrefix(strings.TrimSpace(query), "SELECT") {
			continue
		}
		most := 0
		for _, m := range places.FindAllStringSubmatch(query, -1) {
			n, _ := strconv.Atoi(m[1])
			most = max(most, n)
		}
		rows, err := p.app.db.Query(p.ctx, "EXPLAIN QUERY PLAN "+query, make([]any, most)...)
		plan, err := db.All(rows, err, func(r *sql.Rows) (text string, err error) {
			var a, b, c int64
			return text, r.Scan(&a, &b, &c, &text)
		})
		p.must(err)
		for _, step := range plan {
			if wholeTable.MatchString(step) && !strings.Contains(step, "INDEX") {
				found = append(found, step+": "+query)
			}
		}
	}
	return found
}

// TestStructure_ManyTags: with 20,000 tags no page shows or reads them all, and
// none asks the database more than with a few hundred.
func TestStructure_ManyTags(t *testing.T) {
	if testing.Short() {
		t.Skip("adds 20,000 tags")
	}
	each(t, nil, func(t *testing.T, p *paper) {
		owner := p.setUp()
		tags := "/desk/structure/tags"
		pages := []string{tags, tags + "?by=name", tags + "?by=name&after=" + strconv.Itoa(firstTag+180), tags + "?q=topic", tags + "?q=topic+00042", tags + "?q=harbour",
			tags + "/alike", tags + "/alike?after=topic-00010-harbour", tags + "/" + strconv.Itoa(firstTag+7), "/desk/write/find?kind=tag&q=topic", "/desk/write/find?kind=tag&q=", "/desk/articles/find?q=topic"}
		asked := func(what string, do func() answer) (queries []string) {
			queries = p.heard(func() {
				got := do()
				if got.status >= 400 {
					t.Errorf("%s: %d %.300s", what, got.status, got.body)
				}
				if rows := strings.Count(got.body, "Topic 0") + strings.Count(got.body, "Topic 1"); rows > 300 || len(got.body) > 200_000 {
					t.Errorf("%s shows %d tags in %d bytes", what, rows, len(got.body))
				}
			})
			if whole := p.scans(queries); len(whole) > 0 {
				t.Errorf("%s reads whole tables: %q", what, whole)
			}
			return queries
		}
		visit := func(path string) []string { return asked(path, func() answer { return owner.get(path) }) }
		merge := func(keep, first int) []string {
			form := url.Values{"keep": {strconv.Itoa(firstTag + keep)}}
			for i := range 50 {
				form.Add("tag", strconv.Itoa(firstTag+first+i))
			}
			return asked("a merge of 50", func() answer { return owner.do("POST", tags+"/merge", form) })
		}
		p.addTags(0, 600)
		few := map[string]int{}
		for _, path := range pages {
			few[path] = len(visit(path))
		}
		fewMerged := len(merge(5, 300))
		p.drain()
		p.addTags(600, 20_000)
		for _, path := range pages {
			if n := len(visit(path)); n > few[path]+10 {
				t.Errorf("%s asks %d times with 20,000 tags, %d times with 600", path, n, few[path])
			}
		}
		if n := len(merge(6, 10_000)); n > fewMerged+10 {
			t.Errorf("a merge asks %d times with 20,000 tags, %d times with 600", n, fewMerged)
		}
		p.drain()
		p.shows("the tag that was kept", owner.get(tags+"/"+strconv.Itoa(firstTag+6)), 200, "Topic 00006 harbour")
		if got := owner.get(tags + "/" + strconv.Itoa(firstTag+10_000)); got.status != 404 {
			t.Errorf("a merged tag: %d", got.status)
		}
	})
}
