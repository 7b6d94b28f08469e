package write

import (
	"net/http"
	"time"

	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// noteJSON is a note for the page of its article.
type noteJSON struct {
	ID       string         `json:"id"`
	Thread   string         `json:"thread"`
	Author   string         `json:"author"`
	Mine     bool           `json:"mine"`
	Body     string         `json:"body"`
	Anchor   article.Anchor `json:"anchor"`
	At       time.Time      `json:"at"`
	Resolved bool           `json:"resolved"`
	By       string         `json:"by"`
}

// notes answers the notes of an article. Whoever reads them has seen where they
// are named.
func (p *Part) notes(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	all, err := p.Articles.Notes(ctx, actor, id)
	if err != nil {
		return web.Response{}, err
	}
	out := []noteJSON{}
	for _, n := range all {
		out = append(out, noteJSON{idText(n.ID), idText(n.Thread), n.Author, n.Person == actor.ID, n.Body, n.Anchor, n.At, !n.Resolved.IsZero(), n.By})
	}
	return desk.JSON(http.StatusOK, out)
}

// writeNote adds a note, resolves one or takes one back, and answers them all.
func (p *Part) writeNote(r *web.Request) (web.Response, error) {
	id, err := articleID(r)
	if err != nil {
		return web.Response{}, err
	}
	var in struct {
		Do       string         `json:"do"` // add, resolve, reopen, remove, seen
		Note     string         `json:"note"`
		Thread   string         `json:"thread"`
		Body     string         `json:"body"`
		Anchor   article.Anchor `json:"anchor"`
		Mentions []string       `json:"mentions"`
	}
	if err := desk.ReadJSON(r, &in); err != nil {
		return web.Response{}, err
	}
	var ids idReader
	note, thread, named := ids.one(in.Note), ids.one(in.Thread), ids.all(in.Mentions)
	if ids.err != nil {
		return web.Response{}, ids.err
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	switch in.Do {
	case "add":
		_, err = p.Articles.AddNote(ctx, actor, article.NoteInput{Article: id, Thread: thread, Body: in.Body, Anchor: in.Anchor, Mentions: named})
	case "resolve", "reopen":
		err = p.Articles.ResolveNote(ctx, actor, id, note, in.Do == "resolve")
	case "remove":
		err = p.Articles.RemoveNote(ctx, actor, id, note)
	case "seen":
		err = p.Articles.SeeMentions(ctx, actor, id)
	default:
		err = fault.New(fault.Invalid, "%q cannot be done with a note", in.Do)
	}
	if err != nil {
		return web.Response{}, err
	}
	return p.notes(r)
}

// mentionRow is one line of the page of mentions.
type mentionRow struct {
	article.Mention
	URL string
	New bool
}

const mentionsShown = 100

// mentions shows the notes that name the visitor.
func (p *Part) mentions(r *web.Request) (web.Response, error) {
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	all, err := p.Articles.Mentions(ctx, actor, mentionsShown)
	if err != nil {
		return web.Response{}, err
	}
	data := struct {
		Rows []mentionRow
		New  int64
	}{}
	for _, m := range all {
		row := mentionRow{m, Link(m.Note.Article, m.Note.Thread), m.Read.IsZero()}
		if row.New {
			data.New++
		}
		data.Rows = append(data.Rows, row)
	}
	words := p.Printer(r)
	return p.Page(r, http.StatusOK, "mentions", desk.Page{Title: words.T("write.mentions"), Lead: words.T("write.mentions_lead"), Data: data})
}

func (p *Part) mentionsRead(r *web.Request) (web.Response, error) {
	if err := p.Articles.SeeMentions(r.HTTP.Context(), desk.Actor(r), 0); err != nil {
		return web.Response{}, err
	}
	return desk.SeeOther(notesPath), nil
}
