// Package job is the queue of durable work: what must happen after a change,
// though the process die at any instant.
//
// A job is a row, written in the transaction of the change that asks for it,
// and removed in the transaction that records its success. A [Runner] claims
// due jobs under a lease, runs their handlers, and tries failed ones again
// later. A process that dies loses its leases when they expire; another then
// runs the jobs again. So a handler may run more than once for one request,
// never twice at the same time while its lease is renewed, and must be
// idempotent.
//
// A kind and a key name a job. Asking again for one that still waits replaces
// payload and time: the newest request decides. Asking for one that runs makes
// it run once more afterwards, because it may have read the state before the
// change. A job that has failed for good stays, with its error, until somebody
// asks for it again.
//
// States: ready, leased, dead. attempts counts the runs since the last
// request, so 0 in a leased job means that it was asked for again meanwhile.
//
// Tables: job.
package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// State is where a job is in its life.
type State string

// The states.
const (
	Ready  State = "ready"
	Leased State = "leased"
	Dead   State = "dead"
)

// Spec asks for a job.
type Spec struct {
	Kind    string
	Key     string    // unique within the kind; "" for a job of its own
	Payload any       // handed to the handler as JSON
	RunAt   time.Time // not before; zero for as soon as possible
}

// topic is what a commit wakes runners with.
const topic = "job"

// Enqueue asks for a job in tx. Runners of this process start it right after
// the commit, those of others within half a second.
func Enqueue(ctx context.Context, tx *db.Tx, s Spec) error {
	payload, err := json.Marshal(s.Payload)
	if err != nil {
		return fault.New(fault.Internal, "payload of job %s: %w", s.Kind, err)
	}
	row := id.New()
	if s.Key == "" {
		s.Key = strconv.FormatInt(row, 10)
	}
	_, err = tx.Exec(ctx, `INSERT INTO job (id, kind, job_key, payload, state, run_at, created_at)
		VALUES ($1, $2, $3, $4, 'ready', $5, $6)
		ON CONFLICT (kind, job_key) DO UPDATE SET
			payload = excluded.payload, run_at = excluded.run_at, attempts = 0, error = '',
			state = CASE job.state WHEN 'leased' THEN 'leased' ELSE 'ready' END`,
		row, s.Kind, s.Key, string(payload), db.Micros(s.RunAt), db.Micros(clock.System{}.Now()))
	if err != nil {
		return err
	}
	tx.Wake(topic)
	return nil
}

// Cancel removes a job that has not begun. One that runs is left alone.
func Cancel(ctx context.Context, tx *db.Tx, kind, key string) error {
	_, err := tx.Exec(ctx, `DELETE FROM job WHERE kind = $1 AND job_key = $2 AND state <> 'leased'`, kind, key)
	return err
}

// EnqueueRows asks for one job about rows, whose numbers are its payload; for
// none when there are none. Its key is the first and the last of them and how
// many they are.
func EnqueueRows(ctx context.Context, tx *db.Tx, kind string, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	key := strconv.FormatInt(ids[0], 36) + "-" + strconv.FormatInt(ids[len(ids)-1], 36) + "-" + strconv.Itoa(len(ids))
	return Enqueue(ctx, tx, Spec{Kind: kind, Key: key, Payload: ids})
}

// Waiting tells whether there is work of one of these kinds that is not done
// and has not failed for good.
func Waiting(ctx context.Context, q db.Querier, kinds ...string) (bool, error) {
	for _, kind := range kinds {
		var n int
		if err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE kind = $1 AND state <> 'dead' LIMIT 1) few`, kind).Scan(&n); err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}

// Job is a job as the desk shows it.
type Job struct {
	ID       int64
	Kind     string
	Key      string
	Payload  []byte
	State    State
	RunAt    time.Time
	Attempts int
	Error    string // of the last attempt
}

// List returns up to limit jobs in a state, those due first ahead.
func List(ctx context.Context, q db.Querier, state State, limit int) ([]Job, error) {
	rows, err := q.Query(ctx, `SELECT id, kind, job_key, payload, state, run_at, attempts, error
		FROM job WHERE state = $1 ORDER BY run_at, id LIMIT $2`, string(state), limit)
	return db.All(rows, err, func(r *sql.Rows) (j Job, err error) {
		var runAt int64
		err = r.Scan(&j.ID, &j.Kind, &j.Key, &j.Payload, &j.State, &runAt, &j.Attempts, &j.Error)
		j.RunAt = db.Time(runAt)
		return j, err
	})
}

// GiveUp marks a handler's error as one that trying again cannot cure: the job
// is dead at once.
func GiveUp(err error) error { return &hopeless{err} }

type hopeless struct{ error }

func (h *hopeless) Unwrap() error { return h.error }
