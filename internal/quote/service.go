package quote

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"dateline/internal/article"
	"dateline/internal/claim"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/richtext"
)

// The kinds of the jobs that keep the rows.
const (
	JobSettled  = "quote.settled"  // of article.EventSettled
	JobAccounts = "quote.accounts" // of claim.EventChanged
	JobBackfill = "quote.backfill" // draws the quotes of articles that were there before
)

// Service keeps and reads quotes. Safe for concurrent use.
type Service struct {
	db    *db.DB
	clock clock.Clock
}

// NewService keeps quotes in d.
func NewService(d *db.DB, c clock.Clock) *Service { return &Service{d, c} }

// HandleSettled carries out JobSettled. Doing it twice changes nothing.
func (s *Service) HandleSettled(ctx context.Context, payload []byte) error {
	var p article.Settled
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.draw(ctx, tx, p.Article) })
}

// HandleAccounts carries out JobAccounts.
func (s *Service) HandleAccounts(ctx context.Context, payload []byte) error {
	var p claim.Changed
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(err)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.drawRecord(ctx, tx, p.Record) })
}

type backfill struct {
	After int64 `json:"after"` // id of the article that was done last
}

// backfillBatch is how many articles one transaction draws from.
const backfillBatch = 100

// HandleBackfill draws the quotes of a batch of articles and goes on with the
// next one until all are done.
func (s *Service) HandleBackfill(ctx context.Context, payload []byte) error {
	var p backfill
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(err)
	}
	last, _, err := s.batch(ctx, p.After)
	if err != nil || last == 0 {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobBackfill, Key: "all", Payload: backfill{last}})
	})
}

// batch draws from the articles after an id and returns the last one, 0 when
// there are no more, and how many there were.
func (s *Service) batch(ctx context.Context, after int64) (last int64, n int, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM article WHERE id > $1 AND live_version > 0 ORDER BY id LIMIT $2`, after, backfillBatch)
		ids, err := db.All(rows, err, scanID)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, one := range ids {
			if err := s.draw(ctx, tx, one); err != nil {
				return err
			}
		}
		last, n = ids[len(ids)-1], len(ids)
		return nil
	})
	return last, n, err
}

// Rebuild draws the quotes of all articles again and tells how far it is. A
// rebuild that was interrupted is simply run again: what is done stays done.
func (s *Service) Rebuild(ctx context.Context, progress func(done, total int64)) error {
	var total, done int64
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM article WHERE live_version > 0`).Scan(&total); err != nil {
		return err
	}
	for after := int64(0); ; {
		last, n, err := s.batch(ctx, after)
		if err != nil || last == 0 {
			return err
		}
		after, done = last, done+int64(n)
		progress(done, total)
	}
}

func scanID(r *sql.Rows) (ref int64, err error) { return ref, r.Scan(&ref) }

// draw makes the rows of an article agree with what readers see of it.
func (s *Service) draw(ctx context.Context, tx *db.Tx, articleID int64) error {
	rows, err := tx.Query(ctx, `SELECT DISTINCT record_id FROM quote WHERE article_id = $1 AND record_id > 0`, articleID)
	records, err := db.All(rows, err, scanID)
	if err != nil {
		return err
	}
	was, err := inArticle(ctx, tx, articleID)
	if err != nil {
		return err
	}
	var is []Quote
	a, content, err := s.listed(ctx, tx, articleID)
	if err != nil {
		return err
	}
	if content != nil {
		for i, q := range richtext.Quotes(content.Body) {
			is = append(is, rowOf(a, q, int64(i)))
		}
		records = append(records, richtext.RecordIDs(content.Body)...)
	}
	if err := replace(ctx, tx, was, is); err != nil {
		return err
	}
	slices.Sort(records)
	for _, record := range slices.Compact(records) {
		if err := s.drawRecord(ctx, tx, record); err != nil {
			return err
		}
	}
	return nil
}

// listed returns an article with what readers see of it, no content when it is
// in no list.
func (s *Service) listed(ctx context.Context, tx *db.Tx, articleID int64) (article.Article, *article.Content, error) {
	public := article.NewPublic(tx, s.clock)
	a, vis, err := public.Read(ctx, articleID)
	if fault.Is(err, fault.NotFound) || err == nil && vis != article.Listed {
		return a, nil, nil
	}
	if err != nil {
		return a, nil, err
	}
	v, err := public.Live(ctx, &a)
	return a, &v.Content, err
}

// homesAsked bounds how many articles are asked whether they can stand for a
// record.
const homesAsked = 20

// drawRecord makes the rows of shared accounts agree with the record. The
// article that was published first stands for them.
func (s *Service) drawRecord(ctx context.Context, tx *db.Tx, recordID int64) error {
	was, err := ofRecord(ctx, tx, recordID)
	if err != nil {
		return err
	}
	record, err := claim.Get(ctx, tx, recordID)
	if fault.Is(err, fault.NotFound) {
		return replace(ctx, tx, was, nil)
	}
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT a.id FROM article a JOIN accounts_ref r ON r.article_id = a.id AND r.version_id = a.live_version
		WHERE r.record_id = $1 AND a.public = 1 ORDER BY a.first_published, a.id LIMIT $2`, recordID, homesAsked)
	homes, err := db.All(rows, err, scanID)
	if err != nil {
		return err
	}
	for _, home := range homes {
		a, content, err := s.listed(ctx, tx, home)
		if err != nil {
			return err
		}
		if content == nil {
			continue
		}
		var is []Quote
		for i, q := range record.Accounts.Quotes() {
			q.Part = partWith(content.Body, recordID)
			row := rowOf(a, q, int64(i))
			row.Record = recordID
			is = append(is, row)
		}
		return replace(ctx, tx, was, is)
	}
	return replace(ctx, tx, was, nil)
}

// partWith is the page of a document that shows a record.
func partWith(d richtext.Doc, recordID int64) int {
	for i, part := range richtext.Parts(d) {
		if slices.Contains(richtext.RecordIDs(part), recordID) {
			return i + 1
		}
	}
	return 1
}

// maxWords bounds the words that are kept of one quote, in letters.
const maxWords = 4000

func rowOf(a article.Article, q richtext.Quote, n int64) Quote {
	row := Quote{Article: article.Article{ID: a.ID}, Part: max(q.Part, 1), Anchor: q.Anchor, Kind: q.Kind, Speaker: q.Speaker, Key: Key(q.Speaker), Role: q.Role,
		Words: clip(q.Words), Direct: q.Direct, Date: q.Date, Outlet: q.Outlet, Source: q.Source, Language: a.Language, n: n}
	row.At = saidAt(q.Date, a.FirstPublished)
	return row
}

func clip(s string) string {
	if r := []rune(s); len(r) > maxWords {
		return strings.TrimSpace(string(r[:maxWords-1])) + "…"
	}
	return s
}

// saidAt is when words were said as far as it is told, in UTC: the middle of
// the day, the beginning of a month or year. Without a date it is when they
// were published.
func saidAt(date string, published time.Time) time.Time {
	for _, form := range []string{"2006-01-02", "2006-01", "2006", "2006-01-02T15:04Z07:00", time.RFC3339} {
		t, err := time.Parse(form, date)
		if err != nil {
			continue
		}
		if form == "2006-01-02" {
			t = t.Add(12 * time.Hour)
		}
		return t.UTC()
	}
	return published
}

// replace stores rows in place of others and drops the pages that showed
// either. Equal ones are left alone.
func replace(ctx context.Context, tx *db.Tx, was, is []Quote) error {
	if slices.EqualFunc(was, is, func(a, b Quote) bool { return a.same(&b) }) {
		return nil
	}
	for _, q := range was {
		if _, err := tx.Exec(ctx, `DELETE FROM quote WHERE id = $1`, q.ID); err != nil {
			return err
		}
		tx.Purge(PageKey(q.Key))
	}
	for i := range is {
		is[i].ID = id.New()
		if err := insert(ctx, tx, &is[i]); err != nil {
			return err
		}
		tx.Purge(PageKey(is[i].Key))
	}
	tx.Purge(PageKey(""))
	return purgeFrame(ctx, tx, len(was), len(is))
}

// purgeFrame drops every page when the site gets its first quote or loses its
// last: their footers lead to the quotes while there are any.
func purgeFrame(ctx context.Context, tx *db.Tx, was, is int) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM quote LIMIT $1) few`, is+1).Scan(&n); err != nil {
		return err
	}
	if n == is && (is == 0) != (was == 0) {
		tx.Purge("site")
	}
	return nil
}
