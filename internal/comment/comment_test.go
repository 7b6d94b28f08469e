package comment_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/richtext"
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

// pages walks all pages of n threads and returns their comments' ids.
func (r *room) pages(article int64, n int) [][]int64 {
	r.t.Helper()
	var out [][]int64
	for after := (comment.Cursor{}); ; {
		page, err := comment.Threads(r.t.Context(), r.d, article, after, n)
		if err != nil {
			r.t.Fatal(err)
		}
		next, err := comment.NextPage(r.t.Context(), r.d, article, after, n)
		if err != nil || next != page.Next {
			r.t.Fatalf("NextPage = %v, %v; Threads says %v", next, err, page.Next)
		}
		var ids []int64
		for _, c := range page.Comments {
			ids = append(ids, c.ID)
		}
		out = append(out, ids)
		if next == (comment.Cursor{}) {
			return out
		}
		after = next
	}
}

func TestThreads_PagesHaveNeitherGapsNorDoubles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		rnd := rand.New(rand.NewPCG(1, 2))
		var want []int64
		var list []comment.Comment
		for id := int64(1); id <= 120; id++ {
			c := comment.Comment{ID: id, Created: begin.Add(time.Duration(rnd.IntN(20)) * time.Second)} // many at the same moment
			if id > 10 && rnd.IntN(2) == 0 {
				c.Parent = 1 + rnd.Int64N(id-1)
			}
			if rnd.IntN(5) == 0 {
				c.Status = comment.StatusPending
			} else {
				want = append(want, id)
			}
			list = append(list, c)
		}
		r.put(list...)
		r.put(comment.Comment{ID: 500, Article: 2})
		for _, n := range []int{1, 3, 7, 500} {
			got := slices.Concat(r.pages(1, n)...)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d threads a page (-want +got):\n%s", n, diff)
			}
		}
		if n := r.count(1); n != int64(len(want)) {
			t.Errorf("count = %d, want %d", n, len(want))
		}
	})
}

func TestThreads_OrderAndPageSize(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.put(comment.Comment{ID: 1}, comment.Comment{ID: 2}, comment.Comment{ID: 3, Parent: 1}, comment.Comment{ID: 4, Parent: 2},
			comment.Comment{ID: 5, Parent: 3}, comment.Comment{ID: 6})
		if diff := cmp.Diff([][]int64{{1, 3, 5, 2, 4}, {6}}, r.pages(1, 2)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := r.pages(2, 2); len(got) != 1 || got[0] != nil {
			t.Errorf("an article without comments has the pages %v", got)
		}
	})
}

func TestThreads_RepliesOfAHiddenFirstComment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.put(comment.Comment{ID: 1, Status: comment.StatusPending}, comment.Comment{ID: 2, Parent: 1}, comment.Comment{ID: 3},
			comment.Comment{ID: 4, Status: comment.StatusSpam}, comment.Comment{ID: 5, Parent: 4})
		if diff := cmp.Diff([][]int64{{2, 3}, {5}}, r.pages(1, 1)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
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
		got := r.pages(1, 50)
		var sizes []int
		for _, p := range got {
			sizes = append(sizes, len(p))
		}
		// The small thread, the huge one cut, and all threads after it.
		if diff := cmp.Diff([]int{2, comment.PageLimit, 3}, sizes); diff != "" {
			t.Fatalf("comments a page (-want +got):\n%s", diff)
		}
		if got[1][0] != 3 || !slices.Equal(got[2], []int64{4, 5000, 5001}) {
			t.Errorf("pages begin with %d and %v", got[1][0], got[2])
		}
	})
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
		got := slices.Concat(r.pages(1, 50)...)
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
		if diff := cmp.Diff([][]int64{{7}, {2, 3, 4, 1}}, r.pages(1, 1)); diff != "" {
			t.Errorf("a first comment of another date (-want +got):\n%s", diff)
		}
		r.put(comment.Comment{ID: 2, Parent: 7}) // with 3 below it
		if diff := cmp.Diff([][]int64{{2, 3, 7}, {4, 1}}, r.pages(1, 1)); diff != "" {
			t.Errorf("a reply moved to another thread (-want +got):\n%s", diff)
		}
		r.put(comment.Comment{ID: 7, Parent: 1})
		if diff := cmp.Diff([][]int64{{2, 3, 4, 7, 1}}, r.pages(1, 1)); diff != "" {
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
		page, err := comment.Threads(t.Context(), d, 1, comment.Cursor{}, 10)
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
