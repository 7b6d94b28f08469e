package readers

import (
	"slices"

	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/subscriber"
	"dateline/internal/web"
)

const newslettersPath = base + "/newsletters"

func (p *Part) newsletters(r *web.Request) (web.Response, error) {
	all, err := p.Readers.AllNewsletters(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	page := p.head("newsletters", p.say(r, "newsletters"), all)
	page.Lead = p.say(r, "newsletters_lead")
	return p.Page(r, 200, "newsletters", page)
}

// order moves one newsletter up.
func (p *Part) order(r *web.Request) (web.Response, error) {
	up, err := desk.Number(r.HTTP.PostForm.Get("up"))
	if err != nil {
		return web.Response{}, err
	}
	all, err := p.Readers.AllNewsletters(r.HTTP.Context())
	if err != nil {
		return web.Response{}, err
	}
	var ids []int64
	for _, n := range all {
		ids = append(ids, n.ID)
	}
	if i := slices.Index(ids, up); i > 0 {
		ids[i-1], ids[i] = ids[i], ids[i-1]
	}
	if err := p.Readers.OrderNewsletters(r.HTTP.Context(), desk.Actor(r), ids); err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(newslettersPath + "?done=saved"), nil
}

type rhythm struct {
	Name    string
	Offered bool
}

type newsletterData struct {
	N         subscriber.Newsletter
	New       bool
	Rhythms   []rhythm
	Languages []string
}

// shown is the form of a newsletter.
func (p *Part) shown(r *web.Request, n subscriber.Newsletter) desk.Page {
	data := newsletterData{N: n, New: n.ID == 0, Languages: i18n.Languages()}
	for _, name := range subscriber.Rhythms() {
		data.Rhythms = append(data.Rhythms, rhythm{name, n.Offers(name)})
	}
	title := n.Name
	if data.New {
		title = p.say(r, "newsletter_add")
	}
	return p.head("newsletters", title, data)
}

func (p *Part) stored(r *web.Request) (subscriber.Newsletter, error) {
	if r.Vars["id"] == "" {
		return subscriber.Newsletter{Open: true, Rhythms: []string{subscriber.RhythmEdition}}, nil
	}
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return subscriber.Newsletter{}, err
	}
	all, err := p.Readers.AllNewsletters(r.HTTP.Context())
	for _, n := range all {
		if n.ID == id {
			return n, err
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "there is no such newsletter")
	}
	return subscriber.Newsletter{}, err
}

func (p *Part) newsletter(r *web.Request) (web.Response, error) {
	n, err := p.stored(r)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, 200, "newsletter", p.shown(r, n))
}

func (p *Part) saveNewsletter(r *web.Request) (web.Response, error) {
	n, err := p.stored(r)
	if err != nil {
		return web.Response{}, err
	}
	form := r.HTTP.PostForm
	n.Name, n.Slug, n.Description, n.Language = form.Get("name"), form.Get("word"), form.Get("description"), form.Get("language")
	n.FromName, n.ReplyTo, n.Open, n.Rhythms = form.Get("from_name"), form.Get("reply_to"), form.Get("open") != "", form["rhythm"]
	saved, err := p.Readers.SaveNewsletter(r.HTTP.Context(), desk.Actor(r), n)
	if err != nil {
		return p.Again(r, "newsletter", p.shown(r, n), err)
	}
	return desk.SeeOther(numbered(newslettersPath, saved.ID) + "?done=saved"), nil
}
