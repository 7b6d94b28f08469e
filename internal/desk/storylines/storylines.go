// Package storylines is the part of the desk for continuing stories. Every rule
// stands in package storyline.
package storylines

import (
	"context"
	"embed"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/register"
	"dateline/internal/storyline"
	"dateline/internal/web"
)

//go:embed all:templates words.json storylines.css
var files embed.FS

const base = "/desk/storylines"

// listed is how many rows a page of the list shows.
const listed = 50

// Part is the storylines' part of the desk.
type Part struct {
	*desk.Area
	lines *storyline.Service
}

// New reads the part's templates and takes its place in the menu.
func New(d *desk.Desk, s *storyline.Service) (*Part, error) {
	area, err := d.NewArea("storylines", files, desk.MenuItem{Word: "storylines.menu", Path: base, Role: account.Editor, Order: 64})
	return &Part{area, s}, err
}

// Routes returns the part's routes.
func (p *Part) Routes() []web.Route {
	return []web.Route{
		desk.Get("storylines", base, desk.Editor, p.list, "q", "ended", "after"),
		desk.Post("make storyline", base, desk.Editor, web.RateDesk, p.add),
		desk.Get("storyline", base+"/{id}", desk.Editor, p.one, "merge", "revision"),
		desk.Post("save storyline", base+"/{id}", desk.Editor, web.RateDesk, p.save),
		desk.Post("restore storyline", base+"/{id}/restore", desk.Editor, web.RateDesk, p.restore),
		desk.Post("merge storyline", base+"/{id}/merge", desk.Editor, web.RateDesk, p.merge),
		desk.Post("delete storyline", base+"/{id}/delete", desk.Editor, web.RateDesk, p.remove),
	}
}

func (p *Part) say(r *web.Request, key string, args ...any) string {
	return p.Printer(r).T("storylines."+key, args...)
}

func under(id int64) string { return base + "/" + strconv.FormatInt(id, 10) }

type listData struct {
	Rows     []storyline.Row
	Query    string
	Ended    bool
	Next     string
	Headline string // of a new one that could not be made
	Loose    []article.NamedStoryline
}

func (p *Part) listPage(r *web.Request, headline string) (desk.Page, error) {
	after, err := desk.Number(r.Query.Get("after"))
	if err != nil {
		return desk.Page{}, err
	}
	ctx := r.HTTP.Context()
	d := listData{Query: r.Query.Get("q"), Ended: r.Query.Get("ended") == "1", Headline: headline}
	rows, next, err := p.lines.List(ctx, storyline.Query{Text: d.Query, Closed: d.Ended, After: after, Limit: listed})
	if err != nil {
		return desk.Page{}, err
	}
	if d.Rows = rows; next != 0 {
		d.Next = base + "?" + url.Values{"ended": {r.Query.Get("ended")}, "after": {strconv.FormatInt(next, 10)}}.Encode()
	}
	if d.Query == "" && !d.Ended && after == 0 {
		if d.Loose, err = p.lines.Unrecorded(ctx, desk.Actor(r)); err != nil {
			return desk.Page{}, err
		}
	}
	return desk.Page{Title: p.say(r, "title"), Lead: p.say(r, "lead"), Data: d}, nil
}

func (p *Part) list(r *web.Request) (web.Response, error) {
	page, err := p.listPage(r, "")
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "list", page)
}

func (p *Part) add(r *web.Request) (web.Response, error) {
	headline := r.HTTP.PostForm.Get("headline")
	line, err := p.lines.Add(r.HTTP.Context(), desk.Actor(r), storyline.Input{Storyline: storyline.Storyline{Headline: headline}})
	if err != nil {
		page, e := p.listPage(r, headline)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "list", page, err)
	}
	return desk.SeeOther(under(line.ID) + "?done=added"), nil
}

// box is an entry of the register that can be ticked.
type box struct {
	register.Entry
	On bool
}

type oneData struct {
	Row       storyline.Row
	In        storyline.Input
	Questions string
	Coming    []storyline.Coming // with empty rows
	Boxes     []box
	Names     string
	Stories   []article.Article
	Past      bool   // something scheduled is over
	Find      string // whom to merge it into
	Found     []storyline.Row
	History   []revisionRow
	Shown     *shownRevision // that the address asks for, nil for none
}

const (
	storiesListed = 10
	offered       = 12 // entries of the register beside the chosen ones
	spare         = 2  // empty rows for what is scheduled
)

func (p *Part) onePage(r *web.Request, in *storyline.Input, names string) (desk.Page, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return desk.Page{}, err
	}
	ctx := r.HTTP.Context()
	d := oneData{Find: r.Query.Get("merge"), Names: names}
	if d.Row, err = p.lines.Row(ctx, id); err != nil {
		return desk.Page{}, err
	}
	if d.In = (storyline.Input{Storyline: d.Row.Storyline, Word: d.Row.Slug}); in != nil {
		d.In = *in
	}
	d.In.Coming = slices.Clone(d.In.Coming)
	for i := range d.In.Coming {
		d.In.Coming[i].When = strings.Replace(d.In.Coming[i].When, "T", " ", 1)
	}
	d.Questions = strings.Join(d.In.Questions, "\n")
	d.Coming = append(slices.Clip(d.In.Coming), make([]storyline.Coming, spare)...)
	if d.Past, err = p.lines.Past(ctx, &d.Row.Storyline); err != nil {
		return desk.Page{}, err
	}
	if d.Boxes, err = p.boxes(ctx, id, d.In.Subjects); err != nil {
		return desk.Page{}, err
	}
	if d.Stories, err = p.lines.Stories(ctx, id, storiesListed); err != nil {
		return desk.Page{}, err
	}
	if err := p.history(r, &d); err != nil {
		return desk.Page{}, err
	}
	if d.Find != "" {
		found, _, err := p.lines.List(ctx, storyline.Query{Text: d.Find, Limit: listed})
		if err != nil {
			return desk.Page{}, err
		}
		d.Found = slices.DeleteFunc(found, func(other storyline.Row) bool { return other.ID == id })
	}
	return desk.Page{Title: d.Row.Headline, Data: d}, nil
}

// boxes are the chosen entries of the register, and others that the storyline's
// articles name often.
func (p *Part) boxes(ctx context.Context, id int64, chosen []int64) ([]box, error) {
	entries, err := storyline.Entries(ctx, p.lines.DB, chosen)
	if err != nil {
		return nil, err
	}
	var out []box
	for _, e := range entries {
		out = append(out, box{e, true})
	}
	often, err := p.lines.NamedOften(ctx, id, offered)
	for _, e := range often {
		if !slices.ContainsFunc(out, func(b box) bool { return b.ID == e.ID }) {
			out = append(out, box{e, false})
		}
	}
	return out, err
}

func (p *Part) one(r *web.Request) (web.Response, error) {
	page, err := p.onePage(r, nil, "")
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "one", page)
}

func (p *Part) again(r *web.Request, in *storyline.Input, err error) (web.Response, error) {
	page, e := p.onePage(r, in, r.HTTP.PostForm.Get("names"))
	if e != nil {
		return web.Response{}, e
	}
	return p.Again(r, "one", page, err)
}

// read reads the form.
func read(id int64, form url.Values) (storyline.Input, error) {
	in := storyline.Input{Word: form.Get("word"), Storyline: storyline.Storyline{ID: id, Headline: form.Get("headline"), Summary: form.Get("summary"),
		Questions: strings.Split(form.Get("questions"), "\n"), Closed: form.Has("closed")}}
	for i := 0; i < storyline.MostComing+spare && form.Has("what_"+strconv.Itoa(i)); i++ {
		n := strconv.Itoa(i)
		one := storyline.Coming{When: form.Get("when_" + n), What: form.Get("what_" + n), Where: form.Get("where_" + n)}
		if one != (storyline.Coming{}) {
			in.Coming = append(in.Coming, one)
		}
	}
	for _, text := range form["subject"] {
		subject, err := desk.Number(text)
		if err != nil {
			return in, err
		}
		in.Subjects = append(in.Subjects, subject)
	}
	var err error
	in.Revision, err = desk.Number(form.Get("revision"))
	return in, err
}

// entryAddress is the address of an entry's page at the desk, which tells those
// of one name apart.
var entryAddress = regexp.MustCompile(`/desk/register/([0-9]{1,19})(?:[?#].*)?$`)

// named finds the entries of the register that are meant by names, or by the
// addresses of their pages at the desk, one a line.
func (p *Part) named(ctx context.Context, names string) (ids []int64, err error) {
	for line := range strings.Lines(names) {
		name := strings.Join(strings.Fields(line), " ")
		if name == "" {
			continue
		}
		if m := entryAddress.FindStringSubmatch(name); m != nil {
			id, err := desk.Number(m[1])
			if err != nil {
				return nil, err
			}
			if _, err := register.ByID(ctx, p.lines.DB, id); fault.Is(err, fault.NotFound) {
				return nil, fault.New(fault.Invalid, "%q is not in the register", name).WithHint("write the name as the register has it, or add it there first")
			} else if err != nil {
				return nil, err
			}
			ids = append(ids, id)
			continue
		}
		found, err := p.lines.Register.Find(ctx, name, 20, nil)
		if err != nil {
			return nil, err
		}
		same := slices.DeleteFunc(slices.Clone(found), func(e register.Entry) bool {
			return !slices.ContainsFunc(e.Names(), func(n string) bool { return strings.EqualFold(n, name) })
		})
		if len(same) == 0 && len(found) == 1 {
			same = found
		}
		switch len(same) {
		case 0:
			return nil, fault.New(fault.Invalid, "%q is not in the register", name).WithHint("write the name as the register has it, or add it there first")
		case 1:
			ids = append(ids, same[0].ID)
		default:
			return nil, fault.New(fault.Invalid, "several entries of the register are called %q", name).WithHint("paste the address of its page at the desk (/desk/register/…) in place of the name, or merge them in the register")
		}
	}
	return ids, nil
}

func (p *Part) save(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	ctx, form := r.HTTP.Context(), r.HTTP.PostForm
	in, err := read(id, form)
	if err != nil {
		return web.Response{}, err
	}
	more, err := p.named(ctx, form.Get("names"))
	if err == nil {
		full := in
		full.Subjects = append(slices.Clip(in.Subjects), more...)
		_, err = p.lines.Save(ctx, desk.Actor(r), full)
	}
	if err != nil {
		return p.again(r, &in, err)
	}
	return desk.SeeOther(under(id) + "?done=saved"), nil
}

func (p *Part) merge(r *web.Request) (web.Response, error) {
	id, into, err := desk.Numbers(r, "into")
	if err == nil {
		err = p.lines.Merge(r.HTTP.Context(), desk.Actor(r), into, []int64{id})
	}
	if err != nil {
		return p.again(r, nil, err)
	}
	return desk.SeeOther(under(into) + "?done=merged"), nil
}

func (p *Part) remove(r *web.Request) (web.Response, error) {
	id, revision, err := desk.Numbers(r, "revision")
	if err == nil {
		err = p.lines.Delete(r.HTTP.Context(), desk.Actor(r), id, revision)
	}
	if err != nil {
		return p.again(r, nil, err)
	}
	return desk.SeeOther(base + "?done=deleted"), nil
}
