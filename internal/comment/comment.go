// Package comment keeps what readers say under articles.
//
// A comment belongs to one article and one thread: root_id and root_at repeat
// the thread's first comment. The address of a writer is sealed on arrival and
// no public read returns it or anything made from it. The article's
// comment_count is the exact number of its approved comments, changed in the
// transaction that changes them. Tables: comment, article (comment_count).
package comment

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/richtext"
	"dateline/internal/vault"
)

// Kind tells what readers wrote from what other sites sent.
type Kind string

// The kinds.
const (
	KindComment   Kind = "comment"
	KindPingback  Kind = "pingback"
	KindTrackback Kind = "trackback"
)

// Status is what moderation decided.
type Status string

// The statuses. Only approved comments are public.
const (
	StatusApproved Status = "approved"
	StatusPending  Status = "pending"
	StatusSpam     Status = "spam"
	StatusBinned   Status = "binned"
)

// Comment is one comment. Email is given when writing and never returned by
// the public reads.
type Comment struct {
	ID      int64
	Article int64
	Parent  int64 // 0 at the top
	Root    int64
	OldID   int64 // number in the system it was imported from, for #comment-N
	Kind    Kind
	Status  Status
	Name    string
	URL     string // http or https, or ""
	Email   string
	Profile int64 // of the author who wrote it, 0 for a reader
	Body    richtext.Doc
	Created time.Time

	Staff   int64 // the colleague who wrote it, 0 for a reader
	Likes   int64
	Replies int64 // direct ones that are shown
	Rank    int64 // place of a thread among the best
	Picked  bool  // by the editors
	Edited  time.Time
	Removed time.Time
	Public  time.Time // when it became public
	Changed time.Time // when readers last had to see something new of it
	Shown   bool      // it, or its place, is on readers' pages
}

// Legible tells whether readers may read a comment. One that is Shown and not
// legible is a place that was answered: pages say that a comment was here.
func (c *Comment) Legible() bool { return c.Status == StatusApproved && c.Removed.IsZero() }

// Store writes and reads comments.
type Store struct {
	vault *vault.Vault
}

// NewStore seals addresses with v.
func NewStore(v *vault.Vault) *Store { return &Store{vault: v} }

const purposeEmail = "comment.email"

// PutTx adds a comment or replaces the one with its id, and keeps the counts of
// its articles exact. The parent must be there already; one that is missing, on
// another article or below c itself makes the comment start a thread of its
// own. What answers c moves with it.
func (s *Store) PutTx(ctx context.Context, tx *db.Tx, c Comment) error {
	if c.Name == "" && c.Kind == KindComment {
		c.Name = "Anonymous"
	}
	was, err := standing(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	at, err := place(ctx, tx, &c, was)
	if err != nil {
		return err
	}
	if err := s.write(ctx, tx, &c, at); err != nil {
		return err
	}
	tx.Purge(db.Key("comments", c.Article), "comments")
	if was.article == 0 || was.article == c.Article && was.thread == at {
		return recount(ctx, tx, was, &c)
	}
	if err := moveReplies(ctx, tx, was.thread.Root, &c, at); err != nil {
		return err
	}
	if was.article == c.Article {
		return recount(ctx, tx, was, &c)
	}
	tx.Purge(db.Key("comments", was.article))
	return countAgain(ctx, tx, was.article, c.Article)
}

func (s *Store) write(ctx context.Context, tx *db.Tx, c *Comment, at Cursor) error {
	body, err := json.Marshal(c.Body)
	if err != nil {
		return err
	}
	sealed, index, public := "", "", int64(0)
	if c.Status == StatusApproved {
		public = db.Micros(c.Created)
	}
	if c.Email != "" {
		sealed, index = s.vault.Seal(purposeEmail, c.Email), s.vault.Index(purposeEmail, c.Email)
	}
	_, err = tx.Exec(ctx, `INSERT INTO comment (id, article_id, parent_id, root_id, root_at, old_id, kind, status, author_name,
			author_url, email_sealed, email_index, profile_id, body, created_at, shown, public_at, changed_at, rank)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $15, $15)
		ON CONFLICT (id) DO UPDATE SET article_id = excluded.article_id, parent_id = excluded.parent_id, root_id = excluded.root_id,
			root_at = excluded.root_at, status = excluded.status, author_name = excluded.author_name, author_url = excluded.author_url,
			email_sealed = excluded.email_sealed, email_index = excluded.email_index, profile_id = excluded.profile_id,
			body = excluded.body, created_at = excluded.created_at, shown = excluded.shown, public_at = excluded.public_at,
			changed_at = excluded.changed_at, rank = excluded.rank`,
		c.ID, c.Article, c.Parent, at.Root, at.At, c.OldID, string(c.Kind), string(c.Status), c.Name,
		c.URL, sealed, index, c.Profile, string(body), db.Micros(c.Created), db.Bool(c.Status == StatusApproved), public)
	return err
}

// former is what was stored of a comment before; zero for a new one.
type former struct {
	article int64
	status  Status
	thread  Cursor
}

func standing(ctx context.Context, q db.Querier, id int64) (former, error) {
	var f former
	err := q.QueryRow(ctx, `SELECT article_id, status, root_at, root_id FROM comment WHERE id = $1`, id).
		Scan(&f.article, &f.status, &f.thread.At, &f.thread.Root)
	if fault.Is(err, fault.NotFound) {
		return former{}, nil
	}
	return f, err
}

// place sets parent and root of c and returns its thread.
func place(ctx context.Context, q db.Querier, c *Comment, was former) (Cursor, error) {
	if c.Parent != 0 {
		at, err := threadOf(ctx, q, c, was)
		if err == nil {
			c.Root = at.Root
			return at, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return at, err
		}
	}
	c.Parent, c.Root = 0, c.ID
	return Cursor{At: db.Micros(c.Created), Root: c.ID}, nil
}

// threadOf is the thread of c's parent, NotFound when c cannot be below it.
func threadOf(ctx context.Context, q db.Querier, c *Comment, was former) (Cursor, error) {
	var at Cursor
	var article int64
	err := q.QueryRow(ctx, `SELECT root_at, root_id, article_id FROM comment WHERE id = $1`, c.Parent).Scan(&at.At, &at.Root, &article)
	if err != nil {
		return at, err
	}
	circle := false
	if was.article != 0 { // nothing answers a new comment yet
		if circle, err = answers(ctx, q, c.Parent, c.ID); err != nil {
			return at, err
		}
	}
	if circle || article != c.Article {
		return at, fault.New(fault.NotFound, "no such thread")
	}
	return at, nil
}

// answers reports whether a comment is another or stands below it.
func answers(ctx context.Context, q db.Querier, id, other int64) (bool, error) {
	var n int64
	err := q.QueryRow(ctx, `WITH RECURSIVE up (id, parent) AS (
			SELECT id, parent_id FROM comment WHERE id = $1
			UNION SELECT c.id, c.parent_id FROM comment c JOIN up ON c.id = up.parent
		) SELECT COUNT(*) FROM up WHERE id = $2`, id, other).Scan(&n)
	return n > 0, err
}

// moveReplies takes what stands below c along into its present thread.
func moveReplies(ctx context.Context, tx *db.Tx, root int64, c *Comment, to Cursor) error {
	if root == c.ID { // the whole thread
		_, err := tx.Exec(ctx, `UPDATE comment SET article_id = $1, root_id = $2, root_at = $3 WHERE root_id = $4`,
			c.Article, to.Root, to.At, root)
		return err
	}
	_, err := tx.Exec(ctx, `WITH RECURSIVE below (id) AS (
			SELECT id FROM comment WHERE root_id = $1 AND parent_id = $2
			UNION SELECT c.id FROM comment c JOIN below b ON c.root_id = $1 AND c.parent_id = b.id
		) UPDATE comment SET article_id = $3, root_id = $4, root_at = $5 WHERE id IN (SELECT id FROM below)`,
		root, c.ID, c.Article, to.Root, to.At)
	return err
}

// recount keeps the article's count when one of its comments came or changed.
func recount(ctx context.Context, tx *db.Tx, was former, is *Comment) error {
	delta := 0
	if is.Status == StatusApproved {
		delta++
	}
	if was.status == StatusApproved {
		delta--
	}
	if delta == 0 {
		return nil
	}
	showsCount(tx, is.Article)
	_, err := tx.Exec(ctx, `UPDATE article SET comment_count = comment_count + $1 WHERE id = $2`, delta, is.Article)
	return err
}

// countAgain counts the comments of articles between which some moved.
func countAgain(ctx context.Context, tx *db.Tx, articles ...int64) error {
	for _, id := range articles {
		showsCount(tx, id)
		if _, err := tx.Exec(ctx, `UPDATE article SET comment_count =
			(SELECT COUNT(*) FROM comment WHERE article_id = $1 AND status = 'approved') WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

// showsCount drops the pages that print an article's count: its own, lists, and
// the front, which orders articles by it.
func showsCount(tx *db.Tx, article int64) { tx.Purge(db.Key("article", article), "front") }

const columns = `c.id, c.article_id, c.parent_id, c.root_id, c.old_id, c.kind, c.status, c.author_name, c.author_url, c.profile_id, c.body, c.created_at,
	c.staff_id, c.likes, c.replies, c.rank, c.picked, c.edited_at, c.removed_at, c.public_at, c.changed_at, c.shown`

func scan(r *sql.Rows) (Comment, error) {
	var c Comment
	var body []byte
	var created, edited, removed, public, changed int64
	if err := r.Scan(&c.ID, &c.Article, &c.Parent, &c.Root, &c.OldID, &c.Kind, &c.Status, &c.Name, &c.URL, &c.Profile, &body, &created,
		&c.Staff, &c.Likes, &c.Replies, &c.Rank, &c.Picked, &edited, &removed, &public, &changed, &c.Shown); err != nil {
		return c, err
	}
	c.Created, c.Edited, c.Removed, c.Public, c.Changed = db.Time(created), db.Time(edited), db.Time(removed), db.Time(public), db.Time(changed)
	return c, json.Unmarshal(body, &c.Body)
}

// Cursor is the place of a thread in an article's list: when it began and the
// id of its first comment.
type Cursor struct{ At, Root int64 }

func (c Cursor) before(d Cursor) bool { return c.At < d.At || c.At == d.At && c.Root < d.Root }

// Page is some threads of an article, oldest first, their comments in the
// order of threads and then time.
type Page struct {
	Comments []Comment
	Next     Cursor // zero on the last page
}

// PageLimit is how many comments one page holds at most: a thread that would go
// beyond it begins the next page, and of a single longer thread the rest is not
// shown.
const PageLimit = 1000

// NextPage returns where the page after the one that begins behind a cursor
// starts, the zero cursor when there is none.
func NextPage(ctx context.Context, q db.Querier, article int64, after Cursor, n int) (Cursor, error) {
	end, err := pageEnd(ctx, q, article, after, n)
	if err != nil || end == (Cursor{}) {
		return Cursor{}, err
	}
	return next(ctx, q, article, end)
}

// next is end when comments follow it, else the zero cursor.
func next(ctx context.Context, q db.Querier, article int64, end Cursor) (Cursor, error) {
	_, err := threadAt(ctx, q, article, end, 0)
	if fault.Is(err, fault.NotFound) {
		return Cursor{}, nil
	}
	return end, err
}

// pageEnd is the last thread of the page behind a cursor, zero when the page
// goes to the end.
func pageEnd(ctx context.Context, q db.Querier, article int64, after Cursor, n int) (Cursor, error) {
	var end Cursor
	err := q.QueryRow(ctx, `SELECT root_at, root_id FROM comment
		WHERE article_id = $1 AND status = 'approved' AND parent_id = 0 AND (root_at, root_id) > ($2, $3)
		ORDER BY root_at, root_id LIMIT 1 OFFSET $4`, article, after.At, after.Root, n-1).Scan(&end.At, &end.Root)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return end, err
	}
	over, err := threadAt(ctx, q, article, after, PageLimit)
	if fault.Is(err, fault.NotFound) || err == nil && end != (Cursor{}) && end.before(over) {
		return end, nil
	}
	if err != nil {
		return end, err
	}
	// The page ends with the thread before the one that does not fit, or inside
	// that one when it is the first.
	err = q.QueryRow(ctx, `SELECT root_at, root_id FROM comment
		WHERE article_id = $1 AND status = 'approved' AND (root_at, root_id) > ($2, $3) AND (root_at, root_id) < ($4, $5)
		ORDER BY root_at DESC, root_id DESC LIMIT 1`, article, after.At, after.Root, over.At, over.Root).Scan(&end.At, &end.Root)
	if fault.Is(err, fault.NotFound) {
		return over, nil
	}
	return end, err
}

// threadAt is the thread of the approved comment that stands n places behind
// the first one after a cursor.
func threadAt(ctx context.Context, q db.Querier, article int64, after Cursor, n int) (Cursor, error) {
	var c Cursor
	err := q.QueryRow(ctx, `SELECT root_at, root_id FROM comment WHERE article_id = $1 AND status = 'approved' AND (root_at, root_id) > ($2, $3)
		ORDER BY root_at, root_id, created_at, id LIMIT 1 OFFSET $4`, article, after.At, after.Root, n).Scan(&c.At, &c.Root)
	return c, err
}

// Threads returns the approved comments of up to n threads after a cursor, at
// most PageLimit. The caller has made sure that the article may be seen.
func Threads(ctx context.Context, q db.Querier, article int64, after Cursor, n int) (Page, error) {
	var page Page
	end, err := pageEnd(ctx, q, article, after, n)
	if err != nil {
		return page, err
	}
	if end == (Cursor{}) {
		end.At = 1 << 62
	} else if page.Next, err = next(ctx, q, article, end); err != nil {
		return page, err
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c
		WHERE c.article_id = $1 AND c.status = 'approved' AND (c.root_at, c.root_id) > ($2, $3) AND (c.root_at, c.root_id) <= ($4, $5)
		ORDER BY c.root_at, c.root_id, c.created_at, c.id LIMIT $6`,
		article, after.At, after.Root, end.At, end.Root, PageLimit)
	page.Comments, err = db.All(rows, err, scan)
	return page, err
}

// Latest returns the newest approved comments on listed articles, or on one
// article when it is not 0, for feeds.
func Latest(ctx context.Context, q db.Querier, article int64, limit int) ([]Comment, error) {
	if article != 0 {
		rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c WHERE c.article_id = $1 AND c.status = 'approved'
			ORDER BY c.created_at DESC, c.id DESC LIMIT $2`, article, limit)
		return db.All(rows, err, scan)
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c JOIN article a ON a.id = c.article_id
		WHERE c.status = 'approved' AND a.public = 1 ORDER BY c.created_at DESC, c.id DESC LIMIT $1`, limit)
	return db.All(rows, err, scan)
}
