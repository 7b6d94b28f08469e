package related_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/related"
	"dateline/internal/richtext"
)

func (n *newsroom) decide(a, other article.Article, do string, place int) {
	n.t.Helper()
	n.must(n.related.Decide(n.t.Context(), editor, related.Decision{Article: a.ID, Other: other.ID, Do: do, Place: place}))
}

// box prints what the desk shows beside an article.
func (n *newsroom) box(a article.Article) string {
	n.t.Helper()
	b, err := n.related.Box(n.t.Context(), editor, a.ID)
	n.must(err)
	var out []string
	for _, list := range []struct {
		name string
		all  []related.Story
	}{{"pinned", b.Pinned}, {"chosen", b.Chosen}, {"never", b.Never}} {
		for _, one := range list.all {
			hidden := ""
			if !one.Public {
				hidden = " hidden"
			}
			out = append(out, list.name+hidden+" "+one.Article.Headline)
		}
	}
	if b.Planned {
		out = append(out, "planned")
	}
	return strings.Join(out, ", ")
}

func (n *newsroom) expect(what, got, want string) {
	n.t.Helper()
	if got != want {
		n.t.Errorf("%s:\n got  %s\n want %s", what, got, want)
	}
}

// story publishes three about the same talks and one about cheese.
func (n *newsroom) stories() (first, second, third, market article.Article) {
	first = n.publish("Delegations meet in Astana", talks, article.PublishInput{})
	second = n.publish("Observers cross into Idlib", zones, article.PublishInput{})
	third = n.publish("Ceasefire holds", "The ceasefire of Astana holds in Idlib, and the observers of the de-escalation zones count fewer breaches than last week.", article.PublishInput{})
	market = n.publish("Cheese market opens", cheese, article.PublishInput{})
	n.settle()
	return first, second, third, market
}

func TestDecide_PinsComeFirstAndForbiddenNever(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		first, second, third, market := n.stories()
		if got := n.offered(first); len(got) != 2 {
			t.Fatalf("offers %q", got)
		}
		best, next := second, third
		if n.offered(first)[0] != second.Headline {
			best, next = third, second
		}
		n.decide(first, market, related.Pin, 0)
		n.expect("pinned", strings.Join(n.offered(first), ", "), market.Headline+", "+best.Headline+", "+next.Headline)
		n.decide(first, best, related.Forbid, 0)
		n.expect("forbidden, before any job ran", strings.Join(n.offered(first), ", "), market.Headline+", "+next.Headline)
		n.settle()
		n.expect("forbidden", strings.Join(n.offered(first), ", "), market.Headline+", "+next.Headline)
		n.expect("the box", n.box(first), "pinned "+market.Headline+", chosen "+next.Headline+", never "+best.Headline)
		n.decide(first, next, related.Pin, 0)
		n.expect("two pins", n.box(first), "pinned "+next.Headline+", pinned "+market.Headline+", never "+best.Headline)
		n.decide(first, next, related.Pin, 1)
		n.expect("moved", strings.Join(n.offered(first), ", "), market.Headline+", "+next.Headline)
		n.decide(first, market, related.Leave, 0)
		n.decide(first, best, related.Leave, 0)
		n.decide(first, next, related.Leave, 0)
		n.expect("all taken back", strings.Join(n.offered(first), ", "), best.Headline+", "+next.Headline)

		entries, err := audit.Of(t.Context(), d, "article", first.ID, 20)
		n.must(err)
		decisions := slices.DeleteFunc(entries, func(e audit.Entry) bool { return e.Verb != "decide" })
		if len(decisions) != 7 || !strings.Contains(string(decisions[6].Detail), `"check_also":"pin"`) {
			t.Errorf("the log has %d decisions: %+v", len(decisions), decisions)
		}
		n.decide(first, next, related.Leave, 0)
		if again, err := audit.Of(t.Context(), d, "article", first.ID, 20); err != nil || len(again) != len(entries) {
			t.Errorf("taking back nothing is logged (%v)", err)
		}
	})
}

func TestDecide_AnotherTellingOfAPinIsNotChosen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		first, second, _, _ := n.stories()
		twin := n.publish("Observers in Idlib", "It was announced today. "+zones, article.PublishInput{})
		n.settle()
		n.decide(first, twin, related.Pin, 0)
		n.settle()
		if got := n.offered(first); got[0] != twin.Headline || slices.Contains(got, second.Headline) {
			t.Errorf("offers %q beside the pinned telling of the same story", got)
		}
	})
}

func TestDecide_PinnedStoryGoesAndComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		ctx := t.Context()
		first, _, _, market := n.stories()
		n.decide(first, market, related.Pin, 0)
		n.settle()
		now, _, err := article.NewPublic(d, n.clock).Read(ctx, market.ID)
		n.must(err)
		back, err := n.articles.Retract(ctx, editor, market.ID, now.Revision)
		n.must(err)
		n.settle()
		b, err := n.related.Box(ctx, editor, first.ID)
		n.must(err)
		if len(b.Pinned) != 1 || b.Pinned[0].Public || b.Shown() == market.ID || b.Shown() == 0 {
			t.Errorf("taken back, the box is %+v", b)
		}
		if b, err = n.related.Box(ctx, account.Actor{ID: 77, Name: "Ann", Role: account.Contributor}, first.ID); err == nil && b.Pinned[0].Article.Headline != "" {
			t.Errorf("a contributor reads the headline of an article that was taken back: %q", b.Pinned[0].Article.Headline)
		}
		n.decide(first, market, related.Pin, 3) // the order of pins may change meanwhile
		_, err = n.articles.Publish(ctx, editor, article.PublishInput{ID: back.ID, Revision: back.Revision, Unchecked: true})
		n.must(err)
		n.settle()
		if b, err = n.related.Box(ctx, editor, first.ID); err != nil || b.Shown() != market.ID {
			t.Errorf("public again, %d is shown (%v)", b.Shown(), err)
		}
	})
}

func TestDecide_BeforePublication(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		ctx := t.Context()
		_, second, third, market := n.stories()
		draft, err := n.articles.Create(ctx, editor, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: "Talks go on", Language: "en", Sections: []int64{1},
			Body: richtext.FromMarkdown("The Astana talks on the de-escalation zones go on, said the observers, and the ceasefire in Idlib will be prolonged.")}})
		n.must(err)
		if got := n.box(draft); !strings.Contains(got, "chosen "+second.Headline) || !strings.HasSuffix(got, "planned") {
			t.Errorf("a draft's box is %s", got)
		}
		n.decide(draft, market, related.Pin, 0)
		n.decide(draft, second, related.Forbid, 0)
		if got := n.box(draft); !strings.HasPrefix(got, "pinned "+market.Headline+", chosen ") || strings.Contains(got, "chosen "+second.Headline) {
			t.Errorf("decided, its box is %s", got)
		}
		_, err = n.articles.Publish(ctx, editor, article.PublishInput{ID: draft.ID, Revision: draft.Revision, Unchecked: true})
		n.must(err)
		n.settle()
		got := n.offered(draft)
		if got[0] != market.Headline || slices.Contains(got, second.Headline) || !slices.Contains(got, third.Headline) {
			t.Errorf("published, it offers %q", got)
		}
		if !slices.Contains(n.offered(market), draft.Headline) && slices.Contains(n.offered(third), draft.Headline) {
			return
		}
		t.Errorf("the third offers %q, the pinned one %q", n.offered(third), n.offered(market))
	})
}

func TestDecide_Refuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		ctx := t.Context()
		first, second, _, _ := n.stories()
		private := n.publish("Private", zones, article.PublishInput{Access: article.AccessPrivate})
		locked := n.publish("Locked", zones, article.PublishInput{Access: article.AccessPassword, PasswordHash: "x"})
		embargoed := n.publish("Later", zones, article.PublishInput{EmbargoUntil: n.clock.Now().Add(time.Hour)})
		page, err := n.articles.Create(ctx, editor, article.Draft{Type: article.TypePage, Content: article.Content{Headline: "Imprint", Body: richtext.FromMarkdown("Us.")}})
		n.must(err)
		ann := account.Actor{ID: 77, Name: "Ann", Role: account.Author}
		for _, c := range []struct {
			what  string
			actor account.Actor
			in    related.Decision
			want  fault.Code
		}{
			{"itself", editor, related.Decision{Article: first.ID, Other: first.ID, Do: related.Pin}, fault.Invalid},
			{"a private one", editor, related.Decision{Article: first.ID, Other: private.ID, Do: related.Pin}, fault.Invalid},
			{"one behind a password", editor, related.Decision{Article: first.ID, Other: locked.ID, Do: related.Pin}, fault.Invalid},
			{"an embargoed one", editor, related.Decision{Article: first.ID, Other: embargoed.ID, Do: related.Forbid}, fault.Invalid},
			{"none", editor, related.Decision{Article: first.ID, Other: 4711, Do: related.Pin}, fault.Invalid},
			{"a page", editor, related.Decision{Article: first.ID, Other: page.ID, Do: related.Pin}, fault.Invalid},
			{"beside a page", editor, related.Decision{Article: page.ID, Other: first.ID, Do: related.Pin}, fault.Invalid},
			{"an unknown deed", editor, related.Decision{Article: first.ID, Other: second.ID, Do: "love"}, fault.Invalid},
			{"somebody else's", ann, related.Decision{Article: first.ID, Other: second.ID, Do: related.Pin}, fault.Denied},
			{"nothing", editor, related.Decision{Article: 4711, Other: second.ID, Do: related.Pin}, fault.NotFound},
		} {
			if err := n.related.Decide(ctx, c.actor, c.in); !fault.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.what, err, c.want)
			}
		}
		for i := range related.MaxPins {
			n.decide(first, n.publish(fmt.Sprintf("Short %d", i), fmt.Sprintf("Number %d.", i), article.PublishInput{}), related.Pin, i)
		}
		if err := n.related.Decide(ctx, editor, related.Decision{Article: first.ID, Other: second.ID, Do: related.Pin}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a ninth pin: %v", err)
		}
		var rows int
		n.must(d.QueryRow(ctx, `SELECT COUNT(*) FROM related_choice`).Scan(&rows))
		if rows != related.MaxPins {
			t.Errorf("%d decisions are kept", rows)
		}
	})
}

// TestAll_GoesOnAfterAKill: whatever instant a batch dies at, the next process
// goes on, and an archive from before has its stories chosen by the server.
func TestAll_GoesOnAfterAKill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		ctx := t.Context()
		for i := range 100 { // two batches a pass
			n.publish(fmt.Sprintf("Weather %d", i), fmt.Sprintf("Day %d of rain.", i), article.PublishInput{})
		}
		first, _, _, _ := n.stories()
		n.forget()
		n.must(d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return related.EnqueueAllTx(ctx, tx, n.clock.Now().Add(-time.Hour))
		}))
		var marks, before int64
		for kills := 0; ; kills++ {
			// The batch is written, but the job that asks for the next one is not:
			// its lease ends and it runs again.
			n.must(n.related.HandleAll(ctx, nil))
			done, total, err := n.related.Progress(ctx)
			n.must(err)
			if total == 0 {
				if kills < 5 {
					t.Errorf("the walk ended after %d batches", kills)
				}
				break
			}
			if total != 208 || done < before {
				t.Errorf("progress goes from %d to %d of %d", before, done, total)
			}
			before = done
		}
		n.must(d.QueryRow(ctx, `SELECT COUNT(*) FROM related_mark`).Scan(&marks))
		if got := n.offered(first); marks != 104 || len(got) == 0 {
			t.Errorf("%d articles have marks, and the first offers %q", marks, got)
		}
		// Begun anew while a batch is under way, nothing of the old way is kept.
		n.must(d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return related.EnqueueAllTx(ctx, tx, n.clock.Now()) }))
		n.must(n.related.HandleAll(ctx, nil))
		n.must(d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return related.EnqueueAllTx(ctx, tx, n.clock.Now()) }))
		if done, _, err := n.related.Progress(ctx); err != nil || done != 0 {
			t.Errorf("begun anew, it stands at %d (%v)", done, err)
		}
		n.settle()
		if done, total, err := n.related.Progress(ctx); err != nil || total != 0 {
			t.Errorf("the jobs left it at %d of %d (%v)", done, total, err)
		}
	})
}

// TestAll_WaitsForTheIndex: an archive whose index is not made yet has nothing
// to choose from.
func TestAll_WaitsForTheIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		ctx := t.Context()
		first, _, _, _ := n.stories()
		n.forget()
		was := n.made("")
		n.must(d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return related.EnqueueAllTx(ctx, tx, n.clock.Now().Add(-time.Hour))
		}))
		n.settle()
		if got := n.offered(first); len(got) != 0 {
			t.Errorf("without an index it offers %q", got)
		}
		if err := n.related.All(ctx, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("the command says %v", err)
		}
		n.made(was)
		n.settle()
		if got := n.offered(first); len(got) == 0 {
			t.Error("once the index is there, nothing is chosen")
		}
	})
}

// made sets of what making the index of the search is, and returns what it was.
func (n *newsroom) made(value string) (was string) {
	n.t.Helper()
	n.must(n.d.QueryRow(n.t.Context(), `SELECT value FROM search_state WHERE name = 'made'`).Scan(&was))
	n.must(n.d.Write(n.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE search_state SET value = $1 WHERE name = 'made'`, value)
		return err
	}))
	return was
}

// forget leaves the archive as one from before related stories were chosen.
func (n *newsroom) forget() {
	n.t.Helper()
	n.must(n.d.Write(n.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, query := range []string{`DELETE FROM related_mark`, `DELETE FROM related_story`, `UPDATE article SET related = '[]'`} {
			if _, err := tx.Exec(ctx, query); err != nil {
				return err
			}
		}
		return nil
	}))
}
