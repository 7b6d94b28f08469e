package app

import (
	"context"

	"dateline/internal/article"
	"dateline/internal/job"
	"dateline/internal/related"
)

// openRelated chooses the stories that go with an article after each change of
// it.
func (a *App) openRelated() {
	const jobSettled = "related.settled"
	a.bus.Subscribe(article.EventSettled, jobSettled, nil)
	a.related = related.NewService(a.db, a.clock, a.articles, a.search.Index())
	lane := job.Lane("related", 1)
	a.jobs.Handle(jobSettled, a.related.HandleSettled, lane)
	a.jobs.Handle(related.JobKin, a.related.HandleKin, lane)
	a.jobs.Handle(related.JobAll, a.chooseAll, lane)
}

// chooseAll does a part of the choosing for the whole archive, and says now and
// then in the log how far it is.
func (a *App) chooseAll(ctx context.Context, payload []byte) error {
	before, _, err := a.related.Progress(ctx)
	if err != nil {
		return err
	}
	if err := a.related.HandleAll(ctx, payload); err != nil {
		return err
	}
	const every = 10_000 // steps, two an article
	done, total, err := a.related.Progress(ctx)
	switch {
	case err != nil:
		return err
	case total == 0 && before > 0:
		a.log.Info("related stories are chosen for the whole archive")
	case done/every > before/every:
		a.log.Info("choosing related stories for the whole archive", "done", (done+1)/2, "articles", total/2)
	}
	return nil
}

// RebuildRelated chooses the related stories of all articles anew.
func (a *App) RebuildRelated(ctx context.Context, progress func(done, total int64)) error {
	return a.related.All(ctx, progress)
}
