package site

import (
	"fmt"
	"strconv"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/view"
)

// span is a year, a month or a day in the site's zone.
type span struct {
	year     int
	month    time.Month // 0 for a whole year
	day      int        // 0 for a whole month
	from, to time.Time
}

func spanOf(year int, month time.Month, day int, zone *time.Location) span {
	s := span{year: year, month: month, day: day}
	switch {
	case month == 0:
		s.from, s.to = dayStart(year, 1, 1, zone), dayStart(year+1, 1, 1, zone)
	case day == 0:
		s.from, s.to = dayStart(year, month, 1, zone), dayStart(year, month+1, 1, zone)
	default:
		s.from, s.to = dayStart(year, month, day, zone), dayStart(year, month, day+1, zone)
	}
	return s
}

// dayStart is the first moment of a day. Where clocks go forward at midnight
// that is one o'clock, and time.Date may give eleven of the evening before.
func dayStart(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if t.Day() != time.Date(year, month, day, 12, 0, 0, 0, zone).Day() {
		t = t.Add(time.Hour)
	}
	return t
}

func (s span) path() string {
	switch {
	case s.month == 0:
		return fmt.Sprintf("/%04d/", s.year)
	case s.day == 0:
		return fmt.Sprintf("/%04d/%02d/", s.year, s.month)
	}
	return fmt.Sprintf("/%04d/%02d/%02d/", s.year, s.month, s.day)
}

func (c *scene) spanTitle(s span) string {
	switch {
	case s.month == 0:
		return strconv.Itoa(s.year)
	case s.day == 0:
		return c.words.MonthYear(s.year, s.month)
	}
	return c.words.FullDate(s.from)
}

// archivePage answers for a year, a month or a day. One without articles does
// not exist.
func (c *scene) archivePage(year int, month time.Month, day int, p part) (Answer, error) {
	s := spanOf(year, month, day, c.zone)
	if day != 0 && s.from.Day() != day || p.twin || p.bare || p.comments > 0 {
		return Answer{}, fault.New(fault.NotFound, "no such day")
	}
	months, err := c.public.Months(c.ctx, year)
	if err != nil {
		return Answer{}, err
	}
	n := count(months, s)
	if n == 0 {
		return Answer{}, fault.New(fault.NotFound, "nothing was published then")
	}
	c.shows(db.ListKey(article.ScopeSite, 0))
	if p.feed != "" {
		return moved("/" + p.suffix()), nil
	}
	page := max(p.page, 1)
	want := s.path() + part{page: page}.listSuffix()
	if answer, wrong := c.canonical(want); wrong {
		return answer, nil
	}
	size := c.conf.PageSize
	arts, more, err := c.spanPage(s, page, size)
	if err != nil {
		return Answer{}, err
	}
	if len(arts) == 0 {
		return Answer{}, fault.New(fault.NotFound, "nothing more was published then")
	}
	out := &view.Archive{Title: c.words.T("archive.title_of", c.spanTitle(s)), Pager: view.Pager{Page: page}}
	if day == 0 {
		out.Count = c.words.N("list.count", n)
	}
	if out.Cards, err = c.cards(arts, pictureCard); err != nil {
		return Answer{}, err
	}
	if page > 1 {
		out.Pager.Newer = s.path() + part{page: page - 1}.listSuffix()
	}
	if more {
		out.Pager.Older = s.path() + part{page: page + 1}.listSuffix()
	}
	if month == 0 {
		out.Months = c.monthLinks(months)
	}
	if month != 0 && day == 0 {
		if out.Days, err = c.dayLinks(s); err != nil {
			return Answer{}, err
		}
	}
	vp := view.Page{Template: "archive", Archive: out, Meta: c.meta(out.Title, want), Crumbs: c.spanCrumbs(s)}
	vp.Meta.Prev, vp.Meta.Next = out.Pager.Newer, out.Pager.Older
	vp.Meta.JSONLD = c.ld(c.crumbsLD(vp.Crumbs))
	return c.page(200, vp)
}

// spanPage reads one page of a span and whether there is another.
func (c *scene) spanPage(s span, page int64, size int) ([]article.Article, bool, error) {
	var after article.Cursor
	if page > 1 {
		newer, err := c.public.Newer(c.ctx, article.ScopeSite, 0, db.Micros(s.to))
		if err != nil {
			return nil, false, err
		}
		after, err = c.public.Skip(c.ctx, article.ScopeSite, 0, newer+(page-1)*int64(size))
		if err != nil {
			return nil, false, err
		}
	}
	arts, err := c.public.Between(c.ctx, article.ScopeSite, 0, s.from, s.to, after, size+1)
	if err != nil || len(arts) <= size {
		return arts, false, err
	}
	return arts[:size], true, nil
}

// count adds up the months of a span, which are those of its year; a day counts
// as its month, which is only asked to be more than nothing.
func count(months []article.Month, s span) int64 {
	var n int64
	for _, m := range months {
		if s.month == 0 || m.Month == s.month {
			n += m.N
		}
	}
	return n
}

func (c *scene) monthLinks(months []article.Month) []view.ArchiveMonth {
	var out []view.ArchiveMonth
	for _, m := range months {
		out = append(out, c.spanLink(spanOf(m.Year, m.Month, 0, c.zone), m.N))
	}
	return out
}

func (c *scene) spanLink(s span, n int64) view.ArchiveMonth {
	return view.ArchiveMonth{Link: view.Link{Label: c.spanTitle(s), URL: s.path()}, Count: c.words.N("list.count", n)}
}

// dayLinks finds the days of a month that have articles.
func (c *scene) dayLinks(s span) ([]view.Link, error) {
	var days []span
	var bounds []time.Time
	for day := 1; len(bounds) == 0 || bounds[len(bounds)-1].Before(s.to); day++ {
		d := spanOf(s.year, s.month, day, c.zone)
		days, bounds = append(days, d), append(bounds, d.from)
	}
	busy, err := c.public.Busy(c.ctx, bounds)
	if err != nil {
		return nil, err
	}
	var out []view.Link
	for i, yes := range busy {
		if yes {
			out = append(out, view.Link{Label: c.words.Number(int64(days[i].day)), URL: days[i].path()})
		}
	}
	return out, nil
}

func (c *scene) spanCrumbs(s span) []view.Link {
	crumbs := []view.Link{c.homeLink(), {Label: c.words.T("archive.title"), URL: "/archive/"}}
	for _, up := range []span{spanOf(s.year, 0, 0, c.zone), spanOf(s.year, s.month, 0, c.zone), s} {
		if n := len(crumbs); up.path() != crumbs[n-1].URL {
			crumbs = append(crumbs, view.Link{Label: c.spanTitle(up), URL: up.path()})
		}
	}
	return crumbs
}

// archiveFront lists the months of the two newest years and all years, so that
// it does not grow with every month.
func (c *scene) archiveFront() (Answer, error) {
	if answer, wrong := c.canonical("/archive/"); wrong {
		return answer, nil
	}
	years, err := c.public.Years(c.ctx)
	if err != nil {
		return Answer{}, err
	}
	title := c.words.T("archive.title")
	out := &view.Archive{Title: title}
	for i, y := range years {
		if i < 2 {
			months, err := c.public.Months(c.ctx, y.Year)
			if err != nil {
				return Answer{}, err
			}
			out.Months = append(out.Months, c.monthLinks(months)...)
		}
		out.Years = append(out.Years, c.spanLink(spanOf(y.Year, 0, 0, c.zone), y.N))
	}
	c.shows(db.ListKey(article.ScopeSite, 0))
	p := view.Page{Template: "archive", Archive: out,
		Meta: c.meta(title, "/archive/"), Crumbs: []view.Link{c.homeLink(), {Label: title}}}
	p.Meta.JSONLD = c.ld(c.crumbsLD(p.Crumbs))
	return c.page(200, p)
}
