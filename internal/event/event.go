// Package event lets a feature say what happened without knowing who cares.
//
// An event is a row written in the transaction of the change; emitting it also
// enqueues one job for each subscriber, in that transaction too. So either the
// change, the event and all its jobs exist, or none does. Features that come
// later in the import order act on earlier ones only this way.
//
// Tables: event.
package event

import (
	"context"
	"encoding/json"
	"strconv"

	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/fault"
	"dateline/internal/id"
	"dateline/internal/job"
)

// Bus knows who subscribes to what. Subscribe everything before the first
// Emit; after that it is safe for concurrent use.
type Bus struct {
	clock       clock.Clock
	subscribers map[string][]subscriber
}

type subscriber struct {
	kind string
	key  func(payload []byte) string
}

// NewBus returns a bus without subscribers.
func NewBus(c clock.Clock) *Bus {
	return &Bus{clock: c, subscribers: map[string][]subscriber{}}
}

// Subscribe makes each event of the name ask for a job of the kind, with the
// event's payload. key names the job from the payload, so that several events
// about one thing make one job while that waits; nil makes a job for each
// event.
func (b *Bus) Subscribe(name, jobKind string, key func(payload []byte) string) {
	b.subscribers[name] = append(b.subscribers[name], subscriber{jobKind, key})
}

// Emit records in tx that something happened and asks for the subscribers' jobs.
func (b *Bus) Emit(ctx context.Context, tx *db.Tx, name string, payload any) error {
	raw, err := json.Marshal(payload)
	if err != nil {
		return fault.New(fault.Internal, "payload of event %s: %w", name, err)
	}
	row := id.New()
	if _, err := tx.Exec(ctx, `INSERT INTO event (id, at, name, payload) VALUES ($1, $2, $3, $4)`,
		row, db.Micros(b.clock.Now()), name, string(raw)); err != nil {
		return err
	}
	for _, s := range b.subscribers[name] {
		key := strconv.FormatInt(row, 10)
		if s.key != nil {
			key = s.key(raw)
		}
		if err := job.Enqueue(ctx, tx, job.Spec{Kind: s.kind, Key: key, Payload: json.RawMessage(raw)}); err != nil {
			return err
		}
	}
	return nil
}
