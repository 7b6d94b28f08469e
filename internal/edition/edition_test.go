package edition

import (
	"context"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/delivery"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/storyline"
	"dateline/internal/subscriber"
	"dateline/internal/taxonomy"
)

var (
	edna = account.Actor{ID: 1, Name: "Edna", Role: account.Editor}
	anna = account.Actor{ID: 2, Name: "Anna", Role: account.Author}
	noon = time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC)
)

const (
	world = iota + 1
	sport
)

// readers are the readers of one newsletter.
type readers struct {
	list   subscriber.Newsletter
	choice map[string][]subscriber.Interest
	n      int
	noted  int // marks that came back
}

func (r *readers) Newsletters(context.Context, db.Querier) ([]subscriber.Newsletter, error) {
	return []subscriber.Newsletter{r.list}, nil
}

func (r *readers) Newsletter(_ context.Context, _ db.Querier, id int64) (subscriber.Newsletter, error) {
	if id != r.list.ID {
		return subscriber.Newsletter{}, fault.New(fault.NotFound, "there is no such newsletter")
	}
	return r.list, nil
}

func (r *readers) Count(context.Context, db.Querier, subscriber.Audience) (int, error) {
	return r.n, nil
}

func (r *readers) Choice(_ context.Context, _ db.Querier, key string) ([]subscriber.Interest, error) {
	return r.choice[key], nil
}

func (r *readers) Expand(_ context.Context, _ db.Querier, a subscriber.Audience) (subscriber.Audience, error) {
	if len(a.Sections) > 0 {
		a.Interests, a.Sections = []string{"expanded"}, nil
	}
	return a, nil
}

func (r *readers) Noted(_ context.Context, _ *db.Tx, mark string) error {
	if mark != "mine" {
		return fault.New(fault.Denied, "not signed")
	}
	r.noted++
	return nil
}

func (r *readers) ForgetEngaged(context.Context, *db.Tx) error {
	r.noted = 0
	return nil
}

// post is a delivery that a test drives.
type post struct {
	started  []delivery.Mailing
	states   map[int64]string
	progress map[int64]Progress
	received map[int64]map[int64]string // mailing → reader → key
}

func (p *post) Start(_ context.Context, tx *db.Tx, m delivery.Mailing) error {
	tx.AfterCommit(func() { // a transaction that is tried again has started nothing
		p.started = append(p.started, m)
		p.states[m.ID] = "sending"
	})
	return nil
}
func (p *post) Pause(_ context.Context, _ *db.Tx, id int64) error  { return p.turn(id, "paused") }
func (p *post) Resume(_ context.Context, _ *db.Tx, id int64) error { return p.turn(id, "sending") }
func (p *post) Cancel(_ context.Context, _ *db.Tx, id int64) error { return p.turn(id, "cancelled") }

func (p *post) turn(id int64, to string) error {
	if p.progress[id].Done {
		return fault.New(fault.Conflict, "the mailing is finished")
	}
	p.states[id] = to
	return nil
}
func (p *post) Progress(_ context.Context, id int64) (Progress, error) { return p.progress[id], nil }
func (p *post) Received(_ context.Context, _ db.Querier, mailing, after int64, _ int) ([]int64, []string, error) {
	var ids []int64
	for id := range p.received[mailing] {
		if id > after {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	var keys []string
	for _, id := range ids {
		keys = append(keys, p.received[mailing][id])
	}
	return ids, keys, nil
}

// room is a newsroom with one newsletter.
type room struct {
	*Service
	t        *testing.T
	ctx      context.Context
	now      *clock.Manual
	articles *article.Service
	jobs     *job.Runner
	readers  *readers
	post     *post
}

func each(t *testing.T, test func(t *testing.T, r *room)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newRoom(t, d)) })
}

func newRoom(t *testing.T, d *db.DB) *room {
	t.Helper()
	r := &room{t: t, ctx: t.Context(), now: clock.NewManual(noon), post: &post{states: map[int64]string{}, progress: map[int64]Progress{}, received: map[int64]map[int64]string{}},
		readers: &readers{n: 3, choice: map[string][]subscriber.Interest{}, list: subscriber.Newsletter{ID: 7, Slug: "morning", Name: "The Morning", Rhythms: subscriber.Rhythms(), Open: true}}}
	bus, store := event.NewBus(r.now), settings.NewStore(d)
	r.articles = article.NewService(d, r.now, bus, store)
	r.jobs = job.NewRunner(d, r.now, nil)
	r.Service = New(Parts{DB: d, Clock: r.now, Settings: store, Media: media.New(media.Config{DB: d, Clock: r.now}), Readers: r.readers, Sender: r.post,
		Slots: Slots{Unsubscribe: "https://slot.invalid/leave", Preferences: "https://slot.invalid/choose", Reader: "slot-reader.invalid"},
		From:  func() mail.Address { return mail.Address{Address: "news@paper.example"} }, Origin: func() string { return "https://paper.example" },
		Own: func(_ context.Context, u *url.URL) (bool, error) { return u.Path != "/dead/", nil }})
	bus.Subscribe(article.EventSettled, JobSettled, nil)
	r.jobs.Handle(JobSettled, r.HandleSettled)
	r.jobs.Handle(JobSend, r.HandleSend)
	r.jobs.Handle(JobWatch, r.HandleWatch)
	r.jobs.Handle(JobDecide, r.HandleDecide)
	r.jobs.Handle(JobDigest, r.HandleDigest)
	r.must(d.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error {
		conf := settings.Default()
		conf.Title, conf.Zone = "The Gull", "Europe/Berlin"
		if err := settings.Save(ctx, tx, conf, noon); err != nil {
			return err
		}
		for _, s := range []taxonomy.Section{{ID: world, Slug: "world", Name: "World"}, {ID: sport, Slug: "sport", Name: "Sport"}} {
			if _, err := taxonomy.SaveSection(ctx, tx, s, noon); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO newsletter (id, slug, slug_key, name, updated_at) VALUES (7, 'morning', 'morning', 'The Morning', 0)`)
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

func (r *room) refused(err error, code fault.Code, says string) {
	r.t.Helper()
	if !fault.Is(err, code) || !strings.Contains(err.Error(), says) {
		r.t.Errorf("got %v, want %s with %q", err, code, says)
	}
}

func (r *room) drain() { r.t.Helper(); r.must(r.jobs.Drain(r.ctx)) }

func text(s string) richtext.Doc {
	return richtext.Doc{Version: 1, Content: []richtext.Node{{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: s}}}}}
}

// story publishes an article.
func (r *room) story(headline string, section int64, in article.PublishInput) article.Article {
	r.t.Helper()
	c := article.Content{Headline: headline, Standfirst: "Standfirst of " + headline, Sections: []int64{section}, Body: text("Body of " + headline + ".")}
	a, err := r.articles.Create(r.ctx, edna, article.Draft{Type: article.TypeArticle, Content: c})
	r.must(err)
	in.ID, in.Revision = a.ID, a.Revision
	a, err = r.articles.Publish(r.ctx, edna, in)
	r.must(err)
	return a
}

// correct publishes a correction of an article.
func (r *room) correct(a article.Article, body string) article.Article {
	r.t.Helper()
	c := article.Content{Headline: a.Headline, Standfirst: a.Standfirst, Sections: []int64{world}, Body: text(body)}
	a, err := r.articles.Save(r.ctx, edna, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: c})
	r.must(err)
	a, err = r.articles.Publish(r.ctx, edna, article.PublishInput{ID: a.ID, Revision: a.Revision, Change: article.ChangeCorrection, Note: "The year was wrong.",
		Corrections: []article.Correction{{Wrong: "1999", Right: "2001"}}})
	r.must(err)
	return a
}

// compose saves an edition with articles in short.
func (r *room) compose(subject string, arts ...article.Article) Edition {
	r.t.Helper()
	e, err := r.Create(r.ctx, anna, 7)
	r.must(err)
	in := SaveInput{ID: e.ID, Revision: e.Revision, Subject: subject, Audience: e.Audience}
	for _, a := range arts {
		in.Items = append(in.Items, Item{Article: a.ID, Form: Short})
	}
	e, err = r.Save(r.ctx, anna, in)
	r.must(err)
	return e
}

func (r *room) letter(m delivery.Mailing, reader subscriber.Member) *delivery.Variant {
	r.t.Helper()
	_, v, err := r.Variant(r.ctx, m.ID, reader)
	r.must(err)
	return v
}

func TestEdition_FromDraftToSent(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		a, b := r.story("Ferry returns", world, article.PublishInput{}), r.story("Bridge opens", world, article.PublishInput{})
		e := r.compose("What happened", a, b)
		_, err := r.Send(r.ctx, anna, SendInput{ID: e.ID, Revision: e.Revision, LocalHour: -1})
		r.refused(err, fault.Denied, "needs the role editor")
		e, err = r.Submit(r.ctx, anna, e.ID, e.Revision)
		r.must(err)
		_, err = r.Save(r.ctx, anna, SaveInput{ID: e.ID, Revision: e.Revision, Subject: "Mine"})
		r.refused(err, fault.Denied, "an editor has the edition now")
		_, err = r.Send(r.ctx, edna, SendInput{ID: e.ID, Revision: e.Revision - 1, LocalHour: -1})
		r.refused(err, fault.Conflict, "somebody else")
		e, err = r.Send(r.ctx, edna, SendInput{ID: e.ID, Revision: e.Revision, At: noon.Add(time.Hour), LocalHour: -1})
		r.must(err)
		if e.State != Scheduled || len(r.post.started) != 0 {
			t.Fatalf("scheduled: %+v, %d mailings", e, len(r.post.started))
		}
		_, err = r.articles.Withdraw(r.ctx, edna, article.WithdrawInput{ID: b.ID, Revision: b.Revision, Reason: "It was not so."})
		r.must(err)
		r.now.Advance(2 * time.Hour)
		r.drain()
		e, err = r.Get(r.ctx, anna, e.ID)
		r.must(err)
		if e.State != Sending || e.Slug != "what-happened" || len(e.Items) != 1 || e.Items[0].Version != a.LiveVersion {
			t.Fatalf("sending: %+v", e)
		}
		v := r.letter(r.post.started[0], subscriber.Member{ID: 1})
		for _, want := range []string{"Ferry returns", "Standfirst of Ferry", "https://paper.example/world/ferry-returns/", "https://slot.invalid/leave", "https://paper.example/newsletter/morning/what-happened/"} {
			if !strings.Contains(v.HTML, want) || !strings.Contains(v.Text, want) {
				t.Errorf("the letter lacks %q", want)
			}
		}
		if strings.Contains(v.HTML+v.Text, "Bridge") || strings.Contains(v.HTML, "Body of") {
			t.Error("the letter has a withdrawn article, or more than was chosen")
		}
		if v.Subject != "What happened" || v.From.String() != `"The Morning" <news@paper.example>` || v.ListID != "morning.paper.example" {
			t.Errorf("its head: %q %q %q", v.Subject, v.From.String(), v.ListID)
		}
		_, err = r.Pause(r.ctx, anna, e.ID)
		r.refused(err, fault.Denied, "send newsletters")
		_, err = r.Pause(r.ctx, edna, e.ID)
		r.must(err)
		if got := r.post.states[r.post.started[0].ID]; got != "paused" {
			t.Errorf("the mailing is %s", got)
		}
		_, err = r.Resume(r.ctx, edna, e.ID)
		r.must(err)
		r.post.progress[r.post.started[0].ID] = Progress{Total: 3, Sent: 2, Bounced: 1, Done: true}
		r.now.Advance(time.Minute)
		r.drain()
		if e, err = r.Get(r.ctx, anna, e.ID); err != nil || e.State != Sent || e.Ended.IsZero() {
			t.Fatalf("sent: %+v %v", e, err)
		}
		_, err = r.Cancel(r.ctx, edna, e.ID)
		r.refused(err, fault.Invalid, "is sent")
	})
}

// A letter that has not left loses an article at the moment when readers may
// not see it any more, and keeps the version that it was begun with otherwise.
func TestEdition_LettersFollowTheGate(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		a, b := r.story("Ferry returns", world, article.PublishInput{}), r.story("Bridge opens", world, article.PublishInput{})
		e := r.compose("Two", a, b)
		_, err := r.Send(r.ctx, edna, SendInput{ID: e.ID, Revision: e.Revision, LocalHour: -1})
		r.must(err)
		m := r.post.started[0]
		if v := r.letter(m, subscriber.Member{ID: 1}); !strings.Contains(v.HTML, "Bridge opens") || !strings.Contains(v.HTML, "Ferry returns") {
			t.Fatal("the letter lacks its articles")
		}
		c := article.Content{Headline: "Ferry is late", Sections: []int64{world}, Body: text("New.")}
		a, err = r.articles.Save(r.ctx, edna, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: c})
		r.must(err)
		a, err = r.articles.Publish(r.ctx, edna, article.PublishInput{ID: a.ID, Revision: a.Revision})
		r.must(err)
		_, err = r.articles.Retract(r.ctx, edna, b.ID, b.Revision)
		r.must(err)
		v := r.letter(m, subscriber.Member{ID: 2})
		if strings.Contains(v.HTML, "Bridge opens") || !strings.Contains(v.HTML, "Ferry returns") || strings.Contains(v.HTML, "late") {
			t.Error("after the retraction the letter has the article, or not the version that it began with")
		}
		_, err = r.articles.Publish(r.ctx, edna, article.PublishInput{ID: a.ID, Revision: a.Revision, Change: article.ChangeLegal, Note: "A court forbade it."})
		r.must(err)
		if v := r.letter(m, subscriber.Member{ID: 3}); strings.Contains(v.HTML, "Ferry returns") || !strings.Contains(v.HTML, "Ferry is late") {
			t.Error("a version that may not be shown any more is in the letter")
		}
	})
}

func TestEdition_OnlyPublicArticles(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		open := r.story("Open", world, article.PublishInput{})
		e := r.compose("S", open)
		draft, err := r.articles.Create(r.ctx, edna, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: "Secret", Sections: []int64{world}}})
		r.must(err)
		secret := []article.Article{draft,
			r.story("Embargoed", world, article.PublishInput{EmbargoUntil: noon.Add(time.Hour)}),
			r.story("Private", world, article.PublishInput{Access: article.AccessPrivate}),
			r.story("Locked", world, article.PublishInput{Access: article.AccessPassword, PasswordHash: "x"})}
		for _, a := range secret {
			_, err := r.Save(r.ctx, edna, SaveInput{ID: e.ID, Revision: e.Revision, Subject: "S", Items: []Item{{Article: a.ID, Form: Full}}})
			r.refused(err, fault.Invalid, "only published articles")
		}
		_, err = r.Save(r.ctx, edna, SaveInput{ID: e.ID, Revision: e.Revision, Subject: "S", Intro: richtext.Doc{Content: []richtext.Node{{Type: "figure", Attrs: map[string]any{"media": int64(4)}}}}})
		r.refused(err, fault.Invalid, "introduction holds words")
	})
}

func TestDigest_ByRule(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, err := r.SaveRule(r.ctx, anna, Rule{Newsletter: 7, Rhythm: "daily", Hour: 6, Most: 5, Form: Short})
		r.refused(err, fault.Denied, "editor")
		rule, err := r.SaveRule(r.ctx, edna, Rule{Newsletter: 7, Rhythm: "daily", On: true, Hour: 6, Most: 2, Form: Short})
		r.must(err)
		if want := time.Date(2026, 3, 5, 5, 0, 0, 0, time.UTC); !rule.Next.Equal(want) { // six in Berlin
			t.Errorf("the next digest is at %s, want %s", rule.Next, want)
		}
		r.now.Advance(time.Hour)
		r.story("One", world, article.PublishInput{})
		r.now.Advance(time.Minute)
		r.story("Two", sport, article.PublishInput{})
		r.now.Advance(time.Minute)
		r.story("Three", world, article.PublishInput{})
		r.now.Set(rule.Next)
		r.drain()
		all, err := r.List(r.ctx, edna, Filter{}, 0, 10)
		r.must(err)
		if len(all) != 1 || all[0].Kind != Daily || all[0].State != Sending || all[0].Slug != "2026-03-05" || all[0].Audience.Rhythm != "daily" {
			t.Fatalf("the digest: %+v", all)
		}
		m := r.post.started[0]
		v := r.letter(m, subscriber.Member{ID: 1})
		if v.Subject != "Three" || !strings.Contains(v.HTML, "Two") || strings.Contains(v.HTML, ">One<") {
			t.Errorf("the digest of everything: %q", v.Subject)
		}
		r.readers.choice["sporty"] = []subscriber.Interest{{Kind: "section", ID: sport}}
		r.readers.choice["story"] = []subscriber.Interest{{Kind: "storyline", ID: article.StorylineRef("The sea")}}
		if v := r.letter(m, subscriber.Member{ID: 2, Interest: "sporty"}); v.Subject != "Two" || strings.Contains(v.HTML, "Three") {
			t.Errorf("the digest of sport: %q", v.Subject)
		}
		if v := r.letter(m, subscriber.Member{ID: 3, Interest: "story"}); v != nil {
			t.Error("a reader gets a digest without anything of their choice")
		}
		r.now.Advance(24 * time.Hour)
		r.drain()
		if all, err = r.List(r.ctx, edna, Filter{}, 0, 10); err != nil || len(all) != 1 {
			t.Errorf("a day without news made an edition: %v %v", len(all), err)
		}
		rules, err := r.Rules(r.ctx, edna, 7)
		r.must(err)
		if want := time.Date(2026, 3, 7, 5, 0, 0, 0, time.UTC); !rules[0].Next.Equal(want) {
			t.Errorf("the next digest is at %s, want %s", rules[0].Next, want)
		}
		rules[0].Review = true
		_, err = r.SaveRule(r.ctx, edna, rules[0])
		r.must(err)
		r.story("Four", world, article.PublishInput{})
		r.now.Set(time.Date(2026, 3, 7, 5, 0, 0, 0, time.UTC))
		r.drain()
		if all, err = r.List(r.ctx, edna, Filter{State: Review}, 0, 10); err != nil || len(all) != 1 || len(r.post.started) != 1 {
			t.Errorf("a digest with a review step: %+v %v", all, err)
		}
	})
}

// An article in full says where it stands in a storyline that has a page, and
// names no article that readers may not see.
func TestEdition_TellsTheStoryline(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		lines := storyline.NewService(storyline.Parts{DB: r.DB, Clock: r.now, Settings: r.Settings, Articles: r.articles})
		_, err := lines.Add(r.ctx, edna, storyline.Input{Storyline: storyline.Storyline{Headline: "The sea"}})
		r.must(err)
		var arts []article.Article
		for _, headline := range []string{"One", "Two", "Three", "Hidden"} {
			r.now.Advance(time.Minute)
			in := article.PublishInput{}
			if headline == "Hidden" {
				in.EmbargoUntil = r.now.Now().Add(time.Hour)
			}
			a, err := r.articles.Create(r.ctx, edna, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: headline, Sections: []int64{world}, Storyline: "The sea", Body: text("Body of " + headline + ".")}})
			r.must(err)
			in.ID, in.Revision = a.ID, a.Revision
			a, err = r.articles.Publish(r.ctx, edna, in)
			r.must(err)
			arts = append(arts, a)
		}
		e := Edition{Newsletter: 7, Kind: Composed, Subject: "Sea", Items: []Item{{Article: arts[1].ID, Form: Full}, {Article: arts[2].ID, Form: Full}}}
		out, err := r.Preview(r.ctx, &e, partAll)
		r.must(err)
		for _, want := range []string{"Part of ", `href="https://paper.example/storyline/the-sea/"`, "Before this ", `href="https://paper.example` + arts[0].Path + `"`, "After this "} {
			if !strings.Contains(out.HTML, want) {
				t.Errorf("the letter lacks %s:\n%s", want, out.HTML)
			}
		}
		if !strings.Contains(out.Text, "Part of The sea") || strings.Contains(out.HTML+out.Text, "Hidden") {
			t.Errorf("the plain text: %s", out.Text)
		}
		e.Items[0].Form, e.Items[1].Form = Short, Short
		if out, err = r.Preview(r.ctx, &e, partAll); err != nil || strings.Contains(out.HTML, "Part of") {
			t.Errorf("articles in short say it too (%v)", err)
		}
	})
}

func TestArticleMail_OnceForEver(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, err := r.SaveRule(r.ctx, edna, Rule{Newsletter: 7, Rhythm: "each", On: true, Hour: 6, Most: 1, Form: Full, Sections: []int64{world}})
		r.must(err)
		r.now.Advance(time.Minute)
		r.story("Old news", world, article.PublishInput{At: noon.AddDate(0, 0, -3)})
		a := r.story("Breaking", world, article.PublishInput{})
		r.story("Match report", sport, article.PublishInput{})
		later := r.story("Under embargo", world, article.PublishInput{EmbargoUntil: noon.Add(time.Hour)})
		r.drain()
		if len(r.post.started) != 1 {
			t.Fatalf("%d mailings", len(r.post.started))
		}
		if v := r.letter(r.post.started[0], subscriber.Member{ID: 1}); v.Subject != "Breaking" || !strings.Contains(v.HTML, "Body of Breaking.") || !strings.Contains(v.Text, "Body of Breaking.") {
			t.Errorf("the mail of the article: %+v", v.Subject)
		}
		a, err = r.articles.Publish(r.ctx, edna, article.PublishInput{ID: a.ID, Revision: a.Revision, Change: article.ChangeUpdate})
		r.must(err)
		r.drain()
		if len(r.post.started) != 1 {
			t.Error("an update was mailed again")
		}
		r.jobs.Handle(article.JobRelease, r.articles.HandleRelease)
		r.now.Advance(2 * time.Hour)
		r.drain()
		if len(r.post.started) != 2 {
			t.Errorf("the end of an embargo: %d mailings of %s", len(r.post.started), later.Headline)
		}
		first, err := r.List(r.ctx, edna, Filter{}, 0, 1)
		r.must(err)
		_, err = r.Again(r.ctx, edna, first[0].ID)
		r.refused(err, fault.Invalid, "still being sent")
		_, err = r.Cancel(r.ctx, edna, first[0].ID)
		r.must(err)
		e, err := r.Again(r.ctx, edna, first[0].ID)
		r.must(err)
		if e.State != Draft || e.Kind != Article {
			t.Errorf("again: %+v", e)
		}
		// By a choice beside the publication, in its transaction.
		b, err := r.articles.Create(r.ctx, edna, article.Draft{Type: article.TypeArticle, Content: article.Content{Headline: "Chosen", Sections: []int64{sport}, Body: text("B")}})
		r.must(err)
		r.must(r.DB.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := r.WantMail(ctx, tx, edna, b.ID, []int64{7}); err != nil {
				return err
			}
			_, err := r.articles.PublishTx(ctx, tx, edna, article.PublishInput{ID: b.ID, Revision: b.Revision})
			return err
		}))
		r.drain()
		if len(r.post.started) != 3 {
			t.Errorf("a chosen article: %d mailings", len(r.post.started))
		}
		r.refused(r.DB.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error { return r.WantMail(ctx, tx, anna, a.ID, []int64{7}) }), fault.Denied, "editor")
	})
}

func TestCorrections_FollowTheMistake(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		a, b := r.story("Ferry of 1999", world, article.PublishInput{}), r.story("Other", sport, article.PublishInput{})
		e := r.compose("S", a, b)
		_, err := r.Send(r.ctx, edna, SendInput{ID: e.ID, Revision: e.Revision, LocalHour: -1})
		r.must(err)
		first := r.post.started[0]
		key, _, err := r.Variant(r.ctx, first.ID, subscriber.Member{ID: 5})
		r.must(err)
		r.post.received[first.ID] = map[int64]string{5: key}
		r.now.Advance(time.Hour)
		r.correct(a, "In 2001.")
		r.drain()
		offers, err := r.Offers(r.ctx, anna)
		r.must(err)
		if len(offers) != 1 || offers[0].Headline != "Ferry of 1999" || offers[0].Note != "The year was wrong." || len(offers[0].Editions) != 1 {
			t.Fatalf("the offers: %+v", offers)
		}
		next, err := r.CorrectNext(r.ctx, edna, offers[0].ID)
		r.must(err)
		if next.Kind != Composed || len(next.Items) != 1 || next.Items[0].Form != Corrected {
			t.Fatalf("the next edition: %+v", next)
		}
		if out, err := r.Preview(r.ctx, &next, partAll); err != nil || !strings.Contains(out.HTML, "1999") || !strings.Contains(out.Text, "Correct is: 2001") || !strings.Contains(out.HTML, "The year was wrong.") {
			t.Errorf("the correction in the letter: %v %s", err, out.Text)
		}
		_, err = r.Save(r.ctx, edna, SaveInput{ID: next.ID, Revision: next.Revision, Subject: "x", Intro: text("Hello")})
		r.must(err)
		if offers, err = r.Offers(r.ctx, anna); err != nil || len(offers) != 1 {
			t.Fatalf("a correction that was taken out is not offered again: %v %v", offers, err)
		}
		now, err := r.CorrectNow(r.ctx, edna, offers[0].ID)
		r.must(err)
		if now.State != Sending || now.Kind != Correction {
			t.Fatalf("at once: %+v", now)
		}
		m := r.post.started[1]
		if v := r.letter(m, subscriber.Member{ID: 5}); v == nil || v.Subject != "Correction: Ferry of 1999" {
			t.Errorf("who got the mistake gets %+v", v)
		}
		if v := r.letter(m, subscriber.Member{ID: 6}); v != nil {
			t.Error("who did not get the mistake is told of it")
		}
		_, err = r.CorrectNow(r.ctx, edna, offers[0].ID)
		r.refused(err, fault.Conflict, "already")
		all, err := NewPublic(r.DB, r.now).Editions(r.ctx, 7, time.Time{}, 10)
		r.must(err)
		if len(all) != 1 {
			t.Errorf("the archive has %d editions, want the one without the correction to a few", len(all))
		}
	})
}

func TestSubjects_Tested(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		a := r.story("Ferry", world, article.PublishInput{})
		e := r.compose("First", a)
		test := Test{Subject: "Second", Share: 20, Wait: time.Hour, By: "clicks"}
		in := SaveInput{ID: e.ID, Revision: e.Revision, Subject: "First", Items: []Item{{Article: a.ID, Form: Short}}, Test: test}
		_, err := r.Save(r.ctx, edna, in)
		r.refused(err, fault.Invalid, "does not count")
		r.refused(r.Configure(r.ctx, edna, Settings{Counting: true}), fault.Denied, "administrator")
		r.must(r.Configure(r.ctx, account.Actor{Name: "Olga", Role: account.Owner}, Settings{Counting: true}))
		e, err = r.Save(r.ctx, edna, in)
		r.must(err)
		_, err = r.Send(r.ctx, edna, SendInput{ID: e.ID, Revision: e.Revision, LocalHour: -1})
		r.must(err)
		if len(r.post.started) != 2 {
			t.Fatalf("%d mailings", len(r.post.started))
		}
		got, tally := map[int64]string{}, map[string]int{}
		deliver := func(m delivery.Mailing) {
			for id := int64(1); id <= 400; id++ {
				if v := r.letter(m, subscriber.Member{ID: id}); v != nil {
					if got[id] != "" {
						t.Fatalf("reader %d gets two letters", id)
					}
					got[id] = v.Subject
					tally[v.Subject]++
				}
			}
		}
		deliver(r.post.started[0])
		deliver(r.post.started[1])
		if tally["First"] < 15 || tally["Second"] < 15 || len(got) > 140 {
			t.Errorf("the test went to %v", tally)
		}
		for _, m := range r.post.started {
			r.post.progress[m.ID] = Progress{Sent: 40, Done: true}
		}
		v := r.letter(r.post.started[1], subscriber.Member{ID: firstWith(got, "Second")})
		if !strings.Contains(v.HTML, "not for you") || strings.Contains(v.HTML, `href="https://paper.example/world/ferry/"`) {
			t.Error("the letter does not say that it is counted, or its links are not")
		}
		_, rest, _ := strings.Cut(v.HTML, "https://paper.example/newsletter/to/")
		path := strings.Split(rest[:strings.IndexByte(rest, '"')], "/")
		to, err := r.Follow(r.ctx, path[0], path[1], path[2], "")
		r.must(err)
		if !strings.HasPrefix(to, "https://paper.example/") {
			t.Errorf("a click leads to %s", to)
		}
		_, err = r.Follow(r.ctx, path[0], path[1], "AAAAAAAAAAAA", "")
		r.refused(err, fault.NotFound, "")
		r.now.Advance(2 * time.Hour)
		r.drain()
		if len(r.post.started) != 3 {
			t.Fatalf("after the test: %d mailings", len(r.post.started))
		}
		deliver(r.post.started[2])
		if len(got) != 400 || tally["Second"] < 300 {
			t.Errorf("the rest got %v of %d", tally, len(got))
		}
	})
}

func firstWith(got map[int64]string, subject string) int64 {
	for id, s := range got {
		if s == subject {
			return id
		}
	}
	return 0
}

func TestCheck_SaysWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		a := r.story("Ferry", world, article.PublishInput{})
		e := r.compose(strings.Repeat("long ", 20), a)
		r.readers.n = 0
		r.Resolve = names{"paper.example": {"v=spf1 -all"}}
		in := SaveInput{ID: e.ID, Revision: e.Revision, Subject: e.Subject, Items: []Item{{Article: a.ID, Form: Full}}, Intro: richtext.Doc{Content: []richtext.Node{{Type: "paragraph",
			Content: []richtext.Node{{Type: "text", Text: "dead", Marks: []richtext.Mark{{Type: "link", Attrs: map[string]any{"href": "https://paper.example/dead/"}}}}}}}}}
		e, err := r.Save(r.ctx, anna, in)
		r.must(err)
		found, err := r.Check(r.ctx, &e)
		r.must(err)
		got := map[string]Finding{}
		for _, f := range found {
			got[f.Code] = f
		}
		for _, code := range []string{"long_subject", "nobody", "dead_link", "no_dmarc", "no_dkim_key", "no_preview"} {
			if _, ok := got[code]; !ok {
				t.Errorf("nothing of %s in %+v", code, found)
			}
		}
		if _, wrong := got["no_spf"]; wrong || !Stops(found) || got["dead_link"].Detail != "https://paper.example/dead/" {
			t.Errorf("the findings: %+v", found)
		}
		r.DKIM = func(_ context.Context, domain string) ([]DKIM, error) {
			if domain != "paper.example" {
				t.Errorf("the keys of %q are asked for", domain)
			}
			return []DKIM{{"a._domainkey.paper.example", "v=DKIM1; k=rsa; p=AAAA"}, {"b._domainkey.paper.example", "v=DKIM1; k=rsa; p=BBBB"}, {"c._domainkey.paper.example", "v=DKIM1; k=rsa; p=CCCC"}}, nil
		}
		r.Resolve = names{"paper.example": {"v=spf1 -all"}, "a._domainkey.paper.example": {"v=DKIM1; k=rsa; p=AA AA"}, "b._domainkey.paper.example": {"v=DKIM1; k=rsa; p=OLD"}}
		records, signed, err := r.Domain(r.ctx, anna)
		r.must(err)
		var codes []string
		for _, f := range signed {
			codes = append(codes, f.Code)
		}
		if !slices.Equal(codes, []string{"no_dmarc", "other_dkim", "no_dkim"}) || signed[2].Detail != `c._domainkey.paper.example. TXT "v=DKIM1; k=rsa; p=CCCC"` || !records.Keys[0].Right() {
			t.Errorf("the domain with keys: %+v", signed)
		}
		big := r.story("Big", world, article.PublishInput{})
		c := article.Content{Headline: "Big", Sections: []int64{world}, Body: text(strings.Repeat("many words ", 12000))}
		big, err = r.articles.Save(r.ctx, edna, article.SaveInput{ID: big.ID, Revision: big.Revision, Content: c})
		r.must(err)
		_, err = r.articles.Publish(r.ctx, edna, article.PublishInput{ID: big.ID, Revision: big.Revision})
		r.must(err)
		in.Revision, in.Subject, in.Items = e.Revision, "", append(in.Items, Item{Article: big.ID, Form: Full})
		e, err = r.Save(r.ctx, anna, in)
		r.must(err)
		found, err = r.Check(r.ctx, &e)
		r.must(err)
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.Code == "too_large" }) {
			t.Errorf("a letter that Gmail clips: %+v", found)
		}
	})
}

// names is a name system.
type names map[string][]string

func (n names) LookupTXT(_ context.Context, name string) ([]string, error) { return n[name], nil }

func TestVariants_AreBounded(t *testing.T) {
	v := newVariants()
	for i := range 3 * mostVariants {
		v.put(&kept{key: string(rune(i + 1)), shows: map[string]bool{"article:1": i%2 == 0}}, v.count())
	}
	if n := v.recent.Len(); n != mostVariants || len(v.byKey) != mostVariants {
		t.Errorf("%d letters are kept", n)
	}
	since := v.count()
	v.purged([]string{"article:1"})
	if n := v.recent.Len(); n != mostVariants/2 {
		t.Errorf("%d letters are kept after a purge", n)
	}
	v.put(&kept{key: "late"}, since)
	if _, ok := v.get("late"); ok {
		t.Error("a letter that was begun before a purge is kept")
	}
}
