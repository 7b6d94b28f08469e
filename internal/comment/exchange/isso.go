package exchange

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"dateline/internal/comment"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// issoFile is the SQLite database of Isso. It is only read; addresses of
// clients (remote_addr) and the filters of who voted are not even asked for.
type issoFile struct {
	file *db.File
	rows int64
	done atomic.Int64
}

const issoHint = "Isso's settings name its database as dbpath, such as /var/lib/isso/comments.db"

func openIsso(ctx context.Context, path string) (*issoFile, error) {
	file, err := db.OpenFile(ctx, path)
	if err != nil {
		return nil, err
	}
	f := &issoFile{file: file}
	if err := f.check(ctx); err != nil {
		_ = file.Close() // the check's error is the one to tell
		return nil, err
	}
	return f, nil
}

// check refuses what is not Isso's. Both must be tables: a view could be
// anything.
func (f *issoFile) check(ctx context.Context) error {
	rows, err := f.file.Query(ctx, `SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('comments', 'threads')`)
	counts, err := db.All(rows, err, scanCount)
	if err != nil {
		return err
	}
	if counts[0] != 2 {
		return fault.New(fault.Invalid, "the database is not Isso's: it lacks the tables comments and threads").WithHint(issoHint)
	}
	rows, err = f.file.Query(ctx, `SELECT COUNT(*) FROM comments`)
	if counts, err = db.All(rows, err, scanCount); err != nil {
		return issoDamaged(err)
	}
	f.rows = counts[0]
	return nil
}

func scanCount(r *sql.Rows) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

func (f *issoFile) size() int64  { return f.rows }
func (f *issoFile) read() int64  { return f.done.Load() }
func (f *issoFile) close() error { return f.file.Close() }

const issoPage = 200

// each reads the comments in the order of their numbers; answers have higher
// ones than what they answer.
func (f *issoFile) each(ctx context.Context, give func(*record) error) error {
	f.done.Store(0)
	for after := int64(math.MinInt64); ; {
		rows, err := f.file.Query(ctx, `SELECT c.id, COALESCE(c.parent, 0), COALESCE(CAST(c.created AS TEXT), ''), COALESCE(CAST(c.modified AS REAL), 0),
				COALESCE(c.mode, 1), length(CAST(COALESCE(c.text, '') AS BLOB)), CAST(substr(COALESCE(c.text, ''), 1, $1) AS TEXT),
				CAST(substr(COALESCE(c.author, ''), 1, 2000) AS TEXT), CAST(substr(COALESCE(c.email, ''), 1, 500) AS TEXT),
				CAST(substr(COALESCE(c.website, ''), 1, 3000) AS TEXT), COALESCE(c.likes, 0), COALESCE(c.dislikes, 0),
				CAST(substr(COALESCE(t.uri, ''), 1, 5000) AS TEXT)
			FROM comments c LEFT JOIN threads t ON t.id = c.tid WHERE c.id > $2 ORDER BY c.id LIMIT $3`, maxText+1, after, issoPage)
		page, err := db.All(rows, err, scanIsso)
		if err != nil {
			return issoDamaged(err)
		}
		for i := range page {
			f.done.Add(1)
			after = page[i].id
			if err := give(page[i].record()); err != nil {
				return err
			}
		}
		if len(page) < issoPage {
			return nil
		}
	}
}

// issoDamaged turns what SQLite says of a foreign file into words.
func issoDamaged(err error) error {
	if fault.Is(err, fault.Internal) || fault.Is(err, fault.Invalid) {
		return brokenOff(fault.New(fault.Invalid, "the database cannot be read on: %w", err).
			WithHint("try to mend a copy of it: sqlite3 comments.db .recover | sqlite3 mended.db; what came before is imported"))
	}
	return err
}

type issoRow struct {
	id, parent, mode, length, likes, dislikes int64
	created                                   string
	modified                                  float64
	text, author, email, website, uri         string
}

func scanIsso(r *sql.Rows) (x issoRow, err error) {
	err = r.Scan(&x.id, &x.parent, &x.created, &x.modified, &x.mode, &x.length, &x.text, &x.author, &x.email, &x.website, &x.likes, &x.dislikes, &x.uri)
	return x, err
}

// The modes of Isso.
const (
	issoValid   = 1
	issoPending = 2
	issoDeleted = 4
)

func (x *issoRow) record() *record {
	rec := &record{key: fmt.Sprint(x.id), name: oneLine(x.author), email: strings.TrimSpace(x.email), url: x.website, markdown: x.text,
		likes: positive(x.likes), pages: []string{x.uri}, place: fmt.Sprintf("comment %d", x.id), status: comment.StatusApproved}
	if x.parent != 0 {
		rec.parent = fmt.Sprint(x.parent)
	}
	if x.dislikes > 0 {
		rec.notes = append(rec.notes, "votes against it do not come along")
	}
	created, ok := unixTime(x.created)
	if x.modified > 0 {
		rec.edited = fromSeconds(x.modified)
	}
	switch x.mode {
	case issoValid:
	case issoPending:
		rec.status = comment.StatusPending
	case issoDeleted:
		rec.deleted = true
	default:
		rec.bad = fmt.Sprintf("its mode is %d; 1, 2 and 4 are known", x.mode)
	}
	switch {
	case !ok:
		rec.bad = fmt.Sprintf("its time %q is none", clipped(x.created))
	case x.uri == "":
		rec.bad = "its thread is not in the database"
	case x.length > maxText:
		rec.markdown = ""
		rec.bad = tooLong
	}
	rec.created = created
	return rec
}

// unixTime reads seconds since 1970, with a fraction.
func unixTime(s string) (time.Time, bool) {
	var seconds float64
	if _, err := fmt.Sscan(s, &seconds); err != nil || seconds <= 0 || seconds > 1e11 {
		return time.Time{}, false
	}
	return fromSeconds(seconds), true
}

func fromSeconds(s float64) time.Time { return time.UnixMicro(int64(s * 1e6)).UTC() }

const tooLong = "its text is longer than 256 KB"
