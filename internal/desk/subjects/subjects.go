// Package subjects is the part of the desk for the register of people,
// organisations, places and events. Every rule stands in package register.
package subjects

import (
	"cmp"
	"embed"
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/web"
	"dateline/ui/theme"
)

//go:embed all:templates words.json subjects.css
var files embed.FS

// The addresses of the part.
const (
	base     = "/desk/register"
	movePath = base + "/move"
)

// listed is how many rows a page of the list shows.
const listed = 50

// Part is the register's part of the desk.
type Part struct {
	*desk.Area
	register *register.Service
}

// New reads the part's templates and takes its place in the menu.
func New(d *desk.Desk, s *register.Service) (*Part, error) {
	area, err := d.NewArea("subjects", files, desk.MenuItem{Word: "subjects.menu", Path: base, Role: account.Editor, Order: 65})
	if err != nil {
		return nil, err
	}
	maps, err := theme.FS.ReadFile(theme.MapStyles)
	if err != nil {
		return nil, err
	}
	return &Part{area, s}, area.Borrow("map.css", maps)
}

// Routes returns the part's routes.
func (p *Part) Routes() []web.Route {
	return []web.Route{
		desk.Get("register", base, desk.Editor, p.list, "q", "kind", "fresh", "after"),
		desk.Post("add to register", base, desk.Editor, web.RateDesk, p.add),
		desk.Get("move register", movePath, desk.Editor, p.movePage),
		desk.Get("export register", base+"/export", desk.Editor, p.export, "format"),
		desk.PostRaw("import register", movePath, desk.Editor, web.RateDesk, register.MaxImport+1<<20, p.take),
		desk.Get("entry of register", base+"/{id}", desk.Editor, p.one, "merge"),
		desk.Post("save entry of register", base+"/{id}", desk.Editor, web.RateDesk, p.save),
		desk.Post("merge entry of register", base+"/{id}/merge", desk.Editor, web.RateDesk, p.merge),
		desk.Post("delete entry of register", base+"/{id}/delete", desk.Editor, web.RateDesk, p.remove),
	}
}

// head is a page whose pictures can be chosen in the library.
func (p *Part) head(title string, data any) desk.Page {
	return desk.Page{Title: title, Scripts: []string{"structure.js", "picker.js"}, Data: data}
}

func (p *Part) say(r *web.Request, key string, args ...any) string {
	return p.Printer(r).T("subjects."+key, args...)
}

// choice is one choice of a list.
type choice struct {
	Value, Word string
	On          bool
}

func kindChoices(chosen register.Kind) []choice {
	var out []choice
	for _, k := range register.Kinds() {
		out = append(out, choice{string(k), "subjects." + string(k), k == chosen})
	}
	return out
}

type listData struct {
	Rows    []register.Row
	Query   string
	Kind    string
	Fresh   bool
	Waiting int64
	Tabs    []choice // Value is an address
	Next    string
	Name    string // of a new entry that could not be added
	Kinds   []choice
	Another bool
}

// mostWaiting is up to what number those that wait are counted.
const mostWaiting = 1000

func (p *Part) listPage(r *web.Request, name string, kind register.Kind, another bool) (desk.Page, error) {
	after, err := desk.Number(r.Query.Get("after"))
	if err != nil {
		return desk.Page{}, err
	}
	ctx := r.HTTP.Context()
	d := listData{Query: r.Query.Get("q"), Kind: r.Query.Get("kind"), Fresh: r.Query.Get("fresh") == "1", Name: name, Kinds: kindChoices(kind), Another: another}
	rows, next, err := p.register.List(ctx, register.Query{Text: d.Query, Kind: register.Kind(d.Kind), Fresh: d.Fresh, After: after, Limit: listed})
	if err != nil {
		return desk.Page{}, err
	}
	if d.Rows = rows; next != 0 {
		d.Next = base + "?" + url.Values{"kind": {d.Kind}, "fresh": {r.Query.Get("fresh")}, "after": {strconv.FormatInt(next, 10)}}.Encode()
	}
	if d.Waiting, err = p.register.Waiting(ctx, mostWaiting); err != nil {
		return desk.Page{}, err
	}
	d.Tabs = append(d.Tabs, choice{base, "subjects.all", d.Kind == "" && !d.Fresh})
	for _, k := range register.Kinds() {
		d.Tabs = append(d.Tabs, choice{base + "?kind=" + string(k), "subjects.all_" + string(k), d.Kind == string(k) && !d.Fresh})
	}
	page := p.head(p.say(r, "title"), d)
	page.Lead = p.say(r, "lead")
	return page, nil
}

func (p *Part) list(r *web.Request) (web.Response, error) {
	page, err := p.listPage(r, "", register.Person, false)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "list", page)
}

func (p *Part) add(r *web.Request) (web.Response, error) {
	form := r.HTTP.PostForm
	in := register.Input{Entry: register.Entry{Name: form.Get("name"), Kind: register.Kind(form.Get("kind"))}, Another: form.Has("another")}
	e, err := p.register.Add(r.HTTP.Context(), desk.Actor(r), in)
	if err != nil {
		page, e := p.listPage(r, in.Name, in.Kind, fault.Is(err, fault.Conflict))
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "list", page, err)
	}
	return desk.SeeOther(under(e.ID) + "?done=added"), nil
}

func under(id int64) string { return base + "/" + strconv.FormatInt(id, 10) }

type oneData struct {
	Row         register.Row
	In          register.Input
	Aliases     string
	Position    string        // as it is typed
	Map         template.HTML // of the position that is kept; "" without one
	Cities      []city        // whose position may be taken
	Item        string        // address of its item of Wikidata
	Kinds       []choice
	Stories     []article.Article
	Unconfirmed []article.Article
	Alike       []register.Entry
	Find        string // whom to merge it into
	Found       []register.Row
	Lead        string
}

// storiesListed is how many stories the page of an entry lists.
const storiesListed = 10

func (p *Part) onePage(r *web.Request, in *register.Input, typed url.Values) (desk.Page, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return desk.Page{}, err
	}
	ctx := r.HTTP.Context()
	d := oneData{Find: r.Query.Get("merge"), Lead: typed.Get("lead")}
	if d.Row, err = p.register.Row(ctx, id); err != nil {
		return desk.Page{}, err
	}
	d.In = register.Input{Entry: d.Row.Entry, Word: d.Row.Slug}
	d.Position = d.Row.Position.String()
	if in != nil {
		d.In, d.Position = *in, typed.Get("position")
	}
	p.where(r, &d)
	d.Item = d.Row.WikidataURL()
	d.Aliases, d.Kinds = strings.Join(d.In.Aliases, "\n"), kindChoices(d.In.Kind)
	if d.Stories, err = p.register.Stories(ctx, id, storiesListed); err != nil {
		return desk.Page{}, err
	}
	if d.Unconfirmed, err = p.register.Unconfirmed(ctx, id, storiesListed); err != nil {
		return desk.Page{}, err
	}
	if d.Alike, err = p.register.Alike(ctx, &d.Row.Entry); err != nil {
		return desk.Page{}, err
	}
	if d.Find != "" {
		found, _, err := p.register.List(ctx, register.Query{Text: d.Find, Limit: listed})
		if err != nil {
			return desk.Page{}, err
		}
		for _, other := range found {
			if other.ID != id {
				d.Found = append(d.Found, other)
			}
		}
	}
	return p.head(d.Row.Name, d), nil
}

func (p *Part) one(r *web.Request) (web.Response, error) {
	page, err := p.onePage(r, nil, nil)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "one", page)
}

func (p *Part) again(r *web.Request, in *register.Input, err error) (web.Response, error) {
	page, e := p.onePage(r, in, r.HTTP.PostForm)
	if e != nil {
		return web.Response{}, e
	}
	return p.Again(r, "one", page, err)
}

func (p *Part) save(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	form := r.HTTP.PostForm
	in := register.Input{Word: form.Get("word"), Another: form.Has("another"), Entry: register.Entry{ID: id, Kind: register.Kind(form.Get("kind")), Name: form.Get("name"),
		Aliases: strings.Split(form.Get("aliases"), "\n"), Description: form.Get("description"), Wikidata: form.Get("wikidata"), Website: form.Get("website"),
		Begins: form.Get("begins"), Ends: form.Get("ends"), Open: form.Has("open"), ByName: form.Has("by_name")}}
	if in.Revision, err = desk.Number(form.Get("revision")); err != nil {
		return web.Response{}, err
	}
	if in.Picture, err = desk.Number(strings.TrimSpace(form.Get("picture"))); err == nil {
		in.Position, err = register.ReadPosition(cmp.Or(form.Get("take"), form.Get("position")))
	}
	if err == nil {
		_, err = p.register.Save(r.HTTP.Context(), desk.Actor(r), in)
	}
	if err != nil {
		return p.again(r, &in, err)
	}
	return desk.SeeOther(under(id) + "?done=saved"), nil
}

func (p *Part) merge(r *web.Request) (web.Response, error) {
	id, into, err := desk.Numbers(r, "into")
	if err == nil {
		err = p.register.Merge(r.HTTP.Context(), desk.Actor(r), into, []int64{id})
	}
	if err != nil {
		return p.again(r, nil, err)
	}
	return desk.SeeOther(under(into) + "?done=merged"), nil
}

func (p *Part) remove(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	if err := p.register.Delete(r.HTTP.Context(), desk.Actor(r), id, r.HTTP.PostForm.Get("lead")); err != nil {
		return p.again(r, nil, err)
	}
	return desk.SeeOther(base + "?done=deleted"), nil
}
