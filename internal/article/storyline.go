package article

import (
	"context"
	"database/sql"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// An article belongs to a storyline by its name (Content.Storyline), and the
// list of a storyline is named by a number made of that name (StorylineRef). A
// storyline that got another name keeps its number: the new name is an alias of
// it, as merged tags are, so that old versions and new articles meet in one list.

// AddressStoryline is the kind of address that shows a storyline.
const AddressStoryline = "storyline"

// StorylineOf returns the list of the storyline that a name stands for now, that
// of the one that it was merged into or that took the name; 0 for no name.
func StorylineOf(ctx context.Context, q db.Querier, name string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	return Present(ctx, q, ScopeStoryline, StorylineRef(name))
}

// Storyline is StorylineOf for readers.
func (p *Public) Storyline(ctx context.Context, name string) (int64, error) {
	return StorylineOf(ctx, p.q, name)
}

// StorylineListing returns the storyline in whose list an article stands, 0 for
// none.
func StorylineListing(ctx context.Context, q db.Querier, id int64) (ref int64, err error) {
	err = q.QueryRow(ctx, `SELECT ref FROM listing WHERE article_id = $1 AND scope = 'storyline'`, id).Scan(&ref)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return ref, err
}

// Around returns the articles of a list published just before and just after
// one, nil at the ends.
func (p *Public) Around(ctx context.Context, scope string, ref int64, a *Article) (older, newer *Article, err error) {
	at := CursorOf(a)
	rows, err := p.q.Query(ctx, `SELECT `+columns+` FROM listing l JOIN article a ON a.id = l.article_id
		WHERE l.scope = $1 AND l.ref = $2 AND (l.at, l.article_id) < ($3, $4) ORDER BY l.at DESC, l.article_id DESC LIMIT 1`, scope, ref, at.At, at.ID)
	if older, err = p.first(rows, err); err != nil {
		return nil, nil, err
	}
	rows, err = p.q.Query(ctx, `SELECT `+columns+` FROM listing l JOIN article a ON a.id = l.article_id
		WHERE l.scope = $1 AND l.ref = $2 AND (l.at, l.article_id) > ($3, $4) ORDER BY l.at, l.article_id LIMIT 1`, scope, ref, at.At, at.ID)
	newer, err = p.first(rows, err)
	return older, newer, err
}

// NamedStoryline is a storyline under the name that its newest public article
// has for it.
type NamedStoryline struct {
	Ref  int64
	Name string
}

// mostStorylines is how many storylines are offered.
const mostStorylines = 60

// Storylines returns the storylines with the newest public articles, the latest
// first, for those who write.
func (s *Service) Storylines(ctx context.Context, actor account.Actor) ([]NamedStoryline, error) {
	if err := actor.Require(account.Contributor, "work on articles"); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, `SELECT ref, MAX(at) FROM listing WHERE scope = 'storyline' GROUP BY ref ORDER BY MAX(at) DESC LIMIT $1`, mostStorylines)
	refs, err := db.All(rows, err, func(r *sql.Rows) (ref int64, err error) {
		var at int64
		return ref, r.Scan(&ref, &at)
	})
	if err != nil {
		return nil, err
	}
	var found []NamedStoryline
	public := NewPublic(s.db, s.clock)
	for _, ref := range refs {
		newest, err := public.List(ctx, ScopeStoryline, ref, Cursor{}, 1)
		if err != nil {
			return nil, err
		}
		if len(newest) == 0 {
			continue
		}
		v, err := public.Live(ctx, &newest[0])
		if err != nil {
			return nil, err
		}
		if v.Content.Storyline != "" {
			found = append(found, NamedStoryline{ref, v.Content.Storyline})
		}
	}
	return found, nil
}
