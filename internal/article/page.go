package article

import (
	"context"
	"database/sql"
	"strings"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/urlpath"
)

// PageAt returns the standing page or article that readers see at a path, with
// its headline, or NotFound.
func PageAt(ctx context.Context, q db.Querier, path string) (id int64, headline string, err error) {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	at, err := LookUp(ctx, q, urlpath.Key(path))
	if err == nil && at.Kind == AddressRedirect && at.Of == AddressArticle {
		at.Kind = AddressArticle
	}
	if err == nil && at.Kind != AddressArticle {
		err = fault.New(fault.NotFound, "no page at %s", path)
	}
	if err != nil {
		return 0, "", err
	}
	a, err := byID(ctx, q, at.Target)
	return a.ID, a.Headline, err
}

// Pages returns standing pages of every standing, those below one parent (0 for
// the top ones) in their order after a place, at most limit.
func Pages(ctx context.Context, q db.Querier, parent int64, limit int) ([]Article, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.type = 'page' AND a.parent_id = $1 ORDER BY a.menu_order, a.id LIMIT $2`, parent, limit)
	return db.All(rows, err, scanRow)
}

// PlacePage puts a standing page below another (0 for none) and gives it and its
// siblings their order. Its address and those of all pages below it follow;
// former ones lead on.
func (s *Service) PlacePage(ctx context.Context, tx *db.Tx, actor account.Actor, id, parent int64, order []int64) error {
	if err := actor.Require(account.Editor, "order pages"); err != nil {
		return err
	}
	a, err := byID(ctx, tx, id)
	if err != nil {
		return err
	}
	if a.Type != TypePage {
		return fault.New(fault.Invalid, "%q is no standing page", a.Headline)
	}
	if parent != a.ParentID {
		if err := s.pageBelow(ctx, tx, id, parent); err != nil {
			return err
		}
		a.ParentID = parent
		if _, err := tx.Exec(ctx, `UPDATE article SET parent_id = $1 WHERE id = $2`, parent, id); err != nil {
			return err
		}
		if err := s.replacePage(ctx, tx, &a, 0); err != nil {
			return err
		}
		if err := s.record(ctx, tx, actor, "move", id, map[string]any{"path": a.Path}); err != nil {
			return err
		}
	}
	for i, page := range order {
		if _, err := tx.Exec(ctx, `UPDATE article SET menu_order = $1 WHERE id = $2 AND type = 'page' AND menu_order <> $1`, int64(i+1), page); err != nil {
			return err
		}
	}
	if parent != 0 {
		tx.Purge(db.Key("article", parent))
	}
	return nil
}

// mostPageLevels bounds how deep pages nest.
const mostPageLevels = 10

// pageBelow refuses a parent that is no page, or stands below the page.
func (s *Service) pageBelow(ctx context.Context, q db.Querier, id, parent int64) error {
	for depth := 0; parent != 0; depth++ {
		if parent == id {
			return fault.New(fault.Invalid, "a page cannot be below itself")
		}
		if depth == mostPageLevels {
			return fault.New(fault.Invalid, "pages nest at most %d deep", mostPageLevels)
		}
		up, err := byID(ctx, q, parent)
		if err == nil && up.Type != TypePage {
			err = fault.New(fault.Invalid, "%q is no standing page", up.Headline)
		}
		if err != nil {
			return err
		}
		parent = up.ParentID
	}
	return nil
}

// replacePage gives a page, and those below it, the address of its place. The
// revision stays: nothing that a writer reads has changed.
func (s *Service) replacePage(ctx context.Context, tx *db.Tx, a *Article, depth int) error {
	if depth > mostPageLevels {
		return fault.New(fault.Invalid, "pages nest at most %d deep", mostPageLevels)
	}
	if a.Path != "" && a.Status != StatusWithdrawn {
		was := a.Path
		prefix := "/"
		if a.ParentID != 0 {
			parent, err := byID(ctx, tx, a.ParentID)
			if err != nil {
				return err
			}
			if parent.Path != "" {
				prefix = strings.TrimSuffix(parent.Path, "/") + "/"
			}
		}
		var err error
		a.Path, a.Slug, err = freePath(ctx, tx, a.ID, a.Slug, func(slug string) string { return prefix + slug + "/" })
		if err != nil {
			return err
		}
		if a.Path == was {
			return nil
		}
		if _, err := tx.Exec(ctx, `UPDATE article SET path = $1, slug = $2 WHERE id = $3`, a.Path, a.Slug, a.ID); err != nil {
			return err
		}
		if err := readdress(ctx, tx, a, Visible(a, s.clock.Now()), was); err != nil {
			return err
		}
		tx.Purge(db.Key("article", a.ID))
	}
	rows, err := tx.Query(ctx, `SELECT id FROM article WHERE parent_id = $1 AND parent_id > 0 ORDER BY id`, a.ID)
	below, err := db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	for _, id := range below {
		child, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.replacePage(ctx, tx, &child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// PageParent returns the page that a standing page is below, 0 for none.
func PageParent(ctx context.Context, q db.Querier, id int64) (parent int64, err error) {
	err = q.QueryRow(ctx, `SELECT parent_id FROM article WHERE id = $1 AND type = 'page'`, id).Scan(&parent)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "there is no such page")
	}
	return parent, err
}
