package register_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/media"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"

	"log/slog"
)

var (
	editor      = account.Actor{ID: 1, Name: "Edna", Role: account.Editor}
	writer      = account.Actor{ID: 2, Name: "Will", Role: account.Author}
	contributor = account.Actor{ID: 3, Name: "Cora", Role: account.Contributor}
)

// room is a newsroom with a register.
type room struct {
	t        *testing.T
	ctx      context.Context
	db       *db.DB
	reg      *register.Service
	articles *article.Service
	public   *article.Public
	jobs     *job.Runner
	section  int64
}

func each(t *testing.T, test func(r *room)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(newRoom(t, d)) })
}

func newRoom(t *testing.T, d *db.DB) *room {
	t.Helper()
	c := clock.System{}
	files, err := blob.OpenFilesystem(t.TempDir(), c.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	m := media.New(media.Config{DB: d, Blobs: files, Clock: c, MaxFile: 1 << 20, MaxPixels: 1_000_000, CacheDir: t.TempDir()})
	t.Cleanup(m.Close)
	bus := event.NewBus(c)
	st := settings.NewStore(d)
	r := &room{t: t, ctx: t.Context(), db: d, section: id.New(), public: article.NewPublic(d, c), articles: article.NewService(d, c, bus, st),
		jobs: job.NewRunner(d, c, slog.New(slog.DiscardHandler))}
	r.reg = register.NewService(register.Parts{DB: d, Clock: c, Settings: st, Articles: r.articles, Media: m})
	bus.Subscribe(article.EventSettled, register.JobSettled, nil)
	r.jobs.Handle(register.JobSettled, r.reg.HandleSettled)
	r.jobs.Handle(register.JobMove, r.reg.HandleMove)
	r.jobs.Handle(register.JobSweep, r.reg.HandleSweep)
	r.must(d.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: r.section, Slug: "world", Name: "World"}, c.Now())
		return err
	}))
	return r
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

func (r *room) drain() {
	r.t.Helper()
	r.must(r.jobs.Drain(r.ctx))
}

func (r *room) add(kind register.Kind, name string, aliases ...string) register.Entry {
	r.t.Helper()
	e, err := r.reg.Add(r.ctx, editor, register.Input{Entry: register.Entry{Kind: kind, Name: name, Aliases: aliases}})
	r.must(err)
	return e
}

func paragraph(text string) richtext.Node {
	return richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: text}}}
}

func (r *room) content(text string, subjects ...article.Subject) article.Content {
	return article.Content{Headline: "A headline", Sections: []int64{r.section}, Subjects: subjects, Body: richtext.Doc{Version: 1, Content: []richtext.Node{paragraph(text)}}}
}

func (r *room) publish(c article.Content) article.Article {
	r.t.Helper()
	d, err := r.articles.Create(r.ctx, editor, article.Draft{Type: article.TypeArticle, Content: c})
	r.must(err)
	a, err := r.articles.Publish(r.ctx, editor, article.PublishInput{ID: d.ID, Revision: d.Revision, Unchecked: true})
	r.must(err)
	return a
}

// counts checks how many stories an entry has for readers.
func (r *room) counts(e register.Entry, want int64) {
	r.t.Helper()
	n, err := r.public.Count(r.ctx, article.ScopeSubject, e.ID)
	r.must(err)
	if n != want {
		r.t.Errorf("%q has %d stories, want %d", e.Name, n, want)
	}
}

func (r *room) shown(kind register.Kind, want ...string) {
	r.t.Helper()
	all, err := register.Shown(r.ctx, r.db, kind, 0, 100)
	r.must(err)
	var names []string
	for _, e := range all {
		names = append(names, e.Name)
	}
	if strings.Join(names, ",") != strings.Join(want, ",") {
		r.t.Errorf("readers see %q, want %q", names, want)
	}
}

// answers checks what is at a path.
func (r *room) answers(path, kind string, target int64) {
	r.t.Helper()
	at, err := article.LookUp(r.ctx, r.db, path)
	if err != nil || at.Kind != kind || at.Target != target {
		r.t.Errorf("%s: %+v, %v, want %s of %d", path, at, err, kind, target)
	}
}

func TestRegister_AddAndChange(t *testing.T) {
	each(t, func(r *room) {
		r.refused("a contributor adding", func() error {
			_, err := r.reg.Add(r.ctx, contributor, register.Input{Entry: register.Entry{Kind: register.Person, Name: "Ann Lee"}})
			return err
		}(), fault.Denied)
		e, err := r.reg.Add(r.ctx, writer, register.Input{Entry: register.Entry{Kind: register.Person, Name: "  Ann   Lee ", Aliases: []string{"A. Lee", "", "A. Lee", "Ann Lee"}, Open: true, ByName: true}})
		r.must(err)
		if e.Name != "Ann Lee" || len(e.Aliases) != 1 || !e.Fresh || e.Open || e.ByName || e.Path != "/people/ann-lee/" {
			t.Errorf("added %+v", e)
		}
		r.answers("/people/ann-lee", article.AddressSubject, e.ID)
		_, err = r.reg.Add(r.ctx, writer, register.Input{Entry: register.Entry{Kind: register.Person, Name: "ann lee"}})
		var double *register.Double
		if r.refused("the same name again", err, fault.Conflict); !errors.As(err, &double) || double.Entry.ID != e.ID {
			t.Errorf("the conflict does not name the entry: %v", err)
		}
		other, err := r.reg.Add(r.ctx, editor, register.Input{Another: true, Entry: register.Entry{Kind: register.Person, Name: "Ann Lee"}})
		r.must(err)
		if other.Slug != "ann-lee-2" || other.Fresh {
			t.Errorf("another of the name: %+v", other)
		}
		r.refused("an author changing", func() error { _, err := r.reg.Save(r.ctx, writer, register.Input{Entry: e}); return err }(), fault.Denied)
		in := register.Input{Entry: e, Word: "lee"}
		in.Wikidata, in.Website, in.Description = "https://www.wikidata.org/wiki/Q42", "https://lee.example/", "A mayor."
		saved, err := r.reg.Save(r.ctx, editor, in)
		r.must(err)
		if saved.Fresh || saved.Wikidata != "Q42" || saved.Path != "/people/lee/" {
			t.Errorf("saved %+v", saved)
		}
		r.answers("/people/ann-lee", article.AddressRedirect, e.ID)
		r.answers("/people/lee", article.AddressSubject, e.ID)
		r.refused("an old revision", func() error { _, err := r.reg.Save(r.ctx, editor, in); return err }(), fault.Conflict)
		in = register.Input{Entry: other}
		in.Wikidata = "Q42"
		r.refused("another's item", func() error { _, err := r.reg.Save(r.ctx, editor, in); return err }(), fault.Conflict)
		in = register.Input{Entry: other}
		in.Kind = register.Place
		moved, err := r.reg.Save(r.ctx, editor, in)
		r.must(err)
		if moved.Path != "/places/ann-lee-2/" {
			t.Errorf("of another kind it is at %s", moved.Path)
		}
		r.answers("/people/ann-lee-2", article.AddressRedirect, other.ID)
		for name, bad := range map[string]register.Entry{
			"no kind":   {Name: "X"},
			"no name":   {Kind: register.Person, Name: " – "},
			"wikidata":  {Kind: register.Person, Name: "X", Wikidata: "P31"},
			"website":   {Kind: register.Person, Name: "X", Website: "javascript:alert(1)"},
			"latitude":  {Kind: register.Place, Name: "X", Position: &register.Position{Lat: 91}},
			"day":       {Kind: register.Event, Name: "X", Begins: "2026-02-30"},
			"backwards": {Kind: register.Event, Name: "X", Begins: "2026-02-03", Ends: "2026-02-02"},
			"picture":   {Kind: register.Person, Name: "X", Picture: 404},
			"days":      {Kind: register.Place, Name: "X", Begins: "2026-02-03"},
			"last day":  {Kind: register.Person, Name: "X", Ends: "2026-02-03"},
			"place":     {Kind: register.Organisation, Name: "X", Position: &register.Position{Lat: 1}},
		} {
			_, err := r.reg.Add(r.ctx, editor, register.Input{Entry: bad})
			r.refused(name, err, fault.Invalid)
		}
		log, err := audit.Of(r.ctx, r.db, "subject", e.ID, 10)
		r.must(err)
		if len(log) != 2 || log[0].Verb != "change" || log[1].Verb != "add" || log[1].Actor != writer.Name {
			t.Errorf("the log has %+v", log)
		}
		rows, _, err := r.reg.List(r.ctx, register.Query{Text: "lee a", Limit: 10})
		r.must(err)
		if len(rows) != 2 {
			t.Errorf("found %+v", rows)
		}
	})
}

func TestRegister_FollowsStories(t *testing.T) {
	each(t, func(r *room) {
		ann, port, club := r.add(register.Person, "Ann Lee"), r.add(register.Place, "Port Sallow", "Sallow"), r.add(register.Organisation, "Marsa Line")
		c := r.content("Ann Lee spoke in Port Sallow. Lee said the Marsa Line would pay. Ann Lee’s deputy nodded.", article.Subject{ID: ann.ID, Main: true}, article.Subject{ID: port.ID})
		c.Body.Content = append(c.Body.Content, richtext.Node{Type: "timeline", Content: []richtext.Node{
			{Type: "timeline_event", Attrs: map[string]any{"date": "2026-03-01", "title": "Lee elected"}, Content: []richtext.Node{paragraph("By one vote.")}},
			{Type: "timeline_event", Attrs: map[string]any{"date": "2026-04-01", "title": "Rain"}, Content: []richtext.Node{paragraph("In Port Sallow.")}}}})
		r.shown(register.Person)
		a := r.publish(c)
		r.drain()
		r.counts(ann, 1)
		r.counts(port, 1)
		r.counts(club, 0) // named, but nobody confirmed it
		var at article.Cursor
		told := func(what string, times int) { // how often those who keep copies hear of the article
			t.Helper()
			all, err := article.NewPublic(r.db, clock.System{}).Changes(r.ctx, at, 10)
			r.must(err)
			if len(all) != times {
				t.Errorf("%s: told of %d changes, want %d", what, len(all), times)
			}
			for i := range all {
				at = all[i].Cursor()
			}
		}
		told("a publication with names", 1)
		raw, err := json.Marshal(article.Settled{Article: a.ID, Public: true})
		r.must(err)
		r.must(r.reg.HandleSettled(r.ctx, raw))
		told("the same names again", 0)
		r.shown(register.Person, "Ann Lee")
		r.shown(register.Organisation)
		named, err := register.InStory(r.ctx, r.db, a.ID)
		r.must(err)
		if len(named) != 2 || named[0].ID != ann.ID || !named[0].Main || named[0].Times != 4 || named[1].Times != 2 {
			t.Errorf("in the story: %+v", named)
		}
		moments, err := register.Moments(r.ctx, r.db, ann.ID, register.MomentCursor{}, 10)
		r.must(err)
		if len(moments) != 1 || moments[0].Title != "Lee elected" || moments[0].Day != "2026-03-01" || moments[0].Article != a.ID || moments[0].At != db.Micros(a.FirstPublished) {
			t.Errorf("moments: %+v", moments)
		}
		open, err := r.reg.Unconfirmed(r.ctx, club.ID, 10)
		r.must(err)
		if len(open) != 1 || open[0].ID != a.ID {
			t.Errorf("named without being confirmed: %+v", open)
		}
		// Known by name: the story counts, and stops counting.
		in := register.Input{Entry: club}
		in.ByName = true
		club, err = r.reg.Save(r.ctx, editor, in)
		r.must(err)
		r.drain()
		r.counts(club, 1)
		r.shown(register.Organisation, "Marsa Line")
		told("an entry that is known by its name", 1)
		in = register.Input{Entry: club}
		in.ByName = false
		club, err = r.reg.Save(r.ctx, editor, in)
		r.must(err)
		r.drain()
		r.counts(club, 0)
		r.shown(register.Organisation)
		// Withdrawn: it leaves the lists with the transaction that takes it away.
		_, err = r.articles.Withdraw(r.ctx, editor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "It was wrong."})
		r.must(err)
		r.counts(ann, 0)
		r.shown(register.Person)
		if named, err = register.InStory(r.ctx, r.db, a.ID); err != nil || len(named) > 0 {
			t.Errorf("after the withdrawal: %+v, %v", named, err)
		}
		if moments, err = register.Moments(r.ctx, r.db, ann.ID, register.MomentCursor{}, 10); err != nil || len(moments) > 0 {
			t.Errorf("after the withdrawal: %+v, %v", moments, err)
		}
		r.drain()
		var left int64
		r.must(r.db.QueryRow(r.ctx, `SELECT (SELECT COUNT(*) FROM subject_use) + (SELECT COUNT(*) FROM subject_event)`).Scan(&left))
		if left != 0 {
			t.Errorf("%d rows of a withdrawn article are left", left)
		}
	})
}

func TestRegister_EmbargoAndCopies(t *testing.T) {
	each(t, func(r *room) {
		ann, bo := r.add(register.Person, "Ann Lee"), r.add(register.Person, "Bo Park")
		d, err := r.articles.Create(r.ctx, editor, article.Draft{Type: article.TypeArticle, Content: r.content("Ann Lee.", article.Subject{ID: ann.ID})})
		r.must(err)
		r.drain()
		r.counts(ann, 0)
		a, err := r.articles.Publish(r.ctx, editor, article.PublishInput{ID: d.ID, Revision: d.Revision, Unchecked: true, EmbargoUntil: time.Now().Add(time.Hour)})
		r.must(err)
		r.drain()
		r.counts(ann, 0)
		b := r.publish(r.content("Ann Lee.", article.Subject{ID: ann.ID}))
		r.drain()
		r.counts(ann, 1)
		// A working copy tells readers nothing.
		_, err = r.articles.Save(r.ctx, editor, article.SaveInput{ID: b.ID, Revision: b.Revision, Content: r.content("Bo Park.", article.Subject{ID: bo.ID})})
		r.must(err)
		r.drain()
		r.counts(ann, 1)
		r.counts(bo, 0)
		_ = a
	})
}

func TestRegister_MergeAndDelete(t *testing.T) {
	each(t, func(r *room) {
		ann, old := r.add(register.Person, "Ann Lee"), r.add(register.Person, "Ann Li", "Annie")
		in := register.Input{Entry: old}
		in.Wikidata, in.Description = "Q7", "A mayor."
		old, err := r.reg.Save(r.ctx, editor, in)
		r.must(err)
		a := r.publish(r.content("Annie and Ann Lee spoke.", article.Subject{ID: old.ID, Main: true}, article.Subject{ID: ann.ID}))
		b := r.publish(r.content("Ann Li spoke.", article.Subject{ID: old.ID}))
		r.drain()
		r.refused("an author merging", r.reg.Merge(r.ctx, writer, ann.ID, []int64{old.ID}), fault.Denied)
		r.refused("merging nothing", r.reg.Merge(r.ctx, editor, ann.ID, []int64{ann.ID}), fault.Invalid)
		r.must(r.reg.Merge(r.ctx, editor, ann.ID, []int64{old.ID}))
		vigil, err := r.reg.Add(r.ctx, editor, register.Input{Entry: register.Entry{Kind: register.Event, Name: "Vigil", Begins: "2026-02-03", Position: &register.Position{Lat: 1}}})
		r.must(err)
		club := r.add(register.Organisation, "Vigil Committee")
		r.must(r.reg.Merge(r.ctx, editor, club.ID, []int64{vigil.ID})) // which has neither days nor a position
		r.refused("merging it twice", r.reg.Merge(r.ctx, editor, ann.ID, []int64{old.ID}), fault.NotFound)
		r.drain()
		r.counts(ann, 2)
		r.counts(old, 0)
		r.answers("/people/ann-li", article.AddressRedirect, ann.ID)
		got, err := register.ByID(r.ctx, r.db, ann.ID)
		r.must(err)
		if strings.Join(got.Aliases, ",") != "Ann Li,Annie" || got.Wikidata != "Q7" || got.Description != "A mayor." {
			t.Errorf("merged into %+v", got)
		}
		v, err := r.public.Live(r.ctx, &a)
		r.must(err)
		if len(v.Content.Subjects) != 1 || v.Content.Subjects[0] != (article.Subject{ID: ann.ID, Main: true}) {
			t.Errorf("the version names %+v", v.Content.Subjects)
		}
		r.must(article.VerifyChain(r.ctx, r.db, b.ID))
		named, err := register.InStory(r.ctx, r.db, a.ID)
		r.must(err)
		if len(named) != 1 || named[0].Times != 2 || !named[0].Main {
			t.Errorf("in the story: %+v", named)
		}
		r.refused("deleting what has stories", r.reg.Delete(r.ctx, editor, ann.ID, ""), fault.Conflict)
		r.refused("leading to itself", r.reg.Delete(r.ctx, editor, ann.ID, "/people/ann-lee/"), fault.Invalid)
		r.refused("leading nowhere", r.reg.Delete(r.ctx, editor, ann.ID, "javascript:x"), fault.Invalid)
		r.refused("an author deleting", r.reg.Delete(r.ctx, writer, ann.ID, "/"), fault.Denied)
		r.must(r.reg.Delete(r.ctx, editor, ann.ID, "/section/world/"))
		r.drain()
		r.counts(ann, 0)
		for _, path := range []string{"/people/ann-lee", "/people/ann-li"} {
			if at, err := article.LookUp(r.ctx, r.db, path); err != nil || at.Location != "/section/world/" {
				t.Errorf("%s: %+v, %v", path, at, err)
			}
		}
		spare := r.add(register.Event, "Rain Day")
		r.must(r.reg.Delete(r.ctx, editor, spare.ID, ""))
		if _, err := article.LookUp(r.ctx, r.db, "/events/rain-day"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unused entry leaves its address: %v", err)
		}
	})
}

func TestRegister_Suggests(t *testing.T) {
	each(t, func(r *room) {
		ann := r.add(register.Person, "Ann Lee")
		text := "Ann Lee met Mayor Dessa Marrin of the Harbour Workers Union. Marrin said no. Lee smiled."
		d, err := r.articles.Create(r.ctx, writer, article.Draft{Type: article.TypeArticle, Content: r.content(text)})
		r.must(err)
		list := func() string {
			t.Helper()
			all, err := r.reg.Suggest(r.ctx, writer, d.ID)
			r.must(err)
			var names []string
			for _, s := range all {
				sign := "?"
				if s.Entry != nil {
					sign = ""
				}
				names = append(names, s.Name+sign)
			}
			return strings.Join(names, ",")
		}
		if got := list(); got != "Ann Lee,Dessa Marrin?,Harbour Workers Union?" {
			t.Errorf("suggested: %s", got)
		}
		all, err := r.reg.Suggest(r.ctx, writer, d.ID)
		r.must(err)
		if all[0].Times != 2 || all[1].Kind != register.Person || all[1].Times != 2 || all[2].Kind != register.Organisation {
			t.Errorf("suggested: %+v", all)
		}
		r.refused("a contributor reading", func() error { _, err := r.reg.Suggest(r.ctx, contributor, d.ID); return err }(), fault.Denied)
		r.refused("a contributor dismissing", r.reg.Dismiss(r.ctx, contributor, d.ID, all[1].Item, false), fault.Denied)
		r.refused("dismissing nonsense", r.reg.Dismiss(r.ctx, writer, d.ID, "x", false), fault.Invalid)
		r.must(r.reg.Dismiss(r.ctx, writer, d.ID, all[2].Item, false))
		if got := list(); got != "Ann Lee,Dessa Marrin?" {
			t.Errorf("after dismissing: %s", got)
		}
		r.must(r.reg.Dismiss(r.ctx, writer, d.ID, all[2].Item, true))
		// A name that is dismissed again and again is not asked about any more.
		for range 3 {
			other, err := r.articles.Create(r.ctx, writer, article.Draft{Type: article.TypeArticle, Content: r.content(text)})
			r.must(err)
			r.must(r.reg.Dismiss(r.ctx, writer, other.ID, all[2].Item, false))
		}
		if got := list(); got != "Ann Lee,Dessa Marrin?" {
			t.Errorf("after three others dismissed it: %s", got)
		}
		// What is added is known at once; what is confirmed is suggested no more.
		marrin, err := r.reg.Add(r.ctx, writer, register.Input{Entry: register.Entry{Kind: register.Person, Name: "Dessa Marrin"}})
		r.must(err)
		if got := list(); got != "Ann Lee,Dessa Marrin" {
			t.Errorf("after adding: %s", got)
		}
		_, err = r.articles.Autosave(r.ctx, writer, article.SaveInput{ID: d.ID, Revision: d.Revision, Content: r.content(text, article.Subject{ID: marrin.ID}, article.Subject{ID: ann.ID, Main: true})})
		r.must(err)
		if got := list(); got != "" {
			t.Errorf("after confirming: %s", got)
		}
	})
}

// An entry whose names stand for it alone takes the stories from before, added
// by hand or from a file.
func TestRegister_AddedByNameTakesOlderStories(t *testing.T) {
	each(t, func(r *room) {
		a := r.publish(r.content("Ann Lee spoke in Port Sallow."))
		r.drain()
		ann, err := r.reg.Add(r.ctx, editor, register.Input{Entry: register.Entry{Kind: register.Person, Name: "Ann Lee", ByName: true}})
		r.must(err)
		r.drain()
		r.counts(ann, 1)
		got, err := r.reg.Import(r.ctx, editor, strings.NewReader("kind,name,by_name\nplace,Port Sallow,yes\nplace,Gull Head,yes\n"), register.CSV)
		if r.must(err); got.Added != 2 {
			t.Fatalf("%+v", got)
		}
		r.drain()
		r.shown(register.Place, "Port Sallow")
		named, err := register.InStory(r.ctx, r.db, a.ID)
		if r.must(err); len(named) != 2 {
			t.Errorf("in the story: %+v", named)
		}
		if again, err := r.reg.Import(r.ctx, editor, strings.NewReader("kind,name\nperson,Bo Berg\n"), register.CSV); err != nil || again.Added != 1 {
			t.Errorf("%+v %v", again, err)
		}
		waits, err := job.Waiting(r.ctx, r.db, register.JobSweep)
		if r.must(err); waits {
			t.Error("an entry that stands for nothing by name has all stories read again")
		}
	})
}

func TestRegister_Rebuild(t *testing.T) {
	each(t, func(r *room) {
		for range 3 {
			r.publish(r.content("Ann Lee spoke."))
		}
		r.drain()
		ann := r.add(register.Person, "Ann Lee")
		r.must(r.db.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error { // as an importer writes it, without events
			_, err := tx.Exec(ctx, `UPDATE subject SET by_name = 1 WHERE id = $1`, ann.ID)
			return err
		}))
		r.refused("an editor rebuilding", r.reg.Rebuild(r.ctx, editor, nil), fault.Denied)
		// Interrupted at once, it goes on where it was.
		ctx, stop := context.WithCancel(r.ctx)
		err := r.reg.Rebuild(ctx, account.System("test"), func(done, total int64) {
			if total != 3 {
				t.Errorf("%d of %d", done, total)
			}
			if done == 3 {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted: %v", err)
		}
		r.counts(ann, 3)
		var seen []int64
		r.must(r.reg.Rebuild(r.ctx, account.System("test"), func(done, _ int64) { seen = append(seen, done) }))
		if len(seen) == 0 || seen[0] != 3 {
			t.Errorf("the second run began at %v", seen)
		}
		r.must(r.reg.Rebuild(r.ctx, account.System("test"), func(done, _ int64) { seen = append(seen, done) }))
		if seen[len(seen)-1] != 3 || seen[len(seen)-2] != 0 {
			t.Errorf("the third run counted %v", seen)
		}
		r.counts(ann, 3)
	})
}

func TestRegister_ImportExport(t *testing.T) {
	each(t, func(r *room) {
		in := register.Input{Entry: register.Entry{Kind: register.Place, Name: "Port Sallow", Aliases: []string{"Sallow", "=SUM(1)"}, Position: &register.Position{Lat: -51.25, Lon: 0.5}, Wikidata: "Q9", Open: true}}
		port, err := r.reg.Add(r.ctx, editor, in)
		r.must(err)
		r.add(register.Event, "Rain Day")
		for _, format := range []register.Format{register.CSV, register.JSON} {
			var file bytes.Buffer
			r.refused("an author exporting", r.reg.Export(r.ctx, writer, &file, format), fault.Denied)
			r.must(r.reg.Export(r.ctx, editor, &file, format))
			if format == register.CSV && strings.Contains(file.String(), ",=SUM") {
				t.Errorf("the file holds a formula: %s", file.String())
			}
			_, err := r.reg.Import(r.ctx, writer, bytes.NewReader(file.Bytes()), format)
			r.refused("an author importing", err, fault.Denied)
			got, err := r.reg.Import(r.ctx, editor, bytes.NewReader(file.Bytes()), format)
			r.must(err)
			if got.Same != 2 || got.Added+got.Changed+got.Wrong != 0 {
				t.Errorf("%s again: %+v", format, got)
			}
		}
		got, err := r.reg.Import(r.ctx, editor, strings.NewReader("\xef\xbb\xbfKind;Name;Aliases;wikidata;latitude;longitude;begins\r\n"+
			"place;Port Sallow;The Port;Q9;;;\r\nperson;Ann Lee;Annie|A. Lee;;;;\r\nperson;;;;;;\r\nplace;Nowhere;;;north;;\r\nevent;Flood;;;;;2026-11\r\n"), register.CSV)
		r.must(err)
		if got.Added != 2 || got.Changed != 1 || got.Wrong != 2 || got.Problems[0].Number != 3 {
			t.Errorf("%+v", got)
		}
		now, err := register.ByID(r.ctx, r.db, port.ID)
		r.must(err)
		if strings.Join(now.Aliases, ",") != "Sallow,=SUM(1),The Port" || now.Position == nil || !now.Open {
			t.Errorf("the known one became %+v", now)
		}
		for _, bad := range []string{"", "a,b\n", "{"} {
			_, err := r.reg.Import(r.ctx, editor, strings.NewReader(bad), register.CSV)
			r.refused("a broken file", err, fault.Invalid)
		}
	})
}
