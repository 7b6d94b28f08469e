package comment

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
)

// kept is a comment's whole row.
type kept struct {
	Comment
	writer                int64
	device, prefix        string // keyed hashes
	network               string // sealed
	form, language        string
	emailSealed, emailKey string // of imported ones
	source, heldFor       string
	wave, reports         int64
	shadow                bool
	reasons               []Reason
	decided               time.Time
	decidedBy             string
	decider               int64 // the colleague behind decidedBy, 0 for one of an older decision
}

const keptColumns = `c.id, c.article_id, c.parent_id, c.root_id, c.old_id, c.kind, c.status, c.author_name, c.author_url, c.profile_id, c.body, c.created_at,
	c.staff_id, c.likes, c.replies, c.rank, c.picked, c.edited_at, c.removed_at, c.public_at, c.changed_at, c.shown, c.avatar,
	c.writer_id, c.device_index, c.prefix_index, c.prefix_sealed, c.form_index, c.language, c.email_sealed, c.email_index, c.source, c.held_for,
	c.wave, c.reports, c.shadow, c.reason, c.decided_at, c.decided_by, c.decided_by_id`

func scanKept(r *sql.Rows) (kept, error) { return scanKeptAnd(r) }

// scanKeptAnd also scans what stands behind the row's columns.
func scanKeptAnd(r *sql.Rows, more ...any) (k kept, err error) {
	var body []byte
	var reason string
	var created, edited, removed, public, changed, decided int64
	fields := []any{&k.ID, &k.Article, &k.Parent, &k.Root, &k.OldID, &k.Kind, &k.Status, &k.Name, &k.URL, &k.Profile, &body, &created,
		&k.Staff, &k.Likes, &k.Replies, &k.Rank, &k.Picked, &edited, &removed, &public, &changed, &k.Shown, &k.Avatar,
		&k.writer, &k.device, &k.prefix, &k.network, &k.form, &k.language, &k.emailSealed, &k.emailKey, &k.source, &k.heldFor,
		&k.wave, &k.reports, &k.shadow, &reason, &decided, &k.decidedBy, &k.decider}
	if err := r.Scan(append(fields, more...)...); err != nil {
		return k, err
	}
	k.Created, k.Edited, k.Removed, k.Public, k.Changed = db.Time(created), db.Time(edited), db.Time(removed), db.Time(public), db.Time(changed)
	k.decided = db.Time(decided)
	if reason != "" {
		if err := json.Unmarshal([]byte(reason), &k.reasons); err != nil {
			return k, fault.New(fault.Internal, "reasons of comment %d: %w", k.ID, err)
		}
	}
	return k, json.Unmarshal(body, &k.Body)
}

func oneKept(rows *sql.Rows, err error) (kept, error) {
	all, err := db.All(rows, err, scanKept)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "there is no such comment")
	}
	if err != nil {
		return kept{}, err
	}
	return all[0], nil
}

func byID(ctx context.Context, q db.Querier, id int64) (kept, error) {
	rows, err := q.Query(ctx, `SELECT `+keptColumns+` FROM comment c WHERE c.id = $1`, id)
	return oneKept(rows, err)
}

func byForm(ctx context.Context, q db.Querier, form string) (kept, error) {
	rows, err := q.Query(ctx, `SELECT `+keptColumns+` FROM comment c WHERE c.form_index = $1`, form)
	return oneKept(rows, err)
}

// reasonsJSON spells reasons as they are kept, "" for none.
func reasonsJSON(reasons []Reason) string {
	if len(reasons) == 0 {
		return ""
	}
	raw, err := json.Marshal(reasons)
	if err != nil {
		return ""
	}
	return string(raw)
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
