package subscriber_test

import (
	"context"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
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
	by.Client = from(len(address) * 7 % 60000)
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
