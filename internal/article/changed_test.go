package article_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/id"
	"dateline/internal/richtext"
	"dateline/internal/taxonomy"
)

// changes are those after a place, in words.
func (k *desk) changes(after article.Cursor, names map[int64]string) (out []string, last article.Cursor) {
	k.t.Helper()
	all, err := k.public.Changes(k.t.Context(), after, 100)
	if err != nil {
		k.t.Fatal(err)
	}
	last = after
	for i := range all {
		c := &all[i]
		words := map[article.Visibility]string{article.Listed: c.Article.Headline, article.Gone: "gone: " + c.Article.WithdrawnReason, article.Hidden: "taken away"}[c.Seen]
		out = append(out, names[c.Article.ID]+" "+words)
		if c.Seen != article.Listed {
			if want := (article.Article{ID: c.Article.ID, WithdrawnReason: c.Article.WithdrawnReason}); !cmp.Equal(c.Article, want, cmp.AllowUnexported(article.Article{})) {
				k.t.Errorf("of one that readers do not have there is %+v", c.Article)
			}
		}
		if at := c.Cursor(); at.At <= last.At {
			k.t.Errorf("%v comes after %v", at, last)
		}
		last = c.Cursor()
	}
	return out, last
}

// TestChanges_TellsWhatReadersGotAndLost: each write that gives readers
// something new, or takes away what they had, is told once; no other one is.
func TestChanges_TellsWhatReadersGotAndLost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		names := map[int64]string{}
		var at article.Cursor
		told := func(what string, want ...string) {
			t.Helper()
			got, last := k.changes(at, names)
			if !slices.Equal(got, want) {
				t.Errorf("%s: told %q, want %q", what, got, want)
			}
			at = last
		}
		named := func(name string, a article.Article) article.Article { names[a.ID] = name; return a }
		publish := func(a article.Article, in article.PublishInput) article.Article {
			t.Helper()
			in.ID, in.Revision, in.Unchecked = a.ID, a.Revision, true
			return k.must(k.service.Publish(ctx, editor, in))
		}
		arrange := func(a article.Article, in article.ArrangeInput) article.Article {
			t.Helper()
			in.ID, in.Revision, in.CommentsOpen = a.ID, a.Revision, true
			return k.must(k.service.Arrange(ctx, editor, in))
		}
		a := named("a", k.draft("A"))
		private := named("private", k.draft("Private"))
		locked := named("locked", k.draft("Locked"))
		told("drafts")
		private = publish(private, article.PublishInput{Access: article.AccessPrivate})
		locked = publish(locked, article.PublishInput{Access: article.AccessPassword, PasswordHash: "x"})
		told("what no list has")
		a = publish(a, article.PublishInput{})
		told("a publication", "a A")
		a = k.must(k.service.Save(ctx, editor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("A better")}))
		told("a working copy")
		a = publish(a, article.PublishInput{Change: article.ChangeSilent})
		told("a silent correction", "a A better")
		a = arrange(a, article.ArrangeInput{Pinned: true})
		told("a pin")
		a = arrange(a, article.ArrangeInput{Slug: "another-word"})
		told("another address", "a A better")
		a = publish(a, article.PublishInput{Change: article.ChangeCorrection, Note: "A year."})
		told("a correction", "a A better")
		a = k.must(k.service.Retract(ctx, editor, a.ID, a.Revision))
		told("a retraction", "a taken away")
		a = k.must(k.service.Save(ctx, editor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("A secret")}))
		a = k.must(k.service.Move(ctx, editor, article.MoveInput{ID: a.ID, Revision: a.Revision, To: article.StatusApproved}))
		told("work on what was taken back")
		a = publish(a, article.PublishInput{EmbargoUntil: midnight.Add(time.Hour)})
		told("an embargo")
		k.clock.Advance(time.Hour)
		raw, err := json.Marshal(map[string]int64{"article": a.ID})
		if err != nil {
			t.Fatal(err)
		}
		if err := k.service.HandleRelease(ctx, raw); err != nil {
			t.Fatal(err)
		}
		told("its end", "a A secret")
		a, _, err = k.public.Read(ctx, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		a = arrange(a, article.ArrangeInput{Access: article.AccessPassword, PasswordHash: "x"})
		told("a password", "a taken away")
		a = arrange(a, article.ArrangeInput{Access: article.AccessPrivate})
		told("a closed door behind it")
		a = arrange(a, article.ArrangeInput{Access: article.AccessOpen})
		told("an open one", "a A secret")
		a = k.must(k.service.Withdraw(ctx, editor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "Wrong."}))
		told("a withdrawal", "a gone: Wrong.")
		k.must(k.service.Withdraw(ctx, editor, article.WithdrawInput{ID: locked.ID, Revision: locked.Revision, Reason: "Wrong."}))
		told("a withdrawal of what no list had")
		arrange(private, article.ArrangeInput{Access: article.AccessOpen})
		told("a private one that is opened", "private Private")
		k.clock.Advance(-time.Minute)
		b := named("b", k.publish("B"))
		told("a clock that went back", "b B")
		page, err := k.service.Create(ctx, editor, article.Draft{Type: article.TypePage, Content: k.content("About")})
		if err != nil {
			t.Fatal(err)
		}
		publish(page, article.PublishInput{})
		told("a standing page")

		// What others change is told, too.
		k.write(func(ctx context.Context, tx *db.Tx) error { return article.TouchTx(ctx, tx, k.clock.Now(), b.ID, a.ID) })
		told("a touch of one that readers have, and of one that they have not", "b B")
		var put article.Put
		put.ID, put.Type, put.Status, put.Access, put.Content, put.Published = id.New(), article.TypeArticle, article.StatusPublished, article.AccessOpen, k.content("Old"), midnight.AddDate(-20, 0, 0)
		names[put.ID] = "old"
		importOne := func() {
			t.Helper()
			k.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := k.service.PutTx(ctx, tx, account.System("import"), put)
				return err
			})
		}
		importOne()
		told("an import", "old Old")
		importOne()
		told("the same again")
		put.Status = article.StatusDraft
		importOne()
		told("one that is a draft there now", "old taken away")

		// From the beginning everything is told once, in pieces as in whole.
		whole, _ := k.changes(article.Cursor{}, names)
		if want := []string{"a gone: Wrong.", "private Private", "b B", "old taken away"}; !slices.Equal(whole, want) {
			t.Errorf("from the beginning %q, want %q", whole, want)
		}
		var pieces []string
		for after := (article.Cursor{}); ; {
			some, err := k.public.Changes(ctx, after, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(some) == 0 {
				break
			}
			after = some[0].Cursor()
			pieces = append(pieces, names[some[0].Article.ID])
		}
		if want := []string{"a", "private", "b", "old"}; !slices.Equal(pieces, want) {
			t.Errorf("one by one %q, want %q", pieces, want)
		}
	})
}

// TestChanges_FollowsAccountsAndMerges: what articles show of others counts.
func TestChanges_FollowsAccountsAndMerges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		claims := claim.NewService(d, k.clock, event.NewBus(k.clock))
		sides := richtext.Accounts{Title: "A fire", Sides: []richtext.AccountSide{{Party: "One"}, {Party: "Two"}}, Points: []richtext.AccountPoint{{Text: "It burnt"}}}
		rec, err := claims.Create(ctx, editor, sides)
		if err != nil {
			t.Fatal(err)
		}
		tag := taxonomy.Tag{ID: id.New(), Slug: "fire", Name: "Fire"}
		k.write(func(ctx context.Context, tx *db.Tx) error { return taxonomy.SaveTag(ctx, tx, tag, k.clock.Now()) })
		names := map[int64]string{}
		for _, name := range []string{"shows", "showed", "tagged", "draft"} {
			c := k.content(name)
			if name != "tagged" {
				c.Body.Content = append(c.Body.Content, richtext.Node{Type: "shared_accounts", Attrs: map[string]any{"record": rec.ID}})
			} else {
				c.Tags = []int64{tag.ID}
			}
			a, err := k.service.Create(ctx, editor, article.Draft{Type: article.TypeArticle, Content: c})
			if err != nil {
				t.Fatal(err)
			}
			if names[a.ID] = name; name == "draft" {
				continue
			}
			a = k.must(k.service.Publish(ctx, editor, article.PublishInput{ID: a.ID, Revision: a.Revision, Unchecked: true}))
			if name == "showed" {
				a = k.must(k.service.Save(ctx, editor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("showed")}))
				k.must(k.service.Publish(ctx, editor, article.PublishInput{ID: a.ID, Revision: a.Revision, Unchecked: true}))
			}
		}
		_, at := k.changes(article.Cursor{}, names)
		payload, err := json.Marshal(claim.Changed{Record: rec.ID})
		if err != nil {
			t.Fatal(err)
		}
		if err := k.service.HandleAccounts(ctx, payload); err != nil {
			t.Fatal(err)
		}
		got, at := k.changes(at, names)
		if want := []string{"shows shows"}; !slices.Equal(got, want) {
			t.Errorf("shared accounts changed: told %q, want %q", got, want)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return article.DissolveTx(ctx, tx, article.Dissolve{Kind: article.ScopeTag, Old: tag.ID})
		})
		if payload, err = json.Marshal(article.Dissolve{Kind: article.ScopeTag, Old: tag.ID}); err != nil {
			t.Fatal(err)
		}
		if err := k.service.HandleDissolve(ctx, payload); err != nil {
			t.Fatal(err)
		}
		if got, _ := k.changes(at, names); !slices.Equal(got, []string{"tagged tagged"}) {
			t.Errorf("a tag went: told %q", got)
		}
	})
}

// TestChanges_MissesNothingThatIsWrittenMeanwhile reads on while many publish at
// once: whoever has read to a place has everything that ever comes before it.
func TestChanges_MissesNothingThatIsWrittenMeanwhile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		const writers, each = 4, 6
		var writing sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					c := k.content(fmt.Sprint("Story ", w, " ", i))
					a, err := k.service.Create(ctx, editor, article.Draft{Type: article.TypeArticle, Content: c})
					if err == nil {
						_, err = k.service.Publish(ctx, editor, article.PublishInput{ID: a.ID, Revision: a.Revision, Unchecked: true})
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { writing.Wait(); close(done) }()
		seen := map[int64]int{}
		var at article.Cursor
		for ended := false; ; {
			select {
			case <-done:
				ended = true
			default:
			}
			some, err := k.public.Changes(ctx, at, 3)
			if err != nil {
				t.Fatal(err)
			}
			for i := range some {
				seen[some[i].Article.ID]++
				at = some[i].Cursor()
			}
			if ended && len(some) == 0 {
				break
			}
		}
		if len(seen) != writers*each {
			t.Errorf("%d of %d were told", len(seen), writers*each)
		}
	})
}

// TestChanges_AreARangeOfAnIndex: nothing is sorted, and no table is read.
func TestChanges_AreARangeOfAnIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		for i := range 20 {
			k.publish(fmt.Sprint("Story ", i))
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			query, plan := "EXPLAIN QUERY PLAN ", func(r *sql.Rows) (text string, err error) {
				var a, b, c int64
				return text, r.Scan(&a, &b, &c, &text)
			}
			if d.Engine() == db.Postgres {
				query, plan = "EXPLAIN (COSTS OFF) ", func(r *sql.Rows) (text string, err error) { return text, r.Scan(&text) }
				for _, set := range []string{`SET LOCAL enable_seqscan = off`, `SET LOCAL enable_bitmapscan = off`, `SET LOCAL enable_sort = off`} { // which suit twenty rows
					if _, err := tx.Exec(ctx, set); err != nil {
						return err
					}
				}
			}
			rows, err := tx.Query(ctx, query+article.ChangesSQL, 1, 1, 10)
			steps, err := db.All(rows, err, plan)
			text := strings.Join(steps, "\n")
			if !strings.Contains(text, "article_changed") || strings.Contains(strings.ToUpper(text), "SORT") || strings.Contains(text, "B-TREE") || strings.Contains(text, "Filter") {
				t.Errorf("the plan is\n%s", text)
			}
			return err
		})
	})
}
