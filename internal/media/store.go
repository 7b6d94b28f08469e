package media

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// isPublic is the one condition under which readers reach a medium.
const isPublic = `(m.public = 1 OR EXISTS (SELECT 1 FROM media_use u WHERE u.media_id = m.id) OR EXISTS (SELECT 1 FROM media_front f WHERE f.media_id = m.id))`

const columns = `m.id, m.token, m.kind, m.slug, m.file_name, m.mime, m.bytes, m.width, m.height, m.duration_ms, m.sha256,
	m.title, m.caption, m.credit, m.alt, m.description, m.focal_x, m.focal_y, m.placeholder, m.parent, m.state,
	m.source_url, m.meta, m.created_at, m.updated_at, m.uploader, m.revision, m.rights_holder, m.licence, m.rights_note, m.rights_expire, m.crop, CASE WHEN ` + isPublic + ` THEN 1 ELSE 0 END`

func scanMedium(r *sql.Rows) (Medium, error) {
	var m Medium
	var meta, crop string
	var public int64
	err := r.Scan(&m.ID, &m.Token, &m.Kind, &m.Slug, &m.FileName, &m.MIME, &m.Bytes, &m.Width, &m.Height, &m.DurationMS, &m.SHA256,
		&m.Title, &m.Caption, &m.Credit, &m.Alt, &m.Description, &m.FocalX, &m.FocalY, &m.Placeholder, &m.Parent, &m.State,
		&m.SourceURL, &meta, &m.CreatedAt, &m.UpdatedAt, &m.Uploader, &m.Revision, &m.Rights.Holder, &m.Rights.Licence, &m.Rights.Note,
		&m.Rights.Expire, &crop, &public)
	if err != nil {
		return m, err
	}
	m.Public, m.Crop = public == 1, readCrop(crop)
	return m, json.Unmarshal([]byte(meta), &m.Meta)
}

// owned is a variant with its medium's id.
type owned struct {
	media int64
	Variant
}

func scanOwned(r *sql.Rows) (owned, error) {
	var v owned
	err := r.Scan(&v.media, &v.Name, &v.MIME, &v.Width, &v.Height, &v.Bytes)
	return v, err
}

// batch is how many ids one statement asks for. A shorter list is filled up
// with 0, which no medium has.
const batch = 16

const inBatch = ` IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

// load reads the media with the ids, up to batch of them, with their variants.
func load(ctx context.Context, q db.Querier, ids []int64, into map[int64]Medium) error {
	if len(ids) == 1 {
		rows, err := q.Query(ctx, `SELECT `+columns+` FROM media m WHERE m.id = $1`, ids[0])
		media, err := db.All(rows, err, scanMedium)
		if err != nil || len(media) == 0 {
			return err
		}
		variants, err := variantsOf(ctx, q, ids[0])
		media[0].Variants = variants
		into[ids[0]] = media[0]
		return err
	}
	args := make([]any, batch)
	for i := range args {
		args[i] = int64(0)
		if i < len(ids) {
			args[i] = ids[i]
		}
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM media m WHERE m.id`+inBatch, args...)
	media, err := db.All(rows, err, scanMedium)
	if err != nil {
		return err
	}
	rows, err = q.Query(ctx, `SELECT media_id, name, mime, width, height, bytes FROM media_variant WHERE media_id`+inBatch+` ORDER BY media_id, name`, args...)
	variants, err := db.All(rows, err, scanOwned)
	if err != nil {
		return err
	}
	for _, m := range media {
		into[m.ID] = m
	}
	for _, v := range variants {
		m := into[v.media]
		m.Variants = append(m.Variants, v.Variant)
		into[v.media] = m
	}
	return nil
}

func variantsOf(ctx context.Context, q db.Querier, id int64) ([]Variant, error) {
	rows, err := q.Query(ctx, `SELECT media_id, name, mime, width, height, bytes FROM media_variant WHERE media_id = $1 ORDER BY name`, id)
	all, err := db.All(rows, err, scanOwned)
	if err != nil {
		return nil, err
	}
	out := make([]Variant, len(all))
	for i, v := range all {
		out[i] = v.Variant
	}
	return out, nil
}

// insertMedium adds a medium without a file.
func insertMedium(ctx context.Context, tx *db.Tx, m Medium) error {
	_, err := tx.Exec(ctx, `INSERT INTO media (id, token, kind, slug, file_name, title, caption, credit, alt, description,
			focal_x, focal_y, parent, source_url, meta, state, created_at, updated_at, uploader)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		m.ID, m.Token, string(m.Kind), m.Slug, m.FileName, m.Title, m.Caption, m.Credit, m.Alt, m.Description,
		m.FocalX, m.FocalY, m.Parent, m.SourceURL, encode(m.Meta), string(StateMissing), m.CreatedAt, m.UpdatedAt, m.Uploader)
	return err
}

// updateWords writes what people edit; the file's own columns stay.
func updateWords(ctx context.Context, tx *db.Tx, m Medium) error {
	_, err := tx.Exec(ctx, `UPDATE media SET kind = $2, slug = $3, file_name = $4, title = $5, caption = $6, credit = $7, alt = $8,
			description = $9, focal_x = $10, focal_y = $11, parent = $12, source_url = $13, meta = $14, updated_at = $15, indexed = 0
		WHERE id = $1`,
		m.ID, string(m.Kind), m.Slug, m.FileName, m.Title, m.Caption, m.Credit, m.Alt,
		m.Description, m.FocalX, m.FocalY, m.Parent, m.SourceURL, encode(m.Meta), m.UpdatedAt)
	return err
}

// updateEdited writes what a person changed at the desk.
func updateEdited(ctx context.Context, tx *db.Tx, m Medium) error {
	_, err := tx.Exec(ctx, `UPDATE media SET title = $2, caption = $3, credit = $4, alt = $5, description = $6, rights_holder = $7,
			licence = $8, rights_note = $9, rights_expire = $10, focal_x = $11, focal_y = $12, crop = $13, revision = $14, updated_at = $15
		WHERE id = $1`,
		m.ID, m.Title, m.Caption, m.Credit, m.Alt, m.Description, m.Rights.Holder,
		m.Rights.Licence, m.Rights.Note, int64(m.Rights.Expire), m.FocalX, m.FocalY, m.Crop.String(), m.Revision, m.UpdatedAt)
	return err
}

// updateFile writes what is known of a medium's file, and the words that the
// file may have filled in.
func updateFile(ctx context.Context, tx *db.Tx, m Medium) error {
	n, err := tx.Exec(ctx, `UPDATE media SET kind = $2, mime = $3, bytes = $4, width = $5, height = $6, duration_ms = $7, sha256 = $8,
			placeholder = $9, state = $10, meta = $11, caption = $12, credit = $13, alt = $14, file_name = $15, updated_at = $16,
			title = $17, rights_holder = $18, focal_x = $19, focal_y = $20, crop = $21, indexed = 0
		WHERE id = $1`,
		m.ID, string(m.Kind), m.MIME, m.Bytes, m.Width, m.Height, m.DurationMS, m.SHA256,
		m.Placeholder, string(m.State), encode(m.Meta), m.Caption, m.Credit, m.Alt, m.FileName, m.UpdatedAt,
		m.Title, m.Rights.Holder, m.FocalX, m.FocalY, m.Crop.String())
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "no medium %d", m.ID)
	}
	return err
}

// replaceVariants makes the medium's variants exactly those in want.
func replaceVariants(ctx context.Context, tx *db.Tx, id int64, want []Variant) error {
	if _, err := tx.Exec(ctx, `DELETE FROM media_variant WHERE media_id = $1`, id); err != nil {
		return err
	}
	for _, v := range want {
		_, err := tx.Exec(ctx, `INSERT INTO media_variant (media_id, name, mime, width, height, bytes) VALUES ($1, $2, $3, $4, $5, $6)`,
			id, v.Name, v.MIME, v.Width, v.Height, v.Bytes)
		if err != nil {
			return err
		}
	}
	return nil
}

func setState(ctx context.Context, tx *db.Tx, m Medium) error {
	_, err := tx.Exec(ctx, `UPDATE media SET state = $2, meta = $3, updated_at = $4 WHERE id = $1`, m.ID, string(m.State), encode(m.Meta), m.UpdatedAt)
	return err
}

func setPublic(ctx context.Context, tx *db.Tx, id int64, public bool, now time.Time) (int64, error) {
	return tx.Exec(ctx, `UPDATE media SET public = $2, updated_at = $3 WHERE id = $1 AND public <> $2`, id, db.Bool(public), db.Micros(now))
}

// encode returns a map as the JSON that is stored; no map is an empty object.
func encode(meta map[string]string) string {
	if len(meta) == 0 {
		return "{}"
	}
	b, _ := json.Marshal(meta) // strings always encode
	return string(b)
}
