package front

import (
	"context"
	"encoding/json"
	"strconv"

	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/job"
)

// JobTurn puts the edition that is due before readers; its payload is
// turnPayload. There is one for each place, at its next change.
const JobTurn = "front.turn"

type turnPayload struct {
	Place int64 `json:"place"`
}

// Key is the surrogate key of the pages that show a place's front.
func Key(place int64) string {
	if place == 0 {
		return "front"
	}
	return db.Key("front", place)
}

// scheduler is who the audit log names for turns that nobody asked for at their
// moment.
const scheduler = "scheduler"

// HandleTurn carries out JobTurn. Doing it twice changes nothing.
func (s *Service) HandleTurn(ctx context.Context, payload []byte) error {
	var p turnPayload
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return s.turn(ctx, tx, scheduler, p.Place) })
}

// CatchUp turns every place to what is due, so that no schedule depends on a
// job row alone. Run it at start.
func (s *Service) CatchUp(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		places, err := placesWithFronts(ctx, tx)
		for _, place := range places {
			if err := s.turn(ctx, tx, scheduler, place); err != nil {
				return err
			}
		}
		return err
	})
}

// turn makes the live edition of a place the one that is due, if it is not, and
// asks to be called again at the next change.
func (s *Service) turn(ctx context.Context, tx *db.Tx, actor string, place int64) error {
	now := s.clock.Now()
	live, err := liveEdition(ctx, tx, place)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	due, err := dueEdition(ctx, tx, place, now)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if live.ID != due.ID {
		if err := point(ctx, tx, place, live.ID, due.ID, now); err != nil {
			return err
		}
		tx.Purge(Key(place))
		if err := s.record(ctx, tx, actor, "show front", place, map[string]any{"edition": due.ID, "before": live.ID}); err != nil {
			return err
		}
	}
	// What a slot shows in place of the article's picture is public as long.
	if err := s.media.OnFront(ctx, tx, place, due.Plan.Pictures()); err != nil {
		return err
	}
	if err := s.keep(ctx, tx, place); err != nil {
		return err
	}
	next, err := nextChange(ctx, tx, place, now)
	if err != nil || next.IsZero() {
		return err
	}
	return job.Enqueue(ctx, tx, job.Spec{Kind: JobTurn, Key: strconv.FormatInt(place, 10), Payload: turnPayload{place}, RunAt: next})
}

// keep tells the library which pictures a place's front may show later: those
// of its draft, of the editions that wait, and of those that show again when
// others have ended.
func (s *Service) keep(ctx context.Context, tx *db.Tx, place int64) error {
	d, err := storedDraft(ctx, tx, place)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	pictures := d.Plan.Pictures()
	for at := s.clock.Now(); ; {
		if at, err = nextChange(ctx, tx, place, at); err != nil || at.IsZero() {
			break
		}
		due, err := dueEdition(ctx, tx, place, at)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		pictures = append(pictures, due.Plan.Pictures()...)
	}
	if err != nil {
		return err
	}
	return s.media.ForFront(ctx, tx, place, pictures)
}
