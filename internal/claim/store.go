package claim

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/richtext"
)

const columns = `id, data, revision, created_at, created_by, updated_at, updated_by`

func scan(r *sql.Rows) (Record, error) { return scanRecord(r) }

func scanRecord(r interface{ Scan(...any) error }) (rec Record, err error) {
	var raw string
	var created, updated int64
	if err := r.Scan(&rec.ID, &raw, &rec.Revision, &created, &rec.Maker, &updated, &rec.Updater); err != nil {
		return rec, err
	}
	rec.Created, rec.Updated = db.Time(created), db.Time(updated)
	if err := json.Unmarshal([]byte(raw), &rec.Accounts); err != nil {
		return rec, fault.New(fault.Internal, "accounts %d are not readable: %w", rec.ID, err)
	}
	return rec, nil
}

// Get reads a record, NotFound for none.
func Get(ctx context.Context, q db.Querier, recordID int64) (Record, error) {
	r, err := scanRecord(q.QueryRow(ctx, `SELECT `+columns+` FROM accounts WHERE id = $1`, recordID))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "there are no such accounts")
	}
	return r, err
}

// ByIDs reads the records of ids that exist.
func ByIDs(ctx context.Context, q db.Querier, ids []int64) (map[int64]Record, error) {
	out := map[int64]Record{}
	for _, one := range ids {
		r, err := Get(ctx, q, one)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[one] = r
	}
	return out, nil
}

// Changes tells when shared accounts that readers see in these articles were
// changed last. Articles without any are not in it.
func Changes(ctx context.Context, q db.Querier, articles []int64) (map[int64]time.Time, error) {
	out := map[int64]time.Time{}
	if len(articles) == 0 {
		return out, nil
	}
	asked := make(map[int64]int, len(articles))
	for _, one := range articles {
		asked[one] = 0
	}
	keys, err := json.Marshal(asked) // an object: json_each of PostgreSQL takes nothing else
	if err != nil {
		return nil, fault.New(fault.Internal, "articles that show accounts: %w", err)
	}
	rows, err := q.Query(ctx, `SELECT r.article_id, MAX(c.updated_at) FROM accounts_ref r JOIN accounts c ON c.id = r.record_id
		JOIN article a ON a.id = r.article_id AND a.live_version = r.version_id AND a.live_version > 0
		WHERE r.article_id IN (SELECT CAST(key AS BIGINT) FROM json_each($1)) GROUP BY r.article_id`, string(keys))
	_, err = db.All(rows, err, func(r *sql.Rows) (ref int64, err error) {
		var at int64
		err = r.Scan(&ref, &at)
		out[ref] = db.Time(at)
		return ref, err
	})
	return out, err
}

// Row is a record in a list, with the number of articles that show it.
type Row struct {
	Record
	Articles int64
}

// List returns records, the last changed first, that come after a place (the
// zero values for the first page), at most limit.
func List(ctx context.Context, q db.Querier, updated, after int64, limit int) ([]Row, error) {
	if updated == 0 {
		updated = 1<<63 - 1
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM accounts WHERE (updated_at, id) < ($1, $2) ORDER BY updated_at DESC, id DESC LIMIT $3`, updated, after, limit)
	all, err := db.All(rows, err, scan)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(all))
	for i, r := range all {
		uses, err := Uses(ctx, q, r.ID)
		if err != nil {
			return nil, err
		}
		out[i] = Row{r, int64(len(uses))}
	}
	return out, nil
}

// Refer notes which records a version of an article shows; version 0 is the
// text that is being written. Package article calls it wherever it keeps
// content.
func Refer(ctx context.Context, tx *db.Tx, article, version int64, isNew bool, body richtext.Doc) error {
	ids := richtext.RecordIDs(body)
	if !isNew && version == 0 {
		rows, err := tx.Query(ctx, `SELECT record_id FROM accounts_ref WHERE article_id = $1 AND version_id = 0`, article)
		was, err := db.All(rows, err, func(r *sql.Rows) (ref int64, err error) { return ref, r.Scan(&ref) })
		if err != nil {
			return err
		}
		slices.Sort(was)
		if slices.Equal(was, slices.Sorted(slices.Values(ids))) {
			return nil
		}
		if _, err := tx.Exec(ctx, `DELETE FROM accounts_ref WHERE article_id = $1 AND version_id = 0`, article); err != nil {
			return err
		}
	}
	for _, one := range ids {
		if _, err := tx.Exec(ctx, `INSERT INTO accounts_ref (record_id, article_id, version_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, one, article, version); err != nil {
			return err
		}
	}
	return nil
}

// Use is one article that shows a record.
type Use struct {
	Article         int64
	Headline        string
	Status          string
	Owner, Assignee int64 // people who may see it before it is public
	Live            bool  // in what readers see, now or when an embargo ends
	Working         bool  // in what is being written
}

// maxUses bounds how many articles are looked at: more say no more.
const maxUses = 500

// Uses finds the articles that show a record, the latest changed first. Those
// of which only earlier versions did are not among them.
func Uses(ctx context.Context, q db.Querier, recordID int64) ([]Use, error) {
	rows, err := q.Query(ctx, `SELECT a.id, a.headline, a.status, a.owner_id, a.assignee_id,
			CASE WHEN a.live_version > 0 AND EXISTS (SELECT 1 FROM accounts_ref r WHERE r.record_id = $1 AND r.article_id = a.id AND r.version_id = a.live_version) THEN 1 ELSE 0 END,
			CASE WHEN EXISTS (SELECT 1 FROM accounts_ref r WHERE r.record_id = $1 AND r.article_id = a.id
				AND r.version_id = CASE WHEN EXISTS (SELECT 1 FROM working_copy c WHERE c.article_id = a.id) THEN 0
					WHEN a.working_version > 0 THEN a.working_version ELSE -1 END) THEN 1 ELSE 0 END
		FROM article a WHERE a.id IN (SELECT article_id FROM accounts_ref WHERE record_id = $1)
		ORDER BY a.modified_at DESC, a.id LIMIT $2`, recordID, maxUses)
	all, err := db.All(rows, err, func(r *sql.Rows) (u Use, err error) {
		var live, working int64
		err = r.Scan(&u.Article, &u.Headline, &u.Status, &u.Owner, &u.Assignee, &live, &working)
		u.Live, u.Working = live == 1, working == 1
		return u, err
	})
	return slices.DeleteFunc(all, func(u Use) bool { return !u.Live && !u.Working }), err
}
