package write

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/register"
	"dateline/internal/web"
)

// subjectJSON is an entry of the register, or a name that may become one, as
// the panel shows it.
type subjectJSON struct {
	ID    string `json:"id"` // "" for a name that the register does not have
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Times int    `json:"times"`
	Item  string `json:"item"` // names a suggestion to dismiss it
}

func entryJSON(e *register.Entry) subjectJSON {
	return subjectJSON{ID: idText(e.ID), Name: e.Name, Kind: string(e.Kind)}
}

// subjects answers what the panel shows of the names in an article: those that
// are confirmed, and suggestions, the likeliest first. name asks for the kind
// that a new name may have.
func (p *Part) subjects(r *web.Request) (web.Response, error) {
	w, err := p.work(r)
	if err != nil {
		return web.Response{}, err
	}
	out := struct {
		Confirmed []subjectJSON `json:"confirmed"`
		Suggested []subjectJSON `json:"suggested"`
		Guess     string        `json:"guess"`
	}{Confirmed: []subjectJSON{}, Suggested: []subjectJSON{}}
	if name := r.Query.Get("name"); name != "" {
		out.Guess = string(register.GuessKind(name))
		return desk.JSON(http.StatusOK, out)
	}
	ctx := r.HTTP.Context()
	entries, err := p.confirmed(ctx, w.Copy.Content.Subjects)
	if err != nil {
		return web.Response{}, err
	}
	for i := range entries {
		out.Confirmed = append(out.Confirmed, entryJSON(&entries[i]))
	}
	if !article.MayEdit(desk.Actor(r), &w.Article) {
		return desk.JSON(http.StatusOK, out)
	}
	found, err := p.Register.SuggestFor(ctx, &w.Article, &w.Copy.Content)
	if err != nil {
		return web.Response{}, err
	}
	for _, s := range found {
		one := subjectJSON{Name: s.Name, Kind: string(s.Kind), Times: s.Times, Item: s.Item}
		if s.Entry != nil {
			one.ID = idText(s.Entry.ID)
		}
		out.Suggested = append(out.Suggested, one)
	}
	return desk.JSON(http.StatusOK, out)
}

// confirmed reads the entries of an article's subjects, in their order.
func (p *Part) confirmed(ctx context.Context, all []article.Subject) ([]register.Entry, error) {
	ids := make([]int64, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	found, err := register.ByIDs(ctx, p.DB, ids)
	var out []register.Entry
	for _, id := range ids {
		if e, ok := found[id]; ok {
			out = append(out, e)
		}
	}
	return out, err
}

// dismissSubject remembers that a suggestion is not meant, or takes that back.
func (p *Part) dismissSubject(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	var in struct {
		Item string `json:"item"`
		Back bool   `json:"back"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	if err := p.Register.Dismiss(r.HTTP.Context(), desk.Actor(r), id, in.Item, in.Back); err != nil {
		return web.Response{}, err
	}
	return desk.JSON(http.StatusOK, struct{}{})
}

// newSubject adds a name to the register. One that is there already is taken as
// meant: who means another one of the same name adds it in the register.
func (p *Part) newSubject(r *web.Request) (web.Response, error) {
	var in struct {
		Name string `json:"name"`
		Kind string `json:"kind"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	e, err := p.addSubject(r.HTTP.Context(), desk.Actor(r), in.Name, register.Kind(in.Kind))
	if err != nil {
		return web.Response{}, err
	}
	return desk.JSON(http.StatusOK, entryJSON(&e))
}

func (p *Part) addSubject(ctx context.Context, actor account.Actor, name string, kind register.Kind) (register.Entry, error) {
	e, err := p.Register.Add(ctx, actor, register.Input{Entry: register.Entry{Name: name, Kind: kind}})
	var double *register.Double
	if errors.As(err, &double) {
		return double.Entry, nil
	}
	return e, err
}

// findSubjects finds entries by what is typed.
func (p *Part) findSubjects(r *web.Request, q string) ([]hit, error) {
	found, err := p.Register.Find(r.HTTP.Context(), q, maxHits, nil)
	var hits []hit
	for i := range found {
		e := &found[i]
		hits = append(hits, hit{ID: idText(e.ID), Name: e.Name, Detail: p.Printer(r).T("write.js_subject_" + string(e.Kind)), Status: string(e.Kind)})
	}
	return hits, err
}

// subjectChoices are the boxes of the form without script: what is confirmed
// and, of entries of the register, what is suggested.
func (p *Part) subjectChoices(ctx context.Context, d *pageData) error {
	entries, err := p.confirmed(ctx, d.C.Subjects)
	if err != nil {
		return err
	}
	for i := range entries {
		d.Subjects = append(d.Subjects, option{idText(entries[i].ID), entries[i].Name, true})
	}
	if !d.MayEdit {
		return nil
	}
	found, err := p.Register.SuggestFor(ctx, &d.A, &d.C)
	for _, s := range found {
		if s.Entry != nil {
			d.Subjects = append(d.Subjects, option{idText(s.Entry.ID), s.Name, false})
		}
	}
	return err
}

// formSubjects reads these boxes: the main ones stay so.
func formSubjects(was []article.Subject, chosen []int64) []article.Subject {
	var out []article.Subject
	for _, s := range was {
		if slices.Contains(chosen, s.ID) {
			out = append(out, s)
		}
	}
	for _, id := range chosen {
		if !slices.ContainsFunc(out, func(s article.Subject) bool { return s.ID == id }) {
			out = append(out, article.Subject{ID: id})
		}
	}
	return out
}
