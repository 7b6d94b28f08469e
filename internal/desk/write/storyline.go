package write

import (
	"net/http"
	"strconv"
	"strings"

	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// lineJSON is the storyline that a text seems to belong to.
type lineJSON struct {
	Ref  string `json:"ref"` // "" for none
	Name string `json:"name"`
	Why  string `json:"why"`
}

// proposeLine answers which storyline the text of an article, as it was saved,
// seems to belong to.
func (p *Part) proposeLine(r *web.Request) (web.Response, error) {
	w, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	var out lineJSON
	if !article.MayEdit(desk.Actor(r), &w.Article) {
		return desk.JSON(http.StatusOK, out)
	}
	found, ok, err := p.Storylines.Propose(r.HTTP.Context(), &w.Article, &w.Copy.Content)
	if err != nil {
		return web.Response{}, err
	}
	if ok {
		out = lineJSON{Ref: idText(found.Ref), Name: found.Name, Why: p.Printer(r).T("write.line_why", strings.Join(found.Shares, ", "), found.Latest)}
	}
	return desk.JSON(http.StatusOK, out)
}

// dismissLine remembers that an article does not belong to a storyline.
func (p *Part) dismissLine(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	var in struct {
		Ref string `json:"ref"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	ref, err := strconv.ParseInt(in.Ref, 10, 64)
	if err != nil {
		return web.Response{}, fault.New(fault.Invalid, "%q is no storyline", in.Ref)
	}
	if err := p.Storylines.Dismiss(r.HTTP.Context(), desk.Actor(r), id, ref); err != nil {
		return web.Response{}, err
	}
	return desk.JSON(http.StatusOK, struct{}{})
}
