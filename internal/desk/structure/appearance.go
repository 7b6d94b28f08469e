package structure

import (
	"bytes"
	"context"
	"net/url"
	"strconv"
	"strings"

	"dateline/internal/account"
	"dateline/internal/desk"
	"dateline/internal/settings"
	"dateline/internal/web"
)

const appearancePath = base + "/appearance"

// Looks is how the pages about the site's appearance see and change it.
type Looks struct {
	Save    func(ctx context.Context, actor account.Actor, look settings.Look, logo int64) error
	Themes  func() []string // names of the themes to choose from
	Fixed   bool            // the operator chose the theme
	Preview func(ctx context.Context, look settings.Look, logo int64, newest bool, style string) ([]byte, error)
	Style   func(ctx context.Context, look settings.Look) ([]byte, error)
}

// lookFields are the parameters that say what a look is.
var lookFields = []string{"theme", "accent", "headline", "density", "width", "logo"}

func (p *Part) appearanceRoutes() []web.Route {
	return []web.Route{
		desk.Get("appearance", appearancePath, desk.Administrator, p.appearance, lookFields...),
		desk.Post("save appearance", appearancePath, desk.Administrator, web.RateDesk, p.saveAppearance),
		desk.Get("preview front", appearancePath+"/front", desk.Administrator, p.previewFront, append(lookFields, "frame")...),
		desk.Get("preview article", appearancePath+"/article", desk.Administrator, p.previewArticle, append(lookFields, "frame")...),
		desk.Get("preview style", appearancePath+"/style.css", desk.Administrator, p.previewStyle, lookFields...),
	}
}

// option is a choice of a look with its text.
type option struct{ Value, Word string }

type appearanceData struct {
	Look      settings.Look
	Logo      string
	Dark      string // the accent in dark mode
	Ratio     string // contrast of the accent on light paper
	Themes    []string
	Fixed     bool
	Headlines []option
	Densities []option
	Widths    []option
	Front     string // addresses of the frames; "" when the look cannot work
	Article   string
}

// readLook reads a look from a form or an address.
func readLook(in url.Values) (look settings.Look, logo int64, err error) {
	look = settings.Look{Theme: in.Get("theme"), Accent: in.Get("accent"), Headline: in.Get("headline"), Density: in.Get("density"), Width: in.Get("width")}.Clean()
	logo, err = desk.Number(strings.TrimSpace(in.Get("logo")))
	return look, logo, err
}

func lookQuery(look settings.Look, logo int64) string {
	return url.Values{"theme": {look.Theme}, "accent": {look.Accent}, "headline": {look.Headline}, "density": {look.Density}, "width": {look.Width},
		"logo": {strconv.FormatInt(logo, 10)}}.Encode()
}

func (p *Part) appearanceHead(r *web.Request, look settings.Look, logo string) desk.Page {
	data := appearanceData{Look: look, Logo: logo, Themes: p.Looks.Themes(), Fixed: p.Looks.Fixed,
		Headlines: []option{{"", "structure.as_theme"}, {"serif", "structure.face_serif"}, {"sans", "structure.face_sans"}},
		Densities: []option{{"", "structure.as_theme"}, {"compact", "structure.compact"}, {"roomy", "structure.roomy"}},
		Widths:    []option{{"", "structure.as_theme"}, {"narrow", "structure.narrow"}, {"wide", "structure.wide"}}}
	id, err := desk.Number(logo)
	if err == nil && look.Validate() == nil {
		query := lookQuery(look, id)
		data.Front, data.Article = appearancePath+"/front?"+query, appearancePath+"/article?"+query
		if look.Accent != "" {
			data.Dark = look.DarkAccent()
			data.Ratio = strconv.FormatFloat(settings.Contrast(look.Accent, "#fdfcfa"), 'f', 1, 64)
		}
	}
	page := p.picking(r, "appearance", p.say(r, "appearance"), data)
	page.Lead = p.say(r, "appearance_lead")
	page.Wide = true
	return page
}

// appearance shows the look that the site has, or the one that the address says.
func (p *Part) appearance(r *web.Request) (web.Response, error) {
	site, err := p.Settings.Site(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	look, logo := site.Look, site.LogoMedia
	if r.Query.Has("accent") {
		if look, logo, err = readLook(r.Query); err == nil {
			err = look.Validate()
		}
	}
	text := ""
	if logo != 0 {
		text = strconv.FormatInt(logo, 10)
	}
	page := p.appearanceHead(r, look, text)
	if err != nil {
		return p.Again(r, "appearance", page, err)
	}
	return p.Page(r, 200, "appearance", page)
}

func (p *Part) saveAppearance(r *web.Request) (web.Response, error) {
	look, logo, err := readLook(r.HTTP.PostForm)
	if err == nil {
		err = p.Looks.Save(r.HTTP.Context(), desk.Actor(r), look, logo)
	}
	if err != nil {
		return p.Again(r, "appearance", p.appearanceHead(r, look, r.HTTP.PostForm.Get("logo")), err)
	}
	return done(appearancePath, "saved")
}

func (p *Part) previewFront(r *web.Request) (web.Response, error)   { return p.previewPage(r, false) }
func (p *Part) previewArticle(r *web.Request) (web.Response, error) { return p.previewPage(r, true) }

// previewPage is a page of the site as it would be, for the frame of the
// appearance page only.
func (p *Part) previewPage(r *web.Request, newest bool) (web.Response, error) {
	look, logo, err := readLook(r.Query)
	if err != nil {
		return web.Response{}, err
	}
	style := appearancePath + "/style.css"
	body, err := p.Looks.Preview(r.HTTP.Context(), look, logo, newest, style+"?"+strings.ReplaceAll(lookQuery(look, 0), "&", "&amp;"))
	if err != nil {
		return web.Response{}, err
	}
	if r.Query.Has("frame") { // to be looked at, beside the form: a tab of its own shows it whole
		body = bytes.Replace(body, []byte("<body"), []byte("<body inert"), 1)
	}
	return web.Response{Status: 200, ContentType: "text/html; charset=utf-8", Body: body, Private: true, NoIndex: true,
		Policy: &web.Policy{Styles: []string{style}, Framed: true}}, nil
}

func (p *Part) previewStyle(r *web.Request) (web.Response, error) {
	look, _, err := readLook(r.Query)
	if err != nil {
		return web.Response{}, err
	}
	body, err := p.Looks.Style(r.HTTP.Context(), look)
	if err != nil {
		return web.Response{}, err
	}
	return web.Response{Status: 200, ContentType: "text/css; charset=utf-8", Body: body, Private: true, NoIndex: true}, nil
}
