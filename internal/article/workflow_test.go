package article_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
)

var (
	cora  = account.Actor{ID: 11, Name: "Cora", Role: account.Contributor}
	cyril = account.Actor{ID: 12, Name: "Cyril", Role: account.Contributor}
	anna  = account.Actor{ID: 21, Name: "Anna", Role: account.Author}
	arno  = account.Actor{ID: 22, Name: "Arno", Role: account.Author}
	edna  = account.Actor{ID: 31, Name: "Edna", Role: account.Editor}
)

func (k *desk) by(actor account.Actor, headline string) article.Article {
	k.t.Helper()
	a, err := k.service.Create(k.t.Context(), actor, article.Draft{Type: article.TypeArticle, Content: k.content(headline)})
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

func (k *desk) must(a article.Article, err error) article.Article {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

func (k *desk) denied(what string, err error) {
	k.t.Helper()
	if !fault.Is(err, fault.Denied) {
		k.t.Errorf("%s: %v, want Denied", what, err)
	}
}

func (k *desk) work(actor account.Actor, a article.Article) article.Work {
	k.t.Helper()
	w, err := k.service.Working(k.t.Context(), actor, a.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	return w
}

func TestRights_OwnAndOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		hers := k.by(cora, "Hers")
		save := func(actor account.Actor, a article.Article) error {
			_, err := k.service.Autosave(ctx, actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("Changed")})
			return err
		}
		k.denied("a contributor saves another's article", save(cyril, hers))
		k.denied("an author saves another's article", save(arno, hers))
		_, err := k.service.Working(ctx, cyril, hers.ID)
		k.denied("a contributor reads another's draft", err)
		k.work(arno, hers)
		_, err = k.service.Publish(ctx, cora, article.PublishInput{ID: hers.ID, Revision: hers.Revision})
		k.denied("a contributor publishes", err)
		_, err = k.service.Publish(ctx, arno, article.PublishInput{ID: hers.ID, Revision: hers.Revision})
		k.denied("an author publishes another's article", err)

		assigned := k.must(k.service.Assign(ctx, edna, article.AssignInput{ID: hers.ID, Assignee: arno.ID, Due: midnight.Add(time.Hour)}))
		if assigned.Revision != hers.Revision || assigned.Due.IsZero() {
			t.Errorf("an assignment disturbed the writer: %+v", assigned)
		}
		_, err = k.service.Assign(ctx, arno, article.AssignInput{ID: hers.ID, Assignee: cyril.ID})
		k.denied("an author assigns", err)
		if err := save(arno, hers); err != nil {
			t.Errorf("the assigned author saves: %v", err)
		}
		his := k.by(anna, "His")
		k.must(k.service.Publish(ctx, anna, article.PublishInput{ID: his.ID, Revision: his.Revision}))
		_, err = k.service.Withdraw(ctx, anna, article.WithdrawInput{ID: his.ID, Revision: his.Revision + 1, Reason: "x"})
		k.denied("an author withdraws", err)
		_, err = k.service.Retract(ctx, anna, his.ID, his.Revision+1)
		k.denied("an author retracts what readers have", err)
	})
}

func TestMove_Workflow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		a := k.by(cora, "The bridge")
		move := func(actor account.Actor, to article.Status, note string) error {
			got, err := k.service.Move(ctx, actor, article.MoveInput{ID: a.ID, Revision: a.Revision, To: to, Note: note})
			if err == nil {
				a = got
			}
			return err
		}
		step := func(actor account.Actor, to article.Status, note string) {
			t.Helper()
			if err := move(actor, to, note); err != nil || a.Status != to {
				t.Fatalf("%s to %s: %s %v", actor.Name, to, a.Status, err)
			}
		}
		k.denied("a contributor approves", move(cora, article.StatusApproved, ""))
		step(cora, article.StatusReview, "")
		_, err := k.service.Autosave(ctx, cora, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("Sneaked in")})
		k.denied("writing on after submitting", err)
		if err := move(edna, article.StatusChanges, " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("changes asked without saying which: %v", err)
		}
		step(edna, article.StatusChanges, "Call the mayor")
		a = k.must(k.service.Autosave(ctx, cora, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("The bridge, mended")}))
		step(cora, article.StatusReview, "")
		if w := k.work(edna, a); w.Pending || w.Copy.Content.Headline != "The bridge, mended" {
			t.Errorf("submitted text is no version: %+v", w)
		}
		step(edna, article.StatusApproved, "")
		k.denied("the writer bins an approved article of another", move(cyril, article.StatusBinned, ""))
		if got := article.Moves(edna, &a); !slices.Equal(got, []article.Status{article.StatusChanges, article.StatusDraft, article.StatusBinned}) {
			t.Errorf("moves of an approved article: %v", got)
		}
		a = k.must(k.service.Publish(ctx, edna, article.PublishInput{ID: a.ID, Revision: a.Revision}))
		if err := move(edna, article.StatusBinned, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a published article into the bin: %v", err)
		}
		b := k.by(cora, "Nothing")
		a = b
		step(cora, article.StatusBinned, "")
		_, err = k.service.Autosave(ctx, cora, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("x")})
		k.denied("writing in the bin", err)
		step(cora, article.StatusDraft, "")
	})
}

func TestAutosave_KeepsEverything(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		a := k.must(k.service.Create(ctx, anna, article.Draft{Type: article.TypeArticle, Blank: true}))
		type saved struct{ a, before article.Article }
		save := func(actor account.Actor, headline string) saved {
			t.Helper()
			before := a
			a = k.must(k.service.Autosave(ctx, actor, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content(headline)}))
			return saved{a, before}
		}
		numbers := func() int {
			t.Helper()
			all, err := k.service.Versions(ctx, edna, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		s := save(anna, "The ferry is late")
		if a.Slug != "the-ferry-is-late" || a.Headline != "The ferry is late" {
			t.Errorf("the record did not follow: %q %q", a.Slug, a.Headline)
		}
		again := k.must(k.service.Autosave(ctx, anna, article.SaveInput{ID: a.ID, Revision: s.before.Revision, Content: k.content("The ferry is late")}))
		if again.Revision != a.Revision {
			t.Errorf("the same text sent again: revision %d, want %d", again.Revision, a.Revision)
		}
		_, err := k.service.Autosave(ctx, anna, article.SaveInput{ID: a.ID, Revision: s.before.Revision, Content: k.content("Another tab")})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale save: %v", err)
		}
		save(anna, "The ferry is very late")
		if got := numbers(); got != 1 {
			t.Errorf("%d versions after two autosaves, want the first alone", got)
		}
		save(edna, "The ferry sank")
		if got := numbers(); got != 2 {
			t.Errorf("%d versions after somebody else wrote, want the former text kept", got)
		}
		k.clock.Advance(time.Hour)
		save(edna, "The ferry sank at noon")
		if got := numbers(); got != 3 {
			t.Errorf("%d versions after an hour, want the hour's text kept", got)
		}
		a = k.must(k.service.Publish(ctx, edna, article.PublishInput{ID: a.ID, Revision: a.Revision}))
		if got := k.listed(); !slices.Equal(got, []string{"The ferry sank at noon"}) {
			t.Errorf("published %v", got)
		}
		save(anna, "The ferry floats")
		if got := k.listed(); !slices.Equal(got, []string{"The ferry sank at noon"}) {
			t.Errorf("readers saw the working copy: %v", got)
		}
		if w := k.work(edna, a); !w.Pending || w.Copy.Content.Headline != "The ferry floats" || w.Copy.Actor != "Anna" {
			t.Errorf("the working copy: %+v", w)
		}
		a = k.must(k.service.Discard(ctx, edna, a.ID, a.Revision))
		if w := k.work(edna, a); w.Changed || w.Copy.Content.Headline != "The ferry sank at noon" {
			t.Errorf("after discarding: %+v", w)
		}
		all, err := k.service.Versions(ctx, edna, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		a = k.must(k.service.Restore(ctx, edna, a.ID, a.Revision, all[0].Number))
		if w := k.work(edna, a); w.Copy.Content.Headline != "The ferry floats" {
			t.Errorf("what was discarded came back as %q", w.Copy.Content.Headline)
		}
		if err := article.VerifyChain(ctx, d, a.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestRelease_LeavesWhatIsBeingWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		a := k.by(anna, "At nine")
		a = k.must(k.service.Schedule(ctx, anna, article.ScheduleInput{ID: a.ID, Revision: a.Revision, At: midnight.Add(9 * time.Hour)}))
		a = k.must(k.service.Autosave(ctx, anna, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("Half a sent")}))
		k.clock.Advance(9 * time.Hour)
		if err := k.service.HandleRelease(ctx, fmtPayload(a.ID)); err != nil {
			t.Fatal(err)
		}
		if got := k.listed(); !slices.Equal(got, []string{"At nine"}) {
			t.Errorf("went out: %v", got)
		}
		if w := k.work(anna, a); !w.Pending || w.Copy.Content.Headline != "Half a sent" {
			t.Errorf("what was being written: %+v", w)
		}
		b := k.by(anna, "At ten")
		b = k.must(k.service.Schedule(ctx, anna, article.ScheduleInput{ID: b.ID, Revision: b.Revision, At: midnight.Add(10 * time.Hour)}))
		b = k.must(k.service.Retract(ctx, anna, b.ID, b.Revision))
		if b.Status != article.StatusDraft {
			t.Errorf("an author's own schedule taken back: %s", b.Status)
		}
	})
}

func TestArrange_AddressesAndAccess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		a := k.publish("The mill burns")
		a = k.must(k.service.Arrange(ctx, edna, article.ArrangeInput{ID: a.ID, Revision: a.Revision, Slug: "Mill Fire", Pinned: true, CommentsOpen: true}))
		if got := k.answers("/world/mill-fire/"); got != "listed as article" {
			t.Errorf("the new address: %s", got)
		}
		if got := k.answers("/world/the-mill-burns/"); got != "listed as redirect" {
			t.Errorf("the old address: %s", got)
		}
		if !a.Pinned || !a.CommentsOpen {
			t.Errorf("%+v", a)
		}
		_, err := k.service.Arrange(ctx, edna, article.ArrangeInput{ID: a.ID, Revision: a.Revision, Access: article.AccessPassword})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("a password access without a password: %v", err)
		}
		_, err = k.service.Arrange(ctx, anna, article.ArrangeInput{ID: a.ID, Revision: a.Revision, Slug: "x"})
		k.denied("an author moves another's article", err)
		draft := k.by(cora, "Draft")
		draft = k.must(k.service.Autosave(ctx, cora, article.SaveInput{ID: draft.ID, Revision: draft.Revision, Content: k.content("Draft, better")}))
		draft = k.must(k.service.Arrange(ctx, cora, article.ArrangeInput{ID: draft.ID, Revision: draft.Revision, Slug: "chosen", Pinned: true}))
		if draft.Headline != "Draft, better" || draft.Slug != "chosen" || draft.Pinned {
			t.Errorf("arranging a draft: %+v", draft)
		}
		draft = k.must(k.service.Autosave(ctx, cora, article.SaveInput{ID: draft.ID, Revision: draft.Revision, Content: k.content("Draft, best")}))
		if draft.Slug != "chosen" {
			t.Errorf("the chosen word became %q", draft.Slug)
		}
	})
}

func TestPublish_PutsCorrectionsOnRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		a := k.publish("Ten hurt")
		in := article.PublishInput{ID: a.ID, Revision: a.Revision, Change: article.ChangeUpdate, Corrections: []article.Correction{{Wrong: "ten", Right: "two"}}}
		if _, err := k.service.Publish(ctx, edna, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("a correction with an update: %v", err)
		}
		in.Change, in.Note = article.ChangeCorrection, "We had the number wrong."
		a = k.must(k.service.Publish(ctx, edna, in))
		var wrong, right, by string
		if err := d.QueryRow(ctx, `SELECT wrong, right_text, approved_by FROM correction WHERE article_id = $1`, a.ID).Scan(&wrong, &right, &by); err != nil || wrong != "ten" || right != "two" || by != "Edna" {
			t.Errorf("on record: %q %q %q %v", wrong, right, by, err)
		}
		in = article.PublishInput{ID: a.ID, Revision: a.Revision, Change: article.ChangeLegal}
		if _, err := k.service.Publish(ctx, edna, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("a legal note without a note: %v", err)
		}
	})
}

func fmtPayload(articleID int64) []byte { return fmt.Appendf(nil, `{"article":%d}`, articleID) }
