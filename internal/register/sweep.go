package register

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
)

// batch is how many articles one transaction reads again.
const batch = 100

// moveTx asks for the articles that name an entry to be read again.
func moveTx(ctx context.Context, tx *db.Tx, id int64) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobMove, Key: strconv.FormatInt(id, 10), Payload: id})
}

// HandleMove carries out JobMove, a batch a transaction. The rows themselves
// tell what is left, so doing it twice changes nothing.
func (s *Service) HandleMove(ctx context.Context, payload []byte) error {
	var id int64
	if err := json.Unmarshal(payload, &id); err != nil {
		return job.GiveUp(err)
	}
	for {
		index, err := s.Names(ctx, s.DB)
		if err != nil {
			return err
		}
		done := 0
		err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT article_id FROM subject_use WHERE subject_id = $1
				UNION SELECT article_id FROM listing WHERE scope = 'subject' AND ref = $1 ORDER BY 1 LIMIT $2`, id, batch)
			ids, err := db.All(rows, err, scanID)
			if err != nil {
				return err
			}
			done = len(ids)
			return s.readAll(ctx, tx, index, ids)
		})
		if err != nil || done == 0 {
			return err
		}
	}
}

func scanID(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) }

// sweepTx begins a new reading of all articles. One under way ends: the new one
// covers what it had left.
func sweepTx(ctx context.Context, tx *db.Tx) error {
	var sweep int64
	if err := tx.QueryRow(ctx, `INSERT INTO subject_state (id, sweep) VALUES (1, 1)
		ON CONFLICT (id) DO UPDATE SET sweep = subject_state.sweep + 1, swept_to = 0 RETURNING sweep`).Scan(&sweep); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobSweep, Key: strconv.FormatInt(sweep, 10), Payload: sweep})
}

// HandleSweep carries out JobSweep.
func (s *Service) HandleSweep(ctx context.Context, payload []byte) error {
	var sweep int64
	if err := json.Unmarshal(payload, &sweep); err != nil {
		return job.GiveUp(err)
	}
	return s.sweep(ctx, sweep, nil)
}

// Rebuild reads every article again for the names of the register, and tells of
// its progress. Where a reading was interrupted, it goes on.
func (s *Service) Rebuild(ctx context.Context, actor account.Actor, progress func(done, total int64)) error {
	if err := actor.Require(account.Administrator, "read all articles again"); err != nil {
		return err
	}
	var sweep int64
	err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var swept int64
		err := tx.QueryRow(ctx, `SELECT sweep, swept FROM subject_state WHERE id = 1`).Scan(&sweep, &swept)
		if err != nil && !fault.Is(err, fault.NotFound) || sweep > swept {
			return err
		}
		if err := sweepTx(ctx, tx); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT sweep FROM subject_state WHERE id = 1`).Scan(&sweep)
	})
	if err != nil {
		return err
	}
	return s.sweep(ctx, sweep, progress)
}

// sweep reads all articles that are left in one reading, unless a later one has
// begun. Several processes may take part in it.
func (s *Service) sweep(ctx context.Context, sweep int64, progress func(done, total int64)) error {
	var total, done int64
	if progress != nil {
		err := s.DB.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN a.id <= s.swept_to THEN 1 ELSE 0 END), 0)
			FROM article a JOIN subject_state s ON s.id = 1 WHERE a.public = 1 AND a.type = 'article'`).Scan(&total, &done)
		if err != nil {
			return err
		}
		progress(done, total)
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, more, err := s.sweepBatch(ctx, sweep)
		if err != nil || !more {
			return err
		}
		if done += int64(n); progress != nil {
			progress(done, total)
		}
	}
}

func (s *Service) sweepBatch(ctx context.Context, sweep int64) (n int, more bool, err error) {
	index, err := s.Names(ctx, s.DB)
	if err != nil {
		return 0, false, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, more = 0, false
		var after int64
		// The update locks the row: two processes take different batches.
		err := tx.QueryRow(ctx, `UPDATE subject_state SET swept = swept WHERE id = 1 AND sweep = $1 AND swept < $1 RETURNING swept_to`, sweep).Scan(&after)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT id FROM article WHERE id > $1 AND public = 1 AND type = 'article' ORDER BY id LIMIT $2`, after, batch)
		ids, err := db.All(rows, err, scanID)
		if err != nil {
			return err
		}
		if err := s.readAll(ctx, tx, index, ids); err != nil {
			return err
		}
		if n = len(ids); n == 0 {
			_, err = tx.Exec(ctx, `UPDATE subject_state SET swept = sweep WHERE id = 1`)
			return err
		}
		more = true
		_, err = tx.Exec(ctx, `UPDATE subject_state SET swept_to = $1 WHERE id = 1`, ids[n-1])
		return err
	})
	return n, more, err
}
