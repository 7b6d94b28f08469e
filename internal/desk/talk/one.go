package talk

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dateline/internal/comment"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/view"
	"dateline/internal/web"
)

// oneData is what the page of a comment shows.
type oneData struct {
	card
	Source  string
	Around  []brief // it answers them, or they answer it
	Before  []brief // of the same person
	Alike   []brief
	Reports []comment.Report
	Edits   []edit
	Notes   []comment.Note
	Bans    []comment.Ban
	Hosts   []string
	Lengths []choice
	Typed   typed
	Done    *done
	Query   string
}

// edit is a former text.
type edit struct {
	Text template.HTML
	At   time.Time
}

// typed is what forms of the page are shown again with.
type typed struct{ Reply, Note, Kind, Domain, For, BanNote string }

func (p *Part) one(r *web.Request) (web.Response, error) {
	page, err := p.onePage(r, r.Query.Get("back"), typed{})
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "one", page)
}

func (p *Part) onePage(r *web.Request, back string, t typed) (desk.Page, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return desk.Page{}, err
	}
	c, err := p.Comments.Context(r.HTTP.Context(), desk.Actor(r), id)
	if err != nil {
		return desk.Page{}, err
	}
	q, err := url.ParseQuery(back)
	if err != nil {
		q = url.Values{}
	}
	list := readWish(q).query()
	d := oneData{card: p.card(r, &c, list), Source: c.Source, Reports: c.Reported, Notes: c.Notes, Bans: c.Banned, Hosts: hosts(&c.Comment),
		Lengths: p.lengths(r), Typed: t, Done: p.done(r), Query: list}
	if t.Domain == "" && len(d.Hosts) > 0 {
		d.Typed.Domain = d.Hosts[0]
	}
	for i := range c.Thread {
		if c.Thread[i].ID != c.ID {
			d.Around = append(d.Around, briefly(&c.Thread[i]))
		}
	}
	d.Before, d.Alike = briefs(c.Earlier), briefs(c.Alike)
	for _, e := range c.Edits {
		d.Edits = append(d.Edits, edit{view.Rendered(richtext.CommentHTML(e.Body)), e.At})
	}
	page := p.head(r, "", p.say(r, "one_title", c.Name), d)
	page.Wide = true
	return page, nil
}

func briefs(all []comment.Held) (out []brief) {
	for i := range all {
		out = append(out, briefly(&all[i].Comment))
	}
	return out
}

// againOne shows the page of a comment once more, with what was typed.
func (p *Part) againOne(r *web.Request, t typed, err error) (web.Response, error) {
	if scripted(r) {
		return web.Response{}, err
	}
	page, e := p.onePage(r, r.HTTP.PostForm.Get("back"), t)
	if e != nil {
		return web.Response{}, e
	}
	return p.Again(r, "one", page, err)
}

// here is the page of the comment that a form was sent from, or the queue when
// it came from there.
func here(in url.Values, id int64) string {
	if in.Get("from") == "queue" {
		return back(in)
	}
	q, err := url.ParseQuery(in.Get("back"))
	if err != nil || len(q) == 0 {
		return at(id)
	}
	return at(id) + "?" + url.Values{"back": {readWish(q).query()}}.Encode()
}

// reply answers a comment as a colleague. What waited is public with it, so it
// is approved first: then both can be undone.
func (p *Part) reply(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	t := typed{Reply: in.Get("text")}
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	if strings.TrimSpace(t.Reply) == "" {
		return p.againOne(r, t, fault.New(fault.Invalid, "the answer is empty").WithHint("write something, or approve the comment without an answer"))
	}
	c, err := p.Comments.Context(ctx, actor, id)
	if err != nil {
		return web.Response{}, err
	}
	var undo comment.Undo
	if c.Status != comment.StatusApproved {
		if undo, err = p.Comments.Decide(ctx, actor, []int64{id}, comment.Approve, seen(in)); err != nil {
			return p.againOne(r, t, err)
		}
		if len(undo.Others) > 0 {
			return p.againOne(r, t, fault.New(fault.Conflict, "%s", p.leftText(r, undo.Others[0])))
		}
	}
	posted, err := p.Comments.Reply(ctx, actor, id, t.Reply)
	if err != nil {
		if undo.ID != 0 {
			if _, e := p.Comments.Undo(ctx, actor, undo.ID); e != nil {
				return web.Response{}, e
			}
		}
		return p.againOne(r, t, err)
	}
	return p.tell(r, here(in, id), "reply", 1, steps{{'d', undo.ID}, {'r', posted.Comment.ID}}, nil)
}

func (p *Part) note(r *web.Request) (web.Response, error) {
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	in := r.HTTP.PostForm
	if err := p.Comments.AddNote(r.HTTP.Context(), desk.Actor(r), id, in.Get("text")); err != nil {
		return p.againOne(r, typed{Note: in.Get("text")}, err)
	}
	return p.tell(r, here(in, id), "note", 1, nil, nil)
}

// ban keeps out whom the form names, and with "clear" takes what else of theirs
// waits for spam.
func (p *Part) ban(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	id, err := desk.Number(r.Vars["id"])
	if err != nil {
		return web.Response{}, err
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	t := typed{Kind: in.Get("kind"), Domain: in.Get("domain"), For: in.Get("for"), BanNote: in.Get("note")}
	b := comment.Ban{Kind: comment.BanKind(t.Kind), Comment: id, Shadow: in.Get("shadow") != "", Note: t.BanNote}
	switch b.Kind {
	case comment.BanWriter, comment.BanDevice, comment.BanPrefix:
	case comment.BanDomain:
		b.Value = t.Domain
	default:
		return p.againOne(r, t, fault.New(fault.Invalid, "choose who is kept out"))
	}
	if b.Until, err = p.until(t.For); err == nil {
		err = p.Comments.Ban(ctx, actor, b)
	}
	if err != nil {
		return p.againOne(r, t, err)
	}
	undo := steps{{'b', p.banID(r, b)}}
	changed := 1
	var others []comment.Other
	if in.Get("clear") != "" {
		decided, err := p.clear(r, id, b.Kind)
		if err != nil {
			return web.Response{}, err
		}
		undo, others = append(undo, step{'d', decided.ID}), decided.Others
	}
	return p.tell(r, here(in, id), "ban", changed, undo, others)
}

// clear takes the comment, and all that waits of the same writer, for spam.
func (p *Part) clear(r *web.Request, id int64, kind comment.BanKind) (comment.Undo, error) {
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	c, err := p.Comments.Context(ctx, actor, id)
	if err != nil {
		return comment.Undo{}, err
	}
	ids := []int64{id}
	if kind == comment.BanWriter && c.Writer != 0 {
		more, err := p.all(ctx, r, comment.QueueFilter{Status: comment.StatusPending, Writer: c.Writer})
		if err != nil {
			return comment.Undo{}, err
		}
		for _, other := range more {
			if other != id {
				ids = append(ids, other)
			}
		}
	}
	return p.Comments.Decide(ctx, actor, ids, comment.Spam, seen(r.HTTP.PostForm))
}

// banID finds the ban that was just made; 0 when it cannot be told, and then it
// is ended on the page of the bans.
func (p *Part) banID(r *web.Request, b comment.Ban) int64 {
	all, err := p.Comments.Bans(r.HTTP.Context(), desk.Actor(r))
	if err != nil {
		return 0
	}
	for _, one := range all {
		if one.Kind == b.Kind && one.Comment == b.Comment {
			return one.ID
		}
	}
	return 0
}

// spans are how long a ban holds; 0 days is for ever.
var spans = []struct {
	name string
	days int
}{{"day", 1}, {"week", 7}, {"month", 30}, {"ever", 0}}

func (p *Part) lengths(r *web.Request) (out []choice) {
	for _, s := range spans {
		out = append(out, choice{s.name, p.say(r, "for_"+s.name), s.name == "week"})
	}
	return out
}

func (p *Part) until(length string) (time.Time, error) {
	for _, s := range spans {
		switch {
		case s.name != length:
		case s.days == 0:
			return time.Time{}, nil
		default:
			return p.Clock.Now().AddDate(0, 0, s.days), nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "choose how long the ban holds")
}
