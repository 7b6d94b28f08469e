package app

import (
	"context"
	"sync"
	"time"

	"dateline/internal/account"
	"dateline/internal/delivery"
	"dateline/internal/edition"
	"dateline/internal/fence"
	"dateline/internal/subscriber"
)

// A restored copy of a site sends nothing until a person confirms that it is
// the site now: no job that leads to mail runs, nothing is handed to a mail
// server, and no mailbox of bounces is emptied, which the original still reads.

// mailJobs are the kinds of jobs that lead to mail.
func mailJobs() []string {
	return []string{account.JobLetter, account.JobForgot, account.JobTell, subscriber.JobAsked, subscriber.JobLetter,
		edition.JobSettled, edition.JobSend, edition.JobDigest, edition.JobDecide, delivery.JobFill}
}

// holdMail holds mail back where it must be.
func (a *App) holdMail() {
	if a.fence.Held() == fence.Free {
		return
	}
	a.jobs.Hold(mailJobs()...)
	a.delivery.Hold(a.fence.Held().Says())
	a.fence.Then(func() { a.delivery.Hold("") })
}

// MailHeld says why no mail leaves; "" when it does.
func (a *App) MailHeld() string { return a.fence.Held().Says() }

// ConfirmRestored lets mail leave from a restored copy.
func (a *App) ConfirmRestored(ctx context.Context) error { return a.fence.Confirm(ctx, operator) }

// startSending is startDelivery, as soon as mail may leave.
func (a *App) startSending(ctx context.Context) (stop func() error, err error) {
	if a.fence.Held() == fence.Free {
		return a.startDelivery(ctx)
	}
	a.log.Warn(a.MailHeld())
	var mu sync.Mutex
	stopStarted := func() error { return nil }
	ended := false
	a.fence.Then(func() {
		mu.Lock()
		defer mu.Unlock()
		if ended {
			return
		}
		a.log.Info("somebody has confirmed that this is the site: mail leaves again")
		if started, err := a.startDelivery(ctx); err != nil {
			a.log.Error("newsletters cannot be sent", "error", err)
		} else {
			stopStarted = started
		}
		limit, end := context.WithTimeout(context.WithoutCancel(ctx), jobsGrace)
		defer end()
		if err := a.jobs.Release(limit); err != nil {
			a.log.Error("jobs are not run any more; start the server again", "error", err)
		}
	})
	return func() error {
		mu.Lock()
		defer mu.Unlock()
		ended = true
		return stopStarted()
	}, nil
}

const (
	beatEvery  = time.Minute
	watchEvery = 2 * time.Second // for a word from the command line
)

// keepInstance counts the minutes of serving, or waits for a word, until ctx
// ends.
func (a *App) keepInstance(ctx context.Context) {
	for ctx.Err() == nil {
		every := beatEvery
		var err error
		if a.fence.Held() == fence.Free {
			err = a.fence.Beat(ctx)
		} else {
			every = watchEvery
			_, err = a.fence.Watch(ctx)
		}
		if err != nil && ctx.Err() == nil {
			a.log.Error("the data folder cannot be compared with the database", "error", err)
		}
		wait := time.NewTimer(every)
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
	}
}
