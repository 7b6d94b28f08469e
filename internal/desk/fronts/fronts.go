// Package fronts is the part of the desk where editors arrange fronts: a board
// that looks like the front, its preview, its schedule and its history.
package fronts

import (
	"embed"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/front"
	"dateline/internal/media"
	"dateline/internal/search"
	"dateline/internal/site"
	"dateline/internal/view"
	"dateline/internal/web"
)

//go:embed all:templates words.json front.css
var files embed.FS

const (
	boardPath   = "/desk/front"
	lookPath    = boardPath + "/look"
	previewPath = boardPath + "/preview"
	cancelPath  = boardPath + "/cancel"
	restorePath = boardPath + "/restore"
	discardPath = boardPath + "/discard"
)

// boardLimit is the largest form: a full board with words of its own in every
// slot.
const boardLimit = 1 << 20

// Services are what the part asks.
type Services struct {
	Fronts *front.Service
	Search *search.Service
	Media  *media.Service
	Site   *site.Site
	Views  *view.Engine
}

// Part answers for the pages below /desk/front.
type Part struct {
	*desk.Area
	desk *desk.Desk
	Services
	public *article.Public
}

// New makes the part.
func New(d *desk.Desk, s Services) (*Part, error) {
	area, err := d.NewArea("fronts", files, desk.MenuItem{Word: "fronts.menu", Path: boardPath, Role: account.Author, Order: 30})
	return &Part{Area: area, desk: d, Services: s, public: article.NewPublic(d.DB, d.Clock)}, err
}

// Routes returns the routes of the part.
func (p *Part) Routes() []web.Route {
	return []web.Route{
		desk.Get("front board", boardPath, desk.Author, p.board, "section", "q"),
		desk.PostUpTo("arrange front", boardPath, desk.Editor, web.RateSearch, boardLimit, p.arrange),
		desk.Get("look at front", lookPath, desk.Author, p.look, "section", "edition"),
		desk.Get("front preview", previewPath, desk.Author, p.preview, "section", "edition"),
		desk.Post("cancel front", cancelPath, desk.Editor, web.RateDesk, p.cancel),
		desk.Post("restore front", restorePath, desk.Editor, web.RateDesk, p.restore),
		desk.Post("discard front", discardPath, desk.Editor, web.RateDesk, p.discard),
	}
}

// at is the address of the board of a place.
func at(place int64, more ...string) string { return address(boardPath, place, more...) }

func address(path string, place int64, more ...string) string {
	q := url.Values{}
	if place != 0 {
		q.Set("section", strconv.FormatInt(place, 10))
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			q.Set(more[i], more[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (p *Part) board(r *web.Request) (web.Response, error) {
	place, err := desk.Number(r.Query.Get("section"))
	if err != nil {
		return web.Response{}, err
	}
	b, err := p.Fronts.Board(r.HTTP.Context(), desk.Actor(r), place)
	if err != nil {
		return web.Response{}, err
	}
	page, err := p.page(r, b, b.Draft.Plan, r.Query.Get("q"))
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "board", page)
}

// arrange reads the board as the form has it, does what the button says, and
// saves the draft.
func (p *Part) arrange(r *web.Request) (web.Response, error) {
	ctx, actor, in := r.HTTP.Context(), desk.Actor(r), r.HTTP.PostForm
	place, err := desk.Number(in.Get("section"))
	if err != nil {
		return web.Response{}, err
	}
	zone, err := p.zone(r)
	if err != nil {
		return web.Response{}, err
	}
	f := form{values: in, place: place, zone: zone}
	plan, doErr := f.read()
	then := ""
	if doErr == nil {
		then, doErr = f.do(&plan)
	}
	revision, err := desk.Number(in.Get("revision"))
	if err != nil {
		return web.Response{}, err
	}
	if doErr == nil && then == "automatic" {
		if doErr = p.Fronts.Automatic(ctx, actor, place, revision); doErr == nil {
			return desk.SeeOther(at(place, "done", "automatic")), nil
		}
	}
	var d front.Draft
	if doErr == nil {
		d, doErr = p.Fronts.Save(ctx, actor, front.SaveInput{Place: place, Revision: revision, Plan: plan})
	}
	if doErr != nil {
		return p.again(r, f, revision, plan, doErr)
	}
	switch then {
	case "publish":
		return p.publish(r, f, d)
	case "look":
		return desk.SeeOther(address(lookPath, place)), nil
	case "":
		return desk.SeeOther(at(place, "q", in.Get("q"), "done", "saved")), nil
	}
	return desk.SeeOther(at(place, "q", in.Get("q")) + "#" + then), nil
}

// publish puts the draft that was just saved before readers.
func (p *Part) publish(r *web.Request, f form, d front.Draft) (web.Response, error) {
	in := front.PublishInput{Place: f.place, Revision: d.Revision, Name: f.values.Get("name")}
	err := error(nil)
	if f.values.Get("when") == "later" {
		if in.At, err = localTime(f.values.Get("at"), f.zone); err == nil && in.At.IsZero() {
			err = fault.New(fault.Invalid, "say when the front begins")
		}
	}
	if err == nil {
		in.Until, err = localTime(f.values.Get("until"), f.zone)
	}
	if err == nil {
		_, err = p.Fronts.Publish(r.HTTP.Context(), desk.Actor(r), in)
	}
	if err != nil {
		return p.again(r, f, d.Revision, d.Plan, err)
	}
	done := "published"
	if !in.At.IsZero() {
		done = "scheduled"
	}
	return desk.SeeOther(at(f.place, "done", done)), nil
}

// again shows the board as it was sent, with what is wrong. After a conflict it
// shows both drafts; what was sent then goes on from the other one.
func (p *Part) again(r *web.Request, f form, revision int64, sent front.Plan, err error) (web.Response, error) {
	b, e := p.Fronts.Board(r.HTTP.Context(), desk.Actor(r), f.place)
	if e != nil {
		return web.Response{}, e
	}
	if len(sent.Blocks) == 0 {
		sent = b.Draft.Plan
	}
	page, e := p.page(r, b, sent, f.values.Get("q"))
	if e != nil {
		return web.Response{}, e
	}
	data := page.Data.(*boardData)
	data.Name, data.When, data.At, data.Until = f.values.Get("name"), f.values.Get("when"), f.values.Get("at"), f.values.Get("until")
	if data.Revision = revision; fault.Is(err, fault.Conflict) {
		data.Revision = b.Draft.Revision
		if data.Conflict, e = p.conflict(r, b, sent); e != nil {
			return web.Response{}, e
		}
	}
	return p.Again(r, "board", page, err)
}

// placeAndEdition reads which front a page is asked to show: an edition, else
// the draft.
func (p *Part) placeAndEdition(r *web.Request) (place int64, plan front.Plan, e *front.Edition, err error) {
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	edition, err := desk.Number(r.Query.Get("edition"))
	if err != nil {
		return 0, plan, nil, err
	}
	if edition != 0 {
		found, err := p.Fronts.Edition(ctx, actor, edition)
		return found.Place, found.Plan, &found, err
	}
	if place, err = desk.Number(r.Query.Get("section")); err != nil {
		return 0, plan, nil, err
	}
	b, err := p.Fronts.Board(ctx, actor, place)
	return place, b.Draft.Plan, nil, err
}

// preview is the front as readers would see it now, for a frame of the desk.
func (p *Part) preview(r *web.Request) (web.Response, error) {
	place, plan, _, err := p.placeAndEdition(r)
	if err != nil {
		return web.Response{}, err
	}
	a, err := p.Site.PreviewFront(r.HTTP.Context(), place, plan)
	if err != nil {
		return web.Response{}, err
	}
	return web.Response{Status: a.Status, ContentType: a.ContentType, Body: a.Body, Private: true, NoIndex: true,
		Policy: &web.Policy{Styles: []string{p.Views.Stylesheet()}, Framed: true}}, nil
}

// lookData is what the page with the preview's frames shows.
type lookData struct {
	Place   placeOption
	Edition *front.Edition
	Frame   string
	Board   string
}

func (p *Part) look(r *web.Request) (web.Response, error) {
	place, _, e, err := p.placeAndEdition(r)
	if err != nil {
		return web.Response{}, err
	}
	places, err := p.places(r, place)
	if err != nil {
		return web.Response{}, err
	}
	data := lookData{Place: chosen(places), Edition: e, Board: at(place), Frame: address(previewPath, place, "edition", r.Query.Get("edition"))}
	words := p.Printer(r)
	return p.Page(r, http.StatusOK, "look", desk.Page{Title: words.T("fronts.look_title"), Wide: true, Data: data})
}

func (p *Part) cancel(r *web.Request) (web.Response, error) {
	edition, err := desk.Number(r.HTTP.PostForm.Get("edition"))
	if err != nil {
		return web.Response{}, err
	}
	e, err := p.Fronts.Cancel(r.HTTP.Context(), desk.Actor(r), edition)
	if err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(at(e.Place, "done", "cancelled")), nil
}

func (p *Part) restore(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	edition, err := desk.Number(in.Get("edition"))
	if err != nil {
		return web.Response{}, err
	}
	revision, err := desk.Number(in.Get("revision"))
	if err != nil {
		return web.Response{}, err
	}
	e, err := p.Fronts.Restore(r.HTTP.Context(), desk.Actor(r), edition, revision)
	if err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(at(e.Place, "done", "restored")), nil
}

func (p *Part) discard(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	place, err := desk.Number(in.Get("section"))
	if err != nil {
		return web.Response{}, err
	}
	revision, err := desk.Number(in.Get("revision"))
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Fronts.Discard(r.HTTP.Context(), desk.Actor(r), place, revision); err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(at(place, "done", "discarded")), nil
}

func (p *Part) zone(r *web.Request) (*time.Location, error) {
	conf, err := p.desk.Settings.Site(r.HTTP.Context())
	return conf.Location(), err
}

// localForm is how a browser writes a time without a zone.
const localForm = "2006-01-02T15:04"

// localTime reads a time of the site's zone; "" is none. A time that the zone
// skips, when clocks go forward, is refused; of one that comes twice the first
// is meant.
func localTime(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(localForm, text, zone)
	if err != nil {
		return t, fault.New(fault.Invalid, "%q is not a date with a time of day", text).WithHint("write it like 2026-03-29T18:30")
	}
	if t.Format(localForm) != text {
		return t, fault.New(fault.Invalid, "%s does not exist: clocks go forward then", text).WithHint("the zone is %s; choose an hour before or after", zone)
	}
	for _, step := range []time.Duration{time.Hour, 30 * time.Minute} {
		if earlier := t.Add(-step); earlier.Format(localForm) == text {
			t = earlier
		}
	}
	return t.UTC(), nil
}
