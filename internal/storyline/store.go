package storyline

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/taxonomy"
)

const columns = `s.id, s.headline, s.slug, s.path, s.summary, s.subjects, s.questions, s.coming, s.closed, s.revision, s.updated_at`

func scan(r *sql.Rows) (s Storyline, err error) {
	var subjects, questions, coming string
	var updated int64
	if err := r.Scan(&s.ID, &s.Headline, &s.Slug, &s.Path, &s.Summary, &subjects, &questions, &coming, &s.Closed, &s.Revision, &updated); err != nil {
		return s, err
	}
	s.Updated = db.Time(updated)
	if err := json.Unmarshal([]byte(subjects), &s.Subjects); err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(questions), &s.Questions); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(coming), &s.Coming)
}

// ByID returns a storyline or NotFound.
func ByID(ctx context.Context, q db.Querier, id int64) (Storyline, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM storyline s WHERE s.id = $1`, id)
	all, err := db.All(rows, err, scan)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "there is no such storyline")
	}
	if err != nil {
		return Storyline{}, err
	}
	return all[0], nil
}

const idSlots = 16

// ByIDs returns the storylines of ids that there are.
func ByIDs(ctx context.Context, q db.Querier, ids []int64) (map[int64]Storyline, error) {
	found := map[int64]Storyline{}
	for part := range slices.Chunk(ids, idSlots) {
		args := make([]any, idSlots)
		for i := range args {
			args[i] = int64(-1)
			if i < len(part) {
				args[i] = part[i]
			}
		}
		rows, err := q.Query(ctx, `SELECT `+columns+` FROM storyline s WHERE s.id IN
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`, args...)
		all, err := db.All(rows, err, scan)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			found[s.ID] = s
		}
	}
	return found, nil
}

// write adds or changes a storyline and the words by which it is found.
func write(ctx context.Context, tx *db.Tx, s *Storyline) error {
	subjects, err := json.Marshal(orEmpty(s.Subjects))
	if err != nil {
		return err
	}
	questions, err := json.Marshal(orEmpty(s.Questions))
	if err != nil {
		return err
	}
	coming, err := json.Marshal(orEmpty(s.Coming))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO storyline (id, headline, name_key, slug, path, summary, subjects, questions, coming, closed, revision, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
		ON CONFLICT (id) DO UPDATE SET headline = excluded.headline, name_key = excluded.name_key, slug = excluded.slug, path = excluded.path,
			summary = excluded.summary, subjects = excluded.subjects, questions = excluded.questions, coming = excluded.coming,
			closed = excluded.closed, revision = excluded.revision, updated_at = excluded.updated_at`,
		s.ID, s.Headline, taxonomy.NameKey(s.Headline), s.Slug, s.Path, s.Summary, string(subjects), string(questions), string(coming),
		db.Bool(s.Closed), s.Revision, db.Micros(s.Updated)); err != nil {
		return err
	}
	if err := taxonomy.IndexName(ctx, tx, objectName, s.ID, s.Headline); err != nil {
		return err
	}
	tx.Purge(db.Key(objectName, s.ID), IndexKey)
	return showOrHide(ctx, tx, s.ID)
}

// orEmpty makes the JSON of nothing a list.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// IndexKey is the surrogate key of the list of all storylines.
const IndexKey = "storylines"

// showOrHide keeps in mind whether readers may see a storyline at all, so that
// lists of those that they may are short to read.
func showOrHide(ctx context.Context, tx *db.Tx, id int64) error {
	n, err := tx.Exec(ctx, `UPDATE storyline SET shown = 1 - shown WHERE id = $1 AND shown <>
		CASE WHEN EXISTS (SELECT 1 FROM listing l WHERE l.scope = 'storyline' AND l.ref = storyline.id) THEN 1 ELSE 0 END`, id)
	if err == nil && n > 0 {
		tx.Purge(db.Key(objectName, id), IndexKey, db.ListKey(article.ScopeStoryline, id))
	}
	return err
}
