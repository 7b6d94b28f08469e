package register

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/taxonomy"
)

// Row is an entry as the desk lists it.
type Row struct {
	Entry
	Stories int64 // in lists that readers see
}

// Query asks for a page of the register: entries that match Text, or all by
// name after the one with the id After.
type Query struct {
	Text  string
	Kind  Kind // "" for all
	Fresh bool // only those that no editor has looked at
	After int64
	Limit int
}

// List returns entries and where the next page begins, 0 for none.
func (s *Service) List(ctx context.Context, in Query) (rows []Row, next int64, err error) {
	var found []Entry
	if strings.TrimSpace(in.Text) != "" {
		found, err = s.Find(ctx, in.Text, in.Limit, func(e *Entry) bool { return (in.Kind == "" || e.Kind == in.Kind) && (!in.Fresh || e.Fresh) })
	} else {
		found, err = s.from(ctx, in)
		if len(found) > in.Limit {
			found = found[:in.Limit]
			next = found[in.Limit-1].ID
		}
	}
	for _, e := range found {
		if err != nil {
			break
		}
		row := Row{Entry: e}
		row.Stories, err = s.public.Count(ctx, article.ScopeSubject, e.ID)
		rows = append(rows, row)
	}
	return rows, next, err
}

// from reads one entry more than a page has.
func (s *Service) from(ctx context.Context, in Query) ([]Entry, error) {
	key := ""
	if in.After != 0 {
		err := s.DB.QueryRow(ctx, `SELECT name_key FROM subject WHERE id = $1`, in.After).Scan(&key)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	var rows *sql.Rows
	var err error
	switch {
	case in.Fresh:
		rows, err = s.DB.Query(ctx, `SELECT `+columns+` FROM subject s WHERE s.fresh = 1 AND ($1 = '' OR s.kind = $1)
			AND (s.name_key, s.id) > ($2, $3) ORDER BY s.name_key, s.id LIMIT $4`, string(in.Kind), key, in.After, in.Limit+1)
	case in.Kind != "":
		rows, err = s.DB.Query(ctx, `SELECT `+columns+` FROM subject s WHERE s.gone = 0 AND s.kind = $1
			AND (s.name_key, s.id) > ($2, $3) ORDER BY s.name_key, s.id LIMIT $4`, string(in.Kind), key, in.After, in.Limit+1)
	default:
		rows, err = s.DB.Query(ctx, `SELECT `+columns+` FROM subject s WHERE s.gone = 0
			AND (s.name_key, s.id) > ($1, $2) ORDER BY s.name_key, s.id LIMIT $3`, key, in.After, in.Limit+1)
	}
	return db.All(rows, err, scan)
}

// Find returns up to limit entries in whose names words begin with each word of
// a text, by name. match may narrow them down; nil takes all.
func (s *Service) Find(ctx context.Context, text string, limit int, match func(*Entry) bool) ([]Entry, error) {
	ids, words, err := taxonomy.FindNames(ctx, s.DB, objectName, text)
	if err != nil {
		return nil, err
	}
	entries, err := ByIDs(ctx, s.DB, ids)
	if err != nil {
		return nil, err
	}
	var found []Entry
	for _, e := range entries {
		if taxonomy.Matches(strings.Join(e.Names(), " "), words) && (match == nil || match(&e)) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b Entry) int { return strings.Compare(taxonomy.NameKey(a.Name), taxonomy.NameKey(b.Name)) })
	return found[:min(len(found), limit)], nil
}

// Row returns one entry as the desk shows it.
func (s *Service) Row(ctx context.Context, id int64) (row Row, err error) {
	if row.Entry, err = ByID(ctx, s.DB, id); err != nil {
		return row, err
	}
	row.Stories, err = s.public.Count(ctx, article.ScopeSubject, id)
	return row, err
}

// Alike returns other entries that have one of an entry's names.
func (s *Service) Alike(ctx context.Context, e *Entry) ([]Entry, error) {
	var keys []string
	for _, name := range e.Names() {
		keys = append(keys, nameKey(name))
	}
	return same(ctx, s.DB, e.ID, keys)
}

// Waiting returns how many entries wait for an editor's look, counted up to
// limit.
func (s *Service) Waiting(ctx context.Context, limit int) (n int64, err error) {
	err = s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM subject WHERE fresh = 1 LIMIT $1) s`, limit).Scan(&n)
	return n, err
}

// Unconfirmed returns the newest public articles that name an entry without
// anybody having confirmed it, as far as they have been read since the entry has
// its names; at most limit.
func (s *Service) Unconfirmed(ctx context.Context, id int64, limit int) ([]article.Article, error) {
	rows, err := s.DB.Query(ctx, `SELECT u.article_id FROM subject_use u
		WHERE u.subject_id = $1 AND u.confirmed = 0 ORDER BY u.article_id DESC LIMIT $2`, id, limit)
	ids, err := db.All(rows, err, scanID)
	if err != nil {
		return nil, err
	}
	return s.public.ByIDs(ctx, ids)
}

// Stories returns the newest articles in an entry's list.
func (s *Service) Stories(ctx context.Context, id int64, limit int) ([]article.Article, error) {
	return s.public.List(ctx, article.ScopeSubject, id, article.Cursor{}, limit)
}
