package relay

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"dateline/internal/clock"
)

// Conn is one conversation with a relay. One goroutine uses it at a time.
type Conn struct {
	cfg    Config
	net    net.Conn
	in     *bufio.Reader
	line   []byte // the commands of the next write
	offers map[string]string
	used   int // letters that were begun
	dead   bool
	stop   func() bool
}

// Dial connects, secures the connection and signs in. It ends early when ctx
// does, and so does everything that is done with the connection later.
func Dial(ctx context.Context, cfg Config) (*Conn, error) {
	cfg = cfg.Filled()
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: cfg.Timeouts.Connect}
	raw, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port)))
	if err != nil {
		return nil, broken(Connect, err)
	}
	c := &Conn{cfg: cfg, net: raw}
	c.stop = context.AfterFunc(ctx, func() { raw.Close() })
	if err := c.open(ctx); err != nil {
		c.Drop()
		return nil, err
	}
	return c, nil
}

// open leads the conversation up to where letters can be handed over.
func (c *Conn) open(ctx context.Context) error {
	if c.cfg.Security == TLS {
		if err := c.encrypt(ctx); err != nil {
			return err
		}
	}
	c.in = bufio.NewReaderSize(c.net, mostLine)
	if err := c.expect(Greeting, c.cfg.Timeouts.Banner, 220); err != nil {
		return err
	}
	if err := c.hello(); err != nil {
		return err
	}
	if c.cfg.Security == StartTLS {
		if _, ok := c.offers["STARTTLS"]; !ok {
			return &Failure{Step: Encrypt, Text: "the server offers no STARTTLS; somebody in between may have taken the offer out"}
		}
		if err := c.command(Encrypt, 220, "STARTTLS"); err != nil {
			return err
		}
		if c.in.Buffered() > 0 { // said in the clear by whoever sits in between
			return &Failure{Step: Encrypt, Text: "the server speaks before the connection is secured"}
		}
		if err := c.encrypt(ctx); err != nil {
			return err
		}
		c.in.Reset(c.net)
		if err := c.hello(); err != nil {
			return err
		}
	}
	if c.cfg.User != "" {
		return c.signIn()
	}
	return nil
}

func (c *Conn) encrypt(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeouts.Connect)
	defer cancel()
	secured := tls.Client(c.net, &tls.Config{ServerName: c.cfg.Host, MinVersion: tls.VersionTLS12, RootCAs: c.cfg.Roots})
	if err := secured.HandshakeContext(ctx); err != nil {
		return broken(Encrypt, err)
	}
	c.net = secured
	return nil
}

func (c *Conn) hello() error {
	c.offers = map[string]string{}
	answer, err := c.ask(Hello, "EHLO "+c.cfg.Hello)
	if err != nil {
		return err
	}
	if answer.code != 250 {
		return c.command(Hello, 250, "HELO "+c.cfg.Hello)
	}
	for _, line := range answer.lines[1:] {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		c.offers[strings.ToUpper(key)] = value
	}
	return nil
}

// ask sends one command and returns the answer, whatever it is.
func (c *Conn) ask(step Step, command string) (reply, error) {
	if strings.ContainsAny(command, "\r\n") {
		return reply{}, &Failure{Step: step, Text: "a command of two lines"}
	}
	c.deadline(c.cfg.Timeouts.Command)
	if _, err := c.net.Write(append(append(c.line[:0], command...), '\r', '\n')); err != nil {
		return reply{}, c.lost(step, err)
	}
	answer, err := readReply(c.in, true)
	if err != nil {
		return answer, c.lost(step, err)
	}
	return answer, nil
}

func (c *Conn) command(step Step, want int, command string) error {
	answer, err := c.ask(step, command)
	if err != nil {
		return err
	}
	if answer.code != want {
		return c.refused(answer, step)
	}
	return nil
}

func (c *Conn) expect(step Step, limit time.Duration, want int) error {
	c.deadline(limit)
	answer, err := readReply(c.in, false)
	if err != nil {
		return c.lost(step, err)
	}
	if answer.code != want {
		return c.refused(answer, step)
	}
	return nil
}

// refused notes that the server closes after a 421.
func (c *Conn) refused(answer reply, step Step) *Failure {
	if answer.code == 421 {
		c.dead = true
	}
	return answer.failure(step)
}

func (c *Conn) lost(step Step, err error) *Failure {
	c.dead = true
	return broken(step, err)
}

func (c *Conn) deadline(d time.Duration) {
	_ = c.net.SetDeadline(clock.System{}.Now().Add(d)) // fails on a closed connection only, as the next call does
}

// Alive tells whether the next letter may be handed over on this connection.
func (c *Conn) Alive() bool { return !c.dead }

// Letter is one letter to one recipient.
type Letter struct {
	From    string // return path, "" for none
	To      string
	UTF8    bool   // an address in it needs SMTPUTF8
	Content []byte // whole, ending with CR LF, no line beginning with a dot
}

// Send hands over a letter. A nil error means that the server has taken it.
func (c *Conn) Send(l Letter) error {
	if unclean(l.From) || unclean(l.To) || l.To == "" {
		return &Failure{Step: Recipient, Code: 553, Status: "5.1.3", Text: "not an address"}
	}
	params, err := c.params(l)
	if err != nil {
		return err
	}
	reused := c.used > 0
	c.used++
	if _, ok := c.offers["PIPELINING"]; ok {
		err = c.pipelined(l, params)
	} else {
		err = c.oneByOne(l, params)
	}
	var f *Failure
	if errors.As(err, &f) {
		f.Before = reused && f.Step == Sender && (f.Code == 0 || f.Code == 421)
		return err
	}
	return c.body(l.Content)
}

func (c *Conn) params(l Letter) (string, error) {
	params := ""
	if most, ok := c.offers["SIZE"]; ok {
		if n, _ := strconv.ParseInt(most, 10, 64); n > 0 && int64(len(l.Content)) > n {
			return "", &Failure{Step: Sender, Code: 552, Status: "5.3.4", Text: "the letter is larger than the server takes"}
		}
		params = " SIZE=" + strconv.Itoa(len(l.Content))
	}
	if l.UTF8 {
		if _, ok := c.offers["SMTPUTF8"]; !ok {
			return "", &Failure{Step: Recipient, Code: 553, Status: "5.6.7", Text: "the server takes no addresses in other scripts"}
		}
		params += " SMTPUTF8"
		if _, ok := c.offers["8BITMIME"]; ok {
			params += " BODY=8BITMIME"
		}
	}
	return params, nil
}

// pipelined says sender, recipient and DATA at once and reads three answers.
func (c *Conn) pipelined(l Letter, params string) error {
	b := append(c.line[:0], "MAIL FROM:<"...)
	b = append(append(append(b, l.From...), '>'), params...)
	b = append(append(append(b, "\r\nRCPT TO:<"...), l.To...), ">\r\nDATA\r\n"...)
	c.line = b
	c.deadline(c.cfg.Timeouts.Command)
	if _, err := c.net.Write(b); err != nil {
		return c.lost(Sender, err)
	}
	var failed *Failure
	for _, step := range []struct {
		step Step
		good func(code int) bool
	}{{Sender, taken}, {Recipient, taken}, {Data, func(code int) bool { return code == 354 }}} {
		answer, err := readReply(c.in, false)
		if err != nil {
			if failed != nil {
				c.dead = true
				return failed // the first answer counts
			}
			return c.lost(step.step, err)
		}
		switch {
		case failed == nil && !step.good(answer.code):
			failed = c.refused(answer, step.step)
		case failed != nil && step.step == Data && answer.code == 354:
			// It wants a letter although it refused the envelope: an empty one
			// for nobody (RFC 2920, 3.1).
			if _, err := c.ask(Data, "."); err != nil {
				return failed
			}
		}
	}
	if failed != nil {
		c.reset()
		return failed
	}
	return nil
}

func taken(code int) bool { return code/100 == 2 }

// oneByOne waits for each answer.
func (c *Conn) oneByOne(l Letter, params string) error {
	for _, s := range []struct {
		step Step
		text string
	}{{Sender, "MAIL FROM:<" + l.From + ">" + params}, {Recipient, "RCPT TO:<" + l.To + ">"}, {Data, "DATA"}} {
		answer, err := c.ask(s.step, s.text)
		if err != nil {
			return err
		}
		if s.step == Data && answer.code == 354 || s.step != Data && taken(answer.code) {
			continue
		}
		failed := c.refused(answer, s.step)
		c.reset()
		return failed
	}
	return nil
}

// reset takes back what was said of a letter, so that the next begins clean.
func (c *Conn) reset() {
	if c.dead {
		return
	}
	if answer, err := c.ask(Sender, "RSET"); err != nil || answer.code != 250 {
		c.dead = true
	}
}

var endOfLetter = []byte(".\r\n")

// body writes the letter and waits until the server has it.
func (c *Conn) body(content []byte) error {
	c.deadline(c.cfg.Timeouts.Data)
	// One write for a letter whose buffer has room for the dot.
	if _, err := c.net.Write(append(content, endOfLetter...)); err != nil {
		return c.lost(Body, err) // the dot did not leave whole: not taken
	}
	c.deadline(c.cfg.Timeouts.Final)
	answer, err := readReply(c.in, false)
	if err != nil {
		f := c.lost(Body, err)
		f.Handed = true
		return f
	}
	if !taken(answer.code) {
		failed := c.refused(answer, Body)
		c.reset()
		return failed
	}
	return nil
}

// Check asks whether the connection still stands.
func (c *Conn) Check() error { return c.command(Sender, 250, "NOOP") }

// Quit says good-bye and closes.
func (c *Conn) Quit() {
	if !c.dead {
		c.deadline(time.Second)
		_, _ = c.net.Write([]byte("QUIT\r\n")) // how it answers is no matter of ours
	}
	c.Drop()
}

// Drop closes without a word.
func (c *Conn) Drop() {
	c.dead = true
	c.stop()
	_ = c.net.Close()
}
