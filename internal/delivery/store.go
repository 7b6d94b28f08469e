package delivery

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/db"
	"dateline/internal/subscriber"
)

// active is a mailing that letters are handed over of.
type active struct {
	id, newsletter int64
}

func activeMailings(ctx context.Context, q db.Querier) ([]active, error) {
	rows, err := q.Query(ctx, `SELECT id, newsletter_id FROM mailing WHERE state = 'sending' ORDER BY id`)
	return db.All(rows, err, func(r *sql.Rows) (a active, err error) {
		err = r.Scan(&a.id, &a.newsletter)
		return a, err
	})
}

// nextDue is when the first chunk of a mailing may be taken, NotFound for never.
func nextDue(ctx context.Context, q db.Querier, mailing int64) (time.Time, error) {
	var at int64
	err := q.QueryRow(ctx, `SELECT next_at FROM mailing_chunk WHERE mailing_id = $1 AND done = 0 ORDER BY next_at, id LIMIT 1`, mailing).Scan(&at)
	return db.Time(at), err
}

// The two ways of taking chunks. On SQLite the single writer keeps two runners
// apart; on PostgreSQL locked rows are passed over.
const (
	takeSQLite = `UPDATE mailing_chunk SET next_at = $1, fence = fence + 1
		WHERE id IN (SELECT id FROM mailing_chunk WHERE mailing_id = $2 AND done = 0 AND next_at <= $3 ORDER BY next_at, id LIMIT $4)
		RETURNING id, first_id, last_id, planned_at, fence`
	takePostgres = `UPDATE mailing_chunk SET next_at = $1, fence = fence + 1
		WHERE id IN (SELECT id FROM mailing_chunk WHERE mailing_id = $2 AND done = 0 AND next_at <= $3 ORDER BY next_at, id LIMIT $4 FOR UPDATE SKIP LOCKED)
		RETURNING id, first_id, last_id, planned_at, fence`
)

// take leases due chunks of a mailing until a time.
func take(ctx context.Context, tx *db.Tx, m active, now, until time.Time, most int) ([]*chunk, error) {
	var rows *sql.Rows
	var err error
	if tx.Engine() == db.Postgres {
		rows, err = tx.Query(ctx, takePostgres, db.Micros(until), m.id, db.Micros(now), most)
	} else {
		rows, err = tx.Query(ctx, takeSQLite, db.Micros(until), m.id, db.Micros(now), most)
	}
	return db.All(rows, err, func(r *sql.Rows) (*chunk, error) {
		c := &chunk{mailing: m, leaseTo: until}
		var planned int64
		err := r.Scan(&c.id, &c.first, &c.last, &planned, &c.fence)
		c.planned = db.Time(planned)
		return c, err
	})
}

// row is one recipient that has no final state.
type row struct {
	id       int64
	member   subscriber.Member
	deferred bool
	due      time.Time
	attempts int
}

func openRows(ctx context.Context, q db.Querier, c *chunk) ([]row, error) {
	rows, err := q.Query(ctx, `SELECT id, subscriber_id, interest, language, CASE state WHEN 'deferred' THEN 1 ELSE 0 END, due_at, attempts
		FROM mailing_recipient WHERE id >= $1 AND id <= $2 AND chunk_id = $3 AND state IN ('waiting', 'deferred') ORDER BY id`, c.first, c.last, c.id)
	return db.All(rows, err, func(r *sql.Rows) (one row, err error) {
		var due int64
		err = r.Scan(&one.id, &one.member.ID, &one.member.Interest, &one.member.Language, &one.deferred, &due, &one.attempts)
		one.due = db.Time(due)
		return one, err
	})
}

// tally is how counters change.
type tally struct {
	sent, deferred, bounced, skipped, gaveUp int
}

// count changes the counters of a chunk and when it may be taken next, unless
// somebody else has it by now.
func count(ctx context.Context, tx *db.Tx, c *chunk, t tally, nextAt time.Time, done bool) (held bool, err error) {
	n, err := tx.Exec(ctx, `UPDATE mailing_chunk SET sent = sent + $3, deferred = deferred + $4, bounced = bounced + $5,
			skipped = skipped + $6, gave_up = gave_up + $7, next_at = $8, done = $9 WHERE id = $1 AND fence = $2 AND done = 0`,
		c.id, c.fence, t.sent, t.deferred, t.bounced, t.skipped, t.gaveUp, db.Micros(nextAt), done)
	return n > 0, err
}

// settleChunk adds the counters of a chunk that is done to its mailing.
func settleChunk(ctx context.Context, tx *db.Tx, c *chunk) error {
	_, err := tx.Exec(ctx, `UPDATE mailing SET sent = mailing.sent + c.sent, bounced = mailing.bounced + c.bounced,
			skipped = mailing.skipped + c.skipped, gave_up = mailing.gave_up + c.gave_up
		FROM mailing_chunk AS c WHERE c.id = $1 AND mailing.id = c.mailing_id`, c.id)
	return err
}

const among = ` AND id IN ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`

const amongSize = 16

// markSent notes that letters of a variant were taken.
func markSent(ctx context.Context, tx *db.Tx, variant string, at time.Time, ids []int64) error {
	for len(ids) > 0 {
		n := min(amongSize, len(ids))
		args := make([]any, 2+amongSize)
		args[0], args[1] = variant, db.Micros(at)
		for i := range amongSize {
			args[2+i] = ids[min(i, n-1)]
		}
		ids = ids[n:]
		if _, err := tx.Exec(ctx, `UPDATE mailing_recipient SET state = 'sent', variant = $1, at = $2, attempts = attempts + 1, due_at = 0, code = ''
			WHERE state IN ('waiting', 'deferred')`+among, args...); err != nil {
			return err
		}
	}
	return nil
}

// markOther notes any other outcome.
func markOther(ctx context.Context, tx *db.Tx, o *outcome, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE mailing_recipient SET state = $2, at = $3, due_at = $4, code = $5, soft = $6, attempts = attempts + $7
		WHERE id = $1 AND state IN ('waiting', 'deferred')`,
		o.letter.row.id, string(o.state), db.Micros(at), db.Micros(o.due), o.code, o.verdict == readerSoft, db.Bool(o.tried))
	return err
}

// renew keeps a chunk.
func renew(ctx context.Context, tx *db.Tx, c *chunk, until time.Time) (held bool, err error) {
	n, err := tx.Exec(ctx, `UPDATE mailing_chunk SET next_at = $3 WHERE id = $1 AND fence = $2 AND done = 0`, c.id, c.fence, db.Micros(until))
	return n > 0, err
}
