// Package structure is the part of the desk that arranges the site: sections,
// tags, authors, menus, redirects and standing pages. Every rule stands in
// package outline.
package structure

import (
	"embed"
	"strconv"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/outline"
	"dateline/internal/settings"
	"dateline/internal/web"
)

//go:embed all:templates words.json part.css
var files embed.FS

// Part is the structure part of the desk.
type Part struct {
	*desk.Area
	Parts
}

// Parts are what the pages ask.
type Parts struct {
	DB         *db.DB
	Outline    *outline.Service
	Settings   *settings.Store
	Looks      Looks
	ChangeSite ChangeSite
}

// base is where the part's addresses begin.
const base = "/desk/structure"

// New reads the part's templates and takes its place in the menu.
func New(d *desk.Desk, p Parts) (*Part, error) {
	area, err := d.NewArea("structure", files, desk.MenuItem{Word: "structure.menu", Path: base, Role: account.Editor, Order: 70})
	return &Part{area, p}, err
}

// Routes returns the part's routes.
func (p *Part) Routes() []web.Route {
	routes := []web.Route{
		desk.Get("structure", base, desk.Editor, func(*web.Request) (web.Response, error) { return desk.SeeOther(base + "/sections"), nil }),
	}
	for _, more := range [][]web.Route{p.sectionRoutes(), p.tagRoutes(), p.authorRoutes(), p.pageRoutes(), p.redirectRoutes(), p.menuRoutes(), p.siteRoutes(),
		p.appearanceRoutes()} {
		routes = append(routes, more...)
	}
	return routes
}

// view is what every page of the part has besides its own data.
type view struct {
	Tab   string // of the sub-navigation
	Tabs  []tab
	Steps []step
	D     any
}

// tab is an entry of the sub-navigation, named as its address is.
type tab struct {
	Name, Word string
	Admin      bool // for administrators only
}

var tabs = []tab{{"sections", "structure.sections", false}, {"tags", "structure.tags", false}, {"authors", "structure.authors", false},
	{"pages", "structure.pages", false}, {"redirects", "structure.redirects", false}, {"menus", "structure.menus", true},
	{"site", "structure.site", true}, {"appearance", "structure.appearance", true}}

// step is a button that moves a thing by one place.
type step struct {
	Step       outline.Step
	Word, Sign string
	Mirror     bool // its sign points the other way in a language written from right to left
}

var steps = []step{{outline.Up, "structure.up", "↑", false}, {outline.Down, "structure.down", "↓", false},
	{outline.Out, "structure.out", "←", true}, {outline.In, "structure.in", "→", true}}

func (p *Part) head(r *web.Request, current, title string, data any) desk.Page {
	return desk.Page{Title: title, Scripts: []string{"structure.js"}, Data: view{current, tabs, steps, data}}
}

// picking is head for a page on which pictures are chosen.
func (p *Part) picking(r *web.Request, current, title string, data any) desk.Page {
	page := p.head(r, current, title, data)
	page.Scripts = append(page.Scripts, "picker.js") // whose style the dialog has
	return page
}

// say is a text in the visitor's language.
func (p *Part) say(r *web.Request, key string, args ...any) string {
	return p.Printer(r).T("structure."+key, args...)
}

// done leads on to a page with a notice.
func done(path, notice string) (web.Response, error) {
	return desk.SeeOther(path + "?done=" + notice), nil
}

// varID reads the id in an address.
func varID(r *web.Request) (int64, error) { return desk.Number(r.Vars["id"]) }

func numbered(path string, id int64) string { return path + "/" + strconv.FormatInt(id, 10) }
