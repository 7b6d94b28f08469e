package mention

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/clock"
	"dateline/internal/comment"
	"dateline/internal/comment/locate"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/fetch"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/settings"
	"dateline/internal/throttle"
)

// Via is how a notice came.
type Via string

// The ways.
const (
	Webmention Via = "webmention"
	Pingback   Via = "pingback"
)

// The addresses at which notices arrive.
const (
	Path         = "/webmention"
	PingbackPath = "/xmlrpc.php"
)

// JobVerify looks at a source.
const JobVerify = "mention.verify"

// The states of a mention.
const (
	waiting = "waiting"
	taken   = "taken"
	refused = "refused"
	gone    = "gone"
)

// Limits.
const (
	maxAddress   = 2000 // bytes of source and of target
	maxWaiting   = 5000 // sources to be looked at
	againAfter   = time.Minute
	networkEvery = 10 * time.Second // notices of one network
	networkBurst = 20
	hostEvery    = 30 * time.Second // sources of one host
	hostBurst    = 20
	mostGuards   = 20_000
	keepRefused  = 30 * 24 * time.Hour
)

// Errors that callers tell apart. Each is the cause of a fault.
var (
	ErrSource = fault.New(fault.Invalid, "source")
	ErrTarget = fault.New(fault.Invalid, "target")
	ErrClosed = fault.New(fault.Invalid, "closed")
)

// Parts are what a Service is made of.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *settings.Store
	Comments *comment.Store
	Talk     *comment.Service // which judges what comes, and tells moderators
	Fetch    *fetch.Client
	Origin   func() string
	Ask      locate.Ask
}

// Service takes mentions.
type Service struct {
	Parts
	public *article.Public
	guards *throttle.Table[string]
}

// NewService wires the service.
func NewService(p Parts) *Service {
	return &Service{Parts: p, public: article.NewPublic(p.DB, p.Clock), guards: throttle.New[string](p.Clock, mostGuards)}
}

// Notice says that a source links to a target.
type Notice struct {
	Source, Target string
	Via            Via
	Client         netip.Addr
}

// On tells whether the newsroom takes what comes that way.
func (s *Service) On(ctx context.Context, via Via) (bool, error) {
	conf, err := s.Settings.Site(ctx)
	return wanted(conf, via), err
}

func wanted(conf settings.Site, via Via) bool {
	if via == Pingback {
		return conf.Pingbacks
	}
	return conf.Webmentions
}

// Receive takes a notice; the source is looked at later. Errors: NotFound when
// the newsroom takes none, Invalid with ErrSource, ErrTarget or ErrClosed as its
// cause, TooMany.
func (s *Service) Receive(ctx context.Context, n Notice) error {
	conf, err := s.Settings.Site(ctx)
	if err != nil {
		return err
	}
	if !wanted(conf, n.Via) {
		return fault.New(fault.NotFound, "this site takes no %ss", n.Via)
	}
	if _, ok := s.guards.Take("network "+throttle.Network(n.Client, 24, 48), networkEvery, networkBurst); !ok {
		return fault.New(fault.TooMany, "too many notices from your network").WithHint("send the rest later")
	}
	hosts := locate.Hosts(s.Origin(), conf)
	source, err := checkSource(n.Source, hosts)
	if err != nil {
		return err
	}
	target, err := checkTarget(n.Target, hosts)
	if err != nil {
		return err
	}
	if same(source, target) {
		return fault.New(fault.Invalid, "source and target are the same: %w", ErrSource)
	}
	art, err := s.article(ctx, conf, target)
	if err != nil {
		return err
	}
	if _, ok := s.guards.Take("host "+locate.Host(source.Hostname()), hostEvery, hostBurst); !ok {
		return fault.New(fault.TooMany, "too many notices about %s", source.Hostname()).WithHint("send the rest later")
	}
	return s.ask(ctx, n, source, target, art)
}

// checkSource judges a source without the network.
func checkSource(raw string, hosts map[string]bool) (*url.URL, error) {
	u, err := page(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the source is no web address of a page: %w", ErrSource).WithHint("source and target are whole addresses, with http or https")
	}
	if hosts[locate.Host(u.Hostname())] {
		return nil, fault.New(fault.Invalid, "the source is a page of this site: %w", ErrSource).WithHint("only other sites tell of their links")
	}
	return u, nil
}

func checkTarget(raw string, hosts map[string]bool) (*url.URL, error) {
	u, err := page(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the target is no web address of a page: %w", ErrTarget).WithHint("source and target are whole addresses, with http or https")
	}
	if !hosts[locate.Host(u.Hostname())] {
		return nil, fault.New(fault.Invalid, "the target is not on this site: %w", ErrTarget).WithHint("the target is the article's address here")
	}
	return u, nil
}

// page reads the address of a page.
func page(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxAddress || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return nil, fault.New(fault.Invalid, "no web address")
	}
	return u, nil
}

// article finds the target's article, which readers must see and be able to
// comment on.
func (s *Service) article(ctx context.Context, conf settings.Site, target *url.URL) (int64, error) {
	one, err := locate.New(s.DB, s.Ask, s.Origin(), conf).At(ctx, target.String())
	if err != nil {
		return 0, err
	}
	unknown := fault.New(fault.Invalid, "no article is at the target's address: %w", ErrTarget).WithHint("the target is the article's address here")
	if one.Article == 0 {
		return 0, unknown
	}
	a, vis, err := s.public.Read(ctx, one.Article)
	switch {
	case fault.Is(err, fault.NotFound):
		return 0, unknown
	case err != nil:
		return 0, err
	case vis != article.Listed:
		return 0, unknown
	case !comment.Takes(&a, conf, s.Clock.Now()):
		return 0, fault.New(fault.Invalid, "the article takes no answers any more: %w", ErrClosed)
	}
	return a.ID, nil
}

// ask writes a notice down and asks for a look at its source, for one known
// already not sooner than a minute after the last.
func (s *Service) ask(ctx context.Context, n Notice, source, target *url.URL, art int64) error {
	source.Fragment, source.RawFragment = "", ""
	key := sum(source.String(), strconv.FormatInt(art, 10))
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var many int64
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM web_mention WHERE state = 'waiting' LIMIT $1) w`, maxWaiting).Scan(&many); err != nil {
			return err
		}
		if many >= maxWaiting {
			return fault.New(fault.TooMany, "too many notices wait to be looked at").WithHint("send it again in an hour")
		}
		now := s.Clock.Now()
		var row, checked int64
		err := tx.QueryRow(ctx, `INSERT INTO web_mention (id, mention_key, article_id, source, target, via, state, asked_at)
			VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7)
			ON CONFLICT (mention_key) DO UPDATE SET target = excluded.target, via = excluded.via, state = 'waiting', tries = 0, asked_at = excluded.asked_at
			RETURNING id, checked_at`, id.New(), key, art, source.String(), target.String(), string(n.Via), db.Micros(now)).Scan(&row, &checked)
		if err != nil {
			return err
		}
		spec := job.Spec{Kind: JobVerify, Key: strconv.FormatInt(row, 10), Payload: row}
		if again := db.Time(checked).Add(againAfter); checked > 0 && again.After(now) {
			spec.RunAt = again
		}
		return job.Enqueue(ctx, tx, spec)
	})
}

// sum is a key made of parts.
func sum(parts ...string) string {
	h := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(h[:])
}

// same tells whether two addresses mean one page: http and https, a slash at the
// end and what follows # make no difference.
func same(a, b *url.URL) bool { return plain(a) == plain(b) }

func plain(u *url.URL) string {
	path := u.EscapedPath()
	if unescaped, err := url.PathUnescape(path); err == nil {
		path = unescaped
	}
	host, port := strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), u.Port()
	if port == "80" || port == "443" {
		port = ""
	}
	return host + ":" + port + "/" + strings.Trim(path, "/") + "?" + u.RawQuery
}
