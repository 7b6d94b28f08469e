package edition

import (
	"cmp"
	"context"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/edition/letter"
	"dateline/internal/fault"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/storyline"
	"dateline/internal/subscriber"
	"dateline/internal/urlpath"
)

// Rendered is an edition as the readers of one choice get it.
type Rendered struct {
	Subject  string
	HTML     string
	Text     string
	Items    []Item // that are in it, with their versions
	Dropped  []Item // that readers may not see any more
	Pictures []Picture
	Links    []string // that it leads to, each once
}

// Picture is one of a letter, for the checks.
type Picture struct{ Address, Alt, Of string }

// scene is one letter in the making.
type scene struct {
	*Service
	ctx    context.Context
	q      db.Querier
	e      *Edition
	n      subscriber.Newsletter
	site   settings.Site
	words  *i18n.Printer
	public *article.Public
	part   string
	choice []subscriber.Interest // nil for everything
	count  bool                  // links and opens
	mark   string                // slot that follows counted addresses; "" for none
	links  map[string]string     // counted addresses by their names
	out    Rendered
}

func (s *Service) scene(ctx context.Context, q db.Querier, e *Edition) (*scene, error) {
	site, err := s.Settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	n, err := s.Readers.Newsletter(ctx, q, e.Newsletter)
	if err != nil {
		return nil, err
	}
	return &scene{Service: s, ctx: ctx, q: q, e: e, n: n, site: site, words: i18n.For(cmp.Or(n.Language, site.Locale)), public: s.public(q)}, nil
}

// Preview lays an edition out as it would leave now, with links that lead
// nowhere personal. part is "b" for the second subject of a test.
func (s *Service) Preview(ctx context.Context, e *Edition, part string) (Rendered, error) {
	c, err := s.scene(ctx, s.DB, e)
	if err != nil {
		return Rendered{}, err
	}
	c.part = part
	return c.render(s.Slots)
}

// render lays the edition out for the readers of one choice. Without content
// for them, HTML is "".
func (c *scene) render(slots Slots) (Rendered, error) {
	l := letter.Letter{Language: c.words.Locale(), Dir: c.words.Dir(), Site: c.site.Title, SiteURL: c.Origin(), Newsletter: c.n.Name,
		Date: c.words.FullDate(c.day()), Preview: c.e.Preview, Intro: c.e.Intro, Words: c.letterWords(), Accent: c.site.Look.Accent,
		DarkAccent: c.site.Look.DarkAccent(), Labels: labels(c.words), Unsubscribe: slots.Unsubscribe, Preferences: slots.Preferences}
	l.Coming = func(date string) bool { return richtext.Begins(date, c.site.Location()).After(c.day()) }
	if c.e.Slug != "" {
		l.WebURL = c.Origin() + Path(c.n.Slug, c.e.Slug)
	}
	r := resolver{articles: map[int64]article.Article{}, media: map[int64]media.Medium{}, records: map[int64]richtext.Accounts{}, origin: c.Origin()}
	l.Resolver = &r
	for _, it := range c.e.Items {
		item, shown, err := c.item(it, &r)
		if err != nil {
			return c.out, err
		}
		if shown {
			l.Items = append(l.Items, item)
		}
	}
	if len(l.Items) == 0 && (len(c.e.Items) > 0 || richtext.Text(c.e.Intro) == "") {
		return c.out, nil // nothing for these readers
	}
	c.subject(&l)
	l.Link = c.link
	if c.count {
		l.Pixel = c.marked(c.Origin() + OpenPath(c.e.ID, c.part))
		l.Words.Counted = c.words.T(CountedWord(Settings{Counting: true, Engaged: c.mark != ""}))
	}
	part := letter.Write(l)
	c.out.HTML, c.out.Text = part.HTML, part.Text
	return c.out, nil
}

// day is the day that the letter bears.
func (c *scene) day() time.Time {
	at := c.Clock.Now()
	switch {
	case !c.e.Started.IsZero():
		at = c.e.Started
	case !c.e.At.IsZero():
		at = c.e.At
	}
	return at.In(c.site.Location())
}

// subject chooses the subject, and the heading where the letter needs one.
func (c *scene) subject(l *letter.Letter) {
	l.Subject = c.e.Subject
	if c.part == partB || c.part == partRest && c.e.Test.Winner == "b" {
		l.Subject = c.e.Test.Subject
	}
	if l.Subject == "" && len(l.Items) > 0 {
		l.Subject = l.Items[0].Headline
	}
	if l.Preview == "" {
		l.Preview = c.teaser(l)
	}
	if len(l.Items) > 1 && c.e.Kind == Composed || len(l.Items) == 0 {
		l.Title = l.Subject
	}
	c.out.Subject = l.Subject
}

// teaser is the preview text of a letter to which nobody wrote one.
func (c *scene) teaser(l *letter.Letter) string {
	var parts []string
	for i := range l.Items {
		if i > 0 || l.Subject != l.Items[i].Headline {
			parts = append(parts, l.Items[i].Headline)
		}
	}
	if len(parts) == 0 && len(l.Items) > 0 {
		parts = []string{l.Items[0].Standfirst}
	}
	text := strings.Join(parts, " · ")
	if r := []rune(text); len(r) > 140 {
		text = strings.TrimSpace(string(r[:139])) + "…"
	}
	return text
}

// link notes an address that the letter leads to, and leads it through the
// count where the site counts.
func (c *scene) link(address string) string {
	if !slices.Contains(c.out.Links, address) {
		c.out.Links = append(c.out.Links, address)
	}
	u, err := url.Parse(address)
	if !c.count || err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return address
	}
	name := linkName(address)
	c.links[name] = address
	return c.marked(c.Origin() + ClickPath(c.e.ID, c.part, name))
}

func (c *scene) marked(address string) string {
	if c.mark == "" {
		return address
	}
	return address + "?" + MarkParam + "=" + c.mark
}

// item makes an article ready for the letter; false for one that these readers
// do not get.
func (c *scene) item(it Item, r *resolver) (letter.Item, bool, error) {
	a, v, err := c.public.Kept(c.ctx, it.Article, it.Version)
	if fault.Is(err, fault.NotFound) {
		c.out.Dropped = append(c.out.Dropped, it)
		return letter.Item{}, false, nil
	}
	if err != nil {
		return letter.Item{}, false, err
	}
	if len(c.choice) > 0 {
		wanted, err := c.wanted(it.Article)
		if err != nil || !wanted {
			return letter.Item{}, false, err
		}
	}
	content := &v.Content
	out := letter.Item{Kicker: content.Kicker, Headline: content.Headline, Standfirst: cmp.Or(content.Standfirst, a.Excerpt), Byline: a.BylineText,
		Date: c.words.Date(a.FirstPublished.In(c.site.Location())), URL: c.Origin() + urlpath.Escape(a.Path)}
	if a.Language != "" && a.Language != c.words.Locale() {
		out.Language, out.Dir = a.Language, i18n.Direction(a.Language)
	}
	if it.Form == Corrected {
		if shown, err := c.corrected(it, &out); err != nil || !shown {
			return out, false, err
		}
		it.Version = v.ID
		c.out.Items = append(c.out.Items, it)
		return out, true, nil
	}
	ids, linked := []int64(nil), []int64(nil)
	if content.Lead != nil {
		ids = append(ids, content.Lead.Media)
	}
	if it.Form == Full {
		ids, linked = append(ids, richtext.MediaIDs(content.Body)...), richtext.ArticleIDs(content.Body)
		body, err := c.placed(&a, content)
		if err != nil {
			return out, false, err
		}
		out.Body = &body
		if err := c.records(content.Body, r); err != nil {
			return out, false, err
		}
	}
	if err := c.gather(ids, linked, r); err != nil {
		return out, false, err
	}
	out.Picture, out.Caption = c.lead(content.Lead, r)
	c.pictures(&out, content, r)
	it.Version = v.ID
	c.out.Items = append(c.out.Items, it)
	return out, true, nil
}

// placed is the text of an article with its place in its storyline below.
func (c *scene) placed(a *article.Article, content *article.Content) (richtext.Doc, error) {
	body := content.Body
	at, err := storyline.PlaceOf(c.ctx, c.q, c.public, a, content.Storyline)
	if err != nil || at == nil {
		return body, err
	}
	words := storyline.Words{PartOf: c.words.T("storyline.part_of"), Older: c.words.T("storyline.older"), Newer: c.words.T("storyline.newer")}
	body.Content = append(slices.Clip(body.Content), at.Block(words, c.Origin()))
	return body, nil
}

// corrected tells a correction; false when readers may not see it any more.
func (c *scene) corrected(it Item, out *letter.Item) (bool, error) {
	all, err := c.public.CorrectionBy(c.ctx, it.Article, it.Correction)
	if fault.Is(err, fault.NotFound) {
		c.out.Dropped = append(c.out.Dropped, it)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	out.Label = c.words.T("correction." + string(all[0].Kind))
	for i, x := range all {
		one := letter.Corrected{Wrong: x.Wrong, Right: x.Right}
		if i == 0 {
			one.Note = x.Note
		}
		out.Corrected = append(out.Corrected, one)
	}
	return true, nil
}

// gather reads the media and articles that a text shows.
func (c *scene) gather(ids, linked []int64, r *resolver) error {
	found, err := c.Media.GetMany(c.ctx, c.q, ids)
	if err != nil {
		return err
	}
	for id, m := range found {
		r.media[id] = m
	}
	arts, err := c.public.ByIDs(c.ctx, linked)
	for _, a := range arts {
		r.articles[a.ID] = a
	}
	return err
}

// records reads the shared accounts that a text shows, as they are now.
func (c *scene) records(doc richtext.Doc, r *resolver) error {
	found, err := claim.ByIDs(c.ctx, c.q, richtext.RecordIDs(doc))
	for id, one := range found {
		r.records[id] = one.Shown(c.site.Location())
	}
	return err
}

func (c *scene) lead(use *article.Picture, r *resolver) (*richtext.Picture, string) {
	if use == nil {
		return nil, ""
	}
	p, ok := r.Picture(use.Media)
	if !ok || p.Missing {
		return nil, ""
	}
	p.Alt, p.Credit = cmp.Or(use.Alt, p.Alt), cmp.Or(use.Credit, p.Credit)
	p.URL = c.Origin() + p.URL
	return &p, cmp.Or(use.Caption, r.media[use.Media].Caption)
}

// pictured are the media that a letter shows of an article.
func pictured(form Form, content *article.Content) (ids []int64) {
	if form == Corrected {
		return nil
	}
	if content.Lead != nil && content.Lead.Media != 0 {
		ids = append(ids, content.Lead.Media)
	}
	if form == Full {
		ids = append(ids, richtext.MediaIDs(content.Body)...)
	}
	return ids
}

// pictures notes the pictures of an item, for the checks.
func (c *scene) pictures(it *letter.Item, content *article.Content, r *resolver) {
	if it.Picture != nil {
		c.out.Pictures = append(c.out.Pictures, Picture{it.Picture.URL, it.Picture.Alt, it.Headline})
	}
	if it.Body == nil {
		return
	}
	richtext.Walk(content.Body.Content, func(n *richtext.Node) bool {
		if n.Type == "figure" && n.AttrInt("media") > 0 {
			id := n.AttrInt("media")
			c.out.Pictures = append(c.out.Pictures, Picture{db.Key("media", id), cmp.Or(n.AttrText("alt"), r.media[id].Alt), it.Headline})
		}
		return true
	})
}

// wanted tells whether an article belongs to what the readers chose.
func (c *scene) wanted(articleID int64) (bool, error) {
	lists, err := c.public.Lists(c.ctx, articleID)
	if err != nil {
		return false, err
	}
	scopes := map[string]string{subscriber.InterestSection: article.ScopeSection, subscriber.InterestAuthor: article.ScopeAuthor,
		subscriber.InterestStoryline: article.ScopeStoryline}
	for _, want := range c.choice {
		if want.Kind == subscriber.InterestStoryline { // it may have been merged since it was chosen
			if want.ID, err = article.Present(c.ctx, c.q, article.ScopeStoryline, want.ID); err != nil {
				return false, err
			}
		}
		if slices.Contains(lists, article.List{Scope: scopes[want.Kind], Ref: want.ID}) {
			return true, nil
		}
	}
	return false, nil
}

func (c *scene) letterWords() letter.Words {
	w := c.words
	return letter.Words{ViewOnline: w.T("letter.view"), Read: w.T("letter.read"), Reason: w.T("letter.reason", c.n.Name, strings.TrimPrefix(strings.TrimPrefix(c.Origin(), "https://"), "http://")),
		Unsubscribe: w.T("letter.unsubscribe"), Preferences: w.T("letter.preferences"), Links: w.T("letter.links"), Wrong: w.T("letter.wrong"), Right: w.T("letter.right")}
}

// titleOf is what an edition is called: its subject, or its first headline.
func (s *Service) titleOf(ctx context.Context, q db.Querier, e *Edition) (string, error) {
	if e.Subject != "" || len(e.Items) == 0 {
		return e.Subject, nil
	}
	_, v, err := s.public(q).Kept(ctx, e.Items[0].Article, e.Items[0].Version)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return v.Content.Headline, err
}

// from is who a newsletter is from.
func (s *Service) from(n subscriber.Newsletter) mail.Address {
	a := s.From()
	a.Name = cmp.Or(n.FromName, n.Name, a.Name)
	return a
}

// resolver answers richtext from what was read before.
type resolver struct {
	media    map[int64]media.Medium
	articles map[int64]article.Article
	records  map[int64]richtext.Accounts
	origin   string
}

// Picture implements richtext.Resolver: the picture in a form that every
// program shows, at twice the width of its place for sharp screens.
func (r *resolver) Picture(id int64) (richtext.Picture, bool) {
	m, ok := r.media[id]
	if !ok || m.Kind != media.KindImage {
		return richtext.Picture{}, false
	}
	v, has := m.Fallback()
	if !m.Public || !has {
		return richtext.Picture{Missing: true}, true
	}
	return richtext.Picture{URL: m.URL(v), Width: v.Width, Height: v.Height, Alt: m.Alt, Credit: m.Credit}, true
}

// File implements richtext.Resolver.
func (r *resolver) File(id int64) (richtext.File, bool) {
	m, ok := r.media[id]
	if !ok || !m.Public {
		return richtext.File{}, false
	}
	v, ok := m.File()
	return richtext.File{URL: m.URL(v), Name: m.FileName, MIME: v.MIME, Bytes: v.Bytes}, ok
}

// Article implements richtext.Resolver.
func (r *resolver) Article(id int64) (richtext.Link, bool) {
	a, ok := r.articles[id]
	return richtext.Link{URL: r.origin + urlpath.Escape(a.Path), Title: a.Headline}, ok
}

// Accounts implements richtext.Resolver.
func (r *resolver) Accounts(id int64) (richtext.Accounts, bool) {
	a, ok := r.records[id]
	return a, ok
}

// labels are the words that texts add by themselves.
func labels(words *i18n.Printer) *richtext.Labels {
	return &richtext.Labels{PictureMissing: words.T("body.missing_picture"), FileMissing: words.T("body.missing_file"),
		Source: words.T("body.source_label"), NotMentioned: words.T("body.not_mentioned"), ReadAlso: words.T("body.related"), Scheduled: words.T("timeline.coming"),
		Confirms: words.T("accounts.confirms"), Denies: words.T("accounts.denies"), Silent: words.T("accounts.silent"), Unknown: words.T("accounts.unknown"), Points: words.T("accounts.points"),
		Verdict: words.T("accounts.verdict"), UpdatedOn: words.T("accounts.updated_on"),
		Correction: words.T("correction.correction"), Clarification: words.T("correction.clarification"), Update: words.T("correction.update"),
		Footnotes: words.T("body.footnotes"), Table: words.T("body.table"), Date: words.ISODate}
}
