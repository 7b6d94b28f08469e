package register

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/quote"
	"dateline/internal/taxonomy"
)

const columns = `s.id, s.kind, s.name, s.aliases, s.slug, s.path, s.description, s.wikidata, s.website, s.picture,
	s.placed, s.lat, s.lon, s.begins, s.ends, s.open, s.by_name, s.fresh, s.seq`

func scan(r *sql.Rows) (e Entry, err error) {
	var aliases string
	var placed bool
	var lat, lon int64
	if err := r.Scan(&e.ID, &e.Kind, &e.Name, &aliases, &e.Slug, &e.Path, &e.Description, &e.Wikidata, &e.Website, &e.Picture,
		&placed, &lat, &lon, &e.Begins, &e.Ends, &e.Open, &e.ByName, &e.Fresh, &e.Revision); err != nil {
		return e, err
	}
	if placed {
		e.Position = &Position{Lat: degrees(lat), Lon: degrees(lon)}
	}
	return e, json.Unmarshal([]byte(aliases), &e.Aliases)
}

// ByID returns an entry or NotFound.
func ByID(ctx context.Context, q db.Querier, id int64) (Entry, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM subject s WHERE s.id = $1 AND s.gone = 0`, id)
	all, err := db.All(rows, err, scan)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "there is no such entry in the register")
	}
	if err != nil {
		return Entry{}, err
	}
	return all[0], nil
}

const idSlots = 32

// ByIDs returns the entries of ids that there are.
func ByIDs(ctx context.Context, q db.Querier, ids []int64) (map[int64]Entry, error) {
	found := map[int64]Entry{}
	for part := range slices.Chunk(ids, idSlots) {
		args := make([]any, idSlots)
		for i := range args {
			args[i] = int64(-1)
			if i < len(part) {
				args[i] = part[i]
			}
		}
		rows, err := q.Query(ctx, `SELECT `+columns+` FROM subject s WHERE s.gone = 0 AND s.id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
			$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)`, args...)
		all, err := db.All(rows, err, scan)
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			found[e.ID] = e
		}
	}
	return found, nil
}

// nextSeq takes the next place in the order of changes. The row stays locked
// until the transaction ends, so that no change is seen before an earlier one.
func nextSeq(ctx context.Context, tx *db.Tx) (seq int64, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO subject_state (id, seq) VALUES (1, 1)
		ON CONFLICT (id) DO UPDATE SET seq = subject_state.seq + 1 RETURNING seq`).Scan(&seq)
	return seq, err
}

// write adds or changes an entry and everything by which it is found.
func write(ctx context.Context, tx *db.Tx, e *Entry, now time.Time) error {
	seq, err := nextSeq(ctx, tx)
	if err != nil {
		return err
	}
	e.Revision = seq
	aliases := []byte("[]")
	if len(e.Aliases) > 0 {
		aliases, _ = json.Marshal(e.Aliases) // strings always encode
	}
	var placed, lat, lon int64
	if e.Position != nil {
		placed, lat, lon = 1, millionths(e.Position.Lat), millionths(e.Position.Lon)
	}
	_, err = tx.Exec(ctx, `INSERT INTO subject (id, kind, name, name_key, aliases, slug, path, description, wikidata, website, picture,
			placed, lat, lon, begins, ends, open, by_name, fresh, seq, updated_at, shown)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $17)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, name_key = excluded.name_key, aliases = excluded.aliases,
			slug = excluded.slug, path = excluded.path, description = excluded.description, wikidata = excluded.wikidata,
			website = excluded.website, picture = excluded.picture, placed = excluded.placed, lat = excluded.lat, lon = excluded.lon,
			begins = excluded.begins, ends = excluded.ends, open = excluded.open, by_name = excluded.by_name, fresh = excluded.fresh,
			seq = excluded.seq, updated_at = excluded.updated_at`,
		e.ID, string(e.Kind), e.Name, taxonomy.NameKey(e.Name), string(aliases), e.Slug, e.Path, e.Description, e.Wikidata, e.Website, e.Picture,
		placed, lat, lon, e.Begins, e.Ends, db.Bool(e.Open), db.Bool(e.ByName), db.Bool(e.Fresh), e.Revision, db.Micros(now))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM subject_alias WHERE subject_id = $1`, e.ID); err != nil {
		return err
	}
	var every string
	for _, name := range e.Names() {
		every += " " + name
		if _, err := tx.Exec(ctx, `INSERT INTO subject_alias (name_key, subject_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, nameKey(name), e.ID); err != nil {
			return err
		}
	}
	if err := taxonomy.IndexName(ctx, tx, objectName, e.ID, every); err != nil {
		return err
	}
	purge(tx, e)
	return showOrHide(ctx, tx, e.ID)
}

// purge drops the cached pages that show an entry or name it in a list, and
// those of what is said under its names, which lead to it.
func purge(tx *db.Tx, e *Entry) {
	tx.Purge(db.Key(objectName, e.ID), IndexKey(e.Kind))
	for _, key := range e.QuoteKeys() {
		tx.Purge(quote.PageKey(key))
	}
}

// IndexKey is the surrogate key of the list of all entries of a kind.
func IndexKey(k Kind) string { return "register:" + string(k) }

// showOrHide keeps in mind whether readers may see an entry at all, so that
// lists of those that they may are short to read.
func showOrHide(ctx context.Context, tx *db.Tx, id int64) error {
	n, err := tx.Exec(ctx, `UPDATE subject SET shown = 1 - shown WHERE id = $1 AND shown <>
		CASE WHEN gone = 0 AND (open = 1 OR EXISTS (SELECT 1 FROM listing l WHERE l.scope = 'subject' AND l.ref = subject.id)) THEN 1 ELSE 0 END`, id)
	if err != nil || n == 0 {
		return err
	}
	e, err := ByID(ctx, tx, id)
	if fault.Is(err, fault.NotFound) { // it left, and its pages with it
		return nil
	}
	if err == nil {
		purge(tx, &e)
	}
	return err
}

// same returns the entries that have one of these names or this item of
// Wikidata, other than id.
func same(ctx context.Context, q db.Querier, id int64, keys []string) ([]Entry, error) {
	var found []Entry
	for _, key := range keys {
		rows, err := q.Query(ctx, `SELECT `+columns+` FROM subject_alias a JOIN subject s ON s.id = a.subject_id
			WHERE a.name_key = $1 AND s.id <> $2 AND s.gone = 0 ORDER BY s.id LIMIT 10`, key, id)
		all, err := db.All(rows, err, scan)
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			if !slices.ContainsFunc(found, func(other Entry) bool { return other.ID == e.ID }) {
				found = append(found, e)
			}
		}
	}
	return found, nil
}
