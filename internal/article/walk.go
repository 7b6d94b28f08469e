package article

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"dateline/internal/db"
)

// Walk asks for the articles that stand in several lists at once.
type Walk struct {
	Lists  []ListRef // all of which an article must stand in, at most five; none is the site's
	Kind   Kind      // "" is every kind
	From   time.Time // published in [From, To); zero leaves it open
	To     time.Time
	Oldest bool   // the oldest first, else the newest
	After  Cursor // the zero value begins at that end
	Limit  int
}

// Bounds of one walk: it looks at so many articles of the shortest list.
const (
	walkChunk = 500
	walkMost  = 4 * walkChunk
)

// Walk returns up to Limit articles and where to go on, zero at the end. It
// walks the shortest of the lists by its index; when few of the articles there
// stand in the others too, it returns what it has found so far, and that may be
// nothing: only next tells that there is no more.
func (p *Public) Walk(ctx context.Context, in Walk) (found []Article, next Cursor, err error) {
	if in.Lists, err = p.shortestFirst(ctx, in.Lists); err != nil {
		return nil, Cursor{}, err
	}
	at := in.start()
	var fit []Cursor
	more := false
	for looked := 0; ; looked += walkChunk {
		if looked == walkMost {
			more = true
			break
		}
		chunk := walkChunk
		if len(in.Lists) == 1 && in.Kind == "" {
			chunk = in.Limit + 1 // all of it fits
		}
		steps, err := p.steps(ctx, &in, at, chunk)
		if err != nil {
			return nil, Cursor{}, err
		}
		for _, s := range steps {
			if s.fits && len(fit) == in.Limit {
				more = true
				break
			}
			at = s.Cursor
			if s.fits {
				fit = append(fit, s.Cursor)
			}
		}
		if more || len(steps) < chunk {
			break
		}
	}
	if more {
		next = at
	}
	ids := make([]int64, len(fit))
	for i := range fit {
		ids[i] = fit[i].ID
	}
	known, err := p.Many(ctx, ids)
	for _, id := range ids {
		if a, ok := known[id]; ok {
			found = append(found, a)
		}
	}
	return found, next, err
}

// shortestFirst puts the list with the fewest articles first.
func (p *Public) shortestFirst(ctx context.Context, lists []ListRef) ([]ListRef, error) {
	if len(lists) == 0 {
		return []ListRef{{Scope: ScopeSite}}, nil
	}
	lists = slices.Clone(lists)
	if len(lists) == 1 {
		return lists, nil
	}
	least := int64(-1)
	for i := range lists {
		n, err := p.Count(ctx, lists[i].Scope, lists[i].Ref)
		if err != nil {
			return nil, err
		}
		if least < 0 || n < least {
			least, lists[0], lists[i] = n, lists[i], lists[0]
		}
	}
	return lists, nil
}

// beginning is a time in microseconds before every article.
const beginning = -1 << 60

// span is [from, to) in microseconds.
func (in *Walk) span() (from, to int64) {
	from, to = beginning, 1<<62
	if !in.From.IsZero() {
		from = db.Micros(in.From)
	}
	if !in.To.IsZero() {
		to = db.Micros(in.To)
	}
	return from, to
}

// start is the place before the first article.
func (in *Walk) start() Cursor {
	from, to := in.span()
	switch {
	case in.Oldest && (in.After == (Cursor{}) || in.After.At < from):
		return Cursor{At: from - 1, ID: 1<<63 - 1}
	case !in.Oldest && (in.After == (Cursor{}) || in.After.At >= to):
		return Cursor{At: to}
	}
	return in.After
}

// walked is one article of the walked list.
type walked struct {
	Cursor
	fits bool // it stands in the other lists, too
}

// steps reads the next articles of the first list. $8 and so on are the other
// lists, "" for none.
func (p *Public) steps(ctx context.Context, in *Walk, at Cursor, n int) ([]walked, error) {
	from, to := in.span()
	args := []any{in.Lists[0].Scope, in.Lists[0].Ref, at.At, at.ID, from, n, string(in.Kind)}
	if in.Oldest {
		args[4] = to
	}
	for i := 1; i <= 4; i++ {
		other := ListRef{}
		if i < len(in.Lists) {
			other = in.Lists[i]
		}
		args = append(args, other.Scope, other.Ref)
	}
	query := newestSteps
	if in.Oldest {
		query = oldestSteps
	}
	rows, err := p.q.Query(ctx, query, args...)
	return db.All(rows, err, func(r *sql.Rows) (s walked, err error) {
		var fits int64
		err = r.Scan(&s.At, &s.ID, &fits)
		s.fits = fits == 1
		return s, err
	})
}

const (
	stepsHead = `SELECT l.at, l.article_id, CASE WHEN ($7 = '' OR EXISTS (SELECT 1 FROM article a WHERE a.id = l.article_id AND a.kind = $7))
			AND ($8 = '' OR EXISTS (SELECT 1 FROM listing m WHERE m.scope = $8 AND m.ref = $9 AND m.at = l.at AND m.article_id = l.article_id))
			AND ($10 = '' OR EXISTS (SELECT 1 FROM listing m WHERE m.scope = $10 AND m.ref = $11 AND m.at = l.at AND m.article_id = l.article_id))
			AND ($12 = '' OR EXISTS (SELECT 1 FROM listing m WHERE m.scope = $12 AND m.ref = $13 AND m.at = l.at AND m.article_id = l.article_id))
			AND ($14 = '' OR EXISTS (SELECT 1 FROM listing m WHERE m.scope = $14 AND m.ref = $15 AND m.at = l.at AND m.article_id = l.article_id))
		THEN 1 ELSE 0 END
		FROM listing l WHERE l.scope = $1 AND l.ref = $2 AND `
	newestSteps = stepsHead + `(l.at, l.article_id) < ($3, $4) AND l.at >= $5 ORDER BY l.at DESC, l.article_id DESC LIMIT $6`
	oldestSteps = stepsHead + `(l.at, l.article_id) > ($3, $4) AND l.at < $5 ORDER BY l.at, l.article_id LIMIT $6`
)
