package edition

import (
	"context"
	"strings"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/subscriber"
)

var olga = account.Actor{ID: 9, Name: "Olga", Role: account.Owner}

// out sends an edition, hands its letters to readers 1 to most, of which it
// returns those who got one, and ends it.
func (r *room) out(e Edition, most int64) (got []int64) {
	r.t.Helper()
	before := len(r.post.started)
	_, err := r.Send(r.ctx, edna, SendInput{ID: e.ID, Revision: e.Revision, LocalHour: -1})
	r.must(err)
	m := r.post.started[before]
	r.post.received[m.ID] = map[int64]string{}
	for id := int64(1); id <= most; id++ {
		key, v, err := r.Variant(r.ctx, m.ID, subscriber.Member{ID: id})
		r.must(err)
		if v != nil {
			r.post.received[m.ID][id] = key
			got = append(got, id)
		}
	}
	r.post.progress[m.ID] = Progress{Sent: len(got), Done: true}
	r.now.Advance(time.Minute)
	r.drain()
	if e, err = r.Get(r.ctx, edna, e.ID); err != nil || e.State != Sent {
		r.t.Fatalf("%s: %s %v", e.Subject, e.State, err)
	}
	return got
}

func same(a []int64, b ...int64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestAgain_NobodyGetsItTwice(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		a, b := r.story("Ferry", world, article.PublishInput{}), r.story("Bridge", world, article.PublishInput{})
		first := r.compose("The week", a)
		_, err := r.Again(r.ctx, edna, first.ID)
		r.refused(err, fault.Invalid, "never sent")
		if got := r.out(first, 2); !same(got, 1, 2) {
			t.Fatalf("first: %v", got)
		}
		_, err = r.Again(r.ctx, anna, first.ID)
		r.refused(err, fault.Denied, "send newsletters")
		second, err := r.Again(r.ctx, edna, first.ID)
		r.must(err)
		third, err := r.Again(r.ctx, edna, first.ID)
		r.must(err)
		if second.State != Draft || second.Subject != "The week" || len(second.Items) != 1 || second.Items[0].Version != 0 {
			t.Errorf("the draft: %+v", second)
		}
		_, err = r.Send(r.ctx, edna, SendInput{ID: third.ID, Revision: third.Revision, LocalHour: -1})
		r.must(err)
		_, err = r.Send(r.ctx, edna, SendInput{ID: second.ID, Revision: second.Revision, LocalHour: -1})
		r.refused(err, fault.Invalid, "still being sent")
		m := r.post.started[len(r.post.started)-1]
		for id := int64(1); id <= 3; id++ {
			if v := r.letter(m, subscriber.Member{ID: id}); (v != nil) != (id == 3) {
				t.Errorf("reader %d: %v", id, v != nil)
			}
		}
		key, _, err := r.Variant(r.ctx, m.ID, subscriber.Member{ID: 3})
		r.must(err)
		r.post.received[m.ID] = map[int64]string{3: key}
		_, err = r.Cancel(r.ctx, edna, third.ID)
		r.must(err)
		if got := r.out(second, 5); !same(got, 4, 5) {
			t.Errorf("after two of them: %v", got)
		}
		if all, err := NewPublic(r.DB, r.now).Editions(r.ctx, 7, time.Time{}, 10); err != nil || len(all) != 1 {
			t.Errorf("the archive has %d editions: %v", len(all), err)
		}

		// An article by itself: who had it in an edition is left out too.
		r.must(r.DB.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error {
			e, err := r.createTx(ctx, tx, edna, Edition{Newsletter: 7, Kind: Article, Subject: "Bridge", Items: []Item{{Article: b.ID, Form: Full}}})
			first = e
			return err
		}))
		if got := r.out(first, 2); !same(got, 1, 2) {
			t.Fatalf("the article: %v", got)
		}
		if got := r.out(r.compose("Both", b, a), 3); !same(got, 1, 2, 3) {
			t.Fatalf("the edition with the article: %v", got)
		}
		again, err := r.Again(r.ctx, edna, first.ID)
		r.must(err)
		if got := r.out(again, 4); !same(got, 4) {
			t.Errorf("the article again: %v", got)
		}
	})
}

func TestEngaged_OnlyWhereReadersAreTold(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		a := r.story("Ferry", world, article.PublishInput{})
		e := r.compose("Plain", a)
		in := SaveInput{ID: e.ID, Revision: e.Revision, Subject: "Plain", Items: []Item{{Article: a.ID, Form: Short}}, Audience: subscriber.Audience{Engaged: 30, Sections: []int64{world}}}
		_, err := r.Save(r.ctx, edna, in)
		r.refused(err, fault.Invalid, "does not keep who still reads")
		r.out(e, 1)
		plain := r.letter(r.post.started[0], subscriber.Member{ID: 1})
		if strings.Contains(plain.HTML+plain.Text, "slot-reader") || strings.Contains(plain.HTML, "/newsletter/to/") || strings.Contains(plain.HTML, "/newsletter/seen/") || strings.Contains(plain.HTML, "counts") {
			t.Error("a site that counts nothing counts, or says that it does")
		}
		r.refused(r.Configure(r.ctx, olga, Settings{Engaged: true}), fault.Invalid, "can be kept only")
		r.must(r.Configure(r.ctx, olga, Settings{Counting: true}))
		counted := r.compose("Counted", a)
		r.out(counted, 1)
		letter := r.letter(r.post.started[1], subscriber.Member{ID: 1})
		if strings.Contains(letter.HTML+letter.Text, "slot-reader") || !strings.Contains(letter.HTML, "not for you") || !strings.Contains(letter.Text, "not for you") {
			t.Error("letters that are only counted name a reader, or do not say that they are counted")
		}
		r.must(r.Configure(r.ctx, olga, Settings{Counting: true, Engaged: true}))
		e = r.compose("Kept", a)
		in.ID, in.Revision, in.Subject, in.Audience.Engaged = e.ID, e.Revision, "Kept", 31
		_, err = r.Save(r.ctx, edna, in)
		r.refused(err, fault.Invalid, "for 30 days")
		in.Audience.Engaged = 30
		e, err = r.Save(r.ctx, edna, in)
		r.must(err)
		r.out(e, 1)
		if m := r.post.started[2]; m.Audience.Engaged != 30 || len(m.Audience.Sections) != 0 || len(m.Audience.Interests) != 1 {
			t.Errorf("the mailing is for %+v", m.Audience)
		}
		letter = r.letter(r.post.started[2], subscriber.Member{ID: 1})
		for what, part := range map[string]string{"HTML": letter.HTML, "text": letter.Text} {
			if !strings.Contains(strings.Join(strings.Fields(part), " "), "keeps for 30 days") || !strings.Contains(part, "?r=slot-reader.invalid") {
				t.Errorf("the %s does not say what is kept, or its links have no mark", what)
			}
		}
		_, rest, _ := strings.Cut(letter.HTML, "https://paper.example/newsletter/to/")
		path := strings.Split(rest[:strings.IndexByte(rest, '?')], "/")
		for _, mark := range []string{"forged", "mine", ""} {
			if to, err := r.Follow(r.ctx, path[0], path[1], path[2], mark); err != nil || !strings.HasPrefix(to, "https://paper.example/") {
				t.Errorf("%q leads to %q: %v", mark, to, err)
			}
		}
		r.must(r.Seen(r.ctx, path[0], path[1], "mine"))
		if r.readers.noted != 2 {
			t.Errorf("%d marks were noted", r.readers.noted)
		}
		if c, err := r.Counts(r.ctx, edna, e.ID); err != nil || c.Clicks != 3 || c.Opens != 1 {
			t.Errorf("%+v %v", c, err)
		}
		r.must(r.Configure(r.ctx, olga, Settings{Counting: true}))
		if r.readers.noted != 0 {
			t.Error("what was kept is kept after it was switched off")
		}
		_, err = r.Follow(r.ctx, path[0], path[1], path[2], "mine")
		r.must(err)
		if r.readers.noted != 0 {
			t.Error("an old letter is still noted")
		}
	})
}

// subjectTest sends an edition with two subjects, of which clicks decide.
func (r *room) subjectTest() Edition {
	r.t.Helper()
	a := r.story("Ferry", world, article.PublishInput{})
	r.must(r.Configure(r.ctx, olga, Settings{Counting: true}))
	e := r.compose("First", a)
	e, err := r.Save(r.ctx, edna, SaveInput{ID: e.ID, Revision: e.Revision, Subject: "First", Items: []Item{{Article: a.ID, Form: Short}}, Test: Test{Subject: "Second", Share: 20, Wait: time.Hour, By: "clicks"}})
	r.must(err)
	_, err = r.Send(r.ctx, edna, SendInput{ID: e.ID, Revision: e.Revision, LocalHour: -1})
	r.must(err)
	return e
}

func TestSubjects_AreLeftToEditorsWithoutCounting(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		e := r.subjectTest()
		r.must(r.Configure(r.ctx, olga, Settings{}))
		r.now.Advance(2 * time.Hour)
		r.drain()
		e, err := r.Get(r.ctx, edna, e.ID)
		if err != nil || e.Test.Winner != "" || e.State != Sending || len(r.post.started) != 2 {
			t.Fatalf("decided by %q without counting: %+v %v", e.Test.By, e.Test, err)
		}
		_, err = r.Decide(r.ctx, edna, e.ID, "b")
		r.must(err)
		if len(r.post.started) != 3 {
			t.Error("the rest got nothing")
		}
	})
}

// TestSteer_HalvesThatHaveLeft: a half of a test whose letters have all left does
// not hinder pausing, and the test is decided after the pause.
func TestSteer_HalvesThatHaveLeft(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		e := r.subjectTest()
		one, other := r.post.started[0].ID, r.post.started[1].ID
		r.post.progress[one] = Progress{Done: true}
		e, err := r.Pause(r.ctx, edna, e.ID)
		r.must(err)
		if e.State != Paused || r.post.states[other] != "paused" {
			t.Errorf("paused: %s, the half that goes on is %s", e.State, r.post.states[other])
		}
		r.now.Advance(2 * time.Hour)
		r.drain()
		e, err = r.Resume(r.ctx, edna, e.ID)
		r.must(err)
		r.drain()
		if len(r.post.started) != 3 {
			t.Fatalf("the rest gets nothing after the pause: %d mailings", len(r.post.started))
		}
		for _, m := range r.post.started {
			r.post.progress[m.ID] = Progress{Done: true}
		}
		_, err = r.Pause(r.ctx, edna, e.ID)
		r.refused(err, fault.Conflict, "finished")
	})
}

// picture puts a picture into the library.
func (r *room) picture(id int64, alt string) {
	r.t.Helper()
	r.must(r.DB.Write(r.ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO media (id, token, kind, file_name, state, created_at, updated_at, alt, width, height) VALUES ($1, $2, 'image', $2, 'ready', 1, 1, $3, 1200, 800)`,
			id, "token"+string(rune('a'+id)), alt)
		return err
	}))
}

func (r *room) open(id int64) bool {
	r.t.Helper()
	found, err := r.Media.GetMany(r.ctx, r.DB, []int64{id})
	r.must(err)
	return found[id].Public
}

func TestPictures_OfSentLettersStay(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		for id, alt := range map[int64]string{1: "The ferry", 2: "", 3: "A draft", 4: ""} {
			r.picture(id, alt)
		}
		figure := func(media int64) richtext.Doc {
			d := text("Words.")
			d.Content = append(d.Content, richtext.Node{Type: "figure", Attrs: map[string]any{"media": media}})
			return d
		}
		publish := func(a article.Article, lead *article.Picture, body richtext.Doc, in article.PublishInput) article.Article {
			t.Helper()
			c := article.Content{Headline: "Ferry", Sections: []int64{world}, Lead: lead, Body: body}
			a, err := r.articles.Save(r.ctx, edna, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: c})
			r.must(err)
			in.ID, in.Revision = a.ID, a.Revision
			a, err = r.articles.Publish(r.ctx, edna, in)
			r.must(err)
			return a
		}
		a := r.story("Ferry", world, article.PublishInput{})
		a = publish(a, &article.Picture{Media: 1}, figure(2), article.PublishInput{Change: article.ChangeUpdate})
		e := r.compose("S", a)
		e, err := r.Save(r.ctx, edna, SaveInput{ID: e.ID, Revision: e.Revision, Subject: "S", Items: []Item{{Article: a.ID, Form: Full}}})
		r.must(err)
		found, err := r.Check(r.ctx, &e)
		r.must(err)
		words := 0
		for _, f := range found {
			if f.Code == "no_alt" {
				words++
			}
		}
		if words != 1 {
			t.Errorf("%d complaints about pictures without words within a text", words)
		}
		r.out(e, 1)
		// Later the article shows another picture within, and none on top.
		a = publish(a, nil, figure(4), article.PublishInput{Change: article.ChangeUpdate})
		want := func(when string, public ...int64) {
			t.Helper()
			for id := int64(1); id <= 4; id++ {
				is := false
				for _, p := range public {
					is = is || p == id
				}
				if r.open(id) != is {
					t.Errorf("%s: picture %d is public: %v", when, id, !is)
				}
			}
		}
		want("after the article dropped them", 1, 2, 4)
		a = publish(a, nil, text("Nothing of it."), article.PublishInput{Change: article.ChangeUpdate})
		want("after one that was never mailed was dropped", 1, 2)
		b := publish(r.story("Bridge", world, article.PublishInput{}), &article.Picture{Media: 3}, text("Words."), article.PublishInput{Change: article.ChangeUpdate})
		r.out(r.compose("T", b), 1)
		b = publish(b, nil, text("Words."), article.PublishInput{Change: article.ChangeUpdate})
		want("after another article dropped its own", 1, 2, 3)
		publish(b, nil, text("Without what a court forbade."), article.PublishInput{Change: article.ChangeLegal, Note: "A court forbade the picture."})
		want("after a change for legal reasons", 1, 2)
		_, err = r.articles.Withdraw(r.ctx, edna, article.WithdrawInput{ID: a.ID, Revision: a.Revision, Reason: "It was wrong."})
		r.must(err)
		want("after the article was withdrawn")
	})
}
