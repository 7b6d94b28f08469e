// Package library is the media library of the desk: uploading, finding,
// describing, framing, replacing and deleting pictures, sound, film and
// documents. Its rules are those of package media.
package library

import (
	"cmp"
	"embed"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"dateline/internal/account"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/web"
)

//go:embed templates words.json library.css
var files embed.FS

const libraryPath = "/desk/media"

// Part is the library. The zero Part has the routes and nothing behind them.
type Part struct {
	*desk.Area
	desk    *desk.Desk
	media   *media.Service
	maxFile int64 // bytes of an upload
}

// New reads the templates of the library.
func New(d *desk.Desk, s *media.Service) (*Part, error) {
	area, err := d.NewArea("media", files, desk.MenuItem{Word: "media.menu", Path: libraryPath, Role: account.Contributor, Order: 40})
	return &Part{Area: area, desk: d, media: s, maxFile: s.MaxFile()}, err
}

// uploadOverhead is what a form may hold besides its files.
const uploadOverhead = 1 << 20

// Routes returns the routes of the library.
func (p *Part) Routes() []web.Route {
	if p == nil { // only the table is wanted
		p = &Part{}
	}
	limit := web.Limit(cmp.Or(p.maxFile, media.DefaultMaxFile) + uploadOverhead)
	return []web.Route{
		desk.Get("media library", libraryPath, desk.Contributor, p.list, "q", "kind", "view", "article", "after"),
		desk.PostRaw("upload medium", libraryPath, desk.Contributor, web.RateUpload, limit, p.upload).Knowing("name", "article", "key"),
		desk.Get("pick medium", libraryPath+"/pick", desk.Contributor, p.pick, "q", "kind", "view", "article", "after", "words"),
		desk.Get("medium", libraryPath+"/{id}", desk.Contributor, p.detail),
		desk.Post("change medium", libraryPath+"/{id}", desk.Contributor, web.RateUpload, p.change),
		desk.PostRaw("focus medium", libraryPath+"/{id}/focus", desk.Contributor, web.RateUpload, 4<<10, p.focus),
		desk.PostRaw("replace medium", libraryPath+"/{id}/file", desk.Contributor, web.RateUpload, limit, p.replace).Knowing("name", "revision"),
		desk.Post("delete medium", libraryPath+"/{id}/delete", desk.Contributor, web.RateDesk, p.remove),
		desk.Get("medium file", libraryPath+"/{id}/file/{variant}", desk.Contributor, p.file),
	}
}

// pageSize is how many media a page of the library shows.
const pageSize = 48

// chip is one filter above the library.
type chip struct {
	Word, URL string
	On        bool
}

// listData is what the page of the library shows.
type listData struct {
	Query         string
	Kind, View    string
	Article       int64
	Items         []Item
	Next          string
	Views, Kinds  []chip
	Filtered      bool
	Behind        bool // new words are still being read
	MaxFile       int64
	Failed        []failure
	MaxPicture    int64
	FirstPageHref string
}

func (p *Part) list(r *web.Request) (web.Response, error) {
	page, err := p.listPage(r)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "list", page)
}

func (p *Part) listPage(r *web.Request) (desk.Page, error) {
	q, err := p.query(r)
	if err != nil {
		return desk.Page{}, err
	}
	found, err := p.media.Find(r.HTTP.Context(), q)
	if err != nil {
		return desk.Page{}, err
	}
	items, err := p.items(r, found.Media, q.View == media.ViewRights)
	if err != nil {
		return desk.Page{}, err
	}
	data := listData{Query: r.Query.Get("q"), Kind: r.Query.Get("kind"), View: string(q.View), Article: q.Article, Items: items,
		MaxFile: p.maxFile >> 20, MaxPicture: p.media.MaxPicture() >> 20, Filtered: q.Text != "" || q.Kind != "" || q.View != media.ViewAll}
	address := func(change ...string) string {
		v := url.Values{}
		for _, name := range []string{"q", "kind", "view", "article"} {
			v.Set(name, r.Query.Get(name))
		}
		for i := 0; i < len(change); i += 2 {
			v.Set(change[i], change[i+1])
		}
		for name := range v {
			if v.Get(name) == "" {
				v.Del(name)
			}
		}
		if len(v) == 0 {
			return libraryPath
		}
		return libraryPath + "?" + v.Encode()
	}
	for _, v := range []media.View{media.ViewAll, media.ViewMine, media.ViewUnused, media.ViewNoAlt, media.ViewRights, media.ViewNoFile} {
		word := "media.view_" + string(v)
		if v == media.ViewAll {
			word = "media.view_all"
		}
		data.Views = append(data.Views, chip{word, address("view", string(v), "article", ""), v == q.View})
	}
	for _, kind := range []string{"", "picture", "audio", "video", "file"} {
		word := "media.kind_" + kind
		if kind == "" {
			word = "media.kind_all"
		}
		data.Kinds = append(data.Kinds, chip{word, address("kind", kind), kind == data.Kind})
	}
	if found.Next != (media.Cursor{}) {
		data.Next = address("after", found.Next.String())
	}
	if r.Query.Get("after") != "" {
		data.FirstPageHref = address()
	}
	if data.Behind, err = p.media.Behind(r.HTTP.Context()); err != nil {
		return desk.Page{}, err
	}
	return desk.Page{Title: p.Printer(r).T("media.title"), Wide: true, Scripts: []string{"media.js"}, Data: data}, nil
}

// query reads what a person asks the library for.
func (p *Part) query(r *web.Request) (media.Query, error) {
	in := r.Query
	today, err := p.today(r)
	if err != nil {
		return media.Query{}, err
	}
	q := media.Query{Text: strings.TrimSpace(in.Get("q")), View: media.View(in.Get("view")), Person: desk.Actor(r).ID, Today: today, Limit: pageSize}
	if q.Kind, err = kindNamed(in.Get("kind")); err != nil {
		return q, err
	}
	if q.Article, err = desk.Number(in.Get("article")); err != nil {
		return q, err
	}
	if q.Article != 0 {
		q.View = media.ViewUsed
	}
	q.After, err = media.ParseCursor(in.Get("after"))
	return q, err
}

// today is the day in the site's zone.
func (p *Part) today(r *web.Request) (media.Day, error) {
	site, err := p.desk.Settings.Site(r.HTTP.Context())
	return media.DayOf(p.desk.Clock.Now().In(site.Location())), err
}

// kindNamed reads a kind as addresses and the editor name it.
func kindNamed(name string) (media.Kind, error) {
	switch name {
	case "picture":
		return media.KindImage, nil
	case "", "audio", "video", "file":
		return media.Kind(name), nil
	}
	return "", fault.New(fault.Invalid, "there is no kind of medium called %q", name).WithHint("kinds are picture, audio, video and file")
}

func kindName(k media.Kind) string {
	if k == media.KindImage {
		return "picture"
	}
	return string(k)
}

func detailPath(id int64) string { return libraryPath + "/" + strconv.FormatInt(id, 10) }
