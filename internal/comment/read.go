package comment

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/settings"
)

// What readers' pages read. The caller has made sure that the article may be
// seen. Nothing here counts or walks: every read is a range of an index with a
// limit, however many comments there are.

// PageLimit is how many comments one page holds at most. A page that would go
// beyond it ends earlier; of a single longer thread it shows the first ones,
// and Replies has the others.
const PageLimit = 200

// MostSkipped bounds how far Skip goes.
const MostSkipped = 20_000

// Cursor is a place in an order of threads or comments: what it is ordered by
// (a moment in microseconds, or the rank) and the id there. The zero cursor
// stands before everything.
type Cursor struct{ At, Root int64 }

// String writes a cursor as it stands in addresses.
func (c Cursor) String() string {
	return strconv.FormatInt(c.At, 36) + "_" + strconv.FormatInt(c.Root, 36)
}

// ParseCursor reads what String wrote. It is NotFound for anything else.
func ParseCursor(s string) (c Cursor, err error) {
	at, root, _ := strings.Cut(s, "_")
	if c.At, err = strconv.ParseInt(at, 36, 64); err == nil {
		c.Root, err = strconv.ParseInt(root, 36, 64)
	}
	if err != nil || c.String() != s {
		return Cursor{}, fault.New(fault.NotFound, "no such place in a list of comments")
	}
	return c, nil
}

// Page is some threads of an article in their order, the comments of a thread
// by time.
type Page struct {
	Comments []Comment
	Next     Cursor // after which the next page begins; zero on the last
	Cut      Cursor // after which Replies goes on with the only thread, when it is longer than the page
}

// head is the first comment of a thread.
type head struct{ at, rank, id int64 }

func scanHead(r *sql.Rows) (h head, err error) { return h, r.Scan(&h.at, &h.rank, &h.id) }

// Threads returns up to n threads after a cursor. order is one of
// settings.OrderOldest, OrderNewest and OrderBest.
func Threads(ctx context.Context, q db.Querier, article int64, order string, after Cursor, n int) (Page, error) {
	heads, err := heads(ctx, q, article, order, after, n+1)
	if err != nil || len(heads) == 0 {
		return Page{}, err
	}
	for shown := min(len(heads), n); ; shown = (shown + 1) / 2 {
		page := Page{}
		if shown < len(heads) {
			page.Next = heads[shown-1].cursor(order)
		}
		page.Comments, err = ofThreads(ctx, q, article, order, heads[0], heads[shown-1])
		switch {
		case err != nil:
			return Page{}, err
		case len(page.Comments) <= PageLimit:
			inOrder(page.Comments, heads)
			return page, nil
		case shown == 1:
			first, err := Replies(ctx, q, article, heads[0].id, Cursor{At: heads[0].at, Root: heads[0].id - 1}, PageLimit)
			page.Comments, page.Cut = first.Comments, first.Next
			return page, err
		}
	}
}

func (h head) cursor(order string) Cursor {
	if order == settings.OrderBest {
		return Cursor{h.rank, h.id}
	}
	return Cursor{h.at, h.id}
}

// heads returns the first comments of threads after a cursor.
func heads(ctx context.Context, q db.Querier, article int64, order string, after Cursor, n int) ([]head, error) {
	var rows *sql.Rows
	var err error
	if order != settings.OrderOldest && after == (Cursor{}) {
		after = Cursor{1<<63 - 1, 1<<63 - 1}
	}
	switch order {
	case settings.OrderNewest:
		rows, err = q.Query(ctx, `SELECT root_at, rank, id FROM comment WHERE article_id = $1 AND shown = 1 AND parent_id = 0 AND (root_at, root_id) < ($2, $3)
			ORDER BY root_at DESC, root_id DESC LIMIT $4`, article, after.At, after.Root, n)
	case settings.OrderBest:
		rows, err = q.Query(ctx, `SELECT root_at, rank, id FROM comment WHERE article_id = $1 AND shown = 1 AND parent_id = 0 AND (rank, id) < ($2, $3)
			ORDER BY rank DESC, id DESC LIMIT $4`, article, after.At, after.Root, n)
	default:
		if after == (Cursor{}) {
			after = Cursor{-1 << 63, 0} // some are older than 1970
		}
		rows, err = q.Query(ctx, `SELECT root_at, rank, id FROM comment WHERE article_id = $1 AND shown = 1 AND parent_id = 0 AND (root_at, root_id) > ($2, $3)
			ORDER BY root_at, root_id LIMIT $4`, article, after.At, after.Root, n)
	}
	return db.All(rows, err, scanHead)
}

// ofThreads returns all comments of the threads from first to last, in any order;
// one more than PageLimit when there are more.
func ofThreads(ctx context.Context, q db.Querier, article int64, order string, first, last head) ([]Comment, error) {
	if order == settings.OrderNewest {
		first, last = last, first
	}
	var rows *sql.Rows
	var err error
	if order == settings.OrderBest {
		rows, err = q.Query(ctx, `SELECT `+columns+` FROM comment h JOIN comment c ON c.article_id = h.article_id AND c.root_at = h.root_at AND c.root_id = h.id
			WHERE h.article_id = $1 AND h.shown = 1 AND h.parent_id = 0 AND c.shown = 1 AND (h.rank, h.id) <= ($2, $3) AND (h.rank, h.id) >= ($4, $5) LIMIT $6`,
			article, first.rank, first.id, last.rank, last.id, PageLimit+1)
	} else {
		rows, err = q.Query(ctx, `SELECT `+columns+` FROM comment c
			WHERE c.article_id = $1 AND c.shown = 1 AND (c.root_at, c.root_id) >= ($2, $3) AND (c.root_at, c.root_id) <= ($4, $5) LIMIT $6`,
			article, first.at, first.id, last.at, last.id, PageLimit+1)
	}
	return db.All(rows, err, scanShown)
}

// inOrder puts comments into the order of their threads, then by time.
func inOrder(list []Comment, heads []head) {
	place := map[int64]int{}
	for i, h := range heads {
		place[h.id] = i
	}
	slices.SortFunc(list, func(a, b Comment) int {
		return cmp.Or(cmp.Compare(place[a.Root], place[b.Root]), a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
}

// Replies returns the comments of one thread after a cursor (when one was
// written, and its id), by time.
func Replies(ctx context.Context, q db.Querier, article, root int64, after Cursor, n int) (Page, error) {
	var page Page
	var began int64
	err := q.QueryRow(ctx, `SELECT root_at FROM comment WHERE id = $1 AND article_id = $2`, root, article).Scan(&began)
	if err != nil {
		return page, err
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c
		WHERE c.article_id = $1 AND c.shown = 1 AND c.root_at = $2 AND c.root_id = $3 AND (c.created_at, c.id) > ($4, $5)
		ORDER BY c.created_at, c.id LIMIT $6`, article, began, root, after.At, after.Root, n+1)
	if page.Comments, err = db.All(rows, err, scanShown); err != nil {
		return page, err
	}
	if len(page.Comments) > n {
		page.Comments = page.Comments[:n]
		last := &page.Comments[n-1]
		page.Next = Cursor{db.Micros(last.Created), last.ID}
	}
	return page, nil
}

// Skip returns the cursor behind the first n threads, for the numbered pages of
// WordPress; NotFound when there are fewer, or none behind them.
func Skip(ctx context.Context, q db.Querier, article int64, order string, n int64) (Cursor, error) {
	if n <= 0 {
		return Cursor{}, nil
	}
	if n > MostSkipped {
		return Cursor{}, fault.New(fault.NotFound, "no such page of comments")
	}
	var h [2]head
	var query string
	switch order {
	case settings.OrderNewest:
		query = `SELECT root_at, rank, id FROM comment WHERE article_id = $1 AND shown = 1 AND parent_id = 0 ORDER BY root_at DESC, root_id DESC LIMIT 2 OFFSET $2`
	case settings.OrderBest:
		query = `SELECT root_at, rank, id FROM comment WHERE article_id = $1 AND shown = 1 AND parent_id = 0 ORDER BY rank DESC, id DESC LIMIT 2 OFFSET $2`
	default:
		query = `SELECT root_at, rank, id FROM comment WHERE article_id = $1 AND shown = 1 AND parent_id = 0 ORDER BY root_at, root_id LIMIT 2 OFFSET $2`
	}
	rows, err := q.Query(ctx, query, article, n-1)
	found, err := db.All(rows, err, scanHead)
	if err != nil {
		return Cursor{}, err
	}
	if copy(h[:], found) < 2 {
		return Cursor{}, fault.New(fault.NotFound, "no such page of comments")
	}
	return h[0].cursor(order), nil
}

// Before returns the cursor after which the page begins that has a comment's
// thread first, in an order.
func Before(ctx context.Context, q db.Querier, c *Comment, order string) (Cursor, error) {
	var h head
	err := q.QueryRow(ctx, `SELECT root_at, rank, id FROM comment WHERE id = $1`, c.Root).Scan(&h.at, &h.rank, &h.id)
	at := h.cursor(order)
	if order == settings.OrderOldest {
		at.Root--
	} else {
		at.Root++
	}
	return at, err
}

// Get returns one comment as readers may see it, NotFound when they may not.
func Get(ctx context.Context, q db.Querier, id int64) (Comment, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c WHERE c.id = $1 AND c.shown = 1`, id)
	found, err := db.All(rows, err, scanShown)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "there is no such comment")
	}
	if err != nil {
		return Comment{}, err
	}
	return found[0], nil
}

// Since returns what changed on an article after a cursor (when it changed, and
// the id), in that order, n rows at most; next is where to go on. One that is
// no longer shown comes with nothing but its number.
func Since(ctx context.Context, q db.Querier, article int64, after Cursor, n int) (list []Comment, next Cursor, err error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c WHERE c.article_id = $1 AND (c.changed_at, c.id) > ($2, $3)
		ORDER BY c.changed_at, c.id LIMIT $4`, article, after.At, after.Root, n)
	all, err := db.All(rows, err, scanShown)
	if err != nil {
		return nil, after, err
	}
	next = after
	for _, c := range all {
		next = Cursor{db.Micros(c.Changed), c.ID}
		if c.Shown || !c.Public.IsZero() { // others were never seen
			list = append(list, c)
		}
	}
	return list, next, nil
}

// Latest returns the newest public comments on listed articles, or on one
// article when it is not 0, for feeds.
func Latest(ctx context.Context, q db.Querier, article int64, limit int) ([]Comment, error) {
	if article != 0 {
		rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c WHERE c.article_id = $1 AND c.shown = 1 AND c.status = 'approved' AND c.removed_at = 0
			ORDER BY c.created_at DESC, c.id DESC LIMIT $2`, article, limit)
		return db.All(rows, err, scanShown)
	}
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c JOIN article a ON a.id = c.article_id
		WHERE c.status = 'approved' AND c.shown = 1 AND c.removed_at = 0 AND a.public = 1 ORDER BY c.created_at DESC, c.id DESC LIMIT $1`, limit)
	return db.All(rows, err, scanShown)
}

// scanShown is scan for readers: of a comment that is gone, or was never
// public, it keeps the place alone.
func scanShown(r *sql.Rows) (Comment, error) {
	c, err := scan(r)
	if err == nil && !(c.Shown && c.Legible()) {
		c = Comment{ID: c.ID, Article: c.Article, Parent: c.Parent, Root: c.Root, OldID: c.OldID, Kind: c.Kind, Status: c.Status, Created: c.Created,
			Removed: c.Removed, Public: c.Public, Changed: c.Changed, Shown: c.Shown, Replies: c.Replies}
	}
	return c, err
}

// Recent is Since from the newest change backwards: what changed on an article
// after a cursor, the latest first, n rows at most. more says that there may be
// others.
func Recent(ctx context.Context, q db.Querier, article int64, after Cursor, n int) (list []Comment, newest Cursor, more bool, err error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM comment c WHERE c.article_id = $1 AND (c.changed_at, c.id) > ($2, $3)
		ORDER BY c.changed_at DESC, c.id DESC LIMIT $4`, article, after.At, after.Root, n)
	all, err := db.All(rows, err, scanShown)
	newest = after
	for i, c := range all {
		if i == 0 {
			newest = Cursor{db.Micros(c.Changed), c.ID}
		}
		if c.Shown || !c.Public.IsZero() { // others were never seen
			list = append(list, c)
		}
	}
	return list, newest, len(all) == n, err
}
