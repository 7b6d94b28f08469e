// Package site is what readers get: it finds what answers at an address, reads
// it through the public gates, builds the page structs and renders them.
//
// It is pure reading. An Ask comes in, an Answer goes out; the web layer caches
// answers under their surrogate keys and knows nothing of articles.
package site

import (
	"context"
	"net/url"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/front"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/subscriber"
	"dateline/internal/vault"
	"dateline/internal/view"
)

// Ask is one request for a page: the path as it was sent (still escaped) and
// the query. Unlocked lists the protected articles whose password the asker
// has given.
type Ask struct {
	Path     string
	Query    url.Values
	Unlocked func(articleID int64) bool
	Probe    bool // only status and location are wanted: nothing is rendered
}

// Answer is what to send. Keys are the surrogate keys under which it may be
// cached; an answer without keys is not cached.
type Answer struct {
	Status      int
	Location    string // of a redirect
	ContentType string
	Body        []byte
	Keys        []string
	MaxAge      time.Duration // how long a shared cache may keep it; 0 for never
	Expires     time.Time     // when the page becomes untrue by itself; zero for never
	Private     bool          // personal: private, no-store
	NoIndex     bool
	Webmention  string // absolute address where other sites tell of links to this page, "" for nowhere
	Pingback    string // likewise
	Script      string // address of the page's one script, "" for none
}

// Site answers for one newsroom. Safe for concurrent use.
type Site struct {
	db       *db.DB
	clock    clock.Clock
	settings *settings.Store
	public   *article.Public
	media    *media.Service
	search   *search.Service
	readers  *subscriber.Service
	talk     Talk
	talkJS   string
	proofJS  string
	searchJS string
	vault    *vault.Vault
	views    *view.Engine
	origin   func() string
	memos    memos
	maps     drawings
}

// Parts are what a Site is made of. Origin returns the public origin without
// a trailing slash; it may change once, when the listener knows its port.
type Parts struct {
	DB       *db.DB
	Clock    clock.Clock
	Settings *settings.Store
	Media    *media.Service
	Search   *search.Service
	Readers  *subscriber.Service // nil for a site without newsletters
	Talk     Talk                // nil for a site that takes no comments
	TalkJS   string              // address of the script for pages with comments, "" for none
	ProofJS  string              // of the one for sign-ups that need work, likewise
	SearchJS string              // of the one for the search page, likewise
	Vault    *vault.Vault
	Views    *view.Engine
	Origin   func() string
}

// New wires a site.
func New(p Parts) *Site {
	s := &Site{db: p.DB, clock: p.Clock, settings: p.Settings, public: article.NewPublic(p.DB, p.Clock),
		media: p.Media, search: p.Search, readers: p.Readers, talk: p.Talk, talkJS: p.TalkJS, proofJS: p.ProofJS, searchJS: p.SearchJS, vault: p.Vault, views: p.Views, origin: p.Origin}
	p.DB.OnPurge(s.memos.purged)
	return s
}

// Through returns a site that shows the same through other templates and
// settings, for one look at it: it follows no change.
func (s *Site) Through(views *view.Engine, conf settings.Site) *Site {
	return &Site{db: s.db, clock: s.clock, settings: settings.Fixed(conf), public: s.public, media: s.media, search: s.search, readers: s.readers, talk: s.talk, vault: s.vault,
		views: views, origin: s.origin}
}

// scene is one answer in the making: the settings, the words and the keys of
// everything it has shown so far.
type scene struct {
	*Site
	ctx   context.Context
	ask   Ask
	conf  settings.Site
	words *i18n.Printer
	zone  *time.Location
	now   time.Time
	keys  []string

	// opened says that the reader gave the password of what the page shows,
	// whose pictures are not public.
	opened bool

	preview  bool                   // for the desk or its guests: never stored
	plan     *front.Plan            // that a preview shows in place of the live one
	gathered map[int64]media.Medium // read ahead, by id
	records  map[int64]claim.Record // shared accounts that were read, by id
	ends     time.Time              // when the page becomes untrue by itself
}

func (s *Site) scene(ctx context.Context, ask Ask) (*scene, error) {
	conf, err := s.settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	zone := conf.Location()
	return &scene{Site: s, ctx: ctx, ask: ask, conf: conf, words: i18n.For(conf.Locale), zone: zone,
		now: s.clock.Now().In(zone), keys: []string{"site"}}, nil
}

// shows notes that the answer shows a thing, and so must be purged with it.
func (c *scene) shows(keys ...string) { c.keys = append(c.keys, keys...) }

func (c *scene) abs(path string) string {
	if strings.HasPrefix(path, "/") {
		return c.origin() + path
	}
	return path
}

// pageAge is how long a shared cache may keep a page; our own cache purges
// exactly, a CDN in front learns of changes through its surrogate keys or this.
const pageAge = time.Minute

func (c *scene) maxAge() time.Duration {
	if c.ends.IsZero() {
		return pageAge
	}
	return min(pageAge, c.ends.Sub(c.now))
}

func (c *scene) page(status int, p view.Page) (Answer, error) {
	if c.ask.Probe {
		return Answer{Status: status}, nil
	}
	body, err := c.render(p)
	if err != nil {
		return Answer{}, err
	}
	// Every page names the day, so none outlives midnight in the site's zone.
	y, m, d := c.now.Date()
	c.until(dayStart(y, m, d+1, c.zone))
	answer := Answer{Status: status, ContentType: "text/html; charset=utf-8", Body: body, Keys: c.keys,
		MaxAge: c.maxAge(), Expires: c.ends, NoIndex: p.Meta.NoIndex, Script: p.Meta.Script}
	if c.preview {
		answer.Private, answer.NoIndex, answer.Keys, answer.MaxAge = true, true, nil, 0
	}
	return answer, nil
}

// files are the first words of addresses that the web layer answers without a
// Site: their contents come and go on their own.
var files = map[string]bool{"media": true, "assets": true, "share": true, "wp-content": true, "desk": true, "healthz": true, "api": true}

// Shows reports whether readers get something at an address of this site: for
// checks of links. It follows the site's own redirects.
func (s *Site) Shows(ctx context.Context, address *url.URL) (bool, error) {
	path, query := address.EscapedPath(), address.Query()
	for range 3 {
		first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if files[first] {
			return true, nil
		}
		answer, err := s.Answer(ctx, Ask{Path: path, Query: query, Probe: true})
		if err != nil || answer.Status != 301 {
			return err == nil && answer.Status < 400, err
		}
		to, err := url.Parse(answer.Location)
		if err != nil || to.Host != "" {
			return err == nil, nil
		}
		path, query = to.EscapedPath(), to.Query()
	}
	return true, nil
}

func moved(location string) Answer {
	return Answer{Status: 301, Location: location, Keys: []string{"site"}, MaxAge: pageAge}
}

// Conf returns the site's settings.
func (s *Site) Conf(ctx context.Context) (settings.Site, error) { return s.settings.Site(ctx) }
