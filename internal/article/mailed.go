package article

import (
	"context"
	"database/sql"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// List names one list that an article is in.
type List struct {
	Scope string
	Ref   int64
}

// Lists returns the lists that an article is in. One that is not listed is in
// none.
func (p *Public) Lists(ctx context.Context, articleID int64) ([]List, error) {
	rows, err := p.q.Query(ctx, `SELECT scope, ref FROM listing WHERE article_id = $1`, articleID)
	return db.All(rows, err, func(r *sql.Rows) (l List, err error) { return l, r.Scan(&l.Scope, &l.Ref) })
}

// Kept returns a listed article as one of its versions had it, for what was sent
// of it. It is what readers see now when readers never saw that version, or may
// not see it any more for legal reasons, or versionID is 0. An article that is
// not listed is NotFound.
func (p *Public) Kept(ctx context.Context, articleID, versionID int64) (Article, Version, error) {
	a, vis, err := p.Read(ctx, articleID)
	if err == nil && vis != Listed {
		err = fault.New(fault.NotFound, "no such article")
	}
	if err != nil {
		return Article{}, Version{}, err
	}
	if versionID == 0 || versionID == a.LiveVersion {
		v, err := p.Live(ctx, &a)
		return a, v, err
	}
	all, err := p.editions(ctx, &a)
	if err != nil {
		return Article{}, Version{}, err
	}
	for _, e := range all {
		if e.id == versionID && !e.Sealed {
			v, err := versionByID(ctx, p.q, versionID)
			a.Headline, a.Standfirst, a.Kicker = v.Content.Headline, v.Content.Standfirst, v.Content.Kicker
			return a, v, err
		}
	}
	v, err := p.Live(ctx, &a)
	return a, v, err
}

// CorrectionBy returns a correction of a listed article by its id, NotFound when
// readers may not see it.
func (p *Public) CorrectionBy(ctx context.Context, articleID, correction int64) ([]Correct, error) {
	all, err := p.CorrectionsOf(ctx, articleID)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.ID != correction {
			continue
		}
		var out []Correct
		for _, other := range all { // of the same publication
			if other.At.Equal(c.At) {
				out = append(out, other)
			}
		}
		return out, nil
	}
	return nil, fault.New(fault.NotFound, "no such correction")
}
