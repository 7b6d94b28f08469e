package search

import (
	"context"

	"dateline/internal/job"
)

// TakeTurns takes all turns of a service until give is called.
func TakeTurns(s *Service) (give func()) {
	n := int64(turnsACore * job.Cores())
	_ = s.turns.Acquire(context.Background(), n)
	return func() { s.turns.Release(n) }
}

// Waits reports whether somebody waits for a turn.
func Waits(s *Service) bool { return !s.turns.TryAcquire(0) }
