package article

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"dateline/internal/claim"
	"dateline/internal/db"
	"dateline/internal/job"
)

// The order of changes: what programs that keep copies follow. An article has
// one place in it, that of its latest change, and keeps it when it is taken
// away, so that whoever has a copy learns of that too. An article that readers
// never had in lists has none.

// Change is an article that changed, or one that readers had and have no more:
// of that there is only the ID, and the reason when it was withdrawn.
type Change struct {
	Article Article
	Seen    Visibility // Listed, or Gone for a withdrawn one, or Hidden for any other
	At      time.Time
}

// Cursor is the place of the change.
func (c *Change) Cursor() Cursor { return Cursor{db.Micros(c.At), c.Article.ID} }

// Changes returns up to limit changes after a place in their order, the
// earliest first, each article once. The zero place is before all of them.
// Standing pages are not among them, as in no list.
func (p *Public) Changes(ctx context.Context, after Cursor, limit int) ([]Change, error) {
	rows, err := p.q.Query(ctx, changesSQL, after.At, after.ID, limit)
	all, err := db.All(rows, err, scanRow)
	out := make([]Change, len(all))
	now := p.clock.Now()
	for i := range all {
		a := &all[i]
		c := Change{At: a.Changed, Seen: Visible(a, now)}
		switch c.Seen {
		case Listed:
			c.Article = *a
		case Gone:
			c.Article = Article{ID: a.ID, WithdrawnReason: a.WithdrawnReason}
		default:
			c.Seen, c.Article = Hidden, Article{ID: a.ID}
		}
		out[i] = c
	}
	return out, err
}

const changesSQL = `SELECT ` + columns + ` FROM article a WHERE a.changed_at > 0 AND a.type = 'article' AND (a.changed_at, a.id) > ($1, $2)
	ORDER BY a.changed_at, a.id LIMIT $3`

// noteChange gives an article that is about to be written its place, when
// readers get something new of it or lose it. What happens to it while they do
// not have it changes nothing.
func (s *Service) noteChange(ctx context.Context, tx *db.Tx, before, a *Article, vis Visibility) (err error) {
	if vis == Listed {
		if before.Public && before.LiveVersion == a.LiveVersion && before.Path == a.Path && before.FirstPublished.Equal(a.FirstPublished) && before.Updated.Equal(a.Updated) {
			return nil // a pin, say
		}
	} else if a.Changed.IsZero() || !before.Public && (vis == Gone) == (Visible(before, s.clock.Now()) == Gone) {
		return nil
	}
	a.Changed, err = takePlace(ctx, tx, s.clock.Now())
	return err
}

// takePlace returns a time that is now, or later if need be to come after every
// change before. On PostgreSQL a transaction that took one at the same time
// begins again: so places are in the order of commits.
func takePlace(ctx context.Context, tx *db.Tx, now time.Time) (time.Time, error) {
	var at int64
	err := tx.QueryRow(ctx, `INSERT INTO article_clock (id, at) VALUES (1, $1)
		ON CONFLICT (id) DO UPDATE SET at = CASE WHEN article_clock.at >= excluded.at THEN article_clock.at + 1 ELSE excluded.at END RETURNING at`, db.Micros(now)).Scan(&at)
	return db.Time(at), err
}

// ChangedKey is the surrogate key of answers that tell when an article changed,
// beside that of the article itself.
func ChangedKey(id int64) string { return db.Key("changed", id) }

// TouchTx tells, in the transaction of the change, that programs are told
// something new of articles though nobody has written them. It leaves out what
// readers do not have. Long transactions call it last: others wait for the place
// that it takes.
func TouchTx(ctx context.Context, tx *db.Tx, now time.Time, ids ...int64) error {
	if len(ids) == 0 {
		return nil
	}
	at, err := takePlace(ctx, tx, now)
	for _, id := range ids {
		if err != nil {
			return err
		}
		tx.Purge(ChangedKey(id))
		_, err = tx.Exec(ctx, `UPDATE article SET changed_at = $1 WHERE id = $2 AND public = 1`, db.Micros(at), id)
	}
	return err
}

// touchBatch is TouchTx for the articles of a batch.
func touchBatch(ctx context.Context, tx *db.Tx, now time.Time, batch []place) error {
	ids := make([]int64, len(batch))
	for i, p := range batch {
		ids[i] = p.ref
	}
	return TouchTx(ctx, tx, now, ids...)
}

// JobAccounts follows claim.EventChanged: articles that show shared accounts
// have changed with them.
const JobAccounts = "article.accounts"

// HandleAccounts carries out JobAccounts. Doing it twice tells a change twice.
func (s *Service) HandleAccounts(ctx context.Context, payload []byte) error {
	var p claim.Changed
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(err)
	}
	for last := int64(0); ; {
		var ids []int64
		err := s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT DISTINCT r.article_id FROM accounts_ref r JOIN article a ON a.id = r.article_id AND a.live_version = r.version_id
				WHERE r.record_id = $1 AND r.article_id > $2 AND a.public = 1 ORDER BY r.article_id LIMIT $3`, p.Record, last, relistBatch)
			ids, err = db.All(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
			if err != nil {
				return err
			}
			return TouchTx(ctx, tx, s.clock.Now(), ids...)
		})
		if err != nil || len(ids) < relistBatch {
			return err
		}
		last = ids[len(ids)-1]
	}
}
