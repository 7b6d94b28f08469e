package write

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/article/compare"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// versionRow is one revision in the list.
type versionRow struct {
	article.Version
	Live    bool // readers see it now
	Public  bool // readers saw it
	Working bool
	A, B    bool // chosen for comparing
}

// fieldRow is a field that differs, printed.
type fieldRow struct {
	Name          string
	Before, After string
	Segments      []compare.Segment
}

// run is a stretch of a comparison with the number of its blocks.
type run struct {
	compare.Run
	N int64
}

// versionsData is what the page of revisions shows.
type versionsData struct {
	At       string
	A        article.Article
	MayEdit  bool
	Pending  bool // the newest text is no version yet
	Rows     []versionRow
	From, To int64 // numbers that are compared, 0 for what is being written
	Compared bool
	Same     bool
	Side     bool
	Fields   []fieldRow
	Runs     []run
	Added    int
	Removed  int
	ToLabel  string
	AtTime   string
	Seen     int64 // number of the version that readers saw then, 0 for none
	Asked    bool
}

// now stands for the text that is being written among the numbers of versions.
const now = "now"

func (p *Part) versions(r *web.Request) (web.Response, error) {
	page, err := p.versionsPage(r)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "versions", page)
}

func (p *Part) versionsPage(r *web.Request) (desk.Page, error) {
	w, err := p.work(r)
	if err != nil {
		return desk.Page{}, err
	}
	ctx, actor, words := r.HTTP.Context(), desk.Actor(r), p.Printer(r)
	all, err := p.Articles.Versions(ctx, actor, w.Article.ID)
	if err != nil {
		return desk.Page{}, err
	}
	d := versionsData{At: path(w.Article.ID), A: w.Article, MayEdit: article.MayEdit(actor, &w.Article), Pending: w.Pending, Side: r.Query.Get("view") == "side"}
	for _, v := range all {
		row := versionRow{Version: v, Live: v.ID == w.Article.LiveVersion, Working: v.ID == w.Article.WorkingVersion}
		row.Public = !v.Published.IsZero() || row.Live
		d.Rows = append(d.Rows, row)
	}
	if err := p.compared(r, w, &d); err != nil {
		return desk.Page{}, err
	}
	if err := p.seenAt(r, &d); err != nil {
		return desk.Page{}, err
	}
	title := w.Article.Headline
	if title == "" {
		title = words.T("write.untitled")
	}
	return desk.Page{Title: words.T("write.versions_of", title), Wide: true, Data: d}, nil
}

// compared fills in the comparison that the address asks for; without one, that
// of the two newest texts.
func (p *Part) compared(r *web.Request, w article.Work, d *versionsData) error {
	from, to := r.Query.Get("a"), r.Query.Get("b")
	if from == "" && to == "" {
		if from, to = d.newest(); from == "" {
			return nil
		}
	}
	before, fromNumber, err := p.contentOf(r, w, from, d.shown())
	if err != nil {
		return err
	}
	after, toNumber, err := p.contentOf(r, w, to, d.shown())
	if err != nil {
		return err
	}
	if fromNumber == 0 || toNumber != 0 && toNumber < fromNumber { // the older one stands first
		before, after, fromNumber, toNumber = after, before, toNumber, fromNumber
	}
	d.From, d.To, d.Compared = fromNumber, toNumber, true
	for i := range d.Rows {
		d.Rows[i].A, d.Rows[i].B = d.Rows[i].Number == fromNumber, d.Rows[i].Number == toNumber
	}
	diff := article.Diff(before, after)
	t := teller{p, p.Printer(r), r.HTTP.Context(), desk.Actor(r)}
	for i := range diff.Fields {
		d.Fields = append(d.Fields, t.fieldRow(&diff.Fields[i]))
	}
	d.Same = diff.Same()
	d.Added, d.Removed = diff.Words()
	if fromNumber == toNumber { // it is read, not compared
		d.Runs = []run{{Run: compare.Run{Blocks: diff.Body}}}
		return nil
	}
	for _, r := range compare.Folded(diff.Body, 1) {
		d.Runs = append(d.Runs, run{r, int64(len(r.Blocks))})
	}
	return nil
}

// shown is the version that writers see when nothing is being written.
func (d *versionsData) shown() int64 {
	for _, row := range d.Rows {
		if row.Working || row.Live && d.A.WorkingVersion == 0 {
			return row.Number
		}
	}
	return 0
}

// newest names the two texts that are compared unless others are asked for: the
// newest with the one before it, or, of what readers see, with what they saw
// before.
func (d *versionsData) newest() (from, to string) {
	number := func(i int) string { return strconv.FormatInt(d.Rows[i].Number, 10) }
	switch {
	case d.Pending && len(d.Rows) > 0:
		return number(0), now
	case len(d.Rows) < 2:
		return "", ""
	case d.Rows[0].Live:
		for i := range d.Rows[1:] {
			if d.Rows[i+1].Public {
				return number(i + 1), number(0)
			}
		}
	}
	return number(1), number(0)
}

func (t teller) fieldRow(f *compare.FieldChange) fieldRow {
	row := fieldRow{Name: t.field(f.Name), Before: f.Before, After: f.After, Segments: f.Segments}
	for _, item := range f.Items {
		name := t.p.itemName(t.ctx, f.Name, item.Value)
		if item.Op != compare.Added {
			row.Before = listed(row.Before, name)
		}
		if item.Op != compare.Removed {
			row.After = listed(row.After, name)
		}
	}
	for _, a := range f.Attrs {
		name := t.printer.T("write.attr_" + a.Name)
		if a.Before != "" {
			row.Before = listed(row.Before, name+": "+a.Before)
		}
		if a.After != "" {
			row.After = listed(row.After, name+": "+a.After)
		}
	}
	return row
}

func listed(list, item string) string {
	if list == "" {
		return item
	}
	return list + ", " + item
}

// contentOf reads a text by the number of its version, or what is being written.
func (p *Part) contentOf(r *web.Request, w article.Work, name string, newest int64) (article.Content, int64, error) {
	if (name == now || name == "") && w.Pending {
		return w.Copy.Content, 0, nil
	}
	number, err := int64(0), error(nil)
	if name == now || name == "" {
		number = newest
	} else if number, err = desk.Number(name); err != nil {
		return article.Content{}, 0, err
	}
	v, err := p.Articles.Version(r.HTTP.Context(), desk.Actor(r), w.Article.ID, number)
	return v.Content, number, err
}

// seenAt finds the version that readers saw at the time that the address names.
func (p *Part) seenAt(r *web.Request, d *versionsData) error {
	d.AtTime = r.Query.Get("at")
	if d.AtTime == "" {
		return nil
	}
	site, err := p.site(r.HTTP.Context())
	if err != nil {
		return err
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", strings.TrimSuffix(d.AtTime, ":00"), site.Location())
	if err != nil {
		return fault.New(fault.Invalid, "%q is no time", d.AtTime).WithHint("write it as 2026-11-30T09:00")
	}
	d.Asked = true
	at = at.Add(time.Minute - time.Microsecond) // the minute belongs to it
	for _, row := range d.Rows {                // newest first
		if row.Public && !row.Published.IsZero() && !row.Published.After(at) {
			d.Seen = row.Number
			return nil
		}
	}
	return nil
}

// restore makes an earlier version the working copy.
func (p *Part) restore(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	number, err := desk.Number(r.Vars["number"])
	if err != nil {
		return web.Response{}, err
	}
	revision, err := revisionOf(r)
	if err == nil {
		_, err = p.Articles.Restore(r.HTTP.Context(), desk.Actor(r), id, revision, number)
	}
	if err != nil {
		page, e := p.versionsPage(r)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "versions", page, err)
	}
	return desk.SeeOther(path(id) + "?done=restored"), nil
}
