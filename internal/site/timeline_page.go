package site

import (
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/richtext"
	"dateline/internal/storyline"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// Timelines of storylines and of entries of the register: the newest rows on
// their pages, all of them on pages of their own.

const (
	// momentsWhole is up to how many rows such a page shows all of them, and
	// momentsNewest how many it shows of more.
	momentsWhole  = 20
	momentsNewest = 12
	// momentsPaged is how many rows a page of the whole timeline shows, and up to
	// that many times as many when one day has so many.
	momentsPaged = 100
	mostOfADay   = 4 * momentsPaged
	// mostYears bounds the years that a page of it leads to.
	mostYears = 60
)

// hasTimeline tells whether what is at an address of a kind has a timeline.
func hasTimeline(kind string) bool {
	return kind == article.AddressStoryline || kind == article.AddressSubject
}

// rows reads the latest rows of a timeline, from a day, month or year on back.
func (c *scene) rows(l listing, until string, limit int) ([]register.Moment, error) {
	if l.scope == article.ScopeStoryline {
		return storyline.Moments(c.ctx, c.db, l.id, register.Until(until), limit)
	}
	return register.Moments(c.ctx, c.db, l.id, register.Until(until), limit)
}

// newestMoments are the latest rows for the page of a storyline or an entry.
func (c *scene) newestMoments(l listing) ([]view.Moment, *view.Timeline, error) {
	rows, err := c.rows(l, "", momentsWhole+1)
	if err != nil {
		return nil, nil, err
	}
	more := len(rows) > momentsWhole
	if more {
		rows = rows[:momentsNewest]
	}
	moments, err := c.moments(rows)
	if err != nil || len(moments) == 0 {
		return nil, nil, err
	}
	out := &view.Timeline{Years: byYear(moments)}
	if more {
		out.All = &view.Link{Label: c.words.T("timeline.all"), URL: l.path + "timeline/"}
	}
	return moments, out, nil
}

// moments asks for each row whether readers may see its story.
func (c *scene) moments(rows []register.Moment) ([]view.Moment, error) {
	var out []view.Moment
	stories := map[int64]*article.Article{} // nil for one that readers may not see
	for _, m := range rows {
		a, known := stories[m.Article]
		if !known {
			found, vis, err := c.public.Read(c.ctx, m.Article)
			if err != nil && !notFound(err) {
				return nil, err
			}
			if err == nil && vis == article.Listed {
				a = &found
				c.shows(db.Key("article", a.ID))
			}
			stories[m.Article] = a
		}
		if a == nil {
			continue
		}
		url := part{bare: true, page: int64(m.Part)}.under(urlpath.Escape(a.Path))
		if m.Anchor != "" {
			url += "#" + m.Anchor
		}
		moment := view.Moment{ISO: m.Day, Date: c.words.ISODate(m.Day), Title: m.Title, Text: m.Body, Coming: c.toCome(m.Day),
			Story: view.Link{Label: a.Headline, URL: url}}
		moment.Language, moment.Direction = c.foreign(a)
		out = append(out, moment)
	}
	return out, nil
}

// toCome tells whether a date of a timeline is still to come. What shows that is
// true until then.
func (c *scene) toCome(date string) bool {
	begins := richtext.Begins(date, c.zone)
	if !begins.After(c.now) {
		return false
	}
	c.until(begins)
	return true
}

func byYear(moments []view.Moment) []view.MomentYear {
	var out []view.MomentYear
	for _, m := range moments {
		year := m.ISO[:min(4, len(m.ISO))]
		if n := len(out); n == 0 || out[n-1].Year != year {
			out = append(out, view.MomentYear{Year: year})
		}
		last := &out[len(out)-1]
		last.Moments = append(last.Moments, m)
	}
	return out
}

// whole writes a month or a year as a day, with zeros: in the order of texts it
// stands before the days in it, as the rows do that know no day.
func whole(day string) string {
	day = day[:min(len(day), len(time.DateOnly))]
	for len(day) < len(time.DateOnly) {
		day += "-00"
	}
	return day
}

// timelinePage is a page of the whole timeline: rows of whole days, from the
// latest on or from a day, month or year on of which there is something.
func (c *scene) timelinePage(l listing, p part) (Answer, error) {
	if !hasTimeline(l.scope) {
		return Answer{}, fault.New(fault.NotFound, "only storylines and entries of the register have timelines")
	}
	c.shows(l.key(), db.ListKey(l.scope, l.id))
	rows, err := c.rows(l, p.until, mostOfADay)
	if err != nil {
		return Answer{}, err
	}
	rows, next := paged(rows)
	moments, err := c.moments(rows)
	if err != nil {
		return Answer{}, err
	}
	if len(moments) == 0 || !strings.HasPrefix(whole(rows[0].Day), p.until) {
		return Answer{}, fault.New(fault.NotFound, "nothing in the timeline is of %q", p.until)
	}
	out := &view.TimelinePage{Of: view.Link{Label: l.name, URL: l.path}, Label: c.words.T("subject.timeline"), Timeline: view.Timeline{Years: byYear(moments)}}
	index := c.subjectIndex(l.entry.Kind)
	if l.scope == article.ScopeStoryline {
		out.Label, index = c.words.T("storyline.timeline"), c.storylineIndex()
	}
	base := l.path + "timeline/"
	if p.until != "" {
		out.Pager.Newer = base
	}
	if next != "" {
		out.Pager.Older = base + next + "/"
	}
	if out.Pager != (view.Pager{}) {
		if out.Jump, err = c.timelineYears(l, base); err != nil {
			return Answer{}, err
		}
	}
	page := view.Page{Template: "timeline", Timeline: out, Crumbs: []view.Link{c.homeLink(), index, out.Of, {Label: out.Label, URL: base}}}
	page.Meta = c.meta(l.name+" – "+out.Label, l.path+p.suffix())
	page.Meta.Prev, page.Meta.Next = out.Pager.Newer, out.Pager.Older
	page.Meta.NoIndex = p.until != ""
	page.Meta.JSONLD = c.ld(c.crumbsLD(page.Crumbs))
	return c.page(200, page)
}

// paged cuts rows to a page of whole days, and says where the next one begins.
func paged(rows []register.Moment) (page []register.Moment, next string) {
	if len(rows) <= momentsPaged {
		return rows, ""
	}
	n := momentsPaged
	for n > 0 && whole(rows[n-1].Day) == whole(rows[n].Day) {
		n--
	}
	if n == 0 { // one day fills the page
		for n = momentsPaged; n < len(rows) && whole(rows[n].Day) == whole(rows[0].Day); n++ {
		}
	}
	if n == len(rows) {
		return rows, ""
	}
	return rows[:n], whole(rows[n].Day)
}

// timelineYears lead to each year of a timeline.
func (c *scene) timelineYears(l listing, base string) ([]view.Link, error) {
	var out []view.Link
	for until := ""; len(out) < mostYears; {
		newest, err := c.rows(l, until, 1)
		if err != nil || len(newest) == 0 || len(newest[0].Day) < 4 {
			return out, err
		}
		year := newest[0].Day[:4]
		out = append(out, view.Link{Label: year, URL: base + year + "/"})
		until = earlier(year)
	}
	return out, nil
}

// earlier is the end of the year before, as rows ask for it.
func earlier(year string) string {
	t, err := time.Parse("2006", year)
	if err != nil || t.Year() < 1 {
		return "-"
	}
	return t.AddDate(-1, 0, 0).Format("2006")
}
