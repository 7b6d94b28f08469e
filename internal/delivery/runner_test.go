package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/delivery"
	"dateline/internal/delivery/relay"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
	"dateline/test/sink"
)

func TestMailing_ReachesEverybodyOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := startSink(t, sink.Options{Keep: 5})
		r := newReaders(400)
		p := newPost(t, d, r)
		r.left[3], r.left[300] = true, true
		r.soft[9] = 2
		var records = map[string]string{}
		for _, algorithm := range []string{delivery.RSA, delivery.Ed25519} {
			k, err := p.MakeKey(t.Context(), account.System("test"), algorithm, "paper.example", "dl"+algorithm)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.UseKey(t.Context(), account.System("test"), k.ID, true); err != nil {
				t.Fatal(err)
			}
			records[k.Name] = k.Record
		}
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 8)}})
		got := p.until(t, "finished", finished)
		if got.Sent != 398 || got.Skipped != 2 || got.Finished.IsZero() {
			t.Errorf("progress %+v", got)
		}
		everybody(t, s, r, 3, 300)
		if r.delivered[9] != 1 || len(r.delivered) != 1 {
			t.Errorf("delivered %v: want only the one with failures before", r.delivered)
		}
		for _, l := range s.Letters() {
			if strings.Contains(l.From, "@paper.example") != true || strings.Contains(l.From, "reader") {
				t.Errorf("return path %q", l.From)
			}
			found, err := dkim.VerifyWithOptions(bytes.NewReader(l.Content), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) { return []string{records[name]}, nil }})
			if err != nil || len(found) != 2 || found[0].Err != nil || found[1].Err != nil {
				t.Errorf("signatures: %v %+v", err, found)
			}
		}
		if all, most := s.Connections(); all > 8 || most > 8 {
			t.Errorf("%d connections, %d at once; want at most 8 that are kept", all, most)
		}
		ids, variants, err := p.Received(t.Context(), d, p.mailing, 0, 2000)
		if err != nil || len(ids) != 398 || variants[0] != "a" {
			t.Errorf("received: %d (%v)", len(ids), err)
		}
	})
}

func TestMailing_WithNobodyIsFinished(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPost(t, d, newReaders(0))
		p.start(t, delivery.Mailing{LocalHour: -1})
		if got := p.progress(t); got.State != delivery.Finished {
			t.Errorf("state %s", got.State)
		}
	})
}

func TestStart_RefusesASecondTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPost(t, d, newReaders(1))
		p.start(t, delivery.Mailing{LocalHour: -1})
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return p.Start(ctx, tx, delivery.Mailing{ID: p.mailing, Newsletter: 5})
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
	})
}

func TestMailing_RefusalsSayWhatTheyMean(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		said := map[string]string{"reader1@": "550 5.1.1 no such user", "reader2@": "552 5.2.2 full", "reader3@": "550 5.7.1 blocked", "reader4@": "450 4.2.0 greylisted, come back"}
		s := startSink(t, sink.Options{Script: func(e sink.Event) sink.Answer {
			for who, text := range said {
				if e.Step == sink.Rcpt && strings.HasPrefix(e.To, who) {
					return sink.Answer{Text: text}
				}
			}
			if e.Step == sink.Body && strings.HasPrefix(e.To, "reader5@") {
				return sink.Answer{Text: "554 5.6.0 I do not like it"}
			}
			return sink.Answer{}
		}})
		r := newReaders(20)
		p := newPost(t, d, r)
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 3)}})
		got := p.until(t, "all tried", func(p delivery.Progress) bool { return p.Waiting == 0 })
		if got.Sent != 15 || got.Bounced != 4 || got.Deferred != 1 || got.State != delivery.Sending {
			t.Errorf("progress %+v", got)
		}
		if r.bounced[1] != "hard" || r.bounced[2] != "soft" || len(r.bounced) != 2 {
			t.Errorf("bounced %v", r.bounced)
		}
	})
}

func TestMailing_DeferredIsTriedAgainAndGivenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewManual(time.Now().Truncate(time.Microsecond))
		var willing atomic.Bool
		s := startSink(t, sink.Options{Script: func(e sink.Event) sink.Answer {
			if e.Step == sink.Rcpt && (strings.HasPrefix(e.To, "reader2@") || !willing.Load()) {
				return sink.Answer{Text: "451 4.3.0 not now"}
			}
			return sink.Answer{}
		}})
		r := newReaders(5)
		p := newPost(t, d, r, func(parts *delivery.Parts) { parts.Clock = now })
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 2)}, Lease: 1000 * time.Hour})
		p.until(t, "all deferred", func(p delivery.Progress) bool { return p.Deferred == 5 })
		willing.Store(true)
		now.Advance(time.Hour)
		p.until(t, "tried again", func(p delivery.Progress) bool { return p.Sent == 4 && p.Deferred == 1 })
		p.until(t, "given up", func(p delivery.Progress) bool {
			now.Advance(10 * time.Minute)
			return p.GaveUp > 0
		})
		got := p.until(t, "finished", finished)
		if got.GaveUp != 1 || got.Sent != 4 || r.bounced[2] != "soft" {
			t.Errorf("progress %+v, bounced %v", got, r.bounced)
		}
		if age := now.Now().Sub(got.StartAt); age < 66*time.Hour { // the next try, some four hours later, would be after three days
			t.Errorf("given up after %v, want about three days", age)
		}
	})
}

func TestPauseResumeCancel_AtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		gate := make(chan struct{})
		var passed atomic.Int64
		s := startSink(t, sink.Options{Script: func(e sink.Event) sink.Answer {
			if e.Step == sink.Body && passed.Add(1) > 20 {
				<-gate
			}
			return sink.Answer{}
		}})
		r := newReaders(400)
		p := newPost(t, d, r)
		p.start(t, delivery.Mailing{LocalHour: -1})
		runner := p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 4)}})
		p.until(t, "some sent", func(p delivery.Progress) bool { return p.Sent >= 20 })
		p.write(t, func(ctx context.Context, tx *db.Tx) error { return p.Pause(ctx, tx, p.mailing) })
		p.until(t, "noticed", func(delivery.Progress) bool { return runner.HasNoneToSend() })
		close(gate)
		got := p.until(t, "letters in the air", func(p delivery.Progress) bool { return p.Sent == 24 })
		if got.State != delivery.Paused {
			t.Errorf("state %s", got.State)
		}
		// A whole chunk was taken; all of it must be free again for another.
		p.write(t, func(ctx context.Context, tx *db.Tx) error { return p.Resume(ctx, tx, p.mailing) })
		p.until(t, "going on", func(p delivery.Progress) bool { return p.Sent > 200 })
		p.write(t, func(ctx context.Context, tx *db.Tx) error { return p.Cancel(ctx, tx, p.mailing) })
		got = p.until(t, "cancelled", func(p delivery.Progress) bool { return p.State == delivery.Cancelled })
		if got.Finished.IsZero() {
			t.Errorf("progress %+v", got)
		}
		err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return p.Resume(ctx, tx, p.mailing) })
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("resumed after cancelling: %v", err)
		}
		for who, n := range s.Copies() {
			if n != 1 {
				t.Errorf("%s got %d", who, n)
			}
		}
	})
}

func TestLeft_WhileTheMailingRuns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var once sync.Once
		r := newReaders(300)
		s := startSink(t, sink.Options{Script: func(e sink.Event) sink.Answer {
			if e.Step == sink.Body {
				once.Do(func() {
					for id := int64(100); id < 300; id++ {
						r.leave(id)
					}
					time.Sleep(1100 * time.Millisecond) // what was fetched before is stale now
				})
			}
			return sink.Answer{}
		}})
		p := newPost(t, d, r)
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 1)}})
		got := p.until(t, "finished", finished)
		if got.Skipped != 200 || got.Sent != 100 {
			t.Errorf("progress %+v: somebody who left got a letter", got)
		}
	})
}

func TestLocalHour_EachInTheirZone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewManual(time.Date(2030, 3, 30, 22, 0, 0, 0, time.UTC))
		zones := []string{"", "Asia/Tokyo", "America/New_York", "Nowhere/Land", "Europe/Berlin"}
		r := newReaders(50)
		r.zone = func(id int64) string { return zones[id%5] }
		s := startSink(t, sink.Options{})
		p := newPost(t, d, r, func(parts *delivery.Parts) {
			parts.Clock = now
			parts.Zone = func(context.Context) (*time.Location, error) { return time.LoadLocation("Europe/Berlin") }
		})
		p.start(t, delivery.Mailing{LocalHour: 8})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 2)}})
		sent := func(want int) {
			t.Helper()
			p.until(t, fmt.Sprint(want, " sent"), func(p delivery.Progress) bool { return p.Sent >= want })
			if got := p.progress(t); got.Sent != want {
				t.Errorf("%d sent at %v, want %d", got.Sent, now.Now(), want)
			}
		}
		now.Set(time.Date(2030, 3, 30, 23, 0, 0, 0, time.UTC)) // 8:00 in Tokyo
		sent(10)
		// The clocks go forward in Berlin that night: 8:00 is 6:00 UTC.
		now.Set(time.Date(2030, 3, 31, 5, 59, 59, 0, time.UTC))
		sent(10)
		now.Set(time.Date(2030, 3, 31, 6, 0, 0, 0, time.UTC))
		sent(40)
		now.Set(time.Date(2030, 3, 31, 12, 0, 0, 0, time.UTC)) // 8:00 in New York
		sent(50)
	})
}

func TestRunners_ShareAMailing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := startSink(t, sink.Options{})
		r := newReaders(3000)
		p := newPost(t, d, r)
		p.start(t, delivery.Mailing{LocalHour: -1})
		for range 3 {
			p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 4)}})
		}
		p.until(t, "finished", finished)
		everybody(t, s, r)
	})
}

// A process that stands still for longer than its lease must not send, nor
// write anything down, when it wakes.
func TestLease_OfASleeperIsTaken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		now := clock.NewManual(time.Now().Truncate(time.Microsecond))
		asleep, awake := make(chan struct{}), make(chan struct{})
		var once sync.Once
		r := newReaders(200)
		sleeper := newPost(t, d, r, func(parts *delivery.Parts) {
			parts.Clock = now
			parts.Renderer = renderer{fail: func() error {
				once.Do(func() { close(asleep) })
				<-awake
				return nil
			}}
		})
		s := startSink(t, sink.Options{})
		sleeper.start(t, delivery.Mailing{LocalHour: -1})
		first, err := delivery.NewRunner(sleeper.Service, delivery.Options{Relays: []relay.Config{to(s, 4)}, Lease: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		first.Start(context.Background())
		<-asleep
		if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { // its lease ends, and it does not notice
			_, err := tx.Exec(ctx, `UPDATE mailing_chunk SET next_at = 1`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		other := newPost(t, d, r, func(parts *delivery.Parts) { parts.Clock = now })
		other.mailing = sleeper.mailing
		other.runner(t, delivery.Options{Relays: []relay.Config{to(s, 4)}, Lease: time.Minute})
		other.until(t, "finished", finished)
		close(awake)
		if err := first.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := other.progress(t); got.Sent != 200 {
			t.Errorf("progress %+v", got)
		}
		doubled := 0
		for _, n := range s.Copies() {
			doubled += n - 1
		}
		if doubled > 4 {
			t.Errorf("%d letters twice, want at most one for each of the sleeper's 4 connections", doubled)
		}
	})
}

func TestStop_LosesAndDoublesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := startSink(t, sink.Options{Latency: 2 * time.Millisecond})
		r := newReaders(1200)
		p := newPost(t, d, r)
		p.start(t, delivery.Mailing{LocalHour: -1})
		for sent := 0; sent < 1200; {
			one, err := delivery.NewRunner(p.Service, delivery.Options{Relays: []relay.Config{to(s, 8)}, Lease: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			one.Start(context.Background())
			p.until(t, "some more", func(p delivery.Progress) bool { return p.Sent >= min(1200, sent+150) })
			if err := one.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			sent = p.progress(t).Sent
			if sent != s.Count() {
				t.Fatalf("%d written down, %d taken", sent, s.Count())
			}
		}
		if got := p.progress(t); got.State != delivery.Finished {
			t.Errorf("progress %+v", got)
		}
		everybody(t, s, r)
	})
}

func TestFaults_OfTheServerLoseNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		steps := []sink.Step{sink.Banner, sink.Hello, sink.Mail, sink.Rcpt, sink.Data, sink.Partial, sink.Body}
		var n atomic.Int64
		s := startSink(t, sink.Options{Hash: true, Script: func(e sink.Event) sink.Answer {
			if k := n.Add(1); k%67 == 0 && e.Step == steps[int(k/67)%len(steps)] {
				return sink.Answer{Drop: true}
			}
			return sink.Answer{}
		}})
		now := &fast{start: time.Now(), by: 120}
		r := newReaders(400)
		p := newPost(t, d, r, func(parts *delivery.Parts) { parts.Clock = now })
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 5)}, Lease: time.Hour})
		got := p.until(t, "finished", finished)
		if got.Sent != 400 {
			t.Errorf("progress %+v", got)
		}
		everybody(t, s, r) // no letter was cut after it was taken, so none came twice
	})
}

// fast is a clock on which pauses are over sooner.
type fast struct {
	start time.Time
	by    time.Duration
}

func (f *fast) Now() time.Time {
	return f.start.Add(time.Since(f.start) * f.by).UTC().Truncate(time.Microsecond)
}

// An answer that is lost after the letter was taken is the one case in which a
// reader gets two: the same letter, byte for byte.
func TestLostAnswer_DoublesTheSameLetter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := startSink(t, sink.Options{Hash: true, Script: func(e sink.Event) sink.Answer {
			return sink.Answer{Drop: e.Step == sink.Taken && e.Attempt == 1 && strings.HasPrefix(e.To, "reader7@")}
		}})
		r := newReaders(30)
		p := newPost(t, d, r, func(parts *delivery.Parts) { parts.Clock = &fast{start: time.Now(), by: 600} })
		k, err := p.MakeKey(t.Context(), account.System("test"), delivery.RSA, "paper.example", "one")
		if err == nil {
			err = p.UseKey(t.Context(), account.System("test"), k.ID, true)
		}
		if err != nil {
			t.Fatal(err)
		}
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 2)}, Lease: time.Hour})
		p.until(t, "finished", finished)
		sum := s.Compare(30, func(i int) string { return r.address(int64(i + 1)) })
		if sum.Lost != 0 || sum.Doubled != 1 || sum.Different != 0 {
			t.Errorf("%+v", sum)
		}
	})
}

func TestRenderer_NothingForSomebodyAndFailures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := startSink(t, sink.Options{})
		var failures atomic.Int64
		r := newReaders(20)
		p := newPost(t, d, r, func(parts *delivery.Parts) {
			parts.Clock = &fast{start: time.Now(), by: 600}
			parts.Renderer = renderer{pick: func(m subscriber.Member) string { return []string{"", "a", "b"}[m.ID%3] }, fail: func() error {
				if failures.Add(1) < 5 {
					return errors.New("the page is broken")
				}
				return nil
			}}
		})
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 2)}, Lease: time.Hour})
		if got := p.until(t, "finished", finished); got.Skipped != 6 || got.Sent != 14 {
			t.Errorf("progress %+v", got)
		}
	})
}

func TestErase_RemovesTheReaderAndKeepsTheSums(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := startSink(t, sink.Options{})
		r := newReaders(10)
		p := newPost(t, d, r)
		p.start(t, delivery.Mailing{LocalHour: -1})
		p.write(t, func(ctx context.Context, tx *db.Tx) error { return p.Erase(ctx, tx, 4) })
		r.leave(4)
		p.runner(t, delivery.Options{Relays: []relay.Config{to(s, 2)}})
		if got := p.until(t, "finished", finished); got.Sent != 9 || got.Skipped != 1 {
			t.Errorf("progress %+v", got)
		}
		p.write(t, func(ctx context.Context, tx *db.Tx) error { return p.Erase(ctx, tx, 5) })
		for _, who := range []int64{4, 5} {
			if got, err := p.Export(t.Context(), d, who); err != nil || len(got.([]delivery.Got)) != 0 {
				t.Errorf("kept of reader %d: %v (%v)", who, got, err)
			}
		}
	})
}
