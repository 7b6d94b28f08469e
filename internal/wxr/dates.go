package wxr

import (
	"strings"
	"time"
)

// ParseTime reads a date of WordPress ("2006-01-02 15:04:05") in the zone. It
// reports false for zeros, empty and impossible dates.
func ParseTime(s string, zone *time.Location) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasPrefix(s, "0000-00-00") || strings.HasPrefix(s, "-") {
		return time.Time{}, false
	}
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", time.DateOnly, time.RFC3339} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil && t.Year() > 0 {
			return t, true
		}
	}
	return time.Time{}, false
}

// ParsePubDate reads an RSS date. WordPress writes a year of -0001 for drafts;
// those report false.
func ParsePubDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" || strings.Contains(s, "-0001") {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() > 0 {
			return t, true
		}
	}
	return time.Time{}, false
}
