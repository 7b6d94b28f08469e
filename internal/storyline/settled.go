package storyline

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"dateline/internal/article"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
	"dateline/internal/register"
	"dateline/internal/richtext"
)

// The kinds of the jobs that keep the rows.
const (
	JobSettled  = "storyline.settled"  // of article.EventSettled
	JobBackfill = "storyline.backfill" // reads articles that were there before
)

// HandleSettled carries out JobSettled: the timeline of an article that was
// published, changed or taken away. Doing it twice changes nothing.
func (s *Service) HandleSettled(ctx context.Context, payload []byte) error {
	var p article.Settled
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(err)
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.draw(ctx, tx, p.Article) })
}

type backfill struct {
	After int64 `json:"after"` // id of the article that was read last
}

// backfillBatch is how many articles one transaction reads.
const backfillBatch = 100

// HandleBackfill reads a batch of articles and goes on with the next one until
// all are done.
func (s *Service) HandleBackfill(ctx context.Context, payload []byte) error {
	var p backfill
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(err)
	}
	last, _, err := s.batch(ctx, p.After)
	if err != nil || last == 0 {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return job.Enqueue(ctx, tx, job.Spec{Kind: JobBackfill, Key: "all", Payload: backfill{last}})
	})
}

// batch reads the articles after an id and returns the last one, 0 when there
// are no more, and how many there were.
func (s *Service) batch(ctx context.Context, after int64) (last int64, n int, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
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

// Rebuild reads the timelines of all articles again and tells how far it is. A
// rebuild that was interrupted is simply run again: what is done stays done.
func (s *Service) Rebuild(ctx context.Context, progress func(done, total int64)) error {
	var total, done int64
	if err := s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM article WHERE live_version > 0`).Scan(&total); err != nil {
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

func scanID(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) }

// moment is a row of storyline_moment of one article.
type moment struct {
	ref int64
	n   int64
	register.Moment
}

// draw makes the rows of an article agree with what readers see of it.
func (s *Service) draw(ctx context.Context, tx *db.Tx, id int64) error {
	ref, content, err := s.listed(ctx, tx, id)
	if err != nil {
		return err
	}
	was, err := movePart(ctx, tx, id, ref)
	if err != nil {
		return err
	}
	var want []moment
	if ref != 0 {
		for i, m := range richtext.Moments(content.Body) {
			want = append(want, moment{ref, int64(i), register.Moment{Day: m.Date, Title: m.Title, Body: m.Text, Article: id, Part: m.Part, Anchor: m.Anchor}})
		}
	}
	if err := putMoments(ctx, tx, id, want); err != nil {
		return err
	}
	for _, one := range onlyOnce([]int64{ref, was}) {
		if err := showOrHide(ctx, tx, one); err != nil {
			return err
		}
	}
	return nil
}

// listed returns the storyline in whose list an article stands, with what
// readers see of the article; 0 for none.
func (s *Service) listed(ctx context.Context, tx *db.Tx, id int64) (ref int64, c *article.Content, err error) {
	public := article.NewPublic(tx, s.Clock)
	a, vis, err := public.Read(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && vis != article.Listed {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, err
	}
	v, err := public.Live(ctx, &a)
	if err != nil || v.Content.Storyline == "" || a.Type != article.TypeArticle {
		return 0, nil, err
	}
	// By the name, not the list: while a merge is under way that is behind.
	ref, err = article.StorylineOf(ctx, tx, v.Content.Storyline)
	return ref, &v.Content, err
}

// movePart notes in which storyline an article is, and returns in which it was.
func movePart(ctx context.Context, tx *db.Tx, id, ref int64) (was int64, err error) {
	err = tx.QueryRow(ctx, `SELECT ref FROM storyline_part WHERE article_id = $1`, id).Scan(&was)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	if err != nil || was == ref {
		return was, err
	}
	if ref == 0 {
		_, err = tx.Exec(ctx, `DELETE FROM storyline_part WHERE article_id = $1`, id)
		return was, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO storyline_part (article_id, ref) VALUES ($1, $2) ON CONFLICT (article_id) DO UPDATE SET ref = excluded.ref`, id, ref)
	return was, err
}

// putMoments makes the rows of an article's timelines equal to want.
func putMoments(ctx context.Context, tx *db.Tx, id int64, want []moment) error {
	rows, err := tx.Query(ctx, `SELECT ref, day, n, part, anchor, title, body FROM storyline_moment WHERE article_id = $1`, id)
	have, err := db.All(rows, err, func(r *sql.Rows) (m moment, err error) {
		m.Article = id
		return m, r.Scan(&m.ref, &m.Day, &m.n, &m.Part, &m.Anchor, &m.Title, &m.Body)
	})
	if err != nil {
		return err
	}
	for _, m := range have {
		if slices.Contains(want, m) {
			continue
		}
		tx.Purge(db.Key(objectName, m.ref))
		if _, err := tx.Exec(ctx, `DELETE FROM storyline_moment WHERE ref = $1 AND day = $2 AND article_id = $3 AND n = $4`, m.ref, m.Day, id, m.n); err != nil {
			return err
		}
	}
	for _, m := range want {
		if slices.Contains(have, m) {
			continue
		}
		tx.Purge(db.Key(objectName, m.ref))
		if _, err := tx.Exec(ctx, `INSERT INTO storyline_moment (ref, day, article_id, n, part, anchor, title, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			m.ref, m.Day, id, m.n, m.Part, m.Anchor, m.Title, m.Body); err != nil {
			return err
		}
	}
	return nil
}
