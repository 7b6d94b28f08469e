package delivery

import (
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/delivery/letter"
	"dateline/internal/event"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/subscriber"
	"dateline/internal/vault"
)

// Slots that text and HTML of a variant may hold; they are filled per recipient.
const (
	SlotUnsubscribe = letter.SlotUnsubscribe // address of the page that ends the subscription
	SlotPreferences = letter.SlotPreferences // address of the page with the reader's choices
	SlotName        = letter.SlotName        // the reader's name, maybe empty
	SlotReader      = letter.SlotReader      // the reader's mark, within a link
)

// Variant is what one group of recipients gets.
type Variant = letter.Variant

// Renderer makes the content of letters.
type Renderer interface {
	// Variant returns what a member of a mailing gets, and a key that is the
	// same for the same content. Few keys are good: each is built once. It must
	// give the same answer when it is asked again. A nil variant means that
	// there is nothing for this reader, who is skipped.
	Variant(ctx context.Context, mailing int64, m subscriber.Member) (key string, v *Variant, err error)
}

// Readers are what delivery needs to know of subscribers.
type Readers interface {
	Members(ctx context.Context, q db.Querier, a subscriber.Audience, after int64, limit int) ([]subscriber.Member, error)
	Recipients(ctx context.Context, q db.Querier, newsletter int64, ids []int64) ([]subscriber.Recipient, error)
	Bounced(ctx context.Context, tx *db.Tx, id int64, hard bool) error
	Delivered(ctx context.Context, tx *db.Tx, id int64) error
	Complained(ctx context.Context, tx *db.Tx, id int64) error
	Links(newsletter, subscriber, mailing int64) subscriber.Links
	Leave(ctx context.Context, a subscriber.Access, all bool, by subscriber.Consent) error
	Mark(newsletter, subscriber int64) string
}

// Mailing is one sending.
type Mailing struct {
	ID         int64
	Newsletter int64
	Audience   subscriber.Audience
	StartAt    time.Time // not before; zero for now
	LocalHour  int       // 0 to 23: each reader gets it when that hour next comes in their zone; -1: at once
}

// State is where a mailing is in its life.
type State string

// The states.
const (
	Sending   State = "sending" // or waiting for its time
	Paused    State = "paused"
	Cancelled State = "cancelled"
	Finished  State = "finished"
)

// EventFinished is emitted, with a FinishedEvent, when the last recipient of a
// mailing has a final state.
const EventFinished = "delivery.finished"

// FinishedEvent is the payload of EventFinished.
type FinishedEvent struct {
	Mailing int64 `json:"mailing"`
}

// Parts are what a service works with.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Vault    *vault.Vault
	Bus      *event.Bus // nil for nobody who wants to know
	Log      *slog.Logger
	Readers  Readers
	Renderer Renderer
	// Zone is the zone of readers who have named none; nil for UTC.
	Zone func(ctx context.Context) (*time.Location, error)
	// BounceDomain receives bounces: letters carry bounce+…@ it as their return
	// path. "" for the sender's own address.
	BounceDomain string
	// LeaveByMail tells that mail to the BounceDomain comes to Take: letters then
	// name an address there that unsubscribes, for mail programs.
	LeaveByMail bool
	// Metadata is a header field that the relay takes off and gives back with
	// what it reports; "" for none. It holds the token of the letter.
	Metadata string
	// KeepFor is for how long it is kept what became of each letter; 0 for ever.
	KeepFor time.Duration
}

// Service starts mailings and says how they go. Safe for concurrent use.
type Service struct {
	Parts
	tokens *tokens

	troubled atomic.Bool // trouble is not ""
	mu       sync.Mutex
	seen     map[int64][]sighting // for rates
	trouble  string               // of this process' relays, "" for none
	hold     string               // why nothing is sent at all, "" for no reason
}

// NewService returns a service. Register HandleFill for JobFill.
func NewService(p Parts) *Service {
	return &Service{Parts: p, tokens: newTokens(p.Vault), seen: map[int64][]sighting{}}
}

// topic is what a change to a mailing wakes runners with.
const topic = "delivery"

// Start begins a mailing in tx, at its time. Its recipients are the audience as
// it is then.
func (s *Service) Start(ctx context.Context, tx *db.Tx, m Mailing) error {
	if m.ID == 0 || m.Newsletter == 0 {
		return fault.New(fault.Internal, "a mailing needs an id and a newsletter")
	}
	if m.LocalHour < -1 || m.LocalHour > 23 {
		return fault.New(fault.Invalid, "%d is not an hour of the day", m.LocalHour).WithHint("choose an hour from 0 to 23, or send at once")
	}
	now := s.Clock.Now()
	if m.StartAt.IsZero() || m.StartAt.Before(now) {
		m.StartAt = now
	}
	audience, err := json.Marshal(m.Audience)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO mailing (id, newsletter_id, audience, state, start_at, local_hour, created_at)
		VALUES ($1, $2, $3, 'sending', $4, $5, $6) ON CONFLICT (id) DO NOTHING`,
		m.ID, m.Newsletter, string(audience), db.Micros(m.StartAt), m.LocalHour, db.Micros(now))
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "this mailing has been started already")
	}
	return job.Enqueue(ctx, tx, fillJob(m.ID, m.StartAt))
}

// Pause stops handing letters over; those in the air arrive. Pausing what is
// paused changes nothing.
func (s *Service) Pause(ctx context.Context, tx *db.Tx, mailing int64) error {
	return s.change(ctx, tx, mailing, Paused, "paused", Sending, Paused)
}

// Resume goes on with a paused mailing.
func (s *Service) Resume(ctx context.Context, tx *db.Tx, mailing int64) error {
	if err := s.change(ctx, tx, mailing, Sending, "resumed", Paused, Sending); err != nil {
		return err
	}
	return s.finish(ctx, tx, mailing) // the last letters may have arrived meanwhile
}

// Cancel ends a mailing for good: who has not got it gets it no more.
func (s *Service) Cancel(ctx context.Context, tx *db.Tx, mailing int64) error {
	return s.change(ctx, tx, mailing, Cancelled, "cancelled", Sending, Paused)
}

func (s *Service) change(ctx context.Context, tx *db.Tx, mailing int64, to State, verb string, from1, from2 State) error {
	ended := int64(0)
	if to == Cancelled {
		ended = db.Micros(s.Clock.Now())
	}
	n, err := tx.Exec(ctx, `UPDATE mailing SET state = $2, finished_at = $3 WHERE id = $1 AND state IN ($4, $5)`,
		mailing, string(to), ended, string(from1), string(from2))
	if err != nil {
		return err
	}
	tx.Wake(topic)
	if n > 0 {
		return nil
	}
	var state State
	if err := tx.QueryRow(ctx, `SELECT state FROM mailing WHERE id = $1`, mailing).Scan(&state); err != nil {
		return err
	}
	return fault.New(fault.Conflict, "the mailing is %s and cannot be %s any more", state, verb)
}

// Erase removes everything that names a subscriber. The counters stay.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, subscriber int64) error {
	// A row that still waits must stay until its chunk has come by, or the sums
	// would be wrong: it loses its reader, so that nobody is found for it.
	if _, err := tx.Exec(ctx, `DELETE FROM mailing_recipient WHERE subscriber_id = $1 AND state NOT IN ('waiting', 'deferred')`, subscriber); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE mailing_recipient SET subscriber_id = -id, interest = '', language = '' WHERE subscriber_id = $1`, subscriber)
	return err
}

// Got is one mailing in a reader's own data.
type Got struct {
	Mailing int64     `json:"mailing"`
	State   string    `json:"state"`
	At      time.Time `json:"at,omitzero"`
	Variant string    `json:"variant,omitempty"`
}

// Name is the key of this package's part in a reader's own data.
func (s *Service) Name() string { return "mailings" }

// Export returns which mailings a subscriber got.
func (s *Service) Export(ctx context.Context, q db.Querier, subscriber int64) (any, error) {
	rows, err := q.Query(ctx, `SELECT mailing_id, state, at, variant FROM mailing_recipient WHERE subscriber_id = $1 ORDER BY mailing_id`, subscriber)
	return db.All(rows, err, scanGot)
}

// Received returns the readers who got a mailing and which variant of it, after
// an id, ascending by id, at most limit.
func (s *Service) Received(ctx context.Context, q db.Querier, mailing, after int64, limit int) (ids []int64, variants []string, err error) {
	rows, err := q.Query(ctx, `SELECT subscriber_id, variant FROM mailing_recipient
		WHERE mailing_id = $1 AND subscriber_id > $2 AND state = 'sent' ORDER BY subscriber_id LIMIT $3`, mailing, after, limit)
	_, err = db.All(rows, err, func(r *sql.Rows) (struct{}, error) {
		var one int64
		var variant string
		err := r.Scan(&one, &variant)
		ids, variants = append(ids, one), append(variants, variant)
		return struct{}{}, err
	})
	return ids, variants, err
}
