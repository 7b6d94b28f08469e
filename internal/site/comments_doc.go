package site

import (
	"context"
	"strconv"

	"dateline/internal/comment"
	"dateline/internal/richtext"
)

// CommentDoc is a comment as the script of readers' pages gets it: it builds
// the elements itself, from words and numbers, never from markup.
type CommentDoc struct {
	ID       string        `json:"id"`
	Anchor   string        `json:"anchor"`
	Parent   string        `json:"parent,omitempty"`
	Root     string        `json:"root"`
	Gone     bool          `json:"gone,omitempty"`   // its place alone is left
	Hidden   bool          `json:"hidden,omitempty"` // its place is not shown either
	Name     string        `json:"name,omitempty"`
	URL      string        `json:"url,omitempty"`
	At       string        `json:"at"` // RFC 3339
	When     string        `json:"when"`
	Link     string        `json:"link"`
	Edited   string        `json:"edited,omitempty"`
	Initials string        `json:"initials,omitempty"`
	Hue      int           `json:"hue"` // of the class hue-N
	Pattern  int           `json:"pattern"`
	Byline   bool          `json:"byline,omitempty"`
	Staff    bool          `json:"staff,omitempty"`
	Picked   bool          `json:"picked,omitempty"`
	Mention  bool          `json:"mention,omitempty"`
	Likes    int64         `json:"likes,omitempty"`
	Reply    string        `json:"reply,omitempty"`
	Own      string        `json:"own,omitempty"`
	Version  int64         `json:"version"` // grows when it changes
	Body     *richtext.Doc `json:"body,omitempty"`
}

func (c *scene) commentDoc(cm *comment.Comment, r *reading) CommentDoc {
	d := CommentDoc{ID: strconv.FormatInt(cm.ID, 10), Anchor: commentAnchor(cm), Root: strconv.FormatInt(cm.Root, 10), Version: cm.Changed.UnixMicro()}
	if cm.Parent != 0 {
		d.Parent = strconv.FormatInt(cm.Parent, 10)
	}
	v := c.viewComment(cm, r)
	d.At, d.When, d.Link = v.When.ISO, v.When.Text, v.Link
	if v.Gone {
		d.Gone, d.Hidden = true, !cm.Shown
		return d
	}
	d.Name, d.URL, d.Edited, d.Initials, d.Hue, d.Pattern = v.Name, v.URL, v.Edited, v.Initials, v.Hue/10, v.Pattern
	d.Byline, d.Staff, d.Picked, d.Mention, d.Likes, d.Reply, d.Own = v.Byline, v.Staff, v.Picked, v.Mention, v.Likes, v.ReplyURL, v.OwnURL
	body := cm.Body
	if checked, err := richtext.ValidateComment(body); err == nil {
		body = checked
	} else {
		body = richtext.CommentDoc(body)
	}
	d.Body = &body
	return d
}

// CommentDoc returns a comment for the script of its article's page.
func (s *Site) CommentDoc(ctx context.Context, cm *comment.Comment) (CommentDoc, error) {
	c, r, err := s.own(ctx, "", cm.Article)
	if err != nil {
		return CommentDoc{}, err
	}
	r.away = false
	return c.commentDoc(cm, r), nil
}
