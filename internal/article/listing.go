package article

import (
	"context"
	"database/sql"
	"hash/fnv"
	"time"

	"dateline/internal/db"
	"dateline/internal/taxonomy"
)

// The scopes of lists. Ref is the section, tag, author or term; 0 for the
// site; for a storyline, StorylineOf its name.
const (
	ScopeSite      = "site"
	ScopeSection   = "section"
	ScopeTag       = "tag"
	ScopeAuthor    = "author"
	ScopeTerm      = "term"
	ScopeStoryline = "storyline"
)

// place is one row of listing.
type place struct {
	scope string
	ref   int64
	at    int64
}

// StorylineRef names a storyline's list by its title.
func StorylineRef(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return int64(h.Sum64() >> 1)
}

// places lists where a listed article appears: the site, its sections and
// their ancestors, tags, authors, terms and storyline.
func places(ctx context.Context, q db.Querier, a *Article, c *Content) ([]place, error) {
	if a.Type != TypeArticle {
		return nil, nil
	}
	at := db.Micros(a.FirstPublished)
	seen := map[place]bool{}
	var out []place
	add := func(scope string, ref int64) {
		p := place{scope, ref, at}
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	add(ScopeSite, 0)
	for _, id := range c.Sections {
		line, err := taxonomy.Lineage(ctx, q, id)
		if err != nil {
			return nil, err
		}
		for _, s := range line {
			add(ScopeSection, s.ID)
		}
	}
	for _, id := range c.Tags {
		add(ScopeTag, id)
	}
	for _, id := range c.Terms {
		add(ScopeTerm, id)
	}
	for _, b := range c.Bylines {
		if b.Profile != 0 {
			add(ScopeAuthor, b.Profile)
		}
	}
	ref, err := StorylineOf(ctx, q, c.Storyline)
	if err == nil && ref != 0 {
		add(ScopeStoryline, ref)
	}
	return out, err
}

// relist makes the article's rows in listing equal to want and keeps the
// counts in step. It returns the lists that changed.
func relist(ctx context.Context, tx *db.Tx, id int64, isNew bool, want []place, zone *time.Location) ([]place, error) {
	have := map[place]bool{}
	if !isNew {
		rows, err := tx.Query(ctx, `SELECT scope, ref, at FROM listing WHERE article_id = $1`, id)
		if have, err = placesOf(rows, err); err != nil {
			return nil, err
		}
	}
	return align(ctx, tx, id, have, keepSubjects(have, want), zone)
}

func placesOf(rows *sql.Rows, err error) (map[place]bool, error) {
	all, err := db.All(rows, err, func(r *sql.Rows) (place, error) {
		var p place
		return p, r.Scan(&p.scope, &p.ref, &p.at)
	})
	have := make(map[place]bool, len(all))
	for _, p := range all {
		have[p] = true
	}
	return have, err
}

// align puts an article into the lists of want that it is not in, takes it out
// of those of have that it shall not stay in, and keeps the counts in step. zone
// is that of the calendar, which the site's list alone counts in.
func align(ctx context.Context, tx *db.Tx, id int64, have map[place]bool, want []place, zone *time.Location) ([]place, error) {
	var changed []place
	for _, p := range want {
		if have[p] {
			delete(have, p)
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO listing (scope, ref, at, article_id) VALUES ($1, $2, $3, $4)`, p.scope, p.ref, p.at, id); err != nil {
			return nil, err
		}
		if err := count(ctx, tx, p, zone, 1); err != nil {
			return nil, err
		}
		changed = append(changed, p)
	}
	for p := range have {
		if _, err := tx.Exec(ctx, `DELETE FROM listing WHERE scope = $1 AND ref = $2 AND at = $3 AND article_id = $4`, p.scope, p.ref, p.at, id); err != nil {
			return nil, err
		}
		if err := count(ctx, tx, p, zone, -1); err != nil {
			return nil, err
		}
		changed = append(changed, p)
	}
	return changed, nil
}

func count(ctx context.Context, tx *db.Tx, p place, zone *time.Location, delta int64) error {
	if err := countBlocks(ctx, tx, p, delta); err != nil || p.scope != ScopeSite {
		return err
	}
	year, month := spansOf(db.Time(p.at).In(zone))
	_, err := tx.Exec(ctx, `INSERT INTO calendar (span, n) VALUES ($1, $3), ($2, $3)
		ON CONFLICT (span) DO UPDATE SET n = calendar.n + excluded.n`, year, month, delta)
	return err
}

// spansOf are a calendar year and month as numbers: 2026, 202611.
func spansOf(t time.Time) (year, month int64) {
	year = int64(t.Year())
	return year, year*100 + int64(t.Month())
}

// Recount makes the calendar again from the site's list, after its zone
// changed.
func Recount(ctx context.Context, tx *db.Tx, zone *time.Location) error {
	if _, err := tx.Exec(ctx, `DELETE FROM calendar`); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT at FROM listing WHERE scope = 'site' AND ref = 0`)
	if err != nil {
		return err
	}
	counts := map[int64]int64{}
	for rows.Next() {
		var at int64
		if err := rows.Scan(&at); err != nil {
			rows.Close()
			return err
		}
		year, month := spansOf(db.Time(at).In(zone))
		counts[year]++
		counts[month]++
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for span, n := range counts {
		if _, err := tx.Exec(ctx, `INSERT INTO calendar (span, n) VALUES ($1, $2)`, span, n); err != nil {
			return err
		}
	}
	return rows.Err()
}
