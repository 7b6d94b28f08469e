package site

import (
	"cmp"
	"hash/fnv"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dateline/internal/article"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/feed"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// Talk is what the site's pages ask of the service that takes comments.
type Talk interface {
	// PageToken is what the form on a page for everybody carries.
	PageToken(article int64) string
}

// orders of threads, as they are offered.
var orders = []struct{ order, label string }{{settings.OrderOldest, "comments.oldest"}, {settings.OrderNewest, "comments.newest"}, {settings.OrderBest, "comments.best"}}

// commentsOpen tells whether an article takes comments. A page that depends on
// it ends when that ends.
func (c *scene) commentsOpen(a *article.Article) bool {
	if c.talk == nil || !comment.Takes(a, c.conf, c.now) {
		return false
	}
	if days := c.conf.CommentCloseDays; days > 0 && !a.FirstPublished.IsZero() {
		c.until(a.FirstPublished.Add(time.Duration(days) * 24 * time.Hour).In(c.zone))
	}
	return true
}

// addComments puts page number page of the threads under the article. Numbers
// are WordPress's; the pages that ours lead to go on from a cursor.
func (c *scene) addComments(r *reading, out *view.Article, page int64) error {
	c.shows(db.Key("comments", r.a.ID))
	open := c.commentsOpen(&r.a)
	if r.a.CommentCount == 0 && !open {
		return nil
	}
	order := c.conf.CommentOrder
	after, err := comment.Skip(c.ctx, c.db, r.a.ID, order, (page-1)*int64(c.conf.CommentThreads))
	if err != nil {
		return err
	}
	box, err := c.threadsAfter(r, order, after)
	if err != nil {
		return err
	}
	if r.a.Public {
		box.FeedURL = under(r.path, "feed/")
	}
	if page > 1 {
		box.Newer = part{comments: page - 1}.under(r.path) + "#comments"
	}
	if box.Older != "" && !c.everybodys() {
		box.Older = part{comments: page + 1}.under(r.path) + "#comments" // the others are for everybody
	}
	if out.Comments = box; !c.everybodys() {
		box.Orders = nil
		return nil
	}
	if open {
		if box.Form, err = c.commentForm(r.a.ID, CommentInput{}); err != nil {
			return err
		}
	}
	if open || c.conf.CommentLive && r.a.CommentCount > 0 {
		box.Script = c.talkScript(r.a.ID, order, page == 1)
	}
	return nil
}

// everybodys tells whether the page is the same for all readers: previews and
// opened protected articles are not.
func (c *scene) everybodys() bool { return !c.preview && !c.opened && c.talk != nil }

// threadsAfter is a page of threads in an order.
func (c *scene) threadsAfter(r *reading, order string, after comment.Cursor) (*view.Comments, error) {
	open := c.commentsOpen(&r.a)
	box := &view.Comments{Count: r.a.CommentCount, CountText: c.words.N("comments.count", r.a.CommentCount), Open: open}
	if !open {
		box.ClosedNote = c.words.T("comments.closed")
	}
	page, err := comment.Threads(c.ctx, c.db, r.a.ID, order, after, c.conf.CommentThreads)
	if err != nil {
		return nil, err
	}
	box.Threads = c.threads(page.Comments, r)
	if page.Cut != (comment.Cursor{}) {
		box.Threads[0].More = threadPath(page.Comments[0].Root, page.Cut)
	}
	if page.Next != (comment.Cursor{}) {
		box.Older = pagePath(r.a.ID, order, page.Next) + "#comments"
	}
	if r.a.CommentCount > 1 {
		for _, o := range orders {
			link := view.Link{Label: c.words.T(o.label)}
			switch {
			case o.order == order:
			case o.order == c.conf.CommentOrder:
				link.URL = r.path + "#comments"
			default:
				link.URL = pagePath(r.a.ID, o.order, comment.Cursor{}) + "#comments"
			}
			box.Orders = append(box.Orders, link)
		}
	}
	return box, nil
}

// pagePath is the address of threads after a cursor.
func pagePath(article int64, order string, after comment.Cursor) string {
	path := comment.Path + strconv.FormatInt(article, 10) + "/page/" + order + "/"
	if after != (comment.Cursor{}) {
		path += after.String() + "/"
	}
	return path
}

// threadPath is the address of what follows in a thread.
func threadPath(root int64, after comment.Cursor) string {
	path := comment.Path + strconv.FormatInt(root, 10) + "/thread/"
	if after != (comment.Cursor{}) {
		path += after.String() + "/"
	}
	return path
}

// ownPath is the address of a comment's own page, or of something about it.
func ownPath(id int64, deed string) string {
	path := comment.Path + strconv.FormatInt(id, 10) + "/"
	if deed != "" {
		path += deed + "/"
	}
	return path
}

// threads nests replies below what they answer, as deep as the site shows;
// deeper ones follow at the last level.
func (c *scene) threads(flat []comment.Comment, r *reading) []view.Comment {
	children := map[int64][]int{}
	known := map[int64]bool{}
	for i := range flat {
		known[flat[i].ID] = true
	}
	for i := range flat {
		parent := flat[i].Parent
		if !known[parent] {
			parent = 0
		}
		children[parent] = append(children[parent], i)
	}
	var build func(parent int64, depth int) []view.Comment
	build = func(parent int64, depth int) []view.Comment {
		var out []view.Comment
		for _, i := range children[parent] {
			v := c.viewComment(&flat[i], r)
			if up := flat[i].Parent; up != 0 && !known[up] {
				v.Answers = &view.Link{Label: c.words.T("comments.answers"), URL: ownPath(up, "")}
			}
			replies := build(flat[i].ID, depth+1)
			if depth >= c.conf.CommentDepth {
				out = append(append(out, v), replies...)
				continue
			}
			v.Replies = replies
			out = append(out, v)
		}
		return out
	}
	return build(0, 1)
}

func (c *scene) viewComment(cm *comment.Comment, r *reading) view.Comment {
	anchor := commentAnchor(cm)
	v := view.Comment{ID: anchor, Number: strconv.FormatInt(cm.ID, 10), When: c.stamp(cm.Created, c.words), Link: r.path + "#" + anchor}
	if !cm.Legible() {
		v.Gone = true
		return v
	}
	v.Name, v.Mention, v.Staff, v.Picked, v.Likes = cm.Name, cm.Kind != comment.KindComment, cm.Staff != 0, cm.Picked, cm.Likes
	v.Body, v.Initials = view.Rendered(richtext.CommentHTML(cm.Body)), initials(cm.Name)
	if u, err := url.Parse(cm.URL); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		v.URL = cm.URL
	}
	for _, b := range r.content.Bylines {
		v.Byline = v.Byline || cm.Profile != 0 && b.Profile == cm.Profile
	}
	v.Staff = v.Staff && !v.Byline
	if !cm.Edited.IsZero() {
		v.Edited = c.words.T("comments.edited", c.stamp(cm.Edited, c.words).Text)
	}
	n := avatarOf(cm)
	v.Hue, v.Pattern = int(n%36)*10, int(n/36%8)
	if c.everybodys() {
		v.OwnURL = ownPath(cm.ID, "")
		if r.away {
			v.Link = ownPath(cm.ID, "in")
		}
		if c.commentsOpen(&r.a) && !v.Mention {
			v.ReplyURL = ownPath(cm.ID, "reply")
		}
	}
	return v
}

// avatarOf is the number from which a comment's picture is drawn. One that was
// taken over is drawn by the name that is printed beside it, so that it tells
// nothing that the page doesn't.
func avatarOf(cm *comment.Comment) uint64 {
	if cm.Avatar != 0 {
		return uint64(cm.Avatar)
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(cm.Name)))
	return h.Sum64()
}

// talkScript is what the script of a page with comments goes by.
func (c *scene) talkScript(id int64, order string, first bool) *view.TalkScript {
	if c.talkJS == "" {
		return nil
	}
	s := &view.TalkScript{URL: c.talkJS, Article: strconv.FormatInt(id, 10), Likes: c.conf.CommentLikes, Depth: c.conf.CommentDepth, First: first, Order: order}
	if c.conf.CommentLive {
		// What was committed while the page was read may be on it or not: the
		// script knows what it shows.
		since := comment.Cursor{At: db.Micros(c.now.Add(-liveOverlap))}
		s.Live = comment.Path + s.Article + "/live/?since=" + since.String()
	}
	return s
}

// liveOverlap is how far commits may come out of their order.
const liveOverlap = 5 * time.Second

// commentAnchor keeps the anchor that an imported comment had.
func commentAnchor(cm *comment.Comment) string {
	return "comment-" + strconv.FormatInt(cmp.Or(cm.OldID, cm.ID), 10)
}

// initials are the first letters of the first and last word of a name.
func initials(name string) string {
	var letters []rune
	for _, w := range strings.Fields(name) {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters = append(letters, unicode.ToUpper(r))
		}
	}
	switch n := len(letters); {
	case n == 0:
		return "?"
	case n > 2:
		return string([]rune{letters[0], letters[n-1]})
	}
	return string(letters)
}

// articleCommentFeed answers for the feed of one article's comments.
func (c *scene) articleCommentFeed(a *article.Article, path, kind string) (Answer, error) {
	if a.CommentCount == 0 && !a.CommentsOpen {
		return moved(path), nil
	}
	self := part{feed: kind}.under(path)
	if answer, wrong := c.canonical(self); wrong {
		return answer, nil
	}
	c.shows(db.Key("comments", a.ID))
	list, err := comment.Latest(c.ctx, c.db, a.ID, feedComments)
	if err != nil {
		return Answer{}, err
	}
	f := feed.Feed{Title: c.words.T("feeds.comments_on", a.Headline), Home: c.abs(path), Self: c.abs(self), Language: c.conf.Locale}
	return c.commentAnswer(f, list, kind)
}

// commentFeed answers for the newest comments of the whole site.
func (c *scene) commentFeed(kind string) (Answer, error) {
	self := comment.Path + part{feed: kind}.suffix()
	if answer, wrong := c.canonical(self); wrong {
		return answer, nil
	}
	c.shows("comments", db.ListKey(article.ScopeSite, 0))
	list, err := comment.Latest(c.ctx, c.db, 0, feedComments)
	if err != nil {
		return Answer{}, err
	}
	f := feed.Feed{Title: c.words.T("feeds.comments") + " – " + c.conf.Title, Home: c.abs("/"), Self: c.abs(self), Language: c.conf.Locale}
	return c.commentAnswer(f, list, kind)
}

func (c *scene) commentAnswer(f feed.Feed, list []comment.Comment, kind string) (Answer, error) {
	for i := range list {
		cm := &list[i]
		a, vis, err := c.public.Read(c.ctx, cm.Article)
		if notFound(err) || err == nil && vis != article.Listed {
			continue
		}
		if err != nil {
			return Answer{}, err
		}
		c.shows(db.Key("article", a.ID))
		f.Items = append(f.Items, feed.Item{ID: c.tagURI("comment", cm.ID), URL: c.abs(urlpath.Escape(a.Path)) + "#" + commentAnchor(cm),
			Title: c.words.T("comments.says", cm.Name) + " " + a.Headline, HTML: richtext.CommentHTML(cm.Body),
			Authors: []feed.Author{{Name: cm.Name}}, Published: cm.Created.In(c.zone)})
		f.Updated = latestOf(f.Updated, cm.Created)
	}
	return c.feedAnswer(f, kind)
}

// mostInLD bounds the comments that structured data repeats.
const mostInLD = 10

// commentsLD are the first comments of a page as structured data.
func (c *scene) commentsLD(box *view.Comments, canonical string) []object {
	var out []object
	for i := range box.Threads {
		cm := &box.Threads[i]
		if cm.Gone || cm.Mention {
			continue
		}
		if len(out) == mostInLD {
			break
		}
		one := object{"@type": "Comment", "@id": canonical + "#" + cm.ID, "url": canonical + "#" + cm.ID, "datePublished": cm.When.ISO,
			"author": object{"@type": "Person", "name": cm.Name}, "text": clip(plain(string(cm.Body)), 500)}
		if cm.Likes > 0 {
			one["upvoteCount"] = cm.Likes
		}
		out = append(out, one)
	}
	return out
}

// plain is the text of HTML that richtext rendered.
func plain(rendered string) string {
	d, _ := richtext.FromCommentHTML(rendered)
	return richtext.PlainText(d)
}
