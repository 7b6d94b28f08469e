package front

import (
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// Draft is the plan of a place that editors work on. Revision 0 is a draft that
// nobody has saved yet.
type Draft struct {
	Place    int64
	Revision int64
	Plan     Plan
	Fresh    bool // nothing saved since the last edition: the plan is what readers see
	Actor    string
	Updated  time.Time
}

// State is where an edition stands.
type State string

// The states.
const (
	Scheduled State = "scheduled"
	Live      State = "live"
	Past      State = "past"
	Cancelled State = "cancelled"
)

// Edition is a plan that readers saw, see or will see.
type Edition struct {
	ID        int64
	Place     int64
	Name      string // for the desk: "Election night"
	Plan      Plan
	State     State
	Actor     string
	Created   time.Time
	Starts    time.Time
	Ends      time.Time // zero for good
	Cancelled time.Time
	By        string    // who cancelled it
	Shown     time.Time // first before readers
	Left      time.Time // last before readers
}

const editionColumns = `e.id, e.place, e.name, e.plan, e.actor, e.created_at, e.starts_at, e.ends_at, e.cancelled_at, e.cancelled_by,
	e.shown_at, e.left_at, COALESCE((SELECT 1 FROM front_live l WHERE l.place = e.place AND l.edition_id = e.id), 0)`

func scanEdition(r *sql.Rows) (e Edition, err error) {
	var plan string
	var created, starts, ends, cancelled, shown, left, live int64
	if err = r.Scan(&e.ID, &e.Place, &e.Name, &plan, &e.Actor, &created, &starts, &ends, &cancelled, &e.By, &shown, &left, &live); err != nil {
		return e, err
	}
	e.Created, e.Starts, e.Ends, e.Cancelled = db.Time(created), db.Time(starts), db.Time(ends), db.Time(cancelled)
	e.Shown, e.Left = db.Time(shown), db.Time(left)
	switch {
	case live == 1:
		e.State = Live
	case cancelled > 0:
		e.State = Cancelled
	case shown > 0:
		e.State = Past
	default:
		e.State = Scheduled
	}
	e.Plan, err = readPlan(plan)
	return e, err
}

func readPlan(text string) (p Plan, err error) {
	if err = json.Unmarshal([]byte(text), &p); err != nil {
		return p, fault.New(fault.Internal, "a front's plan is not readable: %w", err)
	}
	return p, nil
}

func writePlan(p Plan) (string, error) {
	raw, err := json.Marshal(p)
	return string(raw), err
}

// LivePlan returns the plan that readers see at a place; ok is false while the
// front makes itself.
func LivePlan(ctx context.Context, q db.Querier, place int64) (p Plan, ok bool, err error) {
	e, err := liveEdition(ctx, q, place)
	if fault.Is(err, fault.NotFound) {
		return p, false, nil
	}
	return e.Plan, err == nil && !e.Plan.Auto, err
}

func liveEdition(ctx context.Context, q db.Querier, place int64) (Edition, error) {
	rows, err := q.Query(ctx, `SELECT `+editionColumns+` FROM front_live f JOIN front_edition e ON e.id = f.edition_id WHERE f.place = $1`, place)
	return first(rows, err)
}

func editionByID(ctx context.Context, q db.Querier, editionID int64) (Edition, error) {
	rows, err := q.Query(ctx, `SELECT `+editionColumns+` FROM front_edition e WHERE e.id = $1`, editionID)
	return first(rows, err)
}

// dueEdition is the edition that readers should see at a place now.
func dueEdition(ctx context.Context, q db.Querier, place int64, now time.Time) (Edition, error) {
	rows, err := q.Query(ctx, `SELECT `+editionColumns+` FROM front_edition e WHERE e.place = $1 AND e.starts_at <= $2 AND e.cancelled_at = 0
		AND (e.ends_at = 0 OR e.ends_at > $2) ORDER BY e.starts_at DESC, e.id DESC LIMIT 1`, place, db.Micros(now))
	return first(rows, err)
}

func first(rows *sql.Rows, err error) (Edition, error) {
	all, err := db.All(rows, err, scanEdition)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "there is no such front")
	}
	if err != nil {
		return Edition{}, err
	}
	return all[0], nil
}

// nextChange is when another edition may be due at a place; zero for never.
func nextChange(ctx context.Context, q db.Querier, place int64, now time.Time) (time.Time, error) {
	var at int64
	err := q.QueryRow(ctx, `SELECT COALESCE(MIN(at), 0) FROM (
		SELECT starts_at AS at FROM front_edition WHERE place = $1 AND cancelled_at = 0 AND starts_at > $2
		UNION ALL SELECT ends_at AS at FROM front_edition WHERE place = $1 AND cancelled_at = 0 AND ends_at > $2) AS change`,
		place, db.Micros(now)).Scan(&at)
	return db.Time(at), err
}

// editions returns those of a place that wait, the next first.
func waitingEditions(ctx context.Context, q db.Querier, place int64, now time.Time) ([]Edition, error) {
	rows, err := q.Query(ctx, `SELECT `+editionColumns+` FROM front_edition e WHERE e.place = $1 AND e.cancelled_at = 0 AND e.starts_at > $2
		ORDER BY e.starts_at, e.id LIMIT 50`, place, db.Micros(now))
	return db.All(rows, err, scanEdition)
}

// history returns the editions of a place made before one, the newest first.
func history(ctx context.Context, q db.Querier, place, before int64, limit int) ([]Edition, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := q.Query(ctx, `SELECT `+editionColumns+` FROM front_edition e WHERE e.place = $1 AND e.id < $2 ORDER BY e.id DESC LIMIT $3`,
		place, before, limit)
	return db.All(rows, err, scanEdition)
}

// placesWithFronts are the places that have editions or drafts.
func placesWithFronts(ctx context.Context, q db.Querier) ([]int64, error) {
	rows, err := q.Query(ctx, `SELECT place FROM front_edition UNION SELECT place FROM front_draft`)
	return db.All(rows, err, func(r *sql.Rows) (place int64, err error) { return place, r.Scan(&place) })
}

func insertEdition(ctx context.Context, tx *db.Tx, e Edition) error {
	plan, err := writePlan(e.Plan)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO front_edition (id, place, name, plan, actor, created_at, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		e.ID, e.Place, e.Name, plan, e.Actor, db.Micros(e.Created), db.Micros(e.Starts), db.Micros(e.Ends))
	return err
}

func cancelEdition(ctx context.Context, tx *db.Tx, editionID int64, by string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE front_edition SET cancelled_at = $2, cancelled_by = $3 WHERE id = $1 AND cancelled_at = 0`, editionID, db.Micros(now), by)
	return err
}

// point makes an edition, 0 for none, the live one of a place.
func point(ctx context.Context, tx *db.Tx, place, was, now int64, at time.Time) error {
	if was != 0 {
		if _, err := tx.Exec(ctx, `UPDATE front_edition SET left_at = $2 WHERE id = $1`, was, db.Micros(at)); err != nil {
			return err
		}
	}
	if now == 0 {
		_, err := tx.Exec(ctx, `DELETE FROM front_live WHERE place = $1`, place)
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE front_edition SET shown_at = CASE WHEN shown_at = 0 THEN $2 ELSE shown_at END, left_at = 0 WHERE id = $1`, now, db.Micros(at)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO front_live (place, edition_id, since) VALUES ($1, $2, $3)
		ON CONFLICT (place) DO UPDATE SET edition_id = excluded.edition_id, since = excluded.since`, place, now, db.Micros(at))
	return err
}

// storedDraft returns a place's draft; NotFound when it has never had one.
func storedDraft(ctx context.Context, q db.Querier, place int64) (Draft, error) {
	d := Draft{Place: place}
	var plan string
	var updated int64
	err := q.QueryRow(ctx, `SELECT revision, plan, actor, updated_at FROM front_draft WHERE place = $1`, place).Scan(&d.Revision, &plan, &d.Actor, &updated)
	if err != nil {
		return d, err
	}
	d.Updated = db.Time(updated)
	if d.Fresh = plan == ""; d.Fresh {
		return d, nil
	}
	d.Plan, err = readPlan(plan)
	return d, err
}

// storeDraft writes a draft over the one of the revision before.
func storeDraft(ctx context.Context, tx *db.Tx, d Draft) error {
	plan := ""
	if !d.Fresh {
		var err error
		if plan, err = writePlan(d.Plan); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO front_draft (place, revision, plan, actor, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (place) DO UPDATE SET revision = excluded.revision, plan = excluded.plan, actor = excluded.actor, updated_at = excluded.updated_at`,
		d.Place, d.Revision, plan, d.Actor, db.Micros(d.Updated))
	return err
}
