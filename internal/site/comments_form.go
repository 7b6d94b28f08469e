package site

import (
	"strconv"

	"dateline/internal/comment"
	"dateline/internal/settings"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// CommentInput is a comment that somebody writes: all that was typed, so that
// nothing of it is lost. The zero value is the form of everybody.
type CommentInput struct {
	Name, Email, URL, Text string
	Follow, Remember       bool
	Parent                 *comment.Comment // nil at the top
	Token                  string           // "" for the page's
	As                     string           // name of a reader who is signed in
	Edit                   *comment.Comment // whose text is changed, nil for a new one

	Field   string // what a problem is with: "name", "email", "url", "text"; "" for the whole
	Problem string // "" for none
	Preview *comment.Comment
	Tried   bool // it was sent before
}

// commentForm is the form of an article.
func (c *scene) commentForm(id int64, in CommentInput) (*view.CommentForm, error) {
	w := c.words
	f := &view.CommentForm{Action: comment.Path + strconv.FormatInt(id, 10) + "/write/", Title: w.T("comments.leave_reply"), Button: w.T("comments.post"),
		Previews: true, Parent: "0", Token: in.Token, Trap: w.T("comments.trap"),
		Text: view.Field{Label: w.T("comments.text"), Value: in.Text, Hint: w.T("comments.markup"), Required: true}}
	if f.Token == "" && c.talk != nil {
		f.Token = c.talk.PageToken(id)
	}
	switch {
	case in.Edit != nil:
		f.Action, f.Title, f.Button = ownPath(in.Edit.ID, "edit"), w.T("comments.edit_title"), w.T("comments.save")
		f.Cancel = &view.Link{Label: w.T("comments.cancel"), URL: ownPath(in.Edit.ID, "")}
	case in.Parent != nil:
		f.Title, f.Parent = w.T("comments.reply_title", in.Parent.Name), strconv.FormatInt(in.Parent.ID, 10)
		f.Cancel = &view.Link{Label: w.T("comments.cancel_reply"), URL: ownPath(in.Parent.ID, "in")}
	}
	if in.Edit == nil {
		c.askWho(f, in)
	}
	if in.Problem != "" {
		c.point(f, in)
	}
	return f, c.houseLinks(f)
}

// askWho adds the fields that say who writes.
func (c *scene) askWho(f *view.CommentForm, in CommentInput) {
	w := c.words
	if in.As != "" {
		f.As = w.T("comments.writing_as", in.As)
	} else {
		f.Name = &view.Field{Label: w.T("comments.name"), Value: in.Name, Required: c.conf.CommentNameRequired}
		f.Email = &view.Field{Label: w.T("comments.email"), Value: in.Email, Required: c.conf.CommentEmailRequired || c.conf.CommentPolicy == settings.CommentsConfirmed}
		if c.conf.CommentWebsite {
			f.URL = &view.Field{Label: w.T("comments.website"), Value: in.URL}
		}
		f.Notes = []string{w.T("comments.promise")}
		f.Remember = &view.Tick{Label: w.T("comments.remember"), Ticked: in.Remember}
	}
	f.Follow = &view.Tick{Label: w.T("comments.follow_replies"), Ticked: in.Follow}
	switch c.conf.CommentPolicy {
	case settings.CommentsConfirmed:
		f.Notes = append(f.Notes, w.T("comments.policy_confirmed"))
	case settings.CommentsFirst:
		f.Notes = append(f.Notes, w.T("comments.policy_first"))
	case settings.CommentsHeld:
		f.Notes = append(f.Notes, w.T("comments.policy_held"))
	}
}

// point marks what is wrong.
func (c *scene) point(f *view.CommentForm, in CommentInput) {
	at := map[string]*view.Field{"name": f.Name, "email": f.Email, "url": f.URL, "text": &f.Text}[in.Field]
	if at == nil {
		f.Error = in.Problem
		return
	}
	at.Error = in.Problem
	f.Problems = []view.Link{{Label: in.Problem, URL: "#comment-" + in.Field}}
}

// house are the pages of the newsroom that the form leads to.
type house struct{ rules, privacy string }

func (c *scene) houseLinks(f *view.CommentForm) error {
	h, err := c.memos.house.get(0, func() (h house, err error) {
		if h.privacy, err = c.privacyPath(); err != nil || c.conf.CommentRulesPage == "" {
			return h, err
		}
		_, err = c.public.Address(c.ctx, urlpath.Key(c.conf.CommentRulesPage))
		switch {
		case err == nil:
			h.rules = c.conf.CommentRulesPage
		case notFound(err):
			err = nil
		}
		return h, err
	})
	if h.rules != "" {
		f.Links = append(f.Links, view.Link{Label: c.words.T("comments.rules"), URL: h.rules})
	}
	if h.privacy != "" {
		f.Links = append(f.Links, view.Link{Label: c.words.T("newsletter.privacy"), URL: h.privacy})
	}
	return err
}
