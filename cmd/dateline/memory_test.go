package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// The room grows while collections follow each other at once, to a bound, and
// is given back when the server is calm again.
func TestRooms(t *testing.T) {
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	r := rooms{last: now}
	steps := []struct {
		after time.Duration
		extra uint64
	}{
		{3 * time.Second, 0}, {100 * time.Millisecond, oneMoreRoom}, {100 * time.Millisecond, 2 * oneMoreRoom}, {100 * time.Millisecond, 3 * oneMoreRoom}, {100 * time.Millisecond, mostExtra}, {100 * time.Millisecond, mostExtra},
		{time.Second, mostExtra}, {3 * time.Second, mostExtra / 2}, {2 * time.Minute, mostExtra / 4},
	}
	for i, s := range steps {
		now = now.Add(s.after)
		r.collected(now, 40<<20)
		if r.extra != s.extra {
			t.Fatalf("after step %d: %d bytes more, want %d", i, r.extra, s.extra)
		}
		if got, want := debug.SetGCPercent(100), int(100*(fixedRoom+(5<<20)+s.extra)/(40<<20)); got != want {
			t.Errorf("after step %d the collector waits for %d %%, want %d", i, got, want)
		}
	}
}

func TestSpareReaders(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	t.Setenv("GOMAXPROCS", "3") // the runtime has read it before
	if spareReaders(); runtime.GOMAXPROCS(0) != before {
		t.Error("the setting of whoever started the program does not count")
	}
	os.Unsetenv("GOMAXPROCS")
	if spareReaders(); runtime.GOMAXPROCS(0) != 2*before {
		t.Errorf("%d threads for %d", runtime.GOMAXPROCS(0), before)
	}
}
