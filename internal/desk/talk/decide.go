package talk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/comment"
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
	return d
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
	Changed int    `json:"changed"`
	Undo    string `json:"undo,omitempty"`
}

// tell answers a deed: a script with its outcome, anybody else with the page
// they came from, where it can be undone.
func tell(r *web.Request, back, did string, changed int, undo steps) (web.Response, error) {
	if scripted(r) {
		return desk.JSON(http.StatusOK, outcome{changed, undo.String()})
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
	changed := 0
	if err == nil {
		undo, changed, err = p.decided(r, ids, decision)
	}
	if err != nil {
		return p.again(r, in, err)
	}
	return tell(r, back(in), string(decision), changed, undo)
}

// decided does it. Only what readers can see is picked, so a pick approves.
func (p *Part) decided(r *web.Request, ids []int64, d comment.Decision) (undo steps, changed int, err error) {
	chain := []comment.Decision{d}
	if d == comment.Pick {
		chain = []comment.Decision{comment.Approve, comment.Pick}
	}
	for _, one := range chain {
		u, err := p.Comments.Decide(r.HTTP.Context(), desk.Actor(r), ids, one)
		if err != nil {
			return undo, changed, err
		}
		undo, changed = append(undo, step{'d', u.ID}), u.Changed
	}
	return undo, changed, nil
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
	for _, one := range slices.Backward(all) {
		switch one.kind {
		case 'd':
			err = p.Comments.Undo(ctx, actor, one.id)
		case 'b':
			err = p.Comments.Unban(ctx, actor, one.id)
		case 'r':
			_, err = p.Comments.Decide(ctx, actor, []int64{one.id}, comment.Bin)
		}
		if err != nil {
			return p.again(r, in, err)
		}
	}
	return tell(r, back(in), "undo", 1, nil)
}
