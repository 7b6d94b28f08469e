package edition

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"strconv"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Settings are what a newsroom decides about all its newsletters.
type Settings struct {
	Counting bool `json:"counting"`          // opens and clicks, of letters, not of people
	Engaged  bool `json:"engaged,omitempty"` // and the day on which each reader last opened or followed, for 30 days; only with Counting
}

const settingsKey = "newsletter"

// CountedWord is the key of what readers are told of the counting, "" when
// there is none.
func CountedWord(conf Settings) string {
	switch {
	case conf.Engaged:
		return "letter.counted_engaged"
	case conf.Counting:
		return "letter.counted"
	}
	return ""
}

// ReadSettings reads what the newsroom decided about all its newsletters.
func ReadSettings(ctx context.Context, q db.Querier) (Settings, error) { return readSettings(ctx, q) }

func readSettings(ctx context.Context, q db.Querier) (Settings, error) {
	var s Settings
	var raw string
	err := q.QueryRow(ctx, `SELECT value FROM setting WHERE key = $1`, settingsKey).Scan(&raw)
	if fault.Is(err, fault.NotFound) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(raw), &s)
	}
	return s, err
}

// Settings returns them.
func (s *Service) settings(ctx context.Context) (Settings, error) { return readSettings(ctx, s.DB) }

// Conf returns what the newsroom decided about all its newsletters.
func (s *Service) Conf(ctx context.Context) (Settings, error) { return s.settings(ctx) }

// Configure changes it. What was kept of readers goes at once when that is
// switched off. Administrators may. It counts for editions that are
// sent from then on.
func (s *Service) Configure(ctx context.Context, actor account.Actor, conf Settings) error {
	if err := actor.Require(account.Administrator, "decide what is counted"); err != nil {
		return err
	}
	if conf.Engaged && !conf.Counting {
		return fault.New(fault.Invalid, "who still reads can be kept only where opens and clicks are counted").WithHint("switch both on, or none")
	}
	raw, err := json.Marshal(conf)
	if err != nil {
		return fault.New(fault.Internal, "settings: %w", err)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := s.Clock.Now()
		if _, err := tx.Exec(ctx, `INSERT INTO setting (key, value, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`, settingsKey, string(raw), db.Micros(now)); err != nil {
			return err
		}
		if !conf.Engaged {
			if err := s.Readers.ForgetEngaged(ctx, tx); err != nil {
				return err
			}
		}
		tx.Purge("newsletters") // boxes say what is counted
		return audit.Record(ctx, tx, now, actor.Name, "configure", "newsletter", 0, conf)
	})
}

// ClickPath is the address of a link that is counted, OpenPath that of the
// picture that is. They are the same for all readers; where a site keeps who
// still reads, the reader's mark follows as MarkParam.
func ClickPath(edition int64, part, link string) string {
	return "/newsletter/to/" + strconv.FormatInt(edition, 36) + "/" + part + "/" + link
}

// MarkParam is the parameter of counted addresses that holds a reader's mark.
const MarkParam = "r"

// OpenPath is the address of the picture by which opens are counted.
func OpenPath(edition int64, part string) string {
	return "/newsletter/seen/" + strconv.FormatInt(edition, 36) + "/" + part
}

// linkName is a link's name in the addresses of an edition.
func linkName(address string) string {
	sum := sha256.Sum256([]byte(address))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// Follow counts a click and returns where it leads. It leads only where the
// edition itself did: NotFound for anything else.
func (s *Service) Follow(ctx context.Context, edition, part, link, mark string) (address string, err error) {
	id, err := counted(edition, part)
	if err != nil {
		return "", err
	}
	err = s.DB.QueryRow(ctx, `SELECT url FROM edition_link WHERE edition_id = $1 AND link = $2`, id, link).Scan(&address)
	if err != nil {
		return "", err
	}
	return address, s.count(ctx, id, part, link, mark)
}

// Seen counts that the picture of an edition was shown.
func (s *Service) Seen(ctx context.Context, edition, part, mark string) error {
	id, err := counted(edition, part)
	if err != nil {
		return err
	}
	var n int64
	if err := s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM edition_mailing WHERE edition_id = $1 AND part = $2`, id, part).Scan(&n); err != nil || n == 0 {
		return err
	}
	return s.count(ctx, id, part, openLink, mark)
}

// openLink is the name under which opens are counted.
const openLink = "open"

func counted(edition, part string) (int64, error) {
	id, err := strconv.ParseInt(edition, 36, 64)
	if err != nil || part != partAll && part != partA && part != partB && part != partRest {
		return 0, fault.New(fault.NotFound, "no such link")
	}
	return id, nil
}

// count adds one, while the site counts, and notes that the reader of a mark
// still reads, while it keeps that. What was read is not kept with who read it.
func (s *Service) count(ctx context.Context, edition int64, part, link, mark string) error {
	conf, err := s.settings(ctx)
	if err != nil || !conf.Counting {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO edition_count (edition_id, part, link, n) VALUES ($1, $2, $3, 1)
			ON CONFLICT (edition_id, part, link) DO UPDATE SET n = edition_count.n + 1`, edition, part, link)
		if err != nil || !conf.Engaged || mark == "" {
			return err
		}
		if err := s.Readers.Noted(ctx, tx, mark); !fault.Is(err, fault.Denied) {
			return err
		}
		return nil // a link that somebody mended by hand still leads on
	})
}

// LinkCount is how often a link of an edition was followed.
type LinkCount struct {
	Address string
	N       int64
}

// Counts are what was counted of an edition.
type Counts struct {
	Opens, Clicks int64
	Links         []LinkCount // the most followed first
	ByPart        map[string]PartCount
}

// PartCount is what was counted of a part of a test.
type PartCount struct{ Opens, Clicks int64 }

// Counts returns what was counted of an edition.
func (s *Service) Counts(ctx context.Context, actor account.Actor, edition int64) (Counts, error) {
	if err := actor.Require(account.Author, "see newsletters"); err != nil {
		return Counts{}, err
	}
	return counts(ctx, s.DB, edition)
}

func counts(ctx context.Context, q db.Querier, edition int64) (Counts, error) {
	c := Counts{ByPart: map[string]PartCount{}}
	type row struct {
		part, link, address string
		n                   int64
	}
	rows, err := q.Query(ctx, `SELECT c.part, c.link, COALESCE(l.url, ''), c.n FROM edition_count c
		LEFT JOIN edition_link l ON l.edition_id = c.edition_id AND l.link = c.link WHERE c.edition_id = $1 ORDER BY c.n DESC, c.link`, edition)
	all, err := db.All(rows, err, func(r *sql.Rows) (x row, err error) { return x, r.Scan(&x.part, &x.link, &x.address, &x.n) })
	at := map[string]int{}
	for _, x := range all {
		p := c.ByPart[x.part]
		if x.link == openLink {
			c.Opens, p.Opens = c.Opens+x.n, p.Opens+x.n
			c.ByPart[x.part] = p
			continue
		}
		c.Clicks, p.Clicks = c.Clicks+x.n, p.Clicks+x.n
		c.ByPart[x.part] = p
		i, known := at[x.link]
		if !known {
			i = len(c.Links)
			at[x.link] = i
			c.Links = append(c.Links, LinkCount{Address: x.address})
		}
		c.Links[i].N += x.n
	}
	return c, err
}
