package delivery_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/delivery"
	"dateline/internal/delivery/relay"
	"dateline/internal/id"
	"dateline/internal/subscriber"
	"dateline/internal/vault"
	"dateline/test/sink"
)

// readers is a subscriber package of numbered readers.
type readers struct {
	n    int
	zone func(id int64) string
	name func(id int64) string // address

	mu         sync.Mutex
	left       map[int64]bool
	soft       map[int64]int
	bounced    map[int64]string
	delivered  map[int64]int
	complained map[int64]int
	asked      int
}

func newReaders(n int) *readers {
	return &readers{n: n, left: map[int64]bool{}, soft: map[int64]int{}, bounced: map[int64]string{}, delivered: map[int64]int{}, complained: map[int64]int{}}
}

func (r *readers) address(id int64) string {
	if r.name != nil {
		return r.name(id)
	}
	return fmt.Sprintf("reader%d@home%d.example", id, id%50)
}

func (r *readers) Members(_ context.Context, _ db.Querier, _ subscriber.Audience, after int64, limit int) ([]subscriber.Member, error) {
	var out []subscriber.Member
	for id := after + 1; id <= int64(r.n) && len(out) < limit; id++ {
		m := subscriber.Member{ID: id}
		if r.zone != nil {
			m.Zone = r.zone(id)
		}
		out = append(out, m)
	}
	return out, nil
}

func (r *readers) Recipients(_ context.Context, _ db.Querier, _ int64, ids []int64) ([]subscriber.Recipient, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked += len(ids)
	var out []subscriber.Recipient
	for _, id := range ids {
		one := subscriber.Recipient{ID: id, Soft: r.soft[id]}
		if !r.left[id] && id > 0 {
			one.Address, one.Name, one.Active = r.address(id), fmt.Sprintf("Reader %d", id), true
		}
		out = append(out, one)
	}
	return out, nil
}

func (r *readers) Bounced(_ context.Context, _ *db.Tx, id int64, hard bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bounced[id] = map[bool]string{true: "hard", false: "soft"}[hard]
	return nil
}

func (r *readers) Delivered(_ context.Context, _ *db.Tx, id int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delivered[id]++
	return nil
}

func (r *readers) Complained(_ context.Context, _ *db.Tx, id int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.complained[id]++
	return nil
}

func (r *readers) Links(newsletter, reader, mailing int64) subscriber.Links {
	token := fmt.Sprintf("%d-%d-%d", newsletter, reader, mailing)
	return subscriber.Links{Unsubscribe: "https://paper.example/leave/" + token, OneClick: "https://paper.example/one/" + token, Preferences: "https://paper.example/me/" + token}
}

func (r *readers) Leave(_ context.Context, a subscriber.Access, _ bool, _ subscriber.Consent) error {
	r.leave(a.ID)
	return nil
}

func (r *readers) Mark(newsletter, reader int64) string {
	return fmt.Sprintf("mark-%d-%d", newsletter, reader)
}

func (r *readers) leave(id int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left[id] = true
}

// renderer gives everybody the same, but for those that pick names.
type renderer struct {
	pick func(m subscriber.Member) string // "" for nothing for this reader
	fail func() error
}

func (r renderer) Variant(_ context.Context, mailing int64, m subscriber.Member) (string, *delivery.Variant, error) {
	if r.fail != nil {
		if err := r.fail(); err != nil {
			return "", nil, err
		}
	}
	key := "a"
	if r.pick != nil {
		key = r.pick(m)
	}
	if key == "" {
		return "", nil, nil
	}
	return key, &delivery.Variant{Subject: "Morning " + key, From: mail.Address{Name: "The Gull", Address: "news@paper.example"}, ListID: "morning.paper.example", ListName: "Morning",
		Text: "Hello " + delivery.SlotName + "\n" + delivery.SlotUnsubscribe, HTML: "<p>Hello " + delivery.SlotName + strings.Repeat(" news", 300) + `</p><a href="` + delivery.SlotUnsubscribe + `">leave</a>`}, nil
}

// post is a delivery service with what it needs.
type post struct {
	*delivery.Service
	db      *db.DB
	readers *readers
	mailing int64
}

func newPost(t testing.TB, d *db.DB, r *readers, change ...func(*delivery.Parts)) *post {
	t.Helper()
	v, err := vault.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	parts := delivery.Parts{DB: d, Clock: clock.System{}, Vault: v, Log: slog.New(slog.NewTextHandler(logTo{t}, nil)), Readers: r, Renderer: renderer{}}
	for _, fn := range change {
		fn(&parts)
	}
	return &post{Service: delivery.NewService(parts), db: d, readers: r, mailing: id.New()}
}

type logTo struct{ testing.TB }

func (l logTo) Write(p []byte) (int, error) {
	l.Logf("%s", p)
	return len(p), nil
}

func (p *post) write(t testing.TB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := p.db.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// start begins a mailing and writes its recipients down.
func (p *post) start(t testing.TB, m delivery.Mailing) {
	t.Helper()
	m.ID, m.Newsletter = p.mailing, 5
	p.write(t, func(ctx context.Context, tx *db.Tx) error { return p.Start(ctx, tx, m) })
	p.fill(t)
}

func (p *post) fill(t testing.TB) {
	t.Helper()
	if err := p.HandleFill(t.Context(), fmt.Appendf(nil, `{"mailing":%d}`, p.mailing)); err != nil {
		t.Fatal(err)
	}
}

func (p *post) progress(t testing.TB) delivery.Progress {
	t.Helper()
	got, err := p.Progress(t.Context(), p.mailing)
	if err != nil {
		t.Fatal(err)
	}
	if sum := got.Waiting + got.Deferred + got.Sent + got.Bounced + got.Skipped + got.GaveUp; sum != got.Total {
		t.Fatalf("the states add up to %d of %d: %+v", sum, got.Total, got)
	}
	return got
}

// until waits for a condition of the progress.
func (p *post) until(t testing.TB, what string, ok func(delivery.Progress) bool) delivery.Progress {
	t.Helper()
	limit := time.After(2 * time.Minute) // a test that hangs should say where
	for {
		got := p.progress(t)
		if ok(got) {
			return got
		}
		select {
		case <-limit:
			t.Fatalf("not reached: %s: %+v", what, got)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func finished(p delivery.Progress) bool { return p.State == delivery.Finished }

// runner sends until the test ends.
func (p *post) runner(t testing.TB, opt delivery.Options) *delivery.Runner {
	t.Helper()
	r, err := delivery.NewRunner(p.Service, opt)
	if err != nil {
		t.Fatal(err)
	}
	r.Start(context.Background())
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = r.Stop(ctx)
	})
	return r
}

func startSink(t testing.TB, opt sink.Options) *sink.Sink {
	t.Helper()
	s, err := sink.Start(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func to(s *sink.Sink, connections int) relay.Config {
	host, port := s.HostPort()
	return relay.Config{Host: host, Port: port, Security: relay.Plain, Connections: connections}
}

// everybody checks that each reader got one copy, but for some.
func everybody(t testing.TB, s *sink.Sink, r *readers, but ...int64) {
	t.Helper()
	got := s.Copies()
	for id := int64(1); id <= int64(r.n); id++ {
		want := 1
		for _, b := range but {
			if b == id {
				want = 0
			}
		}
		if got[r.address(id)] != want {
			t.Errorf("reader %d got %d copies, want %d", id, got[r.address(id)], want)
		}
	}
}
