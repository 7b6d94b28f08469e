package settings

import (
	"slices"
	"strings"

	"dateline/internal/fault"
)

// When a reader's comment is public.
const (
	CommentsOpen      = "open"      // at once, unless it looks like spam
	CommentsConfirmed = "confirmed" // once the writer confirmed their address
	CommentsFirst     = "first"     // once a first comment of the writer was approved
	CommentsHeld      = "held"      // once it is approved
)

// Orders of threads.
const (
	OrderOldest = "oldest"
	OrderNewest = "newest"
	OrderBest   = "best"
)

// Comments is how readers take part.
type Comments struct {
	CommentPolicy        string `json:"comment_policy"`
	CommentOrder         string `json:"comment_order"`
	CommentCloseDays     int    `json:"comment_close_days"`   // 0 for never
	CommentEditMinutes   int    `json:"comment_edit_minutes"` // 0 for not at all
	CommentLikes         bool   `json:"comment_likes"`
	CommentReports       int    `json:"comment_reports"` // that hold a comment, 0 for never
	CommentLinks         int    `json:"comment_links"`   // that a comment may have before it is held
	CommentRate          int    `json:"comment_rate"`    // comments of one network in a minute
	CommentNameRequired  bool   `json:"comment_name_required"`
	CommentEmailRequired bool   `json:"comment_email_required"`
	CommentWebsite       bool   `json:"comment_website"`
	CommentLive          bool   `json:"comment_live"`
	CommentRulesPage     string `json:"comment_rules_page"` // path, "" for none
	CommentNotice        bool   `json:"comment_notice"`
	CommentDigest        bool   `json:"comment_digest"`
	Webmentions          bool   `json:"webmentions"`
	Pingbacks            bool   `json:"pingbacks"`
}

func defaultComments() Comments {
	return Comments{CommentPolicy: CommentsFirst, CommentOrder: OrderOldest, CommentEditMinutes: 15, CommentLikes: true, CommentReports: 3,
		CommentLinks: 2, CommentRate: 10, CommentNameRequired: true, CommentEmailRequired: true, CommentWebsite: true, CommentLive: true,
		CommentDigest: true, Webmentions: true}
}

// Options are the words that a setting of EnterChoice may have.
func Options(name string) []string {
	switch name {
	case "comment_policy":
		return []string{CommentsOpen, CommentsConfirmed, CommentsFirst, CommentsHeld}
	case "comment_order":
		return []string{OrderOldest, OrderNewest, OrderBest}
	}
	return nil
}

const (
	mostDays    = 36500
	mostMinutes = 1440
	mostReports = 1000
	mostLinks   = 100
	mostRate    = 100_000
)

func (c Comments) validate() error {
	for _, choice := range []struct{ name, value string }{{"comment_policy", c.CommentPolicy}, {"comment_order", c.CommentOrder}} {
		if !slices.Contains(Options(choice.name), choice.value) {
			return fault.New(fault.Invalid, "%s: %q is none of the choices", choice.name, choice.value).
				WithHint("write one of %s", strings.Join(Options(choice.name), ", "))
		}
	}
	for _, number := range []struct {
		name      string
		is        int
		low, high int
	}{
		{"comment_close_days", c.CommentCloseDays, 0, mostDays}, {"comment_edit_minutes", c.CommentEditMinutes, 0, mostMinutes},
		{"comment_reports", c.CommentReports, 0, mostReports}, {"comment_links", c.CommentLinks, 0, mostLinks}, {"comment_rate", c.CommentRate, 1, mostRate},
	} {
		if number.is < number.low || number.is > number.high {
			return fault.New(fault.Invalid, "%s %d: choose between %d and %d", number.name, number.is, number.low, number.high)
		}
	}
	if c.CommentRulesPage != "" && !strings.HasPrefix(c.CommentRulesPage, "/") {
		return fault.New(fault.Invalid, "rules page %q: write its path on this site, such as /rules/", c.CommentRulesPage)
	}
	return nil
}
