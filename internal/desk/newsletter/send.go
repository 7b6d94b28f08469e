package newsletter

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/desk"
	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
	"dateline/internal/taxonomy"
	"dateline/internal/web"
)

type lookData struct {
	At, Frame string
	Open      bool
}

func (p *Part) look(r *web.Request) (web.Response, error) {
	e, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	words := p.Printer(r)
	return p.Page(r, http.StatusOK, "look", desk.Page{Title: words.T("letters.look_title"), Lead: e.Subject, Wide: true,
		Data: lookData{At: at(e.ID, ""), Frame: at(e.ID, "/preview"), Open: e.State.Open()}})
}

// preview is the letter itself, for a frame of the desk. Its styles stand on
// its elements, as those of mail must; it has no script and may run none.
func (p *Part) preview(r *web.Request) (web.Response, error) {
	e, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	out, err := p.Editions.Preview(r.HTTP.Context(), &e, "all")
	if err != nil {
		return web.Response{}, err
	}
	if r.Query.Get("text") != "" {
		return web.Response{ContentType: "text/plain; charset=utf-8", Body: []byte(cmp.Or(out.Text, p.Printer(r).T("letters.nothing_yet"))), Private: true, NoIndex: true,
			Policy: &web.Policy{Framed: true}}, nil
	}
	body := cmp.Or(out.HTML, "<!doctype html><title>·</title><p>"+p.Printer(r).T("letters.nothing_yet")+"</p>")
	query := "@media (prefers-color-scheme:dark)"
	if r.Query.Get("dark") != "" {
		body = strings.Replace(body, query, "@media all", 1)
	} else {
		body = strings.Replace(strings.Replace(body, query, "@media not all", 1), `content="light dark"`, `content="light only"`, 1)
	}
	return web.Response{ContentType: "text/html; charset=utf-8", Body: []byte(body), Private: true, NoIndex: true,
		Policy: &web.Policy{Styles: []string{"'unsafe-inline'"}, Framed: true}}, nil
}

type sendData struct {
	E           edition.Edition
	N           subscriber.Newsletter
	At          string
	Found       []Found
	Stops       bool
	Audience    int64
	May         bool
	People      []account.Colleague
	Me          int64
	Zone, Clock string
	When        string
	Day, Time   string
	LocalDay    string
	Hour        int
	Hours       []int
}

func (p *Part) sendPage(r *web.Request) (web.Response, error) {
	e, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	if e.State.Out() || e.State == edition.Cancelled {
		return desk.SeeOther(at(e.ID, "/report")), nil
	}
	page, err := p.sendData(r, e, url.Values{})
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "send", page)
}

func (p *Part) sendData(r *web.Request, e edition.Edition, in url.Values) (desk.Page, error) {
	ctx, actor, words := r.HTTP.Context(), desk.Actor(r), p.Printer(r)
	zone, err := p.zone(ctx)
	if err != nil {
		return desk.Page{}, err
	}
	now := p.desk.Clock.Now().In(zone)
	d := sendData{E: e, At: at(e.ID, ""), May: edition.MaySend(actor), Me: desk.Visitor(r).ID, Zone: zone.String(), Clock: words.DateTime(now),
		When: cmp.Or(in.Get("when"), "now"), Day: cmp.Or(in.Get("day"), now.Format(time.DateOnly)), Time: cmp.Or(in.Get("time"), "07:00"),
		LocalDay: cmp.Or(in.Get("local_day"), now.AddDate(0, 0, 1).Format(time.DateOnly)), Hour: 7}
	for h := range 24 {
		d.Hours = append(d.Hours, h)
	}
	if n, err := desk.Number(in.Get("hour")); err == nil && in.Get("hour") != "" {
		d.Hour = int(n)
	}
	if d.N, err = p.Readers.Newsletter(ctx, p.desk.DB, e.Newsletter); err != nil {
		return desk.Page{}, err
	}
	readers, err := p.Readers.Count(ctx, p.desk.DB, e.Audience)
	if err != nil {
		return desk.Page{}, err
	}
	d.Audience = int64(readers)
	if d.Found, d.Stops, err = p.found(r, words, &e); err != nil {
		return desk.Page{}, err
	}
	if d.People, err = p.Accounts.Colleagues(ctx, actor); err != nil {
		return desk.Page{}, err
	}
	return desk.Page{Title: words.T("letters.send_title"), Lead: e.Subject, Data: d}, nil
}

func (p *Part) send(r *web.Request) (web.Response, error) {
	ctx, actor, in := r.HTTP.Context(), desk.Actor(r), r.HTTP.PostForm
	e, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	input, err := p.when(ctx, e, in)
	if err == nil {
		err = p.asked(ctx, &e, in)
	}
	if err == nil {
		e, err = p.Editions.Send(ctx, actor, input)
	}
	if err != nil {
		page, e2 := p.sendData(r, e, in)
		if e2 != nil {
			return web.Response{}, e2
		}
		return p.Again(r, "send", page, err)
	}
	done := "sending"
	if e.State == edition.Scheduled {
		done = "scheduled"
	}
	return desk.SeeOther(at(e.ID, "/report?done="+done)), nil
}

// asked refuses to send what the checks stop, or ask about unanswered.
func (p *Part) asked(ctx context.Context, e *edition.Edition, in url.Values) error {
	all, err := p.Editions.Check(ctx, e)
	switch {
	case err != nil:
		return err
	case edition.Stops(all):
		return fault.New(fault.Invalid, "something must be mended before this can be sent").WithHint("the list below says what")
	case len(all) > 0 && in.Get("despite") == "":
		return fault.New(fault.Invalid, "there are questions about this edition").WithHint("look through the list, and tick the box below it to send all the same")
	}
	return nil
}

func (p *Part) when(ctx context.Context, e edition.Edition, in url.Values) (edition.SendInput, error) {
	out := edition.SendInput{ID: e.ID, LocalHour: -1}
	var err error
	if out.Revision, err = desk.Number(in.Get("revision")); err != nil {
		return out, err
	}
	zone, err := p.zone(ctx)
	if err != nil {
		return out, err
	}
	switch in.Get("when") {
	case "later":
		t, err := time.ParseInLocation("2006-01-02T15:04", in.Get("day")+"T"+in.Get("time"), zone)
		if err != nil || t.Format("2006-01-02T15:04") != in.Get("day")+"T"+in.Get("time") {
			return out, fault.New(fault.Invalid, "say on which day and at what time the edition is sent").WithHint("the zone is %s", zone)
		}
		out.At = t.UTC()
	case "local":
		day, err := time.Parse(time.DateOnly, in.Get("local_day"))
		if err != nil {
			return out, fault.New(fault.Invalid, "say on which day the edition is sent")
		}
		hour, err := desk.Number(in.Get("hour"))
		if err != nil {
			return out, err
		}
		out.At, out.LocalHour = edition.FirstMidnight(day), int(hour)
	case "now":
	default:
		return out, fault.New(fault.Invalid, "say when the edition is sent")
	}
	return out, nil
}

func (p *Part) test(r *web.Request) (web.Response, error) {
	e, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	var people []int64
	for _, text := range r.HTTP.PostForm["person"] {
		id, err := desk.Number(text)
		if err != nil {
			return web.Response{}, err
		}
		people = append(people, id)
	}
	if _, err := p.Editions.TestMail(r.HTTP.Context(), desk.Actor(r), e.ID, people); err != nil {
		page, e2 := p.sendData(r, e, url.Values{})
		if e2 != nil {
			return web.Response{}, e2
		}
		return p.Again(r, "send", page, err)
	}
	return desk.SeeOther(at(e.ID, "/send?done=tested")), nil
}

type reportData struct {
	E          edition.Edition
	N          subscriber.Newsletter
	At         string
	Web        string
	P          edition.Progress
	Recipients int
	Percent    int
	LeftFor    string
	Counting   bool
	C          edition.Counts
	A, B       edition.PartCount
	May        bool
	Live       bool
	Deciding   bool
	Repeat     bool // it may be mailed again
}

func (p *Part) report(r *web.Request) (web.Response, error) {
	e, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	page, err := p.reportPage(r, e)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "report", page)
}

func (p *Part) reportPage(r *web.Request, e edition.Edition) (desk.Page, error) {
	ctx, actor, words := r.HTTP.Context(), desk.Actor(r), p.Printer(r)
	d := reportData{E: e, At: at(e.ID, ""), May: edition.MaySend(actor), Live: e.State == edition.Sending}
	var err error
	if d.N, err = p.Readers.Newsletter(ctx, p.desk.DB, e.Newsletter); err != nil {
		return desk.Page{}, err
	}
	if d.P, err = p.Editions.Progress(ctx, actor, e.ID); err != nil {
		return desk.Page{}, err
	}
	if d.C, err = p.Editions.Counts(ctx, actor, e.ID); err != nil {
		return desk.Page{}, err
	}
	conf, err := p.Editions.Conf(ctx)
	if err != nil {
		return desk.Page{}, err
	}
	d.Counting, d.A, d.B = conf.Counting || d.C.Opens+d.C.Clicks > 0, d.C.ByPart["a"], d.C.ByPart["b"]
	d.Recipients, d.Percent, d.LeftFor = d.P.Total-d.P.Skipped, percent(d.P), left(d.P)
	d.Repeat = d.May && (e.State == edition.Sent || e.State == edition.Cancelled) && !e.Started.IsZero() && e.Kind != edition.Correction
	d.Deciding = e.State == edition.Sending && e.Test.On() && e.Test.Winner == ""
	if e.Slug != "" {
		d.Web = edition.Path(d.N.Slug, e.Slug)
	}
	page := desk.Page{Title: cmp.Or(e.Subject, words.T("letters.kind_"+string(e.Kind))), Lead: d.N.Name + " · " + words.T("letters.state_"+string(e.State)), Data: d}
	if d.Live {
		page.Scripts = []string{"newsletter.js"}
	}
	return page, nil
}

func percent(p edition.Progress) int {
	all := p.Total - p.Skipped
	if all <= 0 {
		return 0
	}
	return 100 * (all - p.Left()) / all
}

// left is how long the rest takes at the present rate, "" when nobody knows.
func left(p edition.Progress) string {
	if p.PerSecond <= 0 || p.Left() == 0 {
		return ""
	}
	return (time.Duration(float64(p.Left())/p.PerSecond) * time.Second).Round(time.Second).String()
}

// progress answers the script that keeps the report's numbers fresh.
func (p *Part) progress(r *web.Request) (web.Response, error) {
	e, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	got, err := p.Editions.Progress(r.HTTP.Context(), desk.Actor(r), e.ID)
	if err != nil {
		return web.Response{}, err
	}
	words := p.Printer(r)
	number := func(n int) string { return words.Number(int64(n)) }
	return desk.JSON(http.StatusOK, map[string]any{"state": e.State, "percent": percent(got), "sent": number(got.Sent), "deferred": number(got.Deferred),
		"bounced": number(got.Bounced), "recipients": number(got.Total - got.Skipped), "rate": number(int(got.PerSecond + 0.5)), "left": left(got), "trouble": got.Trouble})
}

func (p *Part) steer(r *web.Request) (web.Response, error) {
	ctx, actor, in := r.HTTP.Context(), desk.Actor(r), r.HTTP.PostForm
	e, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	done := ""
	switch do := in.Get("do"); do {
	case "pause":
		_, err = p.Editions.Pause(ctx, actor, e.ID)
		done = "paused"
	case "resume":
		_, err = p.Editions.Resume(ctx, actor, e.ID)
		done = "resumed"
	case "cancel":
		_, err = p.Editions.Cancel(ctx, actor, e.ID)
		done = "cancelled"
	case "back":
		_, err = p.Editions.TakeBack(ctx, actor, e.ID, e.Revision)
		if err == nil {
			return desk.SeeOther(at(e.ID, "?done=back")), nil
		}
	case "a", "b":
		_, err = p.Editions.Decide(ctx, actor, e.ID, do)
		done = "decided"
	default:
		err = fault.New(fault.Invalid, "say what to do with the edition")
	}
	if err != nil {
		page, e2 := p.reportPage(r, e)
		if e2 != nil {
			return web.Response{}, e2
		}
		return p.Again(r, "report", page, err)
	}
	return desk.SeeOther(at(e.ID, "/report?done="+done)), nil
}

type ruleForm struct {
	edition.Rule
	Sections []section
	Days     []option
	Hours    []int
}

type option struct {
	Value int
	Label string
	On    bool
}

type rulesData struct {
	N           subscriber.Newsletter
	Newsletters []subscriber.Newsletter
	Rules       []ruleForm
	May         bool
	Counting    bool
	Engaged     bool
	Zone        string
}

func (p *Part) rules(r *web.Request) (web.Response, error) {
	page, err := p.rulesPage(r, r.Query.Get("newsletter"), nil)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "rules", page)
}

func (p *Part) rulesPage(r *web.Request, newsletter string, typed *edition.Rule) (desk.Page, error) {
	ctx, actor, words := r.HTTP.Context(), desk.Actor(r), p.Printer(r)
	id, err := desk.Number(newsletter)
	if err != nil {
		return desk.Page{}, err
	}
	d := rulesData{May: edition.MaySend(actor)}
	if d.Newsletters, err = p.Readers.Newsletters(ctx, p.desk.DB); err != nil {
		return desk.Page{}, err
	}
	for _, n := range d.Newsletters {
		if n.ID == id || id == 0 && d.N.ID == 0 {
			d.N = n
		}
	}
	if d.N.ID == 0 {
		return desk.Page{}, fault.New(fault.NotFound, "there is no such newsletter")
	}
	zone, err := p.zone(ctx)
	if err != nil {
		return desk.Page{}, err
	}
	d.Zone = zone.String()
	all, err := p.Editions.Rules(ctx, actor, d.N.ID)
	if err != nil {
		return desk.Page{}, err
	}
	for _, rule := range all {
		if typed != nil && typed.Rhythm == rule.Rhythm {
			typed.Next = rule.Next
			rule = *typed
		}
		f := ruleForm{Rule: rule}
		if f.Sections, err = p.sections(r, rule.Sections); err != nil {
			return desk.Page{}, err
		}
		for i := range 7 {
			day := time.Weekday((i + 1) % 7)
			f.Days = append(f.Days, option{int(day), words.Weekday(day), day == rule.Weekday})
		}
		for h := range 24 {
			f.Hours = append(f.Hours, h)
		}
		d.Rules = append(d.Rules, f)
	}
	conf, err := p.Editions.Conf(ctx)
	d.Counting, d.Engaged = conf.Counting, conf.Engaged
	return desk.Page{Title: words.T("letters.rules_title"), Lead: d.N.Name, Data: d}, err
}

func (p *Part) saveRule(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	rule := edition.Rule{Rhythm: in.Get("rhythm"), On: in.Get("on") != "", Review: in.Get("review") != "", Form: edition.Form(in.Get("form"))}
	numbers := map[string]int64{}
	for _, name := range []string{"newsletter", "revision", "hour", "weekday", "most"} {
		n, err := desk.Number(in.Get(name))
		if err != nil {
			return web.Response{}, err
		}
		numbers[name] = n
	}
	rule.Newsletter, rule.Revision, rule.Hour, rule.Weekday, rule.Most = numbers["newsletter"], numbers["revision"], int(numbers["hour"]), time.Weekday(numbers["weekday"]), int(numbers["most"])
	for _, text := range in["section"] {
		id, err := desk.Number(text)
		if err != nil {
			return web.Response{}, err
		}
		if _, err := taxonomy.SectionByID(r.HTTP.Context(), p.desk.DB, id); err != nil {
			return web.Response{}, err
		}
		rule.Sections = append(rule.Sections, id)
	}
	if _, err := p.Editions.SaveRule(r.HTTP.Context(), desk.Actor(r), rule); err != nil {
		page, e2 := p.rulesPage(r, in.Get("newsletter"), &rule)
		if e2 != nil {
			return web.Response{}, e2
		}
		return p.Again(r, "rules", page, err)
	}
	return desk.SeeOther(home + "/rules?newsletter=" + in.Get("newsletter") + "&done=rule"), nil
}

func (p *Part) counting(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	conf := edition.Settings{Counting: in.Get("counting") != "", Engaged: in.Get("engaged") != ""}
	if err := p.Editions.Configure(r.HTTP.Context(), desk.Actor(r), conf); err != nil {
		page, e2 := p.rulesPage(r, "", nil)
		if e2 != nil {
			return web.Response{}, e2
		}
		return p.Again(r, "rules", page, err)
	}
	return desk.SeeOther(home + "/rules?done=counting"), nil
}

// Figure writes a number as the page's language does.
func (reportData) Figure(page desk.Page, n int) string { return page.Number(int64(n)) }

// Rate is how many letters leave in a second.
func (d reportData) Rate(page desk.Page) string { return page.Number(int64(d.P.PerSecond + 0.5)) }
