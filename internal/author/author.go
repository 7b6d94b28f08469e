// Package author keeps the profiles that bylines point to. A profile is not an
// account: guests, agencies and people who left keep their page. Tables: profile,
// name_word.
package author

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/taxonomy"
	"dateline/internal/urlpath"
)

// Link is one address of an author elsewhere.
type Link struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

// Profile is what readers see of an author. EmailSealed is encrypted by the
// caller (vault) and never part of a public output.
type Profile struct {
	ID          int64
	Slug        string
	Name        string
	FirstName   string
	LastName    string
	Role        string // "Political editor"
	Bio         string // plain text, paragraphs parted by empty lines
	Picture     int64
	Links       []Link
	EmailSealed string
	Guest       bool
	Open        bool  // has a page even while no public article names it
	Person      int64 // account whose own articles carry this byline, 0 for none
}

const columns = `id, slug, name, first_name, last_name, role, bio, picture, links, email_sealed, guest, open, person_id`

func scan(r *sql.Rows) (Profile, error) {
	var p Profile
	var links string
	if err := r.Scan(&p.ID, &p.Slug, &p.Name, &p.FirstName, &p.LastName, &p.Role, &p.Bio, &p.Picture,
		&links, &p.EmailSealed, &p.Guest, &p.Open, &p.Person); err != nil {
		return p, err
	}
	return p, json.Unmarshal([]byte(links), &p.Links)
}

// ByID returns a profile or NotFound.
func ByID(ctx context.Context, q db.Querier, id int64) (Profile, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM profile WHERE id = $1`, id)
	return one(rows, err)
}

// BySlug returns a profile or NotFound.
func BySlug(ctx context.Context, q db.Querier, slug string) (Profile, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM profile WHERE slug_key = $1`, urlpath.Key(slug))
	return one(rows, err)
}

func one(rows *sql.Rows, err error) (Profile, error) {
	all, err := db.All(rows, err, scan)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "no such author")
	}
	if err != nil {
		return Profile{}, err
	}
	return all[0], nil
}

// Save adds or changes a profile by id. The account of a profile that is there
// already is SetPerson's affair.
func Save(ctx context.Context, tx *db.Tx, p Profile, now time.Time) error {
	if p.Name == "" || p.Slug == "" {
		return fault.New(fault.Invalid, "an author needs a name and an address word")
	}
	if key := urlpath.Key(p.Slug); key == "" || key == "/" || strings.Contains(p.Slug, "/") {
		return fault.New(fault.Invalid, "%q cannot be the address word of an author: use letters, digits and hyphens", p.Slug)
	}
	links := []byte("[]")
	if len(p.Links) > 0 {
		links, _ = json.Marshal(p.Links) // strings always encode
	}
	_, err := tx.Exec(ctx, `INSERT INTO profile (id, slug, slug_key, name, first_name, last_name, role, bio, picture, links, email_sealed, guest, updated_at, open, person_id, name_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, slug_key = excluded.slug_key, name = excluded.name,
			first_name = excluded.first_name, last_name = excluded.last_name, role = excluded.role, bio = excluded.bio,
			picture = excluded.picture, links = excluded.links, email_sealed = excluded.email_sealed,
			guest = excluded.guest, updated_at = excluded.updated_at, open = excluded.open, name_key = excluded.name_key`,
		p.ID, p.Slug, urlpath.Key(p.Slug), p.Name, p.FirstName, p.LastName, p.Role, p.Bio, p.Picture,
		string(links), p.EmailSealed, db.Bool(p.Guest), db.Micros(now), db.Bool(p.Open), p.Person, taxonomy.NameKey(p.Name))
	if err != nil {
		return err
	}
	tx.Purge(db.Key("author", p.ID))
	return taxonomy.IndexName(ctx, tx, "author", p.ID, p.Name)
}

// Find returns up to limit profiles whose name matches, by name.
func Find(ctx context.Context, q db.Querier, match func(name string) bool, limit int) ([]Profile, error) {
	rows, err := q.Query(ctx, `SELECT id, slug, name, role FROM profile ORDER BY name, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []Profile
	for len(found) < limit && rows.Next() {
		var p Profile
		if err := rows.Scan(&p.ID, &p.Slug, &p.Name, &p.Role); err != nil {
			return nil, err
		}
		if match(p.Name) {
			found = append(found, p)
		}
	}
	return found, rows.Err()
}
