package api

import (
	"context"
	"strings"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/storyline"
	"dateline/internal/urlpath"
)

// momentsShown is how many rows of a timeline the answer about a storyline or an
// entry of the register has; the rest stands in a list of its own.
const momentsShown = maxLimit

func listStorylineTimeline(c *call) (any, error) {
	return c.timelineOf(article.AddressStoryline, storyline.Moments)
}

func listSubjectTimeline(c *call) (any, error) {
	return c.timelineOf(article.AddressSubject, register.Moments)
}

// readMoments is storyline.Moments or register.Moments.
type readMoments func(ctx context.Context, q db.Querier, id int64, after register.MomentCursor, limit int) ([]register.Moment, error)

// timelineOf is a page of the timeline of what has the id that was asked for.
func (c *call) timelineOf(kind string, read readMoments) (any, error) {
	o, err := c.Owner(kind, c.id)
	if err != nil {
		return nil, err
	}
	moments, next, err := c.moments(read, o.ID, c.from, c.limit())
	out := List[Moment]{Items: moments}
	if next != (place{}) {
		out.Next = c.nextAt(next)
	}
	return out, err
}

// moments are rows of a timeline, as far as readers may see their articles, and
// where they go on when there are more.
func (c *call) moments(read readMoments, id int64, after place, limit int) (out []Moment, next place, err error) {
	out = []Moment{}
	all, err := read(c.ctx, c.DB, id, register.MomentCursor{Day: after.name, At: after.n[0], Article: after.n[1], Place: after.n[2]}, limit+1)
	if err != nil {
		return nil, place{}, err
	}
	if len(all) > limit {
		all = all[:limit]
		last := all[limit-1].Cursor()
		next = place{name: last.Day, n: [6]int64{last.At, last.Article, last.Place}}
	}
	for i := range all {
		m := &all[i]
		a, vis, err := c.Public().Read(c.ctx, m.Article)
		if fault.Is(err, fault.NotFound) || err == nil && vis != article.Listed {
			continue
		}
		if err != nil {
			return nil, place{}, err
		}
		link := c.articleLink(&a)
		if m.Part > 1 || m.Anchor != "" {
			link.URL = c.Abs(c.PartPath(urlpath.Escape(a.Path), m.Part, m.Anchor))
		}
		out = append(out, Moment{Date: m.Day, Title: strings.TrimSpace(m.Title), Text: m.Body, Article: link})
	}
	return out, next, nil
}
