package site

import (
	"context"
	"slices"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/urlpath"
)

// card is what the picture drawn for an article shows.
func (c *scene) shareCard(a *article.Article) (media.ShareCard, error) {
	card := media.ShareCard{Site: c.conf.Title, Section: a.Kicker, Headline: a.Headline}
	if card.Section == "" && a.SectionID != 0 {
		s, err := c.section(a.SectionID)
		if err != nil && !notFound(err) {
			return card, err
		}
		card.Section = s.Name
	}
	return card, nil
}

// ShareImage draws the picture of a listed article for those who share it. A
// request under a former name is led to the present one.
func (s *Site) ShareImage(ctx context.Context, id int64, path string) (Answer, error) {
	c, err := s.scene(ctx, Ask{Path: path})
	if err != nil {
		return Answer{}, err
	}
	a, vis, err := s.public.Read(ctx, id)
	if err == nil && vis != article.Listed {
		err = errHidden
	}
	if err != nil {
		return Answer{}, err
	}
	c.shows(db.Key("article", id), db.Key("section", a.SectionID))
	card, err := c.shareCard(&a)
	if err != nil {
		return Answer{}, err
	}
	if now := sharePath(id, card); now != path {
		answer := moved(now)
		answer.Keys = c.keys
		return answer, nil
	}
	png, err := media.ShareImage(card)
	return Answer{Status: 200, ContentType: "image/png", Body: png, Keys: c.keys, MaxAge: pageAge}, err
}

// Protected finds the protected article at a path and its password's hash.
func (s *Site) Protected(ctx context.Context, path string) (id int64, hash string, err error) {
	addr, err := s.public.Address(ctx, urlpath.Key(path))
	if err == nil && addr.Kind != article.AddressArticle {
		err = fault.New(fault.NotFound, "nothing here takes a password")
	}
	if err != nil {
		return 0, "", err
	}
	hash, err = s.PasswordHash(ctx, addr.Target)
	return addr.Target, hash, err
}

// ShowsMedium tells whether a protected article shows a medium to those who know
// its password.
func (s *Site) ShowsMedium(ctx context.Context, id, medium int64) (bool, error) {
	a, vis, err := s.public.Read(ctx, id)
	if err != nil || vis != article.Protected {
		return false, err
	}
	v, err := s.public.Live(ctx, &a)
	if err != nil || slices.Contains(article.MediaOf(&v.Content), medium) {
		return err == nil, err
	}
	m, err := s.media.Get(ctx, s.db, medium)
	return err == nil && m.Parent == id, err
}

// PasswordHash returns the hash of a protected article's password, NotFound for
// any other article.
func (s *Site) PasswordHash(ctx context.Context, id int64) (string, error) {
	a, vis, err := s.public.Read(ctx, id)
	if err == nil && vis != article.Protected {
		err = fault.New(fault.NotFound, "nothing here takes a password")
	}
	return a.PasswordHash, err
}
