package subscriber_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
)

func TestEngaged_TheDayForAMonth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		ann, bob := r.join("ann@paper.example"), r.join("bob@paper.example")
		write := func(what func(ctx context.Context, tx *db.Tx) error) error { return d.Write(t.Context(), what) }
		note := func(mark string) error {
			return write(func(ctx context.Context, tx *db.Tx) error { return r.Noted(ctx, tx, mark) })
		}
		list := subscriber.Audience{Newsletter: subscriber.PresetID, Engaged: subscriber.EngagedDays}
		want := func(when string, ids ...int64) {
			t.Helper()
			n, err := r.Count(t.Context(), d, list)
			members, err2 := r.Members(t.Context(), d, list, 0, 10)
			var got []int64
			for _, m := range members {
				got = append(got, m.ID)
			}
			slices.Sort(ids)
			if err != nil || err2 != nil || n != len(ids) || !slices.Equal(got, ids) {
				t.Errorf("%s: %d, %v, want %v (%v %v)", when, n, got, ids, err, err2)
			}
		}
		want("before anybody read")
		mark := r.Mark(subscriber.PresetID, ann.ID)
		if strings.Contains(mark, "@") || strings.Contains(mark, "ann") {
			t.Errorf("the mark is %s", mark)
		}
		if err := note(mark); err != nil {
			t.Fatal(err)
		}
		for what, forged := range map[string]string{"cut": mark[:len(mark)-2], "none": "x", "of another kind": strings.TrimPrefix(r.Links(subscriber.PresetID, ann.ID, 0).Preferences, origin+subscriber.PreferencesPath)} {
			if err := note(forged); !fault.Is(err, fault.Denied) {
				t.Errorf("a mark that is %s: %v", what, err)
			}
		}
		want("after one read", ann.ID)
		if n := r.count(`SELECT COUNT(*) FROM subscription WHERE engaged_at > 0 AND engaged_at % 86400000000 = 0`); n != 1 {
			t.Errorf("%d rows, or more than the day is kept", n)
		}
		own, err := r.Export(t.Context(), ann)
		if err != nil || !strings.Contains(string(own), `"last_opened_or_followed_a_link": "2026-11-26T00:00:00Z"`) {
			t.Errorf("own data: %s %v", own, err)
		}
		r.clock.Advance(20 * 24 * time.Hour)
		if err := note(r.Mark(subscriber.PresetID, bob.ID)); err != nil {
			t.Fatal(err)
		}
		want("after the other one read", ann.ID, bob.ID)
		r.clock.Advance(12 * 24 * time.Hour)
		if err := r.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.work()
		if n := r.count(`SELECT COUNT(*) FROM subscription WHERE engaged_at > 0`); n != 1 {
			t.Errorf("after a month %d days are kept", n)
		}
		want("after a month", bob.ID)
		if err := write(r.ForgetEngaged); err != nil {
			t.Fatal(err)
		}
		want("after it was switched off")
		// Erased with everything else.
		if err := note(r.Mark(subscriber.PresetID, bob.ID)); err != nil {
			t.Fatal(err)
		}
		if err := r.EraseFor(t.Context(), admin, bob.ID, false); err != nil {
			t.Fatal(err)
		}
		if err := note(r.Mark(subscriber.PresetID, bob.ID)); err != nil || r.count(`SELECT COUNT(*) FROM subscription WHERE engaged_at > 0`) != 0 {
			t.Errorf("after erasure: %v", err)
		}
	})
}

func TestExpand_SectionsAreChoices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		n, err := r.SaveNewsletter(t.Context(), editor, subscriber.Newsletter{ID: subscriber.PresetID, Slug: "morning", Name: "Morning", Rhythms: subscriber.Rhythms(), Open: true})
		if err != nil {
			t.Fatal(err)
		}
		pick := func(sections ...int64) subscriber.Pick {
			p := subscriber.Pick{Newsletter: n.ID, Rhythm: subscriber.RhythmDaily}
			for _, id := range sections {
				p.Interests = append(p.Interests, subscriber.Interest{Kind: subscriber.InterestSection, ID: id})
			}
			return p
		}
		r.join("all@paper.example", pick())
		r.join("one@paper.example", pick(1))
		r.join("both@paper.example", pick(1, 2))
		for _, c := range []struct {
			sections []int64
			want     int
		}{{nil, 3}, {[]int64{1}, 2}, {[]int64{2}, 1}, {[]int64{0}, 1}, {[]int64{0, 2}, 2}, {[]int64{7}, 0}} {
			a := subscriber.Audience{Newsletter: n.ID, Sections: c.sections}
			got, err := r.Count(t.Context(), d, a)
			if err != nil || got != c.want {
				t.Errorf("%v: %d readers, want %d (%v)", c.sections, got, c.want, err)
			}
			a, err = r.Expand(t.Context(), d, a)
			if err != nil {
				t.Fatal(err)
			}
			members, err := r.Members(t.Context(), d, a, 0, 10)
			if err != nil || len(members) != c.want || len(a.Sections) != 0 {
				t.Errorf("%v: members %v (%v)", c.sections, members, err)
			}
		}
	})
}
