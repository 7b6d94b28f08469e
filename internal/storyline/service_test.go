package storyline_test

import (
	"context"
	"encoding/json"
	"errors"
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
	"dateline/internal/job"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/storyline"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// room is a newsroom with storylines.
type room struct {
	t        *testing.T
	ctx      context.Context
	db       *db.DB
	clock    *clock.Manual
	articles *article.Service
	register *register.Service
	lines    *storyline.Service
	public   *article.Public
	section  int64
}

var editor = account.Actor{ID: 1, Name: "Edna", Role: account.Editor}

func newRoom(t *testing.T, d *db.DB) *room {
	c := clock.NewManual(time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC))
	bus, st := event.NewBus(c), settings.NewStore(d)
	r := &room{t: t, ctx: t.Context(), db: d, clock: c, articles: article.NewService(d, c, bus, st), public: article.NewPublic(d, c)}
	r.register = register.NewService(register.Parts{DB: d, Clock: c, Settings: st, Articles: r.articles})
	r.lines = storyline.NewService(storyline.Parts{DB: d, Clock: c, Settings: st, Articles: r.articles, Register: r.register})
	bus.Subscribe(article.EventSettled, storyline.JobSettled, nil)
	r.must(d.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error {
		s, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: 7, Slug: "world", Name: "World"}, c.Now())
		r.section = s.ID
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

// settles carries out all jobs.
func (r *room) settles() {
	r.t.Helper()
	run := job.NewRunner(r.db, r.clock, slog.New(slog.NewTextHandler(r.t.Output(), nil)))
	run.Handle(storyline.JobSettled, r.lines.HandleSettled)
	run.Handle(article.JobDissolve, r.articles.HandleDissolve)
	r.must(run.Drain(r.ctx))
}

func timeline(rows ...[3]string) richtext.Node {
	n := richtext.Node{Type: "timeline"}
	for _, row := range rows {
		n.Content = append(n.Content, richtext.Node{Type: "timeline_event", Attrs: map[string]any{"date": row[0], "title": row[1]},
			Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: row[2]}}}}})
	}
	return n
}

func (r *room) story(headline, line string, blocks ...richtext.Node) article.Article {
	r.t.Helper()
	r.clock.Advance(time.Hour)
	c := article.Content{Headline: headline, Storyline: line, Sections: []int64{r.section}, Body: richtext.Doc{Version: richtext.SchemaVersion, Content: append(blocks,
		richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: "Words."}}})}}
	a, err := r.articles.Create(r.ctx, editor, article.Draft{Type: article.TypeArticle, Content: c})
	r.must(err)
	a, err = r.articles.Publish(r.ctx, editor, article.PublishInput{ID: a.ID, Revision: a.Revision})
	r.must(err)
	return a
}

// told are the headlines in a storyline's list, the newest first.
func (r *room) told(id int64) string {
	r.t.Helper()
	arts, err := r.lines.Stories(r.ctx, id, 20)
	r.must(err)
	var all []string
	for _, a := range arts {
		all = append(all, a.Headline)
	}
	return strings.Join(all, ", ")
}

func (r *room) moments(id int64) string {
	r.t.Helper()
	found, err := storyline.Moments(r.ctx, r.db, id, register.MomentCursor{}, 20)
	r.must(err)
	var all []string
	for _, m := range found {
		all = append(all, m.Day+" "+m.Title)
	}
	for _, limit := range []int{1, 2, 20} { // page by page it is the same
		var paged []string
		for after := (register.MomentCursor{}); ; {
			some, err := storyline.Moments(r.ctx, r.db, id, after, limit)
			r.must(err)
			for _, m := range some {
				paged = append(paged, m.Day+" "+m.Title)
				after = m.Cursor()
			}
			if len(some) < limit {
				break
			}
		}
		r.is("timeline in pages", strings.Join(paged, ", "), strings.Join(all, ", "))
	}
	return strings.Join(all, ", ")
}

func (r *room) is(what, got, want string) {
	r.t.Helper()
	if got != want {
		r.t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func (r *room) add(headline string) storyline.Storyline {
	r.t.Helper()
	line, err := r.lines.Add(r.ctx, editor, storyline.Input{Storyline: storyline.Storyline{Headline: headline}})
	r.must(err)
	return line
}

func TestMoments_OneRowToldOftenHidesNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		row := [3]string{"2026-11-20", "Stopped", "They left."}
		r.story("First", "The talks", timeline([3]string{"2026-11-02", "Begun", ""}, row))
		line := r.add("The talks")
		for range 12 {
			r.story("Again", "The talks", timeline(row))
		}
		r.settles()
		found, err := storyline.Moments(r.ctx, d, line.ID, register.Until("2026"), 2)
		r.must(err)
		if len(found) != 2 || found[1].Title != "Begun" {
			t.Errorf("the two latest rows are %+v", found)
		}
	})
}

func TestStoryline_FollowsItsArticles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		first := r.story("First", "The talks", timeline([3]string{"2026-11", "Begun", "They sat down."}, [3]string{"2026-11-20", "Stopped", "They left."}))
		line := r.add("The  talks")
		r.is("path", line.Path, "/storyline/the-talks/")
		second := r.story("Second", "The talks", timeline([3]string{"2026-11-20", "Stopped", "Told again."}, [3]string{"2026-11-24", "Resumed", ""}))
		r.settles()
		r.is("list", r.told(line.ID), "Second, First")
		r.is("timeline", r.moments(line.ID), "2026-11-24 Resumed, 2026-11-20 Stopped, 2026-11 Begun")
		found, err := storyline.Moments(r.ctx, d, line.ID, register.MomentCursor{}, 20)
		r.must(err)
		if m := found[1]; m.Article != second.ID || m.Body != "Told again." || m.Part != 1 || !strings.HasPrefix(m.Anchor, "site-moment-") {
			t.Errorf("a row told twice is %+v, want that of the newer article", m)
		}
		older, newer, err := r.public.Around(r.ctx, article.ScopeStoryline, line.ID, &first)
		r.must(err)
		if older != nil || newer == nil || newer.ID != second.ID {
			t.Errorf("around the first: %v, %v", older, newer)
		}

		// Again changes nothing; an article that is taken away takes its rows along at once.
		raw, err := json.Marshal(article.Settled{Article: first.ID, Public: true})
		r.must(err)
		r.must(r.lines.HandleSettled(r.ctx, raw))
		r.is("timeline again", r.moments(line.ID), "2026-11-24 Resumed, 2026-11-20 Stopped, 2026-11 Begun")
		_, err = r.articles.Withdraw(r.ctx, editor, article.WithdrawInput{ID: second.ID, Revision: second.Revision, Reason: "Wrong."})
		r.must(err)
		r.is("timeline before the job", r.moments(line.ID), "2026-11-20 Stopped, 2026-11 Begun")
		r.settles()
		r.is("list after", r.told(line.ID), "First")
		var rows int
		r.must(d.QueryRow(r.ctx, `SELECT COUNT(*) FROM storyline_moment WHERE article_id = $1`, second.ID).Scan(&rows))
		if rows != 0 {
			t.Errorf("%d rows of a withdrawn article are left", rows)
		}

		// Rebuilding makes the same of nothing.
		r.must(d.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM storyline_moment`)
			return err
		}))
		r.must(r.lines.Rebuild(r.ctx, func(_, _ int64) {}))
		r.is("timeline rebuilt", r.moments(line.ID), "2026-11-20 Stopped, 2026-11 Begun")
	})
}

func TestStoryline_Shown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		shown := func(closed bool) string {
			lines, err := storyline.Shown(r.ctx, d, closed, 0, 10)
			r.must(err)
			var all []string
			for _, l := range lines {
				all = append(all, l.Headline)
			}
			return strings.Join(all, ", ")
		}
		line := r.add("The flood")
		r.add("Nothing yet")
		r.is("before any article", shown(false), "")
		a := r.story("Water", "The flood")
		r.settles()
		r.is("with an article", shown(false), "The flood")
		line.Closed = true
		line, err := r.lines.Save(r.ctx, editor, storyline.Input{Storyline: line})
		r.must(err)
		r.is("of those that go on", shown(false), "")
		r.is("of those that have ended", shown(true), "The flood")
		_, err = r.articles.Withdraw(r.ctx, editor, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "Wrong."})
		r.must(err)
		r.is("withdrawn", shown(true), "")
		r.settles()
		r.is("withdrawn and settled", shown(true), "")
		r.must(r.lines.Delete(r.ctx, editor, line.ID, line.Revision))
		if _, err := storyline.ByID(r.ctx, d, line.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleted: %v", err)
		}
	})
}

func TestStoryline_RenameAndMerge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		line := r.add("Talks")
		r.story("One", "Talks", timeline([3]string{"2026-11-01", "Begun", ""}))
		r.story("Loose", "Harbour talks", timeline([3]string{"2026-11-02", "Called off", ""}))
		r.settles()

		in := storyline.Input{Storyline: line, Word: "harbour-talks"}
		in.Headline = "Harbour talks"
		renamed, err := r.lines.Save(r.ctx, editor, in)
		r.must(err)
		r.is("path", renamed.Path, "/storyline/harbour-talks/")
		r.settles()
		r.story("Two", "Harbour talks")
		r.story("Three", "Talks")
		r.settles()
		r.is("all names", r.told(line.ID), "Three, Two, Loose, One")
		r.is("timeline of both", r.moments(line.ID), "2026-11-02 Called off, 2026-11-01 Begun")
		if at, err := article.LookUp(r.ctx, d, urlpath.Key("/storyline/talks/")); err != nil || at.Kind != article.AddressRedirect || at.Target != line.ID {
			t.Errorf("the former address is %+v, %v", at, err)
		}
		var taken *storyline.Taken
		for _, name := range []string{"Talks", "Harbour talks"} {
			_, err := r.lines.Add(r.ctx, editor, storyline.Input{Storyline: storyline.Storyline{Headline: name}})
			if !fault.Is(err, fault.Conflict) || !errors.As(err, &taken) || taken.Storyline.ID != line.ID {
				t.Errorf("adding %q again: %v", name, err)
			}
		}

		other := r.add("The strike")
		other.Questions, other.Summary = []string{"Who pays?"}, "It began in May."
		other, err = r.lines.Save(r.ctx, editor, storyline.Input{Storyline: other})
		r.must(err)
		four := r.story("Four", "The strike", timeline([3]string{"2026-11-03", "Strike", ""}))
		r.settles()
		r.must(r.lines.Merge(r.ctx, editor, line.ID, []int64{other.ID}))
		if ref, err := article.StorylineOf(r.ctx, d, "The strike"); err != nil || ref != line.ID {
			t.Errorf("the merged name stands for %d, %v", ref, err)
		}
		r.settles()
		r.is("merged", r.told(line.ID), "Four, Three, Two, Loose, One")
		r.is("merged timeline", r.moments(line.ID), "2026-11-03 Strike, 2026-11-02 Called off, 2026-11-01 Begun")
		if ref, err := article.StorylineListing(r.ctx, d, four.ID); err != nil || ref != line.ID {
			t.Errorf("the article stands in %d, %v", ref, err)
		}
		if at, err := article.LookUp(r.ctx, d, urlpath.Key(other.Path)); err != nil || at.Kind != article.AddressRedirect || at.Target != line.ID || at.Of != article.AddressStoryline {
			t.Errorf("the merged address is %+v, %v", at, err)
		}
		kept, err := storyline.ByID(r.ctx, d, line.ID)
		r.must(err)
		r.is("summary", kept.Summary, "It began in May.")
		r.is("questions", strings.Join(kept.Questions, ", "), "Who pays?")
		r.story("Five", "The strike")
		r.settles()
		r.is("written later", r.told(line.ID), "Five, Four, Three, Two, Loose, One")
	})
}

func TestStoryline_Refuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		line := r.add("The talks")
		r.story("One", "The talks")
		stale := line
		line.Summary = "Later."
		line, err := r.lines.Save(r.ctx, editor, storyline.Input{Storyline: line})
		r.must(err)
		author := account.Actor{ID: 2, Name: "Will", Role: account.Author}
		with := func(change func(*storyline.Storyline)) storyline.Input {
			in := storyline.Input{Storyline: line}
			change(&in.Storyline)
			return in
		}
		save := func(actor account.Actor, in storyline.Input) error {
			_, err := r.lines.Save(r.ctx, actor, in)
			return err
		}
		for name, c := range map[string]struct {
			err  error
			kind fault.Code
			says string
		}{
			"an author's change":  {save(author, with(func(*storyline.Storyline) {})), fault.Denied, ""},
			"a stale change":      {save(editor, storyline.Input{Storyline: stale}), fault.Conflict, "was changed while"},
			"no headline":         {save(editor, with(func(s *storyline.Storyline) { s.Headline = " " })), fault.Invalid, "needs a headline"},
			"a long summary":      {save(editor, with(func(s *storyline.Storyline) { s.Summary = strings.Repeat("x", 20_001) })), fault.Invalid, "summary is longer"},
			"no day":              {save(editor, with(func(s *storyline.Storyline) { s.Coming = []storyline.Coming{{When: "Wednesday", What: "Talks"}} })), fault.Invalid, `"Wednesday" is no day`},
			"a day without":       {save(editor, with(func(s *storyline.Storyline) { s.Coming = []storyline.Coming{{When: "2026-12-02"}} })), fault.Invalid, "say what is scheduled"},
			"a merge into itself": {r.lines.Merge(r.ctx, editor, line.ID, []int64{line.ID}), fault.Invalid, "another one to keep"},
			"deleting it":         {r.lines.Delete(r.ctx, editor, line.ID, line.Revision), fault.Conflict, "readers see articles"},
			"an author's merge":   {r.lines.Merge(r.ctx, author, line.ID, []int64{1}), fault.Denied, ""},
		} {
			if !fault.Is(c.err, c.kind) || !strings.Contains(c.err.Error(), c.says) {
				t.Errorf("%s: %v", name, c.err)
			}
		}
		now, err := storyline.ByID(r.ctx, d, line.ID)
		r.must(err)
		r.is("the summary", now.Summary, "Later.")
	})
}

// What a storyline said is kept with who said it and when, and comes back.
func TestStoryline_Revisions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		other := account.Actor{ID: 2, Name: "Olga", Role: account.Editor}
		line, err := r.lines.Add(r.ctx, editor, storyline.Input{Storyline: storyline.Storyline{Headline: "The talks", Summary: "First."}})
		r.must(err)
		save := func(by account.Actor, change func(*storyline.Storyline)) {
			t.Helper()
			r.clock.Advance(time.Hour)
			change(&line)
			line, err = r.lines.Save(r.ctx, by, storyline.Input{Storyline: line})
			r.must(err)
		}
		save(other, func(s *storyline.Storyline) { s.Summary = "Second." })
		save(editor, func(s *storyline.Storyline) { s.Questions = []string{"Who pays?"} }) // says nothing else
		save(editor, func(s *storyline.Storyline) { s.Headline = "The harbour talks" })
		all, err := r.lines.Revisions(r.ctx, editor, line.ID)
		r.must(err)
		told := func(v storyline.Revision) string {
			return v.Headline + "|" + v.Summary + "|" + v.By + "|" + v.At.UTC().Format("15:04")
		}
		var got []string
		for _, v := range all {
			got = append(got, told(v))
		}
		if want := "The harbour talks|Second.|Edna|12:00 The talks|Second.|Olga|10:00 The talks|First.|Edna|09:00"; strings.Join(got, " ") != want {
			t.Errorf("kept %q, want %q", got, want)
		}
		first := all[2].Number
		if _, err := r.lines.Restore(r.ctx, editor, line.ID, line.Revision-1, first); !fault.Is(err, fault.Conflict) {
			t.Errorf("a page that is out of date restores: %v", err)
		}
		if _, err := r.lines.Restore(r.ctx, editor, line.ID, line.Revision, 99); !fault.Is(err, fault.NotFound) {
			t.Errorf("a revision that there is not: %v", err)
		}
		if _, err := r.lines.Restore(r.ctx, account.Actor{Name: "Al", Role: account.Author}, line.ID, line.Revision, first); !fault.Is(err, fault.Denied) {
			t.Errorf("an author restores: %v", err)
		}
		line, err = r.lines.Restore(r.ctx, other, line.ID, line.Revision, first)
		if r.must(err); line.Summary != "First." || line.Headline != "The harbour talks" || len(line.Questions) != 1 {
			t.Errorf("restored %+v", line)
		}
		merged, err := r.lines.Add(r.ctx, editor, storyline.Input{Storyline: storyline.Storyline{Headline: "The strike", Summary: "They struck."}})
		r.must(err)
		r.must(r.lines.Merge(r.ctx, editor, line.ID, []int64{merged.ID}))
		all, err = r.lines.Revisions(r.ctx, editor, line.ID)
		r.must(err)
		if len(all) != 6 || all[0].Summary != "First." || all[1].Summary != "They struck." {
			t.Errorf("after a merge: %+v", all)
		}
		line, err = storyline.ByID(r.ctx, d, line.ID)
		r.must(err)
		r.must(r.lines.Delete(r.ctx, editor, line.ID, line.Revision))
		if all, err = r.lines.Revisions(r.ctx, editor, line.ID); err != nil || len(all) != 0 {
			t.Errorf("after it was deleted: %v %v", all, err)
		}
	})
}

// Limits count letters, not bytes.
func TestStoryline_CountsLetters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		in := storyline.Input{Storyline: storyline.Storyline{Headline: strings.Repeat("ق", 200), Summary: strings.Repeat("م", 20_000)}, Word: "talks"}
		line, err := r.lines.Add(r.ctx, editor, in)
		r.must(err)
		in.Storyline = line
		in.Headline += "م"
		if _, err := r.lines.Save(r.ctx, editor, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("201 letters are taken: %v", err)
		}
		in.Storyline = line
		in.Summary += "م"
		if _, err := r.lines.Save(r.ctx, editor, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("20,001 letters are taken: %v", err)
		}
	})
}

func TestStoryline_Next(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := storyline.Storyline{Coming: []storyline.Coming{{When: "2026", What: "year"}, {When: "2026-12", What: "month"}, {When: "2026-12-02", What: "day"}, {When: "2026-12-02T14:00", What: "hour"}}}
	for _, c := range []struct {
		at, want, ends string
	}{
		{"2026-12-02 13:59", "year, month, day, hour", "2026-12-02 14:00"},
		{"2026-12-02 14:00", "year, month, day", "2026-12-03 00:00"},
		{"2026-12-03 00:00", "year, month", "2027-01-01 00:00"},
		{"2027-01-01 00:00", "", ""},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", c.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		coming, ends := s.Next(now, zone)
		var all []string
		for _, one := range coming {
			all = append(all, one.What)
		}
		when := ""
		if !ends.IsZero() {
			when = ends.Format("2006-01-02 15:04")
		}
		if got := strings.Join(all, ", "); got != c.want || when != c.ends {
			t.Errorf("at %s: %q until %q, want %q until %q", c.at, got, when, c.want, c.ends)
		}
	}
}
