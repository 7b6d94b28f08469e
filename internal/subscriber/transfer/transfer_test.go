package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/mail"
	"dateline/internal/settings"
	"dateline/internal/subscriber"
	"dateline/internal/subscriber/transfer"
	"dateline/internal/taxonomy"
	"dateline/internal/vault"
)

var (
	noon  = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	admin = account.Actor{ID: 1, Name: "Olga", Role: account.Administrator}
)

// room is a newsroom that readers move to.
type room struct {
	*subscriber.Service
	t     testing.TB
	db    *db.DB
	clock *clock.Manual
}

func newRoom(t testing.TB, d *db.DB) *room {
	t.Helper()
	v, err := vault.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, db: d, clock: clock.NewManual(noon)}
	r.Service = subscriber.NewService(subscriber.Parts{DB: d, Clock: r.clock, Vault: v, Settings: settings.NewStore(d),
		Post: subscriber.Post{Send: func(context.Context, mail.Message) error { return nil }, Origin: func() string { return "https://paper.example" }}})
	return r
}

func (r *room) newsletter(slug string) int64 {
	r.t.Helper()
	n, err := r.SaveNewsletter(r.t.Context(), admin, subscriber.Newsletter{Slug: slug, Name: slug, Rhythms: []string{"edition", "daily"}, Open: true})
	if err != nil {
		r.t.Fatal(err)
	}
	return n.ID
}

func files(t testing.TB, names ...string) []transfer.File {
	t.Helper()
	var paths []string
	for _, name := range names {
		paths = append(paths, filepath.Join("testdata", name))
	}
	list, done, err := transfer.OpenFiles(paths)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	return list
}

func text(t testing.TB, name, content string) []transfer.File {
	t.Helper()
	list, err := transfer.Unpack(name, strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (r *room) take(list []transfer.File, opt transfer.Options) *transfer.Report {
	r.t.Helper()
	rep, err := transfer.Run(r.t.Context(), r.Service, r.clock, admin, list, opt)
	if err != nil {
		r.t.Fatalf("run: %v (%s)", err, fault.HintOf(err))
	}
	if !rep.Balanced() || !rep.Done {
		r.t.Errorf("the account does not balance: %+v", rep)
	}
	return rep
}

// counts are the five sums of a report.
func counts(rep *transfer.Report) [5]int64 {
	return [5]int64{rep.New, rep.Updated, rep.Unchanged, rep.KeptOut, rep.Failed}
}

// people describes all readers, and who is barred, as "state newsletters".
func (r *room) people(barred ...string) map[string]string {
	r.t.Helper()
	all, err := r.AllNewsletters(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	slugs := map[int64]string{}
	counted := map[int64]int64{}
	for _, n := range all {
		slugs[n.ID], counted[n.ID] = n.Slug, n.Readers
	}
	out := map[string]string{}
	active := int64(0)
	err = r.Out(r.t.Context(), admin, subscriber.OutOptions{}, func(o subscriber.Outgoing) error {
		line := []string{string(o.State)}
		for _, p := range o.Reads {
			if p.Until.IsZero() {
				line = append(line, slugs[p.Newsletter])
				if o.State == subscriber.Active {
					counted[p.Newsletter]--
				}
			}
		}
		if o.State == subscriber.Active {
			active++
		}
		slices.Sort(line[1:])
		out[o.Address] = strings.Join(line, " ")
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	for n, rest := range counted {
		if rest != 0 {
			r.t.Errorf("newsletter %s counts %d readers too many", slugs[n], rest)
		}
	}
	if _, kept, err := r.ReadersShown(r.t.Context()); err != nil || kept != active {
		r.t.Errorf("%d active readers are counted, there are %d: %v", kept, active, err)
	}
	for _, address := range barred {
		why, err := r.Suppressed(r.t.Context(), r.db, address)
		if err != nil {
			r.t.Fatal(err)
		}
		out["barred "+address] = string(why)
	}
	return out
}

func (r *room) expect(want map[string]string) {
	r.t.Helper()
	var barred []string
	for name := range want {
		if address, ok := strings.CutPrefix(name, "barred "); ok {
			barred = append(barred, address)
		}
	}
	if d := cmp.Diff(want, r.people(barred...)); d != "" {
		r.t.Errorf("readers (-want +got):\n%s", d)
	}
}

const (
	ada, bo, gone, dead, wait = "ada@harbour.example", "bo@harbour.example", "gone@harbour.example", "dead@harbour.example", "wait@harbour.example"
)

// formats are the samples of testdata and what becomes of them.
var formats = []struct {
	name   string
	files  []string
	labels bool // by list, else all into morning
	source transfer.Source
	counts [5]int64
	people map[string]string
	kept   map[string]int
	fails  map[string]int
}{
	{name: "mailchimp", files: []string{"mailchimp_subscribed.csv", "mailchimp_unsubscribed.csv", "mailchimp_cleaned.csv"}, source: transfer.Mailchimp,
		counts: [5]int64{3, 0, 0, 3, 0}, kept: map[string]int{subscriber.KeptFileLeft: 1, subscriber.KeptFileComplained: 1, subscriber.KeptFileBounced: 1},
		people: map[string]string{ada: "active morning", bo: "active morning", "postmaster@harbour.example": "active morning", "barred " + gone: "left",
			"barred angry@harbour.example": "complained", "barred " + dead: "bounced"}},
	{name: "mailchimp by tag", files: []string{"mailchimp_subscribed.csv"}, labels: true, source: transfer.Mailchimp,
		counts: [5]int64{2, 0, 0, 1, 0}, kept: map[string]int{transfer.ReasonNewsletter: 1},
		people: map[string]string{ada: "active morning world", bo: "active world"}},
	{name: "substack, former columns", files: []string{"substack_old.csv"}, source: transfer.Substack, counts: [5]int64{2, 0, 0, 1, 0},
		kept: map[string]int{subscriber.KeptFileLeft: 1}, people: map[string]string{ada: "active morning", bo: "active morning", "barred " + gone: "left"}},
	{name: "substack, present columns", files: []string{"substack_new.csv"}, source: transfer.Substack, counts: [5]int64{2, 0, 0, 0, 0},
		people: map[string]string{ada: "active morning", bo: "active morning"}},
	{name: "ghost", files: []string{"ghost_members.csv"}, source: transfer.Ghost, counts: [5]int64{2, 0, 0, 1, 0},
		kept: map[string]int{subscriber.KeptFileLeft: 1}, people: map[string]string{ada: "active morning", bo: "active morning", "barred " + gone: "left"}},
	{name: "listmonk", files: []string{"listmonk_subscribers.csv"}, source: transfer.Listmonk, counts: [5]int64{2, 0, 0, 2, 0},
		kept:   map[string]int{subscriber.KeptFileLeft: 2},
		people: map[string]string{ada: "active morning", bo: "active morning", "barred " + gone: "left", "barred off@harbour.example": "left"}},
	{name: "mailpoet by list", files: []string{"mailpoet_export.csv"}, labels: true, source: transfer.MailPoet, counts: [5]int64{3, 1, 0, 3, 0},
		kept: map[string]int{subscriber.KeptFileLeft: 2, subscriber.KeptFileBounced: 1},
		people: map[string]string{ada: "active morning world", bo: "active morning", wait: "pending morning", "barred " + gone: "left", "barred " + dead: "bounced",
			"barred " + bo: ""}},
	{name: "beehiiv", files: []string{"beehiiv_subscribers.csv"}, source: transfer.Beehiiv, counts: [5]int64{4, 0, 0, 3, 0},
		kept: map[string]int{subscriber.KeptFileLeft: 2, subscriber.KeptFileBounced: 1},
		people: map[string]string{ada: "active morning", bo: "active morning", wait: "pending morning", "check@harbour.example": "pending morning",
			"barred " + gone: "left", "barred was@harbour.example": "left", "barred " + dead: "bounced"}},
	{name: "semicolons in Windows-1252", files: []string{"any_windows.csv"}, source: transfer.Other, counts: [5]int64{1, 0, 0, 1, 0},
		kept: map[string]int{subscriber.KeptFileLeft: 1}, people: map[string]string{ada: "active morning", "barred " + bo: "left"}},
	{name: "addresses alone", files: []string{"any_bare.txt"}, source: transfer.Other, counts: [5]int64{2, 0, 0, 0, 1},
		fails: map[string]int{subscriber.FailedAddress: 1}, people: map[string]string{ada: "active morning", bo: "active morning"}},
	{name: "tabs in UTF-16", files: []string{"any_utf16.csv"}, source: transfer.Other, counts: [5]int64{2, 0, 0, 0, 0},
		people: map[string]string{ada: "active morning", bo: "active morning"}},
}

func TestRun_EachFormat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, f := range formats {
			t.Run(f.name, func(t *testing.T) {
				r := newRoom(t, dbtest.Open(t, d.Engine()))
				opt := transfer.Options{Into: r.newsletter("morning")}
				world := r.newsletter("world")
				if f.labels {
					opt.Labels, opt.Into = map[string]int64{"Morning": opt.Into, "World": world}, 0
				}
				dry := opt
				dry.Dry = true
				first := r.take(files(t, f.files...), dry)
				if len(r.people()) != 0 {
					t.Error("a dry run took somebody in")
				}
				rep := r.take(files(t, f.files...), opt)
				if rep.Files[0].Source != f.source {
					t.Errorf("source %s", rep.Files[0].Source)
				}
				if d := cmp.Diff(f.counts, counts(rep)) + cmp.Diff(counts(rep), counts(first)); d != "" {
					t.Errorf("new, updated, unchanged, kept, failed:\n%s%+v", d, rep.Problems)
				}
				if f.kept == nil {
					f.kept = map[string]int{}
				}
				if f.fails == nil {
					f.fails = map[string]int{}
				}
				if d := cmp.Diff(f.kept, rep.Kept) + cmp.Diff(f.fails, rep.Failures); d != "" {
					t.Error(d)
				}
				r.expect(f.people)
				again := r.take(files(t, f.files...), opt)
				if again.New+again.Updated != 0 || again.Failed != rep.Failed {
					t.Errorf("the second run: %+v", counts(again))
				}
				r.expect(f.people)
			})
		}
	})
}

func TestRun_KeepsWhatIsKnownOfAReader(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		morning := r.newsletter("morning")
		r.take(files(t, "mailchimp_subscribed.csv"), transfer.Options{Into: morning})
		got, err := r.Find(t.Context(), admin, "ADA@harbour.example")
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != "Ada O'Quay" || got.Zone != "Europe/Berlin" || got.Source != "mailchimp" || got.Created.Format(time.DateOnly) != "2021-03-04" ||
			got.Confirmed.Format(time.DateTime) != "2021-03-04 09:16:10" || len(got.Picks) != 1 || got.Picks[0].Rhythm != "edition" {
			t.Errorf("%+v", got)
		}
		log, err := r.History(t.Context(), admin, got.ID)
		if err != nil || len(log) != 1 || log[0].What != "imported" || log[0].Origin != "203.0.113.0/24" || !log[0].At.Equal(noon) ||
			!strings.Contains(string(log[0].Detail), `"file":"mailchimp_subscribed.csv"`) || !strings.Contains(string(log[0].Detail), "2021-03-04T09:15:00Z") {
			t.Errorf("consent log: %+v %v", log, err)
		}
		rows, err := audit.Before(t.Context(), d, 0, 10)
		if err != nil || rows[0].Verb != "import readers done" || rows[0].Actor != "Olga" || rows[1].Verb != "import readers" {
			t.Errorf("audit: %+v %v", rows, err)
		}
		for _, row := range rows {
			if strings.Contains(string(row.Detail), "harbour.example") {
				t.Errorf("an address in the log: %s", row.Detail)
			}
		}
	})
}

func TestRun_NeverRevives(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		ctx := t.Context()
		morning, world := r.newsletter("morning"), r.newsletter("world")
		const head = "email,status\n"
		list := head
		for _, who := range []string{"left", "bounced", "complained", "partly", "pending"} {
			list += who + "@x.example,active\n"
		}
		r.take(text(t, "a.csv", list), transfer.Options{Labels: map[string]int64{"-": world}, Into: morning})
		r.take(text(t, "b.csv", head+"partly@x.example,active\n"), transfer.Options{Into: world})
		id := func(who string) int64 {
			got, err := r.Find(ctx, admin, who+"@x.example")
			if err != nil {
				t.Fatal(err)
			}
			return got.ID
		}
		write := func(fn func(ctx context.Context, tx *db.Tx) error) {
			if err := d.Write(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		links := r.Links(morning, id("left"), 0)
		a, err := r.EnterLeave(links.Unsubscribe[strings.LastIndex(links.Unsubscribe, "/")+1:])
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Leave(ctx, a, true, subscriber.Consent{}); err != nil {
			t.Fatal(err)
		}
		links = r.Links(morning, id("partly"), 0)
		if a, err = r.EnterLeave(links.Unsubscribe[strings.LastIndex(links.Unsubscribe, "/")+1:]); err != nil {
			t.Fatal(err)
		}
		if err := r.Leave(ctx, a, false, subscriber.Consent{}); err != nil {
			t.Fatal(err)
		}
		bounced, complained := id("bounced"), id("complained")
		write(func(ctx context.Context, tx *db.Tx) error { return r.Bounced(ctx, tx, bounced, true) })
		write(func(ctx context.Context, tx *db.Tx) error { return r.Complained(ctx, tx, complained) })
		if err := r.EraseFor(ctx, admin, id("pending"), true); err != nil {
			t.Fatal(err)
		}
		rep := r.take(text(t, "a.csv", list), transfer.Options{Into: morning})
		want := map[string]int{subscriber.KeptLeft: 1, subscriber.KeptBounced: 1, subscriber.KeptComplained: 1, subscriber.KeptLeftThis: 1, subscriber.KeptNever: 1}
		if d := cmp.Diff(want, rep.Kept); d != "" {
			t.Error(d)
		}
		r.expect(map[string]string{"left@x.example": "ended", "bounced@x.example": "bounced", "complained@x.example": "complained", "partly@x.example": "active world",
			"barred pending@x.example": "never"})
	})
}

func TestRun_WordOfTheFileAgainstWordHere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		ctx := t.Context()
		morning := r.newsletter("morning")
		world := r.newsletter("world")
		r.take(text(t, "a.csv", "email\nada@x.example\nbo@x.example\ncy@x.example\n"), transfer.Options{Into: morning})
		r.take(text(t, "w.csv", "email\ncy@x.example\n"), transfer.Options{Into: world})
		got, err := r.Find(ctx, admin, "ada@x.example")
		if err != nil {
			t.Fatal(err)
		}
		links := r.Links(morning, got.ID, 0)
		a, err := r.Enter(links.Preferences[strings.LastIndex(links.Preferences, "/")+1:])
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Choose(ctx, a, subscriber.Wanted{Picks: []subscriber.Pick{{Newsletter: morning, Rhythm: "daily"}}}, subscriber.Consent{}); err != nil {
			t.Fatal(err)
		}
		left := "email,status,unsubscribed_at\n"
		for _, who := range []string{"ada", "bo", "cy"} {
			left += who + "@x.example,unsubscribed,2026-11-01 10:00:00\n"
		}
		rep := r.take(text(t, "b.csv", left), transfer.Options{Into: morning})
		if rep.Updated != 2 || rep.Kept[subscriber.KeptAgreedHere] != 1 {
			t.Errorf("%+v", rep)
		}
		r.expect(map[string]string{"ada@x.example": "active morning", "bo@x.example": "ended", "cy@x.example": "active world", "barred bo@x.example": "left", "barred cy@x.example": ""})
		// Later than their word here, the file's counts.
		r.take(text(t, "c.csv", "email,status,unsubscribed_at\nada@x.example,unsubscribed,2026-11-27 10:00:00\n"), transfer.Options{Into: morning})
		r.expect(map[string]string{"ada@x.example": "ended", "bo@x.example": "ended", "cy@x.example": "active world"})
	})
}

func TestRun_AsksOnlyWhenTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		morning := r.newsletter("morning")
		list := "email,status\nwait@x.example,pending\n"
		rep := r.take(text(t, "a.csv", list), transfer.Options{Into: morning})
		if rep.Pending != 1 || waiting(t, d) != 0 {
			t.Errorf("%+v, %d jobs", rep, waiting(t, d))
		}
		r.expect(map[string]string{"wait@x.example": "pending morning"})
		rep = r.take(text(t, "b.csv", "email,status\nother@x.example,pending\n"), transfer.Options{Into: morning, Ask: true})
		if rep.New != 1 || waiting(t, d) != 1 {
			t.Errorf("%+v, %d jobs", rep, waiting(t, d))
		}
		rep = r.take(text(t, "c.csv", "email,status\nwait@x.example,active\n"), transfer.Options{Into: morning})
		if rep.Updated != 1 {
			t.Errorf("%+v", rep)
		}
		r.expect(map[string]string{"wait@x.example": "active morning"})
	})
}

func waiting(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM job WHERE kind = $1`, subscriber.JobAsked).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRun_DryAndRealAgree(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		labels := map[string]int64{"a": r.newsletter("a"), "b": r.newsletter("b")}
		states := []string{"active", "pending", "unsubscribed", "bounced", "spam", "?", ""}
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			round++
			var b strings.Builder
			b.WriteString("email,name,status,list,created_at\n")
			for range rapid.IntRange(1, 40).Draw(rt, "rows") {
				// Few addresses, so that they meet again; some of former rounds.
				n := rapid.IntRange(0, 9).Draw(rt, "who")
				fmt.Fprintf(&b, "r%d-%d@x.example,%s,%s,%s,2020-01-01\n", round-rapid.IntRange(0, 1).Draw(rt, "round"), n,
					rapid.SampledFrom([]string{"", "Ann"}).Draw(rt, "name"), rapid.SampledFrom(states).Draw(rt, "state"), rapid.SampledFrom([]string{"a", "b", `"a,b"`, "c"}).Draw(rt, "list"))
			}
			opt := transfer.Options{Labels: labels}
			dry := opt
			dry.Dry = true
			list := text(t, "x.csv", b.String())
			want, got := r.take(list, dry), r.take(list, opt)
			if d := cmp.Diff(counts(want), counts(got)) + cmp.Diff(want.Kept, got.Kept); d != "" {
				rt.Fatalf("dry and real differ: %s\n%s", d, b.String())
			}
			people := r.people()
			again := r.take(list, opt)
			if again.New+again.Updated > 0 && !flips(b.String()) {
				rt.Fatalf("the second run: %v\n%s", counts(again), b.String())
			}
			if d := cmp.Diff(people, r.people()); d != "" && !flips(b.String()) {
				rt.Fatalf("the second run changed somebody: %s\n%s", d, b.String())
			}
		})
	})
}

// flips tells whether a file says of somebody on one list that they left and on
// another that they read: then a list is left only once the other is there.
func flips(list string) bool {
	leaves, reads := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(list) {
		who, _, _ := strings.Cut(line, ",")
		switch {
		case strings.Contains(line, ",unsubscribed,"):
			leaves[who] = true
		case strings.Contains(line, ",active,"), strings.Contains(line, ",pending,"):
			reads[who] = true
		}
	}
	for who := range leaves {
		if reads[who] {
			return true
		}
	}
	return false
}

func TestRun_KilledAndRunAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var b strings.Builder
		b.WriteString("email,name\n")
		for i := range 3500 {
			fmt.Fprintf(&b, "r%d@x.example,Reader %d\n", i, i)
		}
		list := text(t, "x.csv", b.String())
		r := newRoom(t, d)
		killed := errors.New("killed")
		var saved *transfer.Report
		opt := transfer.Options{}
		opt.Save = func(_ context.Context, _ *db.Tx, rep *transfer.Report) error {
			if rep.InFile > 2000 {
				return killed
			}
			saved = rep
			return nil
		}
		if _, err := transfer.Run(t.Context(), r.Service, r.clock, admin, list, opt); !errors.Is(err, killed) {
			t.Fatalf("err %v", err)
		}
		if n := len(r.people()); n != 2000 || saved.InFile != 2000 {
			t.Fatalf("%d readers, %d saved", n, saved.InFile)
		}
		opt.Save, opt.Resume = nil, saved
		if rep := r.take(list, opt); rep.New != 3500 || rep.InFile != 3500 {
			t.Errorf("the report of both parts: %+v", counts(rep))
		}
		people := r.people()
		if rep := r.take(list, transfer.Options{}); rep.Unchanged != 3500 || len(people) != 3500 {
			t.Errorf("once more: %+v, %d readers", counts(rep), len(people))
		}
	})
}

func TestRun_SaysWhatIsWrong(t *testing.T) {
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	rep := r.take(text(t, "x.csv", "email,status,created_at\nx@y.example,puzzled,\nno address,active,\n,active,\nnul\x00@y.example,active,\na@y.example,,\nb@y.example,active,1/2/24\nc@gmial.com,active,\nd@mailinator.com,active,\ne@y.example,active,,,more\n"),
		transfer.Options{})
	want := map[string]int{transfer.ReasonState: 1, subscriber.FailedAddress: 1, transfer.ReasonNoAddress: 1, transfer.ReasonNUL: 1, transfer.ReasonNoState: 1,
		subscriber.FailedDisposable: 1, transfer.ReasonCells: 1}
	if d := cmp.Diff(want, rep.Failures) + cmp.Diff(map[string]int{transfer.WarnDate: 1, transfer.WarnTypo: 1}, rep.Warnings); d != "" {
		t.Error(d)
	}
	for _, p := range append(rep.Problems, rep.Warned...) {
		if p.Line < 2 || strings.Contains(p.Address, "gmial.com") && p.Address != "c…@gmial.com" {
			t.Errorf("%+v", p)
		}
	}
	for name, tc := range map[string]struct {
		content string
		opt     transfer.Options
		want    string
	}{
		"no addresses":   {"name,city\nAnn,Bonn\n", transfer.Options{}, "no column holds mail addresses"},
		"no such column": {"a,b\n1,2\n", transfer.Options{Choices: transfer.Choices{Map: map[transfer.Meaning]string{transfer.Email: "mail"}}}, `no column "mail"`},
		"no meaning":     {"a,b\n1,2\n", transfer.Options{Choices: transfer.Choices{Map: map[transfer.Meaning]string{"shoe": "a"}}}, "nothing that a column can mean"},
		"no newsletter":  {"email\na@x.example\n", transfer.Options{Into: 77}, "no such newsletter"},
		"broken":         {"email\na@x.example\n\"b\n", transfer.Options{}, "x.csv: line 3 cannot be read"},
	} {
		_, err := transfer.Run(t.Context(), r.Service, r.clock, admin, text(t, "x.csv", tc.content), tc.opt)
		if err == nil || !strings.Contains(err.Error(), tc.want) || fault.HintOf(err) == "" {
			t.Errorf("%s: %v (%s)", name, err, fault.HintOf(err))
		}
	}
	author := account.Actor{ID: 2, Name: "Ann", Role: account.Editor}
	if _, err := transfer.Run(t.Context(), r.Service, r.clock, author, text(t, "x.csv", "email\na@x.example\n"), transfer.Options{}); !fault.Is(err, fault.Denied) {
		t.Errorf("an editor: %v", err)
	}
	f, err := transfer.FormatNamed("ghost")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transfer.Export(t.Context(), r.Service, author, &bytes.Buffer{}, f); !fault.Is(err, fault.Denied) {
		t.Errorf("an editor exports: %v", err)
	}
}

const world = 77

// choose makes a reader read one newsletter daily, and some of it: a section, a
// storyline, and a section that no other site has.
func (r *room) choose(address string, newsletter int64) {
	r.t.Helper()
	r.section(world)
	one, err := r.Find(r.t.Context(), admin, address)
	if err != nil {
		r.t.Fatal(err)
	}
	a, err := r.Enter(strings.TrimPrefix(r.Links(newsletter, one.ID, 0).Preferences, "https://paper.example"+subscriber.PreferencesPath))
	if err != nil {
		r.t.Fatal(err)
	}
	picks := []subscriber.Pick{{Newsletter: newsletter, Rhythm: "daily", Interests: []subscriber.Interest{{Kind: "section", ID: world}, {Kind: "section", ID: 78}, {Kind: "storyline", ID: 5, Name: "The Harbour"}}}}
	if err := r.Choose(r.t.Context(), a, subscriber.Wanted{Picks: picks, Name: one.Name}, subscriber.Consent{}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) section(id int64) {
	r.t.Helper()
	if err := r.db.Write(r.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := taxonomy.SaveSection(ctx, tx, taxonomy.Section{ID: id, Slug: "world", Name: "World"}, noon)
		return err
	}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) slug(word string) int64 {
	r.t.Helper()
	all, err := r.AllNewsletters(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	for _, n := range all {
		if n.Slug == word {
			return n.ID
		}
	}
	return 0
}

func TestExport_ComesBackTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		labels := map[string]int64{"Morning": r.newsletter("morning"), "World": r.newsletter("world")}
		r.take(files(t, "mailpoet_export.csv"), transfer.Options{Labels: labels})
		r.take(text(t, "more.csv", "email,name,list\nevil@x.example,\"=HYPERLINK(\"\"http://evil.example\"\")\",morning\nquote@x.example,\"Say \"\"hi\"\", he; said\",world\nout@x.example,,morning\ndud@x.example,,world\n"), transfer.Options{Labels: labels})
		r.take(text(t, "gone.csv", "email,status,list\nout@x.example,unsubscribed,morning\ndud@x.example,bounced,world\n"), transfer.Options{Labels: labels})
		r.choose("evil@x.example", labels["Morning"])
		want := r.people()
		for _, f := range transfer.Formats() {
			var b bytes.Buffer
			out, err := transfer.Export(t.Context(), r.Service, admin, &b, f)
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if strings.Contains(b.String(), `,"=HYP`) || strings.Contains(b.String(), ",=HYP") {
				t.Errorf("%s holds a formula", f.Name)
			}
			if f.Name == "json" {
				if !strings.Contains(b.String(), `"what":"imported"`) || !strings.HasSuffix(b.String(), "\n]}\n") {
					t.Errorf("json: %.300s", b.String())
				}
				half := b.String()[:b.Len()/2]
				if _, err := transfer.Run(t.Context(), newRoom(t, dbtest.Open(t, d.Engine())).Service, r.clock, admin, text(t, f.File, half), transfer.Options{}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "broken") {
					t.Errorf("half of the JSON: %v", err)
				}
			}
			list, err := transfer.Unpack(f.File, bytes.NewReader(b.Bytes()), int64(b.Len()))
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			home := newRoom(t, dbtest.Open(t, d.Engine()))
			opt := transfer.Options{Labels: map[string]int64{"morning": home.newsletter("morning"), "world": home.newsletter("world")}}
			own := f.Name == "dateline" || f.Name == "json"
			if own {
				opt.Labels = nil
				home.section(world)
			}
			if f.Name == "substack" || f.Name == "listmonk" { // these have no lists
				opt.Into, opt.Labels = opt.Labels["morning"], nil
			}
			rep := home.take(list, opt)
			if rep.Failed != 0 || !own && string(rep.Files[0].Source) != f.Name || own && rep.Files[0].Source != transfer.Dateline {
				t.Errorf("%s: %+v", f.Name, rep)
			}
			got, expect := home.people(), maps.Clone(want)
			for who, state := range expect {
				if opt.Into != 0 && strings.HasPrefix(state, "active") {
					expect[who] = "active morning"
				}
				// Who left or bounced comes back as a suppression alone, and not
				// every system has a word for who has not confirmed.
				if !strings.HasPrefix(state, "active") && !strings.HasPrefix(state, "pending") || got[who] == "" && strings.HasPrefix(state, "pending") && out.LeftOut > 0 {
					delete(expect, who)
				}
			}
			if d := cmp.Diff(expect, got); d != "" {
				t.Errorf("%s comes back otherwise (-left +came):\n%s", f.Name, d)
			}
			for who, why := range map[string]subscriber.Why{"out@x.example": subscriber.WhyLeft, "dud@x.example": ""} {
				got, err := home.Suppressed(t.Context(), home.db, who)
				if err != nil || got == "" || why != "" && got != why {
					t.Errorf("%s: %s came back as %q %v", f.Name, who, got, err)
				}
			}
			evil, err := home.Find(t.Context(), admin, "evil@x.example")
			if own {
				wanted := []subscriber.Pick{{Newsletter: home.slug("morning"), Rhythm: "daily", Interests: []subscriber.Interest{{Kind: "section", ID: world}, {Kind: "storyline", ID: 5, Name: "The Harbour"}}}}
				if d := cmp.Diff(wanted, evil.Picks); d != "" {
					t.Errorf("%s: choices come back otherwise (-left +came):\n%s", f.Name, d)
				}
			}
			if err != nil || f.Name != "substack" && evil.Name != `=HYPERLINK("http://evil.example")` {
				t.Errorf("%s: the name %q %v", f.Name, evil.Name, err)
			}
		}
	})
}

func BenchmarkRun(b *testing.B) {
	for _, engine := range dbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			const rows = 100_000
			var list strings.Builder
			raw, err := os.ReadFile(filepath.Join("testdata", "mailchimp_subscribed.csv"))
			if err != nil {
				b.Fatal(err)
			}
			head, _, _ := strings.Cut(string(raw), "\n")
			list.WriteString(head + "\n")
			for i := range rows {
				fmt.Fprintf(&list, "reader.%d@mail%d.example,Ada,\"O'Quay %d\",,2,\"2021-03-04 09:15:00\",203.0.113.9,\"2021-03-04 09:16:10\",203.0.113.9,53.55,9.99,1,2,Europe/Berlin,DE,HH,\"2024-01-02 10:00:00\",%d,a1b2c3,,\"\"\"World\"\"\"\n", i, i%50, i, i)
			}
			for b.Loop() {
				b.StopTimer()
				r := newRoom(b, dbtest.Open(b, engine))
				in := text(b, "subscribed.csv", list.String())
				b.StartTimer()
				rep, err := transfer.Run(b.Context(), r.Service, clock.System{}, admin, in, transfer.Options{})
				if err != nil || rep.New != rows {
					b.Fatalf("%+v %v", rep, err)
				}
			}
		})
	}
}
