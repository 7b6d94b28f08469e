package crash

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// Target is a program under test and what it stands on.
type Target struct {
	Command func() *exec.Cmd // a new process that prints "listening on URL"
	Ops     []Op
	Clients int

	// Below starts what the program stands on, such as PostgreSQL; Crash takes
	// it down as hard as the program itself. Both may be nil.
	Below func(ctx context.Context) error
	Crash func()
}

// start brings up what the program stands on, then the program.
func (t Target) start(ctx context.Context) (*Server, error) {
	if t.Below != nil {
		if err := t.Below(ctx); err != nil {
			return nil, err
		}
	}
	return StartServer(ctx, t.Command())
}

// crash takes the program and what it stands on down at once.
func (t Target) crash(s *Server) {
	s.Kill()
	if t.Crash != nil {
		t.Crash()
	}
}

// session is a target with its load and ledger, over several lives of the
// program.
type session struct {
	Target
	load   *Load
	report Report
}

// newSession keeps its ledger in a folder of its own, away from the storage
// under test.
func newSession(t Target, seed uint64) (*session, func(), error) {
	dir, err := os.MkdirTemp("", "dateline-ledger-")
	if err != nil {
		return nil, nil, err
	}
	ledger, err := CreateLedger(filepath.Join(dir, "ledger"))
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, err
	}
	s := &session{Target: t, load: &Load{Clients: max(1, t.Clients), Ops: t.Ops, Seed: seed, Ledger: ledger}}
	return s, func() { ledger.Close(); os.RemoveAll(dir) }, nil
}

// during runs the load until disturb returns, then waits for the clients.
func (s *session) during(ctx context.Context, server *Server, disturb func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var err error
	var wait sync.WaitGroup
	wait.Go(func() { err = s.load.Run(ctx, server.URL) })
	disturb()
	cancel()
	wait.Wait()
	return err
}

// settle sends some keys again and holds both views against the ledger.
func (s *session) settle(ctx context.Context, server *Server, when string) error {
	if err := s.compare(ctx, server, when); err != nil {
		return err
	}
	sent, problems, err := s.load.Replay(ctx, server.URL, replays)
	s.report.Replays += sent
	s.add(when, problems)
	if err != nil {
		return fmt.Errorf("%s: %w: %s", when, err, server.Output())
	}
	return s.compare(ctx, server, when+", after sending keys again")
}

// conclude is settle for the end of a scenario: when the work that the program
// does later is done, nothing of it may be missing, and nothing too much.
func (s *session) conclude(ctx context.Context, server *Server, when string) error {
	if err := s.settle(ctx, server, when); err != nil {
		return err
	}
	settled, err := State(ctx, server.URL, ViewSettled)
	if err != nil {
		return err
	}
	s.add(when+", all jobs done", Compare(s.load.Ledger.Entries(), settled))
	return nil
}

// replays is how many keys are sent again after each disturbance.
const replays = 20

func (s *session) compare(ctx context.Context, server *Server, when string) error {
	public, err := State(ctx, server.URL, "public")
	if err != nil {
		return err
	}
	database, err := State(ctx, server.URL, "database")
	if err != nil {
		return err
	}
	s.add(when, Compare(s.load.Ledger.Entries(), database))
	s.add(when, compareViews(public, database))
	return nil
}

func (s *session) add(when string, problems []string) {
	for _, p := range problems {
		s.report.problem("%s: %s", when, p)
	}
}

// result counts the ledger into the report.
func (s *session) result() Report {
	s.report.Acked, s.report.Unacked = 0, 0
	for _, e := range s.load.Ledger.Entries() {
		if e.Acked() {
			s.report.Acked++
		} else {
			s.report.Unacked++
		}
	}
	return s.report
}

// pause waits, or returns early when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
