package article_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
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

// desk is a newsroom for one test: a service on a clock that the test moves.
type desk struct {
	t       *testing.T
	db      *db.DB
	clock   *clock.Manual
	service *article.Service
	public  *article.Public
	section int64
}

var (
	editor   = account.Actor{Name: "Edna", Role: account.Editor}
	midnight = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
)

func newDesk(t *testing.T, d *db.DB) *desk {
	c := clock.NewManual(midnight)
	k := &desk{t: t, db: d, clock: c, service: article.NewService(d, c, event.NewBus(c), settings.NewStore(d)),
		public: article.NewPublic(d, c), section: id.New()}
	k.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: k.section, Slug: "world", Name: "World", Open: true}, c.Now())
		return err
	})
	return k
}

func (k *desk) write(fn func(context.Context, *db.Tx) error) {
	k.t.Helper()
	if err := k.db.Write(k.t.Context(), fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) content(headline string) article.Content {
	return article.Content{Headline: headline, Sections: []int64{k.section}, Body: richtext.Doc{Version: 1, Content: []richtext.Node{
		{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: headline + " in words."}}}}}}
}

func (k *desk) draft(headline string) article.Article {
	k.t.Helper()
	a, err := k.service.Create(k.t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: k.content(headline)})
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

func (k *desk) publish(headline string) article.Article {
	k.t.Helper()
	d := k.draft(headline)
	a, err := k.service.Publish(k.t.Context(), editor, article.PublishInput{ID: d.ID, Revision: d.Revision})
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

// listed are the headlines of the site's list, newest first.
func (k *desk) listed() []string {
	k.t.Helper()
	arts, err := k.public.List(k.t.Context(), article.ScopeSite, 0, article.Cursor{}, 100)
	if err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for _, a := range arts {
		out = append(out, a.Headline)
	}
	return out
}

// answers is what readers get at a path: "listed", "gone", "none" …
func (k *desk) answers(path string) string {
	k.t.Helper()
	addr, err := k.public.Address(k.t.Context(), strings.TrimSuffix(path, "/"))
	if fault.Is(err, fault.NotFound) {
		return "none"
	}
	if err != nil {
		k.t.Fatal(err)
	}
	_, vis, err := k.public.Read(k.t.Context(), addr.Target)
	if fault.Is(err, fault.NotFound) {
		return "hidden behind " + addr.Kind
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return map[article.Visibility]string{article.Listed: "listed", article.Protected: "protected", article.Gone: "gone"}[vis] + " as " + addr.Kind
}

func TestPublish_ListsAndAddresses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		draft := k.draft("The dam holds")
		if got := k.answers("/world/the-dam-holds/"); got != "none" {
			t.Fatalf("a draft's address answers %s", got)
		}
		a, err := k.service.Publish(t.Context(), editor, article.PublishInput{ID: draft.ID, Revision: draft.Revision})
		if err != nil {
			t.Fatal(err)
		}
		if a.Path != "/world/the-dam-holds/" || k.answers(a.Path) != "listed as article" {
			t.Errorf("published at %s, answers %s", a.Path, k.answers(a.Path))
		}
		if got := k.listed(); len(got) != 1 || got[0] != "The dam holds" {
			t.Errorf("site list %v", got)
		}
		for _, l := range []struct {
			scope string
			ref   int64
		}{{article.ScopeSite, 0}, {article.ScopeSection, k.section}} {
			if n, err := k.public.Count(t.Context(), l.scope, l.ref); err != nil || n != 1 {
				t.Errorf("count of %v = %d, %v", l, n, err)
			}
		}
	})
}

func TestPublish_RefusesStaleRevision(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		a := k.draft("Talks to come")
		if _, err := k.service.Save(t.Context(), editor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("Talks begin")}); err != nil {
			t.Fatal(err)
		}
		_, err := k.service.Publish(t.Context(), editor, article.PublishInput{ID: a.ID, Revision: a.Revision})
		if !fault.Is(err, fault.Conflict) {
			t.Fatalf("publishing a stale revision: %v, want a conflict", err)
		}
		if len(k.listed()) != 0 {
			t.Error("the refused publication left something in the list")
		}
	})
}

func TestPublish_ChecksRolesAndContent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		a := k.draft("Draft")
		for _, c := range []struct {
			name string
			err  func() error
			code fault.Code
		}{
			{"contributor publishes", func() error {
				_, err := k.service.Publish(t.Context(), account.Actor{Role: account.Contributor}, article.PublishInput{ID: a.ID, Revision: a.Revision})
				return err
			}, fault.Denied},
			{"anonymous creates", func() error {
				_, err := k.service.Create(t.Context(), account.Actor{}, article.Draft{Content: k.content("x")})
				return err
			}, fault.Denied},
			{"no section", func() error {
				c := k.content("Homeless")
				c.Sections = nil
				b, err := k.service.Create(t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: c})
				if err != nil {
					return err
				}
				_, err = k.service.Publish(t.Context(), editor, article.PublishInput{ID: b.ID, Revision: b.Revision})
				return err
			}, fault.Invalid},
			{"correction without note", func() error {
				p := k.publish("Wrong number")
				_, err := k.service.Publish(t.Context(), editor, article.PublishInput{ID: p.ID, Revision: p.Revision, Change: article.ChangeCorrection})
				return err
			}, fault.Invalid},
			{"publish ahead of time", func() error {
				_, err := k.service.Publish(t.Context(), editor, article.PublishInput{ID: a.ID, Revision: a.Revision, At: midnight.Add(time.Hour)})
				return err
			}, fault.Invalid},
			{"no such article", func() error {
				_, err := k.service.Publish(t.Context(), editor, article.PublishInput{ID: 12345, Revision: 1})
				return err
			}, fault.NotFound},
		} {
			if err := c.err(); !fault.Is(err, c.code) {
				t.Errorf("%s: %v, want %s", c.name, err, c.code)
			}
		}
	})
}

func TestSave_OfLiveArticleStaysUnseen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		a := k.publish("First words")
		b, err := k.service.Save(t.Context(), editor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("Second words")})
		if err != nil {
			t.Fatal(err)
		}
		if got := k.listed(); got[0] != "First words" {
			t.Errorf("readers see %q of a working copy", got[0])
		}
		k.clock.Advance(time.Hour)
		b, err = k.service.Publish(t.Context(), editor, article.PublishInput{ID: a.ID, Revision: b.Revision, Change: article.ChangeCorrection, Note: "The words were wrong."})
		if err != nil {
			t.Fatal(err)
		}
		if got := k.listed(); got[0] != "Second words" {
			t.Errorf("after the update readers see %q", got[0])
		}
		if !b.FirstPublished.Equal(midnight) || !b.Updated.Equal(midnight.Add(time.Hour)) {
			t.Errorf("first published %v, updated %v", b.FirstPublished, b.Updated)
		}
		changes, err := k.public.CorrectionsOf(t.Context(), a.ID)
		if err != nil || len(changes) != 1 || changes[0].Note != "The words were wrong." {
			t.Errorf("changes %v, %v", changes, err)
		}
	})
}

func TestPublish_MovesAddressWithOneRedirect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		a := k.publish("Old name")
		for _, slug := range []string{"newer-name", "newest-name"} {
			var err error
			if a, err = k.service.Publish(t.Context(), editor, article.PublishInput{ID: a.ID, Revision: a.Revision, Slug: slug}); err != nil {
				t.Fatal(err)
			}
		}
		for path, want := range map[string]string{"/world/old-name/": "listed as redirect", "/world/newer-name/": "listed as redirect", "/world/newest-name/": "listed as article"} {
			if got := k.answers(path); got != want {
				t.Errorf("%s answers %s, want %s", path, got, want)
			}
		}
		twin := k.publish("Old name")
		if twin.Path == "/world/old-name/" {
			t.Error("a new article took over the former address of another")
		}
	})
}

func TestWithdraw_AnswersGoneAndLeavesLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		a := k.publish("Hasty report")
		if _, err := k.service.Withdraw(t.Context(), editor, article.WithdrawInput{ID: a.ID, Revision: a.Revision}); !fault.Is(err, fault.Invalid) {
			t.Errorf("withdrawing without a reason: %v", err)
		}
		if _, err := k.service.Withdraw(t.Context(), editor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "The source took it back."}); err != nil {
			t.Fatal(err)
		}
		if got := k.answers(a.Path); got != "gone as gone" {
			t.Errorf("address answers %s", got)
		}
		n, err := k.public.Count(t.Context(), article.ScopeSite, 0)
		if len(k.listed()) != 0 || n != 0 || err != nil {
			t.Errorf("still listed: %v, counted: %d, %v", k.listed(), n, err)
		}
	})
}

func TestRetract_LeavesNoTrace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		a := k.publish("Too early")
		if a, err := k.service.Publish(t.Context(), editor, article.PublishInput{ID: a.ID, Revision: a.Revision, Slug: "far-too-early"}); err != nil {
			t.Fatal(err)
		} else if _, err = k.service.Retract(t.Context(), editor, a.ID, a.Revision); err != nil {
			t.Fatal(err)
		}
		if got := k.answers("/world/far-too-early/"); got != "none" {
			t.Errorf("address answers %s", got)
		}
		if got := k.answers("/world/too-early/"); got != "none" && got != "hidden behind redirect" {
			t.Errorf("former address answers %s", got)
		}
		if len(k.listed()) != 0 {
			t.Error("still listed")
		}
	})
}

func TestSchedule_ReleasesOnceNotEarly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		runner := job.NewRunner(d, k.clock, slog.New(slog.DiscardHandler))
		runner.Handle(article.JobRelease, k.service.HandleRelease)
		a := k.draft("At nine")
		nine := midnight.Add(9 * time.Hour)
		if _, err := k.service.Schedule(t.Context(), editor, article.ScheduleInput{ID: a.ID, Revision: a.Revision, At: nine}); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			at   time.Time
			want int
		}{{nine.Add(-time.Second), 0}, {nine.Add(-time.Hour), 0}, {nine, 1}, {nine.Add(time.Hour), 1}} {
			k.clock.Set(step.at)
			if err := runner.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := len(k.listed()); got != step.want {
				t.Fatalf("at %s %d articles are listed, want %d", step.at.Format(time.TimeOnly), got, step.want)
			}
		}
		arts, err := k.public.List(t.Context(), article.ScopeSite, 0, article.Cursor{}, 1)
		if err != nil || !arts[0].FirstPublished.Equal(nine) {
			t.Errorf("published at %v, want nine; %v", arts[0].FirstPublished, err)
		}
	})
}

func TestEmbargo_HoldsUntilLifted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		runner := job.NewRunner(d, k.clock, slog.New(slog.DiscardHandler))
		runner.Handle(article.JobRelease, k.service.HandleRelease)
		a := k.draft("Budget")
		end := midnight.Add(3 * time.Hour)
		b, err := k.service.Publish(t.Context(), editor, article.PublishInput{ID: a.ID, Revision: a.Revision, EmbargoUntil: end})
		if err != nil {
			t.Fatal(err)
		}
		if b.Public || len(k.listed()) != 0 || k.answers("/world/budget/") != "none" {
			t.Fatalf("an embargoed article shows: public %v, listed %v, answers %s", b.Public, k.listed(), k.answers("/world/budget/"))
		}
		k.clock.Set(end)
		if err := runner.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := k.answers("/world/budget/"); got != "listed as article" {
			t.Errorf("after the embargo the address answers %s", got)
		}
	})
}

func TestVersions_AreChained(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		a := k.publish("Chained")
		for i := range 3 {
			var err error
			if a, err = k.service.Publish(t.Context(), editor, article.PublishInput{ID: a.ID, Revision: a.Revision, Change: article.ChangeUpdate}); err != nil {
				t.Fatal(i, err)
			}
		}
		if err := article.VerifyChain(t.Context(), d, a.ID); err != nil {
			t.Fatalf("an honest chain is refused: %v", err)
		}
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE version SET content = $1 WHERE article_id = $2 AND number = 2`, `{"headline":"Rewritten"}`, a.ID)
			return err
		})
		if err := article.VerifyChain(t.Context(), d, a.ID); err == nil {
			t.Error("rewriting history does not show")
		}
	})
}

func TestVisible(t *testing.T) {
	now := midnight
	live := article.Article{LiveVersion: 1, Status: article.StatusPublished, Access: article.AccessOpen, FirstPublished: now}
	with := func(change func(*article.Article)) article.Article { a := live; change(&a); return a }
	for name, c := range map[string]struct {
		a    article.Article
		want article.Visibility
	}{
		"published":          {live, article.Listed},
		"never published":    {with(func(a *article.Article) { a.LiveVersion = 0 }), article.Hidden},
		"draft again":        {with(func(a *article.Article) { a.Status = article.StatusDraft }), article.Hidden},
		"in review":          {with(func(a *article.Article) { a.Status = article.StatusReview }), article.Hidden},
		"scheduled":          {with(func(a *article.Article) { a.Status = article.StatusScheduled }), article.Hidden},
		"withdrawn":          {with(func(a *article.Article) { a.Status = article.StatusWithdrawn }), article.Gone},
		"embargoed":          {with(func(a *article.Article) { a.EmbargoUntil = now.Add(1) }), article.Hidden},
		"embargo over":       {with(func(a *article.Article) { a.EmbargoUntil = now }), article.Listed},
		"dated ahead":        {with(func(a *article.Article) { a.FirstPublished = now.Add(1) }), article.Hidden},
		"private":            {with(func(a *article.Article) { a.Access = article.AccessPrivate }), article.Hidden},
		"password":           {with(func(a *article.Article) { a.Access = article.AccessPassword }), article.Protected},
		"password, embargo":  {with(func(a *article.Article) { a.Access, a.EmbargoUntil = article.AccessPassword, now.Add(1) }), article.Hidden},
		"private, withdrawn": {with(func(a *article.Article) { a.Access, a.Status = article.AccessPrivate, article.StatusWithdrawn }), article.Hidden},
	} {
		if got := article.Visible(&c.a, now); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestSaveSection_MovesItsArticlesToItsNewAncestors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		news, sport, city, port := id.New(), id.New(), id.New(), id.New()
		save := func(section, parent int64, word string) {
			k.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := article.SaveSection(ctx, tx, taxonomy.Section{ID: section, ParentID: parent, Slug: word, Name: word, Open: true}, k.clock.Now())
				return err
			})
		}
		save(news, 0, "news")
		save(sport, 0, "sport")
		save(city, news, "city")
		save(port, city, "port")
		publish := func(headline string, sections ...int64) {
			content := k.content(headline)
			content.Sections = sections
			a, err := k.service.Create(t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: content})
			if err == nil {
				_, err = k.service.Publish(t.Context(), editor, article.PublishInput{ID: a.ID, Revision: a.Revision})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range 250 { // more than one batch
			publish(fmt.Sprintf("From the port %d", i), port)
		}
		publish("In both", port, news)
		jobs := job.NewRunner(d, k.clock, slog.New(slog.DiscardHandler))
		jobs.Handle(article.JobRelist, k.service.HandleRelist)
		for range 2 { // and there again: nothing is counted twice
			save(city, sport, "city")
			if err := jobs.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}
			for section, want := range map[int64]int64{port: 251, city: 251, sport: 251, news: 1} {
				n, err := k.public.Count(t.Context(), article.ScopeSection, section)
				if err != nil || n != want {
					t.Errorf("section %d has %d articles (%v), want %d", section, n, err, want)
				}
			}
		}
	})
}
