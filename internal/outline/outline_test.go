package outline_test

import (
	"context"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/outline"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
	"dateline/internal/vault"
)

var (
	editor = account.Actor{ID: 1, Name: "Edna", Role: account.Editor}
	admin  = account.Actor{ID: 2, Name: "Ada", Role: account.Administrator}
	writer = account.Actor{ID: 3, Name: "Will", Role: account.Author}
	start  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// room is a newsroom whose outline a test changes.
type room struct {
	t        *testing.T
	ctx      context.Context
	db       *db.DB
	clock    *clock.Manual
	outline  *outline.Service
	articles *article.Service
	public   *article.Public
}

func each(t *testing.T, test func(*room)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(start)
		v, err := vault.New(make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		st := settings.NewStore(d)
		r := &room{t: t, ctx: t.Context(), db: d, clock: c, articles: article.NewService(d, c, event.NewBus(c), st), public: article.NewPublic(d, c)}
		r.outline = outline.NewService(outline.Parts{DB: d, Clock: c, Settings: st, Articles: r.articles, Vault: v})
		test(r)
	})
}

func (r *room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) refused(what string, err error, code fault.Code) {
	r.t.Helper()
	if !fault.Is(err, code) {
		r.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func (r *room) section(name string, parent int64) int64 {
	r.t.Helper()
	s, err := r.outline.SaveSection(r.ctx, editor, outline.SectionInput{Name: name, ParentID: parent})
	r.must(err)
	return s.ID
}

func (r *room) tag(name string) int64 {
	r.t.Helper()
	t, err := r.outline.SaveTag(r.ctx, editor, outline.TagInput{Name: name})
	r.must(err)
	return t.ID
}

func (r *room) draft(c article.Content) article.Article {
	r.t.Helper()
	c.Body = richtext.Doc{Version: 1, Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: "Words."}}}}}
	a, err := r.articles.Create(r.ctx, editor, article.Draft{Type: article.TypeArticle, Content: c})
	r.must(err)
	return a
}

func (r *room) publish(c article.Content) article.Article {
	r.t.Helper()
	d := r.draft(c)
	r.clock.Advance(time.Minute)
	a, err := r.articles.Publish(r.ctx, editor, article.PublishInput{ID: d.ID, Revision: d.Revision})
	r.must(err)
	return a
}

// jobs runs what the changes left to jobs.
func (r *room) jobs() {
	r.t.Helper()
	waiting, err := job.List(r.ctx, r.db, job.Ready, 100)
	r.must(err)
	for _, j := range waiting {
		switch j.Kind {
		case article.JobDissolve:
			r.must(r.outline.HandleDissolve(r.ctx, j.Payload))
			r.must(r.outline.HandleDissolve(r.ctx, j.Payload)) // twice changes nothing
		case article.JobRelist:
			r.must(r.articles.HandleRelist(r.ctx, j.Payload))
		}
		r.must(r.db.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error { return job.Cancel(ctx, tx, j.Kind, j.Key) }))
	}
}

// at is what answers at a path: its kind, and what it is for or leads to.
func (r *room) at(path string) (kind string, target int64, location string) {
	r.t.Helper()
	a, err := article.LookUp(r.ctx, r.db, urlpath.Key(path))
	if fault.Is(err, fault.NotFound) {
		return "none", 0, ""
	}
	r.must(err)
	if a.Of != "" {
		return a.Kind + " to " + a.Of, a.Target, a.Location
	}
	return a.Kind, a.Target, a.Location
}

func (r *room) answers(path, kind string, target int64) {
	r.t.Helper()
	if k, id, loc := r.at(path); k != kind || id != target {
		r.t.Errorf("%s answers %s %d %s, want %s %d", path, k, id, loc, kind, target)
	}
}

func (r *room) counts(scope string, ref, want int64) {
	r.t.Helper()
	n, err := r.public.Count(r.ctx, scope, ref)
	r.must(err)
	list, err := r.public.List(r.ctx, scope, ref, article.Cursor{}, 100)
	r.must(err)
	if n != want || int64(len(list)) != want {
		r.t.Errorf("%s %d counts %d and lists %d, want %d", scope, ref, n, len(list), want)
	}
}

func (r *room) read(id int64) article.Article {
	r.t.Helper()
	a, _, err := r.public.Read(r.ctx, id)
	r.must(err)
	return a
}

func TestSections_RenameAndMoveLeadOn(t *testing.T) {
	each(t, func(r *room) {
		world, sport := r.section("World", 0), r.section("Sport", 0)
		europe := r.section("Europe", world)
		a := r.publish(article.Content{Headline: "Vote", Sections: []int64{europe}})
		_, err := r.outline.SaveSection(r.ctx, editor, outline.SectionInput{ID: world, Name: "The World", Word: "Globe", Description: "All of it.", SearchDescription: "For machines."})
		r.must(err)
		r.answers("/section/world/", "redirect to section", world)
		r.answers("/section/world/europe/", "redirect to section", europe)
		if got := r.read(a.ID).Path; got != a.Path {
			r.t.Errorf("the article moved to %s", got)
		}
		r.must(r.outline.PlaceSection(r.ctx, editor, europe, outline.Inside, sport))
		r.answers("/section/globe/europe/", "redirect to section", europe)
		r.jobs()
		r.counts(article.ScopeSection, world, 0)
		r.counts(article.ScopeSection, sport, 1)
		// Another section may take the former address over.
		again := r.section("World", 0)
		r.answers("/section/world/", "none", 0)
		s, err := taxonomy.SectionByPath(r.ctx, r.db, "world")
		r.must(err)
		if s.ID != again {
			r.t.Errorf("world is section %d, want %d", s.ID, again)
		}
		// And back: the redirect of the present address goes.
		_, err = r.outline.SaveSection(r.ctx, editor, outline.SectionInput{ID: sport, Name: "Sport", Word: "sports"})
		r.must(err)
		_, err = r.outline.SaveSection(r.ctx, editor, outline.SectionInput{ID: sport, Name: "Sport", Word: "sport"})
		r.must(err)
		r.answers("/section/sport/", "none", 0)
		r.answers("/section/sports/europe/", "redirect to section", europe)
		_, err = r.outline.SaveSection(r.ctx, editor, outline.SectionInput{Name: "Sport!"})
		r.refused("a second Sport", err, fault.Conflict)
		_, err = r.outline.SaveSection(r.ctx, editor, outline.SectionInput{Name: "…"})
		r.refused("a name without letters", err, fault.Invalid)
		_, err = r.outline.SaveSection(r.ctx, writer, outline.SectionInput{Name: "Mine"})
		r.refused("an author's section", err, fault.Denied)
	})
}

func TestSections_Order(t *testing.T) {
	each(t, func(r *room) {
		a, b, c := r.section("A", 0), r.section("B", 0), r.section("C", 0)
		order := func(want ...int64) {
			r.t.Helper()
			tree, err := r.outline.Tree(r.ctx)
			r.must(err)
			var got []int64
			for _, branch := range tree {
				got = append(got, branch.ID)
				for _, below := range branch.Below {
					got = append(got, -below.ID)
				}
			}
			if len(got) != len(want) {
				r.t.Fatalf("order %v, want %v", got, want)
			}
			for i := range want {
				if got[i] != want[i] {
					r.t.Fatalf("order %v, want %v", got, want)
				}
			}
		}
		order(a, b, c)
		r.must(r.outline.StepSection(r.ctx, editor, c, outline.Up))
		order(a, c, b)
		r.must(r.outline.StepSection(r.ctx, editor, a, outline.Up)) // at the end: nothing
		order(a, c, b)
		r.must(r.outline.PlaceSection(r.ctx, editor, b, outline.Before, a))
		order(b, a, c)
		r.must(r.outline.StepSection(r.ctx, editor, c, outline.In))
		order(b, a, -c)
		r.must(r.outline.StepSection(r.ctx, editor, c, outline.Out))
		order(b, a, c)
		r.must(r.outline.StepSection(r.ctx, editor, c, outline.In))
		r.refused("below its own child", r.outline.PlaceSection(r.ctx, editor, a, outline.Inside, c), fault.Invalid)
	})
}

func TestSections_DeleteMovesArticles(t *testing.T) {
	each(t, func(r *room) {
		world, sport := r.section("World", 0), r.section("Sport", 0)
		europe := r.section("Europe", world)
		_, err := r.outline.SaveSection(r.ctx, editor, outline.SectionInput{ID: europe, Name: "Europa"}) // keeps its word
		r.must(err)
		_, err = r.outline.SaveSection(r.ctx, editor, outline.SectionInput{ID: europe, Name: "Europa", Word: "europa"})
		r.must(err)
		var all []article.Article
		for range 230 { // more than a batch
			all = append(all, r.publish(article.Content{Headline: "Vote", Sections: []int64{europe, sport}}))
		}
		taken := r.publish(article.Content{Headline: "Vote", Sections: []int64{sport}})
		draft := r.draft(article.Content{Headline: "Not yet", Sections: []int64{europe}})
		r.must(r.outline.SetDefaultSection(r.ctx, editor, europe))
		r.refused("deleting what has articles", r.outline.DeleteSection(r.ctx, editor, europe, 0), fault.Invalid)
		r.refused("deleting what has sections", r.outline.DeleteSection(r.ctx, editor, world, sport), fault.Invalid)
		r.refused("moving to itself", r.outline.DeleteSection(r.ctx, editor, europe, europe), fault.Invalid)
		r.must(r.outline.DeleteSection(r.ctx, editor, europe, sport))
		r.refused("deleting it again", r.outline.DeleteSection(r.ctx, editor, europe, world), fault.Conflict)
		_, err = r.outline.SaveSection(r.ctx, editor, outline.SectionInput{ID: europe, Name: "Too late"})
		r.refused("changing it now", err, fault.Conflict)
		r.jobs()
		r.counts(article.ScopeSection, world, 0)
		n, err := r.public.Count(r.ctx, article.ScopeSection, sport)
		r.must(err)
		if n != 231 {
			r.t.Errorf("sport has %d articles, want 231", n)
		}
		for _, path := range []string{"/section/world/europa/", "/section/world/europe/"} {
			r.answers(path, "redirect to section", sport)
		}
		first := r.read(all[0].ID)
		if first.SectionID != sport || first.Path == taken.Path || first.Revision != all[0].Revision {
			r.t.Errorf("the first article: %+v", first)
		}
		r.answers(first.Path, "article", first.ID)
		r.answers(all[0].Path, "redirect to article", first.ID)
		last := r.read(all[229].ID)
		if last.Path != "/sport/vote-230/" {
			r.t.Errorf("the last article is at %s (was %s)", last.Path, all[229].Path)
		}
		if _, err := taxonomy.SectionByID(r.ctx, r.db, europe); !fault.Is(err, fault.NotFound) {
			r.t.Errorf("the section is still there: %v", err)
		}
		out, err := r.articles.Publish(r.ctx, editor, article.PublishInput{ID: draft.ID, Revision: draft.Revision})
		r.must(err)
		if out.Path != "/sport/not-yet/" {
			r.t.Errorf("the draft went to %s", out.Path)
		}
		// What an old window of the editor still sends lands in the right place.
		stale := r.publish(article.Content{Headline: "Stale window", Sections: []int64{europe}})
		if stale.SectionID != sport {
			r.t.Errorf("a stale section became %d", stale.SectionID)
		}
		r.must(article.VerifyChain(r.ctx, r.db, first.ID))
		site, err := settings.Read(r.ctx, r.db)
		r.must(err)
		if site.DefaultSection != sport {
			r.t.Errorf("the default section is %d", site.DefaultSection)
		}
		empty := r.section("Empty", 0)
		r.must(r.outline.DeleteSection(r.ctx, editor, empty, 0))
		r.jobs()
		r.answers("/section/empty/", "none", 0)
		var left int64
		r.must(r.db.QueryRow(r.ctx, `SELECT COUNT(*) FROM section WHERE id = $1`, empty).Scan(&left))
		if left != 0 {
			r.t.Error("the empty section stays")
		}
	})
}
