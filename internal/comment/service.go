package comment

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/comment/guard"
	"dateline/internal/db"
	"dateline/internal/mail"
	"dateline/internal/settings"
	"dateline/internal/throttle"
	"dateline/internal/vault"
)

// Addresses of the readers' pages, and names of their cookies; a token follows
// the last two addresses.
const (
	Path        = "/comments/"
	EnterPath   = Path + "enter/" // every mailed link: GET says what it does, POST does it
	StopPath    = Path + "stop/"  // RFC 8058's one-click POST
	DeviceName  = "dateline-device"
	SessionName = "dateline-reader"
)

// Purposes of sealed, indexed and signed values.
const (
	purposeWriter  = "comment.writer" // sealed address, and index of the mailbox
	purposePrefix  = "comment.prefix"
	purposeDevice  = "comment.device"
	purposeForm    = "comment.form"
	purposeSession = "comment.session"
	purposeFilled  = "comment.remember"
	purposeAvatar  = "comment.avatar"
	purposeJob     = "comment.job"
	purposeEnter   = "comment.enter"
)

// Outpost is how letters leave, and where their links lead.
type Outpost struct {
	Send   func(ctx context.Context, m mail.Message) error // nil without a mail server
	Origin func() string                                   // of the site, without a trailing slash
	Desk   string                                          // path of the moderators' queue, for letters to them
}

// Parts are what a Service is made of.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Vault    *vault.Vault
	Settings *settings.Store
	Accounts *account.Service // colleagues who moderate; nil for none
	Outpost  Outpost
	Outside  guard.Outside // asked about comments as well; nil for nobody
}

// Service takes and moderates comments. Safe for concurrent use.
type Service struct {
	db       *db.DB
	clock    clock.Clock
	vault    *vault.Vault
	settings *settings.Store
	accounts *account.Service
	out      Outpost
	outside  guard.Outside

	rates *throttle.Table[string]
	posts *gather[*entry]
	likes *gather[*liking]

	learning sync.Mutex
	model    atomic.Pointer[guard.Model] // nil until it is asked
	looked   atomic.Int64                // when it was last compared with the database, Unix seconds
	waves    *guard.Waves

	targets targets
	rules   memo[[]compiledRule]
	bans    memo[banSet]
	names   atomic.Pointer[nameSet]
}

// mostGuards bounds the memory of rates, most of which are forgotten anyway
// within minutes.
const mostGuards = 50_000

// NewService wires a service.
func NewService(p Parts) *Service {
	s := &Service{db: p.DB, clock: p.Clock, vault: p.Vault, settings: p.Settings, accounts: p.Accounts, out: p.Outpost, outside: p.Outside,
		rates: throttle.New[string](p.Clock, mostGuards), waves: guard.NewWaves()}
	s.posts = newGather(s.putAll)
	s.likes = newGather(s.likeAll)
	s.db.OnPurge(s.heard)
	return s
}

// UseOutpost makes letters leave another way. It is called before anything else.
func (s *Service) UseOutpost(o Outpost) { s.out = o }

// Mails tells whether there is a mail server: without one nothing can be
// confirmed or followed.
func (s *Service) Mails() bool { return s.out.Send != nil }

// Keys of what the service remembers of the database.
const (
	keyRules = "comment-rules"
	keyBans  = "comment-bans"
)

// heard forgets what others changed.
func (s *Service) heard(keys []string) {
	for _, key := range keys {
		switch {
		case key == "*":
			s.targets.forget("")
			s.rules.forget()
			s.bans.forget()
		case key == keyRules:
			s.rules.forget()
		case key == keyBans:
			s.bans.forget()
		case strings.HasPrefix(key, "article:"):
			s.targets.forget(strings.TrimPrefix(key, "article:"))
		}
	}
}

func (s *Service) now() int64 { return db.Micros(s.clock.Now()) }

// await returns what waits until the pages under a key show what was written.
func (s *Service) await(key string) func(context.Context) {
	return func(ctx context.Context) { _ = s.db.Purged(ctx, key) } // who does not wait any longer sees it a moment later
}

// memo is something read from the database until it changes.
type memo[T any] struct {
	mu    sync.Mutex
	value *T
	turn  int64 // grows with each forget
}

func (m *memo[T]) forget() {
	m.mu.Lock()
	m.value, m.turn = nil, m.turn+1
	m.mu.Unlock()
}

// get returns the value, reading it when it is not known. What was forgotten
// while it was read is not kept.
func (m *memo[T]) get(read func() (T, error)) (T, error) {
	m.mu.Lock()
	value, turn := m.value, m.turn
	m.mu.Unlock()
	if value != nil {
		return *value, nil
	}
	fresh, err := read()
	if err != nil {
		return fresh, err
	}
	m.mu.Lock()
	if m.turn == turn {
		m.value = &fresh
	}
	m.mu.Unlock()
	return fresh, nil
}

// moderator refuses everybody below an editor.
func moderator(actor account.Actor) error {
	return actor.Require(account.Editor, "moderate comments")
}

// AllReasons lists the keys of the words that say why a comment is held.
func AllReasons() []string {
	out := []string{WhyFirst, WhyConfirm, WhyPolicy, WhyRule, WhyLinks, WhyBanned, WhyReports, WhyStaff, WhyByline, WhyOutside, WhyMention, WhyGuard}
	for _, w := range guard.AllWords() {
		out = append(out, guardKey(w))
	}
	slices.Sort(out)
	return out
}
