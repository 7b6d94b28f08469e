package search

import (
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/job"
)

// The kinds of the jobs that index articles again because something changed
// that several of them show.
const (
	JobAccounts = "search.accounts" // of claim.EventChanged
	JobAgain    = "search.again"    // walks the articles; its payload is again
)

// againBatch is how many articles one transaction of a walk indexes.
const againBatch = 32

// scopeAccounts names the walk of the articles that show shared accounts.
const scopeAccounts = "accounts"

// again is where a walk stands. A new walk of the same articles ends the one
// before it: what that has left, the new one has ahead of it.
type again struct {
	Scope string `json:"scope"`
	Ref   int64  `json:"ref"`
	Walk  int64  `json:"walk"`
	At    int64  `json:"at"` // place of the last article that was indexed
	After int64  `json:"after"`
}

func (a *again) name() string { return "again " + db.Key(a.Scope, a.Ref) }

// HandleAccounts carries out JobAccounts: the articles that show the record are
// indexed with its present words.
func (s *Service) HandleAccounts(ctx context.Context, payload []byte) error {
	var p claim.Changed
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return walkTx(ctx, tx, scopeAccounts, p.Record) })
}

// HandleRenamed carries out article.JobRenamed: the articles of a list that has
// another name are indexed again, or those that changed lists.
func (s *Service) HandleRenamed(ctx context.Context, payload []byte) error {
	var p article.Relabelled
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p.Scope != "" {
			return walkTx(ctx, tx, p.Scope, p.Ref)
		}
		for batch := range slices.Chunk(p.Articles, againBatch) {
			if err := EnqueueTx(ctx, tx, batch...); err != nil {
				return err
			}
		}
		return nil
	})
}

// walkTx asks for a walk after the transaction.
func walkTx(ctx context.Context, tx *db.Tx, scope string, ref int64) error {
	a := again{Scope: scope, Ref: ref, Walk: id.New(), At: math.MinInt64}
	if _, err := tx.Exec(ctx, `INSERT INTO search_state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		a.name(), strconv.FormatInt(a.Walk, 10)); err != nil {
		return err
	}
	return a.enqueue(ctx, tx)
}

func (a *again) enqueue(ctx context.Context, tx *db.Tx) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobAgain, Key: strconv.FormatInt(a.Walk, 10), Payload: a})
}

// HandleAgain carries out JobAgain: a batch of articles, and the next batch is
// asked for in the same transaction, so that a walk goes on where it was.
func (s *Service) HandleAgain(ctx context.Context, payload []byte) error {
	var a again
	if err := json.Unmarshal(payload, &a); err != nil {
		return job.GiveUp(err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var newest string
		err := tx.QueryRow(ctx, `SELECT value FROM search_state WHERE name = $1`, a.name()).Scan(&newest)
		if fault.Is(err, fault.NotFound) || err == nil && newest != strconv.FormatInt(a.Walk, 10) {
			return nil
		}
		if err != nil {
			return err
		}
		next := a
		places, err := next.batch(ctx, tx)
		if err != nil {
			return err
		}
		ids := make([]int64, len(places))
		for i, p := range places {
			ids[i] = p.id
		}
		if err := s.putTx(ctx, tx, ids...); err != nil {
			return err
		}
		if len(places) < againBatch {
			_, err := tx.Exec(ctx, `DELETE FROM search_state WHERE name = $1`, a.name())
			return err
		}
		last := places[len(places)-1]
		next.At, next.After = last.at, last.id
		return next.enqueue(ctx, tx)
	})
}

// batch reads the articles that follow in a walk.
func (a *again) batch(ctx context.Context, q db.Querier) ([]place, error) {
	if a.Scope != scopeAccounts {
		rows, err := q.Query(ctx, `SELECT at, article_id FROM listing WHERE scope = $1 AND ref = $2 AND (at, article_id) > ($3, $4)
			ORDER BY at, article_id LIMIT $5`, a.Scope, a.Ref, a.At, a.After, againBatch)
		return db.All(rows, err, func(r *sql.Rows) (p place, err error) { return p, r.Scan(&p.at, &p.id) })
	}
	rows, err := q.Query(ctx, `SELECT 0, r.article_id FROM accounts_ref r JOIN article a ON a.id = r.article_id AND a.live_version = r.version_id
		WHERE r.record_id = $1 AND a.public = 1 AND r.article_id > $2 ORDER BY r.article_id LIMIT $3`, a.Ref, a.After, againBatch)
	return db.All(rows, err, func(r *sql.Rows) (p place, err error) { return p, r.Scan(&p.at, &p.id) })
}
