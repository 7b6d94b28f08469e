package article

import (
	"cmp"
	"context"
	"slices"

	"dateline/internal/db"
)

const (
	relatedKept    = 4  // ids stored with the article: spares for when one is withdrawn
	relatedPerList = 24 // newest articles looked at in each list it shares
)

// relate chooses what "Check Also" offers beside an article: of the newest in
// its storyline, tags and section, the ones that share most. It touches a fixed
// number of rows whatever the size of the archive.
func (s *Service) relate(ctx context.Context, tx *db.Tx, a *Article, c *Content) error {
	if a.Type != TypeArticle {
		return nil
	}
	ids, err := relatedTo(ctx, tx, a, c)
	if err != nil {
		return err
	}
	if slices.Equal(ids, a.Related) {
		return nil
	}
	a.Related = ids
	_, err = tx.Exec(ctx, `UPDATE article SET related = $1 WHERE id = $2`, idsJSON(ids), a.ID)
	return err
}

func relatedTo(ctx context.Context, q db.Querier, a *Article, c *Content) ([]int64, error) {
	type candidate struct {
		id, at int64
		weight int
	}
	found := map[int64]*candidate{}
	gather := func(scope string, ref int64, weight int) error {
		rows, err := listRows(ctx, q, scope, ref, Cursor{}, relatedPerList)
		for _, r := range rows {
			if r.id == a.ID {
				continue
			}
			if found[r.id] == nil {
				found[r.id] = &candidate{id: r.id, at: r.at}
			}
			found[r.id].weight += weight
		}
		return err
	}
	if c.Storyline != "" {
		if err := gather(ScopeStoryline, StorylineRef(c.Storyline), 8); err != nil {
			return nil, err
		}
	}
	for i, tag := range c.Tags {
		if i == 12 {
			break
		}
		if err := gather(ScopeTag, tag, 3); err != nil {
			return nil, err
		}
	}
	if a.SectionID != 0 {
		if err := gather(ScopeSection, a.SectionID, 1); err != nil {
			return nil, err
		}
	}
	list := make([]*candidate, 0, len(found))
	for _, f := range found {
		list = append(list, f)
	}
	slices.SortFunc(list, func(x, y *candidate) int {
		return cmp.Or(cmp.Compare(y.weight, x.weight), cmp.Compare(y.at, x.at), cmp.Compare(y.id, x.id))
	})
	var ids []int64
	for _, f := range list[:min(len(list), relatedKept)] {
		ids = append(ids, f.id)
	}
	return ids, nil
}

// RelateTx computes "Check Also" again for one article, after an import has
// brought its neighbours.
func (s *Service) RelateTx(ctx context.Context, tx *db.Tx, articleID int64) error {
	a, err := byID(ctx, tx, articleID)
	if err != nil || !a.Public {
		return err
	}
	v, err := versionByID(ctx, tx, a.LiveVersion)
	if err != nil {
		return err
	}
	return s.relate(ctx, tx, &a, &v.Content)
}
