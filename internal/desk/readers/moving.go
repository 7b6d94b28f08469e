package readers

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
	"dateline/internal/subscriber/transfer"
	"dateline/internal/web"
)

const importPath = base + "/import"

func (p *Part) importsPage(r *web.Request) (desk.Page, error) {
	list, err := p.Moving.List(r.HTTP.Context(), desk.Actor(r))
	if err != nil {
		return desk.Page{}, err
	}
	page := p.head("import", p.say(r, "import_title"), list)
	page.Lead = p.say(r, "import_lead")
	return page, nil
}

func (p *Part) imports(r *web.Request) (web.Response, error) {
	page, err := p.importsPage(r)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "imports", page)
}

// upload keeps the file of a form.
func (p *Part) upload(r *web.Request) (web.Response, error) {
	id, err := p.receive(r)
	if err == nil {
		return desk.SeeOther(numbered(importPath, id)), nil
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = fault.New(fault.TooLarge, "the file is larger than %d MB", transfer.MostUpload>>20).WithHint("use dateline newsletter import on the server")
	}
	page, e := p.importsPage(r)
	if e != nil {
		return web.Response{}, e
	}
	return p.Again(r, "imports", page, err)
}

func (p *Part) receive(r *web.Request) (int64, error) {
	part, err := desk.FormFile(r)
	if err != nil {
		return 0, err
	}
	if part == nil || part.FileName() == "" {
		return 0, fault.New(fault.Invalid, "choose a file").WithHint("the CSV file or ZIP archive that the other system exported")
	}
	return p.Moving.Add(r.HTTP.Context(), desk.Actor(r), part.FileName(), part)
}

// counted is a reason and how many rows have it.
type counted struct {
	Text string
	N    int64
}

// label is a list or tag of the file, and the newsletter that was chosen for it.
type label struct {
	Name string
	N    int64
	Into int64
}

type importData struct {
	Up                     transfer.Upload
	Plans                  []transfer.Plan
	Columns                []transfer.Column // of the first file that is used
	Meanings               []transfer.Meaning
	Sources                []transfer.Source
	Newsletters            []subscriber.Newsletter
	Labels                 []label
	Report                 *transfer.Report
	Kept, Failed, Warnings []counted
	Percent                int64
}

// mostLabels is how many lists and tags the form offers.
const mostLabels = 60

func (p *Part) importData(r *web.Request) (data importData, err error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return data, err
	}
	if data.Up, err = p.Moving.Get(r.HTTP.Context(), desk.Actor(r), id); err != nil {
		return data, err
	}
	if data.Newsletters, err = p.Readers.AllNewsletters(r.HTTP.Context()); err != nil {
		return data, err
	}
	data.Meanings, data.Sources = transfer.Meanings(), transfer.Sources()
	data.Report = data.Up.Dry
	if data.Up.Report != nil && data.Up.State != transfer.Checking {
		data.Report = data.Up.Report
	}
	if rep := data.Report; rep != nil {
		data.Kept, data.Failed, data.Warnings = p.reasons(r, rep.Kept), p.reasons(r, rep.Failures), p.reasons(r, rep.Warnings)
		if rep.Size > 0 {
			data.Percent = rep.Read * 100 / rep.Size
		}
		for _, name := range slices.Sorted(maps.Keys(rep.Labels)) {
			if len(data.Labels) < mostLabels {
				data.Labels = append(data.Labels, label{name, int64(rep.Labels[name]), data.Up.Options.Labels[name]})
			}
		}
	}
	return data, nil
}

// reasons name what a report counts in the visitor's language.
func (p *Part) reasons(r *web.Request, counts map[string]int) (out []counted) {
	printer := p.Printer(r)
	for _, why := range slices.Sorted(maps.Keys(counts)) {
		text := why
		if key := reasonKey(why); printer.Has(key) {
			text = printer.T(key)
		}
		out = append(out, counted{text, int64(counts[why])})
	}
	return out
}

func reasonKey(why string) string {
	return "readers.why_" + strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' {
			return c
		}
		return '_'
	}, strings.ToLower(why))
}

// importView is the page of an import, whatever its state.
func (p *Part) importView(r *web.Request) (desk.Page, importData, error) {
	data, err := p.importData(r)
	if err != nil {
		return desk.Page{}, data, err
	}
	var looked error
	if s := data.Up.State; s == transfer.Fresh || s == transfer.Checked || s == transfer.Failed {
		data.Plans, looked = p.Moving.Plans(r.HTTP.Context(), data.Up)
		for _, plan := range data.Plans {
			if plan.Skipped == "" || len(data.Plans) == 1 {
				data.Columns = plan.Columns
				break
			}
		}
	}
	page := p.head("import", data.Up.Name, data)
	page.Wide = true
	if looked != nil {
		page.Error, page.Hint = looked.Error(), fault.HintOf(looked)
	}
	return page, data, nil
}

func (p *Part) importPage(r *web.Request) (web.Response, error) {
	page, data, err := p.importView(r)
	if err != nil {
		return web.Response{}, err
	}
	resp, err := p.Page(r, 200, "import", page)
	if s := data.Up.State; s == transfer.Checking || s == transfer.Importing || s == transfer.Arriving {
		resp.Header = http.Header{"Refresh": {"4"}}
	}
	return resp, err
}

// options reads what was chosen for the columns and lists.
func (p *Part) options(r *web.Request, data importData) (opt transfer.Options, err error) {
	form := r.HTTP.PostForm
	if opt.Into, err = desk.Number(form.Get("into")); err != nil {
		return opt, err
	}
	opt.Ask = form.Get("ask") != ""
	if from := form.Get("from"); from != "" {
		if opt.From, err = transfer.SourceNamed(from); err != nil {
			return opt, err
		}
	}
	opt.Map = chosenColumns(form["column"], data.Columns)
	for i, name := range form["label"] {
		n, err := desk.Number(form.Get("label-" + strconv.Itoa(i)))
		if err != nil {
			return opt, err
		}
		if n != 0 {
			if opt.Labels == nil {
				opt.Labels = map[string]int64{}
			}
			opt.Labels[name] = n
		}
	}
	if opt.Into == 0 && opt.Labels == nil && len(data.Newsletters) > 0 {
		opt.Into = data.Newsletters[0].ID
	}
	return opt, nil
}

// chosenColumns is what a person chose for the columns; nil when it is as it was
// shown.
func chosenColumns(chosen []string, shown []transfer.Column) map[transfer.Meaning]string {
	if len(chosen) != len(shown) {
		return nil
	}
	changed := false
	out := map[transfer.Meaning]string{}
	for i, m := range chosen {
		changed = changed || transfer.Meaning(m) != shown[i].Meaning
		if m != "" {
			out[transfer.Meaning(m)] = shown[i].Name
		}
	}
	if !changed {
		return nil
	}
	for _, c := range shown {
		if _, taken := out[c.Meaning]; c.Meaning != transfer.Unused && !taken {
			out[c.Meaning] = "-"
		}
	}
	return out
}

func (p *Part) try(r *web.Request) (web.Response, error) {
	page, data, err := p.importView(r)
	if err != nil {
		return web.Response{}, err
	}
	opt, err := p.options(r, data)
	if opt.Map == nil {
		opt.Map = data.Up.Options.Map
	}
	if err == nil {
		err = p.Moving.Choose(r.HTTP.Context(), desk.Actor(r), data.Up.ID, opt)
	}
	if err != nil {
		return p.Again(r, "import", page, err)
	}
	return desk.SeeOther(numbered(importPath, data.Up.ID)), nil
}

func (p *Part) start(r *web.Request) (web.Response, error) {
	page, data, err := p.importView(r)
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Moving.Start(r.HTTP.Context(), desk.Actor(r), data.Up.ID); err != nil {
		return p.Again(r, "import", page, err)
	}
	return desk.SeeOther(numbered(importPath, data.Up.ID)), nil
}

func (p *Part) discard(r *web.Request) (web.Response, error) {
	page, data, err := p.importView(r)
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Moving.Discard(r.HTTP.Context(), desk.Actor(r), data.Up.ID); err != nil {
		return p.Again(r, "import", page, err)
	}
	return desk.SeeOther(importPath + "?done=discarded"), nil
}

func (p *Part) exportPage(r *web.Request) (web.Response, error) {
	page := p.head("export", p.say(r, "export_title"), transfer.Formats())
	page.Lead = p.say(r, "export_lead")
	return p.Page(r, 200, "export", page)
}

func (p *Part) export(r *web.Request) (web.Response, error) {
	f, err := transfer.FormatNamed(r.HTTP.PostForm.Get("format"))
	if err != nil {
		return web.Response{}, err
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	return web.Response{Status: 200, ContentType: f.Type, Private: true, NoIndex: true,
		Header: http.Header{"Content-Disposition": {`attachment; filename="` + f.File + `"`}},
		Stream: func(w io.Writer) error {
			_, err := transfer.Export(ctx, p.Readers, actor, w, f)
			return err
		}}, nil
}
