package article

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/richtext"
)

// ListRef names one list: a scope and whose it is.
type ListRef struct {
	Scope string
	Ref   int64
}

// Key is the list's surrogate key.
func (l ListRef) Key() string { return db.ListKey(l.Scope, l.Ref) }

// listBatch is how many lists one statement of Newest asks.
const listBatch = 8

// newestOf is one list of newestSQL; $17 is the limit.
const (
	newestFrom = ` AS list, article_id, at FROM (SELECT article_id, at FROM listing WHERE scope = `
	newestRef  = ` AND ref = `
	newestTo   = ` ORDER BY at DESC, article_id DESC LIMIT $17) AS newest`
	union      = ` UNION ALL SELECT `
)

const newestSQL = `SELECT 0` + newestFrom + `$1` + newestRef + `$2` + newestTo +
	union + `1` + newestFrom + `$3` + newestRef + `$4` + newestTo +
	union + `2` + newestFrom + `$5` + newestRef + `$6` + newestTo +
	union + `3` + newestFrom + `$7` + newestRef + `$8` + newestTo +
	union + `4` + newestFrom + `$9` + newestRef + `$10` + newestTo +
	union + `5` + newestFrom + `$11` + newestRef + `$12` + newestTo +
	union + `6` + newestFrom + `$13` + newestRef + `$14` + newestTo +
	union + `7` + newestFrom + `$15` + newestRef + `$16` + newestTo +
	` ORDER BY 1, 3 DESC, 2 DESC`

// Newest returns the ids of each list's newest articles, up to limit of them,
// newest first. It asks eight lists with one statement. What the ids stand for
// is read with Many, which asks Visible.
func (p *Public) Newest(ctx context.Context, lists []ListRef, limit int) ([][]int64, error) {
	out := make([][]int64, len(lists))
	for from := 0; from < len(lists); from += listBatch {
		args := make([]any, 0, 2*listBatch+1)
		for i := range listBatch {
			l := ListRef{Ref: -1} // a list that nobody has
			if from+i < len(lists) {
				l = lists[from+i]
			}
			args = append(args, l.Scope, l.Ref)
		}
		rows, err := p.q.Query(ctx, newestSQL, append(args, limit)...)
		found, err := db.All(rows, err, func(r *sql.Rows) (row [2]int64, err error) {
			var at int64
			return row, r.Scan(&row[0], &row[1], &at)
		})
		if err != nil {
			return nil, err
		}
		for _, row := range found {
			i := from + int(row[0])
			out[i] = append(out[i], row[1])
		}
	}
	return out, nil
}

// MostDiscussed returns the ids of the articles with the most comments.
func (p *Public) MostDiscussed(ctx context.Context, limit int) ([]int64, error) {
	rows, err := p.q.Query(ctx, `SELECT id FROM article WHERE public = 1 AND comment_count > 0 AND type = 'article'
		ORDER BY comment_count DESC, first_published DESC LIMIT $1`, limit)
	return db.All(rows, err, scanID)
}

// PinnedIDs returns the ids of the pinned articles, newest first.
func (p *Public) PinnedIDs(ctx context.Context, limit int) ([]int64, error) {
	rows, err := p.q.Query(ctx, `SELECT id FROM article WHERE public = 1 AND pinned = 1 AND type = 'article'
		ORDER BY first_published DESC LIMIT $1`, limit)
	return db.All(rows, err, scanID)
}

func scanID(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) }

// Many returns the listed articles of ids, by id.
func (p *Public) Many(ctx context.Context, ids []int64) (map[int64]Article, error) {
	all, err := Records(ctx, p.q, ids)
	now := p.clock.Now()
	for id, a := range all {
		if Visible(&a, now) != Listed {
			delete(all, id)
		}
	}
	return all, err
}

// ManyTexts returns the listed articles of ids, by id, and Texts of them: with one
// statement for both.
func (p *Public) ManyTexts(ctx context.Context, ids []int64, whole func(richtext.Doc) (richtext.Doc, error)) (map[int64]Article, map[int64]string, error) {
	articles, texts := make(map[int64]Article, len(ids)), make(map[int64]string, len(ids))
	now := p.clock.Now()
	for chunk := range slices.Chunk(ids, recordBatch) {
		rows, err := p.q.Query(ctx, `SELECT `+columns+`, v.content FROM article a JOIN version v ON v.id = a.live_version WHERE a.id IN `+batch, batchArgs(chunk)...)
		type stored struct {
			Article
			content string
		}
		found, err := db.All(rows, err, func(r *sql.Rows) (one stored, err error) {
			one.Article, err = scanArticle(r, &one.content)
			return one, err
		})
		if err != nil {
			return nil, nil, err
		}
		for _, one := range found {
			if Visible(&one.Article, now) != Listed {
				continue
			}
			articles[one.ID] = one.Article
			if texts[one.ID], err = storedText(one.ID, one.content, whole); err != nil {
				return nil, nil, err
			}
		}
	}
	return articles, texts, nil
}

// Texts returns the words of the bodies that readers see of articles read
// before, by the article's id. Less is read and decoded for it than by Live of
// each. A body of which not all words are in the version passes through whole.
func (p *Public) Texts(ctx context.Context, of map[int64]Article, whole func(richtext.Doc) (richtext.Doc, error)) (map[int64]string, error) {
	var ids []int64
	for _, a := range of {
		ids = append(ids, a.LiveVersion)
	}
	slices.Sort(ids)
	out := make(map[int64]string, len(ids))
	for chunk := range slices.Chunk(ids, recordBatch) {
		rows, err := p.q.Query(ctx, `SELECT article_id, content FROM version WHERE id IN `+batch, batchArgs(chunk)...)
		type stored struct {
			article int64
			content string
		}
		found, err := db.All(rows, err, func(r *sql.Rows) (v stored, err error) { return v, r.Scan(&v.article, &v.content) })
		if err != nil {
			return nil, err
		}
		for _, v := range found {
			if out[v.article], err = storedText(v.article, v.content, whole); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// storedText is the words of the body of a version as it is stored.
func storedText(articleID int64, content string, whole func(richtext.Doc) (richtext.Doc, error)) (string, error) {
	if text, ok := richtext.StoredText(content, "body"); ok {
		return text, nil
	}
	body, err := decodeBody(articleID, content)
	if err == nil {
		body, err = whole(body)
	}
	return richtext.Text(body), err
}

func decodeBody(articleID int64, content string) (richtext.Doc, error) {
	var of struct {
		Body richtext.Doc `json:"body"`
	}
	if err := json.Unmarshal([]byte(content), &of); err != nil {
		return richtext.Doc{}, fault.New(fault.Internal, "the version of article %d that readers see is not readable: %w", articleID, err)
	}
	return of.Body, nil
}

// batch is the ids of a statement that reads recordBatch rows.
const batch = `($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)`

// batchArgs are the parameters of a statement that reads recordBatch rows: ids,
// and zeros.
func batchArgs(ids []int64) []any {
	args := make([]any, recordBatch)
	for i := range args {
		args[i] = int64(0)
		if i < len(ids) {
			args[i] = ids[i]
		}
	}
	return args
}

// recordBatch is how many articles one statement reads.
const recordBatch = 32

// Records returns the standing records of ids, by id, whatever their state: for
// the desk only.
func Records(ctx context.Context, q db.Querier, ids []int64) (map[int64]Article, error) {
	wanted := slices.Compact(slices.Sorted(slices.Values(ids)))
	wanted = slices.DeleteFunc(wanted, func(id int64) bool { return id == 0 })
	out := make(map[int64]Article, len(wanted))
	for chunk := range slices.Chunk(wanted, recordBatch) {
		rows, err := q.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.id IN `+batch, batchArgs(chunk)...)
		found, err := db.All(rows, err, scanRow)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			out[a.ID] = a
		}
	}
	return out, nil
}

// Waiting returns up to limit articles that will be public at a known time,
// the next first: for the desk only.
func Waiting(ctx context.Context, q db.Querier, limit int) ([]Article, error) {
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.scheduled_at > 0 AND a.status = 'scheduled' AND a.type = 'article'
		ORDER BY a.scheduled_at, a.id LIMIT $1`, limit)
	scheduled, err := db.All(rows, err, scanRow)
	if err != nil {
		return nil, err
	}
	rows, err = q.Query(ctx, `SELECT `+columns+` FROM article a WHERE a.embargo_until > 0 AND a.status = 'published' AND a.type = 'article'
		ORDER BY a.embargo_until, a.id LIMIT $1`, limit)
	embargoed, err := db.All(rows, err, scanRow)
	if err != nil {
		return nil, err
	}
	all := append(scheduled, embargoed...)
	slices.SortStableFunc(all, func(x, y Article) int { return x.ComesOut().Compare(y.ComesOut()) })
	return all[:min(len(all), limit)], nil
}

// ComesOut is when an article that waits becomes public; zero for one that does not.
func (a *Article) ComesOut() (at time.Time) {
	if a.Status == StatusScheduled {
		return a.ScheduledAt
	}
	if a.Status == StatusPublished {
		return a.EmbargoUntil
	}
	return at
}
