package app

import (
	"context"
	"io"

	"dateline/internal/comment/exchange"
	"dateline/internal/job"
	"dateline/internal/mention"
)

// openExchange makes what moves comments in and out.
func (a *App) openExchange() {
	a.exchange = exchange.NewService(exchange.Parts{DB: a.db, Clock: a.clock, Vault: a.vault, Settings: a.settings, Comments: a.comments,
		Origin: func() string { return a.web.Origin() }, Ask: a.ask})
}

// openMentions makes what takes note of links from other sites.
func (a *App) openMentions() {
	a.mentions = mention.NewService(mention.Parts{DB: a.db, Clock: a.clock, Settings: a.settings, Comments: a.comments, Talk: a.talk, Fetch: a.fetch,
		Origin: func() string { return a.web.Origin() }, Ask: a.ask})
	a.jobs.Handle(mention.JobVerify, a.mentions.HandleVerify, job.Lane("mentions", 2))
}

// ImportComments takes the comments of another system in.
func (a *App) ImportComments(ctx context.Context, opt exchange.Options) (*exchange.Report, error) {
	return a.exchange.Import(ctx, operator, opt)
}

// ExportComments writes comments. article is an address, a path or a number; ""
// is all of them.
func (a *App) ExportComments(ctx context.Context, w io.Writer, article string, opt exchange.ExportOptions) (exchange.Exported, error) {
	if article != "" {
		id, err := a.exchange.ArticleAt(ctx, article)
		if err != nil {
			return exchange.Exported{}, err
		}
		opt.Article = id
	}
	return a.exchange.Export(ctx, operator, w, opt)
}
