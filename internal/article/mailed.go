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

// KeepMailed keeps in tx that letters show media of a version of an article.
// They stay public while readers may see the article and that version.
func KeepMailed(ctx context.Context, tx *db.Tx, articleID, versionID int64, ids []int64) error {
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `INSERT INTO media_mailed (article_id, version_id, media_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			articleID, versionID, id); err != nil {
			return err
		}
	}
	return nil
}

// useMailed makes the media of letters public that readers of a listed article
// may still see. What a version held that was replaced for legal reasons is not
// among them.
func useMailed(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO media_use (media_id, article_id, rights_expire)
		SELECT DISTINCT m.id, w.article_id, m.rights_expire FROM media_mailed w JOIN media m ON m.id = w.media_id JOIN version v ON v.id = w.version_id
		WHERE w.article_id = $1 AND v.number >= (SELECT COALESCE(MAX(number), 0) FROM version WHERE article_id = $1 AND change = 'legal' AND published_at > 0)
		ON CONFLICT DO NOTHING`, id)
	return err
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
