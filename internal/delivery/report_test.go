package delivery_test

import (
	"bytes"
	"context"
	"fmt"
	stdmail "net/mail"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/delivery"
	"dateline/internal/delivery/bounce"
	"dateline/internal/delivery/relay"
	"dateline/test/sink"
)

// sentTo sends a mailing to n readers and returns the return path of each.
func sentTo(t *testing.T, d *db.DB, n int) (*post, map[string]string) {
	t.Helper()
	s := startSink(t, sink.Options{Keep: n})
	p := newPost(t, d, newReaders(n), func(parts *delivery.Parts) { parts.BounceDomain = "bounce.paper.example" })
	p.start(t, delivery.Mailing{LocalHour: -1})
	p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 2)}})
	p.until(t, "finished", finished)
	paths := map[string]string{}
	for _, l := range s.Letters() {
		if !strings.HasPrefix(l.From, "bounce+") || !strings.HasSuffix(l.From, "@bounce.paper.example") || strings.Contains(l.From, "reader") {
			t.Errorf("return path %q", l.From)
		}
		paths[l.To] = l.From
	}
	return p, paths
}

func TestTake_ChangesWhatItNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, paths := sentTo(t, d, 10)
		r := p.readers
		take := func(want bool, report bounce.Report) {
			t.Helper()
			if got, err := p.Take(t.Context(), report); err != nil || got != want {
				t.Errorf("%+v: acted %v (%v), want %v", report, got, err, want)
			}
		}
		path := func(id int64) string { return paths[r.address(id)] }
		hard := bounce.Report{Kind: bounce.Failed, To: []string{"x@y.example", strings.ToUpper(path(1))}, Code: 550, Status: "5.1.1"}
		take(true, hard)
		take(false, hard) // twice
		take(true, bounce.Report{Kind: bounce.Failed, To: []string{path(2)}, Status: "5.2.2"})
		take(true, bounce.Report{Kind: bounce.Failed, To: []string{path(3)}, Code: 554, Status: "5.7.1", Text: "blocked"})
		take(true, bounce.Report{Kind: bounce.Failed, MessageID: "<" + strings.TrimPrefix(strings.Split(path(4), "@")[0], "bounce+") + "@paper.example>", Status: "4.4.1"})
		take(true, bounce.Report{Kind: bounce.Complained, To: []string{path(5)}})
		take(false, bounce.Report{Kind: bounce.Complained, To: []string{path(5)}})
		take(false, bounce.Report{Kind: bounce.Delayed, To: []string{path(6)}, Status: "4.4.1"})
		want := map[int64]string{1: "hard", 2: "soft", 4: "soft"}
		if fmt.Sprint(r.bounced) != fmt.Sprint(want) || r.complained[5] != 1 || len(r.complained) != 1 {
			t.Errorf("bounced %v, complained %v", r.bounced, r.complained)
		}
		p.write(t, func(ctx context.Context, tx *db.Tx) error {
			for _, reader := range []int64{6, 6, 7, 5, 1, 4711} { // twice; 5 has complained, 1 bounced, 4711 got none
				if err := p.Left(ctx, tx, p.mailing, reader); err != nil {
					return err
				}
			}
			return nil
		})
		if got := p.progress(t); got.Sent != 6 || got.Bounced != 4 || got.Complained != 1 || got.Unsubscribed != 2 {
			t.Errorf("progress %+v", got)
		}
		refusals, err := p.Refusals(t.Context(), p.mailing, 10)
		if err != nil || len(refusals) != 4 {
			t.Errorf("refusals %v (%v)", refusals, err)
		}
	})
}

// What Postmark tells names the letter by its metadata: it changes Message-IDs.
func TestTake_PostmarkByMetadata(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := startSink(t, sink.Options{Keep: 2})
		p := newPost(t, d, newReaders(2), func(parts *delivery.Parts) { parts.Metadata = "X-PM-Metadata-" + bounce.MetadataKey })
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 1)}})
		p.until(t, "finished", finished)
		m, err := stdmail.ReadMessage(bytes.NewReader(s.Letters()[0].Content))
		if err != nil {
			t.Fatal(err)
		}
		value := m.Header.Get("X-PM-Metadata-dateline")
		if value == "" || len(value) > 80 || strings.Contains(m.Header.Get("DKIM-Signature"), "Metadata") {
			t.Fatalf("the metadata is %q", value)
		}
		body := fmt.Sprintf(`{"RecordType":"Bounce","Type":"HardBounce","MessageID":"00000000-0000-0000-0000-000000000000","Metadata":{"dateline":%q},"Email":"x@y.example","Details":"smtp;550 5.1.1 unknown"}`, value)
		reports, _, err := bounce.Hook{Provider: bounce.Postmark, Secret: "me:secret"}.Read(t.Context(), time.Now(), map[string][]string{"Authorization": {"Basic bWU6c2VjcmV0"}}, []byte(body))
		if err != nil || len(reports) != 1 {
			t.Fatalf("%+v %v", reports, err)
		}
		if acted, err := p.Take(t.Context(), reports[0]); !acted || err != nil {
			t.Errorf("nothing happened (%v)", err)
		}
		if got := p.progress(t); got.Bounced != 1 || len(p.readers.bounced) != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestTake_MailToLeave(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := startSink(t, sink.Options{Keep: 2})
		p := newPost(t, d, newReaders(2), func(parts *delivery.Parts) { parts.BounceDomain, parts.LeaveByMail = "bounce.paper.example", true })
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 1)}})
		p.until(t, "finished", finished)
		one := s.Letters()[0]
		m, err := stdmail.ReadMessage(bytes.NewReader(one.Content))
		if err != nil {
			t.Fatal(err)
		}
		way := regexp.MustCompile(`^<https://paper.example/one/[^>]+>, <mailto:(leave\+[a-z2-7]+@bounce\.paper\.example)>$`).FindStringSubmatch(m.Header.Get("List-Unsubscribe"))
		if way == nil || !p.Known(way[1]) {
			t.Fatalf("List-Unsubscribe: %q", m.Header.Get("List-Unsubscribe"))
		}
		reports, err := bounce.Parse([]byte("Subject: unsubscribe\r\n\r\n"), way[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, report := range append(reports, bounce.Report{Kind: bounce.Left, To: []string{strings.Replace(way[1], "leave+", "leave+aaaa", 1)}}) {
			if _, err := p.Take(t.Context(), report); err != nil {
				t.Error(err)
			}
		}
		if len(p.readers.left) != 1 {
			t.Errorf("%v left, want one", p.readers.left)
		}
	})
}

// After some weeks only who got what is kept, and the sums.
func TestForget_KeepsWhatCorrectionsNeed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewManual(time.Now().Truncate(time.Microsecond))
		s := startSink(t, sink.Options{Script: func(e sink.Event) sink.Answer {
			if e.Step == sink.Rcpt && strings.HasPrefix(e.To, "reader7@") {
				return sink.Answer{Text: "550 5.1.1 unknown"}
			}
			return sink.Answer{}
		}})
		p := newPost(t, d, newReaders(600), func(parts *delivery.Parts) { parts.Clock, parts.KeepFor = now, 90*24*time.Hour })
		p.readers.leave(9)
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 4)}, Lease: 1000 * time.Hour})
		want := p.until(t, "finished", finished)
		stopped := newPost(t, d, newReaders(300), func(parts *delivery.Parts) { parts.Clock, parts.KeepFor = now, 90*24*time.Hour })
		now.Advance(time.Hour)
		stopped.start(t, delivery.Mailing{LocalHour: -1, StartAt: now.Now().Add(time.Hour)})
		stopped.write(t, func(ctx context.Context, tx *db.Tx) error { return stopped.Cancel(ctx, tx, stopped.mailing) })
		rows := func(where string) (n int) {
			t.Helper()
			if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM mailing_recipient WHERE `+where).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		now.Advance(89 * 24 * time.Hour)
		for range 2 {
			if err := p.HandleForget(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		if n := rows("1 = 1"); n != 900 {
			t.Errorf("%d rows after 89 days, want all 900", n)
		}
		now.Advance(2 * 24 * time.Hour)
		if err := p.HandleForget(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if n, told := rows("1 = 1"), rows("at <> 0 OR code <> '' OR attempts <> 0 OR language <> '' OR interest <> '' OR state <> 'sent'"); n != 598 || told != 0 {
			t.Errorf("%d rows, %d of them with more than corrections need", n, told)
		}
		got := p.progress(t)
		if got.Sent != want.Sent || got.Bounced != want.Bounced || got.Skipped != want.Skipped || got.Total != 600 {
			t.Errorf("the sums were %+v and are %+v", want, got)
		}
		if got := stopped.progress(t); got.State != delivery.Cancelled || got.Total != 300 || got.Sent != 0 {
			t.Errorf("the one that was stopped: %+v", got)
		}
		ids, variants, err := p.Received(t.Context(), d, p.mailing, 0, 1000)
		if err != nil || len(ids) != 598 || variants[0] != "a" {
			t.Errorf("%d got it (%v)", len(ids), err)
		}
		if acted, err := p.Take(t.Context(), bounce.Report{Kind: bounce.Failed, MessageID: "<x@y>"}); acted || err != nil {
			t.Errorf("%v %v", acted, err)
		}
	})
}

// A provider gets no more letters a second than it is given, and the others do
// not wait for it.
func TestProvider_HasARate(t *testing.T) {
	var mu sync.Mutex
	var first, last, others time.Time
	s := startSink(t, sink.Options{Script: func(e sink.Event) sink.Answer {
		if e.Step != sink.Taken {
			return sink.Answer{}
		}
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		switch {
		case !strings.HasSuffix(e.To, "@slow.example"):
			others = now
		case first.IsZero():
			first, last = now, now
		default:
			last = now
		}
		return sink.Answer{}
	}})
	r := newReaders(60)
	r.name = func(id int64) string {
		if id <= 40 {
			return fmt.Sprintf("r%d@slow.example", id)
		}
		return fmt.Sprintf("r%d@h%d.example", id, id)
	}
	p := newPost(t, dbtest.Open(t, db.SQLite), r)
	p.start(t, delivery.Mailing{LocalHour: -1})
	p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 8)}, DomainRate: 20})
	p.until(t, "finished", finished)
	mu.Lock()
	defer mu.Unlock()
	if took := last.Sub(first); took < 1800*time.Millisecond { // 40 letters at 20 a second, two of them at once
		t.Errorf("40 letters to one provider took %v, want 1.9 s", took)
	}
	if !others.Before(last) {
		t.Error("the others waited for the slow provider")
	}
	everybody(t, s, r)
}

func TestTake_ForgedReportsChangeNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, paths := sentTo(t, d, 3)
		real := paths[p.readers.address(1)]
		changed := []byte(real)
		changed[10] ^= 1
		for _, report := range []bounce.Report{
			{Kind: bounce.Failed, Recipient: p.readers.address(1), Status: "5.1.1"},
			{Kind: bounce.Failed, To: []string{string(changed)}, Recipient: p.readers.address(1), Status: "5.1.1"},
			{Kind: bounce.Complained, MessageID: "<" + strings.Repeat("a", 42) + "@paper.example>", Recipient: p.readers.address(1)},
			{Kind: bounce.Complained},
		} {
			if acted, err := p.Take(t.Context(), report); acted || err != nil {
				t.Errorf("%+v acted (%v)", report, err)
			}
		}
		if len(p.readers.bounced)+len(p.readers.complained) != 0 || p.progress(t).Sent != 3 {
			t.Error("a forged report changed something")
		}
		if !p.Known(real) || p.Known(string(changed)) {
			t.Error("the listener would take the wrong mail")
		}
	})
}

func TestRelays_FailOverAndComeBack(t *testing.T) {
	var down atomic.Bool
	down.Store(true)
	first := startSink(t, sink.Options{Script: func(e sink.Event) sink.Answer {
		if e.Step == sink.Banner && down.Load() {
			return sink.Answer{Text: "421 4.3.2 closing"}
		}
		return sink.Answer{}
	}})
	second := startSink(t, sink.Options{Latency: 5 * time.Millisecond})
	d := dbtest.Open(t, db.SQLite)
	p := newPost(t, d, newReaders(1000))
	p.start(t, delivery.Mailing{LocalHour: -1})
	spare := to(second, 3)
	spare.Priority = 1
	p.runner(t, delivery.Options{Relays: []relay.Config{to(first, 3), spare}})
	p.until(t, "through the spare", func(g delivery.Progress) bool { return g.Sent > 100 })
	if first.Count() != 0 {
		t.Error("the first took letters while it was down")
	}
	down.Store(false)
	got := p.until(t, "finished", finished)
	if got.Sent != 1000 || first.Count() == 0 {
		t.Errorf("%+v; the first took %d, the spare %d", got, first.Count(), second.Count())
	}
}

func TestRelays_ShareByWeight(t *testing.T) {
	a, b := startSink(t, sink.Options{Latency: time.Millisecond}), startSink(t, sink.Options{Latency: time.Millisecond})
	d := dbtest.Open(t, db.SQLite)
	p := newPost(t, d, newReaders(800))
	p.start(t, delivery.Mailing{LocalHour: -1})
	heavy, light := to(a, 6), to(b, 6)
	heavy.Weight, light.Weight = 3, 1
	p.runner(t, delivery.Options{Relays: []relay.Config{light, heavy}})
	p.until(t, "finished", finished)
	if share := float64(a.Count()) / 800; share < 0.7 || share > 0.8 {
		t.Errorf("the heavy one took %d of 800, want three quarters", a.Count())
	}
}

// A provider that asks for less gets less; the others get theirs meanwhile.
func TestProvider_ThatThrottlesIsSpared(t *testing.T) {
	var now, most atomic.Int64
	s := startSink(t, sink.Options{Script: func(e sink.Event) sink.Answer {
		if !strings.HasSuffix(e.To, "@slow.example") {
			return sink.Answer{}
		}
		switch e.Step {
		case sink.Rcpt:
			if e.Attempt == 1 && most.Add(1) <= 8 {
				return sink.Answer{Text: "421 4.7.28 too many"}
			}
			now.Add(1)
		case sink.Taken:
			now.Add(-1)
		}
		return sink.Answer{}
	}})
	r := newReaders(300)
	r.name = func(id int64) string {
		if id%3 == 0 {
			return fmt.Sprintf("r%d@slow.example", id)
		}
		return fmt.Sprintf("r%d@h%d.example", id, id%20)
	}
	p := newPost(t, dbtest.Open(t, db.SQLite), r, func(parts *delivery.Parts) { parts.Clock = &fast{start: time.Now(), by: 100} })
	p.start(t, delivery.Mailing{LocalHour: -1})
	p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 8)}, Lease: 1000 * time.Hour})
	p.until(t, "the others", func(g delivery.Progress) bool { return g.Sent >= 200 })
	if got := p.until(t, "finished", finished); got.Sent != 300 {
		t.Errorf("%+v", got)
	}
	everybody(t, s, r)
}
