package write

import (
	"context"
	"net/http"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// statusNamed is where a step leads.
func statusNamed(step string) (article.Status, error) {
	for status, name := range moveNames {
		if name == step {
			return status, nil
		}
	}
	return "", fault.New(fault.Invalid, "%q is no step of an article", step)
}

// revisionOf reads which revision a form was about.
func revisionOf(r *web.Request) (int64, error) {
	return desk.Number(r.HTTP.PostForm.Get("revision"))
}

// move takes an article a step on or back.
func (p *Part) move(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	in := r.HTTP.PostForm
	revision, err := revisionOf(r)
	if err != nil {
		return web.Response{}, err
	}
	to, err := statusNamed(in.Get("to"))
	if err != nil {
		// Whoever may not see the article learns nothing more of it.
		if _, e := p.work(r); e != nil {
			return web.Response{}, e
		}
		return web.Response{}, err
	}
	actor := desk.Actor(r)
	if _, err := p.Articles.Move(r.HTTP.Context(), actor, article.MoveInput{ID: id, Revision: revision, To: to, Note: in.Get("note")}); err != nil {
		return p.again(r, id, err)
	}
	if to == article.StatusBinned {
		return desk.SeeOther(articlesPath + "?done=binned"), nil
	}
	return desk.SeeOther(path(id) + "?done=" + in.Get("to")), nil
}

// again shows the article with what went wrong.
func (p *Part) again(r *web.Request, id int64, err error) (web.Response, error) {
	w, e := p.Articles.Working(r.HTTP.Context(), desk.Actor(r), id)
	if e != nil {
		return web.Response{}, e
	}
	page, e := p.articlePage(r, w)
	if e != nil {
		return web.Response{}, e
	}
	return p.Again(r, "article", page, err)
}

// discard lets writers of a published article see what readers see.
func (p *Part) discard(r *web.Request) (web.Response, error) {
	return p.change(r, "discarded", p.Articles.Discard)
}

// retract takes a schedule back, or a published article away from readers.
func (p *Part) retract(r *web.Request) (web.Response, error) {
	return p.change(r, "retracted", p.Articles.Retract)
}

func (p *Part) change(r *web.Request, done string, change func(context.Context, account.Actor, int64, int64) (article.Article, error)) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	revision, err := revisionOf(r)
	if err != nil {
		return web.Response{}, err
	}
	if _, err := change(r.HTTP.Context(), desk.Actor(r), id, revision); err != nil {
		return p.again(r, id, err)
	}
	return desk.SeeOther(path(id) + "?done=" + done), nil
}

// withdrawForm is what the page of withdrawing shows.
type withdrawForm struct {
	At       string
	A        article.Article
	Revision int64
	Reason   string
	URL      string
}

func (p *Part) withdrawData(r *web.Request) (desk.Page, article.Work, error) {
	w, err := p.work(r)
	if err != nil {
		return desk.Page{}, w, err
	}
	words := p.Printer(r)
	return desk.Page{Title: words.T("write.withdraw_title", w.Article.Headline), Lead: words.T("write.withdraw_lead"),
		Data: withdrawForm{At: path(w.Article.ID), A: w.Article, Revision: w.Article.Revision, URL: p.Desk.Origin() + w.Article.Path}}, w, nil
}

func (p *Part) withdrawPage(r *web.Request) (web.Response, error) {
	page, _, err := p.withdrawData(r)
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "withdraw", page)
}

func (p *Part) withdraw(r *web.Request) (web.Response, error) {
	page, w, err := p.withdrawData(r)
	if err != nil {
		return web.Response{}, err
	}
	revision, err := revisionOf(r)
	if err == nil {
		_, err = p.Articles.Withdraw(r.HTTP.Context(), desk.Actor(r), article.WithdrawInput{ID: w.Article.ID, Revision: revision, Reason: r.HTTP.PostForm.Get("reason")})
	}
	if err != nil {
		data := page.Data.(withdrawForm)
		data.Reason = r.HTTP.PostForm.Get("reason")
		page.Data = data
		return p.Again(r, "withdraw", page, err)
	}
	return desk.SeeOther(path(w.Article.ID) + "?done=withdrawn"), nil
}
