package article_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/id"
	"dateline/internal/taxonomy"
)

// TestWalk_IsWhatAllListsHave compares every walk, page by page, with what the
// lists themselves have.
func TestWalk_IsWhatAllListsHave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		port, rail := id.New(), id.New()
		k.write(func(ctx context.Context, tx *db.Tx) error {
			for tag, name := range map[int64]string{port: "port", rail: "rail"} {
				if err := taxonomy.SaveTag(ctx, tx, taxonomy.Tag{ID: tag, Slug: name, Name: name}, k.clock.Now()); err != nil {
					return err
				}
			}
			return nil
		})
		var all []article.Article
		for i := range 30 {
			c := k.content(fmt.Sprint("Story ", i))
			if i%2 == 0 {
				c.Tags = append(c.Tags, port)
			}
			if i%3 == 0 {
				c.Tags = append(c.Tags, rail)
				c.Kind = article.KindOpinion
			}
			draft, err := k.service.Create(ctx, editor, article.Draft{Type: article.TypeArticle, Content: c})
			if err != nil {
				t.Fatal(err)
			}
			a := k.must(k.service.Publish(ctx, editor, article.PublishInput{ID: draft.ID, Revision: draft.Revision, At: midnight.Add(-time.Duration(i/2) * time.Hour)}))
			if i == 12 {
				k.must(k.service.Withdraw(ctx, editor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "Wrong."}))
				continue
			}
			all = append(all, a)
		}
		section, tagged := article.ListRef{Scope: article.ScopeSection, Ref: k.section}, func(tag int64) article.ListRef { return article.ListRef{Scope: article.ScopeTag, Ref: tag} }
		has := func(a *article.Article, l article.ListRef) bool {
			lists, err := k.public.Lists(ctx, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			return slices.Contains(lists, article.List(l))
		}
		for what, in := range map[string]article.Walk{
			"the site":               {},
			"the section":            {Lists: []article.ListRef{section}},
			"a tag there":            {Lists: []article.ListRef{section, tagged(port)}},
			"two tags":               {Lists: []article.ListRef{tagged(port), section, tagged(rail)}},
			"a kind":                 {Kind: article.KindOpinion},
			"a kind with a tag":      {Lists: []article.ListRef{tagged(port)}, Kind: article.KindOpinion},
			"some hours":             {Lists: []article.ListRef{section}, From: midnight.Add(-9 * time.Hour), To: midnight.Add(-2 * time.Hour)},
			"hours with a tag":       {Lists: []article.ListRef{section, tagged(rail)}, From: midnight.Add(-9 * time.Hour), To: midnight.Add(-2 * time.Hour)},
			"a list that nobody has": {Lists: []article.ListRef{section, tagged(1)}},
			"no time at all":         {From: midnight, To: midnight},
		} {
			for _, in.Oldest = range []bool{false, true} {
				var want []int64
				for i := range all {
					a := &all[i]
					if !slices.ContainsFunc(in.Lists, func(l article.ListRef) bool { return !has(a, l) }) && (in.Kind == "" || a.Kind == in.Kind) &&
						!a.FirstPublished.Before(in.From) && (in.To.IsZero() || a.FirstPublished.Before(in.To)) {
						want = append(want, a.ID)
					}
				}
				order := map[int64]article.Cursor{}
				for i := range all {
					order[all[i].ID] = article.CursorOf(&all[i])
				}
				slices.SortFunc(want, func(x, y int64) int {
					a, b := order[x], order[y]
					n := 1
					if a.At < b.At || a.At == b.At && a.ID < b.ID {
						n = -1
					}
					if !in.Oldest {
						n = -n
					}
					return n
				})
				for _, in.Limit = range []int{1, 4, 100} {
					var got []int64
					in.After = article.Cursor{}
					for range 60 {
						page, next, err := k.public.Walk(ctx, in)
						if err != nil {
							t.Fatal(err)
						}
						if len(page) > in.Limit {
							t.Fatalf("%s: a page of %d, at most %d", what, len(page), in.Limit)
						}
						for i := range page {
							got = append(got, page[i].ID)
						}
						if in.After = next; next == (article.Cursor{}) {
							break
						}
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s, oldest first %t, %d a page: %v, want %v", what, in.Oldest, in.Limit, got, want)
					}
				}
			}
		}
	})
}
