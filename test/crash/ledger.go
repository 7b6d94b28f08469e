package crash

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Entry is one write as its sender knows it.
type Entry struct {
	Seq    int64
	Op     string
	Key    string
	Hash   string
	Intent int64 // microseconds since 1970 at which the intent was on disk
	Status int   // of the answer, 0 for none
	Ack    int64 // microseconds since 1970 at which the answer was on disk
}

// Acked tells whether the write was acknowledged.
func (e Entry) Acked() bool { return e.Status >= 200 && e.Status < 300 }

// Refused tells whether the program said that it did not carry the write out.
func (e Entry) Refused() bool { return e.Status >= 400 && e.Status < 500 }

// Ledger is the sender's own record of what it sent and what was answered, one
// line a step, synced to disk before the request goes out and again after the
// answer came:
//
//	seq | op | idempotency key | payload hash | intent fsynced | http status | ack fsynced
//
// It is safe for concurrent use; the lines of waiting senders share a sync.
type Ledger struct {
	file  *os.File
	lines chan line
	done  chan struct{}

	mu      sync.Mutex
	entries map[string]Entry
	seq     int64
}

type line struct {
	text   string
	synced chan error
}

// CreateLedger starts an empty ledger in a new file.
func CreateLedger(path string) (*Ledger, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	l := &Ledger{file: file, lines: make(chan line, 64), done: make(chan struct{}), entries: map[string]Entry{}}
	go l.sync()
	return l, nil
}

// Intend notes a write that is about to be sent.
func (l *Ledger) Intend(op, key string, payload []byte) error {
	l.mu.Lock()
	l.seq++
	e := Entry{Seq: l.seq, Op: op, Key: key, Hash: Hash(payload), Intent: time.Now().UnixMicro()}
	l.entries[key] = e
	l.mu.Unlock()
	return l.write(e)
}

// Answer notes the status that the write with the key was answered with.
func (l *Ledger) Answer(key string, status int) error {
	l.mu.Lock()
	e := l.entries[key]
	e.Status, e.Ack = status, time.Now().UnixMicro()
	l.entries[key] = e
	l.mu.Unlock()
	return l.write(e)
}

// Entries returns every write by its key.
func (l *Ledger) Entries() map[string]Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries := make(map[string]Entry, len(l.entries))
	for key, e := range l.entries {
		entries[key] = e
	}
	return entries
}

// Close ends the ledger; no other call may follow.
func (l *Ledger) Close() error {
	close(l.lines)
	<-l.done
	return l.file.Close()
}

func (l *Ledger) write(e Entry) error {
	w := line{text: e.line(), synced: make(chan error, 1)}
	l.lines <- w
	return <-w.synced
}

// sync writes the lines that wait, syncs once, and lets their senders go on.
func (l *Ledger) sync() {
	defer close(l.done)
	for first := range l.lines {
		batch := []line{first}
		for more := true; more; {
			select {
			case w, open := <-l.lines:
				if more = open; open {
					batch = append(batch, w)
				}
			default:
				more = false
			}
		}
		var text strings.Builder
		for _, w := range batch {
			text.WriteString(w.text)
		}
		_, err := l.file.WriteString(text.String())
		if err == nil {
			err = l.file.Sync()
		}
		for _, w := range batch {
			w.synced <- err
		}
	}
}

func (e Entry) line() string {
	return fmt.Sprintf("%d | %s | %s | %s | %d | %d | %d\n", e.Seq, e.Op, e.Key, e.Hash, e.Intent, e.Status, e.Ack)
}

// ReadLedger reads a ledger back; a torn last line is left out, since what it
// would have said was never relied on.
func ReadLedger(r io.Reader) (map[string]Entry, error) {
	entries := map[string]Entry{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), " | ")
		if len(fields) != 7 {
			continue
		}
		e := Entry{Op: fields[1], Key: fields[2], Hash: fields[3]}
		var status int64
		for i, number := range map[int]*int64{0: &e.Seq, 4: &e.Intent, 5: &status, 6: &e.Ack} {
			n, err := strconv.ParseInt(fields[i], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("ledger field %d: %w", i+1, err)
			}
			*number = n
		}
		e.Status = int(status)
		entries[e.Key] = e
	}
	return entries, lines.Err()
}
