// Package settings holds what a newsroom decides once about its site: title,
// zone, language, address patterns and menus.
//
// Tables: setting (one JSON value under "site"), menu. Every change purges the
// surrogate key "site".
package settings

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"sync/atomic"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/urlpath"
)

// Site is the settings of one site.
type Site struct {
	Title          string `json:"title"`
	Tagline        string `json:"tagline"`
	Zone           string `json:"zone"`      // IANA name
	Locale         string `json:"locale"`    // BCP 47, of the interface
	Permalink      string `json:"permalink"` // WordPress tokens
	SectionBase    string `json:"section_base"`
	TagBase        string `json:"tag_base"`
	AuthorBase     string `json:"author_base"`
	DefaultSection int64  `json:"default_section"`
	PageSize       int    `json:"page_size"`
	LogoMedia      int64  `json:"logo_media"`
	FrontPage      int64  `json:"front_page"`      // standing page shown at "/", 0 for the news front
	PostsPage      int64  `json:"posts_page"`      // standing page whose address shows the latest list
	CommentDepth   int    `json:"comment_depth"`   // levels of replies shown nested
	CommentThreads int    `json:"comment_threads"` // threads on the first page
	Comments
	HeadlineMax     int    `json:"headline_max"`     // characters that a headline may have before the desk asks
	StandfirstMax   int    `json:"standfirst_max"`   // likewise
	ShowVersions    bool   `json:"show_versions"`    // readers may see what changed in an article
	API             bool   `json:"api"`              // programs may read what readers may
	NewsletterBox   bool   `json:"newsletter_box"`   // the sign-up box stands below articles, sections and sent editions and on the front
	NewsletterProof bool   `json:"newsletter_proof"` // a sign-up takes work of the browser
	NewsletterMin   int    `json:"newsletter_min"`   // readers from which on the box says how many there are
	PrivacyPage     string `json:"privacy_page"`     // path of the page on privacy, "" for none
	Publisher       string `json:"publisher"`        // organisation named in structured data
	Contact         string `json:"contact"`          // mailto: or https: of security.txt; "" leaves the file out
	SourceURL       string `json:"source_url"`       // address the site was imported from
	FormerBases     []Base `json:"former_bases,omitempty"`
	Look            Look   `json:"look,omitzero"`
}

// Base is a word that once stood before the addresses of a kind of list:
// "section", "tag" or "author".
type Base struct {
	Kind string `json:"kind"`
	Word string `json:"word"`
}

// Default returns the settings of a new site.
func Default() Site {
	return Site{
		Title: "Dateline", Zone: "UTC", Locale: "en", Permalink: "/%category%/%postname%/",
		SectionBase: "section", TagBase: "tag", AuthorBase: "author",
		PageSize: 20, CommentDepth: 3, CommentThreads: 50,
		HeadlineMax: 90, StandfirstMax: 300, ShowVersions: true, API: true,
		NewsletterBox: true, NewsletterMin: 100, PrivacyPage: "/privacy/", Comments: defaultComments(),
	}
}

// CheckZone refuses a time zone that this machine and the program do not know.
// The site is not served with one: every date of it would be wrong.
func (s Site) CheckZone() error {
	if _, err := time.LoadLocation(s.Zone); err != nil || s.Zone == "" || s.Zone == "Local" {
		return fault.New(fault.Invalid, "time zone %q is not known", s.Zone).WithHint("use a name such as Europe/Berlin: dateline site set zone=Europe/Berlin, or under Site at the desk")
	}
	return nil
}

// Location returns the site's time zone. Validate and CheckZone see to it that
// it can be loaded.
func (s Site) Location() *time.Location {
	if loc, ok := loaded.Load(s.Zone); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(s.Zone)
	if err != nil {
		return time.UTC
	}
	loaded.Store(s.Zone, loc)
	return loc
}

// Validate reports the first setting that cannot work, by name.
func (s Site) Validate() error {
	switch {
	case strings.TrimSpace(s.Title) == "":
		return fault.New(fault.Invalid, "the site needs a title")
	case s.PageSize < 1 || s.PageSize > mostOnPage:
		return fault.New(fault.Invalid, "page size %d: choose between 1 and %d", s.PageSize, mostOnPage)
	case s.CommentThreads < 1 || s.CommentThreads > mostThreads:
		return fault.New(fault.Invalid, "%d comment threads a page: choose between 1 and %d", s.CommentThreads, mostThreads)
	case s.HeadlineMax < leastLetters || s.HeadlineMax > mostHeadline:
		return fault.New(fault.Invalid, "headlines of %d characters: choose between %d and %d", s.HeadlineMax, leastLetters, mostHeadline)
	case s.StandfirstMax < leastLetters || s.StandfirstMax > mostStandfirst:
		return fault.New(fault.Invalid, "standfirsts of %d characters: choose between %d and %d", s.StandfirstMax, leastLetters, mostStandfirst)
	case s.CommentDepth < 1 || s.CommentDepth > mostDepth:
		return fault.New(fault.Invalid, "%d levels of comments: choose between 1 and %d", s.CommentDepth, mostDepth)
	}
	if s.NewsletterMin < 1 || s.NewsletterMin > mostReaders {
		return fault.New(fault.Invalid, "a count from %d readers on: choose between 1 and %d", s.NewsletterMin, mostReaders)
	}
	if s.PrivacyPage != "" && !strings.HasPrefix(s.PrivacyPage, "/") {
		return fault.New(fault.Invalid, "privacy page %q: write its path on this site, such as /privacy/", s.PrivacyPage)
	}
	if err := s.Comments.validate(); err != nil {
		return err
	}
	if err := s.Look.Validate(); err != nil {
		return err
	}
	if s.Contact != "" && !strings.HasPrefix(s.Contact, "mailto:") && !strings.HasPrefix(s.Contact, "https://") {
		return fault.New(fault.Invalid, "contact %q: write a mailto: or https: address", s.Contact)
	}
	if s.SectionBase == s.TagBase || s.TagBase == s.AuthorBase || s.SectionBase == s.AuthorBase {
		return fault.New(fault.Invalid, "sections, tags and authors need different words before their addresses")
	}
	if _, err := urlpath.Parse(s.Permalink); err != nil {
		return fault.New(fault.Invalid, "address pattern %q: %w", s.Permalink, err)
	}
	if err := s.CheckZone(); err != nil {
		return err
	}
	for _, base := range []string{s.SectionBase, s.TagBase, s.AuthorBase} {
		if key := urlpath.Key(base); key == "" || key == "/" || strings.ContainsAny(base, "?#% ") {
			return fault.New(fault.Invalid, "address base %q: use plain words such as section", base)
		}
	}
	return nil
}

// MenuItem is one entry of a menu. Kind names what Ref points to ("article",
// "section", "tag", "author", "term") or is "link" with a URL of its own, or
// "heading", which leads nowhere.
type MenuItem struct {
	Label string     `json:"label"`
	Kind  string     `json:"kind"`
	Ref   int64      `json:"ref,omitempty"`
	URL   string     `json:"url,omitempty"`
	Items []MenuItem `json:"items,omitempty"`
}

// Menu is a named tree of links; Location is "main", "footer" or "".
type Menu struct {
	ID       int64
	Slug     string
	Name     string
	Location string
	Items    []MenuItem
}

// Store reads and writes the settings. Safe for concurrent use.
type Store struct {
	db     *db.DB
	cached atomic.Pointer[Site]
}

// NewStore returns a store that remembers the settings until somebody, in this
// process or another, changes them.
func NewStore(d *db.DB) *Store {
	s := &Store{db: d}
	d.OnPurge(func(keys []string) {
		for _, key := range keys {
			if key == "site" || key == "*" {
				s.cached.Store(nil)
			}
		}
	})
	return s
}

// Fixed returns a store of settings that nobody changes.
func Fixed(site Site) *Store {
	s := &Store{}
	s.cached.Store(&site)
	return s
}

// Site returns the settings, the defaults for a site that has none yet.
func (s *Store) Site(ctx context.Context) (Site, error) {
	if site := s.cached.Load(); site != nil {
		return *site, nil
	}
	site, err := Read(ctx, s.db)
	if err != nil {
		return site, err
	}
	s.cached.Store(&site)
	return site, nil
}

// Read returns the settings as q sees them, inside a transaction too.
func Read(ctx context.Context, q db.Querier) (Site, error) {
	site := Default()
	var raw string
	err := q.QueryRow(ctx, `SELECT value FROM setting WHERE key = $1`, "site").Scan(&raw)
	if fault.Is(err, fault.NotFound) {
		return site, nil
	}
	if err != nil {
		return site, err
	}
	if err := json.Unmarshal([]byte(raw), &site); err != nil {
		return site, fault.New(fault.Internal, "site settings in the database are not readable: %w", err)
	}
	return site, nil
}

// Exists reports whether the site has been set up.
func Exists(ctx context.Context, q db.Querier) (bool, error) {
	var n int64
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM setting WHERE key = $1`, "site").Scan(&n)
	return n > 0, err
}

// Save replaces the settings.
func Save(ctx context.Context, tx *db.Tx, site Site, now time.Time) error {
	if err := site.Validate(); err != nil {
		return err
	}
	raw, err := json.Marshal(site)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
		"site", string(raw), db.Micros(now))
	tx.Purge("site", "front")
	return err
}

// SaveMenu adds or replaces a menu.
func SaveMenu(ctx context.Context, tx *db.Tx, m Menu) error {
	items, err := json.Marshal(m.Items)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO menu (id, slug, name, location, items) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name,
			location = excluded.location, items = excluded.items`,
		m.ID, m.Slug, m.Name, m.Location, string(items))
	tx.Purge("site")
	return err
}

// Menus returns all menus by slug.
func Menus(ctx context.Context, q db.Querier) ([]Menu, error) {
	rows, err := q.Query(ctx, `SELECT id, slug, name, location, items FROM menu ORDER BY slug`)
	return db.All(rows, err, func(r *sql.Rows) (Menu, error) {
		var m Menu
		var items string
		if err := r.Scan(&m.ID, &m.Slug, &m.Name, &m.Location, &items); err != nil {
			return m, err
		}
		return m, json.Unmarshal([]byte(items), &m.Items)
	})
}

// DeleteMenu removes a menu.
func DeleteMenu(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM menu WHERE id = $1`, id)
	tx.Purge("site")
	return err
}
