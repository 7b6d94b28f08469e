package article

import (
	"context"
	"slices"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// Translate links two articles, and everything that either is linked with, as
// translations of each other.
func (s *Service) Translate(ctx context.Context, actor account.Actor, articleID, otherID int64) error {
	if articleID == otherID {
		return fault.New(fault.Invalid, "an article is no translation of itself")
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.openAny(ctx, tx, actor, articleID, mayEdit)
		if err != nil {
			return err
		}
		if _, err := s.openAny(ctx, tx, actor, otherID, mayRead); err != nil {
			return err
		}
		set, err := translationSet(ctx, tx, articleID)
		if err != nil {
			return err
		}
		other, err := translationSet(ctx, tx, otherID)
		if err != nil {
			return err
		}
		if set == 0 && other == 0 {
			set = s.newID()
		} else if set == 0 {
			set = other
		}
		if other != 0 && other != set {
			if _, err := tx.Exec(ctx, `UPDATE translation SET set_id = $1 WHERE set_id = $2`, set, other); err != nil {
				return err
			}
		}
		for _, id := range []int64{articleID, otherID} {
			if _, err := tx.Exec(ctx, `INSERT INTO translation (article_id, set_id) VALUES ($1, $2) ON CONFLICT (article_id) DO NOTHING`, id, set); err != nil {
				return err
			}
		}
		if err := purgeTranslations(ctx, tx, set); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "link translation", a.ID, map[string]any{"article": otherID})
	})
}

// Untranslate takes an article out of the set of its translations.
func (s *Service) Untranslate(ctx context.Context, actor account.Actor, articleID, otherID int64) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := s.openAny(ctx, tx, actor, articleID, mayEdit)
		if err != nil {
			return err
		}
		set, err := translationSet(ctx, tx, articleID)
		if err != nil {
			return err
		}
		other, err := translationSet(ctx, tx, otherID)
		if err != nil || set == 0 || set != other {
			return err
		}
		if err := purgeTranslations(ctx, tx, set); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM translation WHERE article_id = $1`, otherID); err != nil {
			return err
		}
		var left int64
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM translation WHERE set_id = $1`, set).Scan(&left); err != nil {
			return err
		}
		if left < 2 {
			if _, err := tx.Exec(ctx, `DELETE FROM translation WHERE set_id = $1`, set); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, actor, "unlink translation", a.ID, map[string]any{"article": otherID})
	})
}

func translationSet(ctx context.Context, q db.Querier, articleID int64) (int64, error) {
	var set int64
	err := q.QueryRow(ctx, `SELECT set_id FROM translation WHERE article_id = $1`, articleID).Scan(&set)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return set, err
}

// purgeTranslations drops the cached pages of a set: their heads name each other.
func purgeTranslations(ctx context.Context, tx *db.Tx, set int64) error {
	all, err := translationsIn(ctx, tx, set)
	for i := range all {
		tx.Purge(db.Key("article", all[i].ID))
	}
	return err
}

func translationsIn(ctx context.Context, q db.Querier, set int64) ([]Article, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM translation t JOIN article a ON a.id = t.article_id
		WHERE t.set_id = $1 ORDER BY a.language, a.id LIMIT 100`, set)
	return db.All(rows, err, scanRow)
}

// Translations returns the other articles of the set of an article, those that
// the actor may read at the desk.
func (s *Service) Translations(ctx context.Context, actor account.Actor, articleID int64) ([]Article, error) {
	set, err := translationSet(ctx, s.db, articleID)
	if err != nil || set == 0 {
		return nil, err
	}
	all, err := translationsIn(ctx, s.db, set)
	return slices.DeleteFunc(all, func(a Article) bool { return a.ID == articleID || !MayRead(actor, &a) }), err
}

// Translations returns the other articles of the set of an article that
// readers may see.
func (p *Public) Translations(ctx context.Context, articleID int64) ([]Article, error) {
	set, err := translationSet(ctx, p.q, articleID)
	if err != nil || set == 0 {
		return nil, err
	}
	all, err := translationsIn(ctx, p.q, set)
	all = slices.DeleteFunc(all, func(a Article) bool { return a.ID == articleID })
	return p.only(all, Listed), err
}
