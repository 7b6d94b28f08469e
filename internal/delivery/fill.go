package delivery

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/job"
	"dateline/internal/subscriber"
)

// JobFill is the job that writes down the recipients of a mailing.
const JobFill = "delivery.fill"

// fillBatch is how many recipients one transaction writes, and the most of a
// chunk.
const fillBatch = 256

type fillPayload struct {
	Mailing int64 `json:"mailing"`
}

func fillJob(mailing int64, at time.Time) job.Spec {
	return job.Spec{Kind: JobFill, Key: strconv.FormatInt(mailing, 10), Payload: fillPayload{mailing}, RunAt: at}
}

// filling is what of a mailing filling it needs.
type filling struct {
	id        int64
	audience  subscriber.Audience
	startAt   time.Time
	localHour int
	after     int64
}

// HandleFill writes the recipients of a mailing in batches, each with the place
// where it goes on: started again, it repeats and leaves out nobody.
func (s *Service) HandleFill(ctx context.Context, payload []byte) error {
	var p fillPayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return job.GiveUp(err)
	}
	zone := time.UTC
	if s.Zone != nil {
		var err error
		if zone, err = s.Zone(ctx); err != nil {
			return err
		}
	}
	zones := map[string]*time.Location{"": zone}
	for ctx.Err() == nil {
		more, err := s.fill(ctx, p.Mailing, zones)
		if err != nil || !more {
			return err
		}
	}
	return ctx.Err()
}

// fill writes one batch. It reads the audience outside of the transaction, so
// that sign-ups are not in its way, and notices there when another process was
// faster.
func (s *Service) fill(ctx context.Context, mailing int64, zones map[string]*time.Location) (more bool, err error) {
	f, err := s.readFilling(ctx, mailing)
	if fault.Is(err, fault.NotFound) {
		return false, nil // all there, or cancelled
	}
	if err != nil {
		return false, err
	}
	members, err := s.Readers.Members(ctx, s.DB, f.audience, f.after, fillBatch)
	if err != nil {
		return false, err
	}
	err = s.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		more = len(members) == fillBatch
		next := f.after
		if len(members) > 0 {
			next = members[len(members)-1].ID
		}
		n, err := tx.Exec(ctx, `UPDATE mailing SET fill_after = $3, filled = $4 WHERE id = $1 AND fill_after = $2 AND filled = 0 AND state IN ('sending', 'paused')`,
			f.id, f.after, next, !more)
		if err != nil {
			return err
		}
		if n == 0 {
			more = true // look again
			return nil
		}
		total, err := s.writeChunks(ctx, tx, f, members, zones)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE mailing SET total = total + $2 WHERE id = $1`, f.id, total); err != nil {
			return err
		}
		tx.Wake(topic)
		if more {
			return nil
		}
		return s.finish(ctx, tx, f.id)
	})
	return more, err
}

func (s *Service) readFilling(ctx context.Context, mailing int64) (f filling, err error) {
	var audience string
	var startAt int64
	f.id = mailing
	err = s.DB.QueryRow(ctx, `SELECT audience, start_at, local_hour, fill_after FROM mailing WHERE id = $1 AND filled = 0 AND state IN ('sending', 'paused')`, mailing).
		Scan(&audience, &startAt, &f.localHour, &f.after)
	if err != nil {
		return f, err
	}
	f.startAt = db.Time(startAt)
	return f, json.Unmarshal([]byte(audience), &f.audience)
}

// writeChunks makes a chunk of the members that are due at the same time.
func (s *Service) writeChunks(ctx context.Context, tx *db.Tx, f filling, members []subscriber.Member, zones map[string]*time.Location) (total int64, err error) {
	var order []time.Time
	groups := map[time.Time][]subscriber.Member{}
	for _, m := range members {
		at := f.due(m.Zone, zones)
		if groups[at] == nil {
			order = append(order, at)
		}
		groups[at] = append(groups[at], m)
	}
	for _, at := range order {
		n, err := writeChunk(ctx, tx, f.id, at, groups[at])
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// due is when a member of a zone gets the mailing: at its start, or when the
// local hour comes next. An hour that the clocks skip is the next one.
func (f *filling) due(zone string, zones map[string]*time.Location) time.Time {
	if f.localHour < 0 {
		return f.startAt
	}
	place := zones[zone]
	if place == nil {
		var err error
		if place, err = time.LoadLocation(zone); err != nil {
			place = zones[""]
		}
		zones[zone] = place
	}
	local := f.startAt.In(place)
	at := time.Date(local.Year(), local.Month(), local.Day(), f.localHour, 0, 0, 0, place)
	if at.Before(f.startAt) {
		at = time.Date(local.Year(), local.Month(), local.Day()+1, f.localHour, 0, 0, 0, place)
	}
	return at.UTC()
}

const (
	insertRows = 16
	insertMany = `INSERT INTO mailing_recipient (mailing_id, chunk_id, id, subscriber_id, interest, language) VALUES
		($1, $2, $3, $4, $5, $6), ($1, $2, $7, $8, $9, $10), ($1, $2, $11, $12, $13, $14), ($1, $2, $15, $16, $17, $18),
		($1, $2, $19, $20, $21, $22), ($1, $2, $23, $24, $25, $26), ($1, $2, $27, $28, $29, $30), ($1, $2, $31, $32, $33, $34),
		($1, $2, $35, $36, $37, $38), ($1, $2, $39, $40, $41, $42), ($1, $2, $43, $44, $45, $46), ($1, $2, $47, $48, $49, $50),
		($1, $2, $51, $52, $53, $54), ($1, $2, $55, $56, $57, $58), ($1, $2, $59, $60, $61, $62), ($1, $2, $63, $64, $65, $66)
		ON CONFLICT (subscriber_id, mailing_id) DO NOTHING`
	insertOne = `INSERT INTO mailing_recipient (mailing_id, chunk_id, id, subscriber_id, interest, language) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (subscriber_id, mailing_id) DO NOTHING`
)

func writeChunk(ctx context.Context, tx *db.Tx, mailing int64, at time.Time, members []subscriber.Member) (total int64, err error) {
	chunk, first, last := id.New(), int64(0), int64(0)
	args := func(some []subscriber.Member) []any {
		out := []any{mailing, chunk}
		for _, m := range some {
			last = id.New()
			if first == 0 {
				first = last
			}
			out = append(out, last, m.ID, m.Interest, m.Language)
		}
		return out
	}
	for len(members) > 0 {
		var n int64
		if len(members) >= insertRows {
			n, err = tx.Exec(ctx, insertMany, args(members[:insertRows])...)
			members = members[insertRows:]
		} else {
			n, err = tx.Exec(ctx, insertOne, args(members[:1])...)
			members = members[1:]
		}
		if err != nil {
			return 0, err
		}
		total += n
	}
	_, err = tx.Exec(ctx, `INSERT INTO mailing_chunk (id, mailing_id, first_id, last_id, planned_at, next_at) VALUES ($1, $2, $3, $4, $5, $5)`,
		chunk, mailing, first, last, db.Micros(at))
	return total, err
}

// finish ends a mailing whose recipients all have a final state.
func (s *Service) finish(ctx context.Context, tx *db.Tx, mailing int64) error {
	n, err := tx.Exec(ctx, `UPDATE mailing SET state = 'finished', finished_at = $2 WHERE id = $1 AND state = 'sending' AND filled = 1
		AND NOT EXISTS (SELECT 1 FROM mailing_chunk WHERE mailing_id = $1 AND done = 0)`, mailing, db.Micros(s.Clock.Now()))
	if err != nil || n == 0 || s.Bus == nil {
		return err
	}
	return s.Bus.Emit(ctx, tx, EventFinished, FinishedEvent{mailing})
}
