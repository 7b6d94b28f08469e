package site

import (
	"context"
	"regexp"
	"strconv"

	"dateline/internal/article"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

var (
	morePath   = regexp.MustCompile(`^/comments/([1-9][0-9]{0,18})/page/(oldest|newest|best)(?:/([-0-9a-z_]{1,40}))?$`)
	threadOnly = regexp.MustCompile(`^/comments/([1-9][0-9]{0,18})/thread(?:/([-0-9a-z_]{1,40}))?$`)
)

// talkAt answers for pages of comments that are the same for everybody.
func (c *scene) talkAt(key string) (Answer, bool, error) {
	m := morePath.FindStringSubmatch(key)
	if m != nil {
		answer, err := c.morePage(m[1], m[2], m[3])
		return answer, true, err
	}
	if m = threadOnly.FindStringSubmatch(key); m != nil {
		answer, err := c.threadPage(m[1], m[2])
		return answer, true, err
	}
	return Answer{}, false, nil
}

func numberOf(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fault.New(fault.NotFound, "not a number of ours: %w", err)
	}
	return n, nil
}

func cursorOf(s string) (comment.Cursor, error) {
	if s == "" {
		return comment.Cursor{}, nil
	}
	return comment.ParseCursor(s)
}

// listed reads an article whose comments have pages of their own: one that
// everybody may see.
func (c *scene) listed(id int64) (*reading, error) {
	c.shows(db.Key("article", id), db.Key("comments", id))
	r, err := c.memos.talked.shared(id, func() (reading, error) { return c.readTalked(context.WithoutCancel(c.ctx), id) })
	if err != nil {
		return nil, err
	}
	r.words = c.words
	if id == c.conf.FrontPage {
		r.path = "/"
	}
	return &r, nil
}

func (c *scene) readTalked(ctx context.Context, id int64) (reading, error) {
	a, vis, err := c.public.Read(ctx, id)
	if err == nil && vis != article.Listed {
		err = fault.New(fault.NotFound, "the article shows no comments of its own")
	}
	if err != nil {
		return reading{}, err
	}
	v, err := c.public.Live(ctx, &a)
	return reading{a: a, content: v.Content, path: urlpath.Escape(a.Path), away: true}, err
}

// morePage is a page of threads away from their article.
func (c *scene) morePage(number, order, place string) (Answer, error) {
	id, err := numberOf(number)
	if err != nil {
		return Answer{}, err
	}
	after, err := cursorOf(place)
	if err != nil {
		return Answer{}, err
	}
	if answer, wrong := c.canonical(pagePath(id, order, after)); wrong {
		return answer, nil
	}
	r, err := c.listed(id)
	if err != nil {
		return Answer{}, err
	}
	if after == (comment.Cursor{}) && order == c.conf.CommentOrder {
		return moved(r.path + "#comments"), nil
	}
	box, err := c.threadsAfter(r, order, after)
	if err != nil {
		return Answer{}, err
	}
	if len(box.Threads) == 0 {
		return Answer{}, fault.New(fault.NotFound, "no such page of comments")
	}
	if after != (comment.Cursor{}) {
		box.Newer = pagePath(id, order, comment.Cursor{})
		if order == c.conf.CommentOrder {
			box.Newer = r.path
		}
		box.Newer += "#comments"
	}
	box.Script = c.talkScript(id, order, after == (comment.Cursor{}))
	return c.talkPage(0, r, &view.Talk{Kind: "threads", Title: c.words.T("comments.on", r.a.Headline), Comments: box})
}

// threadPage is what follows in a long thread.
func (c *scene) threadPage(number, place string) (Answer, error) {
	root, err := numberOf(number)
	if err != nil {
		return Answer{}, err
	}
	after, err := cursorOf(place)
	if err != nil {
		return Answer{}, err
	}
	if after == (comment.Cursor{}) {
		after.At = -1 << 63
	} else if answer, wrong := c.canonical(threadPath(root, after)); wrong {
		return answer, nil
	}
	first, err := comment.Get(c.ctx, c.db, root)
	if err != nil {
		return Answer{}, err
	}
	r, err := c.listed(first.Article)
	if err != nil {
		return Answer{}, err
	}
	page, err := comment.Replies(c.ctx, c.db, first.Article, root, after, comment.PageLimit)
	if err != nil {
		return Answer{}, err
	}
	if len(page.Comments) == 0 {
		return Answer{}, fault.New(fault.NotFound, "no such page of comments")
	}
	box := &view.Comments{Count: r.a.CommentCount, CountText: c.words.N("comments.count", r.a.CommentCount), Open: c.commentsOpen(&r.a)}
	box.Threads = c.threads(page.Comments, r)
	if page.Next != (comment.Cursor{}) {
		box.Older = threadPath(root, page.Next)
	}
	box.Newer = ownPath(root, "in")
	box.Script = c.talkScript(first.Article, settings.OrderOldest, false)
	return c.talkPage(0, r, &view.Talk{Kind: "thread", Title: c.words.T("comments.thread_on", r.a.Headline), Comments: box})
}

// talkPage renders a page about comments; status 0 is that of a page for
// everybody, all others are nobody's but the asker's. No search engine keeps
// any: what they show stands under the article.
func (c *scene) talkPage(status int, r *reading, t *view.Talk) (Answer, error) {
	p := view.Page{Template: "talk", Talk: t, Meta: c.meta(t.Title, c.ask.Path), Crumbs: []view.Link{c.homeLink()}}
	p.Meta.NoIndex, p.Meta.Canonical = true, ""
	if r != nil {
		t.Of = &view.Link{Label: r.a.Headline, URL: r.path}
		p.Crumbs = append(p.Crumbs, *t.Of)
	}
	p.Crumbs = append(p.Crumbs, view.Link{Label: t.Title})
	if t.Comments != nil && t.Comments.Script != nil {
		p.Meta.Script = t.Comments.Script.URL
	}
	if status == 0 {
		return c.page(200, p)
	}
	answer, err := c.page(status, p)
	answer.Private, answer.NoIndex, answer.Keys, answer.MaxAge = true, true, nil, 0
	return answer, err
}

// own is the scene of a page for one visitor.
func (s *Site) own(ctx context.Context, path string, articleID int64) (*scene, *reading, error) {
	c, err := s.scene(ctx, Ask{Path: path})
	if err != nil || articleID == 0 {
		return c, nil, err
	}
	r, err := c.listed(articleID)
	return c, r, err
}

// CommentsOpen tells whether readers may write under an article; NotFound when
// they may not even see it.
func (s *Site) CommentsOpen(ctx context.Context, articleID int64) (bool, error) {
	c, r, err := s.own(ctx, "", articleID)
	if err != nil {
		return false, err
	}
	return c.commentsOpen(&r.a), nil
}

// TalkPage renders a page about comments for one visitor. articleID is 0 for
// none.
func (s *Site) TalkPage(ctx context.Context, status int, path string, articleID int64, t *view.Talk) (Answer, error) {
	c, r, err := s.own(ctx, path, articleID)
	if err != nil {
		return Answer{}, err
	}
	return c.talkPage(status, r, t)
}

// CommentWrite renders the page with the form of a comment, and above it what
// it answers and how it will stand.
func (s *Site) CommentWrite(ctx context.Context, status int, path string, articleID int64, in CommentInput) (Answer, error) {
	c, r, err := s.own(ctx, path, articleID)
	if err != nil {
		return Answer{}, err
	}
	t := &view.Talk{Kind: "write", Title: c.words.T("comments.leave_reply")}
	if in.Edit != nil {
		t.Kind, t.Title = "edit", c.words.T("comments.edit_title")
	} else if !c.commentsOpen(&r.a) {
		t.Text = []string{c.words.T("comments.closed")}
		return c.talkPage(status, r, t)
	}
	if in.Parent != nil {
		v := c.viewComment(in.Parent, r)
		v.ReplyURL = ""
		t.Comment, t.Title = &v, c.words.T("comments.reply_title", in.Parent.Name)
	}
	if t.Form, err = c.commentForm(articleID, in); err != nil {
		return Answer{}, err
	}
	if in.Preview != nil {
		v := c.viewComment(in.Preview, r)
		v.ReplyURL, v.OwnURL, v.ID, v.Link = "", "", "preview", ""
		t.Form.Preview = &v
	}
	return c.talkPage(status, r, t)
}

// CommentView is a comment as a page of one visitor shows it.
func (s *Site) CommentView(ctx context.Context, cm *comment.Comment) (view.Comment, error) {
	c, r, err := s.own(ctx, "", cm.Article)
	if err != nil {
		return view.Comment{}, err
	}
	return c.viewComment(cm, r), nil
}

// CommentPlace is the address of the page that a comment stands on, with its
// anchor.
func (s *Site) CommentPlace(ctx context.Context, cm *comment.Comment) (string, error) {
	c, r, err := s.own(ctx, "", cm.Article)
	if err != nil {
		return "", err
	}
	anchor, order := "#"+commentAnchor(cm), c.conf.CommentOrder
	first, err := comment.Threads(ctx, c.db, cm.Article, order, comment.Cursor{}, c.conf.CommentThreads)
	if err != nil || holds(first, cm.ID) {
		return r.path + anchor, err
	}
	before, err := comment.Before(ctx, c.db, cm, order)
	if err != nil {
		return "", err
	}
	page, err := comment.Threads(ctx, c.db, cm.Article, order, before, c.conf.CommentThreads)
	if err != nil || holds(page, cm.ID) {
		return pagePath(cm.Article, order, before) + anchor, err
	}
	return threadPath(cm.Root, comment.Cursor{At: db.Micros(cm.Created), Root: cm.ID - 1}) + anchor, nil
}

func holds(p comment.Page, id int64) bool {
	for i := range p.Comments {
		if p.Comments[i].ID == id {
			return true
		}
	}
	return false
}
