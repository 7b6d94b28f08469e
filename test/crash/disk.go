package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Fills is a plan for FillDisk, on the file system that the target stores on.
type Fills struct {
	Dir      string // the mount to fill
	Rounds   int
	Min, Max time.Duration // when the disk becomes full, after the clients began
	Seed     uint64
}

// FillDisk fills the disk under the running program while clients write. Reads
// must go on, no write may be acknowledged and lost, and once there is space
// again writes must work without a restart.
func FillDisk(ctx context.Context, t Target, plan Fills) (Report, error) {
	s, done, err := newSession(t, plan.Seed)
	if err != nil {
		return Report{}, err
	}
	defer done()
	server, err := s.start(ctx)
	if err != nil {
		return s.result(), err
	}
	defer func() { s.crash(server) }()
	r := rand.New(rand.NewPCG(plan.Seed, 3))
	for round := range plan.Rounds {
		after := plan.Min + time.Duration(r.Int64N(int64(plan.Max-plan.Min)))
		if err := s.fillOnce(ctx, server, plan.Dir, after, round+1); err != nil {
			return s.result(), err
		}
	}
	// What was acknowledged also outlives the process.
	s.crash(server)
	if server, err = s.start(ctx); err != nil {
		s.report.problem("after the disk was full the program does not start: %v", err)
		return s.result(), nil
	}
	err = s.conclude(ctx, server, "after the disk was full, restarted")
	return s.result(), err
}

func (s *session) fillOnce(ctx context.Context, server *Server, dir string, after time.Duration, round int) error {
	var filler string
	var fillError error
	err := s.during(ctx, server, func() {
		pause(ctx, after)
		filler, fillError = fill(dir)
		s.whileFull(ctx, server, round)
	})
	if err == nil {
		err = fillError
	}
	if err != nil {
		return err
	}
	if err := os.Remove(filler); err != nil {
		return err
	}
	s.report.Rounds++
	if err := s.awaitWrites(ctx, server.URL); err != nil {
		s.report.problem("fill %d: with space again, writes do not work: %v: %s", round, err, server.Output())
		return nil
	}
	return s.settle(ctx, server, fmt.Sprintf("after fill %d", round))
}

// whileFull asks for the public state while nothing can be written.
func (s *session) whileFull(ctx context.Context, server *Server, round int) {
	for range 5 {
		if _, err := State(ctx, server.URL, "public"); err != nil {
			s.report.problem("fill %d: reading failed while the disk was full: %v", round, err)
		}
		pause(ctx, 20*time.Millisecond)
	}
}

// awaitWrites sends fresh writes until one is acknowledged, for at most five
// seconds.
func (s *session) awaitWrites(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r := rand.New(rand.NewPCG(s.load.Seed, 4))
	s.load.Seed++
	client := &http.Client{}
	defer client.CloseIdleConnections()
	last := errors.New("no write was tried")
	for ctx.Err() == nil {
		op := s.load.draw(r)
		key, payload := newKey(r), op.Payload(r)
		s.load.keep(key, payload)
		if err := s.load.Ledger.Intend(op.Name, key, payload); err != nil {
			return err
		}
		status, err := Send(ctx, client, url, op.Name, key, payload)
		if err == nil {
			if err := s.load.Ledger.Answer(key, status); err != nil {
				return err
			}
			if status >= 200 && status < 300 {
				return nil
			}
			err = fmt.Errorf("answered %d", status)
		}
		last = err
		pause(ctx, 50*time.Millisecond)
	}
	return last
}

// fill writes a file until the disk has no room left, not even for the last
// small piece.
func fill(dir string) (string, error) {
	path := filepath.Join(dir, "filler")
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		piece := make([]byte, size)
		for {
			if _, err := file.Write(piece); errors.Is(err, syscall.ENOSPC) {
				break
			} else if err != nil {
				return path, err
			}
		}
	}
	return path, nil
}
