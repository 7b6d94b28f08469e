package article

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"dateline/internal/author"
	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/richtext"
	"dateline/internal/settings"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// excerptRunes is how much of the report a list shows when nobody wrote an
// excerpt.
const excerptRunes = 280

// change is one write in flight: the record before and after, and the content
// that readers or, for a draft, writers see.
type change struct {
	before  Article // zero for a new article
	after   *Article
	content *Content
	path    string // a path the caller insists on, "" to follow the pattern
	bulk    bool   // an import: no neighbours' purge, no event; the caller sees to both
}

// settle writes the record and makes lists, addresses, media and the caches
// agree with what Visible says of it.
func (s *Service) settle(ctx context.Context, tx *db.Tx, ch change) error {
	a := ch.after
	site, err := s.settings.Site(ctx)
	if err != nil {
		return err
	}
	if err := s.summarise(ctx, tx, a, ch.content); err != nil {
		return err
	}
	vis := Visible(a, s.clock.Now())
	a.Public = vis == Listed
	if vis != Hidden || ch.path != "" {
		if err := s.place(ctx, tx, ch, site); err != nil {
			return err
		}
	}
	if err := s.noteChange(ctx, tx, &ch.before, a, vis); err != nil {
		return err
	}
	if err := s.write(ctx, tx, ch); err != nil {
		return err
	}
	if err := readdress(ctx, tx, a, vis, ch.before.Path); err != nil {
		return err
	}
	var want []place
	if vis == Listed {
		if want, err = places(ctx, tx, a, ch.content); err != nil {
			return err
		}
	}
	moved, err := relist(ctx, tx, a.ID, ch.before.ID == 0, want, site.Location())
	if err != nil {
		return err
	}
	if err := useMedia(ctx, tx, a.ID, ch.before.ID == 0, vis, ch.content); err != nil {
		return err
	}
	if ch.bulk {
		return nil
	}
	if err := keepRecord(ctx, tx, &ch.before, a, vis, s.clock.Now()); err != nil {
		return err
	}
	return s.announce(ctx, tx, ch, moved)
}

func (s *Service) write(ctx context.Context, tx *db.Tx, ch change) error {
	ch.after.Modified = s.clock.Now()
	if ch.before.ID == 0 {
		ch.after.Revision = 1
		return insertArticle(ctx, tx, ch.after)
	}
	ch.after.Revision = ch.before.Revision + 1
	return updateArticle(ctx, tx, ch.after)
}

// summarise copies what lists print from the content to the record. The content
// gets today's sections, tags and authors.
func (s *Service) summarise(ctx context.Context, q db.Querier, a *Article, c *Content) error {
	if err := resolve(ctx, q, c); err != nil {
		return err
	}
	a.Headline, a.Standfirst, a.Kicker, a.Kind, a.Language = c.Headline, c.Standfirst, c.Kicker, c.Kind, c.Language
	a.NoIndex = c.NoIndex
	a.Excerpt = c.Excerpt
	if a.Excerpt == "" {
		a.Excerpt = richtext.Excerpt(c.Body, excerptRunes)
	}
	a.WordCount = int64(richtext.Words(c.Body))
	a.LeadMedia, a.SectionID = 0, 0
	if c.Lead != nil {
		a.LeadMedia = c.Lead.Media
	}
	if len(c.Sections) > 0 {
		a.SectionID = c.Sections[0]
	}
	var names []string
	for i, b := range c.Bylines {
		if b.Name == "" && b.Profile != 0 {
			p, err := author.ByID(ctx, q, b.Profile)
			if err != nil {
				return err
			}
			c.Bylines[i].Name = p.Name
		}
		if b.Role == "" || b.Role == "by" {
			names = append(names, c.Bylines[i].Name)
		}
	}
	a.BylineText = strings.Join(names, ", ")
	return nil
}

// place decides the article's path. It moves only when its address word, its
// section or its parent did.
func (s *Service) place(ctx context.Context, tx *db.Tx, ch change, site settings.Site) error {
	a, before := ch.after, ch.before
	if ch.path != "" && !computed[urlpath.Key(ch.path)] {
		a.Path = ch.path
		return nil
	}
	if a.Path != "" && a.Slug == before.Slug && a.SectionID == before.SectionID && a.ParentID == before.ParentID {
		return nil
	}
	build, err := s.pathBuilder(ctx, tx, a, ch.content, site)
	if err != nil {
		return err
	}
	// An import's page whose address Dateline needs moves aside; the old address
	// shows Dateline's page, without which nobody could search, say.
	a.Path, a.Slug, err = freePath(ctx, tx, a.ID, a.Slug, build)
	return err
}

func (s *Service) pathBuilder(ctx context.Context, q db.Querier, a *Article, c *Content, site settings.Site) (func(string) string, error) {
	if a.Type == TypePage {
		prefix := "/"
		if a.ParentID != 0 {
			parent, err := byID(ctx, q, a.ParentID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			if parent.Path != "" {
				prefix = strings.TrimSuffix(parent.Path, "/") + "/"
			}
		}
		return func(slug string) string { return prefix + slug + "/" }, nil
	}
	pattern, err := urlpath.Parse(site.Permalink)
	if err != nil {
		return nil, err
	}
	parts := urlpath.Parts{Time: a.FirstPublished.In(site.Location()), ID: a.ID, Category: "news"}
	line, err := taxonomy.Lineage(ctx, q, a.SectionID)
	if err != nil {
		return nil, err
	}
	if len(line) > 0 {
		parts.Category = line[len(line)-1].Path
	}
	for _, b := range c.Bylines {
		if b.Profile != 0 {
			p, err := author.ByID(ctx, q, b.Profile)
			if err != nil {
				return nil, err
			}
			parts.Author = p.Slug
			break
		}
	}
	return func(slug string) string { parts.Slug = slug; return pattern.Build(parts) }, nil
}

// announce drops the cached pages that showed the article and tells the other
// features what happened.
func (s *Service) announce(ctx context.Context, tx *db.Tx, ch change, moved []place) error {
	a := ch.after
	tx.Purge(db.Key("article", a.ID))
	if ch.before.Public != a.Public || ch.before.ParentID != a.ParentID {
		for _, parent := range []int64{ch.before.ParentID, a.ParentID} { // they list their subpages
			if parent != 0 {
				tx.Purge(db.Key("article", parent))
			}
		}
	}
	if len(moved) > 0 {
		tx.Purge("front", "feed")
		around, err := neighbourIDs(ctx, tx, a.ID, moved)
		if err != nil {
			return err
		}
		for _, id := range around {
			tx.Purge(db.Key("article", id))
		}
	}
	for _, p := range moved {
		tx.Purge(db.ListKey(p.scope, p.ref))
	}
	if before := &ch.before; a.Public != before.Public || a.Path != before.Path || a.Language != before.Language {
		set, err := translationSet(ctx, tx, a.ID)
		if err == nil && set != 0 {
			err = purgeTranslations(ctx, tx, set)
		}
		if err != nil {
			return err
		}
	}
	return s.bus.Emit(ctx, tx, EventSettled, Settled{Article: a.ID, Public: a.Public})
}

// neighbourIDs finds the articles next to each time at which the article
// entered or left the site's list: their "previous" and "next" changed.
func neighbourIDs(ctx context.Context, q db.Querier, id int64, moved []place) ([]int64, error) {
	var out []int64
	for _, p := range moved {
		if p.scope != ScopeSite {
			continue
		}
		for _, dir := range []bool{true, false} {
			n, err := neighbour(ctx, q, p.at, id, dir)
			if err != nil {
				return nil, err
			}
			if n != 0 {
				out = append(out, n)
			}
		}
	}
	return out, nil
}

// useMedia records which media a readable article shows, and so which are
// public.
func useMedia(ctx context.Context, tx *db.Tx, id int64, isNew bool, vis Visibility, c *Content) error {
	if !isNew {
		if _, err := tx.Exec(ctx, `DELETE FROM media_use WHERE article_id = $1`, id); err != nil {
			return err
		}
	}
	if vis != Listed {
		return nil
	}
	for _, m := range MediaOf(c) {
		if _, err := tx.Exec(ctx, `INSERT INTO media_use (media_id, article_id, rights_expire)
			VALUES ($1, $2, COALESCE((SELECT rights_expire FROM media WHERE id = $1), 0)) ON CONFLICT DO NOTHING`, m, id); err != nil {
			return err
		}
	}
	// Files that an import attached to the article have addresses of their own, as
	// on the site that they came from. What a person uploads at the desk is public
	// only while it is shown.
	_, err := tx.Exec(ctx, `INSERT INTO media_use (media_id, article_id, rights_expire) SELECT id, $1, rights_expire FROM media WHERE parent = $1 AND uploader = 0 ON CONFLICT DO NOTHING`, id)
	if err != nil || isNew {
		return err
	}
	return useMailed(ctx, tx, id)
}

// MediaOf returns the media that a content shows, each once.
func MediaOf(c *Content) []int64 {
	ids := richtext.MediaIDs(c.Body)
	if c.Lead != nil && c.Lead.Media != 0 {
		ids = append(ids, c.Lead.Media)
	}
	if c.SocialImage != 0 {
		ids = append(ids, c.SocialImage)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// addVersion freezes content as the article's next version.
func (s *Service) addVersion(ctx context.Context, tx *db.Tx, isNew bool, v Version) (Version, error) {
	var number int64
	var hash string
	var err error
	if !isNew {
		if number, hash, err = lastVersion(ctx, tx, v.Article); err != nil {
			return v, err
		}
	}
	raw, err := json.Marshal(v.Content)
	if err != nil {
		return v, err
	}
	v.ID, v.Number, v.PrevHash = s.newID(), number+1, hash
	v.Hash = hashOf(hash, v.Change, v.Note, raw)
	if v.Created.IsZero() {
		v.Created = s.clock.Now()
	}
	if err := insertVersion(ctx, tx, &v, raw); err != nil {
		return v, err
	}
	if err := claim.Refer(ctx, tx, v.Article, v.ID, isNew, v.Content.Body); err != nil {
		return v, err
	}
	return v, media.Refer(ctx, tx, v.Article, v.ID, isNew, MediaOf(&v.Content))
}

// latest is the later of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
