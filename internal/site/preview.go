package site

import (
	"bytes"
	"context"
	"html"
	"strconv"

	"dateline/internal/article"
	"dateline/internal/fault"
	"dateline/internal/front"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// Preview says what of an article a preview shows.
type Preview struct {
	Article article.Article // as article.Service.AsPublished returns it
	Content article.Content
	Part    int64                // of an article in parts; 0 for the first
	PartAt  func(n int64) string // address of a part
	Framed  bool                 // in a frame of the desk: its links open elsewhere
	Bar     string               // stands above the page, "" for nothing
}

// previewScene is the scene of a page that is nobody's but the asker's, and that
// may show what is not public. Who may ask is the caller's affair.
func (s *Site) previewScene(ctx context.Context, path string) (*scene, error) {
	c, err := s.scene(ctx, Ask{Path: path})
	if err == nil {
		c.preview, c.opened = true, true
	}
	return c, err
}

func (c *scene) previewReading(p Preview) (*reading, error) {
	r := &reading{a: p.Article, content: p.Content, words: c.words, path: urlpath.Escape(p.Article.Path), parts: richtext.Parts(p.Content.Body), part: max(p.Part, 1)}
	if r.part > int64(len(r.parts)) {
		return nil, fault.New(fault.NotFound, "the article has %d parts", len(r.parts))
	}
	if r.path == "" {
		r.path = "/"
	}
	if p.Article.Language != "" {
		r.words = i18n.For(p.Article.Language)
	}
	return r, nil
}

// PreviewArticle renders an article with a content exactly as readers would see
// it, through the same templates. The answer is never stored.
func (s *Site) PreviewArticle(ctx context.Context, p Preview) (Answer, error) {
	c, err := s.previewScene(ctx, p.Article.Path)
	if err != nil {
		return Answer{}, err
	}
	r, err := c.previewReading(p)
	if err != nil {
		return Answer{}, err
	}
	partAt := p.PartAt
	if partAt == nil {
		partAt = func(n int64) string { return "?part=" + strconv.FormatInt(n, 10) }
	}
	answer, err := c.articleView(r, part{bare: true, page: p.Part}, r.path, partAt)
	if err != nil {
		return Answer{}, err
	}
	if p.Framed {
		answer.Body = framed(answer.Body)
	}
	if p.Bar != "" {
		answer.Body = after(answer.Body, "<body", `<p class="preview-bar" role="note">`+html.EscapeString(p.Bar)+`</p>`)
	}
	return answer, nil
}

// framed lets the links of a page open outside the frame that shows it.
func framed(body []byte) []byte { return after(body, "<head", `<base target="_blank">`) }

// after puts markup behind the first tag that begins so.
func after(body []byte, tag, markup string) []byte {
	i := bytes.Index(body, []byte(tag))
	if i < 0 {
		return body
	}
	end := bytes.IndexByte(body[i:], '>')
	if end < 0 {
		return body
	}
	at := i + end + 1
	return bytes.Join([][]byte{body[:at], []byte(markup), body[at:]}, nil)
}

// Looks is how an article appears elsewhere.
type Looks struct {
	Meta view.Meta
	Host string
	Feed string // HTML, as feed readers get it
}

// Looks returns how search engines, social networks and feed readers would show
// an article.
func (s *Site) Looks(ctx context.Context, p Preview) (Looks, error) {
	c, err := s.previewScene(ctx, p.Article.Path)
	if err != nil {
		return Looks{}, err
	}
	r, err := c.previewReading(p)
	if err != nil {
		return Looks{}, err
	}
	out, err := c.readArticle(r, part{bare: true})
	if err != nil {
		return Looks{}, err
	}
	feed, err := c.feedHTML(p.Content.Body)
	return Looks{Meta: c.articleMeta(r, out, r.path), Host: hostOf(c.abs("/")), Feed: feed}, err
}

// PreviewShareImage draws the picture that a shared link would show when the
// article has none of its own, as PNG.
func (s *Site) PreviewShareImage(ctx context.Context, a article.Article) ([]byte, error) {
	c, err := s.previewScene(ctx, a.Path)
	if err != nil {
		return nil, err
	}
	card, err := c.shareCard(&a)
	if err != nil {
		return nil, err
	}
	return media.ShareImage(card)
}

// PreviewFront renders the front of a place as a plan would arrange it, exactly
// as readers would see it now, for a frame of the desk.
func (s *Site) PreviewFront(ctx context.Context, place int64, plan front.Plan) (Answer, error) {
	c, err := s.scene(ctx, Ask{Path: "/"})
	if err != nil {
		return Answer{}, err
	}
	c.preview = true
	answer, err := c.previewFront(place, plan)
	answer.Body = framed(answer.Body)
	return answer, err
}

func (c *scene) previewFront(place int64, plan front.Plan) (Answer, error) {
	if place == 0 {
		if plan.Auto {
			tops, err := taxonomy.Children(c.ctx, c.db, 0)
			if err != nil {
				return Answer{}, err
			}
			plan = front.Automatic(0, tops)
		}
		return c.frontPage(plan)
	}
	l, err := c.listing(article.AddressSection, place)
	if err != nil {
		return Answer{}, err
	}
	n, err := c.public.Count(c.ctx, l.scope, l.id)
	if err != nil {
		return Answer{}, err
	}
	c.ask.Path, c.plan = l.path, &plan
	return c.listPage(l, n, 1)
}
