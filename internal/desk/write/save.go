package write

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// stateJSON is an article as its page needs it.
type stateJSON struct {
	ID        string            `json:"id"`
	Revision  int64             `json:"revision"`
	Saved     time.Time         `json:"saved"`
	By        string            `json:"by"` // who wrote the text last
	Status    string            `json:"status"`
	Live      bool              `json:"live"`
	Changed   bool              `json:"changed"` // readers see another text
	MayEdit   bool              `json:"may_edit"`
	Content   content           `json:"content"`
	TagNames  map[string]string `json:"tag_names"`
	Slug      string            `json:"slug"`
	Path      string            `json:"path"` // now, or when it goes out
	Access    string            `json:"access"`
	Comments  bool              `json:"comments_open"`
	Pinned    bool              `json:"pinned"`
	Languages []langJSON        `json:"translations"`
}

type langJSON struct {
	ID       string `json:"id"`
	Headline string `json:"headline"`
	Language string `json:"language"`
	Status   string `json:"status"`
}

func (p *Part) state(r *web.Request) (web.Response, error) {
	w, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	s, err := p.stateOf(r.HTTP.Context(), desk.Actor(r), w)
	if err != nil {
		return web.Response{}, err
	}
	return desk.JSON(http.StatusOK, s)
}

func (p *Part) stateOf(ctx context.Context, actor account.Actor, w article.Work) (stateJSON, error) {
	a, c := &w.Article, &w.Copy.Content
	s := stateJSON{ID: idText(a.ID), Revision: a.Revision, Saved: w.Copy.Saved, By: w.Copy.Actor, Status: string(a.Status),
		Live: a.Status == article.StatusPublished, Changed: w.Changed, MayEdit: article.MayEdit(actor, a), TagNames: map[string]string{},
		Slug: a.Slug, Access: string(a.Access), Comments: a.CommentsOpen, Pinned: a.Pinned, Languages: []langJSON{}}
	var err error
	if s.Content, err = wireOf(c); err != nil {
		return s, err
	}
	names, err := p.tagNames(ctx, c.Tags)
	if err != nil {
		return s, err
	}
	for id, name := range names {
		s.TagNames[idText(id)] = name
	}
	if s.Path, err = p.Articles.PlannedPath(ctx, *a, c, ""); err != nil {
		return s, err
	}
	others, err := p.Articles.Translations(ctx, actor, a.ID)
	for i := range others {
		s.Languages = append(s.Languages, langOf(&others[i]))
	}
	return s, err
}

func langOf(a *article.Article) langJSON {
	return langJSON{idText(a.ID), a.Headline, a.Language, string(a.Status)}
}

// saved is what a save is answered with.
type saved struct {
	Revision int64     `json:"revision"`
	Saved    time.Time `json:"saved"`
	Slug     string    `json:"slug"`
	Path     string    `json:"path"`
}

func (p *Part) savedOf(ctx context.Context, a article.Article, c *article.Content) (web.Response, error) {
	path, err := p.Articles.PlannedPath(ctx, a, c, "")
	if err != nil {
		return web.Response{}, err
	}
	return desk.JSON(http.StatusOK, saved{a.Revision, a.Modified, a.Slug, path})
}

// save stores the text as it is being written; as a version when that is asked.
func (p *Part) save(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	var in struct {
		Revision int64   `json:"revision"`
		Tab      string  `json:"tab"`
		Version  bool    `json:"version"`
		Content  content `json:"content"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	c, err := in.Content.article()
	if err != nil {
		return web.Response{}, err
	}
	ctx, input := r.HTTP.Context(), article.SaveInput{ID: id, Revision: in.Revision, Content: c}
	store := p.Articles.Autosave
	if in.Version {
		store = p.Articles.Save
	}
	a, err := store(ctx, desk.Actor(r), input)
	if err != nil {
		return web.Response{}, err
	}
	return p.savedOf(ctx, a, &c)
}

// arrange changes address word, access, comments and pin.
func (p *Part) arrange(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	var in struct {
		Revision int64  `json:"revision"`
		Slug     string `json:"slug"`
		Access   string `json:"access"`
		Password string `json:"password"`
		Comments bool   `json:"comments_open"`
		Pinned   bool   `json:"pinned"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	w, err := p.Articles.Working(ctx, actor, id)
	if err != nil {
		return web.Response{}, err
	}
	input := article.ArrangeInput{ID: id, Revision: in.Revision, Slug: in.Slug, CommentsOpen: in.Comments, Pinned: in.Pinned,
		ParentID: w.Article.ParentID, MenuOrder: w.Article.MenuOrder, Access: article.Access(in.Access)}
	if in.Password != "" {
		input.PasswordHash = p.HashPassword(in.Password)
	}
	a, err := p.Articles.Arrange(ctx, actor, input)
	if err != nil {
		return web.Response{}, err
	}
	return p.savedOf(ctx, a, &w.Copy.Content)
}

// person is somebody who has the article open.
type person struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Block int64  `json:"block"`
	Tab   string `json:"tab"`
}

func (p *Part) presence(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	var in struct {
		Tab     string `json:"tab"`
		Block   int64  `json:"block"`
		Writing bool   `json:"writing"`
		Take    bool   `json:"take"`
		Leaving bool   `json:"leaving"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	c, err := p.Articles.Beat(r.HTTP.Context(), desk.Actor(r), article.Heartbeat{Article: id, Tab: in.Tab, Block: in.Block, Writing: in.Writing, Take: in.Take, Leaving: in.Leaving})
	if err != nil {
		return web.Response{}, err
	}
	out := struct {
		People    []person  `json:"people"`
		Pen       string    `json:"pen"` // person who writes, "" for nobody
		PenName   string    `json:"pen_name"`
		Since     time.Time `json:"since"`
		TakenFrom string    `json:"taken_from"`
		Revision  int64     `json:"revision"`
		Status    string    `json:"status"`
		MayEdit   bool      `json:"may_edit"`
	}{People: []person{}, Pen: idText(c.Pen.Person), PenName: c.Pen.Name, Since: c.Pen.Since, TakenFrom: idText(c.Pen.TakenFrom), Revision: c.Revision,
		Status: string(c.Status), MayEdit: c.MayEdit}
	for _, one := range c.People {
		out.People = append(out.People, person{idText(one.Person), one.Name, one.Block, one.Tab})
	}
	return desk.JSON(http.StatusOK, out)
}

func (p *Part) translate(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	var in struct {
		Article string `json:"article"`
		Remove  bool   `json:"remove"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	other, err := strconv.ParseInt(in.Article, 10, 64)
	if err != nil {
		return web.Response{}, fault.New(fault.Invalid, "choose an article")
	}
	link := p.Articles.Translate
	if in.Remove {
		link = p.Articles.Untranslate
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	if err := link(ctx, actor, id, other); err != nil {
		return web.Response{}, err
	}
	others, err := p.Articles.Translations(ctx, actor, id)
	if err != nil {
		return web.Response{}, err
	}
	out := []langJSON{}
	for i := range others {
		out = append(out, langOf(&others[i]))
	}
	return desk.JSON(http.StatusOK, out)
}
