package app

import (
	"context"

	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/job"
	"dateline/internal/storyline"
)

// openStorylines makes the storylines, which follow what is published.
func (a *App) openStorylines() {
	a.storylines = storyline.NewService(storyline.Parts{DB: a.db, Clock: a.clock, Settings: a.settings, Articles: a.articles, Register: a.register, Related: a.related})
	a.bus.Subscribe(article.EventSettled, storyline.JobSettled, nil)
	a.jobs.Handle(storyline.JobSettled, a.storylines.HandleSettled)
	a.jobs.Handle(storyline.JobBackfill, a.storylines.HandleBackfill, job.Lane("storylines", 1))
}

// RebuildStorylines reads the timelines of all articles again.
func (a *App) RebuildStorylines(ctx context.Context, progress func(done, total int64)) error {
	return a.storylines.Rebuild(ctx, progress)
}

// nameStorylines names storylines for the log.
func (a *App) nameStorylines(ctx context.Context, ids map[string][]int64, names map[desk.Thing]desk.Name) error {
	found, err := storyline.ByIDs(ctx, a.db, ids["storyline"])
	for id, one := range found {
		names[desk.Thing{Object: "storyline", ID: id}] = desk.Name{Text: one.Headline, Path: under("/desk/storylines/", id)}
	}
	return err
}
