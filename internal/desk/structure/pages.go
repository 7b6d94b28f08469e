package structure

import (
	"dateline/internal/desk"
	"dateline/internal/web"
)

const pagesPath = base + "/pages"

func (p *Part) pageRoutes() []web.Route {
	return []web.Route{
		desk.Get("standing pages", pagesPath, desk.Editor, p.standingPages),
		desk.Post("place standing page", pagesPath+"/place", desk.Editor, web.RateDesk, p.placePage),
	}
}

func (p *Part) pagesPage(r *web.Request) (desk.Page, error) {
	rows, err := p.Outline.Pages(r.HTTP.Context(), desk.Actor(r))
	for i := range rows {
		rows[i].Depth = min(rows[i].Depth, deepest)
	}
	page := p.head(r, "pages", p.say(r, "pages"), rows)
	page.Lead = p.say(r, "pages_lead")
	return page, err
}

func (p *Part) standingPages(r *web.Request) (web.Response, error) {
	page, err := p.pagesPage(r)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "pages", page)
}

func (p *Part) placePage(r *web.Request) (web.Response, error) {
	pl, err := readPlace(r)
	if err == nil && pl.step != "" {
		err = p.Outline.StepPage(r.HTTP.Context(), desk.Actor(r), pl.id, pl.step)
	} else if err == nil {
		err = p.Outline.PlacePage(r.HTTP.Context(), desk.Actor(r), pl.id, pl.where, pl.target)
	}
	if err != nil {
		page, e := p.pagesPage(r)
		if e != nil {
			return web.Response{}, e
		}
		return p.Again(r, "pages", page, err)
	}
	return done(pagesPath, "moved")
}
