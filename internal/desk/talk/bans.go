package talk

import (
	"net/http"

	"dateline/internal/comment"
	"dateline/internal/desk"
	"dateline/internal/web"
)

func (p *Part) bans(r *web.Request) (web.Response, error) {
	all, err := p.Comments.Bans(r.HTTP.Context(), desk.Actor(r))
	if err != nil {
		return web.Response{}, err
	}
	page := p.head(r, "bans", p.say(r, "bans_title"), struct{ Bans []comment.Ban }{all})
	page.Lead = p.say(r, "bans_lead")
	return p.Page(r, http.StatusOK, "bans", page)
}

func (p *Part) unban(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Comments.Unban(r.HTTP.Context(), desk.Actor(r), id); err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(bansPath + "?done=unban"), nil
}
