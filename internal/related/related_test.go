package related_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/job"
	"dateline/internal/postings"
	"dateline/internal/related"
	"dateline/internal/richtext"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

var editor = account.Actor{Name: "Edna", Role: account.Editor}

type newsroom struct {
	t        *testing.T
	d        *db.DB
	clock    *clock.Manual
	articles *article.Service
	related  *related.Service
	jobs     *job.Runner
}

func newNewsroom(t *testing.T, d *db.DB) *newsroom {
	c := clock.NewManual(time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC))
	bus := event.NewBus(c)
	bus.Subscribe(article.EventSettled, "search.settled", nil)
	bus.Subscribe(article.EventSettled, "related.settled", nil)
	finder := search.NewService(d, c)
	n := &newsroom{t: t, d: d, clock: c, articles: article.NewService(d, c, bus, settings.NewStore(d)),
		jobs: job.NewRunner(d, c, slog.New(slog.DiscardHandler))}
	n.related = related.NewService(d, c, n.articles, finder.Index())
	n.must(finder.EnsureBuilt(t.Context()))
	n.must(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: 1, Slug: "world", Name: "World"}, c.Now())
		return err
	}))
	n.jobs.Handle("search.settled", finder.HandleSettled)
	n.jobs.Handle(postings.JobMerge, finder.Index().HandleMerge)
	n.jobs.Handle("related.settled", n.related.HandleSettled)
	n.jobs.Handle(related.JobKin, n.related.HandleKin)
	n.jobs.Handle(related.JobAll, n.related.HandleAll)
	n.jobs.Handle(article.JobRelease, n.articles.HandleRelease)
	return n
}

func (n *newsroom) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *newsroom) publish(headline, body string, in article.PublishInput) article.Article {
	n.t.Helper()
	c := article.Content{Headline: headline, Language: "en", Sections: []int64{1}, Body: richtext.FromMarkdown(body)}
	a, err := n.articles.Create(n.t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: c})
	n.must(err)
	in.ID, in.Revision = a.ID, a.Revision
	a, err = n.articles.Publish(n.t.Context(), editor, in)
	n.must(err)
	return a
}

// settle runs all jobs, also those that wait for the index.
func (n *newsroom) settle() {
	n.t.Helper()
	for range 3 {
		n.must(n.jobs.Drain(n.t.Context()))
		n.clock.Advance(time.Minute)
	}
}

func (n *newsroom) offered(a article.Article) []string {
	n.t.Helper()
	a, _, err := article.NewPublic(n.d, n.clock).Read(n.t.Context(), a.ID)
	n.must(err)
	var out []string
	for _, id := range a.Related {
		other, _, err := article.NewPublic(n.d, n.clock).Read(n.t.Context(), id)
		n.must(err)
		out = append(out, other.Headline)
	}
	return out
}

const (
	talks  = "Delegations met in Astana to discuss the de-escalation zones. The ceasefire in Idlib was the first point of the Astana talks, and observers will watch the de-escalation zones."
	zones  = "Turkish observers crossed into Idlib under the plan for de-escalation zones that was agreed at the Astana talks. The ceasefire held in most de-escalation zones, observers said."
	cheese = "The cheese market of Gouda opened with a parade of farmers. Buyers slapped hands over wheels of cheese, and the farmers carried the cheese on barrows."
	dairy  = "Farmers fear for their cheese: the price of milk fell again. A wheel of cheese from Gouda brings the farmers less than last year at the market."
)

func TestRelated_KinFindEachOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		first := n.publish("Delegations meet in Astana", talks, article.PublishInput{})
		n.settle()
		if got := n.offered(first); len(got) != 0 {
			t.Errorf("alone, it offers %q", got)
		}
		market := n.publish("Cheese market opens", cheese, article.PublishInput{})
		second := n.publish("Observers cross into Idlib", zones, article.PublishInput{})
		milk := n.publish("Milk price falls", dairy, article.PublishInput{})
		n.settle()
		for _, c := range []struct {
			a    article.Article
			want string
		}{{first, "Observers cross into Idlib"}, {second, "Delegations meet in Astana"}, {market, "Milk price falls"}, {milk, "Cheese market opens"}} {
			if got := n.offered(c.a); !slices.Equal(got, []string{c.want}) {
				t.Errorf("%q offers %q, want %q", c.a.Headline, got, c.want)
			}
		}
		box, err := n.related.Box(t.Context(), editor, first.ID)
		n.must(err)
		if len(box.Chosen) != 1 || !strings.Contains(strings.Join(box.Chosen[0].Shares, ", "), "de-escalation zones") || box.Planned {
			t.Errorf("explains %+v", box)
		}
	})
}

func TestRelated_NeverTheSameStoryAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		first := n.publish("Delegations meet in Astana", talks, article.PublishInput{})
		n.publish("UPDATE: Delegations meet in Astana", talks+" The talks go on tomorrow.", article.PublishInput{})
		n.publish("Observers cross into Idlib", zones, article.PublishInput{})
		n.publish("Observers in Idlib", "It was announced today. "+zones, article.PublishInput{})
		n.settle()
		got := n.offered(first)
		if len(got) != 1 || !strings.HasPrefix(got[0], "Observers") {
			t.Errorf("offers %q, want one of the observers' two", got)
		}
	})
}

func TestRelated_OnlyWhatReadersMayFind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		ctx := t.Context()
		first := n.publish("Delegations meet in Astana", talks, article.PublishInput{})
		n.publish("Private", zones, article.PublishInput{Access: article.AccessPrivate})
		hidden := n.publish("Embargo", zones, article.PublishInput{EmbargoUntil: n.clock.Now().Add(time.Hour)})
		n.settle()
		if got := n.offered(first); len(got) != 0 {
			t.Fatalf("offers %q", got)
		}
		var rows int64
		n.must(d.QueryRow(ctx, `SELECT COUNT(*) FROM related_mark`).Scan(&rows))
		if rows != 1 {
			t.Errorf("%d articles have marks, want the public one alone", rows)
		}
		n.clock.Advance(2 * time.Hour)
		n.settle()
		if got := n.offered(first); !slices.Equal(got, []string{"Embargo"}) {
			t.Fatalf("after the embargo it offers %q", got)
		}
		second := n.publish("Observers stay", strings.ReplaceAll(zones, "crossed into", "stay in the province of"), article.PublishInput{})
		n.settle()
		now, _, err := article.NewPublic(d, n.clock).Read(ctx, hidden.ID)
		n.must(err)
		_, err = n.articles.Withdraw(ctx, editor, article.WithdrawInput{ID: hidden.ID, Revision: now.Revision, Reason: "wrong"})
		n.must(err)
		if got, err := n.related.Box(ctx, editor, first.ID); err != nil || slices.ContainsFunc(got.Chosen, func(r related.Story) bool { return r.Article.ID == hidden.ID }) {
			t.Errorf("withdrawn, before its jobs ran, it is explained: %+v (%v)", got, err)
		}
		n.settle()
		if got := n.offered(first); !slices.Equal(got, []string{second.Headline}) {
			t.Errorf("after the withdrawal it offers %q", got)
		}
		n.must(d.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM related_mark WHERE article_id = $1) +
			(SELECT COUNT(*) FROM related_story WHERE article_id = $1 OR other_id = $1)`, hidden.ID).Scan(&rows))
		if rows != 0 {
			t.Errorf("%d rows of the withdrawn article are left", rows)
		}
	})
}

func TestAll_ChoosesForEveryArticle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		first := n.publish("Delegations meet in Astana", talks, article.PublishInput{})
		second := n.publish("Observers cross into Idlib", zones, article.PublishInput{})
		n.publish("Cheese market opens", cheese, article.PublishInput{})
		n.settle()
		check := func() {
			t.Helper()
			if got := n.offered(first); !slices.Equal(got, []string{second.Headline}) {
				t.Errorf("offers %q", got)
			}
			if got := n.offered(second); !slices.Equal(got, []string{first.Headline}) {
				t.Errorf("offers %q", got)
			}
		}
		n.forget()
		var last, all int64
		n.must(n.related.All(t.Context(), func(done, total int64) { last, all = done, total }))
		if last != all || all != 6 {
			t.Errorf("progress ends at %d of %d", last, all)
		}
		check()
		n.forget()
		n.must(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if err := search.EnqueueTx(ctx, tx, second.ID); err != nil {
				return err
			}
			return related.EnqueueAllTx(ctx, tx, n.clock.Now())
		}))
		n.settle() // nothing carries the index's job out yet
		if got := n.offered(first); len(got) != 0 {
			t.Errorf("while the index is being filled it offers %q", got)
		}
		n.jobs.Handle(search.JobIndex, search.NewService(d, n.clock).HandleIndex)
		n.settle()
		check()
	})
}

// A word that only opens sentences is no reason that an editor is told.
func TestRelated_SharesNoOpeningWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := newNewsroom(t, d)
		first := n.publish("Delegations meet in Astana", "Neither side would name the ferry. Neither delegation stayed.\n\nNeither Ankara nor the others paid. Meanwhile Astana waited.", article.PublishInput{})
		n.publish("The ferry sails", "Neither captain came to the ferry. Neither Ankara sent a crew. Meanwhile the port waited.", article.PublishInput{})
		n.publish("Cheese market opens", cheese, article.PublishInput{})
		n.settle()
		box, err := n.related.Box(t.Context(), editor, first.ID)
		n.must(err)
		if len(box.Chosen) != 1 {
			t.Fatalf("chose %+v", box.Chosen)
		}
		shares := strings.Join(box.Chosen[0].Shares, ", ")
		if strings.Contains(shares, "either") || strings.Contains(shares, "eanwhile") || !strings.Contains(shares, "ferry") || !strings.Contains(shares, "Ankara") {
			t.Errorf("explains by %q", shares)
		}
	})
}

// More tellings of one story than are looked at first leave room for others.
func TestRelated_FindsOthersBehindManyTellings(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	n := newNewsroom(t, d)
	first := n.publish("Delegations meet in Astana", talks, article.PublishInput{})
	for i := range 60 {
		n.publish(fmt.Sprintf("Update %d: Delegations meet in Astana", i), talks+fmt.Sprintf(" This was update %d.", i), article.PublishInput{})
	}
	n.publish("Observers cross into Idlib", zones, article.PublishInput{})
	n.publish("Astana expects guests", "Hotels in Astana are full: the talks bring delegations to the city.", article.PublishInput{})
	n.settle()
	if got := n.offered(first); len(got) != 2 || !slices.Contains(got, "Observers cross into Idlib") {
		t.Errorf("offers %q", got)
	}
}
