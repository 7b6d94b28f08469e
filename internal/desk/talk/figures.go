package talk

import (
	"net/http"
	"time"

	"dateline/internal/comment"
	"dateline/internal/desk"
	"dateline/internal/web"
)

// figureDays is the span that the figures are about.
const figureDays = 30

type figuresData struct {
	comment.Figures
	Precision, Recall    int64 // per cent, -1 for none
	Wait                 string
	Reasons              []reasonRow
	Judged, Right, Wrong int64
}

type reasonRow struct {
	Text string
	comment.ReasonFigures
}

func (p *Part) figures(r *web.Request) (web.Response, error) {
	since := p.Clock.Now().AddDate(0, 0, -figureDays)
	f, err := p.Comments.Figures(r.HTTP.Context(), desk.Actor(r), since)
	if err != nil {
		return web.Response{}, err
	}
	d := figuresData{Figures: f, Right: f.HeldRefused, Wrong: f.HeldApproved, Judged: f.HeldRefused + f.HeldApproved,
		Precision: percent(f.HeldRefused, f.HeldRefused+f.HeldApproved), Recall: percent(f.HeldRefused, f.HeldRefused+f.Missed), Wait: p.span(r, f.Wait)}
	for _, one := range f.Reasons {
		d.Reasons = append(d.Reasons, reasonRow{p.reason(r, comment.Reason{Word: one.Word}), one})
	}
	page := p.head(r, "figures", p.say(r, "figures_title"), d)
	page.Lead = p.say(r, "figures_lead", figureDays)
	return p.Page(r, http.StatusOK, "figures", page)
}

func percent(part, whole int64) int64 {
	if whole == 0 {
		return -1
	}
	return (part*100 + whole/2) / whole
}

// span writes how long something took in its largest unit; "" for nothing.
func (p *Part) span(r *web.Request, d time.Duration) string {
	words := p.Printer(r)
	switch {
	case d <= 0:
		return ""
	case d < time.Hour:
		return words.T("talk.minutes", max(1, int64(d.Minutes())))
	case d < 48*time.Hour:
		return words.T("talk.hours", int64(d.Hours()))
	}
	return words.T("talk.days", int64(d.Hours()/24))
}
