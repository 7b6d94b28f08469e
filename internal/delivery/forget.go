package delivery

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/db"
	"dateline/internal/job"
)

// JobForget is the job that forgets what became of old letters.
const JobForget = "delivery.forget"

const (
	forgetEvery = 6 * time.Hour
	forgetAt    = 100 // mailings looked at in one run
)

// CatchUp makes sure that old letters are looked after.
func (s *Service) CatchUp(ctx context.Context) error {
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.forgetLater(ctx, tx, s.Clock.Now()) })
}

func (s *Service) forgetLater(ctx context.Context, tx *db.Tx, at time.Time) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobForget, Key: "all", RunAt: at})
}

// HandleForget forgets, of mailings that ended longer ago than KeepFor, what
// became of each letter. Who got which version stays, because a correction may
// have to follow it, and so do the sums.
func (s *Service) HandleForget(ctx context.Context, _ []byte) error {
	now := s.Clock.Now()
	if s.KeepFor > 0 {
		for {
			old, err := s.oldMailings(ctx, now.Add(-s.KeepFor))
			if err != nil {
				return err
			}
			for _, mailing := range old {
				if err := s.forget(ctx, mailing); err != nil {
					return err
				}
			}
			if len(old) < forgetAt {
				break
			}
		}
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.forgetLater(ctx, tx, now.Add(forgetEvery)) })
}

// oldMailings are those with chunks left that ended before a time.
func (s *Service) oldMailings(ctx context.Context, before time.Time) ([]int64, error) {
	rows, err := s.DB.Query(ctx, `SELECT m.id FROM mailing m WHERE m.state IN ('finished', 'cancelled') AND m.finished_at > 0 AND m.finished_at < $1
		AND EXISTS (SELECT 1 FROM mailing_chunk c WHERE c.mailing_id = m.id) ORDER BY m.id LIMIT $2`, db.Micros(before), int64(forgetAt))
	return db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
}

type forgotten struct {
	id, first, last int64
	open            bool
}

// forget goes through the chunks of a mailing, each in a transaction of its own.
func (s *Service) forget(ctx context.Context, mailing int64) error {
	for ctx.Err() == nil {
		rows, err := s.DB.Query(ctx, `SELECT id, first_id, last_id, CASE done WHEN 0 THEN 1 ELSE 0 END FROM mailing_chunk WHERE mailing_id = $1 ORDER BY id LIMIT 100`, mailing)
		chunks, err := db.All(rows, err, func(r *sql.Rows) (c forgotten, err error) { return c, r.Scan(&c.id, &c.first, &c.last, &c.open) })
		if err != nil || len(chunks) == 0 {
			return err
		}
		for _, c := range chunks {
			if err := s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return forgetChunk(ctx, tx, c) }); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func forgetChunk(ctx context.Context, tx *db.Tx, c forgotten) error {
	if c.open { // of a mailing that was stopped: its sums are the mailing's from now on
		if err := settleChunk(ctx, tx, &chunk{id: c.id}); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM mailing_recipient WHERE id >= $1 AND id <= $2 AND chunk_id = $3 AND state <> 'sent'`, c.first, c.last, c.id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE mailing_recipient SET chunk_id = 0, interest = '', language = '', due_at = 0, at = 0, attempts = 0, code = '', soft = 0
		WHERE id >= $1 AND id <= $2 AND chunk_id = $3`, c.first, c.last, c.id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM mailing_chunk WHERE id = $1`, c.id)
	return err
}
