package siteweb

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/site"
	"dateline/internal/view"
	"dateline/internal/web"
)

// RememberName is the cookie that fills the form, for those who ticked it. Like
// the device's it is sent to /comments/ alone, so that articles stay the same
// for everybody.
const RememberName = "dateline-writer"

const (
	cookieLasts     = 365 * 24 * time.Hour
	sessionLasts    = 30 * 24 * time.Hour
	mostCommentForm = 128 << 10
	purgePatience   = 2 * time.Second
)

// Conversation is the service that takes comments, as far as readers use it.
type Conversation interface {
	FormToken(article int64) string
	FormAgain(article int64, token string) string
	Preview(ctx context.Context, p comment.Post) (comment.Comment, error)
	Post(ctx context.Context, p comment.Post) (comment.Posted, error)
	Own(ctx context.Context, id int64, by comment.Visitor) (comment.Comment, comment.Rights, error)
	Edit(ctx context.Context, id int64, by comment.Visitor, text string) (comment.Posted, error)
	Remove(ctx context.Context, id int64, by comment.Visitor) error
	MailLink(ctx context.Context, id int64, email string, by comment.Visitor) error
	Peek(ctx context.Context, token string) (comment.Access, error)
	Enter(ctx context.Context, token string, by comment.Visitor) (comment.Access, error)
	Like(ctx context.Context, id int64, by comment.Visitor, on bool) (int64, string, error)
	Report(ctx context.Context, id int64, by comment.Visitor, reason, text string) (string, error)
	Follow(ctx context.Context, article, thread int64, email string, by comment.Visitor) error
	Stop(ctx context.Context, token string) error
	SignIn(ctx context.Context, email string, by comment.Visitor) error
	SignedIn(ctx context.Context, session string) (comment.Writer, error)
	SignOut(ctx context.Context, session string) error
	Export(ctx context.Context, session string) ([]byte, error)
	Erase(ctx context.Context, session string, keepText bool) error
	Remember(name, email, url string) string
	Recall(cookie string) (name, email, url string, ok bool)
}

// talkRoutes are those of comments. What a mailed link leads to is shown by GET
// and done by POST alone, since scanners of mail follow every link.
func talkRoutes(p Parts) []web.Route {
	shown := func(name, pattern string, handle func(*web.Request) (web.Response, error), query ...string) web.Route {
		return web.Route{Name: name, Methods: []string{"GET"}, Pattern: pattern, Role: web.Anyone, Rate: web.RateSearch, Cache: web.CacheNone,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Query: web.Params(query...), Handle: handle}
	}
	done := func(name, pattern string, rate web.Rate, handle func(*web.Request) (web.Response, error)) web.Route {
		return web.Route{Name: name, Methods: []string{"POST"}, Pattern: pattern, Role: web.Anyone, Rate: rate, Cache: web.CacheNone,
			Body: mostCommentForm, CSRF: web.CSRFSameOrigin, Handle: handle}
	}
	page := func(name, pattern string) web.Route {
		return web.Route{Name: name, Methods: []string{"GET"}, Pattern: pattern, Role: web.Anyone, Rate: web.RateReading, Cache: web.CachePages,
			Body: web.NoBody, CSRF: web.CSRFReadOnly, Page: p.page}
	}
	const at = comment.Path + "{id}/"
	return []web.Route{
		page("comments", comment.Path),
		page("comment feed", comment.Path+"feed/"),
		page("comment feeds", comment.Path+"feed/{kind}/"),
		page("comment page", at+"page/{rest...}"),
		page("comment thread", at+"thread/{rest...}"),
		shown("comment", at, p.comment, "done"),
		shown("comment place", at+"in/", p.place),
		shown("comment form", at+"write/", p.writePage),
		done("comment write", at+"write/", web.RateComment, p.write),
		shown("comment sent", at+"sent/", p.sentComment, "as"),
		shown("comment live", at+"live/", p.live, "since"),
		shown("comment reply", at+"reply/", p.replyPage),
		shown("comment edit page", at+"edit/", p.editPage),
		done("comment edit", at+"edit/", web.RateComment, p.edit),
		shown("comment remove page", at+"remove/", p.removePage),
		done("comment remove", at+"remove/", web.RateComment, p.remove),
		done("comment like", at+"like/", web.RateComment, p.like),
		done("comment report", at+"report/", web.RateForm, p.report),
		done("comment follow", at+"follow/", web.RateForm, p.follow),
		done("comment mail link", at+"mine/", web.RateForm, p.mailMine),
		shown("comment link", comment.EnterPath+"{token}", p.enterPage),
		done("comment enter", comment.EnterPath+"{token}", web.RateForm, p.enter),
		shown("comment stop page", comment.StopPath+"{token}", p.enterPage),
		// RFC 8058: mail providers send this for their users, without cookies
		// and from elsewhere. The signed token is all that it acts on.
		{Name: "comment stop", Methods: []string{"POST"}, Pattern: comment.StopPath + "{token}", Role: web.Anyone, Rate: web.RateReading,
			Cache: web.CacheNone, Body: 8 << 10, CSRF: web.CSRFNoCookies, Handle: p.stop},
		shown("comment sign-in page", comment.Path+"sign-in/", p.signInPage, "done"),
		done("comment sign-in", comment.Path+"sign-in/", web.RateForm, p.signIn),
		shown("comment data", dataPath, p.exportTalk),
		done("comment erase", dataPath, web.RateForm, p.eraseTalk),
		done("comment sign-out", comment.Path+"sign-out/", web.RateForm, p.signOut),
	}
}

func cookieOf(r *web.Request, name string) string {
	c, err := r.HTTP.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

func visitor(r *web.Request, words *i18n.Printer) comment.Visitor {
	return comment.Visitor{Client: r.Client, Device: cookieOf(r, comment.DeviceName), Session: cookieOf(r, comment.SessionName), Language: words.Locale(), Yield: r.Yield}
}

// talker is what every handler of comments begins with.
func (p Parts) talker(r *web.Request) (words *i18n.Printer, by comment.Visitor, id int64, err error) {
	if p.Talk == nil {
		return nil, by, 0, fault.New(fault.NotFound, "this site takes no comments")
	}
	if words, err = p.words(r.HTTP.Context()); err != nil {
		return nil, by, 0, err
	}
	if text, has := r.Vars["id"]; has {
		if id, err = strconv.ParseInt(text, 10, 64); err != nil || id <= 0 || strconv.FormatInt(id, 10) != text {
			return nil, by, 0, fault.New(fault.NotFound, "not a number of ours")
		}
	}
	return words, visitor(r, words), id, nil
}

// sender is talker of a form that was sent, with what is in it.
func (p Parts) sender(r *web.Request) (words *i18n.Printer, by comment.Visitor, id int64, f url.Values, err error) {
	if words, by, id, err = p.talker(r); err == nil {
		f, err = form(r)
	}
	return words, by, id, f, err
}

// set adds a cookie of the comments' to an answer.
func set(resp *web.Response, r *web.Request, name, value string, lasts time.Duration) {
	cookie := &http.Cookie{Name: name, Value: value, Path: comment.Path, HttpOnly: true, Secure: r.Secure, SameSite: http.SameSiteLaxMode, MaxAge: int(lasts / time.Second)}
	if value == "" {
		cookie.MaxAge = -1
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	resp.Header.Add("Set-Cookie", cookie.String())
}

func setDevice(resp *web.Response, r *web.Request, device string) {
	if device != "" && device != cookieOf(r, comment.DeviceName) {
		set(resp, r, comment.DeviceName, device, cookieLasts)
	}
}

func wantsJSON(r *web.Request) bool { return r.HTTP.Header.Get("Accept") == "application/json" }

func asJSON(status int, value any) (web.Response, error) {
	body, err := json.Marshal(value)
	return web.Response{Status: status, ContentType: "application/json; charset=utf-8", Body: body, Private: true, NoIndex: true}, err
}

// sent is what the script is told of a comment.
type sent struct {
	Outcome string           `json:"outcome"` // "public", "held", "confirm", "refused", "preview"
	Text    string           `json:"text,omitempty"`
	Field   string           `json:"field,omitempty"`
	Comment *site.CommentDoc `json:"comment,omitempty"`
}

// written is what somebody typed into the form of an article.
type written struct {
	in      site.CommentInput
	post    comment.Post
	session bool
}

func (p Parts) readForm(r *web.Request, words *i18n.Printer, by comment.Visitor, id int64) (written, error) {
	f, err := form(r)
	if err != nil {
		return written{}, err
	}
	ctx := r.HTTP.Context()
	w := written{in: site.CommentInput{Name: f.Get("name"), Email: strings.TrimSpace(f.Get("email")), URL: strings.TrimSpace(f.Get("url")), Text: f.Get("text"),
		Follow: f.Has("follow"), Remember: f.Has("remember"), Token: f.Get("token"), Tried: true}}
	if parent, _ := strconv.ParseInt(f.Get("parent"), 10, 64); parent > 0 {
		cm, err := comment.Get(ctx, p.DB, parent)
		switch {
		case err == nil && cm.Article == id:
			w.in.Parent = &cm
		case err != nil && !fault.Is(err, fault.NotFound):
			return w, err
		}
	}
	if by.Session != "" {
		if who, err := p.Talk.SignedIn(ctx, by.Session); err == nil {
			w.in.As, w.session = who.Name, true
		}
	}
	w.post = comment.Post{Visitor: by, Article: id, Name: w.in.Name, Email: w.in.Email, URL: w.in.URL, Text: w.in.Text, Follow: w.in.Follow,
		Token: w.in.Token, Trap: f.Get("homepage")}
	w.post.Parent, _ = strconv.ParseInt(f.Get("parent"), 10, 64) // the service says so when it is gone
	return w, nil
}

// again shows the form with all that was typed.
func (p Parts) again(r *web.Request, status int, id int64, in site.CommentInput) (web.Response, error) {
	return p.private(p.Site.CommentWrite(r.HTTP.Context(), status, r.Path, id, in))
}

// writePage is the form of an article on a page of its own.
func (p Parts) writePage(r *web.Request) (web.Response, error) {
	_, by, id, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	return p.again(r, http.StatusOK, id, p.blank(r, by, id, nil))
}

// blank is an empty form, filled with what the visitor wanted remembered.
func (p Parts) blank(r *web.Request, by comment.Visitor, article int64, parent *comment.Comment) site.CommentInput {
	in := site.CommentInput{Parent: parent, Token: p.Talk.FormToken(article)}
	if by.Session != "" {
		if who, err := p.Talk.SignedIn(r.HTTP.Context(), by.Session); err == nil {
			in.As = who.Name
		}
	}
	if name, email, link, ok := p.Talk.Recall(cookieOf(r, RememberName)); ok {
		in.Name, in.Email, in.URL, in.Remember = name, email, link, true
	}
	return in
}

func (p Parts) replyPage(r *web.Request) (web.Response, error) {
	_, by, id, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	parent, err := comment.Get(r.HTTP.Context(), p.DB, id)
	if err == nil && !parent.Legible() {
		err = fault.New(fault.NotFound, "the comment is gone")
	}
	if err != nil {
		return web.Response{}, err
	}
	return p.again(r, http.StatusOK, parent.Article, p.blank(r, by, parent.Article, &parent))
}

// write takes a comment, or shows how it will stand.
func (p Parts) write(r *web.Request) (web.Response, error) {
	words, by, id, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	ctx := r.HTTP.Context()
	if open, err := p.Site.CommentsOpen(ctx, id); err != nil || !open {
		if err == nil {
			err = fault.New(fault.Denied, "comments are closed").WithHint("%s", words.T("comments.closed"))
		}
		return web.Response{}, err
	}
	w, err := p.readForm(r, words, by, id)
	if err != nil {
		return web.Response{}, err
	}
	if r.HTTP.PostForm.Get("do") == "preview" {
		return p.asItWillStand(r, words, id, w)
	}
	posted, err := p.Talk.Post(ctx, w.post)
	if err != nil {
		return p.refused(r, words, id, w.in, err)
	}
	resp, err := p.accepted(r, words, &posted)
	if err != nil {
		return resp, err
	}
	setDevice(&resp, r, posted.Device)
	switch {
	case w.in.Remember:
		set(&resp, r, RememberName, p.Talk.Remember(w.in.Name, w.in.Email, w.in.URL), cookieLasts)
	case cookieOf(r, RememberName) != "" && !w.session:
		set(&resp, r, RememberName, "", 0)
	}
	return resp, nil
}

// asItWillStand shows a comment as it will stand, and keeps nothing.
func (p Parts) asItWillStand(r *web.Request, words *i18n.Printer, id int64, w written) (web.Response, error) {
	cm, err := p.Talk.Preview(r.HTTP.Context(), w.post)
	if err != nil {
		return p.refused(r, words, id, w.in, err)
	}
	cm.Article, cm.Status, cm.Shown = id, comment.StatusApproved, true
	if wantsJSON(r) {
		doc, err := p.Site.CommentDoc(r.HTTP.Context(), &cm)
		if err != nil {
			return web.Response{}, err
		}
		return asJSON(http.StatusOK, sent{Outcome: "preview", Comment: &doc})
	}
	w.in.Preview, w.in.Token = &cm, p.Talk.FormAgain(id, w.post.Token)
	return p.again(r, http.StatusOK, id, w.in)
}

// accepted says what became of a comment. One that is public is on its page
// before the writer is led there; the page's script shows it without that.
func (p Parts) accepted(r *web.Request, words *i18n.Printer, posted *comment.Posted) (web.Response, error) {
	ctx, cm := r.HTTP.Context(), &posted.Comment
	outcome := "held"
	switch {
	case posted.Status == comment.StatusApproved:
		outcome = "public"
	case posted.Reason == "confirm":
		outcome = "confirm"
	}
	if wantsJSON(r) {
		out := sent{Outcome: outcome, Text: words.T(outcomeWords[outcome])}
		if outcome == "public" {
			doc, err := p.Site.CommentDoc(ctx, cm)
			if err != nil {
				return web.Response{}, err
			}
			out.Comment = &doc
		}
		return asJSON(http.StatusOK, out)
	}
	to := comment.Path + strconv.FormatInt(cm.Article, 10) + "/sent/?as=" + outcome
	if outcome == "public" {
		p.renewed(r, cm.Article)
		place, err := p.Site.CommentPlace(ctx, cm)
		if err != nil {
			return web.Response{}, err
		}
		to = place
	}
	return web.Response{Status: http.StatusSeeOther, Location: to}, nil
}

var outcomeWords = map[string]string{"public": "comments.sent_public", "held": "comments.sent_held", "confirm": "comments.sent_confirm"}

// renewed waits until the pages show what was committed. Slow ones are not
// worth a reader's patience: the comment is safe. Others may have their turn
// meanwhile.
func (p Parts) renewed(r *web.Request, article int64) {
	r.Yield()
	ctx, cancel := context.WithTimeout(r.HTTP.Context(), purgePatience)
	defer cancel()
	_ = p.DB.Purged(ctx, db.Key("comments", article), db.Key("article", article))
}

// refused shows the form again, says why, and points at the field.
func (p Parts) refused(r *web.Request, words *i18n.Printer, id int64, in site.CommentInput, err error) (web.Response, error) {
	in.Field, in.Problem = problemOf(words, err)
	status := statusOf(err)
	if in.Edit == nil {
		in.Token = p.Talk.FormAgain(id, in.Token)
	}
	if errors.Is(err, comment.ErrParent) {
		in.Parent = nil
	}
	if in.Problem == "" {
		return web.Response{}, err
	}
	if wantsJSON(r) {
		return asJSON(status, sent{Outcome: "refused", Field: in.Field, Text: in.Problem})
	}
	return p.again(r, status, id, in)
}

// problems are why a comment is not taken, in the reader's language.
var problems = []struct {
	why  error
	word string
}{
	{comment.ErrTooLong, "comments.error_long"}, {comment.ErrAddress, "comments.error_address"}, {comment.ErrURL, "comments.error_url"},
	{comment.ErrAlphabet, "comments.error_alphabet"}, {comment.ErrEmpty, "comments.error_empty"}, {comment.ErrClosed, "comments.closed"},
	{comment.ErrRefused, "comments.error_refused"}, {comment.ErrNoMail, "comments.error_mail"}, {comment.ErrParent, "comments.error_parent"},
	{comment.ErrLate, "comments.error_late"}, {comment.ErrTooMany, "comments.error_many"}, {comment.ErrUsed, "comments.error_used"},
}

// problemOf says in words why a comment was not taken, and which field is
// meant; "" for faults of ours.
func problemOf(words *i18n.Printer, err error) (field, problem string) {
	field = comment.FieldOf(err)
	if errors.Is(err, comment.ErrRequired) {
		return field, words.T(map[string]string{comment.FieldName: "comments.error_name", comment.FieldEmail: "comments.error_email"}[field])
	}
	for _, one := range problems {
		if errors.Is(err, one.why) {
			return field, words.T(one.word)
		}
	}
	switch fault.CodeOf(err) {
	case fault.TooMany:
		return "", words.T("comments.error_many")
	case fault.Invalid:
		return "", words.T("comments.error_form") // an old form: sent once more it is a new one
	case fault.Denied:
		return "", words.T("comments.error_refused")
	}
	return "", ""
}

// sentComment says what happens next to a comment that is not public yet.
func (p Parts) sentComment(r *web.Request) (web.Response, error) {
	words, _, id, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	as := r.Query.Get("as")
	if as != "confirm" {
		as = "held"
	}
	t := &view.Talk{Kind: "told", Title: words.T("comments.thanks"), Done: words.T(outcomeWords[as])}
	if as == "confirm" {
		t.Text = []string{words.T("comments.confirm_hint")}
	}
	return p.private(p.Site.TalkPage(r.HTTP.Context(), http.StatusOK, r.Path, id, t))
}

// place leads to the page that a comment stands on.
func (p Parts) place(r *web.Request) (web.Response, error) {
	_, _, id, err := p.talker(r)
	if err != nil {
		return web.Response{}, err
	}
	cm, err := comment.Get(r.HTTP.Context(), p.DB, id)
	if err != nil {
		return web.Response{}, err
	}
	to, err := p.Site.CommentPlace(r.HTTP.Context(), &cm)
	return web.Response{Status: http.StatusSeeOther, Location: to}, err
}
