// Package readers is the part of the desk for newsletters and who reads them:
// numbers, one person's data, moving in and out. Every rule stands in packages
// subscriber and transfer.
package readers

import (
	"embed"
	"strconv"
	"time"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
	"dateline/internal/subscriber/transfer"
	"dateline/internal/web"
)

//go:embed all:templates words.json readers.css
var files embed.FS

// Part is the readers' part of the desk.
type Part struct {
	*desk.Area
	Services
}

// Services are what the pages ask.
type Services struct {
	Clock   clock.Clock
	Readers *subscriber.Service
	Moving  *transfer.Desk
}

// base is where the part's addresses begin.
const base = "/desk/readers"

// New reads the part's templates and takes its place in the menu.
func New(d *desk.Desk, s Services) (*Part, error) {
	area, err := d.NewArea("readers", files, desk.MenuItem{Word: "readers.menu", Path: base, Role: account.Administrator, Order: 61})
	return &Part{area, s}, err
}

// Routes returns the part's routes.
func (p *Part) Routes() []web.Route {
	admin := desk.Administrator
	return []web.Route{
		desk.Get("readers", base, admin, p.overview),
		desk.Post("find reader", base+"/find", admin, web.RateDesk, p.find),
		desk.Get("reader", base+"/person/{id}", admin, p.person),
		desk.Post("end reader", base+"/person/{id}/end", admin, web.RateDesk, p.end),
		desk.Get("erase reader", base+"/person/{id}/erase", admin, p.eraseAsk),
		desk.Post("erase reader now", base+"/person/{id}/erase", admin, web.RateDesk, p.erase),
		desk.Post("reader data", base+"/person/{id}/data", admin, web.RateDesk, p.data),
		desk.Get("newsletters", newslettersPath, admin, p.newsletters),
		desk.Post("order newsletters", newslettersPath+"/order", admin, web.RateDesk, p.order),
		desk.Get("new newsletter", newslettersPath+"/new", admin, p.newsletter),
		desk.Post("add newsletter", newslettersPath+"/new", admin, web.RateDesk, p.saveNewsletter),
		desk.Get("newsletter settings", newslettersPath+"/{id}", admin, p.newsletter),
		desk.Post("save newsletter", newslettersPath+"/{id}", admin, web.RateDesk, p.saveNewsletter),
		desk.Get("import readers", importPath, admin, p.imports),
		desk.PostRaw("upload readers", importPath, admin, web.RateDesk, transfer.MostUpload+1<<20, p.upload),
		desk.Get("readers import", importPath+"/{id}", admin, p.importPage),
		desk.Post("try readers import", importPath+"/{id}/try", admin, web.RateDesk, p.try),
		desk.Post("start readers import", importPath+"/{id}/start", admin, web.RateDesk, p.start),
		desk.Post("discard readers import", importPath+"/{id}/discard", admin, web.RateDesk, p.discard),
		desk.Get("export readers", base+"/export", admin, p.exportPage),
		desk.Post("download readers", base+"/export", admin, web.RateDesk, p.export),
	}
}

// view is what every page of the part has besides its own data.
type view struct {
	Tab  string
	Tabs []tab
	D    any
}

type tab struct{ Name, Path, Word string }

var tabs = []tab{{"readers", base, "readers.numbers"}, {"newsletters", newslettersPath, "readers.newsletters"}, {"import", importPath, "readers.import"},
	{"export", base + "/export", "readers.export"}}

func (p *Part) head(current, title string, data any) desk.Page {
	return desk.Page{Title: title, Data: view{current, tabs, data}}
}

// say is a text in the visitor's language.
func (p *Part) say(r *web.Request, key string, args ...any) string {
	return p.Printer(r).T("readers."+key, args...)
}

func numbered(path string, id int64) string { return path + "/" + strconv.FormatInt(id, 10) }

// month is a column of the table of growth.
type month struct {
	At     time.Time
	Name   string
	N      int64
	X, Y   int64 // of its bar
	Height int64
}

type overviewData struct {
	Active, Pending, Ended, Bounced, Complained int64
	Newsletters                                 []subscriber.Newsletter
	Months                                      []month
	Asked                                       string // address that was not found
}

const (
	barStep   = 48
	barHeight = 120
)

func (p *Part) overviewPage(r *web.Request, asked string) (desk.Page, error) {
	ctx := r.HTTP.Context()
	data := overviewData{Asked: asked}
	totals, err := p.Readers.Totals(ctx)
	if err != nil {
		return desk.Page{}, err
	}
	data.Active, data.Pending, data.Ended = totals[subscriber.Active], totals[subscriber.Pending], totals[subscriber.Ended]
	data.Bounced, data.Complained = totals[subscriber.Bounced], totals[subscriber.Complained]
	if data.Newsletters, err = p.Readers.AllNewsletters(ctx); err != nil {
		return desk.Page{}, err
	}
	if data.Months, err = p.months(r); err != nil {
		return desk.Page{}, err
	}
	page := p.head("readers", p.say(r, "title"), data)
	page.Lead, page.Wide = p.say(r, "lead"), true
	return page, nil
}

// months are the last twelve, with how many of today's readers came in each.
func (p *Part) months(r *web.Request) ([]month, error) {
	now := p.Clock.Now().UTC()
	first := time.Date(now.Year(), now.Month()-11, 1, 0, 0, 0, 0, time.UTC)
	var bounds []time.Time
	for i := range 13 {
		bounds = append(bounds, first.AddDate(0, i, 0))
	}
	came, err := p.Readers.Came(r.HTTP.Context(), desk.Actor(r), bounds)
	if err != nil {
		return nil, err
	}
	most := int64(1)
	for _, n := range came {
		most = max(most, n)
	}
	printer := p.Printer(r)
	var out []month
	for i, n := range came {
		height := n * barHeight / most
		out = append(out, month{bounds[i], printer.MonthYear(bounds[i].Year(), bounds[i].Month()), n, int64(i)*barStep + 4, barHeight - height, height})
	}
	return out, nil
}

func (p *Part) overview(r *web.Request) (web.Response, error) {
	page, err := p.overviewPage(r, "")
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "readers", page)
}

// find leads to the person at an address. It is a form that is posted, so that
// no address stands in an address.
func (p *Part) find(r *web.Request) (web.Response, error) {
	asked := r.HTTP.PostForm.Get("address")
	found, err := p.Readers.Find(r.HTTP.Context(), desk.Actor(r), asked)
	if err == nil {
		return desk.SeeOther(numbered(base+"/person", found.ID)), nil
	}
	page, e := p.overviewPage(r, asked)
	if e != nil {
		return web.Response{}, e
	}
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Invalid, "%s", p.say(r, "nobody"))
	}
	return p.Again(r, "readers", page, err)
}
