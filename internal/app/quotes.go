package app

import (
	"context"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/quote"
	"dateline/internal/search"
)

// openQuotes makes the records of what people said and of what the sides of an
// event say, and has the rows follow articles and records.
func (a *App) openQuotes() {
	a.claims = claim.NewService(a.db, a.clock, a.bus)
	a.quotes = quote.NewService(a.db, a.clock)
	a.bus.Subscribe(article.EventSettled, quote.JobSettled, nil)
	a.bus.Subscribe(claim.EventChanged, quote.JobAccounts, nil)
	a.bus.Subscribe(claim.EventChanged, search.JobAccounts, nil)
	a.bus.Subscribe(claim.EventChanged, article.JobAccounts, nil)
	a.jobs.Handle(search.JobAccounts, a.search.HandleAccounts)
	a.jobs.Handle(article.JobAccounts, a.articles.HandleAccounts)
	a.jobs.Handle(quote.JobSettled, a.quotes.HandleSettled)
	a.jobs.Handle(quote.JobAccounts, a.quotes.HandleAccounts)
	a.jobs.Handle(quote.JobDraw, a.quotes.HandleDraw)
	a.jobs.Handle(quote.JobBackfill, a.quotes.HandleBackfill)
}

// RebuildQuotes draws the quotes of all public articles again.
func (a *App) RebuildQuotes(ctx context.Context, progress func(done, total int64)) error {
	return a.quotes.Rebuild(ctx, progress)
}
