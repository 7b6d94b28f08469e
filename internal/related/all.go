package related

import (
	"context"
	"database/sql"
	"encoding/json"
	"runtime"
	"sync"
	"time"

	"dateline/internal/db"
	"dateline/internal/job"
	"dateline/internal/search"
)

// JobAll chooses anew for all articles, some at a time; its payload is where
// it goes on.
const JobAll = "related.all"

const (
	batch   = 100              // articles in one transaction
	settled = 30 * time.Second // after the last batch of an import
)

// turn is where the walk over all articles is: first everybody's traits are
// kept, then kin are chosen.
type turn struct {
	Choosing bool  `json:"choosing"`
	Before   int64 `json:"before"` // articles with smaller numbers are still to come; 0 for all
}

// EnqueueAllTx asks for all articles to be looked at anew once nothing has
// asked for it for half a minute: after an import.
func EnqueueAllTx(ctx context.Context, tx *db.Tx, now time.Time) error {
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobAll, Key: "all", Payload: turn{}, RunAt: now.Add(settled)})
}

// HandleAll carries out JobAll: one batch, and asks for the next. It chooses
// nothing while an import or a rebuild fills the index.
func (s *Service) HandleAll(ctx context.Context, payload []byte) error {
	var t turn
	if err := json.Unmarshal(payload, &t); err != nil {
		return err
	}
	if t.Choosing {
		filling, err := job.Waiting(ctx, s.db, search.JobIndex, search.JobRebuild)
		if err != nil {
			return err
		}
		if filling {
			return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				return job.Enqueue(ctx, tx, job.Spec{Kind: JobAll, Key: "all", Payload: t, RunAt: s.clock.Now().Add(indexed)})
			})
		}
	}
	next, _, err := s.step(ctx, t)
	if err != nil || next == nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobAll, Key: "all", Payload: next})
	})
}

// All chooses anew for all articles. progress is told now and then; nil for
// nobody. What was done before a kill is kept; run again, it begins anew, and
// changes nothing that was right.
func (s *Service) All(ctx context.Context, progress func(done, total int64)) error {
	var articles, done int64
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM article WHERE public = 1 AND type = 'article'`).Scan(&articles); err != nil {
		return err
	}
	for t := (&turn{}); t != nil; {
		next, n, err := s.step(ctx, *t)
		if err != nil {
			return err
		}
		if done += int64(n); progress != nil {
			progress(min(done, 2*articles), 2*articles)
		}
		t = next
	}
	return nil
}

// step does a batch of the walk and returns the next one, nil at its end.
func (s *Service) step(ctx context.Context, t turn) (*turn, int, error) {
	ids, err := s.someBefore(ctx, t.Before)
	if err != nil {
		return nil, 0, err
	}
	if len(ids) == 0 {
		if t.Choosing {
			return nil, 0, nil
		}
		return &turn{Choosing: true}, 0, nil
	}
	subjects, kin, err := s.work(ctx, ids, t.Choosing)
	if err != nil {
		return nil, 0, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i, sub := range subjects {
			switch {
			case sub == nil:
			case t.Choosing:
				err = s.keep(ctx, tx, *sub, kin[i])
			default:
				err = putMark(ctx, tx, ids[i], sub.traits)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return &turn{t.Choosing, ids[len(ids)-1]}, len(ids), err
}

func (s *Service) someBefore(ctx context.Context, before int64) ([]int64, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	rows, err := s.db.Query(ctx, `SELECT id FROM article WHERE public = 1 AND type = 'article' AND id < $1 ORDER BY id DESC LIMIT $2`, before, batch)
	return db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
}

// work reads articles, and looks for their kin, on all cores.
func (s *Service) work(ctx context.Context, ids []int64, choosing bool) ([]*subject, [][]Kin, error) {
	subjects, kin := make([]*subject, len(ids)), make([][]Kin, len(ids))
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for k := range errs {
		wait.Go(func() {
			r, err := s.reader(ctx)
			for i := k; i < len(ids) && err == nil; i += len(errs) {
				var sub subject
				var listed bool
				if sub, listed, err = r.subject(ctx, ids[i]); err != nil || !listed {
					continue
				}
				subjects[i] = &sub
				if choosing {
					kin[i], _, err = r.kin(ctx, sub)
				}
			}
			errs[k] = err
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, nil, err
		}
	}
	return subjects, kin, nil
}
