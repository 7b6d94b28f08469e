// Package product builds the dateline program and runs it for tests and
// measurements, as its users do.
package product

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ProgramVar names the environment variable with a built program to use
// instead of building one: an installed release, for example.
const ProgramVar = "DATELINE_TEST_PROGRAM"

// Build compiles the program into dir and returns its path.
func Build(ctx context.Context, dir string) (string, error) {
	if path := os.Getenv(ProgramVar); path != "" {
		return path, nil
	}
	out := filepath.Join(dir, "dateline")
	text, err := exec.CommandContext(ctx, "go", "build", "-o", out, "dateline/cmd/dateline").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build dateline: %w\n%s", err, text)
	}
	return out, nil
}

// Environ is this process's environment without any setting or test variable
// of Dateline's, plus the settings given.
func Environ(settings ...string) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "DATELINE_") })
	return append(env, settings...)
}

// Command is the program with its arguments, in the environment of Environ.
func Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = Environ()
	return cmd
}

// Confirm says that a copied data folder is the site now, as a person would: a
// copy holds mail back until then.
func Confirm(ctx context.Context, program, data string) error {
	text, err := Command(ctx, program, "restore", "confirm", "--data", data).CombinedOutput()
	if err != nil && !strings.Contains(string(text), "nothing is held back") {
		return fmt.Errorf("confirm the copy: %w\n%s", err, text)
	}
	return nil
}

// Server is a running "dateline serve" or "dateline demo".
type Server struct {
	Origin string
	Pid    int

	cmd    *exec.Cmd
	ended  chan struct{}
	stderr *output
}

// Start runs the command and waits until it prints where it listens.
func Start(cmd *exec.Cmd) (*Server, error) {
	s := &Server{cmd: cmd, ended: make(chan struct{}), stderr: &output{}}
	cmd.Stderr = s.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s.Pid = cmd.Process.Pid
	lines := bufio.NewScanner(stdout)
	for s.Origin == "" && lines.Scan() {
		if origin, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			s.Origin = origin
		}
	}
	go func() { io.Copy(io.Discard, stdout); cmd.Wait(); close(s.ended) }()
	if s.Origin == "" {
		s.Stop()
		return nil, fmt.Errorf("dateline did not listen: %s", s.Log())
	}
	return s, nil
}

// Stop asks the server to end, waits, and kills it when it does not.
func (s *Server) Stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(20 * time.Second):
		s.cmd.Process.Kill()
		<-s.ended
	}
}

// Log is what the server wrote to its standard error.
func (s *Server) Log() string { return s.stderr.String() }

// output may be read while the server writes.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.TrimSpace(o.text.String())
}
