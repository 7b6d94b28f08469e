package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Kills is a plan for KillUnderLoad. Each kill falls at a random instant
// between Min and Max after the clients began.
type Kills struct {
	Rounds   int
	Min, Max time.Duration
	Seed     uint64
}

// KillUnderLoad kills the program with SIGKILL again and again while clients
// write, starts it anew each time, and holds what is left against the ledger.
func KillUnderLoad(ctx context.Context, t Target, plan Kills) (Report, error) {
	s, done, err := newSession(t, plan.Seed)
	if err != nil {
		return Report{}, err
	}
	defer done()
	r := rand.New(rand.NewPCG(plan.Seed, 1))
	for round := range plan.Rounds {
		server, err := s.start(ctx)
		if err != nil {
			return s.result(), fmt.Errorf("start after kill %d: %w", round, err)
		}
		if round > 0 {
			if err := s.settle(ctx, server, fmt.Sprintf("after kill %d", round)); err != nil {
				s.crash(server)
				return s.result(), err
			}
		}
		after := plan.Min + time.Duration(r.Int64N(int64(plan.Max-plan.Min)))
		err = s.during(ctx, server, func() { pause(ctx, after); s.crash(server) })
		if err != nil {
			return s.result(), err
		}
		s.report.Rounds++
	}
	server, err := s.start(ctx)
	if err != nil {
		return s.result(), fmt.Errorf("start after the last kill: %w", err)
	}
	defer s.crash(server)
	err = s.conclude(ctx, server, "after the last kill")
	return s.result(), err
}
