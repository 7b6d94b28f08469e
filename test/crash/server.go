package crash

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ready is what a server prints before its address when it takes requests.
const ready = "listening on "

// Server is a running program under test.
type Server struct {
	URL string

	cmd    *exec.Cmd
	ended  chan struct{}
	stderr *tailBuffer
}

// StartServer runs the command and waits for its line "listening on URL".
func StartServer(ctx context.Context, cmd *exec.Cmd) (*Server, error) {
	s := &Server{cmd: cmd, ended: make(chan struct{}), stderr: &tailBuffer{}}
	cmd.Stderr = s.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	address := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), ready); ok {
				address <- url
			}
		}
		cmd.Wait()
		close(s.ended)
	}()
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	select {
	case s.URL = <-address:
		return s, nil
	case <-s.ended:
		return nil, fmt.Errorf("the program ended before it listened: %s", s.stderr)
	case <-ctx.Done():
		s.Kill()
		return nil, fmt.Errorf("the program did not listen: %w: %s", ctx.Err(), s.stderr)
	}
}

// Kill ends the program as a crash does and waits until it is gone.
func (s *Server) Kill() {
	s.cmd.Process.Kill()
	<-s.ended
}

// Stop asks the program to end and waits. A program that needs longer than the
// limit is killed and that is the error.
func (s *Server) Stop(limit time.Duration) error {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
		return nil
	case <-time.After(limit):
		s.Kill()
		return errors.New("the program did not stop when asked")
	}
}

// Pid is the program's process number.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// Ended is closed when the program has ended.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// Output is the end of what the program wrote to its standard error.
func (s *Server) Output() string { return s.stderr.String() }

// tailBuffer keeps the last 16 KiB written to it.
type tailBuffer struct {
	mu   sync.Mutex
	text []byte
}

func (b *tailBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	if excess := len(b.text) - 16<<10; excess > 0 {
		b.text = b.text[excess:]
	}
	return len(p), nil
}

func (b *tailBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(bytes.TrimSpace(b.text))
}
