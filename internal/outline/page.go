package outline

import (
	"context"
	"slices"

	"dateline/internal/account"
	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// PageRow is a standing page with its level in the tree of pages.
type PageRow struct {
	article.Article
	Depth int
}

// mostPages is how many pages one level shows; more standing pages than that
// below one parent are found with the list of articles.
const mostPages = 500

// Pages lists the standing pages of every standing as a tree, in reading order.
func (s *Service) Pages(ctx context.Context, actor account.Actor) ([]PageRow, error) {
	if err := actor.Require(account.Editor, "see the tree of pages"); err != nil {
		return nil, err
	}
	return s.pagesBelow(ctx, 0, 0)
}

func (s *Service) pagesBelow(ctx context.Context, parent int64, depth int) ([]PageRow, error) {
	const deepest = 10
	if depth > deepest {
		return nil, nil
	}
	pages, err := article.Pages(ctx, s.db, parent, mostPages)
	if err != nil {
		return nil, err
	}
	var out []PageRow
	for _, p := range pages {
		below, err := s.pagesBelow(ctx, p.ID, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(append(out, PageRow{p, depth}), below...)
	}
	return out, nil
}

// PlacePage puts a standing page before, after or inside another; inside 0 makes
// it the last of the top ones. Addresses follow, former ones lead on.
func (s *Service) PlacePage(ctx context.Context, actor account.Actor, id int64, where Where, target int64) error {
	if err := actor.Require(account.Editor, "order pages"); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.placePage(ctx, tx, actor, id, where, target)
	})
}

func (s *Service) placePage(ctx context.Context, tx *db.Tx, actor account.Actor, id int64, where Where, target int64) error {
	if id == target {
		return nil
	}
	parent := target
	if where != Inside {
		beside, err := article.PageParent(ctx, tx, target)
		if err != nil {
			return err
		}
		parent = beside
	}
	siblings, err := pageIDs(ctx, tx, parent)
	if err != nil {
		return err
	}
	return s.articles.PlacePage(ctx, tx, actor, id, parent, placed(siblings, id, where, target))
}

func pageIDs(ctx context.Context, q db.Querier, parent int64) ([]int64, error) {
	pages, err := article.Pages(ctx, q, parent, mostPages)
	var out []int64
	for _, p := range pages {
		out = append(out, p.ID)
	}
	return out, err
}

// StepPage moves a standing page by one place.
func (s *Service) StepPage(ctx context.Context, actor account.Actor, id int64, step Step) error {
	if err := actor.Require(account.Editor, "order pages"); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		parent, err := article.PageParent(ctx, tx, id)
		if err != nil {
			return err
		}
		siblings, err := pageIDs(ctx, tx, parent)
		if err != nil {
			return err
		}
		if !slices.Contains(siblings, id) {
			return fault.New(fault.NotFound, "there is no such page")
		}
		where, target, ok := stepTo(siblings, id, parent, step)
		if !ok {
			return nil
		}
		return s.placePage(ctx, tx, actor, id, where, target)
	})
}
