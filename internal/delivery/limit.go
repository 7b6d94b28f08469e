package delivery

import "time"

// limiter decides how much is under way to one relay or one provider at a
// time: a window that grows slowly with each letter taken and is halved when
// the other side asks for less, as TCP does; a pause that doubles with each
// such answer in a row; and a rate. Not safe for concurrent use.
type limiter struct {
	most     float64 // the window's limit
	window   float64
	inflight int

	rate   float64 // letters a second, 0 for no limit
	tokens float64
	filled time.Time

	pausedTo time.Time
	strikes  int
	slowedAt time.Time
}

const longestPause = 5 * time.Minute

func newLimiter(most int, rate float64) limiter {
	return limiter{most: float64(most), window: float64(most), rate: rate, tokens: max(1, rate/10)}
}

// open tells whether another letter may begin.
func (l *limiter) open(now time.Time) bool {
	return l.inflight < int(l.window) && l.unpaused(now)
}

// unpaused is open but for the letters under way.
func (l *limiter) unpaused(now time.Time) bool {
	if now.Before(l.pausedTo) {
		return false
	}
	if l.rate > 0 {
		l.refill(now)
		return l.tokens >= 1
	}
	return true
}

// refill adds the tokens of the time that passed; a tenth of a second's worth
// is kept at most, so that a rate is held within every second too.
func (l *limiter) refill(now time.Time) {
	if !l.filled.IsZero() {
		l.tokens = min(max(1, l.rate/10), l.tokens+now.Sub(l.filled).Seconds()*l.rate)
	}
	l.filled = now
}

func (l *limiter) begin() {
	l.inflight++
	if l.rate > 0 {
		l.tokens--
	}
}

// end notes that a letter is not under way any more.
func (l *limiter) end() { l.inflight-- }

// success widens the window by one for each window of letters taken.
func (l *limiter) success() {
	l.window = min(l.most, l.window+1/l.window)
	l.strikes = 0
}

// slow halves the window and pauses, once for each burst: answers to what
// began before the last one say nothing new.
func (l *limiter) slow(now, began time.Time, first time.Duration) {
	if began.Before(l.slowedAt) {
		return
	}
	l.slowedAt = now
	l.window = max(1, l.window/2)
	l.pausedTo = now.Add(min(longestPause, first<<min(l.strikes, 20)))
	l.strikes++
}

// limited tells whether the other side has asked for less and not been
// satisfied yet.
func (l *limiter) limited(now time.Time) bool { return l.window < l.most || now.Before(l.pausedTo) }
