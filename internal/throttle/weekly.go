package throttle

import "time"

// Weekly counts something that may happen once in a while, and only so often a
// week. Whoever uses it keeps it; times are microseconds since 1970.
type Weekly struct{ At, WeekAt, InWeek int64 }

const week = 7 * 24 * time.Hour

// Next is the count with one more now, and whether that one may happen. The
// most is of a week.
func (w Weekly) Next(now int64, every time.Duration, most int64) (next Weekly, ok bool) {
	next = Weekly{At: now, WeekAt: w.WeekAt, InWeek: w.InWeek}
	if now-w.WeekAt >= week.Microseconds() {
		next.WeekAt, next.InWeek = now, 0
	}
	ok = (w.At == 0 || now-w.At >= every.Microseconds()) && next.InWeek < most
	next.InWeek++
	return next, ok
}
