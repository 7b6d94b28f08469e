// Package previews is the part of the desk that shows an article as readers
// will see it before they do: on a phone, a desktop, in the dark, on paper, in
// a search, as a social card, in a feed. It makes the secret links that show it
// to outsiders.
package previews

import (
	"bytes"
	"context"
	"embed"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/preview"
	"dateline/internal/site"
	"dateline/internal/view"
	"dateline/internal/web"
)

//go:embed all:templates words.json previews.css
var files embed.FS

// Services are what the part asks.
type Services struct {
	Articles *article.Service
	Links    *preview.Service
	Site     *site.Site
	Views    *view.Engine
}

// Part answers for the previews of articles.
type Part struct {
	*desk.Area
	desk *desk.Desk
	Services
}

// New makes the part.
func New(d *desk.Desk, s Services) (*Part, error) {
	area, err := d.NewArea("previews", files)
	return &Part{Area: area, desk: d, Services: s}, err
}

// Routes returns the routes of the part. The article service says who may read.
func (p *Part) Routes() []web.Route {
	return []web.Route{
		desk.Get("article preview", "/desk/articles/{id}/preview", desk.Contributor, p.preview, "as", "part"),
		desk.Get("article looks", "/desk/articles/{id}/look", desk.Contributor, p.look, "as"),
		desk.Get("article share image", "/desk/articles/{id}/share.png", desk.Contributor, p.shareImage),
		desk.Get("preview styles", "/desk/preview-styles/{name}", desk.Contributor, p.styles),
		desk.Post("make preview link", "/desk/articles/{id}/links", desk.Author, web.RateDesk, p.makeLink),
		desk.Post("revoke preview link", "/desk/articles/{id}/links/{link}", desk.Author, web.RateDesk, p.revoke),
	}
}

// The views of the page, in the order of its tabs.
var tabs = []string{"phone", "desktop", "dark", "print", "search", "social", "feed"}

// work is the newest text of an article that the visitor may read, as it would
// be published.
func (p *Part) work(r *web.Request) (article.Article, article.Content, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return article.Article{}, article.Content{}, err
	}
	w, err := p.Articles.Working(r.HTTP.Context(), desk.Actor(r), id)
	if err != nil {
		return article.Article{}, article.Content{}, err
	}
	a, err := p.Articles.AsPublished(r.HTTP.Context(), w.Article, w.Copy.Content)
	return a, w.Copy.Content, err
}

// preview is the whole page for a frame; "as" is dark, print or feed.
func (p *Part) preview(r *web.Request) (web.Response, error) {
	a, content, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	as := r.Query.Get("as")
	if as == "feed" {
		return p.feed(r.HTTP.Context(), a, content)
	}
	part, err := desk.Number(r.Query.Get("part"))
	if err != nil {
		return web.Response{}, err
	}
	answer, err := p.Site.PreviewArticle(r.HTTP.Context(), site.Preview{Article: a, Content: content, Part: part, Framed: true,
		PartAt: func(n int64) string { return "?as=" + as + "&part=" + strconv.FormatInt(n, 10) }})
	if err != nil {
		return web.Response{}, err
	}
	style := p.Views.Stylesheet()
	if as == "dark" || as == "print" {
		own := "/desk/preview-styles/" + as + ".css"
		answer.Body = bytes.ReplaceAll(answer.Body, []byte(`href="`+style+`"`), []byte(`href="`+own+`"`))
		if as == "dark" { // the page's own colours, whatever the screen's are
			answer.Body = bytes.Replace(answer.Body, []byte(`name="color-scheme" content="light dark"`), []byte(`name="color-scheme" content="dark"`), 1)
		}
		style = own
	}
	return page(answer.Body, style), nil
}

func page(body []byte, styles ...string) web.Response {
	return web.Response{Status: http.StatusOK, ContentType: "text/html; charset=utf-8", Body: body, Private: true, NoIndex: true,
		Policy: &web.Policy{Styles: styles, Framed: true}}
}

// feed is the text as feed readers get it, in a reader without any style.
func (p *Part) feed(ctx context.Context, a article.Article, content article.Content) (web.Response, error) {
	looks, err := p.Site.Looks(ctx, site.Preview{Article: a, Content: content})
	if err != nil {
		return web.Response{}, err
	}
	lang := looks.Meta.Language
	body := `<!doctype html><html lang="` + html.EscapeString(lang) + `" dir="` + html.EscapeString(looks.Meta.Direction) + `"><head><meta charset="utf-8">` +
		`<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><base target="_blank"><title>` +
		html.EscapeString(a.Headline) + `</title></head><body><h1>` + html.EscapeString(a.Headline) + `</h1>` + looks.Feed + `</body></html>`
	return page([]byte(body)), nil
}

// styles is the theme's stylesheet with another answer to what a page asks of
// its screen: dark colours, or paper.
func (p *Part) styles(r *web.Request) (web.Response, error) {
	sheet, ok := p.Views.Asset(p.Views.Stylesheet())
	if !ok {
		return web.Response{}, fault.New(fault.NotFound, "the theme has no stylesheet")
	}
	body := sheet.Body
	switch r.Vars["name"] {
	case "dark.css":
		body = bytes.ReplaceAll(body, []byte("(prefers-color-scheme:dark)"), []byte("(min-width:0)"))
	case "print.css":
		body = bytes.ReplaceAll(body, []byte("@media print{"), []byte("@media all{"))
		body = bytes.ReplaceAll(body, []byte("(prefers-color-scheme:dark)"), []byte("(max-width:0)"))
	default:
		return web.Response{}, fault.New(fault.NotFound, "there is no such stylesheet")
	}
	return web.Response{ContentType: sheet.Type, Body: body, Private: true}, nil
}

func (p *Part) shareImage(r *web.Request) (web.Response, error) {
	a, _, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	png, err := p.Site.PreviewShareImage(r.HTTP.Context(), a)
	return web.Response{ContentType: "image/png", Body: png, Private: true, NoIndex: true}, err
}

// lookData is what the page with the tabs shows.
type lookData struct {
	ID       int64
	Headline string
	Tabs     []string
	As       string
	Frame    string
	Looks    site.Looks
	Share    string // the picture of the social card
	Title    measured
	Text     measured
	Links    []preview.Link
	May      bool // the visitor makes links
	Now      time.Time
	Made     string // a link that was just made, shown once
	Lives    []life
	Label    string
	Life     string
	Which    string
}

// measured is a text that search engines cut, with its length.
type measured struct {
	Text  string
	Runes int64
	Most  int64
	Long  bool
}

func measure(text string, most int64) measured {
	n := int64(utf8.RuneCountInString(text))
	return measured{text, n, most, n > most}
}

// What search engines show of a title and a description before they cut.
const (
	searchTitle = 60
	searchText  = 160
)

// life is how long a link may live.
type life struct {
	Name string
	For  time.Duration
}

var lives = []life{{"hour", time.Hour}, {"day", 24 * time.Hour}, {"week", 7 * 24 * time.Hour}, {"month", 30 * 24 * time.Hour}}

func (p *Part) data(r *web.Request) (desk.Page, *lookData, error) {
	a, content, err := p.work(r)
	if err != nil {
		return desk.Page{}, nil, err
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	d := &lookData{ID: a.ID, Headline: a.Headline, Tabs: tabs, As: "phone", Lives: lives, Life: "day", Which: "newest", Now: p.desk.Clock.Now()}
	if as := r.Query.Get("as"); slices.Contains(tabs, as) {
		d.As = as
	}
	if d.Looks, err = p.Site.Looks(ctx, site.Preview{Article: a, Content: content}); err != nil {
		return desk.Page{}, nil, err
	}
	d.Title, d.Text = measure(d.Looks.Meta.Title, searchTitle), measure(d.Looks.Meta.Description, searchText)
	d.Share = d.Looks.Meta.Image
	if d.Share == "" || strings.Contains(d.Share, "/share/") {
		d.Share = "/desk/articles/" + strconv.FormatInt(a.ID, 10) + "/share.png"
	}
	d.Frame = "/desk/articles/" + strconv.FormatInt(a.ID, 10) + "/preview"
	if d.As == "dark" || d.As == "print" || d.As == "feed" {
		d.Frame += "?as=" + d.As
	}
	if d.Links, err = p.Links.List(ctx, actor, a.ID); err != nil {
		return desk.Page{}, nil, err
	}
	w, err := p.Articles.Working(ctx, actor, a.ID)
	d.May = err == nil && actor.Role >= account.Author && article.MayEdit(actor, &w.Article)
	return desk.Page{Title: p.Printer(r).T("previews.title"), Lead: a.Headline, Wide: true, Data: d}, d, err
}

func (p *Part) look(r *web.Request) (web.Response, error) {
	page, _, err := p.data(r)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "look", page)
}

// makeLink makes a link and shows it, once.
func (p *Part) makeLink(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	i := slices.IndexFunc(lives, func(l life) bool { return l.Name == in.Get("life") })
	token := ""
	if i < 0 {
		err = fault.New(fault.Invalid, "choose how long the link works")
	} else {
		_, token, err = p.Links.Make(r.HTTP.Context(), desk.Actor(r), preview.MakeInput{Article: id, Frozen: in.Get("which") == "frozen", Life: lives[i].For, Label: in.Get("label")})
	}
	page, d, e := p.data(r)
	if e != nil {
		return web.Response{}, e
	}
	if err != nil {
		d.Label, d.Life, d.Which = in.Get("label"), in.Get("life"), in.Get("which")
		return p.Again(r, "look", page, err)
	}
	d.Made = p.desk.Origin() + "/preview/" + token
	return p.Page(r, http.StatusOK, "look", page)
}

func (p *Part) revoke(r *web.Request) (web.Response, error) {
	link, err := desk.Number(r.Vars["link"])
	if err != nil {
		return web.Response{}, err
	}
	l, err := p.Links.Revoke(r.HTTP.Context(), desk.Actor(r), link)
	if err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther("/desk/articles/" + strconv.FormatInt(l.Article, 10) + "/look?done=revoked"), nil
}
