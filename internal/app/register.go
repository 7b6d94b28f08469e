package app

import (
	"context"

	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/job"
	"dateline/internal/register"
)

// openRegister makes the register, which follows what is published.
func (a *App) openRegister() {
	a.register = register.NewService(register.Parts{DB: a.db, Clock: a.clock, Settings: a.settings, Articles: a.articles, Media: a.media})
	a.bus.Subscribe(article.EventSettled, register.JobSettled, nil)
	a.jobs.Handle(register.JobSettled, a.register.HandleSettled)
	a.jobs.Handle(register.JobRead, a.register.HandleRead, job.Lane("register", 1))
	a.jobs.Handle(register.JobMove, a.register.HandleMove, job.Lane("register", 1))
	a.jobs.Handle(register.JobSweep, a.register.HandleSweep, job.Lane("register", 1))
}

// RebuildRegister reads all articles again for the names of the register.
func (a *App) RebuildRegister(ctx context.Context, progress func(done, total int64)) error {
	return a.register.Rebuild(ctx, operator, progress)
}

// nameSubjects names entries of the register for the log.
func (a *App) nameSubjects(ctx context.Context, ids map[string][]int64, names map[desk.Thing]desk.Name) error {
	found, err := register.ByIDs(ctx, a.db, ids["subject"])
	for id, one := range found {
		names[desk.Thing{Object: "subject", ID: id}] = desk.Name{Text: one.Name, Path: under("/desk/register/", id)}
	}
	return err
}
