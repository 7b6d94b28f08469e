package subscriber

import (
	"cmp"
	"context"
	"time"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/mail"
	"dateline/internal/settings"
	"dateline/internal/throttle"
	"dateline/internal/vault"
)

// State is where a subscriber is in their life.
type State string

// The states.
const (
	Pending    State = "pending"
	Active     State = "active"
	Ended      State = "ended"
	Bounced    State = "bounced"
	Complained State = "complained"
)

// Purposes of sealed and indexed values and of links.
const (
	purposeAddress = "subscriber.address"
	purposeName    = "subscriber.name"
	purposeMailbox = "subscriber.mailbox"
	purposeDomain  = "subscriber.domain"
	purposeJob     = "subscriber.job"
	purposeConfirm = "subscriber.confirm"
	purposeChoose  = "subscriber.preferences"
	purposeFresh   = "subscriber.fresh"
	purposeLeave   = "subscriber.leave"
	purposeMove    = "subscriber.move"
	purposeMark    = "subscriber.mark"
)

// Addresses of the readers' pages; a token follows all but the first.
const (
	Path            = "/newsletter/"
	ConfirmPath     = Path + "confirm/"
	PreferencesPath = Path + "preferences/"
	LeavePath       = Path + "unsubscribe/"
	OneClickPath    = Path + "one-click/"
	MovePath        = Path + "address/"
)

// How long things last.
const (
	confirmFor  = 7 * 24 * time.Hour  // a confirmation link, and the sign-up it belongs to
	freshFor    = 24 * time.Hour      // a link that shows and moves the address, or erases
	keepEnded   = 30 * 24 * time.Hour // who left, before the rows are erased
	softWithin  = 90 * 24 * time.Hour // soft failures further apart begin anew
	softAtLeast = 7 * 24 * time.Hour  // and they must last as long as this
	softMost    = 3                   // mailings in a row, unless the configuration says another number
)

// SourceSite is the source of those who signed up here; importers name theirs.
const SourceSite = "site"

// Holder is another package that keeps rows of subscribers, such as which
// mailings they got.
type Holder interface {
	// Name is the key of what Export returns in the reader's own data.
	Name() string
	// Export returns what is kept of a subscriber, as it goes into JSON.
	Export(ctx context.Context, q db.Querier, subscriber int64) (any, error)
	// Erase removes all that names the subscriber.
	Erase(ctx context.Context, tx *db.Tx, subscriber int64) error
}

// Post is how letters leave, and where their links lead.
type Post struct {
	Send   func(ctx context.Context, m mail.Message) error // nil without a mail server
	Origin func() string                                   // of the site, without a trailing slash
}

// Parts are what a Service is made of.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Vault    *vault.Vault
	Settings *settings.Store
	Post     Post
	// SoftMost is how many mailings in a row must come back for now before a
	// reader is ended; 0 for three, less for never.
	SoftMost int
}

// Service keeps newsletters and their readers. Safe for concurrent use.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	vault    *vault.Vault
	settings *settings.Store
	post     Post
	softMost int64
	guards   *throttle.Table[string] // what one network may ask for
	holders  []Holder
	reserved []string // keys of address words that no newsletter may have
	onLeft   func(ctx context.Context, tx *db.Tx, a Access) error
}

// NewService wires a service.
func NewService(p Parts) *Service {
	return &Service{db: p.DB, clock: p.Clock, vault: p.Vault, settings: p.Settings, post: p.Post, softMost: int64(cmp.Or(p.SoftMost, softMost)), guards: throttle.New[string](p.Clock, mostGuards)}
}

// UsePost makes letters leave another way. It is called before anything else.
func (s *Service) UsePost(p Post) { s.post = p }

// AddHolder makes exports and erasure include what another package keeps. It is
// called before anything else.
func (s *Service) AddHolder(h Holder) { s.holders = append(s.holders, h) }

// OnLeft makes the service tell who counts what follows from a mailing that a
// reader left by its link, in the same transaction. It is called before
// anything else.
func (s *Service) OnLeft(fn func(ctx context.Context, tx *db.Tx, a Access) error) { s.onLeft = fn }

// Mails tells whether there is a mail server: without one nobody can sign up.
func (s *Service) Mails() bool { return s.post.Send != nil }

func (s *Service) now() int64 { return db.Micros(s.clock.Now()) }
