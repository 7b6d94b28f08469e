package article

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"

	"dateline/internal/db"
	"dateline/internal/fault"
)

const columns = `a.id, a.type, a.status, a.access, a.password_hash, a.slug, a.path, a.parent_id, a.menu_order,
	a.revision, a.live_version, a.working_version, a.public, a.headline, a.standfirst, a.excerpt, a.kicker, a.kind,
	a.language, a.lead_media, a.section_id, a.byline_text, a.word_count, a.comment_count, a.comments_open, a.pinned,
	a.noindex, a.related, a.withdrawn_reason, a.first_published, a.updated_at, a.modified_at, a.created_at,
	a.scheduled_at, a.embargo_until, a.owner_id, a.assignee_id, a.due_at, a.changed_at`

type scanner interface{ Scan(...any) error }

// scanArticle scans columns, and what stands behind them into more.
func scanArticle(r scanner, more ...any) (Article, error) {
	var a Article
	var related string
	var first, updated, modified, created, scheduled, embargo, due, changed int64
	err := r.Scan(append([]any{&a.ID, &a.Type, &a.Status, &a.Access, &a.PasswordHash, &a.Slug, &a.Path, &a.ParentID, &a.MenuOrder,
		&a.Revision, &a.LiveVersion, &a.WorkingVersion, &a.Public, &a.Headline, &a.Standfirst, &a.Excerpt, &a.Kicker, &a.Kind,
		&a.Language, &a.LeadMedia, &a.SectionID, &a.BylineText, &a.WordCount, &a.CommentCount, &a.CommentsOpen, &a.Pinned,
		&a.NoIndex, &related, &a.WithdrawnReason, &first, &updated, &modified, &created, &scheduled, &embargo,
		&a.Owner, &a.Assignee, &due, &changed}, more...)...)
	if err != nil {
		return a, err
	}
	a.FirstPublished, a.Updated = db.Time(first), db.Time(updated)
	a.Modified, a.Created = db.Time(modified), db.Time(created)
	a.ScheduledAt, a.EmbargoUntil = db.Time(scheduled), db.Time(embargo)
	a.Due, a.Changed = db.Time(due), db.Time(changed)
	if related != "[]" {
		err = json.Unmarshal([]byte(related), &a.Related)
	}
	return a, err
}

func scanRow(r *sql.Rows) (Article, error) { return scanArticle(r) }

// byID reads the standing record whatever its state: for writers only.
func byID(ctx context.Context, q db.Querier, id int64) (Article, error) {
	return scanArticle(q.QueryRow(ctx, `SELECT `+columns+` FROM article a WHERE a.id = $1`, id))
}

func idsJSON(ids []int64) string {
	if len(ids) == 0 {
		return "[]"
	}
	raw, _ := json.Marshal(ids) // integers always encode
	return string(raw)
}

func insertArticle(ctx context.Context, tx *db.Tx, a *Article) error {
	_, err := tx.Exec(ctx, `INSERT INTO article (id, type, status, access, password_hash, slug, path, parent_id, menu_order,
		revision, live_version, working_version, public, headline, standfirst, excerpt, kicker, kind, language, lead_media,
		section_id, byline_text, word_count, comments_open, pinned, noindex, related, withdrawn_reason, first_published, updated_at,
		modified_at, created_at, scheduled_at, embargo_until, changed_at, owner_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
			$21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)`, append(articleArgs(a), a.Owner)...)
	return err
}

// updateArticle writes the record under the revision it was read at and
// returns Conflict when somebody else wrote in between. comment_count belongs
// to the comment package, owner and assignment to Assign; they are left alone.
func updateArticle(ctx context.Context, tx *db.Tx, a *Article) error {
	args := append(articleArgs(a), a.Revision-1)
	n, err := tx.Exec(ctx, `UPDATE article SET type = $2, status = $3, access = $4, password_hash = $5, slug = $6, path = $7,
		parent_id = $8, menu_order = $9, revision = $10, live_version = $11, working_version = $12, public = $13,
		headline = $14, standfirst = $15, excerpt = $16, kicker = $17, kind = $18, language = $19, lead_media = $20,
		section_id = $21, byline_text = $22, word_count = $23, comments_open = $24, pinned = $25,
		noindex = $26, related = $27, withdrawn_reason = $28, first_published = $29, updated_at = $30, modified_at = $31,
		created_at = $32, scheduled_at = $33, embargo_until = $34, changed_at = $35
		WHERE id = $1 AND revision = $36`, args...)
	if err == nil && n == 0 {
		return stale(a.Headline)
	}
	return err
}

func stale(headline string) error {
	return fault.New(fault.Conflict, "%q was changed by somebody else since you opened it", headline).
		WithHint("load it again, compare, and save once more")
}

func articleArgs(a *Article) []any {
	return []any{a.ID, string(a.Type), string(a.Status), string(a.Access), a.PasswordHash, a.Slug, a.Path, a.ParentID,
		a.MenuOrder, a.Revision, a.LiveVersion, a.WorkingVersion, db.Bool(a.Public), a.Headline, a.Standfirst, a.Excerpt,
		a.Kicker, string(a.Kind), a.Language, a.LeadMedia, a.SectionID, a.BylineText, a.WordCount,
		db.Bool(a.CommentsOpen), db.Bool(a.Pinned), db.Bool(a.NoIndex), idsJSON(a.Related), a.WithdrawnReason,
		db.Micros(a.FirstPublished), db.Micros(a.Updated), db.Micros(a.Modified), db.Micros(a.Created),
		db.Micros(a.ScheduledAt), db.Micros(a.EmbargoUntil), db.Micros(a.Changed)}
}

// hashOf chains a version to the one before it: SHA-256 over the previous
// hash, the change, the note and the content, each followed by a zero byte.
func hashOf(prev string, change ChangeKind, note string, content []byte) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(prev), []byte(change), []byte(note), content} {
		h.Write(part)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

func insertVersion(ctx context.Context, tx *db.Tx, v *Version, content []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO version (id, article_id, number, prev_hash, hash, change, note, actor, created_at, content, published_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		v.ID, v.Article, v.Number, v.PrevHash, v.Hash, string(v.Change), v.Note, v.Actor, db.Micros(v.Created), string(content), db.Micros(v.Published))
	return err
}

const versionColumns = `id, article_id, number, prev_hash, hash, change, note, actor, created_at, content, published_at`

func scanVersion(r scanner) (Version, error) {
	var v Version
	var created, published int64
	var content []byte
	if err := r.Scan(&v.ID, &v.Article, &v.Number, &v.PrevHash, &v.Hash, &v.Change, &v.Note, &v.Actor, &created, &content, &published); err != nil {
		return v, err
	}
	v.Created, v.Published = db.Time(created), db.Time(published)
	if err := json.Unmarshal(content, &v.Content); err != nil {
		return v, fault.New(fault.Internal, "version %d of article %d is not readable: %w", v.Number, v.Article, err)
	}
	return v, nil
}

// versionByID reads a version with today's sections, tags and authors.
func versionByID(ctx context.Context, q db.Querier, id int64) (Version, error) {
	v, err := scanVersion(q.QueryRow(ctx, `SELECT `+versionColumns+` FROM version WHERE id = $1`, id))
	if err != nil {
		return v, err
	}
	return v, resolve(ctx, q, &v.Content)
}

// versionList returns the versions of an article, newest first, without their
// content.
func versionList(ctx context.Context, q db.Querier, articleID int64) ([]Version, error) {
	rows, err := q.Query(ctx, `SELECT id, number, hash, change, note, actor, created_at, published_at FROM version
		WHERE article_id = $1 ORDER BY number DESC LIMIT 2000`, articleID)
	return db.All(rows, err, func(r *sql.Rows) (Version, error) {
		v := Version{Article: articleID}
		var created, published int64
		err := r.Scan(&v.ID, &v.Number, &v.Hash, &v.Change, &v.Note, &v.Actor, &created, &published)
		v.Created, v.Published = db.Time(created), db.Time(published)
		return v, err
	})
}

func versionByNumber(ctx context.Context, q db.Querier, articleID, number int64) (Version, error) {
	v, err := scanVersion(q.QueryRow(ctx, `SELECT `+versionColumns+` FROM version WHERE article_id = $1 AND number = $2`, articleID, number))
	if fault.Is(err, fault.NotFound) {
		return v, fault.New(fault.NotFound, "the article has no version %d", number)
	}
	return v, err
}

// lastVersion returns number and hash of the newest version, zeros for none.
func lastVersion(ctx context.Context, q db.Querier, article int64) (number int64, hash string, err error) {
	err = q.QueryRow(ctx, `SELECT number, hash FROM version WHERE article_id = $1 ORDER BY number DESC LIMIT 1`, article).Scan(&number, &hash)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return number, hash, err
}

// VerifyChain recomputes the hashes of an article's versions and reports the
// first that does not follow from the one before it: history was rewritten.
func VerifyChain(ctx context.Context, q db.Querier, article int64) error {
	rows, err := q.Query(ctx, `SELECT number, prev_hash, hash, change, note, content FROM version WHERE article_id = $1 ORDER BY number`, article)
	if err != nil {
		return err
	}
	defer rows.Close()
	prev := ""
	for rows.Next() {
		var number int64
		var was, hash, note string
		var change ChangeKind
		var content []byte
		if err := rows.Scan(&number, &was, &hash, &change, &note, &content); err != nil {
			return err
		}
		if was != prev || hash != hashOf(was, change, note, content) {
			return fault.New(fault.Internal, "version %d of article %d is not what was published", number, article)
		}
		prev = hash
	}
	return rows.Err()
}
