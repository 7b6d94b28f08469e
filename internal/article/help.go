package article

import (
	"context"
	"strings"

	"dateline/internal/account"
	"dateline/internal/audit"
	"dateline/internal/author"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// AddTag returns the tag of a name, and makes it when there is none. Authors
// may.
func (s *Service) AddTag(ctx context.Context, actor account.Actor, name string) (t taxonomy.Tag, err error) {
	name = strings.Join(strings.Fields(name), " ")
	slug := urlpath.Slug(name)
	if slug == "" || len(name) > 200 {
		return t, fault.New(fault.Invalid, "%q cannot be a tag: use letters or digits", name)
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err = taxonomy.TagBySlug(ctx, tx, slug)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := actor.Require(account.Author, "make new tags"); err != nil {
			return err
		}
		t = taxonomy.Tag{ID: s.newID(), Slug: slug, Name: name}
		if err := taxonomy.SaveTag(ctx, tx, t, s.clock.Now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.clock.Now(), actor.Name, "add", "tag", t.ID, map[string]any{"name": name})
	})
	return t, err
}

// PlannedPath is the address that an article would have with a content and an
// address word if it went out now; of a public article with that word already,
// the address it has.
func (s *Service) PlannedPath(ctx context.Context, a Article, c *Content, slug string) (string, error) {
	site, err := s.settings.Site(ctx)
	if err != nil {
		return "", err
	}
	if slug = slugify(slug); slug == "" {
		slug = a.Slug
	}
	section := int64(0)
	if len(c.Sections) > 0 {
		section = c.Sections[0]
	}
	if a.Path != "" && slug == a.Slug && section == a.SectionID {
		return a.Path, nil
	}
	a.SectionID = section
	if a.FirstPublished.IsZero() {
		a.FirstPublished = latest(s.clock.Now(), a.ScheduledAt)
	}
	build, err := s.pathBuilder(ctx, s.db, &a, c, site)
	if err != nil {
		return "", err
	}
	path, _, err := freePath(ctx, s.db, a.ID, slug, build)
	return path, err
}

// OwnProfile returns the profile under which a person writes: the one that is
// linked with their account, else the one of their name. ok is false when there
// is none.
func OwnProfile(ctx context.Context, q db.Querier, person int64, name string) (p author.Profile, ok bool, err error) {
	if p, err = author.ByPerson(ctx, q, person); !fault.Is(err, fault.NotFound) {
		return p, err == nil, err
	}
	slug := urlpath.Slug(name)
	if slug == "" {
		return p, false, nil
	}
	p, err = author.BySlug(ctx, q, slug)
	if fault.Is(err, fault.NotFound) {
		return p, false, nil
	}
	return p, err == nil && strings.EqualFold(p.Name, strings.TrimSpace(name)), err
}
