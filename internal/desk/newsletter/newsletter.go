// Package newsletter is the part of the desk where editions of newsletters are
// composed, checked, sent and watched.
package newsletter

import (
	"cmp"
	"embed"
	"net/http"
	"net/url"
	"strconv"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/search"
	"dateline/internal/settings"
	"dateline/internal/subscriber"
	"dateline/internal/taxonomy"
	"dateline/internal/web"
)

//go:embed all:templates words.json newsletter.css
var files embed.FS

const home = "/desk/newsletter"

// formLimit is the largest form: an edition with its introduction.
const formLimit = 256 << 10

// Services are what the part asks.
type Services struct {
	Editions *edition.Service
	Readers  *subscriber.Service
	Search   *search.Service
	Accounts *account.Service
	Settings *settings.Store
}

// Part answers for the pages below /desk/newsletter.
type Part struct {
	*desk.Area
	desk *desk.Desk
	Services
	public *article.Public
}

// New makes the part.
func New(d *desk.Desk, s Services) (*Part, error) {
	area, err := d.NewArea("letters", files, desk.MenuItem{Word: "letters.menu", Path: home, Role: account.Author, Order: 60})
	return &Part{Area: area, desk: d, Services: s, public: article.NewPublic(d.DB, d.Clock)}, err
}

// Routes returns the routes of the part.
func (p *Part) Routes() []web.Route {
	return []web.Route{
		desk.Get("editions", home, desk.Author, p.list, "newsletter", "state", "before"),
		desk.Post("new edition", home, desk.Author, web.RateDesk, p.create),
		desk.Post("mailed correction", home+"/correction", desk.Editor, web.RateDesk, p.correction),
		desk.Get("newsletter rules", home+"/rules", desk.Author, p.rules, "newsletter"),
		desk.Post("change newsletter rule", home+"/rules", desk.Editor, web.RateDesk, p.saveRule),
		desk.Post("count newsletters", home+"/counting", desk.Administrator, web.RateDesk, p.counting),
		desk.Post("mail edition again", home+"/{id}/again", desk.Editor, web.RateDesk, p.again),
		desk.Get("edition", home+"/{id}", desk.Author, p.edition, "q"),
		desk.PostUpTo("change edition", home+"/{id}", desk.Author, web.RateSearch, formLimit, p.change),
		desk.Get("look at edition", home+"/{id}/look", desk.Author, p.look),
		desk.Get("edition preview", home+"/{id}/preview", desk.Author, p.preview, "dark", "text"),
		desk.Get("send edition", home+"/{id}/send", desk.Author, p.sendPage),
		desk.Post("send edition now", home+"/{id}/send", desk.Editor, web.RateDesk, p.send),
		desk.Post("test edition", home+"/{id}/test", desk.Author, web.RateDesk, p.test),
		desk.Get("edition report", home+"/{id}/report", desk.Author, p.report),
		desk.Post("steer edition", home+"/{id}/report", desk.Editor, web.RateDesk, p.steer),
		desk.Get("edition progress", home+"/{id}/progress", desk.Author, p.progress),
	}
}

func at(id int64, more string) string { return home + "/" + strconv.FormatInt(id, 10) + more }

// row is an edition in the list.
type row struct {
	edition.Edition
	Title string
	Of    string // its newsletter
	URL   string
}

type listData struct {
	Rows        []row
	Newsletters []subscriber.Newsletter
	Newsletter  int64
	State       string
	States      []edition.State
	Offers      []edition.Offer
	Older       string
	Counting    bool
	Ready       bool // mail can be sent
	May         bool // send
}

const rowsOnPage = 30

func (p *Part) list(r *web.Request) (web.Response, error) {
	page, err := p.listPage(r)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "list", page)
}

func (p *Part) listPage(r *web.Request) (desk.Page, error) {
	ctx, actor, words := r.HTTP.Context(), desk.Actor(r), p.Printer(r)
	newsletter, err := desk.Number(r.Query.Get("newsletter"))
	if err != nil {
		return desk.Page{}, err
	}
	before, err := desk.Number(r.Query.Get("before"))
	if err != nil {
		return desk.Page{}, err
	}
	f := edition.Filter{Newsletter: newsletter, State: edition.State(r.Query.Get("state"))}
	all, err := p.Editions.List(ctx, actor, f, before, rowsOnPage+1)
	if err != nil {
		return desk.Page{}, err
	}
	d := listData{Newsletter: newsletter, State: string(f.State), States: edition.States(), May: edition.MaySend(actor)}
	if d.Newsletters, err = p.Readers.Newsletters(ctx, p.desk.DB); err != nil {
		return desk.Page{}, err
	}
	if len(all) > rowsOnPage {
		all = all[:rowsOnPage]
		q := url.Values{"before": {strconv.FormatInt(all[rowsOnPage-1].ID, 10)}, "state": {d.State}, "newsletter": {r.Query.Get("newsletter")}}
		d.Older = home + "?" + q.Encode()
	}
	for _, e := range all {
		one := row{Edition: e, Title: cmp.Or(e.Subject, words.T("letters.kind_"+string(e.Kind))), URL: at(e.ID, "")}
		if !e.State.Open() {
			one.URL = at(e.ID, "/report")
		}
		for _, n := range d.Newsletters {
			if n.ID == e.Newsletter {
				one.Of = n.Name
			}
		}
		d.Rows = append(d.Rows, one)
	}
	if d.Offers, err = p.Editions.Offers(ctx, actor); err != nil {
		return desk.Page{}, err
	}
	conf, err := p.Editions.Conf(ctx)
	d.Counting, d.Ready = conf.Counting, p.Editions.Sender != nil
	return desk.Page{Title: words.T("letters.title"), Data: d}, err
}

func (p *Part) create(r *web.Request) (web.Response, error) {
	newsletter, err := desk.Number(r.HTTP.PostForm.Get("newsletter"))
	if err != nil {
		return web.Response{}, err
	}
	e, err := p.Editions.Create(r.HTTP.Context(), desk.Actor(r), newsletter)
	if err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(at(e.ID, "")), nil
}

// correction sees to a correction of an article that was mailed.
func (p *Part) correction(r *web.Request) (web.Response, error) {
	ctx, actor, in := r.HTTP.Context(), desk.Actor(r), r.HTTP.PostForm
	offer, err := desk.Number(in.Get("offer"))
	if err != nil {
		return web.Response{}, err
	}
	var e edition.Edition
	to := func() string { return at(e.ID, "") }
	switch in.Get("do") {
	case "next":
		e, err = p.Editions.CorrectNext(ctx, actor, offer)
	case "now":
		e, err = p.Editions.CorrectNow(ctx, actor, offer)
		to = func() string { return at(e.ID, "/report") }
	case "not":
		err = p.Editions.CorrectNot(ctx, actor, offer)
		to = func() string { return home + "?done=dismissed" }
	default:
		err = fault.New(fault.Invalid, "say what to do about the correction")
	}
	if err != nil {
		page, e := p.listPage(r)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "list", page, err)
	}
	return desk.SeeOther(to()), nil
}

// again makes a draft that repeats an edition for those who have not got it.
func (p *Part) again(r *web.Request) (web.Response, error) {
	was, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	e, err := p.Editions.Again(r.HTTP.Context(), desk.Actor(r), was.ID)
	if err != nil {
		page, e2 := p.reportPage(r, was)
		if e2 != nil {
			return web.Response{}, e2
		}
		return p.Again(r, "report", page, err)
	}
	return desk.SeeOther(at(e.ID, "?done=again")), nil
}

// section is a section that may be chosen.
type section struct {
	ID   int64
	Name string
	On   bool
}

func (p *Part) sections(r *web.Request, chosen []int64) ([]section, error) {
	all, err := taxonomy.Sections(r.HTTP.Context(), p.desk.DB)
	var out []section
	for _, s := range all {
		out = append(out, section{s.ID, s.Name, contains(chosen, s.ID)})
	}
	return out, err
}

func contains[T comparable](list []T, one T) bool {
	for _, x := range list {
		if x == one {
			return true
		}
	}
	return false
}
