package article

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Public reads what anybody may see. It asks Visible for everything that it
// returns, whatever the tables say.
type Public struct {
	q     db.Querier
	clock clock.Clock
}

// NewPublic reads through q.
func NewPublic(q db.Querier, c clock.Clock) *Public { return &Public{q: q, clock: c} }

// Address returns what answers at a key of urlpath.Key, or NotFound.
func (p *Public) Address(ctx context.Context, key string) (Address, error) {
	return LookUp(ctx, p.q, key)
}

// Read returns an article with what readers may do with it. A hidden one is
// NotFound; of a withdrawn or protected one, use only what its page may show.
func (p *Public) Read(ctx context.Context, articleID int64) (Article, Visibility, error) {
	a, err := byID(ctx, p.q, articleID)
	if err != nil {
		return Article{}, Hidden, err
	}
	vis := Visible(&a, p.clock.Now())
	if vis == Hidden {
		return Article{}, Hidden, fault.New(fault.NotFound, "no such article")
	}
	return a, vis, nil
}

// Live returns the version that readers see of an article read before.
func (p *Public) Live(ctx context.Context, a *Article) (Version, error) {
	return versionByID(ctx, p.q, a.LiveVersion)
}

// BySlug returns the listed or protected article whose address word is slug,
// the one published nearest to when if several are; NotFound for none.
func (p *Public) BySlug(ctx context.Context, slug string, when time.Time) (Article, error) {
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.slug = $1 AND a.live_version > 0
		ORDER BY a.first_published DESC LIMIT 20`, slug)
	all, err := db.All(rows, err, scanRow)
	if err != nil {
		return Article{}, err
	}
	all = p.only(all, Listed, Protected)
	if len(all) == 0 {
		return Article{}, fault.New(fault.NotFound, "no such article")
	}
	if !when.IsZero() {
		slices.SortStableFunc(all, func(x, y Article) int {
			return int(x.FirstPublished.Sub(when).Abs()/time.Hour) - int(y.FirstPublished.Sub(when).Abs()/time.Hour)
		})
	}
	return all[0], nil
}

// ByIDs returns the listed articles of ids in their order.
func (p *Public) ByIDs(ctx context.Context, ids []int64) ([]Article, error) {
	var out []Article
	for _, id := range ids {
		a, vis, err := p.Read(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if vis == Listed {
			out = append(out, a)
		}
	}
	return out, nil
}

func (p *Public) only(all []Article, allowed ...Visibility) []Article {
	now := p.clock.Now()
	return slices.DeleteFunc(all, func(a Article) bool { return !slices.Contains(allowed, Visible(&a, now)) })
}

// Cursor is a place in a list: the publication time in microseconds and the
// id of an article. The zero value is the newest end.
type Cursor struct{ At, ID int64 }

// CursorOf is the place of an article.
func CursorOf(a *Article) Cursor { return Cursor{db.Micros(a.FirstPublished), a.ID} }

// List returns up to limit articles of a list, newest first, that come after
// the cursor.
func (p *Public) List(ctx context.Context, scope string, ref int64, after Cursor, limit int) ([]Article, error) {
	if after == (Cursor{}) {
		after = Cursor{At: 1 << 62}
	}
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM listing l JOIN article a ON a.id = l.article_id
		WHERE l.scope = $1 AND l.ref = $2 AND (l.at, l.article_id) < ($3, $4)
		ORDER BY l.at DESC, l.article_id DESC LIMIT $5`, scope, ref, after.At, after.ID, limit)
	all, err := db.All(rows, err, scanRow)
	return p.only(all, Listed), err
}

// Mapped is List with only what a sitemap needs of each article, beside what
// the gate asks for: path, times, lead picture, and whether it is kept from
// search engines. Sitemaps take more than a thousand at once.
func (p *Public) Mapped(ctx context.Context, scope string, ref int64, after Cursor, limit int) ([]Article, error) {
	if after == (Cursor{}) {
		after = Cursor{At: 1 << 62}
	}
	rows, err := p.q.Query(ctx, `SELECT a.id, a.status, a.access, a.live_version, a.embargo_until, a.path, a.first_published, a.updated_at,
			a.lead_media, a.noindex FROM listing l JOIN article a ON a.id = l.article_id
		WHERE l.scope = $1 AND l.ref = $2 AND (l.at, l.article_id) < ($3, $4)
		ORDER BY l.at DESC, l.article_id DESC LIMIT $5`, scope, ref, after.At, after.ID, limit)
	all, err := db.All(rows, err, func(r *sql.Rows) (a Article, err error) {
		var embargo, first, updated int64
		err = r.Scan(&a.ID, &a.Status, &a.Access, &a.LiveVersion, &embargo, &a.Path, &first, &updated, &a.LeadMedia, &a.NoIndex)
		a.EmbargoUntil, a.FirstPublished, a.Updated = db.Time(embargo), db.Time(first), db.Time(updated)
		return a, err
	})
	return p.only(all, Listed), err
}

// Between returns up to limit articles of a list published in [from, to),
// newest first, after the cursor.
func (p *Public) Between(ctx context.Context, scope string, ref int64, from, to time.Time, after Cursor, limit int) ([]Article, error) {
	if end := db.Micros(to); after == (Cursor{}) || after.At > end {
		after = Cursor{At: end}
	}
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM listing l JOIN article a ON a.id = l.article_id
		WHERE l.scope = $1 AND l.ref = $2 AND (l.at, l.article_id) < ($3, $4) AND l.at >= $5
		ORDER BY l.at DESC, l.article_id DESC LIMIT $6`, scope, ref, after.At, after.ID, db.Micros(from), limit)
	all, err := db.All(rows, err, scanRow)
	return p.only(all, Listed), err
}

// Month is how many articles of the site a month has.
type Month struct {
	Year  int
	Month time.Month
	N     int64
}

// Months returns the months of a year in which the site published, newest
// first.
func (p *Public) Months(ctx context.Context, year int) ([]Month, error) {
	rows, err := p.q.Query(ctx, `SELECT span, n FROM calendar WHERE span > $1 AND span <= $2 AND n > 0 ORDER BY span DESC`, int64(year)*100, int64(year)*100+12)
	return db.All(rows, err, func(r *sql.Rows) (Month, error) {
		var yyyymm, n int64
		err := r.Scan(&yyyymm, &n)
		return Month{int(yyyymm / 100), time.Month(yyyymm % 100), n}, err
	})
}

// Year is how many articles of the site a year has.
type Year struct {
	Year int
	N    int64
}

// Years returns the years in which the site published, newest first.
func (p *Public) Years(ctx context.Context) ([]Year, error) {
	rows, err := p.q.Query(ctx, `SELECT span, n FROM calendar WHERE span < 10000 AND n > 0 ORDER BY span DESC`)
	return db.All(rows, err, func(r *sql.Rows) (y Year, err error) { return y, r.Scan(&y.Year, &y.N) })
}

// neighbour returns the id of the site's article just before (older) or after
// a place, 0 for none.
func neighbour(ctx context.Context, q db.Querier, at, articleID int64, older bool) (int64, error) {
	var found int64
	var err error
	if older {
		err = q.QueryRow(ctx, `SELECT article_id FROM listing WHERE scope = 'site' AND ref = 0 AND (at, article_id) < ($1, $2)
			ORDER BY at DESC, article_id DESC LIMIT 1`, at, articleID).Scan(&found)
	} else {
		err = q.QueryRow(ctx, `SELECT article_id FROM listing WHERE scope = 'site' AND ref = 0 AND (at, article_id) > ($1, $2)
			ORDER BY at, article_id LIMIT 1`, at, articleID).Scan(&found)
	}
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return found, err
}

// Neighbours returns the articles published just before and just after one,
// nil at the ends.
func (p *Public) Neighbours(ctx context.Context, a *Article) (older, newer *Article, err error) {
	at := CursorOf(a)
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM listing l JOIN article a ON a.id = l.article_id
		WHERE l.scope = 'site' AND l.ref = 0 AND (l.at, l.article_id) < ($1, $2) ORDER BY l.at DESC, l.article_id DESC LIMIT 1`, at.At, at.ID)
	if older, err = p.first(rows, err); err != nil {
		return nil, nil, err
	}
	rows, err = p.q.Query(ctx, `SELECT `+columns+` FROM listing l JOIN article a ON a.id = l.article_id
		WHERE l.scope = 'site' AND l.ref = 0 AND (l.at, l.article_id) > ($1, $2) ORDER BY l.at, l.article_id LIMIT 1`, at.At, at.ID)
	newer, err = p.first(rows, err)
	return older, newer, err
}

// first returns the first listed article of the rows, nil for none.
func (p *Public) first(rows *sql.Rows, err error) (*Article, error) {
	all, err := db.All(rows, err, scanRow)
	if all = p.only(all, Listed); err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Discussed returns the articles with the most comments.
func (p *Public) Discussed(ctx context.Context, limit int) ([]Article, error) {
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.public = 1 AND a.comment_count > 0
		ORDER BY a.comment_count DESC, a.first_published DESC LIMIT $1`, limit)
	all, err := db.All(rows, err, scanRow)
	return p.only(all, Listed), err
}

// Pinned returns the pinned articles, newest first.
func (p *Public) Pinned(ctx context.Context, limit int) ([]Article, error) {
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.public = 1 AND a.pinned = 1
		ORDER BY a.first_published DESC LIMIT $1`, limit)
	all, err := db.All(rows, err, scanRow)
	return p.only(all, Listed), err
}

// ChildPages returns the listed standing pages below a page.
func (p *Public) ChildPages(ctx context.Context, parent int64) ([]Article, error) {
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.parent_id = $1 AND a.parent_id > 0 ORDER BY a.menu_order, a.id LIMIT 200`, parent)
	all, err := db.All(rows, err, scanRow)
	return p.only(all, Listed), err
}

// Since returns up to limit listed articles first published at or after a
// time, oldest first: what a news sitemap holds.
func (p *Public) Since(ctx context.Context, from time.Time, limit int) ([]Article, error) {
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM listing l JOIN article a ON a.id = l.article_id
		WHERE l.scope = 'site' AND l.ref = 0 AND l.at >= $1 ORDER BY l.at, l.article_id LIMIT $2`, db.Micros(from), limit)
	all, err := db.All(rows, err, scanRow)
	return p.only(all, Listed), err
}

// StandingPages returns the listed standing pages, for the sitemap.
func (p *Public) StandingPages(ctx context.Context, limit int) ([]Article, error) {
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.type = 'page' AND a.public = 1 ORDER BY a.id LIMIT $1`, limit)
	all, err := db.All(rows, err, scanRow)
	return p.only(all, Listed), err
}
