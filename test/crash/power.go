package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Cuts is a plan for CutPower, on the file system that the target stores on.
type Cuts struct {
	Image    *Image
	Rounds   int
	Min, Max time.Duration
	Seed     uint64
}

// CutPower takes the power away from the target's file system while clients
// write, brings the machine back, and holds what is left against the ledger.
func CutPower(ctx context.Context, t Target, plan Cuts) (Report, error) {
	s, done, err := newSession(t, plan.Seed)
	if err != nil {
		return Report{}, err
	}
	defer done()
	r := rand.New(rand.NewPCG(plan.Seed, 2))
	for round := range plan.Rounds {
		server, err := s.start(ctx)
		if err != nil {
			return s.result(), fmt.Errorf("start before cut %d: %w", round+1, err)
		}
		after := plan.Min + time.Duration(r.Int64N(int64(plan.Max-plan.Min)))
		var cut error
		err = s.during(ctx, server, func() {
			pause(ctx, after)
			// A machine without power answers nobody. Here it lives on for a
			// moment, in which the kernel may report syncs as done that it
			// dropped; what is answered from now on does not count.
			s.load.deaf.Store(true)
			cut = plan.Image.Cut()
			s.crash(server)
		})
		if err != nil || cut != nil {
			return s.result(), fmt.Errorf("cut %d: %w", round+1, firstError(cut, err))
		}
		if err := plan.Image.Remount(); err != nil {
			return s.result(), err
		}
		s.report.Rounds++
		if server, err = s.start(ctx); err != nil {
			s.report.problem("after cut %d the program does not start: %v", round+1, err)
			return s.result(), nil
		}
		settle := s.settle
		if round == plan.Rounds-1 {
			settle = s.conclude
		}
		err = settle(ctx, server, fmt.Sprintf("after cut %d", round+1))
		s.crash(server)
		if err != nil {
			return s.result(), err
		}
	}
	return s.result(), nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
