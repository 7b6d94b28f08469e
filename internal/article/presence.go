package article

import (
	"context"
	"database/sql"
	"time"

	"dateline/internal/account"
	"dateline/internal/db"
	"dateline/internal/fault"
)

// PresenceAge is how long a person counts as there, and holds the pen, after
// their last heartbeat.
const PresenceAge = 45 * time.Second

// Heartbeat is what an open page tells of itself every few seconds.
type Heartbeat struct {
	Article int64
	Tab     string // of the browser; a person may have several
	Block   int64  // where they are: the number of a block from 0
	Writing bool   // they have typed lately: take or keep the pen if it is free
	Take    bool   // take the pen over from whoever holds it
	Leaving bool   // the page closes
}

// Here is somebody who has an article open.
type Here struct {
	Person int64
	Name   string
	Block  int64
	Tab    string
}

// Pen says who is writing. It is a courtesy: saves do not need it.
type Pen struct {
	Person    int64 // 0 for nobody
	Name      string
	Since     time.Time
	TakenFrom int64 // person who held it before, when it was taken over
}

// Company is who else has an article open, and its state, as a heartbeat's
// answer.
type Company struct {
	People   []Here // in the order of their names
	Pen      Pen
	Revision int64
	Status   Status
	MayEdit  bool
}

// Beat notes that somebody has an article open and returns who else has. A
// heartbeat is not in the audit log: it changes nothing of the article.
func (s *Service) Beat(ctx context.Context, actor account.Actor, in Heartbeat) (c Company, err error) {
	if in.Tab == "" || len(in.Tab) > 64 {
		return c, fault.New(fault.Invalid, "a heartbeat names its tab in at most 64 characters")
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err = s.beat(ctx, tx, actor, in)
		return err
	})
	return c, err
}

func (s *Service) beat(ctx context.Context, tx *db.Tx, actor account.Actor, in Heartbeat) (Company, error) {
	a, err := s.openAny(ctx, tx, actor, in.Article, mayRead)
	if err != nil {
		return Company{}, err
	}
	c := Company{Revision: a.Revision, Status: a.Status, MayEdit: MayEdit(actor, &a)}
	now := s.clock.Now()
	if err := s.seen(ctx, tx, actor, in, now); err != nil {
		return c, err
	}
	if c.Pen, err = penOf(ctx, tx, a.ID, now); err != nil {
		return c, err
	}
	mine := c.Pen.Person == actor.ID
	switch {
	case in.Take && !c.MayEdit:
		return c, mayEdit(actor, &a)
	case in.Leaving && mine:
		c.Pen = Pen{}
		_, err = tx.Exec(ctx, `DELETE FROM pen WHERE article_id = $1`, a.ID)
	case in.Take && !mine, in.Writing && c.MayEdit && c.Pen.Person == 0:
		c.Pen = Pen{Person: actor.ID, Name: actor.Name, Since: now, TakenFrom: c.Pen.Person}
		err = setPen(ctx, tx, a.ID, c.Pen, now)
	case in.Writing && mine, in.Take:
		err = setPen(ctx, tx, a.ID, c.Pen, now)
	}
	if err != nil {
		return c, err
	}
	c.People, err = presentAt(ctx, tx, a.ID)
	return c, err
}

// seen keeps the row of one tab and removes those that nobody sits behind.
func (s *Service) seen(ctx context.Context, tx *db.Tx, actor account.Actor, in Heartbeat, now time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM presence WHERE article_id = $1 AND (seen_at <= $2 OR tab = $3 AND person_id = $4)`,
		in.Article, db.Micros(now.Add(-PresenceAge)), in.Tab, actor.ID); err != nil || in.Leaving {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO presence (article_id, tab, person_id, name, block, seen_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (article_id, tab) DO NOTHING`, in.Article, in.Tab, actor.ID, actor.Name, in.Block, db.Micros(now))
	return err
}

func penOf(ctx context.Context, q db.Querier, articleID int64, now time.Time) (Pen, error) {
	var p Pen
	var since, seen int64
	err := q.QueryRow(ctx, `SELECT person_id, name, since, seen_at, taken_from FROM pen WHERE article_id = $1`, articleID).
		Scan(&p.Person, &p.Name, &since, &seen, &p.TakenFrom)
	if fault.Is(err, fault.NotFound) || err == nil && now.Sub(db.Time(seen)) >= PresenceAge {
		return Pen{}, nil
	}
	p.Since = db.Time(since)
	return p, err
}

func setPen(ctx context.Context, tx *db.Tx, articleID int64, p Pen, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO pen (article_id, person_id, name, since, seen_at, taken_from) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (article_id) DO UPDATE SET person_id = excluded.person_id, name = excluded.name, since = excluded.since,
			seen_at = excluded.seen_at, taken_from = excluded.taken_from`,
		articleID, p.Person, p.Name, db.Micros(p.Since), db.Micros(now), p.TakenFrom)
	return err
}

func presentAt(ctx context.Context, q db.Querier, articleID int64) ([]Here, error) {
	rows, err := q.Query(ctx, `SELECT person_id, name, block, tab FROM presence WHERE article_id = $1 ORDER BY name, person_id, tab LIMIT 50`, articleID)
	return db.All(rows, err, func(r *sql.Rows) (Here, error) {
		var p Here
		return p, r.Scan(&p.Person, &p.Name, &p.Block, &p.Tab)
	})
}
