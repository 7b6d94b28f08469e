package related

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/search"
)

// JobAll chooses anew for all articles, some at a time. How far it is stands
// in related_walk.
const JobAll = "related.all"

const (
	batch   = 100              // articles in one transaction
	settled = 30 * time.Second // after the last batch of an import
)

// walk is where the way over all articles is: first everybody's traits are
// kept, then kin are chosen.
type walk struct {
	choosing bool
	before   int64 // articles with smaller numbers are still to come; 0 for all
	done     int64 // of total
	total    int64 // twice the articles, 0 before the first batch
}

// EnqueueAllTx asks for all articles to be looked at anew once nothing has
// asked for it for half a minute: after an import.
func EnqueueAllTx(ctx context.Context, tx *db.Tx, now time.Time) error {
	if err := putWalk(ctx, tx, walk{}); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobAll, Key: "all", Payload: struct{}{}, RunAt: now.Add(settled)})
}

// HandleAll carries out JobAll: one batch, and asks for the next. It chooses
// nothing while an import or a rebuild fills the index. Killed, it goes on
// where it was.
func (s *Service) HandleAll(ctx context.Context, _ []byte) error {
	w, err := walkOf(ctx, s.db)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	filled := true
	if w.choosing {
		if filled, err = s.filled(ctx); err != nil {
			return err
		}
	}
	next := job.Spec{Kind: JobAll, Key: "all", Payload: struct{}{}}
	if filled {
		err = s.step(ctx, w)
	} else {
		next.RunAt = s.clock.Now().Add(indexed)
	}
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return job.Enqueue(ctx, tx, next) })
}

// filled tells whether the index has all that there is to choose from.
func (s *Service) filled(ctx context.Context) (bool, error) {
	built, err := search.Built(ctx, s.db)
	if err != nil || !built {
		return false, err
	}
	filling, err := job.Waiting(ctx, s.db, search.JobIndex, search.JobRebuild)
	return !filling, err
}

// All chooses anew for all articles. progress is told now and then; nil for
// nobody. A run that was stopped goes on where it was. Errors: Conflict while
// the index of the search is not there.
func (s *Service) All(ctx context.Context, progress func(done, total int64)) error {
	built, err := search.Built(ctx, s.db)
	if err != nil {
		return err
	}
	if !built {
		return fault.New(fault.Conflict, "the index of the search is not made yet, and related stories are found by it").
			WithHint("run “dateline rebuild search” first, or let “dateline serve” make it")
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := walkOf(ctx, tx)
		if fault.Is(err, fault.NotFound) {
			return putWalk(ctx, tx, walk{})
		}
		return err
	})
	for err == nil {
		var w walk
		if w, err = walkOf(ctx, s.db); err != nil {
			break
		}
		if progress != nil && w.total > 0 {
			progress(min(w.done, w.total), w.total)
		}
		if err = s.step(ctx, w); err == nil && progress != nil {
			progress(min(w.done, w.total), w.total)
		}
	}
	if fault.Is(err, fault.NotFound) { // the end
		return nil
	}
	return err
}

// Progress tells how far the choosing for all articles is: 0 of 0 when it is
// not under way.
func (s *Service) Progress(ctx context.Context) (done, total int64, err error) {
	w, err := walkOf(ctx, s.db)
	if fault.Is(err, fault.NotFound) {
		return 0, 0, nil
	}
	return min(w.done, w.total), w.total, err
}

// step does a batch of the walk, unless somebody else has done it or begun
// anew meanwhile.
func (s *Service) step(ctx context.Context, w walk) error {
	next := w
	if next.total == 0 {
		var articles int64
		if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM article WHERE public = 1 AND type = 'article'`).Scan(&articles); err != nil {
			return err
		}
		next.total = 2 * articles
	}
	ids, err := s.someBefore(ctx, w.before)
	if err != nil {
		return err
	}
	subjects, kin, err := s.work(ctx, ids, w.choosing)
	if err != nil {
		return err
	}
	if next.done += int64(len(ids)); len(ids) > 0 {
		next.before = ids[len(ids)-1]
	} else {
		next.choosing, next.before = true, 0
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now, err := walkOf(ctx, tx)
		if fault.Is(err, fault.NotFound) || err == nil && now != w {
			return nil
		}
		if err != nil {
			return err
		}
		for i, sub := range subjects {
			switch {
			case sub == nil:
			case w.choosing:
				err = s.keep(ctx, tx, *sub, kin[i])
			default:
				err = putMark(ctx, tx, ids[i], sub.traits)
			}
			if err != nil {
				return err
			}
		}
		if w.choosing && len(ids) == 0 {
			return endWalk(ctx, tx)
		}
		return putWalk(ctx, tx, next)
	})
}

func walkOf(ctx context.Context, q db.Querier) (w walk, err error) {
	var choosing int64
	err = q.QueryRow(ctx, `SELECT choosing, before, done, total FROM related_walk WHERE id = 1`).Scan(&choosing, &w.before, &w.done, &w.total)
	w.choosing = choosing != 0
	return w, err
}

func putWalk(ctx context.Context, tx *db.Tx, w walk) error {
	_, err := tx.Exec(ctx, `INSERT INTO related_walk (id, choosing, before, done, total) VALUES (1, $1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET choosing = excluded.choosing, before = excluded.before, done = excluded.done, total = excluded.total`,
		db.Bool(w.choosing), w.before, w.done, w.total)
	return err
}

func endWalk(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM related_walk WHERE id = 1`)
	return err
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
	errs := make([]error, job.Cores())
	var wait sync.WaitGroup
	for k := range errs {
		wait.Go(func() {
			r, err := s.reader(ctx)
			for i := k; i < len(ids) && err == nil; i += len(errs) {
				subjects[i], kin[i], err = r.walked(ctx, ids[i], choosing)
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

// walked reads an article, for its traits alone or to choose its kin; nil for
// one that readers may not find.
func (r *reader) walked(ctx context.Context, id int64, choosing bool) (*subject, []Kin, error) {
	if !choosing {
		t, listed, err := r.readTraits(ctx, id)
		if err != nil || !listed {
			return nil, nil, err
		}
		return &subject{traits: t}, nil, nil
	}
	sub, listed, err := r.subject(ctx, id)
	if err != nil || !listed {
		return nil, nil, err
	}
	kin, _, err := r.kin(ctx, sub)
	return &sub, kin, err
}
