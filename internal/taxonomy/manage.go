package taxonomy

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"dateline/internal/db"
	"dateline/internal/fold"
)

// OrderSections writes the order of the sections below one parent.
func OrderSections(ctx context.Context, tx *db.Tx, ids []int64) error {
	for i, id := range ids {
		if _, err := tx.Exec(ctx, `UPDATE section SET position = $1 WHERE id = $2 AND position <> $1`, int64(i+1), id); err != nil {
			return err
		}
	}
	tx.Purge(Tree)
	return nil
}

// DeleteSection removes a section. What pointed to it is the caller's affair.
func DeleteSection(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM section WHERE id = $1`, id)
	tx.Purge(db.Key("section", id), Tree)
	return err
}

// DeleteTag removes a tag. What pointed to it is the caller's affair.
func DeleteTag(ctx context.Context, tx *db.Tx, id int64) error {
	if err := ForgetName(ctx, tx, "tag", id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM tag WHERE id = $1`, id)
	tx.Purge(db.Key("tag", id))
	return err
}

// SearchTags returns the tags in whose name words begin with each word of
// text, those whose whole name begins so first, at most limit.
func SearchTags(ctx context.Context, q db.Querier, text string, limit int) ([]Tag, error) {
	ids, words, err := FindNames(ctx, q, "tag", text)
	if err != nil {
		return nil, err
	}
	tags, err := TagsByID(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	tags = slices.DeleteFunc(tags, func(t Tag) bool { return !Matches(t.Name, words) })
	begins := NameKey(text)
	slices.SortFunc(tags, func(a, b Tag) int {
		x, y := NameKey(a.Name), NameKey(b.Name)
		if i, j := fold.Begins(x, begins), fold.Begins(y, begins); i != j {
			if i {
				return -1
			}
			return 1
		}
		return strings.Compare(x, y)
	})
	return tags[:min(len(tags), limit)], nil
}

// TagsFrom returns up to limit tags by name, after the tag of an id, from the
// beginning for 0.
func TagsFrom(ctx context.Context, q db.Querier, after int64, limit int) ([]Tag, error) {
	key := ""
	if after != 0 {
		t, err := TagByID(ctx, q, after)
		if err != nil {
			return nil, err
		}
		key = NameKey(t.Name)
	}
	rows, err := q.Query(ctx, `SELECT `+tagColumns+` FROM tag WHERE (name_key, id) > ($1, $2) ORDER BY name_key, id LIMIT $3`, key, after, limit)
	return db.All(rows, err, scanTag)
}

// CountTags returns how many tags there are.
func CountTags(ctx context.Context, q db.Querier) (n int64, err error) {
	err = q.QueryRow(ctx, `SELECT COUNT(*) FROM tag`).Scan(&n)
	return n, err
}

// AlikeTags returns groups of tags whose names differ in case, accents,
// hyphens or number only, up to limit groups after a key, and the key of the
// last.
func AlikeTags(ctx context.Context, q db.Querier, after string, limit int) (groups [][]Tag, last string, err error) {
	rows, err := q.Query(ctx, `SELECT like_key FROM tag WHERE like_key > $1 GROUP BY like_key HAVING COUNT(*) > 1 ORDER BY like_key LIMIT $2`, after, limit)
	keys, err := db.All(rows, err, func(r *sql.Rows) (key string, err error) { return key, r.Scan(&key) })
	if err != nil {
		return nil, "", err
	}
	for _, key := range keys {
		rows, err := q.Query(ctx, `SELECT `+tagColumns+` FROM tag WHERE like_key = $1 ORDER BY id LIMIT 20`, key)
		group, err := db.All(rows, err, scanTag)
		if err != nil {
			return nil, "", err
		}
		groups, last = append(groups, group), key
	}
	return groups, last, nil
}

// Unindexed returns up to limit tags that no name index has: those of a time
// before there was one.
func Unindexed(ctx context.Context, q db.Querier, limit int) ([]Tag, error) {
	rows, err := q.Query(ctx, `SELECT `+tagColumns+` FROM tag WHERE name_key = '' ORDER BY id LIMIT $1`, limit)
	return db.All(rows, err, scanTag)
}

// ShownTags returns up to limit tags that readers may know of, those of public
// articles and open ones, by name, after the place of a NameKey and an id, from the
// beginning for zero values.
func ShownTags(ctx context.Context, q db.Querier, key string, after int64, limit int) ([]Tag, error) {
	rows, err := q.Query(ctx, `SELECT `+tagColumns+` FROM tag t WHERE (name_key, id) > ($1, $2)
		AND (open = 1 OR EXISTS (SELECT 1 FROM listing l WHERE l.scope = 'tag' AND l.ref = t.id)) ORDER BY name_key, id LIMIT $3`, key, after, limit)
	return db.All(rows, err, scanTag)
}
