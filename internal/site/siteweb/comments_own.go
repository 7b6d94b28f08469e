package siteweb

import (
	"net/http"
	"strconv"

	"dateline/internal/comment"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/site"
	"dateline/internal/view"
	"dateline/internal/web"
)

// at is the address of something about a comment.
func at(id int64, deed string) string {
	path := comment.Path + strconv.FormatInt(id, 10) + "/"
	if deed != "" {
		path += deed + "/"
	}
	return path
}

// seen returns a comment as the visitor may see it: their own even while it
// waits, anybody else's when it is public.
func (p Parts) seen(r *web.Request, by comment.Visitor, id int64) (comment.Comment, comment.Rights, error) {
	cm, rights, err := p.Talk.Own(r.HTTP.Context(), id, by)
	if err == nil {
		return cm, rights, nil
	}
	if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Denied) {
		return cm, rights, err
	}
	cm, err = comment.Get(r.HTTP.Context(), p.DB, id)
	return cm, comment.Rights{}, err
}

// deeds are what a page says after something was done.
var deeds = map[string]string{"liked": "comments.done_liked", "unliked": "comments.done_unliked", "reported": "comments.done_reported",
	"edited": "comments.done_edited", "followed": "comments.done_followed", "mailed": "comments.done_mailed", "confirmed": "comments.done_confirmed",
	"entered": "comments.done_entered"}

// comment is the page of one comment: where it is liked, reported, followed,
// and by its writer edited and removed.
func (p Parts) comment(r *web.Request) (web.Response, error) {
	words, by, id, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	cm, rights, err := p.seen(r, by, id)
	if err != nil {
		return web.Response{}, err
	}
	return p.ownPage(r, words, http.StatusOK, &cm, rights, view.Talk{Done: deedWord(words, r.Query.Get("done"))})
}

func deedWord(words *i18n.Printer, deed string) string {
	if word, known := deeds[deed]; known {
		return words.T(word)
	}
	return ""
}

// ownPage fills a page about one comment.
func (p Parts) ownPage(r *web.Request, words *i18n.Printer, status int, cm *comment.Comment, rights comment.Rights, t view.Talk) (web.Response, error) {
	ctx := r.HTTP.Context()
	conf, err := p.Site.Conf(ctx)
	if err != nil {
		return web.Response{}, err
	}
	legible := cm.Legible() && cm.Shown
	v, err := p.Site.CommentView(ctx, cm)
	if err != nil {
		return web.Response{}, err
	}
	t.Kind, t.Title, t.Comment = "comment", words.T("comments.one_title", v.Name), &v
	if v.Gone && cm.Name == "" {
		t.Title = words.T("comments.one_gone")
	}
	if legible {
		t.Links = append(t.Links, view.Link{Label: words.T("comments.in_context"), URL: at(cm.ID, "in")})
	} else if rights != (comment.Rights{}) && cm.Removed.IsZero() {
		v.Gone = false
		t.Text = append(t.Text, words.T("comments.waits"))
	}
	v.OwnURL = ""
	if !legible {
		v.ReplyURL = ""
	}
	if rights.Edit {
		t.Text = append(t.Text, words.T("comments.edit_until", p.timeOf(words, conf.Location(), rights.Until)))
		t.Links = append(t.Links, view.Link{Label: words.T("comments.edit"), URL: at(cm.ID, "edit")})
	}
	if rights.Remove {
		t.Links = append(t.Links, view.Link{Label: words.T("comments.remove"), URL: at(cm.ID, "remove")})
	}
	if legible && conf.CommentLikes && !rights.Edit && !rights.Remove { // nobody likes their own
		t.Buttons = append(t.Buttons, view.Button{Action: at(cm.ID, "like"), Label: words.T("comments.like"), Do: "like"},
			view.Button{Action: at(cm.ID, "like"), Label: words.T("comments.unlike"), Do: "unlike", Quiet: true})
	}
	if legible {
		t.Asks = append(t.Asks, p.followAsk(words, cm, by(r)))
		if rights == (comment.Rights{}) {
			t.Asks = append(t.Asks, reportAsk(words, cm))
		}
	}
	if !rights.Edit && !rights.Remove && cm.Kind == comment.KindComment {
		t.Asks = append(t.Asks, view.Asked{ID: "mine", Action: at(cm.ID, "mine"), Title: words.T("comments.mine_title"), Text: words.T("comments.mine_text"),
			Email: &view.Field{Label: words.T("comments.email"), Required: true}, Button: words.T("comments.mine_button")})
	}
	return p.private(p.Site.TalkPage(ctx, status, r.Path, cm.Article, &t))
}

func by(r *web.Request) string { return cookieOf(r, comment.SessionName) }

func (p Parts) followAsk(words *i18n.Printer, cm *comment.Comment, session string) view.Asked {
	ask := view.Asked{ID: "follow", Action: at(cm.ID, "follow"), Title: words.T("comments.follow_title"), Text: words.T("comments.follow_text"), Button: words.T("comments.follow_button"),
		Choices: []view.Option{{Value: "thread", Label: words.T("comments.follow_thread"), Chosen: true}, {Value: "article", Label: words.T("comments.follow_article")}}}
	if session == "" {
		ask.Email = &view.Field{Label: words.T("comments.email"), Required: true}
	}
	return ask
}

func reportAsk(words *i18n.Printer, cm *comment.Comment) view.Asked {
	ask := view.Asked{ID: "report", Action: at(cm.ID, "report"), Title: words.T("comments.report_title"), Text: words.T("comments.report_text"), Button: words.T("comments.report_button"),
		Note: &view.Field{Label: words.T("comments.report_note")}}
	for _, reason := range comment.ReportReasons() {
		key := "comments.report_" + reason
		ask.Choices = append(ask.Choices, view.Option{Value: reason, Label: words.T(key)})
	}
	return ask
}

// problemPage shows a comment's page again with what went wrong.
func (p Parts) problemPage(r *web.Request, words *i18n.Printer, visitor comment.Visitor, id int64, err error) (web.Response, error) {
	_, problem := problemOf(words, err)
	if problem == "" {
		return web.Response{}, err
	}
	if wantsJSON(r) {
		return asJSON(statusOf(err), sent{Outcome: "refused", Text: problem})
	}
	cm, rights, seenErr := p.seen(r, visitor, id)
	if seenErr != nil {
		return web.Response{}, seenErr
	}
	return p.ownPage(r, words, statusOf(err), &cm, rights, view.Talk{Error: problem})
}

func doneAt(id int64, deed string) web.Response {
	return web.Response{Status: http.StatusSeeOther, Location: at(id, "") + "?done=" + deed}
}

func (p Parts) like(r *web.Request) (web.Response, error) {
	words, by, id, f, err := p.sender(r)
	if err != nil {
		return web.Response{}, err
	}
	on := f.Get("do") != "unlike"
	likes, device, err := p.Talk.Like(r.HTTP.Context(), id, by, on)
	if err != nil {
		return p.problemPage(r, words, by, id, err)
	}
	resp := doneAt(id, map[bool]string{true: "liked", false: "unliked"}[on])
	if wantsJSON(r) {
		if resp, err = asJSON(http.StatusOK, map[string]any{"likes": likes, "on": on}); err != nil {
			return resp, err
		}
	}
	setDevice(&resp, r, device)
	return resp, nil
}

func (p Parts) report(r *web.Request) (web.Response, error) {
	words, by, id, f, err := p.sender(r)
	if err != nil {
		return web.Response{}, err
	}
	device, err := p.Talk.Report(r.HTTP.Context(), id, by, f.Get("reason"), f.Get("text"))
	if err != nil {
		return p.problemPage(r, words, by, id, err)
	}
	resp := doneAt(id, "reported")
	setDevice(&resp, r, device)
	return resp, nil
}

func (p Parts) follow(r *web.Request) (web.Response, error) {
	words, by, id, f, err := p.sender(r)
	if err != nil {
		return web.Response{}, err
	}
	cm, err := comment.Get(r.HTTP.Context(), p.DB, id)
	if err != nil {
		return web.Response{}, err
	}
	thread := cm.Root
	if f.Get("reason") == "article" {
		thread = 0
	}
	if err := p.Talk.Follow(r.HTTP.Context(), cm.Article, thread, f.Get("email"), by); err != nil {
		return p.problemPage(r, words, by, id, err)
	}
	return doneAt(id, "followed"), nil
}

// mailMine sends the writer of a comment a link that makes it theirs here.
func (p Parts) mailMine(r *web.Request) (web.Response, error) {
	words, by, id, f, err := p.sender(r)
	if err != nil {
		return web.Response{}, err
	}
	if err := p.Talk.MailLink(r.HTTP.Context(), id, f.Get("email"), by); err != nil {
		return p.problemPage(r, words, by, id, err)
	}
	return doneAt(id, "mailed"), nil
}

func (p Parts) editPage(r *web.Request) (web.Response, error) {
	_, by, id, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	cm, rights, err := p.Talk.Own(r.HTTP.Context(), id, by)
	if err != nil || !rights.Edit {
		return p.notYours(id, err)
	}
	return p.again(r, http.StatusOK, cm.Article, site.CommentInput{Edit: &cm, Text: rights.Source})
}

// notYours leads somebody who may not to the comment's page, which says how to
// show that it is theirs.
func (p Parts) notYours(id int64, err error) (web.Response, error) {
	if err != nil && !fault.Is(err, fault.Denied) {
		return web.Response{}, err
	}
	return web.Response{Status: http.StatusSeeOther, Location: at(id, "") + "#mine"}, nil
}

func (p Parts) edit(r *web.Request) (web.Response, error) {
	words, by, id, f, err := p.sender(r)
	if err != nil {
		return web.Response{}, err
	}
	cm, rights, err := p.Talk.Own(r.HTTP.Context(), id, by)
	if err != nil || !rights.Edit {
		return p.notYours(id, err)
	}
	in := site.CommentInput{Edit: &cm, Text: f.Get("text")}
	if f.Get("do") == "preview" {
		post := comment.Post{Visitor: by, Article: cm.Article, Name: cm.Name, Email: "preview@example.org", URL: cm.URL, Text: in.Text}
		seen, err := p.Talk.Preview(r.HTTP.Context(), post)
		if err != nil {
			return p.refused(r, words, cm.Article, in, err)
		}
		seen.Status, seen.Shown, seen.Avatar, seen.Created = comment.StatusApproved, true, cm.Avatar, cm.Created
		in.Preview = &seen
		return p.again(r, http.StatusOK, cm.Article, in)
	}
	posted, err := p.Talk.Edit(r.HTTP.Context(), id, by, in.Text)
	if err != nil {
		return p.refused(r, words, cm.Article, in, err)
	}
	if posted.Status == comment.StatusApproved || wantsJSON(r) {
		return p.accepted(r, words, &posted)
	}
	return doneAt(id, "edited"), nil
}

func (p Parts) removePage(r *web.Request) (web.Response, error) {
	words, by, id, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	cm, rights, err := p.Talk.Own(r.HTTP.Context(), id, by)
	if err != nil || !rights.Remove {
		return p.notYours(id, err)
	}
	v, err := p.Site.CommentView(r.HTTP.Context(), &cm)
	if err != nil {
		return web.Response{}, err
	}
	v.ReplyURL, v.OwnURL = "", ""
	t := &view.Talk{Kind: "comment", Title: words.T("comments.remove_title"), Text: []string{words.T("comments.remove_text")}, Comment: &v,
		Buttons: []view.Button{{Action: at(id, "remove"), Label: words.T("comments.remove_yes"), Do: "remove"}}, Links: []view.Link{{Label: words.T("comments.cancel"), URL: at(id, "")}}}
	return p.private(p.Site.TalkPage(r.HTTP.Context(), http.StatusOK, r.Path, cm.Article, t))
}

func (p Parts) remove(r *web.Request) (web.Response, error) {
	words, by, id, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	cm, rights, err := p.Talk.Own(r.HTTP.Context(), id, by)
	if err != nil || !rights.Remove {
		return p.notYours(id, err)
	}
	if err := p.Talk.Remove(r.HTTP.Context(), id, by); err != nil {
		return p.problemPage(r, words, by, id, err)
	}
	p.renewed(r, cm.Article)
	t := &view.Talk{Kind: "told", Title: words.T("comments.removed_title"), Done: words.T("comments.removed_text")}
	return p.private(p.Site.TalkPage(r.HTTP.Context(), http.StatusOK, r.Path, cm.Article, t))
}
