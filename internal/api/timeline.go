package api

import (
	"strings"

	"dateline/internal/article"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/storyline"
	"dateline/internal/urlpath"
)

// momentsShown is how many rows of a timeline the answer about a storyline or an
// entry of the register has; the rest stands in a list of its own.
const momentsShown = maxLimit

func listStorylineTimeline(c *call) (any, error) {
	o, err := c.Owner(article.AddressStoryline, c.id)
	if err != nil {
		return nil, err
	}
	return c.timeline(c.storylineMoments, o.ID)
}

func listSubjectTimeline(c *call) (any, error) {
	o, err := c.Owner(article.AddressSubject, c.id)
	if err != nil {
		return nil, err
	}
	return c.timeline(c.subjectMoments, o.ID)
}

// timeline is a page of one.
func (c *call) timeline(read func(id int64, after place, limit int) ([]Moment, place, error), id int64) (any, error) {
	moments, next, err := read(id, c.from, c.limit())
	out := List[Moment]{Items: moments}
	if next != (place{}) {
		out.Next = c.nextAt(next)
	}
	return out, err
}

// storylineMoments are rows of the timelines of a storyline's articles, and
// where they go on.
func (c *call) storylineMoments(id int64, after place, limit int) (out []Moment, next place, err error) {
	all, err := storyline.MomentsAfter(c.ctx, c.DB, id, storyline.MomentCursor{Day: after.name, Article: after.n[0], N: after.n[1]}, limit+1)
	if err != nil {
		return nil, place{}, err
	}
	return c.moments(all, limit, func(m *register.Moment) place { return place{name: m.Day, n: [6]int64{m.Article, m.Place}} })
}

// subjectMoments are rows of timelines that name an entry.
func (c *call) subjectMoments(id int64, after place, limit int) (out []Moment, next place, err error) {
	all, err := register.MomentsAfter(c.ctx, c.DB, id, register.MomentCursor{Day: after.name, At: after.n[0], Article: after.n[1], Place: after.n[2]}, limit+1)
	if err != nil {
		return nil, place{}, err
	}
	return c.moments(all, limit, func(m *register.Moment) place { return place{name: m.Day, n: [6]int64{m.At, m.Article, m.Place}} })
}

// moments are the first of some rows, as far as readers may see their articles,
// and where they go on when there are more.
func (c *call) moments(all []register.Moment, limit int, at func(*register.Moment) place) (out []Moment, next place, err error) {
	out = []Moment{}
	if len(all) > limit {
		all = all[:limit]
		next = at(&all[limit-1])
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
