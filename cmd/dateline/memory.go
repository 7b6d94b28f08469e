package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
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
// again, and be too little room for rendering when the cache is empty. GOMEMLIMIT
// and GOGC say otherwise when they are set.
func spareMemory() {
	if !memoryIsSet() {
		afterCollection(setRoom)
	}
}

func memoryIsSet() bool { return os.Getenv("GOMEMLIMIT") != "" || os.Getenv("GOGC") != "" }

// setRoom sets how far the heap may grow until the next collection.
func setRoom() {
	n := max(live(), 1<<20)
	debug.SetGCPercent(int(100 * room(n) / n))
}

// live is what the last collection left, in bytes.
func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

const fixedRoom = 12 << 20 // bytes

func room(live uint64) uint64 { return fixedRoom + live/8 }

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
