package job

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"dateline/internal/db"
)

// claimed is a job that this runner has leased.
type claimed struct {
	id       int64
	kind     string
	key      string
	payload  []byte
	attempts int
	lease    string
}

// outcome is how a run of a job ended.
type outcome struct {
	job         claimed
	err         error         // nil for success
	retry       time.Duration // after which to try again; 0 for never
	interrupted bool          // the runner stopped before it could end by itself
}

// nextDue returns when the next job of some kinds is due, NotFound for never.
// The kinds are a JSON array, for which each engine has its own function; the
// plus keeps SQLite from sorting all jobs of a kind instead of reading them in
// the order of the index on run_at.
func nextDue(ctx context.Context, q db.Querier, kinds string) (runAt int64, err error) {
	if q.Engine() == db.Postgres {
		err = q.QueryRow(ctx, `SELECT run_at FROM job WHERE state = 'ready'
			AND kind = ANY (ARRAY(SELECT json_array_elements_text($1::json))) ORDER BY run_at, id LIMIT 1`, kinds).Scan(&runAt)
		return runAt, err
	}
	err = q.QueryRow(ctx, `SELECT run_at FROM job WHERE state = 'ready'
		AND +kind IN (SELECT value FROM json_each($1)) ORDER BY run_at, id LIMIT 1`, kinds).Scan(&runAt)
	return runAt, err
}

// The two ways of leasing due jobs. On SQLite the single writer keeps two
// runners apart; on PostgreSQL locked rows are skipped.
const (
	claimSQLite = `UPDATE job SET state = 'leased', lease_to = $1, lease_by = $2, attempts = attempts + 1
		WHERE id IN (SELECT id FROM job WHERE state = 'ready' AND run_at <= $3
			AND +kind IN (SELECT value FROM json_each($4)) ORDER BY run_at, id LIMIT $5)
		RETURNING id, kind, job_key, payload, attempts, lease_by`
	claimPostgres = `UPDATE job SET state = 'leased', lease_to = $1, lease_by = $2, attempts = attempts + 1
		WHERE id IN (SELECT id FROM job WHERE state = 'ready' AND run_at <= $3
			AND kind = ANY (ARRAY(SELECT json_array_elements_text($4::json))) ORDER BY run_at, id LIMIT $5 FOR UPDATE SKIP LOCKED)
		RETURNING id, kind, job_key, payload, attempts, lease_by`
)

// claim leases up to most due jobs of some kinds, in the order they are due.
func claim(ctx context.Context, tx *db.Tx, kinds, lease string, now, until time.Time, most int) ([]claimed, error) {
	var rows *sql.Rows
	var err error
	if tx.Engine() == db.Postgres {
		rows, err = tx.Query(ctx, claimPostgres, db.Micros(until), lease, db.Micros(now), kinds, most)
	} else {
		rows, err = tx.Query(ctx, claimSQLite, db.Micros(until), lease, db.Micros(now), kinds, most)
	}
	all, err := db.All(rows, err, func(r *sql.Rows) (c claimed, err error) {
		err = r.Scan(&c.id, &c.kind, &c.key, &c.payload, &c.attempts, &c.lease)
		return c, err
	})
	// RETURNING promises no order; ids grow with time.
	slices.SortFunc(all, func(a, b claimed) int { return cmp.Compare(a.id, b.id) })
	return all, err
}

// expire takes the leases of dead processes back. A job that has used up its
// attempts, perhaps because it takes its process down each time, is dead.
func expire(ctx context.Context, tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE job SET lease_to = 0, lease_by = '',
			state = CASE WHEN attempts >= $2 THEN 'dead' ELSE 'ready' END,
			error = CASE WHEN attempts > 0 THEN $3 ELSE error END
		WHERE state = 'leased' AND lease_to < $1`, db.Micros(now), maxAttempts, "the process that ran it stopped")
	return err
}

// anyExpired reports whether expire has something to do.
func anyExpired(ctx context.Context, q db.Querier, now time.Time) (bool, error) {
	var n int64
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'leased' AND lease_to < $1 LIMIT 1) AS expired`,
		db.Micros(now)).Scan(&n)
	return n > 0, err
}

// among limits a statement about the jobs of a lease, $1, to some of them.
const (
	among     = ` AND id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`
	amongSize = 16
)

// amongArgs returns the arguments of among for up to amongSize ids.
func amongArgs(lease string, ids []int64) []any {
	args := make([]any, 1+amongSize)
	args[0] = lease
	for i := range amongSize {
		if i < len(ids) {
			args[1+i] = ids[i]
		} else {
			args[1+i] = int64(0) // nobody's id
		}
	}
	return args
}

// finish removes jobs that succeeded, or readies those that were asked for
// again while they ran. Jobs whose lease was lost meanwhile are not touched.
func finish(ctx context.Context, tx *db.Tx, lease string, ids []int64) error {
	for some := range slices.Chunk(ids, amongSize) {
		args := amongArgs(lease, some)
		n, err := tx.Exec(ctx, `DELETE FROM job WHERE lease_by = $1 AND state = 'leased' AND attempts > 0`+among, args...)
		if err != nil {
			return err
		}
		if n == int64(len(some)) {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE job SET state = 'ready', lease_to = 0, lease_by = ''
			WHERE lease_by = $1 AND state = 'leased' AND attempts = 0`+among, args...); err != nil {
			return err
		}
	}
	return nil
}

// giveBack readies claimed jobs that never ran.
func giveBack(ctx context.Context, tx *db.Tx, lease string, ids []int64) error {
	for some := range slices.Chunk(ids, amongSize) {
		if _, err := tx.Exec(ctx, `UPDATE job SET state = 'ready', lease_to = 0, lease_by = '',
				attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END
			WHERE lease_by = $1 AND state = 'leased'`+among, amongArgs(lease, some)...); err != nil {
			return err
		}
	}
	return nil
}

// renew keeps the leases of jobs that wait or run here.
func renew(ctx context.Context, tx *db.Tx, lease string, ids []int64, until time.Time) error {
	for some := range slices.Chunk(ids, amongSize) {
		if _, err := tx.Exec(ctx, `UPDATE job SET lease_to = $18 WHERE lease_by = $1 AND state = 'leased'`+among,
			append(amongArgs(lease, some), db.Micros(until))...); err != nil {
			return err
		}
	}
	return nil
}

// fail records a failed run: the job waits for its next attempt or is dead. One
// that was asked for again meanwhile is ready at once.
func fail(ctx context.Context, tx *db.Tx, o outcome, now time.Time) error {
	state, runAt := Ready, db.Micros(now.Add(o.retry))
	if o.retry == 0 {
		state = Dead
	}
	_, err := tx.Exec(ctx, `UPDATE job SET lease_to = 0, lease_by = '', error = $3,
			state = CASE WHEN attempts > 0 THEN $4 ELSE 'ready' END,
			run_at = CASE WHEN attempts > 0 THEN $5 ELSE run_at END
		WHERE id = $1 AND lease_by = $2 AND state = 'leased'`, o.job.id, o.job.lease, o.err.Error(), string(state), runAt)
	return err
}
