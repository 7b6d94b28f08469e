package article

import (
	"context"
	"slices"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// An alias says what stands for a section, tag or author that was merged into
// another or deleted. Versions are immutable, so they keep the ids that they
// were written with; whoever reads one gets today's ids. An alias always leads
// to something that is no alias itself.

type aliasKey struct {
	kind string
	id   int64
}

// aliasSlots is how many ids one statement asks for.
const aliasSlots = 16

// aliases returns what stands for those of ids that are an alias.
func aliases(ctx context.Context, q db.Querier, ids []int64) (map[aliasKey]int64, error) {
	var found map[aliasKey]int64
	for part := range slices.Chunk(ids, aliasSlots) {
		args := make([]any, aliasSlots)
		for i := range args {
			args[i] = int64(-1)
			if i < len(part) {
				args[i] = part[i]
			}
		}
		rows, err := q.Query(ctx, `SELECT kind, old_id, new_id FROM alias WHERE old_id IN
			($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`, args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var k aliasKey
			var to int64
			if err := rows.Scan(&k.kind, &k.id, &to); err != nil {
				rows.Close()
				return nil, err
			}
			if found == nil {
				found = map[aliasKey]int64{}
			}
			found[k] = to
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Present returns the id of what a section, tag or author (ScopeSection …) is
// now: its own, that of the one it was merged into, or 0 when it was deleted.
func Present(ctx context.Context, q db.Querier, kind string, id int64) (int64, error) {
	found, err := aliases(ctx, q, []int64{id})
	if to, ok := found[aliasKey{kind, id}]; ok {
		return to, err
	}
	return id, err
}

// resolve replaces the sections, tags and authors of a content by what they are
// now. One that was deleted goes; of a byline, its name stays.
func resolve(ctx context.Context, q db.Querier, c *Content) error {
	ids := slices.Concat(c.Sections, c.Tags)
	for _, b := range c.Bylines {
		if b.Profile != 0 {
			ids = append(ids, b.Profile)
		}
	}
	for _, s := range c.Subjects {
		ids = append(ids, s.ID)
	}
	found, err := aliases(ctx, q, ids)
	if err != nil || len(found) == 0 {
		return err
	}
	c.Sections = presentIDs(found, ScopeSection, c.Sections)
	c.Tags = presentIDs(found, ScopeTag, c.Tags)
	c.Subjects = presentSubjects(found, c.Subjects)
	bylines := slices.Clone(c.Bylines)
	for i, b := range bylines {
		if to, ok := found[aliasKey{ScopeAuthor, b.Profile}]; ok {
			bylines[i].Profile = to
		}
	}
	c.Bylines = bylines
	return nil
}

// presentIDs maps ids in their order, each once.
func presentIDs(found map[aliasKey]int64, kind string, ids []int64) []int64 {
	var out []int64
	for _, id := range ids {
		if to, ok := found[aliasKey{kind, id}]; ok {
			id = to
		}
		if id != 0 && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// setAlias makes old stand for to, 0 for nothing, and so everything that old
// stood for.
func setAlias(ctx context.Context, tx *db.Tx, kind string, old, to int64) error {
	if old == to {
		return fault.New(fault.Invalid, "choose another one: this is the same")
	}
	if present, err := Present(ctx, tx, kind, to); err != nil || present != to {
		if err == nil {
			err = fault.New(fault.Conflict, "what you chose is being merged or deleted itself").WithHint("choose another one")
		}
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE alias SET new_id = $1 WHERE new_id = $2 AND kind = $3`, to, old, kind); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO alias (old_id, kind, new_id) VALUES ($1, $2, $3)
		ON CONFLICT (old_id, kind) DO UPDATE SET new_id = excluded.new_id`, old, kind, to)
	return err
}
