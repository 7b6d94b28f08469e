package register

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"dateline/internal/db"
	"dateline/internal/quote"
)

// What is here is read for readers. Everything asks the lists of package
// article, which hold only what they may see.

// Named is an entry that an article names.
type Named struct {
	Entry
	Main      bool // the article is about it
	Confirmed bool // by an editor; else it is known by name
	Times     int64
}

// InStory returns the entries in whose lists an article stands, the main ones
// first, then those that it names most often.
func InStory(ctx context.Context, q db.Querier, articleID int64) ([]Named, error) {
	rows, err := q.Query(ctx, `SELECT u.subject_id, u.main, u.confirmed, u.times FROM subject_use u
		JOIN listing l ON l.article_id = u.article_id AND l.scope = 'subject' AND l.ref = u.subject_id
		WHERE u.article_id = $1 ORDER BY u.main DESC, u.times DESC, u.subject_id`, articleID)
	all, err := db.All(rows, err, func(r *sql.Rows) (n Named, err error) { return n, r.Scan(&n.ID, &n.Main, &n.Confirmed, &n.Times) })
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ids := make([]int64, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	entries, err := ByIDs(ctx, q, ids)
	out := all[:0]
	for _, n := range all {
		if e, ok := entries[n.ID]; ok {
			n.Entry = e
			out = append(out, n)
		}
	}
	return out, err
}

// Shown returns up to limit entries of a kind that readers may see, by name,
// after the one with an id, from the beginning for 0.
func Shown(ctx context.Context, q db.Querier, k Kind, after int64, limit int) ([]Entry, error) {
	key := ""
	if after != 0 {
		if err := q.QueryRow(ctx, `SELECT name_key FROM subject WHERE id = $1`, after).Scan(&key); err != nil {
			return nil, err
		}
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM subject s WHERE s.shown = 1 AND s.kind = $1 AND (s.name_key, s.id) > ($2, $3)
		AND (s.open = 1 OR EXISTS (SELECT 1 FROM listing l WHERE l.scope = 'subject' AND l.ref = s.id))
		ORDER BY s.name_key, s.id LIMIT $4`, string(k), key, after, limit)
	return db.All(rows, err, scan)
}

// maxShared bounds how many entries of one name are told apart.
const maxShared = 10

// Speakers returns the people and organisations that readers may see and that
// have a name whose quote.Key is key, the first by name; at most 10.
func Speakers(ctx context.Context, q db.Querier, key string) ([]Entry, error) {
	names, err := titled(ctx, q, "", key)
	if err != nil {
		return nil, err
	}
	var found []Entry
	for _, name := range names {
		rows, err := q.Query(ctx, `SELECT `+columns+` FROM subject_alias a JOIN subject s ON s.id = a.subject_id
			WHERE a.name_key = $1 AND s.shown = 1 AND s.kind IN ('person', 'organisation')
				AND (s.open = 1 OR EXISTS (SELECT 1 FROM listing l WHERE l.scope = 'subject' AND l.ref = s.id))
			ORDER BY s.name_key, s.id LIMIT $2`, name, maxShared)
		all, err := db.All(rows, err, scan)
		if err != nil {
			return nil, err
		}
		found = append(found, all...)
	}
	slices.SortFunc(found, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(nameKey(a.Name), nameKey(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	found = slices.CompactFunc(found, func(a, b Entry) bool { return a.ID == b.ID })
	return found[:min(len(found), maxShared)], nil
}

// titled returns a name as names are kept, and the same behind the titles with
// which any name of the register begins: "x", "dr x", "prof dr x". before are
// the titles that have been read.
func titled(ctx context.Context, q db.Querier, before, name string) ([]string, error) {
	out := []string{before + name}
	for _, title := range quote.Titles() {
		begin, used := before+title+" ", false
		if err := q.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM subject_alias WHERE name_key > $1 AND name_key < $2)`, begin, begin+"\U0010ffff").Scan(&used); err != nil {
			return nil, err
		}
		if !used {
			continue
		}
		more, err := titled(ctx, q, begin, name)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// Moment is a row of a story's timeline.
type Moment struct {
	Day         string // as exactly as it is given: "2026-11-27", "2026-11" or "2026"
	Title, Body string
	Article     int64
	Part        int    // page of the article, from 1
	Anchor      string // of the row on that page; "" when it is not known
	At, Place   int64  // when the story was published (not of storylines), and the row's number in it
}

// Cursor is the place of a row in its timeline.
func (m *Moment) Cursor() MomentCursor { return MomentCursor{m.Day, m.At, m.Article, m.Place} }

// MomentCursor is a place in a timeline; the zero value is before the latest row.
type MomentCursor struct {
	Day                string
	At, Article, Place int64
}

// Until is the place before the rows of a day, a month or a year ("2026" is the
// whole year), and of all for "".
func Until(day string) MomentCursor { return MomentCursor{Day: day + "~"} } // which stands behind every digit and hyphen

// OrLatest is the place, or the one before the latest row for the zero value.
func (c MomentCursor) OrLatest() MomentCursor {
	if c == (MomentCursor{}) {
		return Until("")
	}
	return c
}

// Moments returns the rows of timelines that name an entry after a place, the
// latest first, at most limit. The same day and words in several stories stand
// there once, for the story that was published last.
func Moments(ctx context.Context, q db.Querier, id int64, after MomentCursor, limit int) ([]Moment, error) {
	after = after.OrLatest()
	rows, err := q.Query(ctx, momentsSQL, id, after.Day, after.At, after.Article, after.Place, limit)
	return db.All(rows, err, ScanMoment)
}

// ScanMoment reads day, title, text, article, part, anchor, time and place.
func ScanMoment(r *sql.Rows) (m Moment, err error) {
	return m, r.Scan(&m.Day, &m.Title, &m.Body, &m.Article, &m.Part, &m.Anchor, &m.At, &m.Place)
}

// The same row of a story that stands before makes a row superfluous.
const momentsSQL = `SELECT e.day, e.title, e.body, e.article_id, 1, '', l.at, e.place FROM subject_event e
	JOIN listing l ON l.article_id = e.article_id AND l.scope = 'subject' AND l.ref = e.subject_id
	WHERE e.subject_id = $1 AND e.day <= $2 AND (e.day < $2 OR (l.at, e.article_id, e.place) < ($3, $4, $5))
		AND NOT EXISTS (SELECT 1 FROM subject_event o JOIN listing m ON m.article_id = o.article_id AND m.scope = 'subject' AND m.ref = o.subject_id
			WHERE o.subject_id = e.subject_id AND o.day = e.day AND (m.at, o.article_id, o.place) > (l.at, e.article_id, e.place)
				AND CASE WHEN o.title = '' THEN o.body ELSE o.title END = CASE WHEN e.title = '' THEN e.body ELSE e.title END)
	ORDER BY e.day DESC, l.at DESC, e.article_id DESC, e.place DESC LIMIT $6`
