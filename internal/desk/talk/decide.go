package talk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/desk"
	"dateline/internal/fault"
	"dateline/internal/web"
)

// most is how many comments one click may decide on.
const most = 500

// decisions are what the buttons do.
var decisions = []comment.Decision{comment.Approve, comment.Spam, comment.Bin, comment.Hold, comment.Pick, comment.Unpick}

// done is what the visitor did last, with the way back.
type done struct {
	Word string
	N    int64
	Undo string
	Back string // the queue's query
	Left []left // comments that colleagues changed meanwhile
}

// left is a comment that was left as a colleague had decided.
type left struct {
	At, Text string
}

// done reads from the address what was done before it led here.
func (p *Part) done(r *web.Request) *done {
	key := "talk.did_" + r.Query.Get("did")
	n, err := strconv.ParseInt(r.Query.Get("n"), 10, 64)
	if !p.Printer(r).Has(key) || err != nil || n < 0 {
		return nil
	}
	d := &done{Word: key, N: n, Back: readWish(r.Query).query()}
	if _, err := readSteps(r.Query.Get("undo")); err == nil {
		d.Undo = r.Query.Get("undo")
	}
	for _, text := range strings.Split(r.Query.Get("left"), ".") {
		id, err := desk.Number(text)
		if err != nil || id == 0 || len(d.Left) == mostLeft {
			break
		}
		c, err := p.Comments.Context(r.HTTP.Context(), desk.Actor(r), id)
		if err != nil {
			continue // it is gone
		}
		d.Left = append(d.Left, left{at(id), p.leftText(r, comment.Other{Comment: id, Name: c.Name, Status: c.Status, By: c.DecidedBy, At: c.Decided})})
	}
	return d
}

// mostLeft is how many comments that were left alone one notice names.
const mostLeft = 10

// leftText says what became of a comment that somebody else changed.
func (p *Part) leftText(r *web.Request, o comment.Other) string {
	words := p.Printer(r)
	status := words.T("talk.is_" + string(o.Status))
	if o.By == "" {
		return words.T("talk.left_changed", o.Name, status)
	}
	return words.T("talk.left_decided", o.Name, o.By, p.moment(r, o.At), status)
}

// moment writes a time in the site's zone.
func (p *Part) moment(r *web.Request, t time.Time) string {
	if site, err := p.Settings.Site(r.HTTP.Context()); err == nil {
		t = t.In(site.Location())
	}
	return desk.Moment(p.Printer(r), t)
}

// seen reads what a form says of the comments as they were shown: each as
// "12.345", when it had been decided on.
func seen(in url.Values) comment.Seen {
	out := comment.Seen{}
	for _, text := range in["seen"] {
		id, at, ok := strings.Cut(text, ".")
		n, err := strconv.ParseInt(id, 10, 64)
		micros, e := strconv.ParseInt(at, 10, 64)
		if ok && err == nil && e == nil {
			out[n] = db.Time(micros)
		}
	}
	return out
}

// steps are what has to be undone to undo one click: a decision, a ban, an
// answer. In addresses they are written as "d12.b34.r56".
type steps []step

type step struct {
	kind byte
	id   int64
}

func (s steps) String() string {
	var parts []string
	for _, one := range s {
		if one.id != 0 {
			parts = append(parts, string(one.kind)+text64(one.id))
		}
	}
	return strings.Join(parts, ".")
}

func readSteps(text string) (steps, error) {
	var out steps
	for part := range strings.SplitSeq(text, ".") {
		if len(part) < 2 || !strings.ContainsRune("dbr", rune(part[0])) {
			return nil, fault.New(fault.Invalid, "there is nothing to undo")
		}
		id, err := desk.Number(part[1:])
		if err != nil {
			return nil, err
		}
		out = append(out, step{part[0], id})
	}
	return out, nil
}

// outcome is what a script is told of a deed.
type outcome struct {
	Changed int      `json:"changed"`
	Undo    string   `json:"undo,omitempty"`
	Left    []string `json:"left,omitempty"` // what colleagues had decided meanwhile, in words
}

// tell answers a deed: a script with its outcome, anybody else with the page
// they came from, where it can be undone.
func (p *Part) tell(r *web.Request, back, did string, changed int, undo steps, others []comment.Other) (web.Response, error) {
	if scripted(r) {
		out := outcome{Changed: changed, Undo: undo.String()}
		for _, o := range others[:min(len(others), mostLeft)] {
			out.Left = append(out.Left, p.leftText(r, o))
		}
		return desk.JSON(http.StatusOK, out)
	}
	path, query, _ := strings.Cut(back, "?")
	v, err := url.ParseQuery(query)
	if err != nil {
		v = url.Values{}
	}
	v.Set("did", did)
	v.Set("n", strconv.Itoa(changed))
	if s := undo.String(); s != "" {
		v.Set("undo", s)
	}
	var named []string
	for _, o := range others[:min(len(others), mostLeft)] {
		named = append(named, text64(o.Comment))
	}
	if len(named) > 0 {
		v.Set("left", strings.Join(named, "."))
	}
	return desk.SeeOther(path + "?" + v.Encode()), nil
}

// back is the queue that a form was sent from.
func back(in url.Values) string {
	q, err := url.ParseQuery(in.Get("back"))
	if err != nil {
		return base
	}
	return readWish(q).link()
}

// decide does one thing to the comments of a form: those ticked, or a wave.
func (p *Part) decide(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	decision := comment.Decision(in.Get("do"))
	ids, err := p.meant(r, in)
	if err == nil && !slices.Contains(decisions, decision) {
		err = fault.New(fault.Invalid, "%q cannot be done to a comment", decision)
	}
	if err == nil && len(ids) == 0 {
		err = fault.New(fault.Invalid, "choose the comments first")
	}
	var undo steps
	var made comment.Undo
	if err == nil {
		undo, made, err = p.decided(r, ids, decision, seen(in))
	}
	if err != nil {
		return p.again(r, in, err)
	}
	return p.tell(r, back(in), string(decision), made.Changed, undo, made.Others)
}

// decided does it. Only what readers can see is picked, so a pick approves.
func (p *Part) decided(r *web.Request, ids []int64, d comment.Decision, seen comment.Seen) (undo steps, made comment.Undo, err error) {
	chain := []comment.Decision{d}
	if d == comment.Pick {
		chain = []comment.Decision{comment.Approve, comment.Pick}
	}
	for _, one := range chain {
		if made, err = p.Comments.Decide(r.HTTP.Context(), desk.Actor(r), ids, one, seen); err != nil {
			return undo, made, err
		}
		undo = append(undo, step{'d', made.ID})
	}
	return undo, made, nil
}

// again shows the queue once more, with what was wrong.
func (p *Part) again(r *web.Request, in url.Values, err error) (web.Response, error) {
	if scripted(r) {
		return web.Response{}, err
	}
	q, e := url.ParseQuery(in.Get("back"))
	if e != nil {
		q = url.Values{}
	}
	page, e := p.queuePage(r, readWish(q))
	if e != nil {
		return web.Response{}, e
	}
	return p.Again(r, "queue", page, err)
}

// meant are the comments that a form means.
func (p *Part) meant(r *web.Request, in url.Values) ([]int64, error) {
	wave, err := desk.Number(in.Get("wave"))
	if err != nil {
		return nil, err
	}
	if wave != 0 {
		return p.all(r.HTTP.Context(), r, comment.QueueFilter{Status: comment.StatusPending, Wave: wave})
	}
	chosen := in["comment"]
	if len(chosen) > most {
		return nil, fault.New(fault.Invalid, "at most %d comments at once", most)
	}
	var ids []int64
	for _, text := range chosen {
		id, err := desk.Number(text)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// all are the comments of a filter, as many as one click may decide on.
func (p *Part) all(ctx context.Context, r *web.Request, f comment.QueueFilter) ([]int64, error) {
	var ids []int64
	for f.Limit = 200; len(ids) < most; {
		found, err := p.Comments.Queue(ctx, desk.Actor(r), f)
		if err != nil {
			return nil, err
		}
		for i := range found.Comments {
			ids = append(ids, found.Comments[i].ID)
		}
		if f.After = found.Next; f.After == (comment.Cursor{}) {
			break
		}
	}
	return ids[:min(len(ids), most)], nil
}

// undo takes back what the last click did, the last of its steps first.
func (p *Part) undo(r *web.Request) (web.Response, error) {
	in := r.HTTP.PostForm
	all, err := readSteps(in.Get("undo"))
	if err != nil {
		return p.again(r, in, err)
	}
	ctx, actor := r.HTTP.Context(), desk.Actor(r)
	var others, more []comment.Other
	for _, one := range slices.Backward(all) {
		more = nil
		switch one.kind {
		case 'd':
			more, err = p.Comments.Undo(ctx, actor, one.id)
		case 'b':
			err = p.Comments.Unban(ctx, actor, one.id)
		case 'r':
			_, err = p.Comments.Decide(ctx, actor, []int64{one.id}, comment.Bin, nil)
		}
		if err != nil {
			return p.again(r, in, err)
		}
		others = append(others, more...)
	}
	return p.tell(r, back(in), "undo", 1, nil, others)
}
