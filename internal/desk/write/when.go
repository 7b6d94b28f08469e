package write

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/web"
)

// moments returns the instants at which clocks of a zone show a day and a time:
// none in the hour that is left out when they go forward, two in the one that
// comes twice when they go back.
func moments(day, clock string, zone *time.Location) ([]time.Time, error) {
	wall, err := time.Parse("2006-01-02 15:04", strings.TrimSpace(day)+" "+strings.TrimSpace(clock))
	if err != nil {
		return nil, fault.New(fault.Invalid, "choose a day and a time").WithHint("write the day as 2026-11-30 and the time as 09:00")
	}
	var found []time.Time
	for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(near).In(zone).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		shown := at.In(zone)
		same := shown.Year() == wall.Year() && shown.YearDay() == wall.YearDay() && shown.Hour() == wall.Hour() && shown.Minute() == wall.Minute()
		if same && (len(found) == 0 || !found[0].Equal(at)) {
			found = append(found, at)
		}
	}
	if len(found) == 2 && found[1].Before(found[0]) {
		found[0], found[1] = found[1], found[0]
	}
	return found, nil
}

// moment is the instant that was chosen. fold is "1" or "2" where the clocks
// show the time twice.
func moment(day, clock, fold string, zone *time.Location) (time.Time, error) {
	all, err := moments(day, clock, zone)
	switch {
	case err != nil:
		return time.Time{}, err
	case len(all) == 0:
		return time.Time{}, fault.New(fault.Invalid, "there is no %s on %s: the clocks go forward over it", clock, day).WithHint("choose a time an hour later")
	case len(all) == 1 || fold == "1":
		return all[0], nil
	case fold == "2":
		return all[1], nil
	}
	return time.Time{}, fault.New(fault.Invalid, "%s comes twice on %s: the clocks go back", clock, day).WithHint("choose the first or the second")
}

// told says a time so that it cannot be misread: "Monday, 30 November 2026,
// 09:00 CET (UTC+01:00)".
func told(p *i18n.Printer, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return p.FullDate(t) + ", " + p.Time(t) + " " + t.Format("MST") + " (UTC" + t.Format("-07:00") + ")"
}

// away says how far a time lies ahead.
func away(p *i18n.Printer, d time.Duration) string {
	minutes := int64((d + 59*time.Second) / time.Minute)
	if minutes <= 0 {
		return p.T("write.past")
	}
	var parts []string
	days, hours, rest := minutes/1440, minutes/60%24, minutes%60
	if days > 0 {
		parts = append(parts, p.N("write.days", days))
	}
	if hours > 0 {
		parts = append(parts, p.N("write.hours", hours))
	}
	if rest > 0 && days == 0 {
		parts = append(parts, p.N("write.minutes", rest))
	}
	return p.T("write.in_time", p.List(parts))
}

// when tells a page what a time that is being chosen means.
func (p *Part) when(r *web.Request) (web.Response, error) {
	site, err := p.site(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	zone, words := site.Location(), p.Printer(r)
	all, err := moments(r.Query.Get("day"), r.Query.Get("time"), zone)
	if err != nil {
		return web.Response{}, err
	}
	out := struct {
		Says  string   `json:"says"`
		Wrong bool     `json:"wrong"`
		Twice []string `json:"twice"` // the two times, where the clocks show one twice
	}{Twice: []string{}}
	now := p.Clock.Now()
	switch len(all) {
	case 0:
		out.Says, out.Wrong = words.T("write.no_such_time"), true
	case 2:
		out.Says = words.T("write.twice")
		for _, at := range all {
			out.Twice = append(out.Twice, told(words, at, zone)+", "+away(words, at.Sub(now)))
		}
	default:
		out.Says, out.Wrong = fmt.Sprintf("%s, %s", told(words, all[0], zone), away(words, all[0].Sub(now))), !all[0].After(now)
	}
	return desk.JSON(http.StatusOK, out)
}
