package check

import (
	"context"
	"net/url"
	"time"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/media"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// Source knows what a check asks of the rest of the newsroom.
type Source interface {
	// Media returns what is known of media; those that do not exist are absent.
	Media(ctx context.Context, ids []int64) (map[int64]Medium, error)
	// Answers says of own addresses whether they show readers something. One
	// that it cannot tell is absent.
	Answers(ctx context.Context, addresses []string) (map[string]bool, error)
	// SlugTaken returns the headline of another article with that address
	// word, "" for none.
	SlugTaken(ctx context.Context, slug string, except int64) (string, error)
	// Names returns the names that the newsroom knows and the content touches.
	Names(ctx context.Context, c *article.Content) ([]string, error)
}

// Load fills in what Input holds of other things than the article itself.
// articleID is 0 for one that is not stored yet. Hosts must be set.
func Load(ctx context.Context, s Source, articleID int64, in *Input) (err error) {
	if in.Media, err = s.Media(ctx, article.MediaOf(&in.Content)); err != nil {
		return err
	}
	if in.Links, err = s.Answers(ctx, Addresses(in.Content.Body, in.Hosts)); err != nil {
		return err
	}
	if in.Slug != "" {
		if in.SlugTakenBy, err = s.SlugTaken(ctx, in.Slug, articleID); err != nil {
			return err
		}
	}
	in.Names, err = s.Names(ctx, &in.Content)
	return err
}

// Database is the Source that reads the site's own tables.
type Database struct {
	Q     db.Querier
	Files interface {
		GetMany(ctx context.Context, q db.Querier, ids []int64) (map[int64]media.Medium, error)
	}
	Zone *time.Location // of the days on which rights end
	// Resolve says whether readers get something at an address of this site;
	// nil leaves links unchecked.
	Resolve func(ctx context.Context, address *url.URL) (bool, error)
}

// Media reads what is known of media.
func (d Database) Media(ctx context.Context, ids []int64) (map[int64]Medium, error) {
	found, err := d.Files.GetMany(ctx, d.Q, ids)
	if err != nil {
		return nil, err
	}
	zone := d.Zone
	if zone == nil {
		zone = time.UTC
	}
	out := make(map[int64]Medium, len(found))
	for id, m := range found {
		out[id] = Medium{Missing: m.State == media.StateMissing || m.State == media.StateFailed, Image: m.Kind == media.KindImage,
			Alt: m.Alt, Caption: m.Caption, Credit: m.Credit, Expires: m.Rights.End(zone)}
	}
	return out, nil
}

// Answers asks Resolve.
func (d Database) Answers(ctx context.Context, addresses []string) (map[string]bool, error) {
	out := map[string]bool{}
	if d.Resolve == nil {
		return out, nil
	}
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil {
			continue
		}
		answers, err := d.Resolve(ctx, u)
		if err != nil {
			return nil, err
		}
		out[address] = answers
	}
	return out, nil
}

// SlugTaken reads who else has an address word.
func (d Database) SlugTaken(ctx context.Context, slug string, except int64) (string, error) {
	var headline string
	err := d.Q.QueryRow(ctx, `SELECT headline FROM article WHERE slug = $1 AND live_version > 0 AND id <> $2
		ORDER BY first_published DESC LIMIT 1`, urlpath.Slug(slug), except).Scan(&headline)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return headline, err
}

// Names returns the names of the content's tags: people, places, bodies.
func (d Database) Names(ctx context.Context, c *article.Content) ([]string, error) {
	var out []string
	for _, id := range c.Tags {
		tag, err := taxonomy.TagByID(ctx, d.Q, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, tag.Name)
	}
	return out, nil
}
