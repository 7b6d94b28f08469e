package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"dateline/internal/clock"
)

// boundMemory lets the garbage collector wait while there is room, and work
// harder before an import of a few gigabytes takes more than 300 MB in all. What
// must live of a larger one, some hundred bytes an item, moves the bound: at it
// the collector would do nothing but run. GOMEMLIMIT and GOGC say otherwise when
// they are set.
func boundMemory() {
	if memoryIsSet() {
		return
	}
	debug.SetGCPercent(300)
	afterCollection(func() { debug.SetMemoryLimit(max(160<<20, int64(live())+80<<20)) })
}

// spareMemory keeps the garbage of a server small: a fixed room and a little of
// what lives, instead of as much again. Nearly all that lives is ready pages,
// which do not change, so that a percentage would waste the page cache's size
// again, and be too little room for rendering when the cache is empty. Where
// garbage comes so fast that it would be collected several times a second, the
// room grows for as long as it does: readers wait while it is collected.
// GOMEMLIMIT and GOGC say otherwise when they are set.
func spareMemory() {
	if memoryIsSet() {
		return
	}
	now := clock.System{}.Now
	r := rooms{last: now()}
	afterCollection(func() { r.collected(now(), live()) })
}

// spareReaders runs more threads than there are cores. When all threads of the
// Go scheduler compute, nobody looks whether a request has come until one of
// them is done or a hundredth of a second is over; with some to spare, it is the
// operating system that shares the cores, and who asks for a ready page does not
// wait for those who write comments. GOMAXPROCS says otherwise when it is set.
func spareReaders() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(2 * runtime.GOMAXPROCS(0))
	}
}

func memoryIsSet() bool { return os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" }

// rooms is how far the heap may grow until the next collection.
type rooms struct {
	extra uint64 // bytes, beside the room of a calm server
	last  time.Time
}

const (
	fixedRoom   = 12 << 20 // bytes
	mostExtra   = 64 << 20
	soonAgain   = 400 * time.Millisecond // collections that follow each other so fast make room
	longEnough  = 2 * time.Second        // so far apart, they take it away
	oneMoreRoom = 16 << 20
)

func (r *rooms) collected(now time.Time, live uint64) {
	since := now.Sub(r.last)
	r.last = now
	switch {
	case since < soonAgain:
		r.extra = min(r.extra+oneMoreRoom, mostExtra)
	case since > longEnough:
		r.extra /= 2
	}
	live = max(live, 1<<20)
	debug.SetGCPercent(int(100 * (fixedRoom + live/8 + r.extra) / live))
}

// live is what the last collection left, in bytes.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// afterCollection calls then soon after each garbage collection: an object that
// nothing holds is finalised by each.
func afterCollection(then func()) {
	type sentinel struct{ _ [16]byte } // its own block, not one of the tiny allocator
	var arm func(*sentinel)
	arm = func(s *sentinel) {
		then()
		runtime.SetFinalizer(s, arm)
	}
	s := &sentinel{}
	runtime.SetFinalizer(s, arm)
	then()
}
