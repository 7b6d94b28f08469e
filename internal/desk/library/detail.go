package library

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/web"
)

// detailData is what the page of a medium shows.
type detailData struct {
	Item
	Medium   media.Medium
	Edit     form
	MayEdit  bool
	Uses     []usePlace
	Hidden   int64 // articles that the visitor may not see
	Profiles []string
	Logo     bool
	Front    bool
	Earlier  int64
	Aliases  int64
	Deleting bool // may be deleted: nothing shows it
	Preview  string
	Taken    string
	NamedAlt bool
	MaxFile  int64
	Theirs   []theirs // what somebody else has written meanwhile
}

// Shade is the path of an SVG that covers what the crop cuts off.
func (d detailData) Shade() string {
	c := d.Medium.Crop
	if c == (media.Crop{}) || d.Preview == d.URL {
		return ""
	}
	return fmt.Sprintf("M0 0H1000V1000H0ZM%d %dH%dV%dH%dZ", c.X, c.Y, c.X+c.W, c.Y+c.H, c.X)
}

// Weight is the size of the file in units that people use.
func (d detailData) Weight() string {
	switch n := float64(d.Bytes); {
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.0f kB", n/1e3)
	}
	return fmt.Sprintf("%d B", d.Bytes)
}

// Added is when the medium came into the library.
func (d detailData) Added() time.Time { return db.Time(d.Medium.CreatedAt) }

// theirs is a field as somebody else has left it.
type theirs struct{ Word, Text string }

// differing lists the fields that are now otherwise than a person typed them.
func differing(now, typed form) []theirs {
	var out []theirs
	for _, f := range []struct{ word, now, typed string }{
		{"media.alt", now.Alt, typed.Alt}, {"media.caption", now.Caption, typed.Caption}, {"media.credit", now.Credit, typed.Credit},
		{"media.name", now.Title, typed.Title}, {"media.description", now.Description, typed.Description}, {"media.holder", now.Holder, typed.Holder},
		{"media.licence", now.Licence, typed.Licence}, {"media.expire", now.Expire, typed.Expire}, {"media.note", now.Note, typed.Note},
		{"media.focus", now.FocalX + " %, " + now.FocalY + " %", typed.FocalX + " %, " + typed.FocalY + " %"},
		{"media.crop", strings.Join([]string{now.CropX, now.CropY, now.CropW, now.CropH}, ", "), strings.Join([]string{typed.CropX, typed.CropY, typed.CropW, typed.CropH}, ", ")},
	} {
		if strings.ReplaceAll(f.now, "\r\n", "\n") != strings.ReplaceAll(f.typed, "\r\n", "\n") {
			out = append(out, theirs{f.word, f.now})
		}
	}
	return out
}

// usePlace is an article that shows the medium, as far as the visitor may know.
type usePlace struct {
	Headline, URL string
	Live          bool
	Working       bool
	Status        string
}

// form is the fields of a medium as they are typed: shares in percent.
type form struct {
	Revision                                   string
	Title, Caption, Credit, Alt, Description   string
	Holder, Licence, Note, Expire              string
	FocalX, FocalY, CropX, CropY, CropW, CropH string
}

func percent(thousandths int) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(thousandths)/10, 'f', 1, 64), ".0")
}

func formOf(m media.Medium) form {
	crop := m.Crop
	if crop == (media.Crop{}) {
		crop = media.Crop{W: 1000, H: 1000}
	}
	return form{Revision: strconv.FormatInt(m.Revision, 10), Title: m.Title, Caption: m.Caption, Credit: m.Credit, Alt: m.Alt, Description: m.Description,
		Holder: m.Rights.Holder, Licence: m.Rights.Licence, Note: m.Rights.Note, Expire: m.Rights.Expire.String(),
		FocalX: percent(m.FocalX), FocalY: percent(m.FocalY), CropX: percent(crop.X), CropY: percent(crop.Y), CropW: percent(crop.W), CropH: percent(crop.H)}
}

// typed reads the form as it was sent. Fields that the form of a file without
// pixels lacks stay as they are.
func typed(in url.Values, was form) form {
	f := was
	for name, field := range map[string]*string{
		"revision": &f.Revision, "title": &f.Title, "caption": &f.Caption, "credit": &f.Credit, "alt": &f.Alt, "description": &f.Description,
		"holder": &f.Holder, "licence": &f.Licence, "note": &f.Note, "expire": &f.Expire,
		"focal_x": &f.FocalX, "focal_y": &f.FocalY, "crop_x": &f.CropX, "crop_y": &f.CropY, "crop_w": &f.CropW, "crop_h": &f.CropH,
	} {
		if in.Has(name) {
			*field = in.Get(name)
		}
	}
	return f
}

// edit reads what a form means.
func (f form) edit(id int64) (media.Edit, error) {
	e := media.Edit{ID: id, Title: f.Title, Caption: f.Caption, Credit: f.Credit, Alt: f.Alt, Description: f.Description,
		Rights: media.Rights{Holder: f.Holder, Licence: f.Licence, Note: f.Note}}
	var err error
	if e.Revision, err = desk.Number(f.Revision); err != nil {
		return e, err
	}
	if e.Rights.Expire, err = media.ParseDay(strings.TrimSpace(f.Expire)); err != nil {
		return e, err
	}
	for _, share := range []struct {
		text string
		to   *int
	}{{f.FocalX, &e.FocalX}, {f.FocalY, &e.FocalY}, {f.CropX, &e.Crop.X}, {f.CropY, &e.Crop.Y}, {f.CropW, &e.Crop.W}, {f.CropH, &e.Crop.H}} {
		if *share.to, err = thousandths(share.text); err != nil {
			return e, err
		}
	}
	e.Crop.W, e.Crop.H = min(e.Crop.W, 1000-e.Crop.X), min(e.Crop.H, 1000-e.Crop.Y)
	return e, nil
}

func thousandths(text string) (int, error) {
	share, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(text), ",", "."), 64)
	if err != nil || math.IsNaN(share) || share < 0 || share > 100 {
		return 0, fault.New(fault.Invalid, "%q is no share of the picture", text).WithHint("focal point and crop are numbers from 0 to 100, in percent")
	}
	return int(math.Round(share * 10)), nil
}

func (p *Part) detail(r *web.Request) (web.Response, error) {
	page, err := p.detailPage(r, nil)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "detail", page)
}

// detailPage makes the page of a medium; with what was typed, where there is
// something.
func (p *Part) detailPage(r *web.Request, kept *form) (desk.Page, error) {
	m, err := p.medium(r)
	if err != nil {
		return desk.Page{}, err
	}
	today, err := p.today(r)
	if err != nil {
		return desk.Page{}, err
	}
	uses, err := p.media.Uses(r.HTTP.Context(), p.desk.DB, m.ID)
	if err != nil {
		return desk.Page{}, err
	}
	actor := desk.Actor(r)
	d := detailData{Item: itemOf(m, today), Medium: m, Edit: formOf(m), MayEdit: media.MayEdit(actor, m), Profiles: uses.Profiles, Logo: uses.Logo, Front: len(uses.Fronts) > 0,
		Earlier: int64(uses.Earlier), Aliases: int64(uses.Aliases), Deleting: !uses.Any(), NamedAlt: m.NamedAlt(), MaxFile: p.maxFile >> 20}
	d.Taken, _, _ = strings.Cut(m.Meta[media.MetaTaken], "T")
	d.Preview = d.URL
	if m.Crop != (media.Crop{}) && d.MayEdit {
		d.Preview = d.Page + "/file/" + whole
	}
	if kept != nil {
		d.Edit = *kept
	}
	for _, use := range uses.Articles {
		if !mayKnow(actor, use) {
			d.Hidden++
			continue
		}
		headline := use.Headline
		if headline == "" {
			headline = p.Printer(r).T("media.untitled")
		}
		d.Uses = append(d.Uses, usePlace{Headline: headline, URL: "/desk/articles/" + strconv.FormatInt(use.Article, 10), Live: use.Live, Working: use.Working, Status: use.Status})
	}
	return desk.Page{Title: d.Label(), Wide: true, Scripts: []string{"media.js"}, Data: d}, nil
}

// mayKnow tells whether the visitor may learn of an article: everybody of what
// was published, of the rest those who may read it at the desk.
func mayKnow(actor account.Actor, use media.Use) bool {
	return use.Public || article.MayRead(actor, &article.Article{Owner: use.Owner, Assignee: use.Assignee})
}

func errNotYours(m media.Medium) error {
	return fault.New(fault.Denied, "the original of %q is for those who may change it: that needs the role %s", m.FileName, account.Editor).WithHint("ask an editor")
}

func (p *Part) change(r *web.Request) (web.Response, error) {
	m, err := p.medium(r)
	if err != nil {
		return web.Response{}, err
	}
	kept := typed(r.HTTP.PostForm, formOf(m))
	edit, err := kept.edit(m.ID)
	if err == nil {
		_, err = p.media.Change(r.HTTP.Context(), desk.Actor(r), edit)
	}
	if err != nil {
		return p.detailAgain(r, &kept, err)
	}
	return desk.SeeOther(detailPath(m.ID) + "?done=saved"), nil
}

// focus moves the focal point of a picture from the page of writing.
func (p *Part) focus(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	var in struct {
		X int `json:"x"`
		Y int `json:"y"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	m, err := p.media.SetFocus(r.HTTP.Context(), desk.Actor(r), id, in.X, in.Y)
	if err != nil {
		return web.Response{}, err
	}
	x, y := m.Focus()
	return desk.JSON(http.StatusOK, map[string]int{"x": x, "y": y})
}

// detailAgain shows the page of a medium with what was wrong. A person who was
// overtaken by somebody else is shown what is there now beside what they typed;
// the form then counts from it.
func (p *Part) detailAgain(r *web.Request, kept *form, err error) (web.Response, error) {
	page, e := p.detailPage(r, kept)
	if e != nil {
		return web.Response{}, e
	}
	if fault.Is(err, fault.Conflict) && kept != nil {
		data := page.Data.(detailData)
		data.Edit.Revision = strconv.FormatInt(data.Medium.Revision, 10)
		data.Theirs = differing(formOf(data.Medium), *kept)
		page.Data = data
	}
	return p.Again(r, "detail", page, err)
}

func (p *Part) remove(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	revision, err := desk.Number(r.HTTP.PostForm.Get("revision"))
	if err != nil {
		return web.Response{}, err
	}
	if err := p.media.Delete(r.HTTP.Context(), desk.Actor(r), id, revision); err != nil {
		return p.detailAgain(r, nil, err)
	}
	return desk.SeeOther(libraryPath + "?done=deleted"), nil
}
