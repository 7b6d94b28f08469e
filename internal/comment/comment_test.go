package comment_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/vault"
)

var begin = time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)

// room is a database with the articles 1 and 2 and a store of comments.
type room struct {
	t     *testing.T
	d     *db.DB
	store *comment.Store
}

func newRoom(t *testing.T, d *db.DB) *room {
	t.Helper()
	v, err := vault.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t, d, comment.NewStore(v)}
	r.write(func(ctx context.Context, tx *db.Tx) error {
		for _, id := range []int64{1, 2} {
			if _, err := tx.Exec(ctx, `INSERT INTO article (id, type, status, slug, headline, kind, modified_at, created_at, public)
				VALUES ($1, 'article', 'published', 'a', 'A', 'report', 1, 1, $2)`, id, id%2); err != nil {
				return err
			}
		}
		return nil
	})
	return r
}

func (r *room) write(fn func(context.Context, *db.Tx) error) {
	r.t.Helper()
	if err := r.d.Write(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// put stores comments; what is not said is filled in.
func (r *room) put(list ...comment.Comment) {
	r.t.Helper()
	r.write(func(ctx context.Context, tx *db.Tx) error {
		for _, c := range list {
			if c.Article == 0 {
				c.Article = 1
			}
			if c.Kind == "" {
				c.Kind = comment.KindComment
			}
			if c.Status == "" {
				c.Status = comment.StatusApproved
			}
			if c.Created.IsZero() {
				c.Created = begin.Add(time.Duration(c.ID) * time.Second)
			}
			if err := r.store.PutTx(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// count is the article's own count, checked against its comments.
func (r *room) count(article int64) int64 {
	r.t.Helper()
	var kept, real int64
	if err := r.d.QueryRow(r.t.Context(), `SELECT comment_count FROM article WHERE id = $1`, article).Scan(&kept); err != nil {
		r.t.Fatal(err)
	}
	if err := r.d.QueryRow(r.t.Context(), `SELECT COUNT(*) FROM comment WHERE article_id = $1 AND status = 'approved'`, article).Scan(&real); err != nil {
		r.t.Fatal(err)
	}
	if kept != real {
		r.t.Errorf("article %d keeps the count %d and has %d approved comments", article, kept, real)
	}
	return kept
}

// pages walks all pages of n threads, the rest of cut threads too, and returns
// their comments' ids.
func (r *room) pages(article int64, order string, n int) [][]int64 {
	r.t.Helper()
	var out [][]int64
	for after := (comment.Cursor{}); ; {
		page, err := comment.Threads(r.t.Context(), r.d, article, order, after, n)
		if err != nil {
			r.t.Fatal(err)
		}
		out = append(out, ids(page.Comments))
		for rest := page.Cut; rest != (comment.Cursor{}); {
			more, err := comment.Replies(r.t.Context(), r.d, article, page.Comments[0].Root, rest, comment.PageLimit)
			if err != nil {
				r.t.Fatal(err)
			}
			out = append(out, ids(more.Comments))
			rest = more.Next
		}
		if page.Next == (comment.Cursor{}) {
			return out
		}
		if after, err = comment.ParseCursor(page.Next.String()); err != nil {
			r.t.Fatal(err)
		}
	}
}

func ids(list []comment.Comment) (out []int64) {
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}

var orders = []string{settings.OrderOldest, settings.OrderNewest, settings.OrderBest}

func TestThreads_PagesHaveNeitherGapsNorDoubles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		rnd := rand.New(rand.NewPCG(1, 2))
		var public int64
		var list []comment.Comment
		for id := int64(1); id <= 120; id++ {
			c := comment.Comment{ID: id, Created: begin.Add(time.Duration(rnd.IntN(20)) * time.Second)} // many at the same moment
			if id > 10 && rnd.IntN(2) == 0 {
				c.Parent = 1 + rnd.Int64N(id-1)
			}
			if rnd.IntN(5) == 0 {
				c.Status = comment.StatusPending
			} else {
				public++
			}
			list = append(list, c)
		}
		r.put(list...)
		want := shown(list)
		r.put(comment.Comment{ID: 500, Article: 2})
		for _, order := range orders {
			for _, n := range []int{1, 3, 7, 500} {
				got := slices.Concat(r.pages(1, order, n)...)
				slices.Sort(got)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, %d threads a page (-want +got):\n%s", order, n, diff)
				}
			}
		}
		if n := r.count(1); n != public {
			t.Errorf("count = %d, want %d", n, public)
		}
	})
}

// shown are the comments that are public, and those that one of them stands
// below.
func shown(list []comment.Comment) (out []int64) {
	parent, keep := map[int64]int64{}, map[int64]bool{}
	for _, c := range list {
		parent[c.ID] = c.Parent
	}
	for _, c := range list {
		for id := c.ID; c.Status != comment.StatusPending && id != 0; id = parent[id] {
			keep[id] = true
		}
	}
	return slices.Sorted(maps.Keys(keep))
}

func TestThreads_OrderAndPageSize(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.put(comment.Comment{ID: 1}, comment.Comment{ID: 2}, comment.Comment{ID: 3, Parent: 1}, comment.Comment{ID: 4, Parent: 2},
			comment.Comment{ID: 5, Parent: 3}, comment.Comment{ID: 6})
		r.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE comment SET rank = 100 - 10 * (id % 4) WHERE parent_id = 0`) // 1: 90, 2: 80, 6: 80
			return err
		})
		for order, want := range map[string][][]int64{settings.OrderOldest: {{1, 3, 5, 2, 4}, {6}}, settings.OrderNewest: {{6, 2, 4}, {1, 3, 5}},
			settings.OrderBest: {{1, 3, 5, 6}, {2, 4}}} {
			if diff := cmp.Diff(want, r.pages(1, order, 2)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", order, diff)
			}
			// The page that a comment's thread begins, and the numbered ones.
			for id := int64(1); id <= 6; id++ {
				c, err := comment.Get(t.Context(), r.d, id)
				if err != nil {
					t.Fatal(err)
				}
				before, err := comment.Before(t.Context(), r.d, &c, order)
				if err != nil {
					t.Fatal(err)
				}
				page, err := comment.Threads(t.Context(), r.d, 1, order, before, 1)
				if err != nil || page.Comments[0].ID != c.Root || !slices.Contains(ids(page.Comments), id) {
					t.Errorf("%s: the page of comment %d has %v (%v)", order, id, ids(page.Comments), err)
				}
			}
			after, err := comment.Skip(t.Context(), r.d, 1, order, 2)
			if err != nil {
				t.Fatal(err)
			}
			if page, err := comment.Threads(t.Context(), r.d, 1, order, after, 2); err != nil || !slices.Equal(ids(page.Comments), want[1]) {
				t.Errorf("%s: the second numbered page has %v (%v)", order, ids(page.Comments), err)
			}
			for _, n := range []int64{3, 4, comment.MostSkipped + 1} {
				if _, err := comment.Skip(t.Context(), r.d, 1, order, n); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: behind %d threads: %v, want NotFound", order, n, err)
				}
			}
		}
		if got := r.pages(2, settings.OrderOldest, 2); len(got) != 1 || got[0] != nil {
			t.Errorf("an article without comments has the pages %v", got)
		}
	})
}

// What is gone and was answered keeps its place, and nothing else.
func TestThreads_PlacesOfWhatIsGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		gone := comment.Comment{ID: 1, Status: comment.StatusPending, Name: "Secret", URL: "https://secret.example/", Body: richtext.Doc{Version: 1, Content: []richtext.Node{{Type: "paragraph"}}}}
		r.put(gone, comment.Comment{ID: 2, Parent: 1, Status: comment.StatusSpam}, comment.Comment{ID: 3})
		if diff := cmp.Diff([][]int64{{3}}, r.pages(1, settings.OrderOldest, 5)); diff != "" {
			t.Errorf("before an answer is public (-want +got):\n%s", diff)
		}
		r.put(comment.Comment{ID: 4, Parent: 2}) // and with it the places of 1 and 2
		if diff := cmp.Diff([][]int64{{1, 2, 4, 3}}, r.pages(1, settings.OrderOldest, 5)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		r.put(gone) // written again it still is answered
		c, err := comment.Get(t.Context(), d, 1)
		if err != nil || c.Legible() || c.Name != "" || c.URL != "" || len(c.Body.Content) > 0 {
			t.Errorf("the place of a hidden comment says %+v (%v)", c, err)
		}
		r.put(comment.Comment{ID: 8, Status: comment.StatusPending})
		if _, err := comment.Get(t.Context(), d, 8); !fault.Is(err, fault.NotFound) {
			t.Errorf("a held comment: %v, want NotFound", err)
		}
	})
}

func TestThreads_AHugeThreadIsBounded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		list := []comment.Comment{{ID: 1}, {ID: 2, Parent: 1}, {ID: 3}, {ID: 4}}
		for id := int64(10); id < 10+comment.PageLimit+50; id++ {
			list = append(list, comment.Comment{ID: id, Parent: 3})
		}
		list = append(list, comment.Comment{ID: 5000}, comment.Comment{ID: 5001})
		r.put(list...)
		got := r.pages(1, settings.OrderOldest, 50)
		var sizes []int
		for _, p := range got {
			sizes = append(sizes, len(p))
		}
		// The small thread, the huge one in two, and what comes after it.
		if diff := cmp.Diff([]int{2, comment.PageLimit, 51, 3}, sizes); diff != "" {
			t.Fatalf("comments a page (-want +got):\n%s", diff)
		}
		if got[1][0] != 3 || !slices.Equal(got[3], []int64{4, 5000, 5001}) {
			t.Errorf("pages begin with %d and %v", got[1][0], got[3])
		}
	})
}

// TestThreads_ReadNoMoreForMore counts what a first page asks of the database.
func TestThreads_ReadNoMoreForMore(t *testing.T) {
	for _, engine := range dbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			var asked atomic.Int64
			d, err := db.Open(t.Context(), dbtest.URL(t, engine), db.Options{Trace: func(string) { asked.Add(1) }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			if err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			r := newRoom(t, d)
			count := func(article int64) (n int64, comments int) {
				before := asked.Load()
				page, err := comment.Threads(t.Context(), d, article, settings.OrderOldest, comment.Cursor{}, 50)
				if err != nil {
					t.Fatal(err)
				}
				return asked.Load() - before, len(page.Comments)
			}
			if n, _ := count(1); n != 1 {
				t.Errorf("a page without comments takes %d statements", n)
			}
			r.fill(1, 5000)
			if n, comments := count(1); n > 2 || comments > comment.PageLimit {
				t.Errorf("a page of 5,000 comments takes %d statements and %d rows", n, comments)
			}
			for _, order := range orders {
				r.plan(engine, order)
			}
		})
	}
}

// fill writes threads of two comments in one statement each, as PutTx would.
func (r *room) fill(article int64, comments int64) {
	r.t.Helper()
	r.write(func(ctx context.Context, tx *db.Tx) error {
		for n := range comments {
			id := 10_000 + n
			root := id - n%2
			parent := int64(0)
			if id != root {
				parent = root
			}
			if _, err := tx.Exec(ctx, `INSERT INTO comment (id, article_id, parent_id, root_id, root_at, kind, status, author_name, body, created_at, shown, rank)
				VALUES ($1, $2, $3, $4, $4, 'comment', 'approved', 'Ann', '{"version":1,"content":[]}', $1, 1, $4)`, id, article, parent, root); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE article SET comment_count = comment_count + $1 WHERE id = $2`, comments, article)
		return err
	})
}

// plan checks on SQLite that the heads of threads are a range of an index,
// without sorting.
func (r *room) plan(engine db.Engine, order string) {
	r.t.Helper()
	if engine != db.SQLite {
		return
	}
	query := map[string]string{
		settings.OrderOldest: `EXPLAIN QUERY PLAN SELECT root_at, rank, id FROM comment WHERE article_id = 1 AND shown = 1 AND parent_id = 0 AND (root_at, root_id) > (1, 1) ORDER BY root_at, root_id LIMIT 5`,
		settings.OrderNewest: `EXPLAIN QUERY PLAN SELECT root_at, rank, id FROM comment WHERE article_id = 1 AND shown = 1 AND parent_id = 0 AND (root_at, root_id) < (1, 1) ORDER BY root_at DESC, root_id DESC LIMIT 5`,
		settings.OrderBest:   `EXPLAIN QUERY PLAN SELECT root_at, rank, id FROM comment WHERE article_id = 1 AND shown = 1 AND parent_id = 0 AND (rank, id) < (1, 1) ORDER BY rank DESC, id DESC LIMIT 5`,
	}[order]
	rows, err := r.d.Query(r.t.Context(), query)
	steps, err := db.All(rows, err, func(rows *sql.Rows) (string, error) {
		var a, b, c int
		var detail string
		return detail, rows.Scan(&a, &b, &c, &detail)
	})
	want := map[string]string{settings.OrderBest: "comment_best"}[order]
	if want == "" {
		want = "comment_opens"
	}
	if err != nil || len(steps) != 1 || !strings.Contains(steps[0], want) {
		r.t.Errorf("%s is read by %q (%v), want one range of %s", order, steps, err, want)
	}
}

func TestSince(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.put(comment.Comment{ID: 1}, comment.Comment{ID: 2, Status: comment.StatusPending, Name: "Secret"}, comment.Comment{ID: 3}, comment.Comment{ID: 4, Article: 2})
		list, next, err := comment.Since(t.Context(), d, 1, comment.Cursor{}, 10)
		if err != nil || !slices.Equal(ids(list), []int64{1, 3}) {
			t.Fatalf("since the beginning: %v, %v", ids(list), err)
		}
		if list, again, err := comment.Since(t.Context(), d, 1, next, 10); err != nil || len(list) > 0 || again != next {
			t.Errorf("nothing happened since: %v, %v, %v", ids(list), again, err)
		}
		r.write(func(ctx context.Context, tx *db.Tx) error { // as a moderator's decision does
			_, err := tx.Exec(ctx, `UPDATE comment SET status = 'spam', shown = 0, changed_at = changed_at + 100000000 WHERE id = 3`)
			return err
		})
		if list, _, err = comment.Since(t.Context(), d, 1, next, 10); err != nil || !slices.Equal(ids(list), []int64{3}) || list[0].Name != "" || list[0].Shown {
			t.Errorf("after one went away: %+v, %v", list, err)
		}
		if list, _, err = comment.Since(t.Context(), d, 1, comment.Cursor{}, 1); err != nil || !slices.Equal(ids(list), []int64{1}) {
			t.Errorf("one row: %v, %v", ids(list), err)
		}
	})
}

func TestParseCursor_Refuses(t *testing.T) {
	for _, s := range []string{"", "_", "a", "1_", "_1", "01_2", "1_2_3", "zzzzzzzzzzzzzzzzzz_1", "A_1", "1_2 "} {
		if c, err := comment.ParseCursor(s); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q = %v, %v", s, c, err)
		}
	}
}

func TestPutTx_CountIsExact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		steps := []struct {
			status comment.Status
			want   int64
		}{{comment.StatusPending, 0}, {comment.StatusApproved, 1}, {comment.StatusApproved, 1}, {comment.StatusSpam, 0},
			{comment.StatusBinned, 0}, {comment.StatusApproved, 1}}
		for i, s := range steps {
			r.put(comment.Comment{ID: 1, Status: s.status})
			if got := r.count(1); got != s.want {
				t.Errorf("step %d (%s): count = %d, want %d", i, s.status, got, s.want)
			}
		}
		r.put(comment.Comment{ID: 2, Parent: 1}, comment.Comment{ID: 3})
		r.put(comment.Comment{ID: 1, Article: 2}) // its reply goes with it
		if a, b := r.count(1), r.count(2); a != 1 || b != 2 {
			t.Errorf("after a move of a thread: %d and %d, want 1 and 2", a, b)
		}
	})
}

func TestPutTx_ParentsThatCannotBe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.put(comment.Comment{ID: 1}, comment.Comment{ID: 2, Parent: 1}, comment.Comment{ID: 3, Parent: 2}, comment.Comment{ID: 9, Article: 2})
		r.put(comment.Comment{ID: 4, Parent: 9}, comment.Comment{ID: 5, Parent: 404}, comment.Comment{ID: 6, Parent: 6})
		for id, want := range map[int64]comment.Comment{
			1: {Root: 1}, 2: {Parent: 1, Root: 1}, 3: {Parent: 2, Root: 1}, // the thread as it is
			4: {Root: 4}, 5: {Root: 5}, 6: {Root: 6}, // on another article, unknown, itself
		} {
			if got := r.at(id); got != [2]int64{want.Parent, want.Root} {
				t.Errorf("comment %d has parent and root %v, want %d and %d", id, got, want.Parent, want.Root)
			}
		}
		r.put(comment.Comment{ID: 1, Parent: 3}) // answers its own answer
		r.put(comment.Comment{ID: 2, Parent: 3})
		got := slices.Concat(r.pages(1, settings.OrderOldest, 50)...)
		slices.Sort(got)
		if diff := cmp.Diff([]int64{1, 2, 3, 4, 5, 6}, got); diff != "" {
			t.Errorf("comments that answer each other (-want +got):\n%s", diff)
		}
		if at := r.at(1); at != [2]int64{0, 1} {
			t.Errorf("comment 1 = %v, want the start of a thread", at)
		}
	})
}

func (r *room) at(id int64) (at [2]int64) {
	r.t.Helper()
	if err := r.d.QueryRow(r.t.Context(), `SELECT parent_id, root_id FROM comment WHERE id = $1`, id).Scan(&at[0], &at[1]); err != nil {
		r.t.Fatal(err)
	}
	return at
}

func TestPutTx_RepliesFollowWhatTheyAnswer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.put(comment.Comment{ID: 1}, comment.Comment{ID: 2, Parent: 1}, comment.Comment{ID: 3, Parent: 2}, comment.Comment{ID: 4, Parent: 1},
			comment.Comment{ID: 7})
		r.put(comment.Comment{ID: 1, Created: begin.Add(time.Hour)}) // later than 7 now
		if diff := cmp.Diff([][]int64{{7}, {2, 3, 4, 1}}, r.pages(1, settings.OrderOldest, 1)); diff != "" {
			t.Errorf("a first comment of another date (-want +got):\n%s", diff)
		}
		r.put(comment.Comment{ID: 2, Parent: 7}) // with 3 below it
		if diff := cmp.Diff([][]int64{{2, 3, 7}, {4, 1}}, r.pages(1, settings.OrderOldest, 1)); diff != "" {
			t.Errorf("a reply moved to another thread (-want +got):\n%s", diff)
		}
		r.put(comment.Comment{ID: 7, Parent: 1})
		if diff := cmp.Diff([][]int64{{2, 3, 4, 7, 1}}, r.pages(1, settings.OrderOldest, 1)); diff != "" {
			t.Errorf("a thread that became a reply (-want +got):\n%s", diff)
		}
	})
}

func TestPutTx_AddressIsSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.put(comment.Comment{ID: 1, Name: "Ann", Email: "ann.reader@mail.example", Body: richtext.Doc{Version: 1}})
		rows, err := d.Query(t.Context(), `SELECT * FROM comment`)
		if err != nil {
			t.Fatal(err)
		}
		names, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := db.All(rows, nil, func(r *sql.Rows) (string, error) {
			values, into := make([]any, len(names)), make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			err := r.Scan(into...)
			return fmt.Sprintf("%s", values), err
		})
		if err != nil || len(raw) != 1 || !strings.Contains(raw[0], "Ann") {
			t.Fatalf("raw rows = %q, %v", raw, err)
		}
		for _, part := range []string{"ann.reader", "mail.example", "@"} {
			if strings.Contains(raw[0], part) {
				t.Errorf("the row holds %q of the address: %s", part, raw[0])
			}
		}
		page, err := comment.Threads(t.Context(), d, 1, settings.OrderOldest, comment.Cursor{}, 10)
		if err != nil || len(page.Comments) != 1 || page.Comments[0].Email != "" {
			t.Errorf("a public read gives %+v, %v", page.Comments, err)
		}
	})
}

func TestLatest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.put(comment.Comment{ID: 1}, comment.Comment{ID: 2, Status: comment.StatusPending}, comment.Comment{ID: 3, Parent: 1},
			comment.Comment{ID: 4, Article: 2}, comment.Comment{ID: 5})
		ids := func(list []comment.Comment, err error) (out []int64) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				out = append(out, c.ID)
			}
			return out
		}
		// Article 2 is not public.
		if diff := cmp.Diff([]int64{5, 3}, ids(comment.Latest(t.Context(), d, 0, 2))); diff != "" {
			t.Errorf("of the site (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int64{5, 3, 1}, ids(comment.Latest(t.Context(), d, 1, 10))); diff != "" {
			t.Errorf("of an article (-want +got):\n%s", diff)
		}
	})
}
