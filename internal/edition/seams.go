package edition

import (
	"context"

	"dateline/internal/db"
	"dateline/internal/delivery"
	"dateline/internal/subscriber"
)

// Readers is what an edition asks the subscribers.
type Readers interface {
	Newsletters(ctx context.Context, q db.Querier) ([]subscriber.Newsletter, error)
	Newsletter(ctx context.Context, q db.Querier, newsletter int64) (subscriber.Newsletter, error)
	Count(ctx context.Context, q db.Querier, a subscriber.Audience) (int, error)
	Choice(ctx context.Context, q db.Querier, key string) ([]subscriber.Interest, error)
	Expand(ctx context.Context, q db.Querier, a subscriber.Audience) (subscriber.Audience, error)
	Noted(ctx context.Context, tx *db.Tx, mark string) error
	ForgetEngaged(ctx context.Context, tx *db.Tx) error
}

// Progress is how a mailing fares.
type Progress struct {
	Total        int  // recipients
	Sent         int  // taken by a mail server
	Deferred     int  // tried, to be tried again
	Bounced      int  // refused, or came back
	Skipped      int  // left meanwhile, or had nothing to read in it
	Complained   int  // marked it as spam
	Unsubscribed int  // left by one of its links
	Done         bool // nothing is left to send
	PerSecond    float64
	Trouble      string // why nothing goes out; "" when nothing is known to be wrong
}

// Left is how many letters are still to go.
func (p Progress) Left() int { return max(p.Total-p.Sent-p.Bounced-p.Skipped, 0) }

func (p Progress) plus(q Progress) Progress {
	p.Total, p.Sent, p.Deferred, p.Bounced = p.Total+q.Total, p.Sent+q.Sent, p.Deferred+q.Deferred, p.Bounced+q.Bounced
	p.Skipped, p.Complained = p.Skipped+q.Skipped, p.Complained+q.Complained
	p.Unsubscribed += q.Unsubscribed
	p.PerSecond += q.PerSecond
	p.Done = p.Done && q.Done
	if p.Trouble == "" {
		p.Trouble = q.Trouble
	}
	return p
}

// Sender is the delivery. Its calls in tx are part of it.
type Sender interface {
	Start(ctx context.Context, tx *db.Tx, m delivery.Mailing) error
	Pause(ctx context.Context, tx *db.Tx, mailing int64) error
	Resume(ctx context.Context, tx *db.Tx, mailing int64) error
	Cancel(ctx context.Context, tx *db.Tx, mailing int64) error
	Progress(ctx context.Context, mailing int64) (Progress, error)
	// Received returns the readers whose letter of a mailing was taken by a mail
	// server, with the keys that Variant gave, after an id, ascending by id.
	Received(ctx context.Context, q db.Querier, mailing, after int64, limit int) (ids []int64, variants []string, err error)
}

// Slots are what stands in a letter for what differs between its recipients.
type Slots struct {
	Unsubscribe, Preferences string
	Reader                   string // a mark by which it is noted who still reads, within links
}
