// Package accounts is where the newsroom keeps shared accounts: the list with
// the articles that show each, and the form of one. Its rules are those of
// package claim.
package accounts

import (
	"embed"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"dateline/internal/account"
	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/fold"
	"dateline/internal/richtext"
	"dateline/internal/web"
)

//go:embed all:templates words.json accounts.css
var files embed.FS

const listPath = "/desk/accounts"

// Part is the pages of shared accounts. The zero Part has the routes and
// nothing behind them.
type Part struct {
	*desk.Area
	db     *db.DB
	claims *claim.Service
}

// New reads the templates.
func New(d *desk.Desk, claims *claim.Service) (*Part, error) {
	area, err := d.NewArea("accounts", files, desk.MenuItem{Word: "accounts.menu", Path: listPath, Role: account.Contributor, Order: 45})
	return &Part{Area: area, db: d.DB, claims: claims}, err
}

// Routes returns the routes of the part.
func (p *Part) Routes() []web.Route {
	if p == nil {
		p = &Part{}
	}
	const limit = 1 << 20
	return []web.Route{
		desk.Get("shared accounts", listPath, desk.Contributor, p.list, "after"),
		desk.Get("new accounts", listPath+"/new", desk.Contributor, p.blank),
		desk.PostUpTo("make accounts", listPath+"/new", desk.Contributor, web.RateDesk, limit, p.create),
		desk.Get("find accounts", listPath+"/find", desk.Contributor, p.find, "q", "id"),
		desk.PostRaw("share accounts", listPath+"/share", desk.Contributor, web.RateReading, limit, p.share),
		desk.Get("accounts", listPath+"/{id}", desk.Contributor, p.page),
		desk.PostUpTo("change accounts", listPath+"/{id}", desk.Contributor, web.RateDesk, limit, p.change),
		desk.Post("delete accounts", listPath+"/{id}/delete", desk.Editor, web.RateDesk, p.remove),
	}
}

const listed = 40

type listData struct {
	Rows []claim.Row
	Next string
}

func (p *Part) list(r *web.Request) (web.Response, error) {
	var updated, after int64
	if at, id, ok := strings.Cut(r.Query.Get("after"), "."); ok {
		var err error
		if updated, err = desk.Number(at); err != nil {
			return web.Response{}, err
		}
		if after, err = desk.Number(id); err != nil {
			return web.Response{}, err
		}
	}
	rows, err := claim.List(r.HTTP.Context(), p.db, updated, after, listed+1)
	if err != nil {
		return web.Response{}, err
	}
	data := listData{Rows: rows}
	if len(rows) > listed {
		data.Rows = rows[:listed]
		last := rows[listed-1]
		data.Next = listPath + "?" + url.Values{"after": {strconv.FormatInt(db.Micros(last.Updated), 10) + "." + strconv.FormatInt(last.ID, 10)}}.Encode()
	}
	words := p.Printer(r)
	return p.Page(r, http.StatusOK, "list", desk.Page{Title: words.T("accounts.title"), Lead: words.T("accounts.lead"), Data: data})
}

// use is an article that shows a record, for its page.
type use struct {
	Headline, URL string
	Live, Working bool
}

type formData struct {
	ID       int64
	Revision int64
	A        richtext.Accounts // with empty sides and points to fill in
	Uses     []use
	Live     bool
	May      bool
	Record   claim.Record
	Now      *richtext.Accounts // the present form, when somebody else changed it
	Typed    bool               // what stands here was typed, and not taken
}

// OpenSide tells whether the form shows a side unfolded: what was typed and not
// taken, and what a new record needs.
func (d formData) OpenSide(i int) bool {
	return d.Typed && d.A.Sides[i] != richtext.AccountSide{} || d.ID == 0 && i < 2
}

// OpenPoint is OpenSide for a point.
func (d formData) OpenPoint(i int) bool {
	p := d.A.Points[i]
	said := p.Text != "" || p.Verdict != "" || p.Why != ""
	for _, s := range p.Stands {
		said = said || s != richtext.AccountStand{}
	}
	return d.Typed && said || d.ID == 0 && i == 0
}

// spare are how many empty rows a form offers.
const spare = 2

// roomy adds empty sides and points.
func roomy(a richtext.Accounts) richtext.Accounts {
	sides := append([]richtext.AccountSide(nil), a.Sides...)
	for n := 0; len(sides) < claim.MaxSides && (n < 1 || len(sides) < 2); n++ {
		sides = append(sides, richtext.AccountSide{})
	}
	points := append([]richtext.AccountPoint(nil), a.Points...)
	for n := 0; n < spare && len(points) < claim.MaxPoints; n++ {
		points = append(points, richtext.AccountPoint{})
	}
	for i := range points {
		stands := append([]richtext.AccountStand(nil), points[i].Stands...)
		for len(stands) < len(sides) {
			stands = append(stands, richtext.AccountStand{})
		}
		points[i].Stands = stands[:len(sides)]
	}
	a.Sides, a.Points = sides, points
	return a
}

func (p *Part) blankPage(r *web.Request, a richtext.Accounts) desk.Page {
	return desk.Page{Title: p.Printer(r).T("accounts.new"), Wide: true, Data: formData{A: roomy(a), May: true}}
}

func (p *Part) blank(r *web.Request) (web.Response, error) {
	return p.Page(r, http.StatusOK, "form", p.blankPage(r, richtext.Accounts{}))
}

func (p *Part) create(r *web.Request) (web.Response, error) {
	in := read(r.HTTP.PostForm)
	rec, err := p.claims.Create(r.HTTP.Context(), desk.Actor(r), in)
	if err != nil {
		page := p.blankPage(r, in)
		d := page.Data.(formData)
		d.Typed, page.Data = true, d
		return p.Again(r, "form", page, err)
	}
	return desk.SeeOther(path(rec.ID) + "?done=saved"), nil
}

func path(id int64) string { return listPath + "/" + strconv.FormatInt(id, 10) }

func (p *Part) formPage(r *web.Request, id int64, typed *richtext.Accounts) (desk.Page, error) {
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	rec, err := claim.Get(ctx, p.db, id)
	if err != nil {
		return desk.Page{}, err
	}
	uses, err := claim.Uses(ctx, p.db, id)
	if err != nil {
		return desk.Page{}, err
	}
	words := p.Printer(r)
	d := formData{ID: id, Revision: rec.Revision, A: roomy(rec.Accounts), Record: rec, May: claim.MayChange(actor, uses) == nil}
	if typed != nil {
		d.A, d.Typed = roomy(*typed), true
	}
	for _, u := range uses {
		one := use{Headline: u.Headline, URL: "/desk/articles/" + strconv.FormatInt(u.Article, 10), Live: u.Live, Working: u.Working}
		if actor.Role == account.Contributor && !u.Live && u.Owner != actor.ID && u.Assignee != actor.ID {
			one.Headline, one.URL = words.T("accounts.not_yours"), ""
		}
		d.Uses, d.Live = append(d.Uses, one), d.Live || u.Live
	}
	return desk.Page{Title: rec.Accounts.Title, Wide: true, Data: d}, nil
}

func (p *Part) page(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	page, err := p.formPage(r, id, nil)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "form", page)
}

func (p *Part) change(r *web.Request) (web.Response, error) {
	id, revision, err := desk.Numbers(r, "revision")
	in := read(r.HTTP.PostForm)
	if err == nil {
		_, err = p.claims.Update(r.HTTP.Context(), desk.Actor(r), id, revision, in)
	}
	if err != nil {
		page, e := p.formPage(r, id, &in)
		if e != nil {
			return web.Response{}, e
		}
		if d := page.Data.(formData); fault.Is(err, fault.Conflict) {
			d.Now = &d.Record.Accounts
			page.Data = d
		}
		return p.Again(r, "form", page, err)
	}
	return desk.SeeOther(path(id) + "?done=saved"), nil
}

func (p *Part) remove(r *web.Request) (web.Response, error) {
	id, revision, err := desk.Numbers(r, "revision")
	if err == nil {
		err = p.claims.Delete(r.HTTP.Context(), desk.Actor(r), id, revision)
	}
	if err != nil {
		page, e := p.formPage(r, id, nil)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "form", page, err)
	}
	return desk.SeeOther(listPath + "?done=deleted"), nil
}

// read reads the form: sides 0, 1, …; points with a stand for each side.
func read(in url.Values) richtext.Accounts {
	a := richtext.Accounts{Title: in.Get("title")}
	at := func(name string, n ...int) string {
		for _, i := range n {
			name += "_" + strconv.Itoa(i)
		}
		return in.Get(name)
	}
	for i := 0; i < claim.MaxSides && in.Has("party_"+strconv.Itoa(i)); i++ {
		a.Sides = append(a.Sides, richtext.AccountSide{Party: at("party", i), Words: at("words", i), Source: at("source", i), SourceLabel: at("label", i), Date: at("date", i)})
	}
	for i := 0; i < claim.MaxPoints && in.Has("point_"+strconv.Itoa(i)); i++ {
		p := richtext.AccountPoint{Text: at("point", i), Verdict: at("verdict", i), Why: at("why", i)}
		for j := range a.Sides {
			p.Stands = append(p.Stands, richtext.AccountStand{Says: at("says", i, j), Words: at("stand", i, j), Source: at("proof", i, j)})
		}
		a.Points = append(a.Points, p)
	}
	return a
}

// hit is a record as the editor shows it.
type hit struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Page   string `json:"page"`
}

func hitOf(r *claim.Record) hit {
	var names []string
	for _, s := range r.Accounts.Sides {
		names = append(names, s.Party)
	}
	return hit{strconv.FormatInt(r.ID, 10), r.Accounts.Title, strings.Join(names, ", "), path(r.ID)}
}

// found is how many records the editor is offered, of how many looked at.
const (
	found  = 12
	lookAt = 400
)

// find answers the editor: one record by its id, or those whose title or sides
// have words that begin as asked.
func (p *Part) find(r *web.Request) (web.Response, error) {
	hits := []hit{}
	if r.Query.Get("id") != "" {
		id, err := desk.Number(r.Query.Get("id"))
		if err != nil {
			return web.Response{}, err
		}
		rec, err := claim.Get(r.HTTP.Context(), p.db, id)
		if err != nil {
			return web.Response{}, err
		}
		return desk.JSON(http.StatusOK, append(hits, hitOf(&rec)))
	}
	rows, err := claim.List(r.HTTP.Context(), p.db, 0, 0, lookAt)
	if err != nil {
		return web.Response{}, err
	}
	fits := fold.Beginnings(r.Query.Get("q"))
	for i := range rows {
		if h := hitOf(&rows[i].Record); fits(h.Title+"\n"+h.Detail) && len(hits) < found {
			hits = append(hits, h)
		}
	}
	return desk.JSON(http.StatusOK, hits)
}

// share makes a record of an accounts block.
func (p *Part) share(r *web.Request) (web.Response, error) {
	var in struct {
		Node richtext.Node `json:"node"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	a, err := claim.FromBlock(in.Node)
	if err != nil {
		return web.Response{}, err
	}
	rec, err := p.claims.Create(r.HTTP.Context(), desk.Actor(r), a)
	if err != nil {
		return web.Response{}, err
	}
	return desk.JSON(http.StatusOK, hitOf(&rec))
}
