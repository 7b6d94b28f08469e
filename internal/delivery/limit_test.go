package delivery

import (
	"testing"
	"time"
)

func TestLimiter_SlowsAndRecovers(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	l := newLimiter(16, 0)
	for range 5 { // one burst
		l.slow(now, now.Add(-time.Second), time.Second)
	}
	if int(l.window) != 8 || l.open(now) || !l.open(now.Add(time.Second)) {
		t.Errorf("window %v, paused to %v", l.window, l.pausedTo)
	}
	now = now.Add(10 * time.Second)
	l.slow(now, now, time.Second)
	if int(l.window) != 4 || l.open(now.Add(1900*time.Millisecond)) || !l.open(now.Add(2*time.Second)) {
		t.Errorf("a second time: window %v, pause %v", l.window, l.pausedTo.Sub(now))
	}
	for range 200 {
		l.success()
	}
	if l.window != 16 || l.strikes != 0 {
		t.Errorf("window %v after much success", l.window)
	}
	for range 40 {
		now = now.Add(time.Hour)
		l.slow(now, now, time.Second)
	}
	if l.window != 1 || l.pausedTo.Sub(now) != longestPause {
		t.Errorf("window %v, pause %v", l.window, l.pausedTo.Sub(now))
	}
}

func TestLimiter_HoldsARate(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	l := newLimiter(1000, 50)
	sent := 0
	for range 1000 { // ten seconds
		for l.open(now) {
			l.begin()
			l.end()
			sent++
		}
		now = now.Add(10 * time.Millisecond)
	}
	if sent < 495 || sent > 510 {
		t.Errorf("%d in ten seconds, want 500", sent)
	}
}

func TestJudge_KnowsWhoseFaultItIs(t *testing.T) {
	for _, c := range []struct {
		code   int
		status string
		text   string
		rcpt   bool
		want   verdict
	}{
		{550, "5.1.1", "no such user", true, readerHard},
		{550, "", "User unknown", true, readerHard},
		{550, "", "sorry", true, readerHard},
		{550, "", "blocked by our policy", true, notReader},
		{550, "5.7.1", "Recipient address rejected: user unknown", true, readerHard},
		{554, "5.7.1", "spam", false, notReader},
		{550, "5.7.26", "unauthenticated", false, notReader},
		{552, "5.2.2", "full", true, readerSoft},
		{552, "", "mailbox full", false, readerSoft},
		{554, "5.2.2", "over quota", false, readerSoft},
		{452, "4.2.2", "full", true, later},
		{450, "4.2.0", "greylisted", true, later},
		{451, "4.7.1", "Greylisting in action", true, later},
		{421, "4.7.0", "try later", true, throttled},
		{451, "4.7.650", "reputation", true, throttled},
		{450, "", "too many connections", true, throttled},
		{554, "5.6.0", "bad content", false, notReader},
		{550, "5.4.1", "access denied", true, readerSoft},
	} {
		if got := judge(c.code, c.status, c.text, c.rcpt); got != c.want {
			t.Errorf("%d %s %s: %d, want %d", c.code, c.status, c.text, got, c.want)
		}
	}
}
