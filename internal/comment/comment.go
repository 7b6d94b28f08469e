package comment

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/mail"
	"dateline/internal/richtext"
	"dateline/internal/vault"
)

// Kind tells what readers wrote from what other sites sent.
type Kind string

// The kinds.
const (
	KindComment    Kind = "comment"
	KindPingback   Kind = "pingback"
	KindTrackback  Kind = "trackback"
	KindWebmention Kind = "webmention"
)

// Status is what moderation decided.
type Status string

// The statuses. Only approved comments are public.
const (
	StatusApproved Status = "approved"
	StatusPending  Status = "pending"
	StatusSpam     Status = "spam"
	StatusBinned   Status = "binned"
	StatusRemoved  Status = "removed" // by its writer: only its place is left
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
	Avatar  int64 // from which colour and pattern of its picture follow; 0: from the name
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
// own. What answers c moves with it. A comment that its writer removed stays so.
func (s *Store) PutTx(ctx context.Context, tx *db.Tx, c Comment) error {
	if c.Name == "" && c.Kind == KindComment {
		c.Name = "Anonymous"
	}
	was, err := standing(ctx, tx, c.ID)
	if err != nil || !was.Removed.IsZero() {
		return err
	}
	at, err := place(ctx, tx, &c, was)
	if err != nil {
		return err
	}
	tx.PurgeSoon(db.Key("comments", c.Article), "comments")
	t := newTally(db.Micros(c.Created))
	if was.Article == 0 {
		return s.add(ctx, tx, t, c, at)
	}
	if err := s.replace(ctx, tx, &c, at); err != nil {
		return err
	}
	if was.Article == c.Article && was.thread == at && was.Parent == c.Parent {
		return s.turned(ctx, tx, t, was, &c)
	}
	if err := moveReplies(ctx, tx, was.thread.Root, &c, at); err != nil {
		return err
	}
	tx.PurgeSoon(db.Key("comments", was.Article))
	for _, root := range []int64{was.thread.Root, at.Root} {
		if err := mend(ctx, tx, root); err != nil {
			return err
		}
	}
	return countAgain(ctx, tx, was.Article, c.Article)
}

// add writes a new comment as it will stand.
func (s *Store) add(ctx context.Context, tx *db.Tx, t *tally, c Comment, at Cursor) error {
	body, err := json.Marshal(c.Body)
	if err != nil {
		return err
	}
	sealed, index := s.sealed(&c)
	if c.Shown = c.Status == StatusApproved; c.Shown {
		c.Public = c.Created
	}
	c.Avatar = avatarOf(s.vault, c.Article, index, c.Name)
	if _, err := tx.Exec(ctx, `INSERT INTO comment (id, article_id, parent_id, root_id, root_at, old_id, kind, status, author_name,
			author_url, email_sealed, email_index, profile_id, body, created_at, shown, public_at, changed_at, rank, avatar, picked, edited_at, likes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $15, $18, $19, $20, $21, $22)`,
		c.ID, c.Article, c.Parent, at.Root, at.At, c.OldID, string(c.Kind), string(c.Status), c.Name,
		c.URL, sealed, index, c.Profile, string(body), db.Micros(c.Created), db.Bool(c.Shown), db.Micros(c.Public), rankOf(db.Micros(c.Created), c.Likes, 0), c.Avatar,
		db.Bool(c.Picked), db.Micros(c.Edited), c.Likes); err != nil {
		return err
	}
	t.came(&c)
	return t.flush(ctx, tx)
}

// replace writes what an import says of a comment that is there, but for its
// status, which turned gives it.
func (s *Store) replace(ctx context.Context, tx *db.Tx, c *Comment, at Cursor) error {
	body, err := json.Marshal(c.Body)
	if err != nil {
		return err
	}
	sealed, index := s.sealed(c)
	_, err = tx.Exec(ctx, `UPDATE comment SET article_id = $1, parent_id = $2, root_id = $3, root_at = $4, author_name = $5, author_url = $6, email_sealed = $7, email_index = $8,
			profile_id = $9, body = $10, created_at = $11, avatar = $12, status = $13, changed_at = $14 WHERE id = $15`,
		c.Article, c.Parent, at.Root, at.At, c.Name, c.URL, sealed, index, c.Profile, string(body), db.Micros(c.Created), avatarOf(s.vault, c.Article, index, c.Name),
		string(c.Status), db.Micros(c.Created), c.ID)
	return err
}

// sealed is a writer's address as it is kept.
func (s *Store) sealed(c *Comment) (sealed, index string) {
	if c.Email == "" {
		return "", ""
	}
	key := strings.ToLower(strings.TrimSpace(c.Email))
	if box, ok := mail.ParseMailbox(c.Email); ok {
		key = box.Box
	}
	return s.vault.Seal(purposeEmail, c.Email), s.vault.Index(purposeEmail, key)
}

// turned gives a comment that stays where it is its new status.
func (s *Store) turned(ctx context.Context, tx *db.Tx, t *tally, was former, c *Comment) error {
	k := kept{Comment: was.Comment}
	k.ID, k.Created, k.Changed = c.ID, c.Created, c.Created
	if k.Public.IsZero() {
		k.Public = c.Created
	}
	if err := t.turn(ctx, tx, &k, c.Status, 0); err != nil {
		return err
	}
	return t.flush(ctx, tx)
}

// former is what was stored of a comment before; zero for a new one.
type former struct {
	Comment
	thread Cursor
}

func standing(ctx context.Context, q db.Querier, id int64) (former, error) {
	var f former
	var removed, public int64
	err := q.QueryRow(ctx, `SELECT article_id, status, parent_id, root_at, root_id, removed_at, public_at, shown, replies FROM comment WHERE id = $1`, id).
		Scan(&f.Article, &f.Status, &f.Parent, &f.thread.At, &f.thread.Root, &removed, &public, &f.Shown, &f.Replies)
	if fault.Is(err, fault.NotFound) {
		return former{}, nil
	}
	f.Removed, f.Public = db.Time(removed), db.Time(public)
	return f, err
}

// mend works out anew what readers see of a thread in which comments moved.
func mend(ctx context.Context, tx *db.Tx, root int64) error {
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM comment c WHERE c.root_id = $1 ORDER BY c.id`, root)
	all, err := db.All(rows, err, scan)
	if err != nil {
		return err
	}
	byParent := map[int64][]*Comment{}
	for i := range all {
		byParent[all[i].Parent] = append(byParent[all[i].Parent], &all[i])
	}
	var below func(c *Comment) int64
	below = func(c *Comment) (replies int64) {
		for _, answer := range byParent[c.ID] {
			if below(answer) > 0 || answer.Legible() {
				replies++
			}
		}
		c.Replies, c.Shown = replies, c.Legible() || replies > 0
		return replies
	}
	for _, c := range byParent[0] {
		below(c)
	}
	for i := range all {
		c := &all[i]
		public := int64(0)
		if c.Legible() {
			public = db.Micros(c.Created)
		}
		if _, err := tx.Exec(ctx, `UPDATE comment SET replies = $1, shown = $2, rank = $3, public_at = CASE WHEN public_at > 0 THEN public_at ELSE CAST($4 AS BIGINT) END WHERE id = $5`,
			c.Replies, db.Bool(c.Shown), rankOf(db.Micros(c.Created), c.Likes, c.Replies), public, c.ID); err != nil {
			return err
		}
	}
	return nil
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
	if was.Article != 0 { // nothing answers a new comment yet
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

// countAgain counts the comments of articles between which some moved.
func countAgain(ctx context.Context, tx *db.Tx, articles ...int64) error {
	for _, id := range articles {
		showsCount(tx, id)
		if _, err := tx.Exec(ctx, `UPDATE article SET comment_count =
			(SELECT COUNT(*) FROM comment WHERE article_id = $1 AND status = 'approved' AND removed_at = 0) WHERE id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

// showsCount drops the pages that print an article's count: its own, lists, and
// the front, which orders articles by it.
func showsCount(tx *db.Tx, article int64) { tx.PurgeSoon(db.Key("article", article), "front") }

const columns = `c.id, c.article_id, c.parent_id, c.root_id, c.old_id, c.kind, c.status, c.author_name, c.author_url, c.profile_id, c.body, c.created_at,
	c.staff_id, c.likes, c.replies, c.rank, c.picked, c.edited_at, c.removed_at, c.public_at, c.changed_at, c.shown, c.avatar`

func scan(r *sql.Rows) (Comment, error) {
	var c Comment
	var body []byte
	var created, edited, removed, public, changed int64
	if err := r.Scan(&c.ID, &c.Article, &c.Parent, &c.Root, &c.OldID, &c.Kind, &c.Status, &c.Name, &c.URL, &c.Profile, &body, &created,
		&c.Staff, &c.Likes, &c.Replies, &c.Rank, &c.Picked, &edited, &removed, &public, &changed, &c.Shown, &c.Avatar); err != nil {
		return c, err
	}
	c.Created, c.Edited, c.Removed, c.Public, c.Changed = db.Time(created), db.Time(edited), db.Time(removed), db.Time(public), db.Time(changed)
	return c, json.Unmarshal(body, &c.Body)
}
