package article

import (
	"cmp"
	"slices"
	"time"
)

// planned spreads articles over the moments that a calendar shows: one article
// may be due in the morning and scheduled for the evening.
func planned(articles []Article, from, to time.Time) []Planned {
	var all []Planned
	for _, a := range articles {
		add := func(what string, at time.Time) {
			if !at.IsZero() && !at.Before(from) && at.Before(to) {
				all = append(all, Planned{a, at, what})
			}
		}
		if a.Status == StatusScheduled {
			add("scheduled", a.ScheduledAt)
		}
		if a.Status == StatusPublished {
			add("embargo", a.EmbargoUntil)
		}
		if a.LiveVersion == 0 && a.Status != StatusBinned {
			add("due", a.Due)
		}
	}
	slices.SortStableFunc(all, func(x, y Planned) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Article.ID, y.Article.ID))
	})
	return all
}
