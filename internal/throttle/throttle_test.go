package throttle

import (
	"net/netip"
	"testing"
	"time"

	"dateline/internal/clock"
)

var published = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

func TestTable_IsBounded(t *testing.T) {
	table := New[int](clock.NewManual(published), 100)
	for i := range 1000 {
		table.Take(i, time.Second, 10)
	}
	if len(table.known) != 100 || table.recent.Len() != 100 {
		t.Errorf("%d keys", len(table.known))
	}
}

func TestTake_SpendsABurstThenWaits(t *testing.T) {
	at := clock.NewManual(published)
	table := New[string](at, 100)
	for i := range 3 {
		if wait, ok := table.Take("a", time.Minute, 3); !ok || wait != 0 {
			t.Errorf("try %d: %v %v", i, wait, ok)
		}
	}
	if wait, ok := table.Take("a", time.Minute, 3); ok || wait != time.Minute {
		t.Errorf("a fourth: %v %v", wait, ok)
	}
	if _, ok := table.Take("b", time.Minute, 3); !ok {
		t.Error("another key has nothing left")
	}
	at.Advance(time.Minute)
	if _, ok := table.Take("a", time.Minute, 3); !ok {
		t.Error("nothing after the wait, though what was refused costs nothing")
	}
}

func TestNetwork(t *testing.T) {
	for _, tt := range []struct{ addr, want string }{
		{"192.0.2.7", "192.0.2.0/24"}, {"::ffff:192.0.2.7", "192.0.2.0/24"}, {"2001:db8::1%eth0", "2001:db8::/64"},
	} {
		if got := Network(netip.MustParseAddr(tt.addr), 24, 64); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.addr, got, tt.want)
		}
	}
	if got := Network(netip.Addr{}, 24, 64); got != "" {
		t.Errorf("no address: %q", got)
	}
}

func TestWeekly(t *testing.T) {
	hour, days := time.Hour.Microseconds(), week.Microseconds()
	var w Weekly
	next := func(at int64) (ok bool) {
		n, ok := w.Next(at, time.Hour, 2)
		if ok {
			w = n
		}
		return ok
	}
	start := 1000 * days
	for i, step := range []struct {
		at int64
		ok bool
	}{{start, true}, {start + hour - 1, false}, {start + hour, true}, {start + 2*hour, false}, {start + days - 1, false}, {start + days, true}, {start + days + hour, true}, {start + days + 2*hour, false}} {
		if ok := next(step.at); ok != step.ok {
			t.Errorf("step %d: %v", i, ok)
		}
	}
}
