package guard

import (
	"context"
	"net/netip"
	"time"
)

// Outside is a service of somebody else's that is asked about comments. A site
// has none unless it sets one up, and tells its readers then: what readers
// wrote, their names, addresses and network addresses go there.
type Outside interface {
	// Check asks about a comment. An error is no answer: judge without.
	Check(ctx context.Context, s Submission) (Opinion, error)
	// Teach tells what the site decided.
	Teach(ctx context.Context, s Submission, spam bool) error
}

// Submission is what a service outside is told. Empty fields are left out.
type Submission struct {
	Page     string // address of the article
	Client   netip.Addr
	Agent    string // User-Agent of the writer's browser
	Referrer string
	Name     string
	Email    string
	URL      string
	Text     string
	Language string
	Reply    bool // answers another comment
	Written  time.Time
	Article  time.Time // when the article was published
}

// Opinion is a service's answer. Certain asks to keep it from moderators, too.
type Opinion struct {
	Spam, Certain bool
}
