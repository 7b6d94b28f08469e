package web

import (
	"net/netip"
	"sync"
	"time"

	"dateline/internal/clock"
	"dateline/internal/fault"
	"dateline/internal/relent"
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
	RateTyping:   {Every: 200 * time.Millisecond, Burst: 60},
	RateUpload:   {Every: time.Second, Burst: 60},
	RateForm:     {Every: 5 * time.Second, Burst: 10},
	RateComment:  {Every: time.Second, Burst: 30},
	RateDesk:     {Every: 200 * time.Millisecond, Burst: 100}, // an office shares one address
	RatePassword: {Every: 6 * time.Second, Burst: 10},
}

// commentsAtOnce bounds how many comments are worked on at a time: a flood of
// them waits in line, so that readers of pages wait for a few and not for all.
// Those that wait for the disk have yielded and are not among them.
const commentsAtOnce = 16

// turnPatience is how long a comment waits in line.
const turnPatience = 30 * time.Second

// turn waits for a request's turn, with its form read, since a slow sender must
// keep nobody waiting. The request has it until it yields.
func (a *App) turn(req *Request) error {
	if err := req.HTTP.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "the form could not be read: %w", err)
	}
	patience := time.NewTimer(turnPatience)
	defer patience.Stop()
	select {
	case a.talk <- struct{}{}:
		req.yield = sync.OnceFunc(func() {
			<-a.talk
			relent.Core()
		})
		return nil
	case <-req.HTTP.Context().Done():
		return req.HTTP.Context().Err()
	case <-patience.C:
		return fault.New(fault.Unavailable, "too many comments come at once").WithHint("send it again in a minute; your browser has kept what you wrote")
	}
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
