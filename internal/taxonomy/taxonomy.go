// Package taxonomy sorts articles: sections (a tree, one primary section an
// article), tags, and the terms of custom taxonomies that an import brought.
//
// Invariants: a section's Path is its ancestors' slugs and its own joined by
// slashes, unique when folded; saving a section that moved rewrites the paths
// below it. Tables: section, tag, term, name_word. Addresses are the caller's affair.
package taxonomy

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/urlpath"
)

// Section is one node of the tree of sections.
type Section struct {
	ID          int64
	ParentID    int64
	Slug        string
	Path        string // "world/europe"
	Name        string
	Description string
	Position    int64
	Open        bool // has a page even while no public article is in it
	Meta        map[string]string
}

// searchDescription is the meta entry for what search engines show.
const searchDescription = "search_description"

// SearchDescription is what search engines show of the section's page; "" takes
// the description.
func (s Section) SearchDescription() string { return s.Meta[searchDescription] }

// SetSearchDescription changes what search engines show.
func (s *Section) SetSearchDescription(text string) {
	meta := map[string]string{}
	maps.Copy(meta, s.Meta)
	if meta[searchDescription] = text; text == "" {
		delete(meta, searchDescription)
	}
	s.Meta = meta
}

// Tag is a keyword.
type Tag struct {
	ID          int64
	Slug        string
	Name        string
	Description string
	Open        bool // has a page even while no public article names it
	Meta        map[string]string
}

// Term belongs to a custom taxonomy.
type Term struct {
	ID          int64
	Taxonomy    string
	ParentID    int64
	Slug        string
	Name        string
	Description string
	Open        bool // has a page even while no public article names it
	Meta        map[string]string
}

const sectionColumns = `id, parent_id, slug, path, name, description, position, open, meta`

func scanSection(r *sql.Rows) (Section, error) {
	var s Section
	var meta string
	if err := r.Scan(&s.ID, &s.ParentID, &s.Slug, &s.Path, &s.Name, &s.Description, &s.Position, &s.Open, &meta); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(meta), &s.Meta)
}

// Sections returns all sections in the order of the tree's levels.
func Sections(ctx context.Context, q db.Querier) ([]Section, error) {
	rows, err := q.Query(ctx, `SELECT `+sectionColumns+` FROM section ORDER BY parent_id, position, id`)
	return db.All(rows, err, scanSection)
}

// SectionByID returns a section or NotFound.
func SectionByID(ctx context.Context, q db.Querier, id int64) (Section, error) {
	rows, err := q.Query(ctx, `SELECT `+sectionColumns+` FROM section WHERE id = $1`, id)
	return one(rows, err, scanSection, "section")
}

// SectionByPath returns the section at a path such as "world/europe", or NotFound.
func SectionByPath(ctx context.Context, q db.Querier, path string) (Section, error) {
	rows, err := q.Query(ctx, `SELECT `+sectionColumns+` FROM section WHERE path_key = $1`, urlpath.Key(path))
	return one(rows, err, scanSection, "section")
}

// SectionBySlug returns the section whose own address word is slug, the first
// made when several are, or NotFound.
func SectionBySlug(ctx context.Context, q db.Querier, slug string) (Section, error) {
	rows, err := q.Query(ctx, `SELECT `+sectionColumns+` FROM section WHERE slug = $1 ORDER BY id LIMIT 1`, slug)
	return one(rows, err, scanSection, "section")
}

// Children returns the sections directly below parent, the top ones for 0.
func Children(ctx context.Context, q db.Querier, parent int64) ([]Section, error) {
	rows, err := q.Query(ctx, `SELECT `+sectionColumns+` FROM section WHERE parent_id = $1 ORDER BY position, id`, parent)
	return db.All(rows, err, scanSection)
}

// Lineage returns the section and its ancestors, the top one first. Unknown
// ids give an empty lineage.
func Lineage(ctx context.Context, q db.Querier, id int64) ([]Section, error) {
	var line []Section
	for depth := 0; id != 0 && depth < maxDepth; depth++ {
		s, err := SectionByID(ctx, q, id)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		line = append([]Section{s}, line...)
		id = s.ParentID
	}
	return line, nil
}

// maxDepth is how many levels of sections there may be; it bounds every walk
// along the tree.
const maxDepth = 16

var errTooDeep = fault.New(fault.Invalid, "sections nest deeper than %d levels", maxDepth)

// Tree is the surrogate key of pages that show which sections there are and in
// what order.
const Tree = "sections"

// SaveSection adds or changes a section (by id) and returns it with its path.
// A change of slug or parent moves everything below it.
func SaveSection(ctx context.Context, tx *db.Tx, s Section, now time.Time) (Section, error) {
	if err := checkWord("section", s.Name, s.Slug); err != nil {
		return s, err
	}
	path := s.Slug
	if s.ParentID != 0 {
		line, err := Lineage(ctx, tx, s.ParentID)
		if err != nil {
			return s, err
		}
		for _, up := range line {
			if up.ID == s.ID {
				return s, fault.New(fault.Invalid, "section %q cannot be below itself", s.Name)
			}
		}
		if len(line) == 0 {
			return s, fault.New(fault.Invalid, "section %q: its parent section does not exist", s.Name)
		}
		if len(line) == maxDepth {
			return s, errTooDeep
		}
		path = line[len(line)-1].Path + "/" + s.Slug
	}
	old, err := SectionByID(ctx, tx, s.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return s, err
	}
	s.Path = path
	if err := writeSection(ctx, tx, s, now); err != nil {
		return s, err
	}
	tx.Purge(db.Key("section", s.ID), Tree)
	if old.ID != 0 && old.Path != s.Path {
		return s, moveChildren(ctx, tx, s, now)
	}
	return s, nil
}

func writeSection(ctx context.Context, tx *db.Tx, s Section, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO section (id, parent_id, slug, path, path_key, name, description, position, meta, updated_at, open)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, slug = excluded.slug, path = excluded.path,
			path_key = excluded.path_key, name = excluded.name, description = excluded.description,
			position = excluded.position, meta = excluded.meta, updated_at = excluded.updated_at, open = excluded.open`,
		s.ID, s.ParentID, s.Slug, s.Path, urlpath.Key(s.Path), s.Name, s.Description, s.Position, metaJSON(s.Meta), db.Micros(now), db.Bool(s.Open))
	return err
}

// moveChildren writes the paths below a section that moved.
func moveChildren(ctx context.Context, tx *db.Tx, parent Section, now time.Time) error {
	children, err := Children(ctx, tx, parent.ID)
	if err != nil {
		return err
	}
	if len(children) > 0 && strings.Count(parent.Path, "/")+1 >= maxDepth {
		return errTooDeep
	}
	for _, c := range children {
		c.Path = parent.Path + "/" + c.Slug
		if err := writeSection(ctx, tx, c, now); err != nil {
			return err
		}
		tx.Purge(db.Key("section", c.ID))
		if err := moveChildren(ctx, tx, c, now); err != nil {
			return err
		}
	}
	return nil
}

const tagColumns = `id, slug, name, description, open, meta`

func scanTag(r *sql.Rows) (Tag, error) {
	var t Tag
	var meta string
	if err := r.Scan(&t.ID, &t.Slug, &t.Name, &t.Description, &t.Open, &meta); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(meta), &t.Meta)
}

// TagByID returns a tag or NotFound.
func TagByID(ctx context.Context, q db.Querier, id int64) (Tag, error) {
	rows, err := q.Query(ctx, `SELECT `+tagColumns+` FROM tag WHERE id = $1`, id)
	return one(rows, err, scanTag, "tag")
}

// TagBySlug returns a tag or NotFound.
func TagBySlug(ctx context.Context, q db.Querier, slug string) (Tag, error) {
	rows, err := q.Query(ctx, `SELECT `+tagColumns+` FROM tag WHERE slug_key = $1`, urlpath.Key(slug))
	return one(rows, err, scanTag, "tag")
}

const tagBatch = 32

// TagsByID returns the tags of ids in their order, leaving out unknown ones.
func TagsByID(ctx context.Context, q db.Querier, ids []int64) ([]Tag, error) {
	known := make(map[int64]Tag, len(ids))
	for chunk := range slices.Chunk(ids, tagBatch) {
		args := make([]any, tagBatch)
		for i := range args {
			args[i] = int64(0)
			if i < len(chunk) {
				args[i] = chunk[i]
			}
		}
		rows, err := q.Query(ctx, `SELECT `+tagColumns+` FROM tag WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
			$12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)`, args...)
		found, err := db.All(rows, err, scanTag)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			known[t.ID] = t
		}
	}
	tags := make([]Tag, 0, len(ids))
	for _, id := range ids {
		if t, ok := known[id]; ok {
			tags = append(tags, t)
		}
	}
	return tags, nil
}

// SaveTag adds or changes a tag by id.
func SaveTag(ctx context.Context, tx *db.Tx, t Tag, now time.Time) error {
	if err := checkWord("tag", t.Name, t.Slug); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO tag (id, slug, slug_key, name, description, meta, updated_at, open, name_key, like_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, slug_key = excluded.slug_key, name = excluded.name,
			description = excluded.description, meta = excluded.meta, updated_at = excluded.updated_at, open = excluded.open,
			name_key = excluded.name_key, like_key = excluded.like_key`,
		t.ID, t.Slug, urlpath.Key(t.Slug), t.Name, t.Description, metaJSON(t.Meta), db.Micros(now), db.Bool(t.Open), NameKey(t.Name), LikeKey(t.Name))
	if err != nil {
		return err
	}
	tx.Purge(db.Key("tag", t.ID))
	return IndexName(ctx, tx, "tag", t.ID, t.Name)
}

const termColumns = `id, taxonomy, parent_id, slug, name, description, open, meta`

func scanTerm(r *sql.Rows) (Term, error) {
	var t Term
	var meta string
	if err := r.Scan(&t.ID, &t.Taxonomy, &t.ParentID, &t.Slug, &t.Name, &t.Description, &t.Open, &meta); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(meta), &t.Meta)
}

// TermByID returns a term or NotFound.
func TermByID(ctx context.Context, q db.Querier, id int64) (Term, error) {
	rows, err := q.Query(ctx, `SELECT `+termColumns+` FROM term WHERE id = $1`, id)
	return one(rows, err, scanTerm, "term")
}

// TermBySlug returns a term or NotFound.
func TermBySlug(ctx context.Context, q db.Querier, taxonomy, slug string) (Term, error) {
	rows, err := q.Query(ctx, `SELECT `+termColumns+` FROM term WHERE taxonomy = $1 AND slug_key = $2`, taxonomy, urlpath.Key(slug))
	return one(rows, err, scanTerm, "term")
}

// SaveTerm adds or changes a term by id.
func SaveTerm(ctx context.Context, tx *db.Tx, t Term, now time.Time) error {
	if t.Taxonomy == "" {
		return fault.New(fault.Invalid, "a term needs a taxonomy")
	}
	if err := checkWord("term", t.Name, t.Slug); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO term (id, taxonomy, parent_id, slug, slug_key, name, description, meta, updated_at, open)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET taxonomy = excluded.taxonomy, parent_id = excluded.parent_id, slug = excluded.slug,
			slug_key = excluded.slug_key, name = excluded.name, description = excluded.description,
			meta = excluded.meta, updated_at = excluded.updated_at, open = excluded.open`,
		t.ID, t.Taxonomy, t.ParentID, t.Slug, urlpath.Key(t.Slug), t.Name, t.Description, metaJSON(t.Meta), db.Micros(now), db.Bool(t.Open))
	tx.Purge(db.Key("term", t.ID))
	return err
}

// checkWord refuses a thing without a name, and an address word that could not
// be one segment of an address.
func checkWord(what, name, slug string) error {
	if name == "" || slug == "" {
		return fault.New(fault.Invalid, "a %s needs a name and an address word", what)
	}
	if key := urlpath.Key(slug); key == "" || key == "/" || strings.Contains(slug, "/") {
		return fault.New(fault.Invalid, "%q cannot be the address word of a %s: use letters, digits and hyphens", slug, what)
	}
	return nil
}

func one[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error), what string) (T, error) {
	all, err := db.All(rows, err, scan)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "no such %s", what)
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return all[0], nil
}

func metaJSON(m map[string]string) string {
	if len(m) == 0 {
		return "{}"
	}
	raw, _ := json.Marshal(m) // a map of strings always encodes
	return string(raw)
}
