package articles

import (
	"context"
	"net/http"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/web"
)

// entry is one line of a day of the calendar.
type entry struct {
	Article  article.Article
	At       time.Time
	What     string // scheduled, embargo, due, published
	Assigned string
}

// date is one day of the calendar.
type date struct {
	Day     time.Time
	Today   bool
	Outside bool // of another month, shown to fill the week
	Entries []entry
	More    int64 // published articles beyond those shown
}

// calendarData is what the calendar shows.
type calendarData struct {
	Month      time.Time
	Weeks      [][]date
	Prev, Next string
	Editor     bool
	People     []account.Colleague
	Headline   string // of a form to be mended
	Assignee   int64
	Due        string
}

// shownADay is how many published articles a day names.
const shownADay = 4

func (s *Articles) calendar(r *web.Request) (web.Response, error) {
	data, err := s.month(r, r.Query.Get("month"))
	if err != nil {
		return web.Response{}, err
	}
	return s.Page(r, http.StatusOK, "calendar", s.calendarPage(r, data))
}

func (s *Articles) calendarPage(r *web.Request, data calendarData) desk.Page {
	p := s.Printer(r)
	return desk.Page{Title: p.MonthYear(data.Month.Year(), data.Month.Month()), Wide: true, Data: data}
}

// month gathers the weeks that touch a month, "2026-05"; the present one for "".
func (s *Articles) month(r *web.Request, asked string) (calendarData, error) {
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	site, err := settings.Read(ctx, s.DB)
	if err != nil {
		return calendarData{}, err
	}
	zone := site.Location()
	now := s.Clock.Now().In(zone)
	first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, zone)
	if asked != "" {
		if first, err = time.ParseInLocation("2006-01", asked, zone); err != nil || first.Year() < 1970 || first.Year() > 2200 {
			return calendarData{}, fault.New(fault.Invalid, "%q is not a month", asked).WithHint("write it as 2026-05")
		}
	}
	from := first.AddDate(0, 0, -((int(first.Weekday()) + 6) % 7))
	to := first.AddDate(0, 1, 0)
	for to.Weekday() != time.Monday {
		to = to.AddDate(0, 0, 1)
	}
	data := calendarData{Month: first, Prev: first.AddDate(0, -1, 0).Format("2006-01"), Next: first.AddDate(0, 1, 0).Format("2006-01"), Editor: actor.Role >= account.Editor}
	if data.People, err = s.Accounts.Colleagues(ctx, actor); err != nil {
		return data, err
	}
	plan, err := s.Articles.Plan(ctx, actor, from, to)
	if err != nil {
		return data, err
	}
	for week := from; week.Before(to); week = week.AddDate(0, 0, 7) {
		var days []date
		for i := range 7 {
			one := date{Day: week.AddDate(0, 0, i)}
			one.Today = one.Day.Format(time.DateOnly) == now.Format(time.DateOnly)
			one.Outside = one.Day.Month() != first.Month()
			if err := s.fill(ctx, actor, &one, plan, data.People); err != nil {
				return data, err
			}
			days = append(days, one)
		}
		data.Weeks = append(data.Weeks, days)
	}
	return data, nil
}

// fill puts a day's entries together: what is planned, then what went out.
func (s *Articles) fill(ctx context.Context, actor account.Actor, d *date, plan []article.Planned, people []account.Colleague) error {
	end := d.Day.AddDate(0, 0, 1)
	for _, p := range plan {
		if !p.At.Before(d.Day) && p.At.Before(end) {
			d.Entries = append(d.Entries, entry{p.Article, p.At, p.What, nameOf(people, p.Article.Assignee)})
		}
	}
	if d.Day.After(s.Clock.Now()) {
		return nil
	}
	out, err := s.Articles.Find(ctx, actor, article.Filter{Group: article.GroupPublished, From: d.Day, To: end, Limit: shownADay + 20})
	if err != nil {
		return err
	}
	for _, a := range out[:min(len(out), shownADay)] {
		d.Entries = append(d.Entries, entry{a, a.FirstPublished, "published", ""})
	}
	d.More = int64(max(0, len(out)-shownADay))
	return nil
}

func nameOf(people []account.Colleague, id int64) string {
	for _, p := range people {
		if p.ID == id && id != 0 {
			return p.Name
		}
	}
	return ""
}

// plan makes an article that somebody is asked to write until a date.
func (s *Articles) plan(r *web.Request) (web.Response, error) {
	ctx, actor, in := r.HTTP.Context(), desk.Actor(r), r.HTTP.PostForm
	headline := strings.TrimSpace(in.Get("headline"))
	site, err := settings.Read(ctx, s.DB)
	if err != nil {
		return web.Response{}, err
	}
	person, err := number(in.Get("assignee"))
	if err == nil {
		err = s.known(ctx, actor, person)
	}
	var due time.Time
	if err == nil && in.Get("due") != "" {
		if due, err = time.ParseInLocation("2006-01-02T15:04", in.Get("due"), site.Location()); err != nil {
			err = fault.New(fault.Invalid, "%q is not a day and a time", in.Get("due")).WithHint("write it as 2026-05-31T14:30")
		}
	}
	if err == nil && headline == "" {
		err = fault.New(fault.Invalid, "give the plan a headline")
	}
	if err == nil {
		err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			content := article.Content{Headline: headline, Body: richtext.Doc{Version: richtext.SchemaVersion}}
			a, err := s.Articles.CreateTx(ctx, tx, actor, article.Draft{Type: article.TypeArticle, Blank: true, CommentsOpen: true, Content: content})
			if err != nil {
				return err
			}
			_, err = s.Articles.AssignTx(ctx, tx, actor, article.AssignInput{ID: a.ID, Assignee: person, Due: due})
			return err
		})
	}
	if err != nil {
		data, e := s.month(r, "")
		if e != nil {
			return web.Response{}, e
		}
		data.Headline, data.Assignee, data.Due = in.Get("headline"), person, in.Get("due")
		return s.Again(r, "calendar", s.calendarPage(r, data), err)
	}
	to := calendarPath + "?done=planned"
	if !due.IsZero() {
		to += "&month=" + due.Format("2006-01")
	}
	return desk.SeeOther(to), nil
}
