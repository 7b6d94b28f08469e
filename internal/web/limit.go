package web

import (
	"net/netip"
	"time"

	"dateline/internal/clock"
	"dateline/internal/throttle"
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
	RateComment:  {Every: time.Second, Burst: 30},
	RateDesk:     {Every: 200 * time.Millisecond, Burst: 100}, // an office shares one address
	RatePassword: {Every: 6 * time.Second, Burst: 10},
}

// limiter keeps one allowance for each class and prefix.
type limiter struct{ buckets *throttle.Table[bucketKey] }

type bucketKey struct {
	class  Rate
	prefix netip.Prefix
}

// maxBuckets bounds the table to some 30 MB.
const maxBuckets = 100_000

func newLimiter(c clock.Clock) *limiter { return &limiter{throttle.New[bucketKey](c, maxBuckets)} }

// take spends one request. When none is left it returns how long to wait.
func (l *limiter) take(class Rate, client netip.Addr) (wait time.Duration, ok bool) {
	allowance, limited := Limits[class]
	if !limited {
		return 0, true
	}
	return l.buckets.Take(bucketKey{class, throttle.Prefix(client, 32, 64)}, allowance.Every, allowance.Burst)
}
