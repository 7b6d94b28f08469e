package search

import (
	"context"
	"database/sql"
	"math"
	"sync"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/postings"
)

// JobRebuild fills the whole index anew.
const JobRebuild = "search.rebuild"

// made is how documents are made: it grows with every change of analysis,
// fields or weights, and an index that was made otherwise is made anew.
const made = "5"

// lookAgain is when the job looks again whether another process has made the
// index.
const lookAgain = 30 * time.Second

// rebuildBatch is how many articles are read and cut at once.
const rebuildBatch = 256

// EnsureBuilt asks for the index to be made anew when it is not of this
// program's making: after an update that changes it, or the first time.
func (s *Service) EnsureBuilt(ctx context.Context) error {
	var was string
	err := s.db.QueryRow(ctx, `SELECT value FROM search_state WHERE name = 'made'`).Scan(&was)
	if err != nil && !fault.Is(err, fault.NotFound) || was == made {
		return err
	}
	n, err := s.listedCount(ctx)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if n == 0 && was == "" { // a new site
			return keepMade(ctx, tx)
		}
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobRebuild, Key: "all"})
	})
}

// Built tells whether the index is of this program's making: what is found by
// it is all that there is.
func Built(ctx context.Context, q db.Querier) (bool, error) {
	var was string
	err := q.QueryRow(ctx, `SELECT value FROM search_state WHERE name = 'made'`).Scan(&was)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return was == made, err
}

// keepMade notes how the index is made.
func keepMade(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO search_state (name, value) VALUES ('made', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, made)
	return err
}

// HandleRebuild carries out JobRebuild. It goes on where an interrupted one
// stopped. While another process is at it, or seems to be because it was killed
// a moment ago, the job looks again later.
func (s *Service) HandleRebuild(ctx context.Context, _ []byte) error {
	err := s.Rebuild(ctx, nil)
	if !fault.Is(err, fault.Conflict) {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if done, err := Built(ctx, tx); done || err != nil {
			return err
		}
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobRebuild, Key: "all", RunAt: s.clock.Now().Add(lookAgain)})
	})
}

// Rebuild fills the index anew beside the one that answers, and changes over
// at the end. progress is told now and then; nil for nobody. A rebuild that
// was stopped goes on where it was. Errors: Conflict while another process
// rebuilds.
func (s *Service) Rebuild(ctx context.Context, progress func(done, total int64)) error {
	total, err := s.listedCount(ctx)
	if err != nil {
		return err
	}
	build, err := s.index.Build(ctx)
	if err != nil {
		return err
	}
	at, id := build.Last()
	var done int64
	if at == 0 && id == 0 {
		at = math.MinInt64
	} else if done, err = s.listedUpTo(ctx, at, id); err != nil {
		return err
	}
	makers, err := s.makers(ctx)
	if err != nil {
		return err
	}
	for {
		places, err := s.listedAfter(ctx, at, id)
		if err != nil {
			return err
		}
		if len(places) == 0 {
			break
		}
		docs, err := makers.documents(ctx, places)
		if err != nil {
			return err
		}
		if err := build.Add(ctx, docs...); err != nil {
			return err
		}
		last := places[len(places)-1]
		at, id = last.at, last.id
		if done += int64(len(places)); progress != nil {
			progress(min(done, total), total)
		}
	}
	if err := makers.keepLanguages(ctx, s.db); err != nil {
		return err
	}
	if err := build.Finish(ctx); err != nil {
		return err
	}
	return s.db.Write(ctx, keepMade)
}

// place is where an article stands in the walk of a rebuild.
type place struct{ at, id int64 }

func (s *Service) listedAfter(ctx context.Context, at, id int64) ([]place, error) {
	rows, err := s.db.Query(ctx, `SELECT first_published, id FROM article WHERE public = 1 AND (first_published, id) > ($1, $2)
		ORDER BY first_published, id LIMIT $3`, at, id, rebuildBatch)
	return db.All(rows, err, func(r *sql.Rows) (p place, err error) { return p, r.Scan(&p.at, &p.id) })
}

func (s *Service) listedCount(ctx context.Context) (n int64, err error) {
	return n, s.db.QueryRow(ctx, `SELECT COUNT(*) FROM article WHERE public = 1`).Scan(&n)
}

func (s *Service) listedUpTo(ctx context.Context, at, id int64) (n int64, err error) {
	return n, s.db.QueryRow(ctx, `SELECT COUNT(*) FROM article WHERE public = 1 AND (first_published, id) <= ($1, $2)`, at, id).Scan(&n)
}

// makers makes documents on all cores.
type makers []*indexer

func (s *Service) makers(ctx context.Context) (makers, error) {
	conf, err := s.settings.Site(ctx)
	var all makers
	for range job.Cores() {
		all = append(all, newIndexer(s.db, s.clock, conf))
	}
	return all, err
}

// documents are those of the articles that readers may find, in their order.
func (m makers) documents(ctx context.Context, places []place) ([]postings.Doc, error) {
	docs := make([]postings.Doc, len(places))
	errs := make([]error, len(m))
	var wait sync.WaitGroup
	for k, x := range m {
		wait.Go(func() {
			for i := k; i < len(places) && errs[k] == nil; i += len(m) {
				docs[i], _, errs[k] = x.document(ctx, places[i].id)
			}
		})
	}
	wait.Wait()
	out := docs[:0]
	for _, d := range docs {
		if d.ID != 0 {
			out = append(out, d)
		}
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (m makers) keepLanguages(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, x := range m {
			if err := x.keepLanguages(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}
