package storylines

import (
	"html/template"
	"strconv"

	"dateline/internal/article/compare"
	"dateline/internal/desk"
	"dateline/internal/richtext"
	"dateline/internal/storyline"
	"dateline/internal/view"
	"dateline/internal/web"
)

// revisionRow is what a storyline said once, in the list.
type revisionRow struct {
	storyline.Revision
	Present, Shown bool
}

// shownRevision is an earlier revision beside what the storyline says now.
type shownRevision struct {
	storyline.Revision
	Headlined bool          // the headline was another one
	Same      bool          // the summary is the present one
	Text      template.HTML // what has changed since
}

// history lists what the storyline said, and shows the revision that the
// address asks for.
func (p *Part) history(r *web.Request, d *oneData) error {
	all, err := p.lines.Revisions(r.HTTP.Context(), desk.Actor(r), d.Row.ID)
	if err != nil {
		return err
	}
	asked, _ := strconv.ParseInt(r.Query.Get("revision"), 10, 64)
	for i, v := range all {
		d.History = append(d.History, revisionRow{Revision: v, Present: i == 0, Shown: v.Number == asked})
		if v.Number == asked {
			d.Shown = p.shown(r, v, &d.Row.Storyline)
		}
	}
	return nil
}

func (p *Part) shown(r *web.Request, v storyline.Revision, line *storyline.Storyline) *shownRevision {
	none := func(string) string { return "" }
	words := compare.Words{Unchanged: func(int) string { return "" }, Field: none, Item: func(_, value string) string { return value },
		MovedHere: p.say(r, "moved_here"), MovedAway: p.say(r, "moved_away")}
	diff := compare.Diff(compare.Record{Body: richtext.FromMarkdown(v.Summary)}, compare.Record{Body: line.Doc()})
	return &shownRevision{Revision: v, Headlined: v.Headline != line.Headline, Same: v.Summary == line.Summary,
		Text: view.Rendered(richtext.HTML(compare.Print(diff.Body, -1, words), richtext.Options{}))}
}

func (p *Part) restore(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	number, err := desk.Number(r.HTTP.PostForm.Get("number"))
	if err != nil {
		return web.Response{}, err
	}
	revision, err := desk.Number(r.HTTP.PostForm.Get("revision"))
	if err == nil {
		_, err = p.lines.Restore(r.HTTP.Context(), desk.Actor(r), id, revision, number)
	}
	if err != nil {
		return p.again(r, nil, err)
	}
	return desk.SeeOther(under(id) + "?done=restored"), nil
}
