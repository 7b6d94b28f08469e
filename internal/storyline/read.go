package storyline

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/taxonomy"
)

// Row is a storyline as the desk lists it.
type Row struct {
	Storyline
	Stories int64           // in its list, which readers see
	Newest  article.Article // of them; zero without any
}

// Query asks for a page of storylines: those that match Text, or all by name
// after the one with the id After.
type Query struct {
	Text   string
	Closed bool // those that have ended; else those that go on
	After  int64
	Limit  int
}

// List returns storylines and where the next page begins, 0 for none.
func (s *Service) List(ctx context.Context, in Query) (rows []Row, next int64, err error) {
	var found []Storyline
	if strings.TrimSpace(in.Text) != "" {
		found, err = s.Find(ctx, in.Text, in.Limit)
	} else {
		found, err = from(ctx, s.DB, in)
		if len(found) > in.Limit {
			found = found[:in.Limit]
			next = found[in.Limit-1].ID
		}
	}
	for _, line := range found {
		if err != nil {
			break
		}
		var row Row
		row, err = s.row(ctx, line)
		rows = append(rows, row)
	}
	return rows, next, err
}

func (s *Service) row(ctx context.Context, line Storyline) (Row, error) {
	row := Row{Storyline: line}
	var err error
	if row.Stories, err = s.public.Count(ctx, article.ScopeStoryline, line.ID); err != nil {
		return row, err
	}
	newest, err := s.public.List(ctx, article.ScopeStoryline, line.ID, article.Cursor{}, 1)
	if len(newest) > 0 {
		row.Newest = newest[0]
	}
	return row, err
}

// Row returns one storyline as the desk shows it.
func (s *Service) Row(ctx context.Context, id int64) (Row, error) {
	line, err := ByID(ctx, s.DB, id)
	if err != nil {
		return Row{}, err
	}
	return s.row(ctx, line)
}

// Past tells whether something that was scheduled is over.
func (s *Service) Past(ctx context.Context, line *Storyline) (bool, error) {
	conf, err := s.Settings.Site(ctx)
	if err != nil {
		return false, err
	}
	next, _ := line.Next(s.Clock.Now(), conf.Location())
	return len(next) < len(line.Coming), nil
}

// from reads one storyline more than a page has.
func from(ctx context.Context, q db.Querier, in Query) ([]Storyline, error) {
	key, err := keyOf(ctx, q, in.After)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM storyline s WHERE s.closed = $1 AND (s.name_key, s.id) > ($2, $3)
		ORDER BY s.name_key, s.id LIMIT $4`, db.Bool(in.Closed), key, in.After, in.Limit+1)
	return db.All(rows, err, scan)
}

func keyOf(ctx context.Context, q db.Querier, id int64) (key string, err error) {
	if id == 0 {
		return "", nil
	}
	err = q.QueryRow(ctx, `SELECT name_key FROM storyline WHERE id = $1`, id).Scan(&key)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return key, err
}

// Find returns up to limit storylines in whose headlines words begin with each
// word of a text, by name.
func (s *Service) Find(ctx context.Context, text string, limit int) ([]Storyline, error) {
	ids, words, err := taxonomy.FindNames(ctx, s.DB, objectName, text)
	if err != nil {
		return nil, err
	}
	lines, err := ByIDs(ctx, s.DB, ids)
	if err != nil {
		return nil, err
	}
	var found []Storyline
	for _, line := range lines {
		if taxonomy.Matches(line.Headline, words) {
			found = append(found, line)
		}
	}
	slices.SortFunc(found, func(a, b Storyline) int {
		return strings.Compare(taxonomy.NameKey(a.Headline), taxonomy.NameKey(b.Headline))
	})
	return found[:min(len(found), limit)], nil
}

// Named returns the storylines with the newest public articles under the names
// that they have now, those without a record too, the latest first.
func (s *Service) Named(ctx context.Context, actor account.Actor) ([]article.NamedStoryline, error) {
	named, err := s.Articles.Storylines(ctx, actor)
	if err != nil {
		return nil, err
	}
	return named, Titled(ctx, s.DB, named)
}

// Titled gives storylines the names that they have now, where they have records.
func Titled(ctx context.Context, q db.Querier, named []article.NamedStoryline) error {
	ids := make([]int64, len(named))
	for i := range named {
		ids[i] = named[i].Ref
	}
	lines, err := ByIDs(ctx, q, ids)
	for i := range named {
		if line, ok := lines[named[i].Ref]; ok {
			named[i].Name = line.Headline
		}
	}
	return err
}

// Unrecorded returns names that public articles have as their storyline and that
// no storyline has, the latest first.
func (s *Service) Unrecorded(ctx context.Context, actor account.Actor) ([]article.NamedStoryline, error) {
	named, err := s.Articles.Storylines(ctx, actor)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(named))
	for i := range named {
		ids[i] = named[i].Ref
	}
	lines, err := ByIDs(ctx, s.DB, ids)
	return slices.DeleteFunc(named, func(n article.NamedStoryline) bool { _, ok := lines[n.Ref]; return ok }), err
}

// Entries returns the entries of the register of ids, those that were merged as
// what they became, in their order.
func Entries(ctx context.Context, q db.Querier, ids []int64) ([]register.Entry, error) {
	present := slices.Clone(ids)
	found, err := register.ByIDs(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if _, ok := found[id]; ok {
			continue
		}
		to, err := article.Present(ctx, q, article.ScopeSubject, id)
		if err != nil {
			return nil, err
		}
		if present[i] = to; to == id || to == 0 {
			continue
		}
		e, err := register.ByID(ctx, q, to)
		if err == nil {
			found[to] = e
		} else if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	var out []register.Entry
	for _, id := range onlyOnce(present) {
		if e, ok := found[id]; ok {
			out = append(out, e)
		}
	}
	return out, nil
}

// asked bounds how many of a storyline's newest articles are read for the
// entries that they name.
const asked = 30

// NamedOften returns entries of the register that the newest articles of a storyline
// name most, at most limit, as suggestions for its key people and places.
func (s *Service) NamedOften(ctx context.Context, id int64, limit int) ([]register.Entry, error) {
	arts, err := s.public.List(ctx, article.ScopeStoryline, id, article.Cursor{}, asked)
	if err != nil {
		return nil, err
	}
	type tally struct {
		id   int64
		n    int
		main bool
	}
	var all []tally
	for i := range arts {
		named, err := register.InStory(ctx, s.DB, arts[i].ID)
		if err != nil {
			return nil, err
		}
		for _, e := range named {
			at := slices.IndexFunc(all, func(t tally) bool { return t.id == e.ID })
			if at < 0 {
				at = len(all)
				all = append(all, tally{id: e.ID})
			}
			all[at].n++
			all[at].main = all[at].main || e.Main
		}
	}
	slices.SortStableFunc(all, func(a, b tally) int { return b.n - a.n })
	var ids []int64
	for _, t := range all {
		if (t.n > 1 || t.main) && len(ids) < limit {
			ids = append(ids, t.id)
		}
	}
	return Entries(ctx, s.DB, ids)
}

// Stories returns the newest articles in a storyline's list.
func (s *Service) Stories(ctx context.Context, id int64, limit int) ([]article.Article, error) {
	return s.public.List(ctx, article.ScopeStoryline, id, article.Cursor{}, limit)
}

// What follows is read for readers. Everything asks the lists of package
// article, which hold only what they may see.

// Shown returns up to limit storylines that readers may see, those that go on or
// those that have ended, by name, after the one with an id, from the beginning
// for 0.
func Shown(ctx context.Context, q db.Querier, closed bool, after int64, limit int) ([]Storyline, error) {
	key, err := keyOf(ctx, q, after)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM storyline s WHERE s.shown = 1 AND s.closed = $1 AND (s.name_key, s.id) > ($2, $3)
		AND EXISTS (SELECT 1 FROM listing l WHERE l.scope = 'storyline' AND l.ref = s.id)
		ORDER BY s.name_key, s.id LIMIT $4`, db.Bool(closed), key, after, limit)
	return db.All(rows, err, scan)
}

// Moments returns the rows of the timelines of a storyline's articles after a
// place, the latest first, at most limit. The same day and words in several
// articles stand there once, for the latest article.
func Moments(ctx context.Context, q db.Querier, id int64, after register.MomentCursor, limit int) ([]register.Moment, error) {
	after = after.OrLatest()
	rows, err := q.Query(ctx, momentsSQL, id, after.Day, after.Article, after.Place, limit)
	return db.All(rows, err, register.ScanMoment)
}

// The same row of an article that stands before makes a row superfluous.
const momentsSQL = `SELECT m.day, m.title, m.body, m.article_id, m.part, m.anchor, 0, m.n FROM storyline_moment m
	JOIN listing l ON l.article_id = m.article_id AND l.scope = 'storyline' AND l.ref = m.ref
	WHERE m.ref = $1 AND (m.day, m.article_id, m.n) < ($2, $3, $4)
		AND NOT EXISTS (SELECT 1 FROM storyline_moment o JOIN listing k ON k.article_id = o.article_id AND k.scope = 'storyline' AND k.ref = o.ref
			WHERE o.ref = m.ref AND o.day = m.day AND (o.article_id, o.n) > (m.article_id, m.n)
				AND CASE WHEN o.title = '' THEN o.body ELSE o.title END = CASE WHEN m.title = '' THEN m.body ELSE m.title END)
	ORDER BY m.day DESC, m.article_id DESC, m.n DESC LIMIT $5`

// placesRead bounds how many of a storyline's newest articles are read for its
// places.
const placesRead = 40

// Places returns places and events with a position that editors confirmed for
// the newest articles of a storyline, those that most of them name first.
func Places(ctx context.Context, q db.Querier, id int64, limit int) ([]register.Entry, error) {
	rows, err := q.Query(ctx, `SELECT u.subject_id FROM
		(SELECT article_id FROM listing WHERE scope = 'storyline' AND ref = $1 ORDER BY at DESC, article_id DESC LIMIT $2) a
		JOIN subject_use u ON u.article_id = a.article_id AND u.confirmed = 1
		JOIN listing l ON l.scope = 'subject' AND l.ref = u.subject_id AND l.article_id = u.article_id
		JOIN subject s ON s.id = u.subject_id AND s.placed = 1 AND s.gone = 0 AND (s.kind = 'place' OR s.kind = 'event')
		GROUP BY u.subject_id ORDER BY COUNT(*) DESC, SUM(u.main) DESC, u.subject_id LIMIT $3`, id, placesRead, limit)
	ids, err := db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return Entries(ctx, q, ids)
}
