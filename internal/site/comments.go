package site

import (
	"hash/fnv"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/article"
	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/feed"
	"dateline/internal/richtext"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// addComments puts page number page of the threads under the article.
func (c *scene) addComments(r *reading, out *view.Article, page int64) error {
	c.shows(db.Key("comments", r.a.ID))
	if r.a.CommentCount == 0 && !r.a.CommentsOpen {
		return nil
	}
	box := &view.Comments{Count: r.a.CommentCount, CountText: c.words.N("comments.count", r.a.CommentCount), Open: r.a.CommentsOpen}
	if r.a.Public {
		box.FeedURL = under(r.path, "feed/")
	}
	if !r.a.CommentsOpen {
		box.ClosedNote = c.words.T("comments.closed")
	}
	out.Comments = box
	if r.a.CommentCount == 0 {
		return nil
	}
	after := threadStart
	for n := int64(1); n < page; n++ {
		next, err := comment.NextPage(c.ctx, c.db, r.a.ID, after, c.conf.CommentThreads)
		if err != nil {
			return err
		}
		if next == threadStart {
			return fault.New(fault.NotFound, "no such page of comments")
		}
		after = next
	}
	threads, err := comment.Threads(c.ctx, c.db, r.a.ID, after, c.conf.CommentThreads)
	if err != nil {
		return err
	}
	box.Threads = c.threads(threads.Comments, r)
	if threads.Next != threadStart {
		box.Older = part{comments: page + 1}.under(r.path) + "#comments"
	}
	if page > 1 {
		box.Newer = part{comments: page - 1}.under(r.path) + "#comments"
	}
	return nil
}

// threads nests replies below what they answer, as deep as the site shows;
// deeper ones follow at the last level.
func (c *scene) threads(flat []comment.Comment, r *reading) []view.Comment {
	children := map[int64][]int{}
	known := map[int64]bool{}
	for _, cm := range flat {
		known[cm.ID] = true
	}
	for i, cm := range flat {
		parent := cm.Parent
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
	v := view.Comment{ID: anchor, Name: cm.Name, When: c.stamp(cm.Created, c.words), Link: r.path + "#" + anchor,
		Body: view.Rendered(richtext.CommentHTML(cm.Body)), Mention: cm.Kind != comment.KindComment,
		Initials: initials(cm.Name), Hue: hueOf(cm.Name)}
	if u, err := url.Parse(cm.URL); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		v.URL = cm.URL
	}
	for _, b := range r.content.Bylines {
		v.Byline = v.Byline || cm.Profile != 0 && b.Profile == cm.Profile
	}
	return v
}

// commentAnchor keeps the anchor that an imported comment had.
func commentAnchor(cm *comment.Comment) string {
	id := cm.OldID
	if id == 0 {
		id = cm.ID
	}
	return "comment-" + strconv.FormatInt(id, 10)
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

// hueOf colours a generated avatar by the name that is printed beside it, so
// that the colour tells nothing that the page doesn't.
func hueOf(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(name)))
	return int(h.Sum32() % 360)
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
	self := "/comments/" + part{feed: kind}.suffix()
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
