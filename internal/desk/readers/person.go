package readers

import (
	"net/http"

	"dateline/internal/desk"
	"dateline/internal/subscriber"
	"dateline/internal/web"
)

// choice is a newsletter that somebody reads, with its name.
type choice struct {
	Name      string
	Rhythm    string
	Interests int64
}

type personData struct {
	One     subscriber.Listed
	Choices []choice
	Log     []subscriber.Agreed
	Bars    string // why they get no mail
}

func (p *Part) one(r *web.Request) (data personData, err error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return data, err
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	if data.One, err = p.Readers.Get(ctx, actor, id); err != nil {
		return data, err
	}
	all, err := p.Readers.AllNewsletters(ctx)
	if err != nil {
		return data, err
	}
	for _, pick := range data.One.Picks {
		for _, n := range all {
			if n.ID == pick.Newsletter {
				data.Choices = append(data.Choices, choice{n.Name, pick.Rhythm, int64(len(pick.Interests))})
			}
		}
	}
	data.Log, err = p.Readers.History(ctx, actor, id)
	return data, err
}

func (p *Part) person(r *web.Request) (web.Response, error) {
	data, err := p.one(r)
	if err != nil {
		return web.Response{}, err
	}
	page := p.head("readers", data.One.Address, data)
	page.Wide = true
	return p.Page(r, 200, "person", page)
}

func (p *Part) end(r *web.Request) (web.Response, error) {
	data, err := p.one(r)
	if err == nil {
		err = p.Readers.Suppress(r.HTTP.Context(), desk.Actor(r), data.One.Address, subscriber.WhyLeft)
	}
	if err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(numbered(base+"/person", data.One.ID) + "?done=ended"), nil
}

func (p *Part) eraseAsk(r *web.Request) (web.Response, error) {
	data, err := p.one(r)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "erase", p.head("readers", p.say(r, "erase_title", data.One.Address), data))
}

func (p *Part) erase(r *web.Request) (web.Response, error) {
	data, err := p.one(r)
	if err == nil {
		err = p.Readers.EraseFor(r.HTTP.Context(), desk.Actor(r), data.One.ID, r.HTTP.PostForm.Get("never") != "")
	}
	if err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(base + "?done=erased"), nil
}

// data is the person's own copy of all that is kept of them.
func (p *Part) data(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	raw, err := p.Readers.ExportFor(r.HTTP.Context(), desk.Actor(r), id)
	if err != nil {
		return web.Response{}, err
	}
	return web.Response{Status: 200, ContentType: "application/json", Body: raw, Private: true, NoIndex: true,
		Header: http.Header{"Content-Disposition": {`attachment; filename="reader.json"`}}}, nil
}
