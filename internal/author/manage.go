package author

import (
	"context"
	"slices"
	"strings"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/taxonomy"
)

// ByPerson returns the profile whose byline the own articles of an account
// carry, or NotFound.
func ByPerson(ctx context.Context, q db.Querier, person int64) (Profile, error) {
	if person == 0 {
		return Profile{}, fault.New(fault.NotFound, "no such author")
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM profile WHERE person_id = $1 AND person_id > 0`, person)
	return one(rows, err)
}

// SetPerson makes the own articles of an account carry a profile's byline; 0 for
// nobody's. The profile that had the account loses it.
func SetPerson(ctx context.Context, tx *db.Tx, id, person int64) error {
	if person != 0 {
		if _, err := tx.Exec(ctx, `UPDATE profile SET person_id = 0 WHERE person_id = $1 AND id <> $2`, person, id); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE profile SET person_id = $1 WHERE id = $2`, person, id)
	return err
}

// Search returns the profiles in whose name words begin with each word of text,
// at most limit, by name.
func Search(ctx context.Context, q db.Querier, text string, limit int) ([]Profile, error) {
	ids, words, err := taxonomy.FindNames(ctx, q, "author", text)
	if err != nil {
		return nil, err
	}
	var found []Profile
	for _, id := range ids {
		p, err := ByID(ctx, q, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if taxonomy.Matches(p.Name, words) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b Profile) int { return strings.Compare(taxonomy.NameKey(a.Name), taxonomy.NameKey(b.Name)) })
	return found[:min(len(found), limit)], nil
}

// From returns up to limit profiles by name after the one of an id, from the
// beginning for 0.
func From(ctx context.Context, q db.Querier, after int64, limit int) ([]Profile, error) {
	key := ""
	if after != 0 {
		p, err := ByID(ctx, q, after)
		if err != nil {
			return nil, err
		}
		key = taxonomy.NameKey(p.Name)
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM profile WHERE (name_key, id) > ($1, $2) ORDER BY name_key, id LIMIT $3`, key, after, limit)
	return db.All(rows, err, scan)
}

// Delete removes a profile. What pointed to it is the caller's affair.
func Delete(ctx context.Context, tx *db.Tx, id int64) error {
	if err := taxonomy.ForgetName(ctx, tx, "author", id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM profile WHERE id = $1`, id)
	tx.Purge(db.Key("author", id))
	return err
}

// Unindexed returns up to limit profiles that no name index has: those of a
// time before there was one.
func Unindexed(ctx context.Context, q db.Querier, limit int) ([]Profile, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM profile WHERE name_key = '' ORDER BY id LIMIT $1`, limit)
	return db.All(rows, err, scan)
}

// Shown returns up to limit profiles that readers may know of, those of public
// articles and open ones, by name, after the place of a taxonomy.NameKey and an
// id, from the beginning for zero values.
func Shown(ctx context.Context, q db.Querier, key string, after int64, limit int) ([]Profile, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM profile p WHERE (name_key, id) > ($1, $2)
		AND (open = 1 OR EXISTS (SELECT 1 FROM listing l WHERE l.scope = 'author' AND l.ref = p.id)) ORDER BY name_key, id LIMIT $3`, key, after, limit)
	return db.All(rows, err, scan)
}
