package article

import (
	"context"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
)

// Group is what a list of the desk is about.
type Group string

// The groups. Work is all that is on its way to readers; the statuses by name
// narrow it.
const (
	GroupWork      Group = "work"
	GroupPublished Group = "published" // what readers find in lists
	GroupReworked  Group = "reworked"  // published, with changes that readers do not see yet
	GroupWithdrawn Group = "withdrawn"
	GroupBinned    Group = "binned"
)

// Filter chooses articles for a list of the desk. The zero value of each field
// but Group leaves it open.
type Filter struct {
	Group   Group
	Status  Status // within GroupWork
	Section int64  // with those below it, where Group is GroupPublished
	Author  int64  // profile, where Group is GroupPublished
	Person  int64  // whose it is, or who is asked to work on it
	From    time.Time
	To      time.Time // exclusive
	After   Cursor    // the last article of the page before
	Limit   int
}

// Find lists articles for the desk: published ones by their publication, all
// others by the last write, newest first. Contributors find their own alone.
func (s *Service) Find(ctx context.Context, actor account.Actor, f Filter) ([]Article, error) {
	if err := actor.Require(account.Contributor, "list articles"); err != nil {
		return nil, err
	}
	if actor.Role == account.Contributor {
		f.Person = actor.ID
	}
	if f.After == (Cursor{}) {
		f.After = Cursor{At: 1 << 62}
	}
	switch {
	case f.Group == GroupReworked:
		return s.findReworked(ctx, f)
	case f.Group == GroupPublished && f.Person != 0:
		return s.findOwn(ctx, f)
	case f.Group == GroupPublished:
		return s.findPublished(ctx, f)
	}
	return s.findHidden(ctx, f)
}

// findPublished reads the narrowest list that readers have, so that it costs
// the same however long the archive is.
func (s *Service) findPublished(ctx context.Context, f Filter) ([]Article, error) {
	scope, ref := ScopeSite, int64(0)
	switch {
	case f.Author != 0:
		scope, ref = ScopeAuthor, f.Author
	case f.Section != 0:
		scope, ref = ScopeSection, f.Section
	}
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM listing l JOIN article a ON a.id = l.article_id
		WHERE l.scope = $1 AND l.ref = $2 AND (l.at, l.article_id) < ($3, $4) AND l.at >= $5
			AND (a.section_id = $6 OR $6 = 0)
		ORDER BY l.at DESC, l.article_id DESC LIMIT $7`,
		scope, ref, min(f.After.At, before(f.To)), f.After.ID, db.Micros(f.From), narrowed(f), f.Limit)
	return db.All(rows, err, scanRow)
}

// narrowed is the section to filter by where the list is an author's.
func narrowed(f Filter) int64 {
	if f.Author != 0 {
		return f.Section
	}
	return 0
}

// before is a bound in microseconds; open for no time.
func before(t time.Time) int64 {
	if t.IsZero() {
		return 1 << 62
	}
	return db.Micros(t)
}

// findOwn lists what a person has published.
func (s *Service) findOwn(ctx context.Context, f Filter) ([]Article, error) {
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM article a
		WHERE a.owner_id = $1 AND a.owner_id > 0 AND a.public = 1 AND (a.first_published, a.id) < ($2, $3) AND a.first_published >= $4
			AND (a.section_id = $5 OR $5 = 0)
		ORDER BY a.first_published DESC, a.id DESC LIMIT $6`,
		f.Person, min(f.After.At, before(f.To)), f.After.ID, db.Micros(f.From), f.Section, f.Limit)
	return db.All(rows, err, scanRow)
}

// findHidden walks what readers do not see, which an index of its own holds.
func (s *Service) findHidden(ctx context.Context, f Filter) ([]Article, error) {
	wanted := string(f.Status)
	if f.Group == GroupWithdrawn || f.Group == GroupBinned {
		wanted = string(f.Group)
	}
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM article a
		WHERE a.public = 0 AND (a.modified_at, a.id) < ($1, $2) AND a.modified_at >= $3
			AND (a.status = $4 OR $4 = '' AND a.status NOT IN ('withdrawn', 'binned'))
			AND (a.section_id = $5 OR $5 = 0)
			AND (a.owner_id = $6 OR a.assignee_id = $6 OR $6 = 0)
		ORDER BY a.modified_at DESC, a.id DESC LIMIT $7`,
		min(f.After.At, before(f.To)), f.After.ID, db.Micros(f.From), wanted, f.Section, f.Person, f.Limit)
	return db.All(rows, err, scanRow)
}

// findReworked lists published articles with a working copy. There are never
// many, so the list has one page.
func (s *Service) findReworked(ctx context.Context, f Filter) ([]Article, error) {
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM article a
		WHERE a.public = 1 AND a.id IN (SELECT id FROM article WHERE public = 1 AND working_version > 0 UNION SELECT article_id FROM working_copy)
			AND (a.modified_at, a.id) < ($1, $2)
			AND (a.section_id = $3 OR $3 = 0)
			AND (a.owner_id = $4 OR a.assignee_id = $4 OR $4 = 0)
		ORDER BY a.modified_at DESC, a.id DESC LIMIT $5`,
		f.After.At, f.After.ID, f.Section, f.Person, f.Limit)
	return db.All(rows, err, scanRow)
}

// ModifiedCursor is an article's place in the lists of GroupWork.
func ModifiedCursor(a *Article) Cursor { return Cursor{db.Micros(a.Modified), a.ID} }

// Next is the cursor after an article in a list of the filter's group.
func (f Filter) Next(a *Article) Cursor {
	if f.Group == GroupPublished {
		return CursorOf(a)
	}
	return ModifiedCursor(a)
}

// Hidden lists up to limit articles that readers do not see, last written
// first, for a search that reads them one by one.
func (s *Service) Hidden(ctx context.Context, actor account.Actor, limit int) ([]Article, error) {
	person := int64(0)
	if actor.Role == account.Contributor {
		person = actor.ID
	}
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.public = 0 AND a.status <> 'binned'
		AND (a.owner_id = $1 OR a.assignee_id = $1 OR $1 = 0) ORDER BY a.modified_at DESC, a.id DESC LIMIT $2`, person, limit)
	return db.All(rows, err, scanRow)
}

// OwnPublic returns the ids of what readers see of an actor's own articles, never
// nil.
func (s *Service) OwnPublic(ctx context.Context, actor account.Actor) ([]int64, error) {
	rows, err := s.db.Query(ctx, `SELECT id FROM article WHERE owner_id = $1 AND owner_id > 0 AND public = 1
		UNION SELECT id FROM article WHERE assignee_id = $1 AND assignee_id > 0 AND public = 1`, actor.ID)
	ids, err := db.All(rows, err, scanID)
	return append([]int64{}, ids...), err
}

// Planned is what a calendar shows of a span of time.
type Planned struct {
	Article Article
	At      time.Time
	What    string // scheduled, embargo, due
}

// Plan lists what is scheduled, embargoed or due between two times, in order.
// Contributors see their own alone.
func (s *Service) Plan(ctx context.Context, actor account.Actor, from, to time.Time) ([]Planned, error) {
	if err := actor.Require(account.Contributor, "see the calendar"); err != nil {
		return nil, err
	}
	person := int64(0)
	if actor.Role == account.Contributor {
		person = actor.ID
	}
	rows, err := s.db.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.scheduled_at >= $1 AND a.scheduled_at < $2 AND a.scheduled_at > 0
			AND (a.owner_id = $3 OR a.assignee_id = $3 OR $3 = 0)
		UNION SELECT `+columns+` FROM article a WHERE a.embargo_until >= $1 AND a.embargo_until < $2 AND a.embargo_until > 0
			AND (a.owner_id = $3 OR a.assignee_id = $3 OR $3 = 0)
		UNION SELECT `+columns+` FROM article a WHERE a.due_at >= $1 AND a.due_at < $2 AND a.due_at > 0
			AND (a.owner_id = $3 OR a.assignee_id = $3 OR $3 = 0)`, db.Micros(from), db.Micros(to), person)
	found, err := db.All(rows, err, scanRow)
	if err != nil {
		return nil, err
	}
	return planned(found, from, to), nil
}
