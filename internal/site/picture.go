package site

import (
	"cmp"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/feed"
	"dateline/internal/i18n"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/urlpath"
	"dateline/internal/view"
)

// pictureSize says how large a picture is shown.
type pictureSize int

const (
	pictureNone pictureSize = iota
	pictureSmall
	pictureCard
	pictureLead
)

// picture makes the use of a medium ready for a page; nil when the medium is
// unknown or no picture. A medium that is not public shows as missing.
func (c *scene) picture(use article.Picture, _ pictureSize) (*view.Picture, error) {
	m, err := c.medium(use.Media)
	if notFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c.shows(db.Key("media", m.ID))
	if m.Kind != media.KindImage {
		return nil, nil
	}
	src := m.Sources()
	p := &view.Picture{URL: src.URL, Width: src.Width, Height: src.Height, Alt: cmp.Or(use.Alt, m.Alt),
		Credit: cmp.Or(use.Credit, m.Credit), FocalX: src.FocalX, FocalY: src.FocalY, Placeholder: src.Placeholder,
		Missing: src.Missing || !m.Public && !c.opened, Caption: view.Text(cmp.Or(use.Caption, m.Caption))}
	for _, s := range src.Sources {
		p.Sources = append(p.Sources, view.Source(s))
	}
	if p.Missing {
		p.URL, p.Sources = "", nil
	}
	return p, nil
}

// resolver answers richtext from what was read before rendering.
type resolver struct {
	media    map[int64]media.Medium
	articles map[int64]article.Article
	records  map[int64]richtext.Accounts
	opened   bool // media that are not public may be shown
}

// Picture implements richtext.Resolver.
func (r resolver) Picture(id int64) (richtext.Picture, bool) {
	m, ok := r.media[id]
	if !ok {
		return richtext.Picture{}, false
	}
	src := m.Sources()
	p := richtext.Picture{URL: src.URL, Width: src.Width, Height: src.Height, Alt: m.Alt, Credit: m.Credit, Missing: src.Missing || !m.Public && !r.opened}
	if !m.Public && !r.opened { // of an earlier version: what is said of it now is not for readers
		p.Alt, p.Credit = "", ""
	}
	for _, s := range src.Sources {
		p.Sources = append(p.Sources, richtext.Source(s))
	}
	return p, true
}

// File implements richtext.Resolver.
func (r resolver) File(id int64) (richtext.File, bool) {
	m, ok := r.media[id]
	if !ok || !m.Public && !r.opened {
		return richtext.File{}, false
	}
	v, ok := m.File()
	if !ok {
		return richtext.File{}, false
	}
	return richtext.File{URL: m.URL(v), Name: m.FileName, MIME: v.MIME, Bytes: v.Bytes, Width: v.Width, Height: v.Height}, true
}

// Article implements richtext.Resolver.
func (r resolver) Article(id int64) (richtext.Link, bool) {
	a, ok := r.articles[id]
	return richtext.Link{URL: urlpath.Escape(a.Path), Title: a.Headline}, ok
}

// Accounts implements richtext.Resolver.
func (r resolver) Accounts(id int64) (richtext.Accounts, bool) {
	a, ok := r.records[id]
	return a, ok
}

// record reads shared accounts, once for an answer; those that are not there
// have no id.
func (c *scene) record(id int64) (claim.Record, error) {
	r, asked := c.records[id]
	if asked {
		return r, nil
	}
	r, err := claim.Get(c.ctx, c.db, id)
	if err != nil && !notFound(err) {
		return r, err
	}
	if c.records == nil {
		c.records = map[int64]claim.Record{}
	}
	c.records[id] = r
	return r, nil
}

// recordsIn are the shared accounts of a document.
func (c *scene) recordsIn(doc richtext.Doc) (map[int64]claim.Record, error) {
	out := map[int64]claim.Record{}
	for _, id := range richtext.RecordIDs(doc) {
		r, err := c.record(id)
		if err != nil {
			return nil, err
		}
		if r.ID != 0 {
			out[id] = r
		}
	}
	return out, nil
}

// accountsIn are the shared accounts of a document, as they are now.
func (c *scene) accountsIn(doc richtext.Doc) (map[int64]richtext.Accounts, error) {
	found, err := c.recordsIn(doc)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]richtext.Accounts, len(found))
	for _, id := range richtext.RecordIDs(doc) {
		c.shows(db.Key("accounts", id))
		if r, ok := found[id]; ok {
			out[id] = r.Shown(c.zone)
		}
	}
	return out, nil
}

// changedAt is when what readers see of an article changed last: when they were
// told of a change, or when accounts that it shows were changed.
func (c *scene) changedAt(a *article.Article, body richtext.Doc) (time.Time, error) {
	at := latestOf(a.FirstPublished, a.Updated)
	found, err := c.recordsIn(body)
	for _, r := range found {
		at = latestOf(at, r.Updated)
	}
	return at.In(c.zone), err
}

func (c *scene) resolverFor(doc richtext.Doc) (resolver, error) {
	r := resolver{articles: map[int64]article.Article{}, opened: c.opened}
	records, err := c.accountsIn(doc)
	if err != nil {
		return r, err
	}
	r.records = records
	ids := richtext.MediaIDs(doc)
	for _, id := range ids {
		c.shows(db.Key("media", id))
	}
	if len(ids) > 0 {
		if r.media, err = c.media.GetMany(c.ctx, c.db, ids); err != nil {
			return r, err
		}
	}
	linked := richtext.ArticleIDs(doc)
	for _, id := range linked {
		c.shows(db.Key("article", id))
	}
	arts, err := c.public.ByIDs(c.ctx, linked)
	for _, a := range arts {
		r.articles[a.ID] = a
	}
	return r, err
}

func (c *scene) bodyHTML(doc richtext.Doc, words *i18n.Printer) (string, error) {
	r, err := c.resolverFor(doc)
	if err != nil {
		return "", err
	}
	o := richtext.Options{Resolver: r, Labels: labels(words), Coming: c.toCome}
	if err := c.boxWithin(doc, words, &o); err != nil {
		return "", err
	}
	return richtext.HTML(doc, o), nil
}

func (c *scene) feedHTML(doc richtext.Doc) (string, error) {
	r, err := c.resolverFor(doc)
	if err != nil {
		return "", err
	}
	return richtext.FeedHTML(doc, richtext.Options{Resolver: r, Labels: labels(c.words), Base: c.origin(), Coming: c.toCome}), nil
}

func (c *scene) feedImage(lead *article.Picture) (*feed.Image, error) {
	if lead == nil || lead.Media == 0 {
		return nil, nil
	}
	m, err := c.media.Get(c.ctx, c.db, lead.Media)
	if err != nil || !m.Public {
		if notFound(err) {
			err = nil
		}
		return nil, err
	}
	c.shows(db.Key("media", m.ID))
	v, ok := m.Fallback()
	if !ok {
		return nil, nil
	}
	return &feed.Image{URL: c.abs(m.URL(v)), Type: v.MIME, Width: v.Width, Height: v.Height, Bytes: v.Bytes,
		Caption: cmp.Or(lead.Caption, m.Caption)}, nil
}

// articleImage chooses the picture that a shared link shows: the social one,
// the lead picture, or one drawn from the headline.
func (c *scene) articleImage(m *view.Meta, r *reading, out *view.Article) {
	for _, id := range []int64{r.content.SocialImage, r.a.LeadMedia} {
		if id == 0 {
			continue
		}
		alt := ""
		if out.Lead != nil {
			alt = out.Lead.Alt
		}
		if c.shareMedium(m, id, alt) {
			return
		}
	}
	if card, err := c.shareCard(&r.a); r.a.Public && err == nil {
		m.Image, m.ImageWidth, m.ImageHeight = c.abs(sharePath(r.a.ID, card)), 1200, 630
		m.ImageAlt = r.a.Headline
	}
}

// shareMedium makes a medium the picture that a shared link shows. It reports
// false for one that cannot be had, which is no reason to withhold the page.
func (c *scene) shareMedium(m *view.Meta, id int64, alt string) bool {
	medium, err := c.media.Get(c.ctx, c.db, id)
	if err != nil || !medium.Public && !c.opened {
		return false
	}
	v, ok := medium.Social()
	if ok {
		m.Image, m.ImageWidth, m.ImageHeight = c.abs(medium.URL(v)), v.Width, v.Height
		m.ImageAlt = cmp.Or(alt, medium.Alt)
	}
	return ok
}

// logoURL is the newsroom's logo, the theme's icon when it has none.
func (c *scene) logoURL() string {
	icon := c.abs(c.views.AssetURL("icon.svg"))
	if c.conf.LogoMedia == 0 {
		return icon
	}
	m, err := c.media.Get(c.ctx, c.db, c.conf.LogoMedia)
	if err != nil || !m.Public {
		return icon
	}
	return c.abs(media.FallbackURL(m))
}

// publicMedium reads a medium that readers may see; NotFound for any other.
func (c *scene) publicMedium(id int64) (media.Medium, error) {
	m, err := c.media.Get(c.ctx, c.db, id)
	if err == nil && !m.Public {
		return media.Medium{}, errHidden
	}
	return m, err
}

// attachmentPath is the address of a medium's own page.
func (c *scene) attachmentPath(m media.Medium) string {
	path, err := article.AttachmentPath(c.ctx, c.db, m.ID)
	if err != nil {
		return ""
	}
	return urlpath.Escape(path)
}

// attachmentPage answers for a medium's own page, which imported sites have.
func (c *scene) attachmentPage(id int64, p part) (Answer, error) {
	m, err := c.publicMedium(id)
	if err != nil {
		return Answer{}, err
	}
	c.shows(db.Key("media", id))
	path := c.attachmentPath(m)
	if p != (part{}) {
		return moved(path), nil
	}
	if answer, wrong := c.canonical(path); wrong {
		answer.Keys = append(answer.Keys, db.Key("media", id))
		return answer, nil
	}
	title := cmp.Or(m.Title, m.FileName)
	out := &view.Attachment{Title: title, FileURL: media.FallbackURL(m), FileLabel: m.FileName,
		Description: view.Paragraphs(strings.TrimSpace(m.Description)), Published: c.stamp(db.Time(m.CreatedAt), c.words)}
	if out.Picture, err = c.picture(article.Picture{Media: id}, pictureLead); err != nil {
		return Answer{}, err
	}
	crumbs := []view.Link{c.homeLink()}
	if m.Parent != 0 {
		a, vis, err := c.public.Read(c.ctx, m.Parent)
		if err != nil && !notFound(err) {
			return Answer{}, err
		}
		if err == nil && vis == article.Listed {
			out.Parent = &view.Link{Label: a.Headline, URL: urlpath.Escape(a.Path)}
			crumbs = append(crumbs, *out.Parent)
			c.shows(db.Key("article", a.ID))
		}
	}
	vp := view.Page{Template: "attachment", Attachment: out, Meta: c.meta(title, path), Crumbs: append(crumbs, view.Link{Label: title, URL: path})}
	vp.Meta.Description = clip(cmp.Or(m.Caption, m.Description, m.Alt), 200)
	vp.Meta.NoIndex = true // the article that shows it is what search should find
	if out.Picture != nil {
		c.shareMedium(&vp.Meta, id, out.Picture.Alt)
	}
	vp.Meta.JSONLD = c.ld(c.crumbsLD(vp.Crumbs))
	return c.page(200, vp)
}
