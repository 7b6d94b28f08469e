package app

import (
	"context"
	"io"

	"dateline/internal/fault"
	"dateline/internal/subscriber"
	"dateline/internal/subscriber/transfer"
)

// Newsletters returns all newsletters in the newsroom's order.
func (a *App) Newsletters(ctx context.Context) ([]subscriber.Newsletter, error) {
	return a.readers.AllNewsletters(ctx)
}

// NewsletterNamed finds a newsletter by its address word.
func (a *App) NewsletterNamed(ctx context.Context, word string) (subscriber.Newsletter, error) {
	all, err := a.readers.AllNewsletters(ctx)
	for _, n := range all {
		if n.Slug == word {
			return n, err
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "there is no newsletter %q", word).WithHint("“dateline newsletter list” lists them; “dateline newsletter add” makes one")
	}
	return subscriber.Newsletter{}, err
}

// SaveNewsletter adds a newsletter or changes one.
func (a *App) SaveNewsletter(ctx context.Context, n subscriber.Newsletter) (subscriber.Newsletter, error) {
	return a.readers.SaveNewsletter(ctx, operator, n)
}

// ReaderTotals are how many subscribers are in each state.
func (a *App) ReaderTotals(ctx context.Context) (map[subscriber.State]int64, error) {
	return a.readers.Totals(ctx)
}

// Reader finds somebody by their address, with all that is kept of them as JSON.
func (a *App) Reader(ctx context.Context, address string) (subscriber.Listed, []byte, error) {
	one, err := a.readers.Find(ctx, operator, address)
	if err != nil {
		return one, nil, err
	}
	raw, err := a.readers.ExportFor(ctx, operator, one.ID)
	return one, raw, err
}

// ImportReaders takes readers in.
func (a *App) ImportReaders(ctx context.Context, files []transfer.File, opt transfer.Options) (*transfer.Report, error) {
	return transfer.Run(ctx, a.readers, a.clock, operator, files, opt)
}

// ExportReaders writes all readers in a format.
func (a *App) ExportReaders(ctx context.Context, w io.Writer, f transfer.Format) (transfer.Exported, error) {
	return transfer.Export(ctx, a.readers, operator, w, f)
}

// EraseReader removes all that is kept of somebody. never also keeps anybody
// from signing the address up again.
func (a *App) EraseReader(ctx context.Context, address string, never bool) error {
	one, err := a.readers.Find(ctx, operator, address)
	if err != nil {
		return err
	}
	return a.readers.EraseFor(ctx, operator, one.ID, never)
}

// SuppressReader makes sure that an address gets nothing, known or not.
func (a *App) SuppressReader(ctx context.Context, address string, never bool) error {
	why := subscriber.WhyLeft
	if never {
		why = subscriber.WhyNever
	}
	return a.readers.Suppress(ctx, operator, address, why)
}

// LiftReader ends a suppression.
func (a *App) LiftReader(ctx context.Context, address string) error {
	return a.readers.Lift(ctx, operator, address)
}
