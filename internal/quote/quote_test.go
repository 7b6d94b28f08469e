package quote

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

type room struct {
	*testing.T
	d        *db.DB
	articles *article.Service
	claims   *claim.Service
	quotes   *Service
	public   *Public
	jobs     *job.Runner
	actor    account.Actor
	section  int64
	purged   []string
}

func newRoom(t *testing.T, d *db.DB) *room {
	c := clock.System{}
	bus := event.NewBus(c)
	r := &room{T: t, d: d, articles: article.NewService(d, c, bus, settings.NewStore(d)), claims: claim.NewService(d, c, bus), quotes: NewService(d, c),
		public: NewPublic(d, c), jobs: job.NewRunner(d, c, slog.New(slog.NewTextHandler(t.Output(), nil))), actor: account.Actor{Name: "Edna", Role: account.Owner}}
	bus.Subscribe(article.EventSettled, JobSettled, nil)
	bus.Subscribe(claim.EventChanged, JobAccounts, nil)
	r.jobs.Handle(JobSettled, r.quotes.HandleSettled)
	r.jobs.Handle(JobAccounts, r.quotes.HandleAccounts)
	r.jobs.Handle(JobBackfill, r.quotes.HandleBackfill)
	r.section = id.New()
	r.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: r.section, Slug: "world", Name: "World", Open: true}, c.Now())
		return err
	}))
	d.OnPurge(func(keys []string) { r.purged = append(r.purged, keys...) })
	return r
}

func (r *room) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *room) drain() {
	r.Helper()
	r.ok(r.jobs.Drain(r.Context()))
}

func text(s string, marks ...richtext.Mark) richtext.Node {
	return richtext.Node{Type: "text", Text: s, Marks: marks}
}

func saidBy(speaker, role, date string) richtext.Mark {
	attrs := map[string]any{"speaker": speaker}
	if role != "" {
		attrs["role"] = role
	}
	if date != "" {
		attrs["date"] = date
	}
	return richtext.Mark{Type: "said", Attrs: attrs}
}

func body(nodes ...richtext.Node) richtext.Doc { return richtext.Doc{Version: 1, Content: nodes} }

func paragraph(nodes ...richtext.Node) richtext.Node {
	return richtext.Node{Type: "paragraph", Content: nodes}
}

func (r *room) publish(headline string, at time.Time, doc richtext.Doc) article.Article {
	r.Helper()
	d, err := r.articles.Create(r.Context(), r.actor, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: headline, Sections: []int64{r.section}, Body: doc}})
	r.ok(err)
	a, err := r.articles.Publish(r.Context(), r.actor, article.PublishInput{ID: d.ID, Revision: d.Revision, At: at, Unchecked: true})
	r.ok(err)
	r.drain()
	return a
}

func told(p Page) string {
	var out []string
	for _, q := range p.Quotes {
		out = append(out, q.Speaker+": "+q.Words)
	}
	return strings.Join(out, " | ")
}

func (r *room) all(want string) {
	r.Helper()
	p, err := r.public.Find(r.Context(), Query{Limit: 50})
	r.ok(err)
	if got := told(p); got != want {
		r.Errorf("quotes are %q, not %q", got, want)
	}
}

func TestQuotes_FollowTheArticle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		ctx := t.Context()
		doc := body(paragraph(text("“"), text("We stay.", saidBy("Dr. Ann Lée", "mayor", "2026-01-05")), text("” she said.")),
			richtext.Node{Type: "attributed_quote", Attrs: map[string]any{"speaker": "Bo Park", "outlet": "Daily News"}, Content: []richtext.Node{paragraph(text("No."))}})
		draft, err := r.articles.Create(ctx, r.actor, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: "Draft", Body: doc}})
		r.ok(err)
		r.drain()
		r.all("")
		a := r.publish("Live", time.Date(2026, 1, 6, 12, 0, 0, 0, time.UTC), doc)
		r.all("Bo Park: No. | Dr. Ann Lée: We stay.")
		by, err := r.public.By(ctx, []string{"ann lee", Key("Ann Lee")}, Cursor{}, 10)
		r.ok(err)
		if len(by.Quotes) != 1 || by.Quotes[0].Role != "mayor" || by.Quotes[0].Article.ID != a.ID || by.Quotes[0].Anchor == "" || !by.Quotes[0].Direct {
			t.Errorf("by her: %+v", by.Quotes)
		}
		// Drawing again changes nothing, not even the caches.
		r.purged = nil
		r.ok(r.quotes.HandleSettled(ctx, fmt.Appendf(nil, `{"article":%d}`, a.ID)))
		for _, key := range r.purged {
			if strings.HasPrefix(key, "quotes") {
				t.Errorf("drawing the same again purged %s", key)
			}
		}
		a, err = r.articles.Save(ctx, r.actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: article.Content{Headline: "Live", Sections: []int64{r.section}, Body: body(paragraph(text("nothing", saidBy("Bo Park", "", ""))))}})
		r.ok(err)
		r.drain()
		r.all("Bo Park: No. | Dr. Ann Lée: We stay.") // the copy is nobody's business
		a, err = r.articles.Publish(ctx, r.actor, article.PublishInput{ID: a.ID, Revision: a.Revision, Unchecked: true})
		r.ok(err)
		r.purged = nil
		r.drain()
		r.all("Bo Park: nothing")
		if got := strings.Join(r.purged, " "); !strings.Contains(got, "quotes:ann-lee") || !strings.Contains(got, "quotes:bo-park") {
			t.Errorf("purged %s", got)
		}
		a, err = r.articles.Withdraw(ctx, r.actor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "Wrong."})
		r.ok(err)
		r.all("") // at once: reading asks the gate
		r.drain()
		var n int
		r.ok(d.QueryRow(ctx, `SELECT COUNT(*) FROM quote`).Scan(&n))
		if n != 0 {
			t.Errorf("%d rows of a withdrawn article", n)
		}
		if draft.Public {
			t.Error("the draft is public")
		}
	})
}

func TestFind_PagesAndWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		var nodes []richtext.Node
		for i := range 7 {
			nodes = append(nodes, paragraph(text(fmt.Sprintf("word%d über Straßen", i), saidBy([]string{"Ann Lee", "Bo Park"}[i%2], "minister", fmt.Sprintf("2026-01-%02d", i+1)))))
		}
		r.publish("Many", time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), body(nodes...))
		var got []string
		for at := (Cursor{}); ; {
			p, err := r.public.Find(t.Context(), Query{After: at, Limit: 3})
			r.ok(err)
			for _, q := range p.Quotes {
				got = append(got, q.Words[:5])
			}
			if at = p.Next; at == (Cursor{}) {
				break
			}
		}
		if want := "word6 word5 word4 word3 word2 word1 word0"; strings.Join(got, " ") != want {
			t.Errorf("pages give %v", got)
		}
		for query, want := range map[Query]int{{Words: "UBER strass"}: 7, {Words: "uber word3"}: 1, {Words: "ord3"}: 0, {Speaker: "park"}: 3, {Speaker: "minister lee"}: 4, {Words: "word1", Speaker: "lee"}: 0, {Words: "%"}: 0, {Speaker: "“_”"}: 0, {Words: "%", Speaker: "park"}: 3} {
			query.Limit = 10
			p, err := r.public.Find(t.Context(), query)
			r.ok(err)
			if len(p.Quotes) != want {
				t.Errorf("%+v finds %d, not %d", query, len(p.Quotes), want)
			}
		}
		p, err := r.public.By(t.Context(), []string{"ann lee"}, Cursor{}, 3)
		r.ok(err)
		if len(p.Quotes) != 3 || p.Next == (Cursor{}) {
			t.Fatalf("her first page: %s %v", told(p), p.Next)
		}
		p, err = r.public.By(t.Context(), []string{"ann lee"}, p.Next, 3)
		r.ok(err)
		if told(p) != "Ann Lee: word0 über Straßen" || p.Next != (Cursor{}) {
			t.Errorf("her second page: %s %v", told(p), p.Next)
		}
	})
}

func TestBackfill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		for i := range 3 {
			r.publish(fmt.Sprint("Story ", i), time.Date(2026, 1, i+1, 0, 0, 0, 0, time.UTC), body(paragraph(text(fmt.Sprint("words", i), saidBy("Ann Lee", "", "")))))
		}
		r.ok(d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM quote`)
			if err == nil {
				err = job.Enqueue(ctx, tx, job.Spec{Kind: JobBackfill, Key: "all", Payload: backfill{}})
			}
			return err
		}))
		r.drain()
		r.all("Ann Lee: words2 | Ann Lee: words1 | Ann Lee: words0")
		var steps []string
		r.ok(r.quotes.Rebuild(t.Context(), func(done, total int64) { steps = append(steps, fmt.Sprint(done, "/", total)) }))
		if strings.Join(steps, " ") != "3/3" {
			t.Errorf("progress was %v", steps)
		}
		r.all("Ann Lee: words2 | Ann Lee: words1 | Ann Lee: words0")
	})
}

func shared() richtext.Accounts {
	return richtext.Accounts{Title: "The bridge", Sides: []richtext.AccountSide{{Party: "Army", Words: "We did not fire."}, {Party: "Villagers", Words: "They did."}},
		Points: []richtext.AccountPoint{{Text: "A shot was fired", Stands: []richtext.AccountStand{{Says: richtext.Denies}, {Says: richtext.Confirms}}}}}
}

func TestAccounts_AreListedOnceAndFollowTheRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		ctx := t.Context()
		rec, err := r.claims.Create(ctx, r.actor, shared())
		r.ok(err)
		r.all("")
		doc := body(richtext.Node{Type: "shared_accounts", Attrs: map[string]any{"record": rec.ID}})
		first := r.publish("First", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), doc)
		second := r.publish("Second", time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), doc)
		p, err := r.public.Find(ctx, Query{Limit: 9})
		r.ok(err)
		if len(p.Quotes) != 2 || p.Quotes[0].Article.ID != first.ID {
			t.Fatalf("listed: %s", told(p))
		}
		in := shared()
		in.Sides[0].Words = "One soldier fired."
		_, err = r.claims.Update(ctx, account.Actor{Name: "Con", Role: account.Contributor}, rec.ID, rec.Revision, in)
		if !fault.Is(err, fault.Denied) {
			t.Errorf("a contributor changed what readers see: %v", err)
		}
		r.purged = nil
		rec, err = r.claims.Update(ctx, r.actor, rec.ID, rec.Revision, in)
		r.ok(err)
		if !strings.Contains(strings.Join(r.purged, " "), db.Key("accounts", rec.ID)) {
			t.Errorf("the pages that show it were not purged: %v", r.purged)
		}
		r.drain()
		p, err = r.public.By(ctx, []string{"army"}, Cursor{}, 9)
		r.ok(err)
		if told(p) != "Army: One soldier fired." {
			t.Errorf("army: %s", told(p))
		}
		if _, err = r.claims.Update(ctx, r.actor, rec.ID, 1, in); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old revision was written over: %v", err)
		}
		if err = r.claims.Delete(ctx, r.actor, rec.ID, rec.Revision); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "First") || !strings.Contains(err.Error(), "Second") {
			t.Errorf("deleting one in use: %v", err)
		}
		first, err = r.articles.Withdraw(ctx, r.actor, article.WithdrawInput{ID: first.ID, Revision: first.Revision, Reason: "Wrong."})
		r.ok(err)
		r.drain()
		p, err = r.public.By(ctx, []string{"villagers"}, Cursor{}, 9)
		r.ok(err)
		if len(p.Quotes) != 1 || p.Quotes[0].Article.ID != second.ID {
			t.Errorf("after the first was withdrawn: %s", told(p))
		}
	})
}

func TestKey(t *testing.T) {
	for in, want := range map[string]string{"Dr. Ana Núñez": "ana nunez", "Mr. Okafor": "okafor", "Ms.": "ms", "  الدكتور علي ": "الدكتور علي", "O'Brien": "obrien", "": ""} {
		if got := Key(in); got != want {
			t.Errorf("Key(%q) = %q, not %q", in, got, want)
		}
	}
}

// TestFind_Forms: a word finds its other forms by the language of the quote.
func TestFind_Forms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		for i, c := range []struct{ language, words string }{{"", "They talked of a ferry."}, {"de", "Nach der Überschwemmung fehlen Häuser."}, {"fr", "Les élections nationales."}} {
			doc := body(richtext.Node{Type: "attributed_quote", Attrs: map[string]any{"speaker": "Jörg Müller"}, Content: []richtext.Node{paragraph(text(c.words))}})
			draft, err := r.articles.Create(t.Context(), r.actor, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: "Talk", Language: c.language, Sections: []int64{r.section}, Body: doc}})
			r.ok(err)
			_, err = r.articles.Publish(t.Context(), r.actor, article.PublishInput{ID: draft.ID, Revision: draft.Revision, At: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC), Unchecked: true})
			r.ok(err)
		}
		r.drain()
		for typed, want := range map[string]int{"talk": 1, "talks": 1, "talking ferries": 1, "ferries talk": 1, "fury": 0, "talks haus": 0, "überschwemmungen": 1, "ueberschwemmungen": 1, "ueberschw": 1,
			"Häusern": 1, "haeusern fehl": 1, "nationale": 1, "national élection": 1, "elections": 1, "wahlen": 0} {
			p, err := r.public.Find(t.Context(), Query{Words: typed, Limit: 9})
			r.ok(err)
			if len(p.Quotes) != want {
				t.Errorf("%q finds %q", typed, told(p))
			}
		}
		for speaker, want := range map[string]int{"mueller": 3, "muell joerg": 3, "muller": 3, "mullers": 0} {
			p, err := r.public.Find(t.Context(), Query{Speaker: speaker, Limit: 9})
			r.ok(err)
			if len(p.Quotes) != want {
				t.Errorf("said by %q: %q", speaker, told(p))
			}
		}
	})
}
