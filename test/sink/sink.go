// Package sink is a mail server that takes letters and forgets them, for tests
// and measurements. It counts the copies that each recipient got, remembers a
// hash of each, and does at any step of the conversation what a script says:
// refuse, wait, or cut the connection.
package sink

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Step is where in a conversation something happens.
type Step string

// The steps.
const (
	Banner  Step = "banner"
	Hello   Step = "hello"
	Mail    Step = "mail"
	Rcpt    Step = "rcpt"
	Data    Step = "data"    // before the 354
	Partial Step = "partial" // after the first part of the letter has come
	Body    Step = "body"    // the letter is there, before it is taken
	Taken   Step = "taken"   // it is taken and counted, before the 250
	Reset   Step = "reset"
)

// Event is what a script is asked about.
type Event struct {
	Step    Step
	From    string
	To      string
	Attempt int // how often this recipient was named, from 1; 0 before RCPT
}

// Answer is what a script says. The zero answer goes on as always.
type Answer struct {
	Text  string // such as "451 4.7.1 later"
	Drop  bool   // cut the connection instead of answering
	Delay time.Duration
}

// Options of a sink.
type Options struct {
	Script        func(Event) Answer
	Latency       time.Duration // before each 250 of a letter
	NoPipelining  bool
	NoUTF8        bool
	TLS           *tls.Config // offers STARTTLS
	ImplicitTLS   bool
	User          string // asks for this name and password
	Password      string
	Auth          string // "PLAIN LOGIN CRAM-MD5" when empty
	Keep          int    // letters to keep
	Hash          bool   // remember a hash of each letter
	Size          int    // offered; 32 MiB when 0
	MaxConnection int    // letters on one connection before 421; 0 for no limit
}

// Letter is one that was kept.
type Letter struct {
	From, To string
	Content  []byte
}

// Sink is a running server.
type Sink struct {
	Addr string
	opt  Options
	l    net.Listener
	wait sync.WaitGroup

	taken, conns, open, peak atomic.Int64

	mu       sync.Mutex
	copies   map[string]int
	attempts map[string]int
	hashes   map[string][]([sha256.Size]byte)
	kept     []Letter
	live     map[net.Conn]bool
	closed   bool
}

// Start listens on a free port of this machine.
func Start(opt Options) (*Sink, error) { return Listen("127.0.0.1:0", opt) }

// Listen listens on an address.
func Listen(addr string, opt Options) (*Sink, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &Sink{Addr: l.Addr().String(), opt: opt, l: l, copies: map[string]int{}, attempts: map[string]int{},
		hashes: map[string][][sha256.Size]byte{}, live: map[net.Conn]bool{}}
	s.wait.Go(s.serve)
	return s, nil
}

// Host and port of the sink.
func (s *Sink) HostPort() (string, int) {
	host, port, _ := net.SplitHostPort(s.Addr)
	n, _ := strconv.Atoi(port)
	return host, n
}

// Close ends all conversations and waits.
func (s *Sink) Close() {
	s.l.Close()
	s.mu.Lock()
	s.closed = true
	for c := range s.live {
		c.Close()
	}
	s.mu.Unlock()
	s.wait.Wait()
}

// Count is how many letters were taken.
func (s *Sink) Count() int { return int(s.taken.Load()) }

// Connections is how many there were, and the most at once.
func (s *Sink) Connections() (all, most int) { return int(s.conns.Load()), int(s.peak.Load()) }

// Copies returns how many copies each recipient got.
func (s *Sink) Copies() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string]int, len(s.copies))
	for k, v := range s.copies {
		out[k] = v
	}
	return out
}

// Letters returns those that were kept.
func (s *Sink) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.kept)
}

// Summary is what was taken, held against who should get a copy.
type Summary struct {
	Lost, Doubled int // recipients without a copy; copies beyond the first
	Different     int // copies that are not the same letter as the first
	Strangers     int // recipients that nobody expects
}

// Compare counts what n recipients, named by name, got.
func (s *Sink) Compare(n int, name func(i int) string) Summary {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sum Summary
	known := 0
	for i := range n {
		to := name(i)
		switch got := s.copies[to]; {
		case got == 0:
			sum.Lost++
		default:
			known++
			sum.Doubled += got - 1
		}
		for _, h := range s.hashes[to] {
			if h != s.hashes[to][0] {
				sum.Different++
			}
		}
	}
	sum.Strangers = len(s.copies) - known
	return sum
}

func (s *Sink) serve() {
	for {
		c, err := s.l.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			c.Close()
		}
		s.live[c] = true
		s.mu.Unlock()
		s.conns.Add(1)
		now := s.open.Add(1)
		for most := s.peak.Load(); now > most && !s.peak.CompareAndSwap(most, now); most = s.peak.Load() {
		}
		s.wait.Go(func() {
			defer func() {
				c.Close()
				s.open.Add(-1)
				s.mu.Lock()
				delete(s.live, c)
				s.mu.Unlock()
			}()
			(&talk{s: s, c: c}).run()
		})
	}
}

// talk is one conversation.
type talk struct {
	s        *Sink
	c        net.Conn
	r        *bufio.Reader
	w        *bufio.Writer
	from, to string
	attempt  int
	signed   bool
	secure   bool
	body     []byte
	count    int
}

var errDropped = errors.New("dropped")

// script asks the script; text is what to say instead, "" to go on.
func (t *talk) script(step Step) (text string, err error) {
	if t.s.opt.Script == nil {
		return "", nil
	}
	a := t.s.opt.Script(Event{Step: step, From: t.from, To: t.to, Attempt: t.attempt})
	time.Sleep(a.Delay)
	if a.Drop {
		t.c.Close()
		return "", errDropped
	}
	return a.Text, nil
}

func (t *talk) say(line string) error {
	t.w.WriteString(line)
	t.w.WriteString("\r\n")
	if t.r.Buffered() == 0 { // no more commands wait: the client pipelines
		return t.w.Flush()
	}
	return nil
}

// answer says what the script or else the server says.
func (t *talk) answer(step Step, otherwise string) (ok bool, err error) {
	text, err := t.script(step)
	if err != nil {
		return false, err
	}
	if text == "" {
		return true, t.say(otherwise)
	}
	if err := t.say(text); err != nil {
		return false, err
	}
	if strings.HasPrefix(text, "421") {
		t.w.Flush()
		t.c.Close()
		return false, errDropped
	}
	return text[0] == '2' || text[0] == '3', nil
}

func (t *talk) start(c net.Conn) {
	t.c, t.r, t.w = c, bufio.NewReaderSize(c, 64<<10), bufio.NewWriter(c)
}

func (t *talk) run() {
	if t.s.opt.ImplicitTLS {
		t.start(tls.Server(t.c, t.s.opt.TLS))
		t.secure = true
	} else {
		t.start(t.c)
	}
	if _, err := t.answer(Banner, "220 sink.test ESMTP"); err != nil {
		return
	}
	for {
		line, err := t.r.ReadSlice('\n')
		if err != nil {
			return
		}
		if err := t.command(strings.TrimRight(string(line), "\r\n")); err != nil {
			return
		}
	}
}

func (t *talk) command(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		_, err := t.answer(Hello, t.offers())
		return err
	case "STARTTLS":
		t.say("220 go ahead")
		t.w.Flush()
		t.start(tls.Server(t.c, t.s.opt.TLS))
		t.secure = true
	case "AUTH":
		return t.auth(rest)
	case "MAIL":
		if t.s.opt.User != "" && !t.signed {
			return t.say("530 5.7.0 sign in first")
		}
		if t.s.opt.MaxConnection > 0 && t.count >= t.s.opt.MaxConnection {
			t.say("421 4.7.0 enough for one connection")
			t.w.Flush()
			return errDropped
		}
		t.from, t.to, t.attempt = inBrackets(rest), "", 0
		ok, err := t.answer(Mail, "250 2.1.0 ok")
		if !ok {
			t.from = "-"
		}
		return err
	case "RCPT":
		return t.rcpt(rest)
	case "DATA":
		if t.to == "" {
			return t.say("503 5.5.1 no recipient")
		}
		ok, err := t.answer(Data, "354 go ahead")
		if err != nil || !ok {
			return err
		}
		return t.data()
	case "RSET":
		t.from, t.to = "", ""
		_, err := t.answer(Reset, "250 2.0.0 ok")
		return err
	case "NOOP":
		return t.say("250 2.0.0 ok")
	case "QUIT":
		t.say("221 2.0.0 bye")
		t.w.Flush()
		return errDropped
	default:
		return t.say("502 5.5.2 not here")
	}
	return nil
}

func (t *talk) offers() string {
	size := t.s.opt.Size
	if size == 0 {
		size = 32 << 20
	}
	lines := []string{"sink.test", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE " + strconv.Itoa(size)}
	if !t.s.opt.NoPipelining {
		lines = append(lines, "PIPELINING")
	}
	if !t.s.opt.NoUTF8 {
		lines = append(lines, "SMTPUTF8")
	}
	if t.s.opt.TLS != nil && !t.secure {
		lines = append(lines, "STARTTLS")
	}
	if t.s.opt.User != "" {
		kinds := t.s.opt.Auth
		if kinds == "" {
			kinds = "PLAIN LOGIN CRAM-MD5"
		}
		lines = append(lines, "AUTH "+kinds)
	}
	var b strings.Builder
	for i, line := range lines {
		if i < len(lines)-1 {
			fmt.Fprintf(&b, "250-%s\r\n", line)
		} else {
			fmt.Fprintf(&b, "250 %s", line)
		}
	}
	return b.String()
}

func inBrackets(text string) string {
	i, j := strings.IndexByte(text, '<'), strings.IndexByte(text, '>')
	if i < 0 || j < i {
		return ""
	}
	return text[i+1 : j]
}

func (t *talk) rcpt(rest string) error {
	to := inBrackets(rest)
	if to == "" || t.to != "" || t.from == "-" {
		return t.say("503 5.5.1 one recipient at a time, after MAIL")
	}
	t.s.mu.Lock()
	t.s.attempts[to]++
	t.to, t.attempt = to, t.s.attempts[to]
	t.s.mu.Unlock()
	ok, err := t.answer(Rcpt, "250 2.1.5 ok")
	if !ok {
		t.to = ""
	}
	return err
}

// data reads the letter.
func (t *talk) data() error {
	t.body = t.body[:0]
	partial := false
	for start := true; ; {
		part, err := t.r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if start && part[0] == '.' {
			if bytes.Equal(part, []byte(".\r\n")) {
				break
			}
			part = part[1:]
		}
		t.body = append(t.body, part...)
		start = err == nil
		if !partial && len(t.body) > 1000 {
			partial = true
			if _, err := t.script(Partial); err != nil {
				return err
			}
		}
	}
	text, err := t.script(Body)
	if err != nil {
		return err
	}
	if text != "" && text[0] != '2' {
		t.from, t.to = "", ""
		return t.say(text)
	}
	time.Sleep(t.s.opt.Latency)
	t.take()
	_, err = t.answer(Taken, "250 2.0.0 taken")
	t.from, t.to = "", ""
	return err
}

func (t *talk) take() {
	t.count++
	s := t.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copies[t.to]++
	if s.opt.Hash {
		s.hashes[t.to] = append(s.hashes[t.to], sha256.Sum256(t.body))
	}
	if len(s.kept) < s.opt.Keep {
		s.kept = append(s.kept, Letter{t.from, t.to, bytes.Clone(t.body)})
	}
	s.taken.Add(1)
}

// Attempts is how often recipients were named.
func (s *Sink) Attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.attempts {
		n += a
	}
	return n
}
