package subscriber_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/mail"
	"dateline/internal/settings"
	"dateline/internal/subscriber"
	"dateline/internal/vault"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

const origin = "https://paper.example"

// room is a newsroom with its readers.
type room struct {
	*subscriber.Service
	t     *testing.T
	db    *db.DB
	clock *clock.Manual
	jobs  *job.Runner
	vault *vault.Vault

	asks int
	mu   sync.Mutex
	sent []mail.Message
	fail error // what the mail server says
}

func newRoom(t *testing.T, d *db.DB) *room {
	t.Helper()
	v, err := vault.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, db: d, clock: clock.NewManual(noon), vault: v}
	r.Service = subscriber.NewService(subscriber.Parts{DB: d, Clock: r.clock, Vault: v, Settings: settings.NewStore(d),
		Post: subscriber.Post{Send: r.send, Origin: func() string { return origin }}})
	r.jobs = job.NewRunner(d, r.clock, slog.New(slog.DiscardHandler))
	r.jobs.Handle(subscriber.JobAsked, r.HandleAsked)
	r.jobs.Handle(subscriber.JobLetter, r.HandleLetter)
	r.jobs.Handle(subscriber.JobTidy, r.HandleTidy)
	return r
}

func (r *room) send(_ context.Context, m mail.Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return r.fail
	}
	r.sent = append(r.sent, m)
	return nil
}

// work runs the jobs that are due and returns the letters they sent.
func (r *room) work() []mail.Message {
	r.t.Helper()
	if err := r.jobs.Drain(r.t.Context()); err != nil {
		r.t.Fatalf("jobs: %v", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.sent
	r.sent = nil
	return out
}

// from is a client's address of its own for each n.
func from(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(n >> 8), byte(n), 1}) }

var seen = subscriber.Consent{Page: "/newsletter/", Text: "Your address is never sold.", Client: netip.MustParseAddr("203.0.113.77")}

func (r *room) ask(address string, picks ...subscriber.Pick) {
	r.t.Helper()
	by := seen
	r.asks++
	by.Client = from(40_000 + r.asks)
	if err := r.Subscribe(r.t.Context(), subscriber.Wish{Address: address, Picks: picks, Consent: by}); err != nil {
		r.t.Fatalf("subscribe %s: %v", address, err)
	}
}

var link = regexp.MustCompile(`https://paper\.example(/newsletter/[a-z-]+/)(\S+)`)

// token returns the token of the first link of a kind in a letter.
func token(t *testing.T, m mail.Message, path string) string {
	t.Helper()
	for _, found := range link.FindAllStringSubmatch(m.Text, -1) {
		if found[1] == path {
			return found[2]
		}
	}
	t.Fatalf("no link to %s in:\n%s", path, m.Text)
	return ""
}

// join makes somebody a reader and returns an access with a fresh link.
func (r *room) join(address string, picks ...subscriber.Pick) subscriber.Access {
	r.t.Helper()
	r.ask(address, picks...)
	letters := r.work()
	if len(letters) != 1 || letters[0].To != address {
		r.t.Fatalf("after signing up: %+v", letters)
	}
	c, err := r.Confirm(r.t.Context(), token(r.t, letters[0], subscriber.ConfirmPath), seen)
	if err != nil || c.Done {
		r.t.Fatalf("confirm: %+v %v", c, err)
	}
	if letters = r.work(); len(letters) != 1 || letters[0].Unsubscribe == "" {
		r.t.Fatalf("welcome: %+v", letters)
	}
	return r.fresh(token(r.t, letters[0], subscriber.PreferencesPath))
}

// fresh asks for a fresh link with another one.
func (r *room) fresh(old string) subscriber.Access {
	r.t.Helper()
	a, err := r.Enter(old)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.SendFresh(r.t.Context(), a); err != nil {
		r.t.Fatal(err)
	}
	letters := r.work()
	if len(letters) != 1 {
		r.t.Fatalf("fresh link: %+v", letters)
	}
	if a, err = r.Enter(token(r.t, letters[0], subscriber.PreferencesPath)); err != nil || !a.Fresh {
		r.t.Fatalf("fresh link: %+v %v", a, err)
	}
	return a
}

// editor, admin and nobody are people of the newsroom.
var (
	editor = account.Actor{ID: 2, Name: "Eda", Role: account.Editor}
	admin  = account.Actor{ID: 3, Name: "Ada", Role: account.Administrator}
	author = account.Actor{ID: 4, Name: "Abe", Role: account.Author}
)

func (r *room) count(query string, args ...any) int {
	r.t.Helper()
	var n int
	if err := r.db.QueryRow(r.t.Context(), query, args...).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// exact checks that the kept counts are what counting finds.
func (r *room) exact(active int) {
	r.t.Helper()
	if n := r.count(`SELECT COUNT(*) FROM subscriber WHERE state = 'active'`); n != active {
		r.t.Errorf("%d active, want %d", n, active)
	}
	if n := r.count(`SELECT COALESCE(SUM(active), 0) FROM reader_count`); n != active {
		r.t.Errorf("kept count %d, want %d", n, active)
	}
	wrong := r.count(`SELECT COUNT(*) FROM newsletter WHERE readers <> (SELECT COUNT(*) FROM subscription WHERE newsletter_id = newsletter.id AND active = 1)`)
	if wrong != 0 {
		r.t.Errorf("%d newsletters count their readers wrongly", wrong)
	}
	if n := r.count(`SELECT COUNT(*) FROM subscription AS n JOIN subscriber AS s ON s.id = n.subscriber_id WHERE n.active = 1 AND s.state <> 'active'`); n != 0 {
		r.t.Errorf("%d subscriptions are active without their reader", n)
	}
}

func TestSubscribe_FromAskingToReading(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.ask("Ann.Reader@Example.ORG")
		r.exact(0)
		letters := r.work()
		if len(letters) != 1 || letters[0].To != "Ann.Reader@example.org" || letters[0].Unsubscribe != "" {
			t.Fatalf("letters: %+v", letters)
		}
		confirm := token(t, letters[0], subscriber.ConfirmPath)
		c, err := r.Confirmation(t.Context(), confirm)
		if err != nil || c.Done || len(c.Newsletters) != 1 || c.Newsletters[0].Name != "Dateline" {
			t.Fatalf("looking at the link: %+v %v", c, err)
		}
		r.exact(0)
		if c, err = r.Confirm(t.Context(), confirm, seen); err != nil || c.Done {
			t.Fatalf("confirm: %+v %v", c, err)
		}
		r.exact(1)
		if c, err = r.Confirm(t.Context(), confirm, seen); err != nil || !c.Done {
			t.Errorf("confirm again: %+v %v, want done", c, err)
		}
		r.exact(1)
		letters = r.work()
		if len(letters) != 1 || !strings.HasPrefix(letters[0].Unsubscribe, origin+subscriber.OneClickPath) {
			t.Fatalf("welcome: %+v", letters)
		}
		found, err := r.Find(t.Context(), admin, "ann.reader@EXAMPLE.org")
		if err != nil || found.Address != "Ann.Reader@example.org" || found.State != subscriber.Active || len(found.Picks) != 1 {
			t.Fatalf("found %+v %v", found, err)
		}
		log, err := r.History(t.Context(), admin, found.ID)
		if err != nil || len(log) != 2 || log[0].What != "asked" || log[0].Text != seen.Text || log[0].Page != seen.Page || log[1].What != "confirmed" || log[1].Origin != "203.0.113.0/24" {
			t.Errorf("consents: %+v %v", log, err)
		}
		members, err := r.Members(t.Context(), d, subscriber.Audience{Newsletter: subscriber.PresetID}, 0, 10)
		if err != nil || len(members) != 1 || members[0].ID != found.ID {
			t.Fatalf("members %+v %v", members, err)
		}
		to, err := r.Recipients(t.Context(), d, subscriber.PresetID, []int64{5, found.ID})
		if err != nil || len(to) != 2 || to[0].Active || to[0].ID != 5 || !to[1].Active || to[1].Address != "Ann.Reader@example.org" {
			t.Fatalf("recipients %+v %v", to, err)
		}
	})
}

// TestSubscribe_Bombing: ten thousand sign-ups for fifty mailboxes, in all their
// spellings and from many networks, send each mailbox one confirmation a day and
// three a week.
func TestSubscribe_Bombing(t *testing.T) {
	attempts := 10_000
	if testing.Short() {
		attempts = 2_000
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		spellings := []string{"victim%d@example.org", "Victim%d@EXAMPLE.org", "victim%d+news@example.org", "VICTIM%d+%d@example.org", "victim%d@example.org."}
		gmail := []string{"v.ic.tim%d@gmail.com", "victim%d+x%d@googlemail.com", "V.I.C.T.I.M%d@GMail.com"}
		got := map[string]int{}
		read := func() {
			for _, m := range r.work() {
				local, domain, _ := strings.Cut(strings.ToLower(m.To), "@")
				local, _, _ = strings.Cut(local, "+")
				got[strings.ReplaceAll(local, ".", "")+"@"+strings.Replace(domain, "googlemail", "gmail", 1)]++
			}
		}
		var wait sync.WaitGroup
		for worker := range 8 {
			wait.Go(func() {
				for i := worker; i < attempts; i += 8 {
					form := spellings[i/50%len(spellings)]
					if i%50 >= 40 {
						form = gmail[i/50%len(gmail)]
					}
					address := fmt.Sprintf(form, i%50)
					if strings.Count(form, "%d") == 2 {
						address = fmt.Sprintf(form, i%50, i)
					}
					by := seen
					by.Client = from(i)
					if err := r.Subscribe(t.Context(), subscriber.Wish{Address: address, Consent: by}); err != nil {
						t.Errorf("%s: %v", address, err)
						return
					}
				}
			})
		}
		wait.Wait()
		read()
		if len(got) != 50 {
			t.Errorf("%d mailboxes got a letter, want 50", len(got))
		}
		for box, n := range got {
			if n != 1 {
				t.Errorf("%s got %d confirmations", box, n)
			}
		}
		again := func(after time.Duration) int {
			r.clock.Advance(after)
			clear(got)
			for i := range 100 {
				by := seen
				by.Client = from(20_000 + i)
				if err := r.Subscribe(t.Context(), subscriber.Wish{Address: fmt.Sprintf("victim%d+again%d@example.org", i%10, i), Consent: by}); err != nil {
					t.Fatal(err)
				}
			}
			read()
			return len(got)
		}
		if n := again(23 * time.Hour); n != 0 {
			t.Errorf("%d mailboxes got a second confirmation within a day", n)
		}
		if n := again(time.Hour); n != 10 {
			t.Errorf("%d mailboxes got one the next day, want 10: the limit never ends", n)
		}
		if n := again(25 * time.Hour); n != 10 {
			t.Errorf("%d mailboxes got a third one in the week, want 10", n)
		}
		if n := again(25 * time.Hour); n != 0 {
			t.Errorf("%d mailboxes got a fourth one in the week", n)
		}
		if n := again(7 * 24 * time.Hour); n != 10 {
			t.Errorf("%d mailboxes got one the week after, want 10", n)
		}
	})
}

func TestSubscribe_BoundsNetworksDomainsAndTheSite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		for i := range 6 {
			by := seen
			by.Client = netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)})
			err := r.Subscribe(t.Context(), subscriber.Wish{Address: fmt.Sprintf("a%d@one.example", i), Consent: by})
			if i < 5 && err != nil || i == 5 && (!errors.Is(err, subscriber.ErrTooMany) || !fault.Is(err, fault.TooMany)) {
				t.Errorf("sign-up %d from a network: %v", i, err)
			}
		}
		if n := len(r.work()); n != 5 {
			t.Fatalf("%d letters, want 5", n)
		}
		r.clock.Advance(2 * time.Minute)
		for i := range 100 {
			by := seen
			by.Client = from(i)
			if err := r.Subscribe(t.Context(), subscriber.Wish{Address: fmt.Sprintf("b%d@site%d.example", i, i), Consent: by}); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(r.work()); n != 60 {
			t.Errorf("%d letters in a minute, want 60", n)
		}
		r.clock.Advance(time.Minute)
		if n := len(r.work()); n != 40 {
			t.Errorf("%d letters in the next minute, want the 40 that waited", n)
		}
	})
}

func TestSubscribe_AnswersTheSameForAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		reader := r.join("ann@paper.example")
		left := r.join("bob@paper.example")
		if err := r.Leave(t.Context(), left, true, seen); err != nil {
			t.Fatal(err)
		}
		never := r.join("cyd@paper.example")
		if err := r.Erase(t.Context(), never, true); err != nil {
			t.Fatal(err)
		}
		r.clock.Advance(48 * time.Hour)
		before := r.count(`SELECT COUNT(*) FROM job`)
		for i, address := range []string{"ann@paper.example", "bob@paper.example", "cyd@paper.example", "dan@paper.example"} {
			by := seen
			by.Client = from(i)
			if err := r.Subscribe(t.Context(), subscriber.Wish{Address: address, Consent: by}); err != nil {
				t.Errorf("%s: %v", address, err)
			}
			if n := r.count(`SELECT COUNT(*) FROM job`); n != before+i+1 {
				t.Errorf("%s: %d jobs, want %d: somebody known makes other work", address, n-before, i+1)
			}
		}
		to := map[string]string{}
		for _, m := range r.work() {
			to[m.To] = m.Subject
		}
		want := map[string]string{"ann@paper.example": "You are a reader already: Dateline", "bob@paper.example": "Please confirm: Dateline", "dan@paper.example": "Please confirm: Dateline"}
		if diff := cmp.Diff(want, to); diff != "" {
			t.Errorf("letters: %s", diff)
		}
		if p, err := r.Preferences(t.Context(), reader); err != nil || p.Reader.State != subscriber.Active || len(p.Picks) != 1 {
			t.Errorf("a stranger's sign-up changed what Ann reads: %+v %v", p, err)
		}
		r.exact(1)
	})
}

// TestCounts_StayExact: readers come and go at once from many sides.
func TestCounts_StayExact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		daily, err := r.SaveNewsletter(t.Context(), editor, subscriber.Newsletter{Slug: "daily", Name: "Daily", Rhythms: []string{"daily", "each"}, Open: true, Position: 1})
		if err != nil {
			t.Fatal(err)
		}
		const readers = 24
		all := make([]subscriber.Access, readers)
		for i := range all {
			r.clock.Advance(2 * time.Minute)
			all[i] = r.join(fmt.Sprintf("reader%d@paper.example", i))
		}
		r.exact(readers)
		both := []subscriber.Pick{{Newsletter: subscriber.PresetID}, {Newsletter: daily.ID, Rhythm: "each"}}
		var wait sync.WaitGroup
		for i, a := range all {
			for range 3 {
				wait.Go(func() {
					var err error
					switch i % 6 {
					case 0:
						err = r.Leave(t.Context(), a, true, seen)
					case 1:
						err = r.Choose(t.Context(), a, subscriber.Wanted{Picks: both}, seen)
					case 2:
						err = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return r.Bounced(ctx, tx, a.ID, true) })
					case 3:
						err = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return r.Complained(ctx, tx, a.ID) })
					case 4:
						err = r.Erase(t.Context(), a, i%2 == 0)
					}
					if err != nil {
						t.Errorf("reader %d: %v", i, err)
					}
				})
			}
		}
		wait.Wait()
		r.exact(2 * readers / 6)
		n, err := r.Newsletter(t.Context(), d, daily.ID)
		if err != nil || n.Readers != readers/6 {
			t.Errorf("%d readers of the daily, want %d (%v)", n.Readers, readers/6, err)
		}
	})
}

func TestPreferences_LinksOfLettersDoNotShowTheAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		a := r.join("ann@paper.example")
		links := r.Links(subscriber.PresetID, a.ID, 7)
		for _, link := range []string{links.Unsubscribe, links.OneClick, links.Preferences} {
			if strings.Contains(link, "ann") || strings.Contains(link, "%40") || !strings.HasPrefix(link, origin) {
				t.Errorf("link %s", link)
			}
		}
		old, err := r.Enter(strings.TrimPrefix(links.Preferences, origin+subscriber.PreferencesPath))
		if err != nil || old.Fresh || old.ID != a.ID || old.Mailing != 7 {
			t.Fatalf("%+v %v", old, err)
		}
		if p, err := r.Preferences(t.Context(), old); err != nil || p.Address != "a…@paper.example" {
			t.Errorf("an old link shows %q (%v)", p.Address, err)
		}
		for what, err := range map[string]error{"erases": r.Erase(t.Context(), old, false), "moves": r.Move(t.Context(), old, "eve@evil.example", seen),
			"downloads": func() error { _, err := r.Export(t.Context(), old); return err }()} {
			if !fault.Is(err, fault.Denied) {
				t.Errorf("an old link %s: %v", what, err)
			}
		}
		if p, err := r.Preferences(t.Context(), a); err != nil || p.Address != "ann@paper.example" {
			t.Errorf("a fresh link shows %q (%v)", p.Address, err)
		}
		// A token for one thing is none for another.
		leave := strings.TrimPrefix(links.OneClick, origin+subscriber.OneClickPath)
		if _, err := r.Enter(leave); !fault.Is(err, fault.Denied) {
			t.Errorf("the token to leave opens the preferences: %v", err)
		}
		if _, err := r.Confirm(t.Context(), leave, seen); !fault.Is(err, fault.Denied) {
			t.Errorf("the token to leave confirms: %v", err)
		}
	})
}

func TestLeave_OneNewsletterOrAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		daily, err := r.SaveNewsletter(t.Context(), editor, subscriber.Newsletter{Slug: "daily", Name: "Daily", Rhythms: []string{"daily"}, Open: true})
		if err != nil {
			t.Fatal(err)
		}
		var told []int64
		r.OnLeft(func(_ context.Context, _ *db.Tx, a subscriber.Access) error {
			told = append(told, a.Mailing)
			return nil
		})
		a := r.join("ann@paper.example", subscriber.Pick{Newsletter: subscriber.PresetID}, subscriber.Pick{Newsletter: daily.ID})
		r.exact(1)
		own, err := r.Enter(strings.TrimPrefix(r.Links(daily.ID, a.ID, 8).Preferences, origin+subscriber.PreferencesPath))
		if err != nil {
			t.Fatal(err)
		}
		for _, picks := range [][]subscriber.Pick{{{Newsletter: subscriber.PresetID}}, {{Newsletter: subscriber.PresetID}}, {{Newsletter: subscriber.PresetID}, {Newsletter: daily.ID}}} {
			if err := r.Choose(t.Context(), own, subscriber.Wanted{Picks: picks}, seen); err != nil {
				t.Fatal(err)
			}
		}
		leave, err := r.EnterLeave(strings.TrimPrefix(r.Links(daily.ID, a.ID, 9).Unsubscribe, origin+subscriber.LeavePath))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := r.Leave(t.Context(), leave, false, seen); err != nil {
				t.Fatal(err)
			}
			r.exact(1)
		}
		to, err := r.Recipients(t.Context(), d, daily.ID, []int64{a.ID})
		if err != nil || to[0].Active || to[0].Address != "" {
			t.Errorf("who left gets it: %+v %v", to, err)
		}
		if n := r.count(`SELECT COUNT(*) FROM suppression`); n != 0 {
			t.Error("leaving one of two suppresses the mailbox")
		}
		if err := r.Leave(t.Context(), leave, true, seen); err != nil {
			t.Fatal(err)
		}
		r.exact(0)
		if why, err := r.Suppressed(t.Context(), d, "ann@paper.example"); err != nil || why != subscriber.WhyLeft {
			t.Errorf("suppressed %q %v", why, err)
		}
		if diff := cmp.Diff([]int64{8, 9, 9}, told); diff != "" {
			t.Errorf("told of mailings: %s", diff)
		}
		// Thirty days later the rows go, the hash stays.
		r.clock.Advance(31 * 24 * time.Hour)
		if err := r.HandleTidy(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if n := r.count(`SELECT COUNT(*) FROM subscriber`) + r.count(`SELECT COUNT(*) FROM subscription`) + r.count(`SELECT COUNT(*) FROM consent`); n != 0 {
			t.Errorf("%d rows are left of somebody who left long ago", n)
		}
		if why, _ := r.Suppressed(t.Context(), d, "ann@paper.example"); why != subscriber.WhyLeft {
			t.Errorf("suppressed %q afterwards", why)
		}
		if err := r.Leave(t.Context(), leave, true, seen); err != nil {
			t.Errorf("leaving after that: %v", err)
		}
	})
}

func TestConfirm_OnceWithinAWeek(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		r.ask("ann@paper.example")
		first := token(t, r.work()[0], subscriber.ConfirmPath)
		r.clock.Advance(25 * time.Hour)
		r.ask("ann@paper.example")
		second := token(t, r.work()[0], subscriber.ConfirmPath)
		if _, err := r.Confirm(t.Context(), first, seen); !errors.Is(err, subscriber.ErrUsed) {
			t.Errorf("a replaced link: %v", err)
		}
		if _, err := r.Confirm(t.Context(), second+"x", seen); !fault.Is(err, fault.Denied) {
			t.Errorf("a broken link: %v", err)
		}
		if _, err := r.Confirm(t.Context(), second, seen); err != nil {
			t.Fatal(err)
		}
		found, err := r.Find(t.Context(), admin, "ann@paper.example")
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Leave(t.Context(), subscriber.Access{ID: found.ID}, true, seen); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Confirm(t.Context(), second, seen); !errors.Is(err, subscriber.ErrUsed) {
			t.Errorf("the link brings somebody back who left: %v", err)
		}
		r.ask("late@paper.example")
		var late string
		for _, m := range r.work() {
			if m.To == "late@paper.example" {
				late = token(t, m, subscriber.ConfirmPath)
			}
		}
		r.clock.Advance(7*24*time.Hour + time.Second)
		if _, err := r.Confirm(t.Context(), late, seen); !fault.Is(err, fault.Gone) {
			t.Errorf("after a week: %v", err)
		}
		if err := r.HandleTidy(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if n := r.count(`SELECT COUNT(*) FROM subscriber WHERE state = 'pending'`) + r.count(`SELECT COUNT(*) FROM consent WHERE subscriber_id <> $1`, found.ID); n != 0 {
			t.Errorf("%d rows of an unconfirmed sign-up are left after a week", n)
		}
	})
}

func TestMove_IsConfirmedAtTheNewAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		daily, err := r.SaveNewsletter(t.Context(), editor, subscriber.Newsletter{Slug: "daily", Name: "Daily", Rhythms: []string{"daily"}, Open: true})
		if err != nil {
			t.Fatal(err)
		}
		a := r.join("ann@paper.example")
		r.join("ann@new.example", subscriber.Pick{Newsletter: daily.ID}) // the same person, with another newsletter
		r.exact(2)
		if err := r.Move(t.Context(), a, "Ann@New.Example", seen); err != nil {
			t.Fatal(err)
		}
		if err := r.Move(t.Context(), a, "third@new.example", seen); !errors.Is(err, subscriber.ErrTooMany) {
			t.Errorf("a second change on one day: %v", err)
		}
		to := map[string]mail.Message{}
		for _, m := range r.work() {
			to[m.To] = m
		}
		if len(to) != 2 || !strings.Contains(to["ann@paper.example"].Text, "A…@new.example") {
			t.Fatalf("letters: %v", to)
		}
		link := token(t, to["Ann@new.example"], subscriber.MovePath)
		for i := range 2 {
			if err := r.ConfirmMove(t.Context(), link, seen); i == 0 && err != nil || i == 1 && !errors.Is(err, subscriber.ErrUsed) {
				t.Errorf("confirming %d: %v", i, err)
			}
		}
		r.exact(1)
		found, err := r.Find(t.Context(), admin, "ann@new.example")
		if err != nil || found.ID != a.ID || len(found.Picks) != 2 {
			t.Errorf("after the move: %+v %v", found, err)
		}
		if _, err := r.Find(t.Context(), admin, "ann@paper.example"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old address is still known: %v", err)
		}
		r.clock.Advance(25 * time.Hour)
		a = r.fresh(strings.TrimPrefix(r.Links(0, a.ID, 0).Preferences, origin+subscriber.PreferencesPath))
		if err := r.Move(t.Context(), a, "ann@paper.example", seen); err != nil {
			t.Fatal(err)
		}
		if err := r.CancelMove(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if letters := r.work(); len(letters) != 0 {
			t.Errorf("letters about a change that was stopped: %+v", letters)
		}
	})
}

func TestBounced_HardAtOnceSoftAfterTheRule(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		bounce := func(id int64, hard bool) {
			t.Helper()
			if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return r.Bounced(ctx, tx, id, hard) }); err != nil {
				t.Fatal(err)
			}
		}
		hard, soft := r.join("hard@paper.example"), r.join("soft@paper.example")
		bounce(hard.ID, true)
		bounce(12345, true)
		r.exact(1)
		if why, _ := r.Suppressed(t.Context(), d, "hard@paper.example"); why != subscriber.WhyBounced {
			t.Errorf("suppressed %q", why)
		}
		for range 5 {
			bounce(soft.ID, false) // five in an hour are one trouble
		}
		r.exact(1)
		if to, _ := r.Recipients(t.Context(), d, subscriber.PresetID, []int64{soft.ID}); to[0].Soft != 5 {
			t.Errorf("recipient %+v", to[0])
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return r.Delivered(ctx, tx, soft.ID) }); err != nil {
			t.Fatal(err)
		}
		bounce(soft.ID, false)
		r.clock.Advance(4 * 24 * time.Hour)
		bounce(soft.ID, false)
		r.exact(1)
		r.clock.Advance(4 * 24 * time.Hour)
		bounce(soft.ID, false)
		r.exact(0)
		// Somebody whose mailbox works again may come back.
		r.ask("hard@paper.example")
		letters := r.work()
		if len(letters) != 1 {
			t.Fatalf("letters: %+v", letters)
		}
		if _, err := r.Confirm(t.Context(), token(t, letters[0], subscriber.ConfirmPath), seen); err != nil {
			t.Fatal(err)
		}
		r.exact(1)
	})
}

func TestAudience(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		n, err := r.SaveNewsletter(t.Context(), editor, subscriber.Newsletter{Slug: "daily", Name: "Daily", Rhythms: []string{"weekly", "daily", "daily"}, Open: true})
		if err != nil || cmp.Diff([]string{"daily", "weekly"}, n.Rhythms) != "" {
			t.Fatalf("%+v %v", n, err)
		}
		world := []subscriber.Interest{{Kind: "section", ID: 7}}
		var ids []int64
		for i := range 40 {
			r.clock.Advance(2 * time.Minute)
			a := r.join(fmt.Sprintf("reader%d@paper.example", i))
			pick := subscriber.Pick{Newsletter: n.ID, Rhythm: []string{"daily", "weekly"}[i%2]}
			if i%4 == 0 {
				pick.Interests = world
			}
			if err := r.Choose(t.Context(), a, subscriber.Wanted{Picks: []subscriber.Pick{pick}, Language: []string{"", "de"}[i/20]}, seen); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, a.ID)
		}
		choices, err := r.Choices(t.Context(), d, n.ID, "daily")
		if err != nil || len(choices) != 2 {
			t.Fatalf("choices %v %v", choices, err)
		}
		key := ""
		for k, list := range choices {
			if len(list) > 0 {
				key = k
			}
		}
		for want, a := range map[int]subscriber.Audience{40: {}, 20: {Rhythm: "daily"}, 10: {Interests: []string{key}}, 5: {Languages: []string{"de"}, Interests: []string{key}},
			0: {Rhythm: "each"}, 30: {Interests: []string{""}}, 1: {Since: r.clock.Now()}, 39: {Until: r.clock.Now()}} {
			a.Newsletter = n.ID
			got, err := r.Count(t.Context(), d, a)
			if err != nil || got != want {
				t.Errorf("%+v counts %d, want %d (%v)", a, got, want, err)
			}
			var walked []int64
			for after := int64(0); ; after = walked[len(walked)-1] {
				some, err := r.Members(t.Context(), d, a, after, 3)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range some {
					walked = append(walked, m.ID)
				}
				if len(some) < 3 {
					break
				}
			}
			if len(walked) != want || !slices.IsSorted(walked) {
				t.Errorf("%+v walks %d, want %d in order", a, len(walked), want)
			}
		}
		listed, err := r.List(t.Context(), admin, subscriber.Filter{Newsletter: n.ID, State: subscriber.Active, Limit: 25})
		if err != nil || len(listed) != 25 || listed[0].Address != "reader39@paper.example" {
			t.Errorf("listed %d: %v", len(listed), err)
		}
		to, err := r.Recipients(t.Context(), d, n.ID, ids)
		if err != nil || len(to) != 40 {
			t.Fatal(err)
		}
		for i, one := range to {
			if one.ID != ids[i] || one.Address != fmt.Sprintf("reader%d@paper.example", i) || !one.Active {
				t.Errorf("recipient %d: %+v", i, one)
			}
		}
	})
}

func TestReadersShown_ChangesRarely(t *testing.T) {
	for _, c := range []struct{ n, shown, want int64 }{{0, 0, 0}, {10, 0, 0}, {11, 0, 10}, {57, 40, 50}, {123, 110, 120}, {121, 110, 110}, {122, 110, 120}, {120, 120, 110},
		{3401, 3300, 3300}, {3411, 3300, 3400}, {3400, 3400, 3300}, {3499, 3400, 3400}, {1001, 990, 990}, {99_999, 0, 99_000}, {100_001, 99_000, 99_000}, {250_000, 1000, 240_000}} {
		if got := subscriber.MoreThan(c.n, c.shown); got != c.want {
			t.Errorf("%d readers, %d shown: %d, want %d", c.n, c.shown, got, c.want)
		}
	}
	shown, purges := int64(0), 0
	for n := int64(1); n <= 100_000; n++ {
		now := subscriber.MoreThan(n, shown)
		if now >= n || now < shown {
			t.Fatalf("%d readers, said to be more than %d", n, now)
		}
		if now != shown {
			purges++
		}
		shown = now
	}
	if purges > 300 {
		t.Errorf("%d purges on the way to 100,000 readers", purges)
	}
}

func TestAddresses(t *testing.T) {
	for typed, want := range map[string]string{" Ann@Example.ORG ": "Ann@example.org", "a@bücher.example": "a@xn--bcher-kva.example", "o'neil+x@a-b.example": "o'neil+x@a-b.example",
		"": "", "ann": "", "@example.org": "", "ann@": "", "ann@localhost": "", "a b@example.org": "", "ann@example.org\r\nBcc: eve@evil.example": "", `"a b"@example.org`: "",
		"ann@[127.0.0.1]": "", "ann@127.0.0.1": "", "ann@example..org": "", ".ann@example.org": "", "ann.@example.org": "", "a..b@example.org": "", "ann@-x.example": "",
		"ünn@example.org": "", "ann@exa%mple.org": "", "ann@example.org/x": "", strings.Repeat("a", 65) + "@example.org": "", "ann@" + strings.Repeat("a.", 130) + "org": "", "ann@example.org\x00": ""} {
		if got := subscriber.Written(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
	for typed, want := range map[string]string{"ann@gmial.com": "ann@gmail.com", "ann@gmail.con": "ann@gmail.com", "ann@gmail.com": "", "ann@hotmial.com": "ann@hotmail.com", "ann@mail.com": "", "ann@web.de": "",
		"ann@paper.example": "", "nonsense": "", "ann@yaho.com": "ann@yahoo.com"} {
		if got := subscriber.Suggest(typed); got != want {
			t.Errorf("%q suggests %q, want %q", typed, got, want)
		}
	}
	r := newRoom(t, dbtest.Open(t, db.SQLite))
	for typed, want := range map[string]error{"x@mailinator.com": subscriber.ErrDisposable, "x@sub.mailinator.com": subscriber.ErrDisposable, "x": subscriber.ErrAddress} {
		if err := r.Subscribe(t.Context(), subscriber.Wish{Address: typed, Consent: seen}); !errors.Is(err, want) || fault.HintOf(err) == "" {
			t.Errorf("%s: %v", typed, err)
		}
	}
	if err := r.Subscribe(t.Context(), subscriber.Wish{Address: "x@paper.example", Picks: []subscriber.Pick{{Newsletter: 99}}, Consent: seen}); !errors.Is(err, subscriber.ErrClosed) {
		t.Errorf("a newsletter that does not exist: %v", err)
	}
}

func TestLetters_SpeakEveryLanguage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		subjects := map[string]bool{}
		for i, language := range []string{"en", "de", "fr", "es", "ar", "xx"} {
			by := seen
			by.Client = from(i)
			if err := r.Subscribe(t.Context(), subscriber.Wish{Address: "ann@" + language + ".example", Language: language, Consent: by}); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range r.work() {
			subjects[m.Subject] = true
			if strings.Contains(m.Text, "reader.") || strings.Contains(m.HTML, "{0}") {
				t.Errorf("a word is missing:\n%s", m.Text)
			}
		}
		if len(subjects) != 5 {
			t.Errorf("subjects: %v", subjects)
		}
	})
}

func TestNewsletters_RulesAndRoles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		if _, err := r.SaveNewsletter(t.Context(), author, subscriber.Newsletter{Slug: "x", Name: "X", Rhythms: []string{"each"}}); !fault.Is(err, fault.Denied) {
			t.Errorf("an author: %v", err)
		}
		for what, n := range map[string]subscriber.Newsletter{"no name": {Slug: "x", Rhythms: []string{"each"}}, "no rhythm": {Slug: "x", Name: "X"}, "a strange rhythm": {Slug: "x", Name: "X", Rhythms: []string{"hourly"}},
			"no word": {Name: "X", Rhythms: []string{"each"}}, "a strange answer": {Slug: "x", Name: "X", Rhythms: []string{"each"}, ReplyTo: "nobody"}} {
			if _, err := r.SaveNewsletter(t.Context(), editor, n); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := r.SaveNewsletter(t.Context(), editor, subscriber.Newsletter{Slug: "Newsletter", Name: "X", Rhythms: []string{"each"}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("the preset one's word: %v", err)
		}
		preset, err := r.Newsletter(t.Context(), d, subscriber.PresetID)
		if err != nil || preset.Name != "Dateline" || !preset.Open {
			t.Fatalf("preset %+v %v", preset, err)
		}
		preset.Open = false
		if _, err := r.SaveNewsletter(t.Context(), editor, preset); err != nil {
			t.Fatal(err)
		}
		if err := r.Subscribe(t.Context(), subscriber.Wish{Address: "ann@paper.example", Consent: seen}); !errors.Is(err, subscriber.ErrClosed) {
			t.Errorf("all closed: %v", err)
		}
		for what, err := range map[string]error{"list": second(r.List(t.Context(), editor, subscriber.Filter{})), "find": second(r.Find(t.Context(), editor, "a@b.example")),
			"get": second(r.Get(t.Context(), editor, 1)), "history": second(r.History(t.Context(), editor, 1)), "export": second(r.ExportFor(t.Context(), editor, 1)), "erase": r.EraseFor(t.Context(), editor, 1, true), "lift": r.Lift(t.Context(), editor, "a@b.example")} {
			if !fault.Is(err, fault.Denied) {
				t.Errorf("an editor may %s: %v", what, err)
			}
		}
		if err := r.Suppress(t.Context(), editor, "wish@paper.example", subscriber.WhyNever); err != nil {
			t.Fatal(err)
		}
		if err := r.Lift(t.Context(), admin, "Wish@paper.example"); err != nil {
			t.Errorf("lift: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// Another number than three, or none, of newsletters that come back for now.
func TestBounced_SoftAsOftenAsSet(t *testing.T) {
	for most, want := range map[int]int{1: 2, 2: 2, 4: 4, -1: 0} { // ended by which, 0 for none; the first alone has not lasted a week
		d := dbtest.Open(t, db.SQLite)
		r := newRoom(t, d)
		a := r.join("ann@paper.example")
		s := subscriber.NewService(subscriber.Parts{DB: d, Clock: r.clock, Vault: r.vault, Settings: settings.NewStore(d), SoftMost: most})
		ended := 0
		for i := 1; i <= 5 && ended == 0; i++ {
			if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return s.Bounced(ctx, tx, a.ID, false) }); err != nil {
				t.Fatal(err)
			}
			if to, err := s.Recipients(t.Context(), d, subscriber.PresetID, []int64{a.ID}); err != nil {
				t.Fatal(err)
			} else if !to[0].Active {
				ended = i
			}
			r.clock.Advance(8 * 24 * time.Hour)
		}
		if ended != want {
			t.Errorf("with %d, ended by number %d", most, ended)
		}
	}
}

func TestNames_AreSealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRoom(t, d)
		a := r.join("ann@paper.example")
		own, err := r.Enter(strings.TrimPrefix(r.Links(subscriber.PresetID, a.ID, 0).Preferences, origin+subscriber.PreferencesPath))
		if err == nil {
			err = r.Choose(t.Context(), own, subscriber.Wanted{Name: "Ann Quay", Picks: []subscriber.Pick{{Newsletter: subscriber.PresetID}}}, seen)
		}
		if err != nil {
			t.Fatal(err)
		}
		kept := func() string {
			t.Helper()
			var name string
			if err := d.QueryRow(t.Context(), `SELECT name FROM subscriber WHERE id = $1`, a.ID).Scan(&name); err != nil {
				t.Fatal(err)
			}
			to, err := r.Recipients(t.Context(), d, subscriber.PresetID, []int64{a.ID})
			listed, err2 := r.Find(t.Context(), admin, "ann@paper.example")
			if err != nil || err2 != nil || to[0].Name != "Ann Quay" || listed.Name != "Ann Quay" {
				t.Errorf("the name is %q to write to, %q in the list (%v %v)", to[0].Name, listed.Name, err, err2)
			}
			return name
		}
		if name := kept(); strings.Contains(name, "Ann") || name == "" {
			t.Errorf("kept as %q", name)
		}
		if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { // as it was once
			_, err := tx.Exec(ctx, `UPDATE subscriber SET name = 'Ann Quay'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if kept() != "Ann Quay" {
			t.Fatal("the name is not in the open")
		}
		for range 2 {
			if err := r.HandleTidy(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if name := kept(); strings.Contains(name, "Ann") {
				t.Errorf("still kept as %q", name)
			}
		}
	})
}
