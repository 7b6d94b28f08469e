package app

import (
	"context"

	"dateline/internal/comment/exchange"
)

// openExchange makes what moves comments in and out.
func (a *App) openExchange() {
	a.exchange = exchange.NewService(exchange.Parts{DB: a.db, Clock: a.clock, Vault: a.vault, Settings: a.settings, Comments: a.comments,
		Origin: func() string { return a.web.Origin() }, Ask: a.ask})
}

// ImportComments takes the comments of another system in.
func (a *App) ImportComments(ctx context.Context, opt exchange.Options) (*exchange.Report, error) {
	return a.exchange.Import(ctx, operator, opt)
}
