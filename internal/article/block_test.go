package article_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
)

// spread publishes articles minutes, days and years apart and returns their
// ids, newest first.
func (k *desk) spread() []int64 {
	var ids []int64
	for i, apart := range []time.Duration{0, time.Minute, time.Hour, 0, 10 * time.Hour, 30 * 24 * time.Hour, time.Second, 24 * time.Hour,
		5 * 365 * 24 * time.Hour, 365 * 24 * time.Hour, time.Hour, 9 * time.Hour, 26 * 24 * time.Hour, time.Minute, 3 * time.Minute} {
		k.clock.Advance(apart)
		ids = append(ids, k.publish(fmt.Sprintf("Story %d", i)).ID)
	}
	slices.Reverse(ids)
	return ids
}

func TestPage_WalksDeepWithoutGapsOrDoubles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		want := k.spread()
		for _, size := range []int{1, 2, 4, 7} {
			var got []int64
			for page := int64(1); ; page++ {
				arts, err := k.public.Page(t.Context(), article.ScopeSite, 0, page, size)
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range arts {
					got = append(got, a.ID)
				}
				if len(arts) == 0 {
					break
				}
			}
			slices.Sort(got)
			sorted := slices.Sorted(slices.Values(want))
			if diff := cmp.Diff(sorted, got); diff != "" {
				t.Errorf("pages of %d show (-want +got):\n%s", size, diff)
			}
		}
	})
}

func TestSkip_AgreesWithTheList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.spread()
		all, err := k.public.List(t.Context(), article.ScopeSite, 0, article.Cursor{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for n, a := range all {
			at, err := k.public.Skip(t.Context(), article.ScopeSite, 0, int64(n+1))
			if err != nil || at != article.CursorOf(&a) {
				t.Errorf("Skip %d = %v, %v, want %v", n+1, at, err, article.CursorOf(&a))
			}
			newer, err := k.public.Newer(t.Context(), article.ScopeSite, 0, db.Micros(a.FirstPublished))
			same := 0
			for _, b := range all {
				if !b.FirstPublished.Before(a.FirstPublished) {
					same++
				}
			}
			if err != nil || newer != int64(same) {
				t.Errorf("%d articles are as new as number %d (%v), want %d", newer, n, err, same)
			}
		}
		if _, err := k.public.Skip(t.Context(), article.ScopeSite, 0, int64(len(all)+1)); !fault.Is(err, fault.NotFound) {
			t.Errorf("skipping more than there are: %v", err)
		}
		if n, err := k.public.Count(t.Context(), article.ScopeSite, 0); err != nil || n != int64(len(all)) {
			t.Errorf("Count = %d, %v, want %d", n, err, len(all))
		}
	})
}

func TestMapped_AgreesWithTheList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.spread()
		all, err := k.public.List(t.Context(), article.ScopeSite, 0, article.Cursor{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		got, err := k.public.Mapped(t.Context(), article.ScopeSite, 0, article.CursorOf(&all[2]), 5)
		if err != nil {
			t.Fatal(err)
		}
		var want []article.Article
		for _, a := range all[3:8] {
			want = append(want, article.Article{ID: a.ID, Status: a.Status, Access: a.Access, LiveVersion: a.LiveVersion, EmbargoUntil: a.EmbargoUntil,
				Path: a.Path, FirstPublished: a.FirstPublished, Updated: a.Updated, LeadMedia: a.LeadMedia, NoIndex: a.NoIndex})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("mapped (-want +got):\n%s", diff)
		}
		// The gate is asked of these too: an embargo that a list does not know of.
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE article SET embargo_until = $1 WHERE id = $2`, db.Micros(k.clock.Now().Add(time.Hour)), all[4].ID)
			return err
		})
		got, err = k.public.Mapped(t.Context(), article.ScopeSite, 0, article.Cursor{}, 100)
		if err != nil || len(got) != len(all)-1 || slices.ContainsFunc(got, func(a article.Article) bool { return a.ID == all[4].ID }) {
			t.Errorf("an article under embargo is mapped: %d of %d, %v", len(got), len(all), err)
		}
	})
}

func TestCounts_FollowWhatIsTakenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.spread()
		all, err := k.public.List(t.Context(), article.ScopeSite, 0, article.Cursor{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all[3:7] {
			if _, err := k.service.Withdraw(t.Context(), editor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "wrong"}); err != nil {
				t.Fatal(err)
			}
		}
		got, want := map[string]int64{}, map[string]int64{}
		read := func(query string, into map[string]int64) {
			rows, err := d.Query(t.Context(), query)
			_, err = db.All(rows, err, func(r *sql.Rows) (struct{}, error) {
				var scope string
				var level, ref, block, n int64
				err := r.Scan(&scope, &level, &ref, &block, &n)
				into[fmt.Sprint(scope, ref, level, block)] += n
				return struct{}{}, err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		read(`SELECT scope, level, ref, block, n FROM listing_count WHERE n <> 0`, got)
		for _, query := range []string{`SELECT scope, 0, ref, at >> 35, 1 FROM listing`, `SELECT scope, 1, ref, at >> 41, 1 FROM listing`, `SELECT scope, 2, ref, at >> 47, 1 FROM listing`} {
			read(query, want)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
	})
}

func TestRecount_MovesTheMonthsToAnotherZone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.clock.Set(time.Date(2026, 6, 30, 22, 30, 0, 0, time.UTC))
		k.publish("Late in June")
		k.clock.Set(time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC))
		k.publish("At the turn of the year")
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error { return article.Recount(ctx, tx, berlin) })
		years, err := k.public.Years(t.Context())
		if diff := cmp.Diff([]article.Year{{Year: 2027, N: 1}, {Year: 2026, N: 1}}, years); err != nil || diff != "" {
			t.Errorf("years (-want +got):\n%s %v", diff, err)
		}
		months, err := k.public.Months(t.Context(), 2026)
		if diff := cmp.Diff([]article.Month{{Year: 2026, Month: time.July, N: 1}}, months); err != nil || diff != "" {
			t.Errorf("months (-want +got):\n%s %v", diff, err)
		}
	})
}
