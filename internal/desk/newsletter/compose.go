package newsletter

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/desk"
	"dateline/internal/edition"
	"dateline/internal/fault"
	"dateline/internal/subscriber"
	"dateline/internal/web"
)

// itemRow is an article of the edition on the page.
type itemRow struct {
	edition.Item
	Headline    string
	Gone        bool // readers may not see it any more
	First, Last bool
}

// hit is an article that may be added.
type hit struct {
	ID        int64
	Headline  string
	Published time.Time
}

type composeData struct {
	E                edition.Edition
	N                subscriber.Newsletter
	At               string
	May, Send        bool
	Intro            string
	Items            []itemRow
	Hits             []hit
	Query            string
	Languages        []string
	Sections         []section
	Everything       bool // those who want everything are among the chosen
	Engaged          bool // the site keeps who still reads
	Since, Until     string
	Rhythms          []string
	Audience         int64
	Counting         bool
	TestWait         int // hours
	SubjectN, LongAt int
}

// EngagedDays are the spans that may be chosen.
func (composeData) EngagedDays() []int { return []int{7, 14, subscriber.EngagedDays} }

func (p *Part) read(r *web.Request) (edition.Edition, error) {
	id, err := strconv.ParseInt(r.Vars["id"], 10, 64)
	if err != nil {
		return edition.Edition{}, fault.New(fault.NotFound, "there is no such edition")
	}
	return p.Editions.Get(r.HTTP.Context(), desk.Actor(r), id)
}

func (p *Part) edition(r *web.Request) (web.Response, error) {
	e, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	if !e.State.Open() {
		return desk.SeeOther(at(e.ID, "/report")), nil
	}
	page, err := p.composePage(r, e, r.Query.Get("q"), toText(e.Intro))
	if err != nil {
		return web.Response{}, err
	}
	return p.Page(r, http.StatusOK, "compose", page)
}

func (p *Part) composePage(r *web.Request, e edition.Edition, query, intro string) (desk.Page, error) {
	ctx, actor, words := r.HTTP.Context(), desk.Actor(r), p.Printer(r)
	n, err := p.Readers.Newsletter(ctx, p.desk.DB, e.Newsletter)
	if err != nil {
		return desk.Page{}, err
	}
	conf, err := p.Editions.Conf(ctx)
	if err != nil {
		return desk.Page{}, err
	}
	d := composeData{E: e, N: n, At: at(e.ID, ""), May: edition.MayCompose(actor, &e), Send: edition.MaySend(actor), Intro: intro, Query: query,
		Languages: e.Audience.Languages, Rhythms: n.Rhythms, Counting: conf.Counting, TestWait: int(e.Test.Wait / time.Hour), LongAt: 70}
	if d.TestWait == 0 {
		d.TestWait = 2
	}
	zone, err := p.zone(ctx)
	if err != nil {
		return desk.Page{}, err
	}
	if d.Sections, err = p.sections(r, e.Audience.Sections); err != nil {
		return desk.Page{}, err
	}
	d.Everything, d.Engaged = contains(e.Audience.Sections, 0), conf.Engaged
	d.Since, d.Until = day(e.Audience.Since, zone), day(e.Audience.Until, zone)
	for i, it := range e.Items {
		one := itemRow{Item: it, First: i == 0, Last: i == len(e.Items)-1}
		a, _, err := p.public.Kept(ctx, it.Article, 0)
		switch {
		case fault.Is(err, fault.NotFound):
			one.Gone = true
		case err != nil:
			return desk.Page{}, err
		}
		one.Headline = cmp.Or(a.Headline, words.T("letters.gone"))
		d.Items = append(d.Items, one)
	}
	if d.Hits, err = p.hits(ctx, query, e.Items); err != nil {
		return desk.Page{}, err
	}
	readers, err := p.Readers.Count(ctx, p.desk.DB, e.Audience)
	if err != nil {
		return desk.Page{}, err
	}
	d.Audience = int64(readers)
	title := cmp.Or(e.Subject, words.T("letters.new_title"))
	return desk.Page{Title: title, Lead: n.Name + " · " + words.T("letters.state_"+string(e.State)), Scripts: []string{"newsletter.js"}, Data: d}, nil
}

const mostHits = 12

// hits finds articles by words, or the latest ones.
func (p *Part) hits(ctx context.Context, query string, have []edition.Item) ([]hit, error) {
	var found []article.Article
	if strings.TrimSpace(query) == "" {
		some, err := p.public.List(ctx, article.ScopeSite, 0, article.Cursor{}, mostHits+len(have))
		if err != nil {
			return nil, err
		}
		found = some
	} else {
		some, err := p.Search.Find(ctx, query, mostHits+len(have))
		if err != nil {
			return nil, err
		}
		found = some
	}
	var out []hit
	for _, a := range found {
		chosen := false
		for _, it := range have {
			chosen = chosen || it.Article == a.ID
		}
		if !chosen && a.Type == article.TypeArticle && len(out) < mostHits {
			out = append(out, hit{a.ID, a.Headline, a.FirstPublished})
		}
	}
	return out, nil
}

func (p *Part) zone(ctx context.Context) (*time.Location, error) {
	conf, err := p.Settings.Site(ctx)
	return conf.Location(), err
}

func day(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateOnly)
}

// change saves what the form has, after what its button says.
func (p *Part) change(r *web.Request) (web.Response, error) {
	ctx, actor, in := r.HTTP.Context(), desk.Actor(r), r.HTTP.PostForm
	e, err := p.read(r)
	if err != nil {
		return web.Response{}, err
	}
	do, _, _ := strings.Cut(in.Get("do"), ":")
	if do == "cancel" {
		if _, err := p.Editions.Cancel(ctx, actor, e.ID); err != nil {
			return web.Response{}, err
		}
		return desk.SeeOther(home + "?done=cancelled"), nil
	}
	input, err := p.input(ctx, e, in)
	sent := e
	sent.Subject, sent.Preview, sent.Items, sent.Audience, sent.Test = input.Subject, input.Preview, input.Items, input.Audience, input.Test
	if err == nil && do == "back" {
		e, err = p.Editions.TakeBack(ctx, actor, e.ID, input.Revision)
	} else if err == nil {
		e, err = p.Editions.Save(ctx, actor, input)
	}
	if err == nil && do == "submit" {
		e, err = p.Editions.Submit(ctx, actor, e.ID, e.Revision)
	}
	if err != nil {
		sent.Revision = cmp.Or(input.Revision, e.Revision)
		if fault.Is(err, fault.Conflict) {
			if now, e2 := p.read(r); e2 == nil {
				sent.Revision = now.Revision // what was typed goes on from the newer one
			}
		}
		page, e2 := p.composePage(r, sent, in.Get("q"), in.Get("intro"))
		if e2 != nil {
			return web.Response{}, e2
		}
		return p.Again(r, "compose", page, err)
	}
	switch do {
	case "look":
		return desk.SeeOther(at(e.ID, "/look")), nil
	case "send":
		return desk.SeeOther(at(e.ID, "/send")), nil
	case "find":
		return desk.SeeOther(at(e.ID, "?q="+url.QueryEscape(in.Get("q"))+"#add")), nil
	case "add", "up", "down", "remove":
		return desk.SeeOther(at(e.ID, "?q="+url.QueryEscape(in.Get("q"))+"#articles")), nil
	}
	return desk.SeeOther(at(e.ID, "?done="+cmp.Or(map[string]string{"submit": "submitted", "back": "back"}[do], "saved"))), nil
}

// input reads the form, and does what its button says to the articles.
func (p *Part) input(ctx context.Context, e edition.Edition, in url.Values) (edition.SaveInput, error) {
	out := edition.SaveInput{ID: e.ID, Subject: in.Get("subject"), Preview: in.Get("preview"), Intro: toDoc(in.Get("intro")), Audience: e.Audience}
	var err error
	if out.Revision, err = desk.Number(in.Get("revision")); err != nil {
		return out, err
	}
	old := map[int64]edition.Item{}
	for _, it := range e.Items {
		old[it.Article] = it
	}
	for _, text := range in["article"] {
		id, err := desk.Number(text)
		if err != nil {
			return out, err
		}
		it := edition.Item{Article: id, Form: edition.Form(in.Get("form_" + text)), Correction: old[id].Correction}
		if old[id].Form == edition.Corrected {
			it.Form = edition.Corrected
		}
		out.Items = append(out.Items, it)
	}
	if out.Items, err = arrange(out.Items, in.Get("do")); err != nil {
		return out, err
	}
	return out, p.whom(ctx, in, &out)
}

// arrange does what a button says: "add:7", "up:7", "down:7", "remove:7".
func arrange(items []edition.Item, do string) ([]edition.Item, error) {
	verb, text, ok := strings.Cut(do, ":")
	if !ok {
		return items, nil
	}
	id, err := desk.Number(text)
	if err != nil {
		return items, err
	}
	if verb == "add" {
		return append(items, edition.Item{Article: id, Form: edition.Short}), nil
	}
	for i, it := range items {
		if it.Article != id {
			continue
		}
		switch {
		case verb == "remove":
			return append(items[:i:i], items[i+1:]...), nil
		case verb == "up" && i > 0:
			items[i-1], items[i] = items[i], items[i-1]
		case verb == "down" && i+1 < len(items):
			items[i+1], items[i] = items[i], items[i+1]
		}
		break
	}
	return items, nil
}

// whom reads the choice of readers and the test of subjects.
func (p *Part) whom(ctx context.Context, in url.Values, out *edition.SaveInput) error {
	zone, err := p.zone(ctx)
	if err != nil {
		return err
	}
	a := &out.Audience
	a.Rhythm, a.Languages, a.Sections = in.Get("rhythm"), nil, nil
	for _, text := range in["section"] {
		id, err := desk.Number(text)
		if err != nil {
			return err
		}
		a.Sections = append(a.Sections, id)
	}
	engaged, err := desk.Number(in.Get("engaged"))
	if err != nil {
		return err
	}
	a.Engaged = int(engaged)
	for word := range strings.FieldsFuncSeq(in.Get("languages"), func(r rune) bool { return r == ',' || r == ' ' }) {
		a.Languages = append(a.Languages, word)
	}
	if a.Since, err = dayOf(in.Get("since"), zone); err != nil {
		return err
	}
	if a.Until, err = dayOf(in.Get("until"), zone); err != nil {
		return err
	}
	if in.Get("subject_b") == "" {
		return nil
	}
	share, err := desk.Number(in.Get("share"))
	if err != nil {
		return err
	}
	wait, err := desk.Number(in.Get("wait"))
	if err != nil {
		return err
	}
	out.Test = edition.Test{Subject: in.Get("subject_b"), Share: int(share), Wait: time.Duration(wait) * time.Hour, By: in.Get("by")}
	return nil
}

func dayOf(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, fault.New(fault.Invalid, "%q is not a day", text).WithHint("write it like 2026-03-29")
	}
	return t.UTC(), nil
}
