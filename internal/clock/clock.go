// Package clock is the only place that reads the time, so that tests and the
// fault harness can step it.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time.
type Clock interface{ Now() time.Time }

// System reads the machine's clock in UTC, cut to the microseconds that the
// database keeps.
type System struct{}

// Now returns the present.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Manual is a clock that moves only when told. The zero value starts at the
// zero time. Safe for concurrent use.
type Manual struct {
	mu sync.Mutex
	t  time.Time
}

// NewManual returns a clock that stands at t.
func NewManual(t time.Time) *Manual { return &Manual{t: t} }

// Now returns the time the clock stands at.
func (m *Manual) Now() time.Time { m.mu.Lock(); defer m.mu.Unlock(); return m.t }

// Set moves the clock to t, forwards or backwards.
func (m *Manual) Set(t time.Time) { m.mu.Lock(); m.t = t; m.mu.Unlock() }

// Advance moves the clock by d.
func (m *Manual) Advance(d time.Duration) { m.mu.Lock(); m.t = m.t.Add(d); m.mu.Unlock() }
