package api

import (
	"dateline/internal/article"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/storyline"
	"dateline/internal/urlpath"
	"strings"
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
	out = []Moment{}
	all, err := storyline.MomentsAfter(c.ctx, c.DB, id, storyline.MomentCursor{Day: after.name, Article: after.n[0], N: after.n[1]}, limit+1)
	for i := range all[:min(limit, len(all))] {
		m := &all[i]
		if len(all) > limit {
			next = place{name: m.Day, n: [6]int64{m.Article, m.Place}}
		}
		if err == nil {
			err = c.moment(&out, m.Day, m.Title, m.Body, m.Article, m.Part, m.Anchor)
		}
	}
	return out, next, err
}

// subjectMoments are rows of timelines that name an entry.
func (c *call) subjectMoments(id int64, after place, limit int) (out []Moment, next place, err error) {
	out = []Moment{}
	all, err := register.MomentsAfter(c.ctx, c.DB, id, register.MomentCursor{Day: after.name, At: after.n[0], Article: after.n[1], Place: after.n[2]}, limit+1)
	for i := range all[:min(limit, len(all))] {
		m := &all[i]
		if len(all) > limit {
			next = place{name: m.Day, n: [6]int64{m.At, m.Article, m.Place}}
		}
		if err == nil {
			err = c.moment(&out, m.Day, m.Title, m.Body, m.Article, 1, "")
		}
	}
	return out, next, err
}

// moment adds a row of an article's timeline, if readers may see the article.
func (c *call) moment(to *[]Moment, day, title, text string, id int64, n int, anchor string) error {
	a, vis, err := c.Public().Read(c.ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && vis != article.Listed {
		return nil
	}
	if err != nil {
		return err
	}
	link := c.articleLink(&a)
	if n > 1 || anchor != "" {
		link.URL = c.Abs(c.PartPath(urlpath.Escape(a.Path), n, anchor))
	}
	*to = append(*to, Moment{Date: day, Title: strings.TrimSpace(title), Text: text, Article: link})
	return nil
}
