package subscriber

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/settings"
	"dateline/internal/urlpath"
)

// The rhythms.
const (
	RhythmEdition = "edition" // what editors compose, when they send it
	RhythmEach    = "each"    // every article
	RhythmDaily   = "daily"
	RhythmWeekly  = "weekly"
)

// Rhythms are all of them, in reading order.
func Rhythms() []string { return []string{RhythmEdition, RhythmEach, RhythmDaily, RhythmWeekly} }

// PresetID is the newsletter that every site has from the start.
const PresetID = 1

// Newsletter is one thing that readers may get by mail.
type Newsletter struct {
	ID          int64
	Slug        string
	Name        string // as readers see it; that of the preset one is the site's title until it is changed
	Description string
	Language    string // "" for the site's
	FromName    string // "" for Name
	ReplyTo     string
	Rhythms     []string // on offer; the first is what the box on a page gives
	Open        bool     // takes new readers
	Preset      bool
	Position    int
	Readers     int64 // active ones, exact
}

// Offers tells whether readers may choose a rhythm.
func (n *Newsletter) Offers(rhythm string) bool { return slices.Contains(n.Rhythms, rhythm) }

const newsletterColumns = `id, slug, name, description, language, from_name, reply_to, rhythms, open, preset, position, readers`

func scanNewsletter(r *sql.Rows) (n Newsletter, err error) {
	var rhythms string
	if err := r.Scan(&n.ID, &n.Slug, &n.Name, &n.Description, &n.Language, &n.FromName, &n.ReplyTo, &rhythms, &n.Open, &n.Preset, &n.Position, &n.Readers); err != nil {
		return n, err
	}
	return n, json.Unmarshal([]byte(rhythms), &n.Rhythms)
}

// preset is the newsletter of a site that has made none.
func preset() Newsletter {
	return Newsletter{ID: PresetID, Slug: "newsletter", Rhythms: []string{RhythmEdition}, Open: true, Preset: true}
}

// Newsletters returns all newsletters in the newsroom's order, closed ones too.
func (s *Service) Newsletters(ctx context.Context, q db.Querier) ([]Newsletter, error) {
	rows, err := q.Query(ctx, `SELECT `+newsletterColumns+` FROM newsletter ORDER BY position, id`)
	all, err := db.All(rows, err, scanNewsletter)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		all = []Newsletter{preset()}
	}
	site, err := s.settings.Site(ctx)
	for i := range all {
		all[i].Name = cmp.Or(all[i].Name, site.Title)
	}
	return all, err
}

// Newsletter returns the newsletter of an id, or NotFound.
func (s *Service) Newsletter(ctx context.Context, q db.Querier, newsletter int64) (Newsletter, error) {
	all, err := s.Newsletters(ctx, q)
	for _, n := range all {
		if n.ID == newsletter {
			return n, err
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "there is no such newsletter")
	}
	return Newsletter{}, err
}

// Offered returns the newsletters that take readers, in the newsroom's order.
func (s *Service) Offered(ctx context.Context) ([]Newsletter, error) {
	all, err := s.Newsletters(ctx, s.db)
	return slices.DeleteFunc(all, func(n Newsletter) bool { return !n.Open }), err
}

// EnsurePreset writes the newsletter that every site has from the start, where
// the newsroom has made none: rows of others name it.
func EnsurePreset(ctx context.Context, tx *db.Tx, now time.Time) error {
	var n int64
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM newsletter`).Scan(&n); err != nil || n > 0 {
		return err
	}
	p := preset()
	_, err := tx.Exec(ctx, `INSERT INTO newsletter (id, slug, slug_key, name, preset, updated_at) VALUES ($1, $2, $3, '', 1, $4) ON CONFLICT DO NOTHING`,
		p.ID, p.Slug, urlpath.Key(p.Slug), db.Micros(now))
	return err
}

// SaveNewsletter adds a newsletter (ID 0) or changes one, and returns it. Who
// reads in a rhythm that is no longer on offer goes on getting it until they or
// somebody else changes that; Readers is never taken over from n.
func (s *Service) SaveNewsletter(ctx context.Context, actor account.Actor, n Newsletter) (Newsletter, error) {
	if err := actor.Require(account.Editor, "change newsletters"); err != nil {
		return n, err
	}
	if err := n.check(); err != nil {
		return n, err
	}
	if slices.Contains(s.reserved, urlpath.Key(n.Slug)) {
		return n, fault.New(fault.Invalid, "a newsletter cannot have the address word %q: pages for readers are there", n.Slug).WithHint("choose another word, such as %s-news", n.Slug)
	}
	rhythms, err := json.Marshal(n.Rhythms)
	if err != nil {
		return n, fault.New(fault.Internal, "rhythms: %w", err)
	}
	verb := "change"
	if n.ID == 0 {
		n.ID, verb = id.New(), "add"
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := EnsurePreset(ctx, tx, s.clock.Now()); err != nil {
			return err
		}
		if err := slugIsFree(ctx, tx, n); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO newsletter (id, slug, slug_key, name, description, language, from_name, reply_to, rhythms, open, position, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
			ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, slug_key = excluded.slug_key, name = excluded.name, description = excluded.description,
				language = excluded.language, from_name = excluded.from_name, reply_to = excluded.reply_to, rhythms = excluded.rhythms,
				open = excluded.open, position = excluded.position, updated_at = excluded.updated_at`,
			n.ID, n.Slug, urlpath.Key(n.Slug), n.Name, n.Description, n.Language, n.FromName, n.ReplyTo, string(rhythms), n.Open, int64(n.Position), s.now()); err != nil {
			return err
		}
		tx.Purge("newsletters", KeyReaders)
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, verb, "newsletter", n.ID, map[string]any{"name": n.Name, "open": n.Open, "rhythms": n.Rhythms})
	})
	if err != nil {
		return n, err
	}
	return s.Newsletter(ctx, s.db, n.ID)
}

// Reserve keeps newsletters from address words at which something else answers.
// Call it before the service is used.
func (s *Service) Reserve(words []string) {
	s.reserved = nil
	for _, word := range words {
		s.reserved = append(s.reserved, urlpath.Key(word))
	}
}

func slugIsFree(ctx context.Context, tx *db.Tx, n Newsletter) error {
	var taken int64
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM newsletter WHERE slug_key = $1 AND id <> $2`, urlpath.Key(n.Slug), n.ID).Scan(&taken); err != nil {
		return err
	}
	if taken > 0 {
		return fault.New(fault.Conflict, "another newsletter has the address word %q", n.Slug).WithHint("choose another word")
	}
	return nil
}

const (
	mostName        = 120
	mostDescription = 500
)

// check tidies n and refuses what cannot work.
func (n *Newsletter) check() error {
	n.Name, n.Description = oneLine(n.Name), oneLine(n.Description)
	n.FromName, n.Slug = oneLine(n.FromName), strings.Trim(n.Slug, "/ ")
	if key := urlpath.Key(n.Slug); key == "" || key == "/" || strings.Contains(n.Slug, "/") {
		return fault.New(fault.Invalid, "%q cannot be the address word of a newsletter", n.Slug).WithHint("use letters, digits and hyphens")
	}
	switch {
	case n.Name == "" && n.ID != PresetID:
		return fault.New(fault.Invalid, "a newsletter needs a name")
	case len([]rune(n.Name)) > mostName || len([]rune(n.FromName)) > mostName:
		return fault.New(fault.Invalid, "the name is too long").WithHint("use %d characters at most", mostName)
	case len([]rune(n.Description)) > mostDescription:
		return fault.New(fault.Invalid, "the description is too long").WithHint("use %d characters at most", mostDescription)
	case len(n.Rhythms) == 0:
		return fault.New(fault.Invalid, "readers need a rhythm to choose").WithHint("offer one of %s at least", strings.Join(Rhythms(), ", "))
	}
	for _, r := range n.Rhythms {
		if !slices.Contains(Rhythms(), r) {
			return fault.New(fault.Invalid, "%q is not a rhythm", r).WithHint("use %s", strings.Join(Rhythms(), ", "))
		}
	}
	n.Rhythms = slices.Compact(slices.SortedFunc(slices.Values(n.Rhythms), func(a, b string) int {
		return slices.Index(Rhythms(), a) - slices.Index(Rhythms(), b)
	}))
	if n.ReplyTo != "" {
		a, err := parseAddress(n.ReplyTo)
		if err != nil {
			return fault.New(fault.Invalid, "the address for answers is not a mail address").WithHint("write it as name@example.org, or leave it empty")
		}
		n.ReplyTo = a.Written
	}
	return nil
}

// oneLine makes a text one line without control characters.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029
	}), " ")
}

// OrderNewsletters puts the newsletters into the order of ids; those not named
// come after.
func (s *Service) OrderNewsletters(ctx context.Context, actor account.Actor, ids []int64) error {
	if err := actor.Require(account.Editor, "order newsletters"); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := EnsurePreset(ctx, tx, s.clock.Now()); err != nil {
			return err
		}
		all, err := s.Newsletters(ctx, tx)
		if err != nil {
			return err
		}
		place := func(n Newsletter) int {
			if i := slices.Index(ids, n.ID); i >= 0 {
				return i
			}
			return len(ids) + n.Position
		}
		slices.SortStableFunc(all, func(a, b Newsletter) int { return place(a) - place(b) })
		for i, n := range all {
			if _, err := tx.Exec(ctx, `UPDATE newsletter SET position = $1, updated_at = $2 WHERE id = $3`, int64(i), s.now(), n.ID); err != nil {
				return err
			}
		}
		tx.Purge("newsletters", KeyReaders)
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "order", "newsletter", 0, map[string]any{"ids": ids})
	})
}

// NameOf returns the name of a newsletter as readers know it, or NotFound.
func (s *Service) NameOf(ctx context.Context, newsletter int64) (string, error) {
	n, err := s.Newsletter(ctx, s.db, newsletter)
	return n.Name, err
}

// Zones are the time zones that a reader may be in, in order.
func Zones() []string { return settings.Zones() }
