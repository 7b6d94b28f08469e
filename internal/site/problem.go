package site

import (
	"context"

	"dateline/internal/article"
	"dateline/internal/view"
)

// notFound is the page for an address at which there is nothing. It is the
// same for what never was and for what readers may not know of.
func (c *scene) notFound() (Answer, error) {
	c.keys = []string{"site"}
	return c.problem(404, "notfound", &view.Problem{Title: c.words.T("notfound.title"), Message: c.words.T("notfound.text")})
}

// gone is the page of a withdrawn article, or of an address given up.
func (c *scene) gone(addr article.Address) (Answer, error) {
	pr := &view.Problem{Title: c.words.T("gone.title"), Message: c.words.T("gone.text")}
	if addr.Target != 0 {
		a, vis, err := c.public.Read(c.ctx, addr.Target)
		if err != nil {
			return Answer{}, err
		}
		if vis == article.Gone {
			pr.Reason = a.WithdrawnReason
		}
	}
	return c.problem(410, "gone", pr)
}

const problemLatest = 4

func (c *scene) problem(status int, template string, pr *view.Problem) (Answer, error) {
	pr.Status = status
	latest, err := c.public.List(c.ctx, article.ScopeSite, 0, article.Cursor{}, problemLatest)
	if err != nil {
		return Answer{}, err
	}
	if pr.Latest, err = c.cards(latest, pictureNone); err != nil {
		return Answer{}, err
	}
	p := view.Page{Template: template, Problem: pr, Meta: c.meta(pr.Title, "/"), Crumbs: []view.Link{c.homeLink(), {Label: pr.Title}}}
	p.Meta.Canonical, p.Meta.NoIndex = "", true
	answer, err := c.page(status, p)
	if status == 404 {
		answer.Keys = nil
	}
	return answer, err
}

// Problem renders the page for an error of the web layer. It reads nothing but
// the settings, since the database may be the trouble.
func (s *Site) Problem(ctx context.Context, status int, errorID string) (Answer, error) {
	c, err := s.scene(ctx, Ask{Path: "/"})
	if err != nil {
		return Answer{}, err
	}
	key := "error"
	switch status {
	case 429:
		key = "error.too_many"
	case 503, 507:
		key = "error.unavailable"
	case 404:
		key = "notfound"
	}
	title, text := key+".title", key+".text"
	if key == "error.too_many" || key == "error.unavailable" {
		title, text = key+"_title", key
	}
	pr := &view.Problem{Status: status, Title: c.words.T(title), Message: c.words.T(text), ErrorID: errorID}
	p := view.Page{Template: "error", Problem: pr, Meta: c.meta(pr.Title, "/"), Crumbs: []view.Link{c.homeLink(), {Label: pr.Title}}}
	p.Meta.Canonical, p.Meta.NoIndex = "", true
	answer, err := c.page(status, p)
	answer.Keys = nil
	return answer, err
}

// passwordPage asks for the password of a protected article and names nothing
// of it.
func (c *scene) passwordPage(path string, p part) (Answer, error) {
	if answer, wrong := c.canonical(p.under(path)); wrong {
		return answer, nil
	}
	title := c.words.T("password.title")
	vp := view.Page{Template: "password", Password: &view.Password{Action: path, Wrong: c.ask.Query.Get("wrong") == "1"},
		Meta: c.meta(title, path), Crumbs: []view.Link{c.homeLink(), {Label: title}}}
	vp.Meta.NoIndex = true
	answer, err := c.page(200, vp)
	answer.Private, answer.Keys = true, nil
	return answer, err
}
