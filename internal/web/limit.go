package web

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"dateline/internal/clock"

	"golang.org/x/time/rate"
)

// Allowance is how often an address prefix may call the routes of a class.
type Allowance struct {
	Every time.Duration // one more request each
	Burst int
}

// Limits are the allowances of the rate classes, for each IPv4 address and
// each IPv6 /64.
var Limits = map[Rate]Allowance{
	RateSearch:   {Every: 200 * time.Millisecond, Burst: 30},
	RateUpload:   {Every: time.Second, Burst: 60},
	RateForm:     {Every: 5 * time.Second, Burst: 10},
	RateDesk:     {Every: 200 * time.Millisecond, Burst: 100}, // an office shares one address
	RatePassword: {Every: 6 * time.Second, Burst: 10},
}

// limiter keeps one bucket for each class and prefix, and of those the ones
// used last. A client that is forgotten starts with a full bucket, so the
// table must be larger than an attack's burst is worth.
type limiter struct {
	clock clock.Clock
	max   int

	mu      sync.Mutex
	buckets map[bucketKey]*list.Element
	recent  *list.List // of *bucket, latest first
}

type bucketKey struct {
	class  Rate
	prefix netip.Prefix
}

type bucket struct {
	key     bucketKey
	limiter *rate.Limiter
}

// maxBuckets bounds the table to some 30 MB.
const maxBuckets = 100_000

func newLimiter(c clock.Clock) *limiter {
	return &limiter{clock: c, max: maxBuckets, buckets: map[bucketKey]*list.Element{}, recent: list.New()}
}

// take spends one request. When none is left it returns how long to wait.
func (l *limiter) take(class Rate, client netip.Addr) (wait time.Duration, ok bool) {
	allowance, limited := Limits[class]
	if !limited {
		return 0, true
	}
	now := l.clock.Now()
	reservation := l.bucket(bucketKey{class, prefixOf(client)}, allowance).ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return wait, false
	}
	return 0, true
}

func (l *limiter) bucket(key bucketKey, a Allowance) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.buckets[key]; e != nil {
		l.recent.MoveToFront(e)
		return e.Value.(*bucket).limiter
	}
	for l.recent.Len() >= l.max {
		oldest := l.recent.Remove(l.recent.Back()).(*bucket)
		delete(l.buckets, oldest.key)
	}
	b := &bucket{key: key, limiter: rate.NewLimiter(rate.Every(a.Every), a.Burst)}
	l.buckets[key] = l.recent.PushFront(b)
	return b.limiter
}

// prefixOf returns the network that counts as one client.
func prefixOf(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 64
	if addr.Is4() {
		bits = 32
	}
	prefix, _ := addr.Prefix(bits) // the zero address gives the zero prefix
	return prefix
}
