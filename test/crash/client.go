package crash

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// KeyHeader carries the idempotency key of a write.
const KeyHeader = "Idempotency-Key"

// Op is one kind of write: how often it is drawn, and what is sent.
type Op struct {
	Name    string
	Weight  int
	Payload func(r *rand.Rand) []byte
}

// Load is a crowd of clients that write without pause.
type Load struct {
	Clients int
	Ops     []Op
	Seed    uint64
	Ledger  *Ledger

	// deaf makes the clients ignore answers: the machine that gave them is
	// already gone.
	deaf atomic.Bool

	mu       sync.Mutex
	payloads map[string][]byte // by key, for sending a key again
}

// Run writes to the server until ctx ends or the server is gone. An error is
// one of the harness itself, never a failed request.
func (l *Load) Run(ctx context.Context, url string) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: l.Clients}}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l.deaf.Store(false)
	errs := make(chan error, l.Clients)
	for n := range l.Clients {
		r := rand.New(rand.NewPCG(l.Seed, uint64(n)))
		go func() { errs <- l.write(ctx, client, url, r) }()
	}
	l.Seed++
	var first error
	for range l.Clients {
		if err := <-errs; err != nil && first == nil {
			first = err
			cancel()
		}
	}
	return first
}

// write is one client: it stops at the first request without an answer.
func (l *Load) write(ctx context.Context, client *http.Client, url string, r *rand.Rand) error {
	for ctx.Err() == nil {
		op := l.draw(r)
		payload := op.Payload(r)
		key := newKey(r)
		l.keep(key, payload)
		if err := l.Ledger.Intend(op.Name, key, payload); err != nil {
			return err
		}
		status, err := Send(ctx, client, url, op.Name, key, payload)
		if err != nil || l.deaf.Load() {
			return nil // the server is gone, which is what the scenarios do to it
		}
		if err := l.Ledger.Answer(key, status); err != nil {
			return err
		}
	}
	return nil
}

func (l *Load) draw(r *rand.Rand) Op {
	total := 0
	for _, op := range l.Ops {
		total += op.Weight
	}
	n := r.IntN(total)
	for _, op := range l.Ops {
		if n -= op.Weight; n < 0 {
			return op
		}
	}
	return l.Ops[0]
}

func (l *Load) keep(key string, payload []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.payloads == nil {
		l.payloads = map[string][]byte{}
	}
	l.payloads[key] = payload
}

// Replay sends up to n keys again, those without an answer first: the program
// must carry out what it had not, must not repeat what it had, and must answer
// both alike. What it answers otherwise is a problem.
func (l *Load) Replay(ctx context.Context, url string, n int) (sent int, problems []string, err error) {
	client := &http.Client{}
	defer client.CloseIdleConnections()
	entries := l.Ledger.Entries()
	for _, unanswered := range []bool{true, false} {
		for key, e := range entries {
			if sent >= n || (e.Status == 0) != unanswered || (!unanswered && !e.Acked()) {
				continue
			}
			status, err := Send(ctx, client, url, e.Op, key, l.payload(key))
			if err != nil {
				return sent, problems, fmt.Errorf("replay %s %s: %w", e.Op, key, err)
			}
			sent++
			if status < 200 || status >= 300 {
				problems = append(problems, fmt.Sprintf("%s %s: sent again and answered %d, first %d", e.Op, key, status, e.Status))
				continue
			}
			if err := l.Ledger.Answer(key, status); err != nil {
				return sent, problems, err
			}
		}
	}
	return sent, problems, nil
}

func (l *Load) payload(key string) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.payloads[key]
}

func newKey(r *rand.Rand) string {
	var b [16]byte
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return hex.EncodeToString(b[:])
}

// Send does one write and returns the answer's status.
func Send(ctx context.Context, client *http.Client, url, op, key string, payload []byte) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/do/"+op, bytes.NewReader(payload))
	if err != nil {
		return 0, err
	}
	req.Header.Set(KeyHeader, key)
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// State asks the program what it holds, as readers see it ("public") or as the
// database has it ("database").
func State(ctx context.Context, url, view string) ([]Record, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/state?view="+view, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("state: %s: %s", resp.Status, bytes.TrimSpace(body))
	}
	var records []Record
	if err := json.Unmarshal(body, &records); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return records, nil
}
