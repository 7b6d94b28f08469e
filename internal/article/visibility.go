package article

import "time"

// Visibility is what a reader without an account may see of an article.
type Visibility int

// The answers of Visible.
const (
	Hidden    Visibility = iota // answers like an address that never existed
	Listed                      // readable and in lists
	Protected                   // readable with the password, in no list
	Gone                        // was readable once; answers with the reason
)

// Visible is the one gate: it decides what readers may see of an article at a
// moment. Everything that leaves Dateline asks it.
func Visible(a *Article, now time.Time) Visibility {
	switch {
	case a.LiveVersion == 0:
		return Hidden
	case a.Access == AccessPrivate:
		return Hidden
	case a.Status == StatusWithdrawn:
		return Gone
	case a.Status != StatusPublished:
		return Hidden
	case a.FirstPublished.After(now), a.EmbargoUntil.After(now):
		return Hidden
	case a.Access == AccessPassword:
		return Protected
	}
	return Listed
}
