package siteweb

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"dateline/internal/account"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/subscriber"
	"dateline/internal/view"
	"dateline/internal/web"
)

// preferences shows what a reader has chosen, and what has just been done.
func (p Parts) preferences(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	done := ""
	switch r.Query.Get("done") {
	case "saved":
		done = words.T("newsletter.saved")
	case "fresh":
		done = words.T("newsletter.fresh_sent")
	case "move":
		done = words.T("newsletter.move_sent")
	case "stopped":
		done = words.T("newsletter.move_stopped")
	case "left":
		done = words.T("newsletter.left_text")
	}
	a, err := p.Readers.Enter(r.Vars["token"])
	if err != nil {
		return p.trouble(ctx, err)
	}
	return p.mine(r, a, http.StatusOK, view.Newsletter{Done: done}, "")
}

// mine is the page of a reader's preferences; out says what happened.
func (p Parts) mine(r *web.Request, a subscriber.Access, status int, out view.Newsletter, typed string) (web.Response, error) {
	ctx := r.HTTP.Context()
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	prefs, err := p.Readers.Preferences(ctx, a)
	if err != nil {
		return p.trouble(ctx, err)
	}
	out.Kind, out.Title = "preferences", words.T("newsletter.prefs_title")
	if prefs.Reader.State != subscriber.Active && prefs.Reader.State != subscriber.Ended {
		return p.trouble(ctx, fault.New(fault.Gone, "not a reader: %w", subscriber.ErrUsed))
	}
	if prefs.Reader.State == subscriber.Ended {
		out.Text = append(out.Text, words.T("newsletter.prefs_ended"))
	}
	storylines, err := p.Articles.Storylines(ctx, account.System("site"))
	if err != nil {
		return web.Response{}, err
	}
	if out.Choices, err = p.Site.Choices(ctx, prefs, storylines); err != nil {
		return web.Response{}, err
	}
	out.Choices.Action, out.Choices.Zones = r.Path, zones(words, prefs.Reader.Zone)
	out.Data = &view.OwnData{Action: r.Path, Whole: a.Fresh, Typed: typed}
	if prefs.Moving != "" {
		out.Data.Moving = words.T("newsletter.move_waits", prefs.Moving)
	}
	return p.private(p.Site.Newsletter(ctx, status, &out))
}

// choose does what a reader asked for on the page of their preferences.
func (p Parts) choose(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	f, err := form(r)
	if err != nil {
		return web.Response{}, err
	}
	a, err := p.Readers.Enter(r.Vars["token"])
	if err != nil {
		return p.trouble(ctx, err)
	}
	by := func(label string) subscriber.Consent { return p.consent(r, subscriber.PreferencesPath, "["+label+"]") }
	then := func(err error, word string) (web.Response, error) {
		if err != nil {
			return p.trouble(ctx, err)
		}
		return web.Response{Status: http.StatusSeeOther, Location: r.Path + "?done=" + word}, nil
	}
	switch f.Get("do") {
	case "save":
		w := wanted(f)
		err := p.Readers.Choose(ctx, a, w, by(words.T("newsletter.save")))
		if fault.Is(err, fault.Invalid) {
			return p.mine(r, a, http.StatusUnprocessableEntity, view.Newsletter{Error: words.T("newsletter.error_choice")}, "")
		}
		return then(err, "saved")
	case "leave":
		return then(p.Readers.Leave(ctx, a, true, by(words.T("newsletter.leave_everything"))), "left")
	case "fresh":
		return then(p.Readers.SendFresh(ctx, a), "fresh")
	case "data":
		return p.download(ctx, a)
	case "move":
		return p.changeAddress(r, a, f.Get("address"), by(words.T("newsletter.move_button")), then)
	case "stop":
		return then(p.Readers.CancelMove(ctx, a), "stopped")
	case "erase":
		return p.erase(r, a, f, words)
	}
	return web.Response{}, fault.New(fault.Invalid, "the form does not say what to do")
}

// wanted reads the form of the preferences.
func wanted(f url.Values) subscriber.Wanted {
	return subscriber.Wanted{Picks: picks(f), Name: f.Get("name"), Language: f.Get("language"), Zone: f.Get("zone")}
}

func (p Parts) download(ctx context.Context, a subscriber.Access) (web.Response, error) {
	body, err := p.Readers.Export(ctx, a)
	if err != nil {
		return p.trouble(ctx, err)
	}
	return web.Response{ContentType: "application/json; charset=utf-8", Body: body, Private: true, NoIndex: true,
		Header: http.Header{"Content-Disposition": {`attachment; filename="my-data.json"`}, "Referrer-Policy": {"same-origin"}}}, nil
}

func (p Parts) changeAddress(r *web.Request, a subscriber.Access, to string, by subscriber.Consent, then func(error, string) (web.Response, error)) (web.Response, error) {
	ctx := r.HTTP.Context()
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	err = p.Readers.Move(ctx, a, to, by)
	said := ""
	switch {
	case errors.Is(err, subscriber.ErrAddress):
		said = words.T("newsletter.move_same")
	case errors.Is(err, subscriber.ErrDisposable):
		said = words.T("newsletter.error_disposable")
	case errors.Is(err, subscriber.ErrTooMany):
		said = words.T("newsletter.move_many")
	default:
		return then(err, "move")
	}
	return p.mine(r, a, statusOf(err), view.Newsletter{Error: said}, to)
}

func (p Parts) erase(r *web.Request, a subscriber.Access, f url.Values, words *i18n.Printer) (web.Response, error) {
	ctx := r.HTTP.Context()
	if f.Get("sure") == "" {
		return p.mine(r, a, http.StatusUnprocessableEntity, view.Newsletter{Error: words.T("newsletter.erase_unsure")}, "")
	}
	never := f.Get("never") != ""
	if err := p.Readers.Erase(ctx, a, never); err != nil {
		return p.trouble(ctx, err)
	}
	text := []string{words.T("newsletter.erased_text")}
	if never {
		text = append(text, words.T("newsletter.erased_never"))
	}
	return p.told(ctx, http.StatusOK, words.T("newsletter.erased_title"), text...)
}

// zones are the time zones of the world to choose from.
func zones(words *i18n.Printer, chosen string) []view.Option {
	out := []view.Option{{Label: words.T("newsletter.zone_site")}}
	for _, name := range subscriber.Zones() {
		out = append(out, view.Option{Value: name, Label: name, Chosen: name == chosen})
	}
	return out
}

// leavePage offers to leave. Following a link never does it.
func (p Parts) leavePage(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	token := r.Vars["token"]
	a, err := p.Readers.EnterLeave(token)
	if err != nil {
		return p.trouble(ctx, err)
	}
	out := &view.Newsletter{Kind: "leave", Title: words.T("newsletter.leave_title"), Text: []string{words.T("newsletter.leave_text")}}
	all := view.Button{Action: subscriber.LeavePath + token, Label: words.T("newsletter.leave_everything"), Do: "all"}
	if name, err := p.Readers.NameOf(ctx, a.Newsletter); err == nil {
		out.Buttons = append(out.Buttons, view.Button{Action: subscriber.LeavePath + token, Label: words.T("newsletter.leave_one", name), Do: "one"})
		all.Quiet = true
	} else if !fault.Is(err, fault.NotFound) {
		return web.Response{}, err
	}
	out.Buttons = append(out.Buttons, all)
	return p.private(p.Site.Newsletter(ctx, http.StatusOK, out))
}

func (p Parts) leave(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	f, err := form(r)
	if err != nil {
		return web.Response{}, err
	}
	a, err := p.Readers.EnterLeave(r.Vars["token"])
	if err != nil {
		return p.trouble(ctx, err)
	}
	if err := p.Readers.Leave(ctx, a, f.Get("do") == "all", p.consent(r, subscriber.LeavePath, "["+words.T("newsletter.leave_title")+"]")); err != nil {
		return web.Response{}, err
	}
	out := &view.Newsletter{Kind: "told", Title: words.T("newsletter.left_title"), Text: []string{words.T("newsletter.left_text")},
		Links: []view.Link{{Label: words.T("site.home"), URL: "/"}}}
	return p.private(p.Site.Newsletter(ctx, http.StatusOK, out))
}

// oneClick takes the POST of RFC 8058, section 3.2.
func (p Parts) oneClick(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	const field = "List-Unsubscribe"
	if err := r.HTTP.ParseMultipartForm(int64(r.BodyLimit)); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return web.Response{}, fault.New(fault.Invalid, "the form could not be read: %w", err)
	}
	if r.HTTP.PostForm.Get(field) != "One-Click" {
		return web.Response{}, fault.New(fault.Invalid, "this address takes %s=One-Click alone", field).WithHint("people leave by the link in the newsletter")
	}
	a, err := p.Readers.EnterLeave(r.Vars["token"])
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Readers.Leave(ctx, a, false, p.consent(r, subscriber.OneClickPath, field+"=One-Click")); err != nil {
		return web.Response{}, err
	}
	return web.Response{ContentType: "text/plain; charset=utf-8", Body: []byte("unsubscribed\n"), NoIndex: true}, nil
}

func (p Parts) movePage(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	if _, err := p.Readers.Moving(ctx, r.Vars["token"]); err != nil {
		return p.ended(ctx, err)
	}
	out := &view.Newsletter{Kind: "address", Title: words.T("newsletter.address_title"), Text: []string{words.T("newsletter.address_text")},
		Buttons: []view.Button{{Action: r.Path, Label: words.T("newsletter.move_button")}}}
	return p.private(p.Site.Newsletter(ctx, http.StatusOK, out))
}

func (p Parts) move(r *web.Request) (web.Response, error) {
	ctx := r.HTTP.Context()
	words, err := p.words(ctx)
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Readers.ConfirmMove(ctx, r.Vars["token"], p.consent(r, subscriber.MovePath, "["+words.T("newsletter.move_button")+"]")); err != nil {
		return p.ended(ctx, err)
	}
	return p.told(ctx, http.StatusOK, words.T("newsletter.moved_title"), words.T("newsletter.moved_text"))
}
