package importer

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"dateline/internal/wxr"
)

// zones are tried in this order against the difference between the local and
// the GMT dates of the items. Several zones keep the same time; the first one
// that fits every date is taken and shown as a decision.
var zones = []string{"UTC", "Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Istanbul", "Europe/Moscow", "Africa/Lagos",
	"Africa/Cairo", "Africa/Johannesburg", "Africa/Nairobi", "Asia/Beirut", "Asia/Jerusalem", "Asia/Dubai", "Asia/Tehran", "Asia/Karachi",
	"Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon", "Asia/Bangkok", "Asia/Shanghai", "Asia/Tokyo", "Australia/Perth",
	"Australia/Adelaide", "Australia/Darwin", "Australia/Brisbane", "Australia/Sydney", "Pacific/Auckland", "America/New_York",
	"America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu",
	"America/Halifax", "America/St_Johns", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Santiago", "America/Bogota",
	"America/Mexico_City", "America/Caracas", "Atlantic/Azores"}

const maxOffsets = 5000

// noteOffset remembers how far the site's clock was from GMT at a date.
func (s *survey) noteOffset(it *wxr.Item) {
	local, ok1 := wxr.ParseTime(it.Date, time.UTC)
	gmt, ok2 := wxr.ParseTime(it.DateGMT, time.UTC)
	if !ok1 || !ok2 {
		return
	}
	minutes := int(local.Sub(gmt).Minutes())
	if minutes > -14*60 && minutes < 15*60 {
		s.offsets[gmt.Format(time.DateTime)] = minutes
	}
	if len(s.offsets) >= 2*maxOffsets {
		s.cutOffsets()
	}
}

// cutOffsets keeps the dates of the lowest ranks, whatever their order.
func (s *survey) cutOffsets() {
	if len(s.offsets) <= maxOffsets {
		return
	}
	dates := slices.SortedFunc(maps.Keys(s.offsets), func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
	for _, date := range dates[maxOffsets:] {
		delete(s.offsets, date)
	}
}

// settleZone finds the zone that explains most dates. Exact means all of them.
func (s *survey) settleZone() (name string, exact bool) {
	s.cutOffsets()
	best, bestHits := "UTC", -1
	for _, zone := range zones {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			continue
		}
		hits := 0
		for gmt, minutes := range s.offsets {
			t, _ := time.Parse(time.DateTime, gmt) // we wrote it
			if _, off := t.In(loc).Zone(); off == minutes*60 {
				hits++
			}
		}
		if hits > bestHits {
			best, bestHits = zone, hits
		}
	}
	loc, err := time.LoadLocation(best)
	if err != nil {
		loc = time.UTC
	}
	s.zone = loc
	return best, bestHits == len(s.offsets) && len(s.offsets) > 0
}

// when reads the moment of an item or a comment: its GMT date, or the local one
// in the site's zone.
func (s *survey) when(gmt, local string) time.Time {
	if t, ok := wxr.ParseTime(gmt, time.UTC); ok {
		return t
	}
	if t, ok := wxr.ParseTime(local, s.zone); ok {
		return t.UTC()
	}
	return time.Time{}
}

// localeOf turns WordPress's language into ours: "en-US" stays, "de_DE_formal"
// becomes "de-DE".
func localeOf(language string) string {
	parts := strings.FieldsFunc(language, func(r rune) bool { return r == '_' || r == '-' })
	switch {
	case len(parts) == 0:
		return "en"
	case len(parts) == 1 || len(parts[1]) != 2:
		return strings.ToLower(parts[0])
	}
	return strings.ToLower(parts[0]) + "-" + strings.ToUpper(parts[1])
}
