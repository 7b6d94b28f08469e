package article_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/richtext"
)

func text(words ...string) richtext.Doc {
	d := richtext.Doc{Version: richtext.SchemaVersion}
	for _, w := range words {
		d.Content = append(d.Content, richtext.Node{Type: "paragraph", Content: []richtext.Node{{Type: "text", Text: w}}})
	}
	return d
}

func TestResolve_TakesWhatWasChosen(t *testing.T) {
	base := article.Content{Headline: "Ferry", Standfirst: "Old words.", Lead: &article.Picture{Media: 7, Alt: "A ferry"}, Body: text("One.", "Two.", "Three.")}
	mine, theirs := base, base
	mine.Headline, theirs.Headline = "Ferry of Ann", "Ferry of Ben"
	mine.Lead, theirs.Lead = &article.Picture{Media: 7, Alt: "The ferry at noon"}, &article.Picture{Media: 7, Alt: "The ferry at night"}
	mine.Body, theirs.Body = text("One.", "Two by Ann.", "Three."), text("One.", "Two by Ben.", "Three.")
	merged, conflicts := article.Merge(base, mine, theirs)
	if len(conflicts) != 3 {
		t.Fatalf("%d conflicts, want 3: %+v", len(conflicts), conflicts)
	}
	all := func(c article.Choice) []article.Choice { return slices.Repeat([]article.Choice{c}, len(conflicts)) }
	for _, row := range []struct {
		choice              article.Choice
		headline, alt, body string
	}{
		{article.ChooseMine, "Ferry of Ann", "The ferry at noon", "One.\n\nTwo by Ann.\n\nThree."},
		{article.ChooseTheirs, "Ferry of Ben", "The ferry at night", "One.\n\nTwo by Ben.\n\nThree."},
		{article.ChooseBoth, "Ferry of Ann Ferry of Ben", "The ferry at noon The ferry at night", "One.\n\nTwo by Ann.\n\nTwo by Ben.\n\nThree."},
	} {
		got, err := article.Resolve(merged, conflicts, all(row.choice))
		if err != nil {
			t.Fatal(err)
		}
		if got.Headline != row.headline || got.Lead.Alt != row.alt || richtext.PlainText(got.Body) != row.body {
			t.Errorf("%s: %q, %q, %q", row.choice, got.Headline, got.Lead.Alt, richtext.PlainText(got.Body))
		}
	}
	for _, wrong := range [][]article.Choice{{}, {"mine"}, {"mine", "mine", "nobody"}} {
		if _, err := article.Resolve(merged, conflicts, wrong); !fault.Is(err, fault.Invalid) {
			t.Errorf("choices %v: %v, want Invalid", wrong, err)
		}
	}
}

func TestResolve_WhatOneRemovedComesBack(t *testing.T) {
	base := article.Content{Headline: "Ferry", Body: text("One.", "Two is here.", "Three.")}
	mine, theirs := base, base
	mine.Body, theirs.Body = text("One.", "Three."), text("One.", "Two is here and longer.", "Three.")
	merged, conflicts := article.Merge(base, mine, theirs)
	if len(conflicts) != 1 {
		t.Fatalf("%+v", conflicts)
	}
	got, err := article.Resolve(merged, conflicts, []article.Choice{article.ChooseTheirs})
	if err != nil || richtext.PlainText(got.Body) != "One.\n\nTwo is here and longer.\n\nThree." {
		t.Errorf("%q %v", richtext.PlainText(got.Body), err)
	}
}

func TestPresence_ThePenGoesRound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		a := k.by(anna, "Together")
		beat := func(actor account.Actor, in article.Heartbeat) article.Company {
			t.Helper()
			in.Article, in.Tab = a.ID, actor.Name
			c, err := k.service.Beat(ctx, actor, in)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if c := beat(anna, article.Heartbeat{}); c.Pen.Person != 0 || len(c.People) != 1 {
			t.Errorf("who only reads has the pen: %+v", c)
		}
		if c := beat(anna, article.Heartbeat{Writing: true, Block: 3}); c.Pen.Person != anna.ID {
			t.Errorf("the first writer has no pen: %+v", c)
		}
		c := beat(edna, article.Heartbeat{Writing: true})
		if c.Pen.Person != anna.ID || len(c.People) != 2 || c.People[0].Name != "Anna" || c.People[0].Block != 3 {
			t.Errorf("the second one: %+v", c)
		}
		if c := beat(edna, article.Heartbeat{Take: true}); c.Pen.Person != edna.ID || c.Pen.TakenFrom != anna.ID {
			t.Errorf("taken over: %+v", c)
		}
		if c := beat(anna, article.Heartbeat{Writing: true}); c.Pen.Person != edna.ID || c.Pen.TakenFrom != anna.ID {
			t.Errorf("the first one is not told: %+v", c)
		}
		// The pen is a courtesy: a save without it counts.
		k.must(k.service.Autosave(ctx, anna, article.SaveInput{ID: a.ID, Revision: a.Revision, Content: k.content("Still saved")}))
		k.clock.Advance(article.PresenceAge)
		if c := beat(anna, article.Heartbeat{Writing: true}); c.Pen.Person != anna.ID || len(c.People) != 1 || c.Revision != a.Revision+1 {
			t.Errorf("after the last heartbeat of the other: %+v", c)
		}
		if c := beat(anna, article.Heartbeat{Leaving: true}); c.Pen.Person != 0 || len(c.People) != 0 {
			t.Errorf("after leaving: %+v", c)
		}
		_, err := k.service.Beat(ctx, arno, article.Heartbeat{Article: a.ID, Tab: "x", Take: true})
		k.denied("somebody who may not edit takes the pen", err)
		_, err = k.service.Beat(ctx, cora, article.Heartbeat{Article: a.ID, Tab: "x"})
		k.denied("somebody who may not read is there", err)
	})
}

func TestNotes_ThreadsMentionsAndRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		person := func(a account.Actor) {
			t.Helper()
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO person (id, name, email_key, email, role, password, created_at, updated_at) VALUES ($1, $2, $3, '', $4, 'x', 1, 1)`, a.ID, a.Name, a.Name, a.Role.String())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range []account.Actor{cora, cyril, anna, edna} {
			person(a)
		}
		a := k.by(cora, "Noted")
		add := func(actor account.Actor, in article.NoteInput) article.Note {
			t.Helper()
			in.Article = a.ID
			n, err := k.service.AddNote(ctx, actor, in)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		first := add(edna, article.NoteInput{Body: " Who says so? ", Anchor: article.Anchor{Quote: "it was seen"}, Mentions: []int64{cora.ID, cora.ID, edna.ID}})
		answer := add(cora, article.NoteInput{Thread: first.ID, Body: "The pilot.", Anchor: article.Anchor{Quote: "ignored"}})
		if answer.Anchor.Quote != "" || answer.Thread != first.ID || first.Body != "Who says so?" {
			t.Errorf("%+v %+v", first, answer)
		}
		_, err := k.service.AddNote(ctx, edna, article.NoteInput{Article: a.ID, Body: "@Cyril", Mentions: []int64{cyril.ID}})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("somebody is told of what they may not see: %v", err)
		}
		for _, wrong := range []article.NoteInput{{Article: a.ID, Body: "  "}, {Article: a.ID, Body: "x", Thread: answer.ID}, {Article: a.ID, Body: strings.Repeat("x", 5000)}} {
			if _, err := k.service.AddNote(ctx, edna, wrong); err == nil {
				t.Errorf("accepted %+v", wrong)
			}
		}
		_, err = k.service.Notes(ctx, cyril, a.ID)
		k.denied("another contributor reads notes", err)
		told, err := k.service.Mentions(ctx, cora, 10)
		if err != nil || len(told) != 1 || told[0].Headline != "Noted" || !told[0].Read.IsZero() {
			t.Fatalf("%+v %v", told, err)
		}
		if n, err := k.service.Unread(ctx, cora); n != 1 || err != nil {
			t.Errorf("%d unread, %v", n, err)
		}
		if err := k.service.SeeMentions(ctx, cora, a.ID); err != nil {
			t.Fatal(err)
		}
		if n, _ := k.service.Unread(ctx, cora); n != 0 {
			t.Errorf("%d unread after seeing them", n)
		}
		if err := k.service.ResolveNote(ctx, cora, a.ID, first.ID, true); err != nil {
			t.Fatal(err)
		}
		all, err := k.service.Notes(ctx, anna, a.ID)
		if err != nil || len(all) != 2 || all[0].By != "Cora" || all[0].Resolved.IsZero() {
			t.Fatalf("%+v %v", all, err)
		}
		k.denied("an author removes an editor's note", k.service.RemoveNote(ctx, anna, a.ID, first.ID))
		if err := k.service.RemoveNote(ctx, edna, a.ID, first.ID); err != nil {
			t.Fatal(err)
		}
		if all, _ := k.service.Notes(ctx, edna, a.ID); len(all) != 0 {
			t.Errorf("left: %+v", all)
		}
		if told, _ := k.service.Mentions(ctx, cora, 10); len(told) != 0 {
			t.Errorf("a mention of a removed note: %+v", told)
		}
	})
}

func TestTranslations_Sets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		a, b, c := k.by(edna, "One"), k.by(edna, "Eins"), k.by(edna, "Un")
		of := func(id int64) (names []string) {
			t.Helper()
			all, err := k.service.Translations(ctx, edna, id)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range all {
				names = append(names, o.Headline)
			}
			slices.Sort(names)
			return names
		}
		link := func(x, y article.Article) {
			t.Helper()
			if err := k.service.Translate(ctx, edna, x.ID, y.ID); err != nil {
				t.Fatal(err)
			}
		}
		link(a, b)
		link(c, b)
		if got := of(a.ID); !slices.Equal(got, []string{"Eins", "Un"}) {
			t.Errorf("%v", got)
		}
		if err := k.service.Translate(ctx, edna, a.ID, a.ID); !fault.Is(err, fault.Invalid) {
			t.Errorf("its own translation: %v", err)
		}
		k.denied("an author links an editor's article", k.service.Translate(ctx, anna, a.ID, c.ID))
		public := article.NewPublic(d, k.clock)
		if got, err := public.Translations(ctx, a.ID); err != nil || len(got) != 0 {
			t.Errorf("drafts among what readers see: %v %v", got, err)
		}
		k.must(k.service.Publish(ctx, edna, article.PublishInput{ID: b.ID, Revision: b.Revision}))
		if got, err := public.Translations(ctx, a.ID); err != nil || len(got) != 1 {
			t.Errorf("published ones: %v %v", got, err)
		}
		if err := k.service.Untranslate(ctx, edna, a.ID, b.ID); err != nil {
			t.Fatal(err)
		}
		if err := k.service.Untranslate(ctx, edna, a.ID, c.ID); err != nil {
			t.Fatal(err)
		}
		if got := of(a.ID); len(got) != 0 {
			t.Errorf("left: %v", got)
		}
	})
}

func TestPlannedPath_FollowsWordAndSection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		a := k.by(edna, "Over the sea")
		c := k.content("Over the sea")
		first, err := k.service.PlannedPath(ctx, a, &c, "")
		if err != nil {
			t.Fatal(err)
		}
		live := k.must(k.service.Publish(ctx, edna, article.PublishInput{ID: a.ID, Revision: a.Revision}))
		if live.Path != first {
			t.Errorf("planned %s, went out at %s", first, live.Path)
		}
		b := k.by(edna, "Over the sea")
		second, err := k.service.PlannedPath(ctx, b, &c, "")
		if err != nil || second == first {
			t.Errorf("%s %v", second, err)
		}
	})
}

func TestAddTag_AuthorsMakeNewOnes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newDesk(t, d), t.Context()
		made, err := k.service.AddTag(ctx, anna, "  Harbour   Office ")
		if err != nil || made.Name != "Harbour Office" {
			t.Fatalf("%+v %v", made, err)
		}
		again, err := k.service.AddTag(ctx, cora, "harbour office")
		if err != nil || again.ID != made.ID {
			t.Errorf("%+v %v", again, err)
		}
		_, err = k.service.AddTag(ctx, cora, "Brand new")
		k.denied("a contributor makes a tag", err)
		if _, err := k.service.AddTag(ctx, anna, "!!"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
	})
}
