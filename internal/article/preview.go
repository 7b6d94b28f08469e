package article

import (
	"context"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// AsPublished returns the record that an article would have if a content were
// published now: what lists print, a time, an address. It writes nothing; who
// may see the content is the caller's affair.
func (s *Service) AsPublished(ctx context.Context, a Article, c Content) (Article, error) {
	if err := s.summarise(ctx, s.db, &a, &c); err != nil {
		return a, err
	}
	if a.FirstPublished.IsZero() {
		a.FirstPublished = latest(s.clock.Now(), a.ScheduledAt)
		a.Updated = a.FirstPublished
	}
	// As lift does at the end of an embargo.
	a.FirstPublished, a.Updated = latest(a.FirstPublished, a.EmbargoUntil), latest(a.Updated, a.EmbargoUntil)
	a.Status, a.Public, a.EmbargoUntil = StatusPublished, true, db.Time(0)
	if a.Path != "" {
		return a, nil
	}
	site, err := s.settings.Site(ctx)
	if err != nil {
		return a, err
	}
	build, err := s.pathBuilder(ctx, s.db, &a, &c, site)
	if fault.Is(err, fault.NotFound) {
		err = nil
	} else if err == nil {
		a.Path = build(a.Slug)
	}
	return a, err
}
