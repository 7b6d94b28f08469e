package front_test

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
	"dateline/internal/audit"
	"dateline/internal/blob"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/front"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
)

var (
	editor = account.Actor{ID: 7, Name: "Edna", Role: account.Editor}
	author = account.Actor{ID: 8, Name: "Anna", Role: account.Author}
	noon   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

const (
	world = iota + 1
	sport
)

// room is a newsroom for one test, on a clock that the test moves.
type room struct {
	t        *testing.T
	db       *db.DB
	clock    *clock.Manual
	articles *article.Service
	public   *article.Public
	fronts   *front.Service
	media    *media.Service
}

func each(t *testing.T, test func(t *testing.T, r *room)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(noon)
		blobs, err := blob.OpenFilesystem(t.TempDir(), noon)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = blobs.Close() })
		m := media.New(media.Config{DB: d, Blobs: blobs, Clock: c, NoAVIF: true, NoWebP: true})
		t.Cleanup(m.Close)
		r := &room{t: t, db: d, clock: c, articles: article.NewService(d, c, event.NewBus(c), settings.NewStore(d)),
			public: article.NewPublic(d, c), fronts: front.NewService(d, c, m), media: m}
		r.write(func(ctx context.Context, tx *db.Tx) error {
			for _, s := range []taxonomy.Section{{ID: world, Slug: "world", Name: "World"}, {ID: sport, Slug: "sport", Name: "Sport"}} {
				if _, err := taxonomy.SaveSection(ctx, tx, s, noon); err != nil {
					return err
				}
			}
			return nil
		})
		test(t, r)
	})
}

func (r *room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) write(fn func(context.Context, *db.Tx) error) {
	r.t.Helper()
	r.must(r.db.Write(r.t.Context(), fn))
}

// story publishes an article, age hours ago.
func (r *room) story(headline string, section int64, age int) article.Article {
	r.t.Helper()
	d := r.draft(headline, section, "")
	a, err := r.articles.Publish(r.t.Context(), editor, article.PublishInput{ID: d.ID, Revision: d.Revision, At: noon.Add(-time.Duration(age) * time.Hour)})
	r.must(err)
	return a
}

func (r *room) draft(headline string, section int64, storyline string) article.Article {
	r.t.Helper()
	a, err := r.articles.Create(r.t.Context(), editor, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: headline,
		Storyline: storyline, Sections: []int64{section}, Body: richtext.Doc{Version: 1, Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: "Words."}}}}}}})
	r.must(err)
	return a
}

// shows are the headlines of a plan's blocks, as readers see them now.
func (r *room) shows(place int64, p front.Plan) string {
	r.t.Helper()
	f, err := front.Fill(r.t.Context(), r.public, r.clock.Now(), place, p)
	r.must(err)
	var blocks []string
	for _, b := range f.Blocks {
		var names []string
		for _, it := range b.Items {
			names = append(names, it.Article.Headline)
		}
		blocks = append(blocks, strings.Join(names, ","))
	}
	return strings.Join(blocks, " | ")
}

func (r *room) same(what, got, want string) {
	r.t.Helper()
	if got != want {
		r.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestFill_HandThenRuleNothingTwice(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		for i := range 6 {
			r.story(fmt.Sprint("W", i), world, i*2)
			r.story(fmt.Sprint("S", i), sport, i*2+1)
		}
		old := r.story("Old", sport, 500)
		plan := front.Plan{Blocks: []front.Block{
			{ID: "a", Kind: front.Lead, Count: 3, Slots: []front.Slot{{}, {Article: old.ID}}},
			{ID: "b", Kind: front.Latest, Count: 2},
			{ID: "c", Kind: front.Section, Section: sport, Count: 3},
			{ID: "d", Kind: front.Picked, Title: "Picks", Count: 2, Slots: []front.Slot{{Article: 99}}},
		}}
		r.same("a plan", r.shows(0, plan), "W0,Old,S0 | W1,S1 | S2,S3,S4 | ")
		plan.Blocks[3].Section = world
		r.same("picks that the rule fills up", r.shows(0, plan), "W0,Old,S0 | W1,S1 | S2,S3,S4 | W2,W3")
		// A story that somebody put below is not taken by a rule above.
		first, err := r.public.Newest(t.Context(), []article.ListRef{{Scope: article.ScopeSite}}, 1)
		r.must(err)
		plan.Blocks[3].Slots = []front.Slot{{Article: first[0][0]}}
		r.same("the newest put at the bottom", r.shows(0, plan), "S0,Old,W1 | S1,W2 | S2,S3,S4 | W0,W3")
		plan.Blocks[0].Slots[1].Until = noon.Add(time.Minute)
		r.clock.Advance(time.Minute)
		r.same("a slot whose time has come", r.shows(0, plan), "S0,W1,S1 | W2,S2 | S3,S4,S5 | W0,W3")
	})
}

func TestFill_FollowsTheGate(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.story("One", world, 1)
		r.story("Two", world, 2)
		d := r.draft("Secret", world, "")
		plan := front.Plan{Blocks: []front.Block{{ID: "a", Kind: front.Lead, Count: 2, Slots: []front.Slot{{Article: d.ID}}}}}
		r.same("with a draft in the slot", r.shows(0, plan), "One,Two")
		a, err := r.articles.Publish(t.Context(), editor, article.PublishInput{ID: d.ID, Revision: d.Revision, EmbargoUntil: noon.Add(time.Hour)})
		r.must(err)
		r.same("with an embargoed one", r.shows(0, plan), "One,Two")
		r.clock.Advance(2 * time.Hour)
		r.must(r.articles.HandleRelease(t.Context(), fmt.Appendf(nil, `{"article":%d}`, a.ID)))
		r.same("after the embargo", r.shows(0, plan), "Secret,One")
		a, _, err = r.public.Read(t.Context(), a.ID)
		r.must(err)
		_, err = r.articles.Withdraw(t.Context(), editor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "wrong"})
		r.must(err)
		r.same("after it was withdrawn", r.shows(0, plan), "One,Two")
	})
}

func TestFill_PinnedStorylineDiscussedSection(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.story("New", world, 1)
		for i := range 2 {
			d := r.draft(fmt.Sprint("Saga", i), sport, "The saga")
			_, err := r.articles.Publish(t.Context(), editor, article.PublishInput{ID: d.ID, Revision: d.Revision, At: noon.Add(-time.Duration(10+i) * time.Hour)})
			r.must(err)
		}
		pinned, talked := r.story("Pinned", world, 90), r.story("Talked", world, 91)
		r.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE article SET pinned = 1 WHERE id = $1`, pinned.ID)
			if err == nil {
				_, err = tx.Exec(ctx, `UPDATE article SET comment_count = 5 WHERE id = $1`, talked.ID)
			}
			return err
		})
		plan := front.Plan{Blocks: []front.Block{{ID: "a", Kind: front.Lead, Count: 2}, {ID: "b", Kind: front.Discussed, Count: 3}, {ID: "c", Kind: front.Storyline, Storyline: "The saga", Count: 3}}}
		r.same("the site", r.shows(0, plan), "Pinned,New | Talked | Saga0,Saga1")
		r.same("a section's lead is its newest", r.shows(sport, front.Plan{Blocks: plan.Blocks[:1]}), "Saga0,Saga1")
		tops, err := taxonomy.Children(t.Context(), r.db, 0)
		r.must(err)
		r.same("the front that makes itself", r.shows(0, front.Automatic(0, tops)), "Pinned,New,Saga0,Saga1,Talked |  |  |  | ")
	})
}

func plan(ids ...int64) front.Plan {
	p := front.Plan{Blocks: []front.Block{{ID: "a", Kind: front.Lead, Count: max(len(ids), 1)}}}
	for _, one := range ids {
		p.Blocks[0].Slots = append(p.Blocks[0].Slots, front.Slot{Article: one})
	}
	return p
}

// live is what readers see at the site: the article of the first slot.
func (r *room) live() int64 {
	r.t.Helper()
	p, arranged, err := front.LivePlan(r.t.Context(), r.db, 0)
	r.must(err)
	if !arranged {
		return 0
	}
	return p.Blocks[0].Slots[0].Article
}

// publish saves a plan as the draft and publishes it.
func (r *room) publish(p front.Plan, in front.PublishInput) front.Edition {
	r.t.Helper()
	b, err := r.fronts.Board(r.t.Context(), editor, 0)
	r.must(err)
	d, err := r.fronts.Save(r.t.Context(), editor, front.SaveInput{Revision: b.Draft.Revision, Plan: p})
	r.must(err)
	in.Revision = d.Revision
	e, err := r.fronts.Publish(r.t.Context(), editor, in)
	r.must(err)
	return e
}

func (r *room) drain() {
	r.t.Helper()
	jobs := job.NewRunner(r.db, r.clock, slog.New(slog.DiscardHandler))
	jobs.Handle(front.JobTurn, r.fronts.HandleTurn)
	r.must(jobs.Drain(r.t.Context()))
}

func (r *room) turns() int {
	r.t.Helper()
	all, err := audit.Of(r.t.Context(), r.db, "front", 0, 100)
	r.must(err)
	n := 0
	for _, e := range all {
		if e.Verb == "show front" {
			n++
		}
	}
	return n
}

func TestSchedule_TurnsOnceAndBack(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		a, b, c := r.story("A", world, 1).ID, r.story("B", world, 2).ID, r.story("C", world, 3).ID
		r.publish(plan(a), front.PublishInput{})
		if r.live() != a {
			t.Error("published, and readers do not see it")
		}
		night := r.publish(plan(b), front.PublishInput{Name: "Night", At: noon.Add(time.Hour), Until: noon.Add(3 * time.Hour)})
		gone := r.publish(plan(c), front.PublishInput{At: noon.Add(30 * time.Minute)})
		if night.State != front.Scheduled || r.live() != a {
			t.Errorf("a scheduled front is %s, and readers see %d", night.State, r.live())
		}
		_, err := r.fronts.Cancel(t.Context(), editor, gone.ID)
		r.must(err)
		r.clock.Set(noon.Add(time.Hour - time.Microsecond))
		r.drain()
		if r.live() != a || r.turns() != 1 {
			t.Errorf("before its time readers see %d after %d turns", r.live(), r.turns())
		}
		r.clock.Set(noon.Add(time.Hour))
		r.drain()
		for range 3 { // a restart, and jobs that run again
			r.must(r.fronts.CatchUp(t.Context()))
			r.must(r.fronts.HandleTurn(t.Context(), []byte(`{"place":0}`)))
		}
		if r.live() != b || r.turns() != 2 {
			t.Errorf("at its time readers see %d after %d turns, want one more turn", r.live(), r.turns())
		}
		if _, err := r.fronts.Cancel(t.Context(), editor, night.ID); !fault.Is(err, fault.Invalid) {
			t.Errorf("cancelling a front that has begun: %v", err)
		}
		r.clock.Set(noon.Add(5 * time.Hour)) // the process was down at the end
		r.must(r.fronts.CatchUp(t.Context()))
		if r.live() != a || r.turns() != 3 {
			t.Errorf("after its end readers see %d after %d turns", r.live(), r.turns())
		}
		past, err := r.fronts.History(t.Context(), author, 0, 0, 10)
		r.must(err)
		var states []string
		for _, e := range past {
			states = append(states, string(e.State))
		}
		r.same("the history", strings.Join(states, " "), "cancelled past live")
		if at := past[1].Shown; !at.Equal(noon.Add(time.Hour)) {
			t.Errorf("the night's front was shown at %s", at)
		}
	})
}

func TestService_ConflictRestoreAutomatic(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		a, b := r.story("A", world, 1).ID, r.story("B", world, 2).ID
		first := r.publish(plan(a), front.PublishInput{})
		board, err := r.fronts.Board(ctx, author, 0)
		r.must(err)
		if !board.Draft.Fresh || board.Draft.Plan.Blocks[0].Slots[0].Article != a || board.Live.ID != first.ID {
			t.Errorf("after publishing, the draft is %+v", board.Draft)
		}
		other := account.Actor{ID: 9, Name: "Otto", Role: account.Editor}
		mine, err := r.fronts.Save(ctx, editor, front.SaveInput{Revision: board.Draft.Revision, Plan: plan(b)})
		r.must(err)
		_, err = r.fronts.Save(ctx, other, front.SaveInput{Revision: board.Draft.Revision, Plan: plan(a, b)})
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "Edna") {
			t.Errorf("a stale save: %v, want a conflict that names who was faster", err)
		}
		if _, err := r.fronts.Publish(ctx, other, front.PublishInput{Revision: board.Draft.Revision}); !fault.Is(err, fault.Conflict) {
			t.Errorf("publishing a draft that one has not seen: %v", err)
		}
		e, err := r.fronts.Publish(ctx, editor, front.PublishInput{Revision: mine.Revision})
		r.must(err)
		// The revision goes on counting, so a stale window stays stale.
		if _, err := r.fronts.Save(ctx, other, front.SaveInput{Revision: mine.Revision, Plan: plan(a)}); !fault.Is(err, fault.Conflict) {
			t.Errorf("saving over what was published meanwhile: %v", err)
		}
		board, err = r.fronts.Board(ctx, editor, 0)
		r.must(err)
		_, err = r.fronts.Restore(ctx, editor, first.ID, board.Draft.Revision)
		r.must(err)
		if r.live() != b {
			t.Error("restoring changed what readers see")
		}
		board, err = r.fronts.Board(ctx, editor, 0)
		r.must(err)
		if got := board.Draft.Plan.ByHand(); !slices.Equal(got, []int64{a}) {
			t.Errorf("restored %v", got)
		}
		r.must(r.fronts.Automatic(ctx, editor, 0, board.Draft.Revision))
		if r.live() != 0 {
			t.Error("the front does not make itself")
		}
		if e, err = r.fronts.Edition(ctx, author, e.ID); err != nil || e.State != front.Past {
			t.Errorf("the front before is %s, %v", e.State, err)
		}
	})
}

func TestService_Roles(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		contributor := account.Actor{ID: 3, Role: account.Contributor}
		if _, err := r.fronts.Board(ctx, contributor, 0); !fault.Is(err, fault.Denied) {
			t.Errorf("a contributor sees the board: %v", err)
		}
		for what, err := range map[string]error{
			"save": second(r.fronts.Save(ctx, author, front.SaveInput{Plan: plan()})), "publish": second(r.fronts.Publish(ctx, author, front.PublishInput{})),
			"cancel": second(r.fronts.Cancel(ctx, author, 1)), "restore": second(r.fronts.Restore(ctx, author, 1, 0)),
			"discard": r.fronts.Discard(ctx, author, 0, 0), "automatic": r.fronts.Automatic(ctx, author, 0, 0),
		} {
			if !fault.Is(err, fault.Denied) {
				t.Errorf("%s by an author: %v", what, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestSave_Refuses(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		a := r.story("A", world, 1).ID
		block := func(b front.Block) front.Plan { return front.Plan{Blocks: []front.Block{b}} }
		for what, p := range map[string]front.Plan{
			"no blocks": {}, "a story twice": plan(a, a), "no article": plan(id.New()),
			"an unknown section": block(front.Block{ID: "a", Kind: front.Section, Section: 99, Count: 1}),
			"picks untitled":     block(front.Block{ID: "a", Kind: front.Picked, Count: 1}),
			"no storyline":       block(front.Block{ID: "a", Kind: front.Storyline, Count: 1}),
			"an odd kind":        block(front.Block{ID: "a", Kind: "x", Count: 1}), "an odd layout": block(front.Block{ID: "a", Kind: front.Section, Section: world, Count: 1, Layout: "x"}),
			"too many":        block(front.Block{ID: "a", Kind: front.Lead, Count: 25}),
			"an odd size":     block(front.Block{ID: "a", Kind: front.Lead, Count: 1, Slots: []front.Slot{{Article: a, Size: "x"}}}),
			"no such picture": block(front.Block{ID: "a", Kind: front.Lead, Count: 1, Slots: []front.Slot{{Article: a, Picture: 5}}}),
			"a second lead":   {Blocks: []front.Block{{ID: "a", Kind: front.Lead, Count: 1}, {ID: "b", Kind: front.Lead, Count: 1}}},
			"one id twice":    {Blocks: []front.Block{{ID: "a", Kind: front.Lead, Count: 1}, {ID: "a", Kind: front.Latest, Count: 1}}},
		} {
			if _, err := r.fronts.Save(t.Context(), editor, front.SaveInput{Plan: p}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := r.fronts.Save(t.Context(), editor, front.SaveInput{Place: 77, Plan: plan(a)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("the front of no section: %v", err)
		}
		_, err := r.fronts.Save(t.Context(), editor, front.SaveInput{Plan: plan(a)})
		r.must(err)
		if _, err := r.fronts.Publish(t.Context(), editor, front.PublishInput{Revision: 1, At: noon}); !fault.Is(err, fault.Invalid) {
			t.Errorf("scheduled for now: %v", err)
		}
		if _, err := r.fronts.Publish(t.Context(), editor, front.PublishInput{Revision: 1, Until: noon}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an end before the beginning: %v", err)
		}
	})
}

func TestPublish_MakesItsPicturesPublicAtItsTime(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		m := media.Medium{FileName: "x.jpg"}
		r.write(func(ctx context.Context, tx *db.Tx) error { m.ID = 0; return r.media.Save(ctx, tx, &m) })
		p := plan(r.story("A", world, 1).ID)
		p.Blocks[0].Slots[0].Picture = m.ID
		public := func() bool {
			m, err := r.media.Get(t.Context(), r.db, m.ID)
			r.must(err)
			return m.Public
		}
		uses := func() media.Uses {
			u, err := r.media.Uses(t.Context(), r.db, m.ID)
			r.must(err)
			return u
		}
		unused := func() bool {
			found, err := r.media.Find(t.Context(), media.Query{View: media.ViewUnused, Limit: 10})
			r.must(err)
			return len(found.Media) == 1
		}
		inUse := func(what string) {
			t.Helper()
			if u := uses(); len(u.Fronts) != 1 || u.Fronts[0] != 0 || !u.Any() || unused() || public() {
				t.Errorf("the picture of %s: %+v, unused %v, public %v", what, u, unused(), public())
			}
			if err := r.media.Delete(t.Context(), editor, m.ID, 0); !fault.Is(err, fault.Conflict) {
				t.Errorf("deleting the picture of %s: %v", what, err)
			}
		}
		d, err := r.fronts.Save(t.Context(), editor, front.SaveInput{Plan: p})
		r.must(err)
		inUse("a draft")
		r.must(r.fronts.Discard(t.Context(), editor, 0, d.Revision))
		if uses().Any() || !unused() {
			t.Errorf("the picture of a discarded draft: %+v, unused %v", uses(), unused())
		}
		waits := r.publish(p, front.PublishInput{At: noon.Add(time.Hour)})
		inUse("a front that waits")
		_, err = r.fronts.Cancel(t.Context(), editor, waits.ID)
		r.must(err)
		if uses().Any() || !unused() {
			t.Errorf("the picture of a front that was taken back: %+v, unused %v", uses(), unused())
		}
		r.publish(p, front.PublishInput{At: noon.Add(time.Hour)})
		if public() {
			t.Error("the picture of a front that waits is public")
		}
		r.clock.Set(noon.Add(time.Hour))
		r.drain()
		if !public() {
			t.Error("the picture of the live front is not public")
		}
		if u := uses(); len(u.Fronts) != 1 || u.Fronts[0] != 0 || !u.Any() || unused() {
			t.Errorf("where the live front's picture is used: %+v, unused %v", u, unused())
		}
		if err := r.media.Delete(t.Context(), editor, m.ID, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("deleting it: %v", err)
		}
		// It is replaced: what only the front showed is private again, and unused.
		p.Blocks[0].Slots[0].Picture = 0
		r.publish(p, front.PublishInput{})
		if public() || uses().Any() || !unused() {
			t.Errorf("after the front was replaced: public %v, uses %+v, unused %v", public(), uses(), unused())
		}
	})
}
