package api

import (
	"slices"

	"dateline/internal/article"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/richtext"
	"dateline/internal/settings"
)

// commentsOf is how many threads a page of comments has at most.
const commentsOf = 50

var commentOrders = []string{settings.OrderOldest, settings.OrderNewest, settings.OrderBest}

// listComments answers the public comments of an article by threads. A thread
// that is longer than a page goes on on the next one. In a place, the first
// number is the thread that goes on, then come the place in it and the place
// behind it.
func listComments(c *call) (any, error) {
	r, err := c.read()
	if err != nil {
		return nil, err
	}
	c.Shows(db.Key("comments", r.a.ID))
	order := settings.OrderOldest
	if c.has("sort") {
		order = c.text("sort")
	}
	n, id := c.from.n, r.a.ID
	var page comment.Page
	thread, behind := n[0], comment.Cursor{At: n[3], Root: n[4]}
	if thread != 0 {
		var more comment.Page
		if more, err = comment.Replies(c.ctx, c.DB, id, thread, comment.Cursor{At: n[1], Root: n[2]}, comment.PageLimit); err != nil {
			return nil, err
		}
		page = comment.Page{Comments: more.Comments, Cut: more.Next, Next: behind}
	} else if page, err = comment.Threads(c.ctx, c.DB, id, order, behind, c.limit()); err != nil {
		return nil, err
	}
	out := List[Comment]{Items: []Comment{}}
	for i := range page.Comments {
		out.Items = append(out.Items, c.publicComment(&page.Comments[i], r))
	}
	next := place{n: [6]int64{0, 0, 0, page.Next.At, page.Next.Root}}
	if page.Cut != (comment.Cursor{}) && len(page.Comments) > 0 {
		next.n[0], next.n[1], next.n[2] = page.Comments[0].Root, page.Cut.At, page.Cut.Root
	}
	if next != (place{}) {
		out.Next = c.nextAt(next)
	}
	return out, nil
}

// publicComment is what readers see of a comment: nothing of who wrote it but
// the name and website that they gave for that.
func (c *call) publicComment(cm *comment.Comment, r *reading) Comment {
	out := Comment{ID: ident(cm.ID), Thread: ident(cm.Root), Kind: string(cm.Kind), At: cm.Created.UTC()}
	if cm.Parent != 0 {
		out.Parent = ident(cm.Parent)
	}
	if !cm.Legible() {
		out.Gone = true
		return out
	}
	out.Name, out.Website = cm.Name, cm.URL
	if c.picks.has("html") {
		out.HTML = richtext.CommentHTML(cm.Body)
	}
	out.Staff, out.Picked, out.Likes, out.Edited = cm.Staff != 0, cm.Picked, cm.Likes, utc(cm.Edited)
	out.Byline = cm.Profile != 0 && slices.ContainsFunc(r.version.Content.Bylines, func(b article.Byline) bool { return b.Profile == cm.Profile })
	return out
}
