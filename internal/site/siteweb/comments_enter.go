package siteweb

import (
	"errors"
	"net/http"
	"time"

	"dateline/internal/comment"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/view"
	"dateline/internal/web"
)

// timeOf is a moment in words, in the site's zone.
func (p Parts) timeOf(words *i18n.Printer, zone *time.Location, t time.Time) string {
	return words.DateTime(t.In(zone))
}

// entries are what a mailed link does: the words of its page, its button, and
// what is said afterwards.
var entries = map[comment.AccessKind]struct{ title, text, button, done string }{
	comment.AccessConfirm:  {"comments.enter_confirm", "comments.enter_confirm_text", "comments.enter_confirm_button", "comments.enter_confirm_done"},
	comment.AccessOwn:      {"comments.enter_own", "comments.enter_own_text", "comments.enter_own_button", "comments.done_entered"},
	comment.AccessSignIn:   {"comments.enter_sign_in", "comments.enter_sign_in_text", "comments.enter_sign_in_button", "comments.done_entered"},
	comment.AccessStop:     {"comments.enter_stop", "comments.enter_stop_text", "comments.enter_stop_button", "comments.enter_stop_done"},
	comment.AccessModerate: {"comments.enter_moderate", "comments.enter_moderate_text", "comments.enter_moderate_button", "comments.enter_moderate_done"},
}

// enterPage says what a mailed link does; its button does it.
func (p Parts) enterPage(r *web.Request) (web.Response, error) {
	words, _, _, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	a, err := p.Talk.Peek(r.HTTP.Context(), r.Vars["token"])
	if err != nil {
		return p.deadLink(r, words, err)
	}
	e := entries[a.Kind]
	t := &view.Talk{Kind: "enter", Title: words.T(e.title)}
	if a.Done {
		t.Done = words.T(e.done)
	} else {
		t.Text = []string{words.T(e.text)}
		t.Buttons = []view.Button{{Action: r.Path, Label: words.T(e.button)}}
	}
	return p.entryPage(r, &a, t)
}

// entryPage shows the comment that a link is about, when it may be shown.
func (p Parts) entryPage(r *web.Request, a *comment.Access, t *view.Talk) (web.Response, error) {
	if a.Comment.ID != 0 && a.Comment.Name != "" {
		v, err := p.Site.CommentView(r.HTTP.Context(), &a.Comment)
		if err == nil && !v.Gone {
			v.ReplyURL, v.OwnURL = "", ""
			t.Comment = &v
		}
	}
	answer, err := p.Site.TalkPage(r.HTTP.Context(), http.StatusOK, r.Path, a.Article, t)
	if fault.Is(err, fault.NotFound) { // the article has gone
		answer, err = p.Site.TalkPage(r.HTTP.Context(), http.StatusOK, r.Path, 0, t)
	}
	return p.private(answer, err)
}

// enter does what a mailed link is for.
func (p Parts) enter(r *web.Request) (web.Response, error) {
	words, by, _, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	a, err := p.Talk.Enter(r.HTTP.Context(), r.Vars["token"], by)
	if err != nil {
		return p.deadLink(r, words, err)
	}
	if a.Article != 0 {
		p.renewed(r, a.Article)
	}
	var resp web.Response
	switch {
	case a.Kind == comment.AccessOwn && a.Comment.ID != 0:
		resp = doneAt(a.Comment.ID, "entered")
	case a.Kind == comment.AccessSignIn:
		resp = web.Response{Status: http.StatusSeeOther, Location: comment.Path + "sign-in/?done=entered"}
	case a.Kind == comment.AccessConfirm && a.Comment.Legible() && a.Comment.Shown:
		resp = web.Response{Status: http.StatusSeeOther, Location: at(a.Comment.ID, "in")}
	default:
		e := entries[a.Kind]
		if resp, err = p.entryPage(r, &a, &view.Talk{Kind: "enter", Title: words.T(e.title), Done: words.T(e.done)}); err != nil {
			return resp, err
		}
	}
	if a.Session != "" {
		set(&resp, r, comment.SessionName, a.Session, sessionLasts)
	}
	return resp, nil
}

// deadLink is the page for a link that does nothing any more.
func (p Parts) deadLink(r *web.Request, words *i18n.Printer, err error) (web.Response, error) {
	t := &view.Talk{Kind: "told", Title: words.T("comments.link_dead"), Text: []string{words.T("comments.link_dead_text")}}
	status := http.StatusGone
	switch {
	case errors.Is(err, comment.ErrUsed):
		t.Title, t.Text = words.T("comments.error_used"), nil
	case fault.Is(err, fault.Gone), fault.Is(err, fault.Denied), fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid):
	default:
		return web.Response{}, err
	}
	t.Links = []view.Link{{Label: words.T("comments.sign_in"), URL: comment.Path + "sign-in/"}, {Label: words.T("site.home"), URL: "/"}}
	return p.private(p.Site.TalkPage(r.HTTP.Context(), status, r.Path, 0, t))
}

// stop ends a subscription at one click in a mail program.
func (p Parts) stop(r *web.Request) (web.Response, error) {
	words, _, _, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Talk.Stop(r.HTTP.Context(), r.Vars["token"]); err != nil {
		return p.deadLink(r, words, err)
	}
	t := &view.Talk{Kind: "told", Title: words.T("comments.enter_stop"), Done: words.T("comments.enter_stop_done")}
	return p.private(p.Site.TalkPage(r.HTTP.Context(), http.StatusOK, r.Path, 0, t))
}

// signInPage asks for the address to which a link is mailed.
func (p Parts) signInPage(r *web.Request) (web.Response, error) {
	words, by, _, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	t := view.Talk{Done: deedWord(words, r.Query.Get("done"))}
	return p.signInAgain(r, words, http.StatusOK, by, "", t)
}

func (p Parts) signInAgain(r *web.Request, words *i18n.Printer, status int, by comment.Visitor, typed string, t view.Talk) (web.Response, error) {
	t.Kind, t.Title = "enter", words.T("comments.sign_in")
	if by.Session != "" {
		if who, err := p.Talk.SignedIn(r.HTTP.Context(), by.Session); err == nil {
			t.Text = []string{words.T("comments.signed_in_as", who.Name)}
			t.Buttons = []view.Button{{Action: comment.Path + "sign-out/", Label: words.T("comments.sign_out"), Quiet: true}}
			t.Links = []view.Link{{Label: words.T("comments.data_export"), URL: dataPath}}
			t.Asks = []view.Asked{{ID: "data", Action: dataPath, Title: words.T("comments.data_title"), Text: words.T("comments.data_text"), Button: words.T("comments.data_erase"),
				Choices: []view.Option{{Value: "keep", Label: words.T("comments.data_keep")}, {Value: "all", Label: words.T("comments.data_all")}}}}
			return p.private(p.Site.TalkPage(r.HTTP.Context(), status, r.Path, 0, &t))
		}
	}
	field := &view.Field{Label: words.T("comments.email"), Value: typed, Required: true}
	if t.Error != "" {
		field.Error = t.Error
	}
	t.Asks = []view.Asked{{ID: "sign-in", Action: comment.Path + "sign-in/", Text: words.T("comments.sign_in_text"), Email: field, Button: words.T("comments.sign_in_button")}}
	return p.private(p.Site.TalkPage(r.HTTP.Context(), status, r.Path, 0, &t))
}

func (p Parts) signIn(r *web.Request) (web.Response, error) {
	words, by, _, f, err := p.sender(r)
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Talk.SignIn(r.HTTP.Context(), f.Get("email"), by); err != nil {
		_, problem := problemOf(words, err)
		if problem == "" {
			return web.Response{}, err
		}
		return p.signInAgain(r, words, statusOf(err), by, f.Get("email"), view.Talk{Error: problem})
	}
	return web.Response{Status: http.StatusSeeOther, Location: comment.Path + "sign-in/?done=mailed"}, nil
}

func (p Parts) signOut(r *web.Request) (web.Response, error) {
	_, by, _, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	if by.Session != "" {
		if err := p.Talk.SignOut(r.HTTP.Context(), by.Session); err != nil {
			return web.Response{}, err
		}
	}
	resp := web.Response{Status: http.StatusSeeOther, Location: comment.Path + "sign-in/"}
	set(&resp, r, comment.SessionName, "", 0)
	return resp, nil
}

// dataPath is where a signed-in reader takes out what is kept of them, or erases
// it.
const dataPath = comment.Path + "data/"

func (p Parts) exportTalk(r *web.Request) (web.Response, error) {
	_, by, _, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	body, err := p.Talk.Export(r.HTTP.Context(), by.Session)
	if fault.Is(err, fault.SignIn) {
		return web.Response{Status: http.StatusSeeOther, Location: comment.Path + "sign-in/"}, nil
	}
	return web.Response{ContentType: "application/json; charset=utf-8", Body: body, Private: true, NoIndex: true,
		Header: http.Header{"Content-Disposition": {`attachment; filename="comments.json"`}}}, err
}

func (p Parts) eraseTalk(r *web.Request) (web.Response, error) {
	words, by, _, f, err := p.sender(r)
	if err != nil {
		return web.Response{}, err
	}
	choice := f.Get("reason")
	if choice != "keep" && choice != "all" {
		return web.Response{Status: http.StatusSeeOther, Location: comment.Path + "sign-in/#data"}, nil
	}
	err = p.Talk.Erase(r.HTTP.Context(), by.Session, choice == "keep")
	if fault.Is(err, fault.SignIn) {
		return web.Response{Status: http.StatusSeeOther, Location: comment.Path + "sign-in/"}, nil
	}
	if err != nil {
		return web.Response{}, err
	}
	t := &view.Talk{Kind: "told", Title: words.T("comments.data_title"), Done: words.T("comments.data_erased")}
	resp, err := p.private(p.Site.TalkPage(r.HTTP.Context(), http.StatusOK, r.Path, 0, t))
	set(&resp, r, comment.SessionName, "", 0)
	set(&resp, r, RememberName, "", 0)
	return resp, err
}
