package bounce

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"

	"dateline/internal/clock"
	"dateline/internal/fault"
)

// pop is a conversation in POP3 (RFC 1939).
type pop struct {
	conn net.Conn
	in   *textproto.Reader
}

func (p *pop) start(conn net.Conn) {
	p.conn = conn
	p.in = textproto.NewReader(bufio.NewReader(io.LimitReader(conn, 64*MostBytes)))
}

// ask sends a line and returns the answer to it.
func (p *pop) ask(line string) (string, error) {
	if strings.ContainsAny(line, "\r\n") {
		return "", errors.New("a command of two lines")
	}
	_ = p.conn.SetDeadline(clock.System{}.Now().Add(mailboxTime))
	if _, err := io.WriteString(p.conn, line+"\r\n"); err != nil {
		return "", err
	}
	return p.answer()
}

func (p *pop) answer() (string, error) {
	line, err := p.in.ReadLine()
	if err != nil {
		return "", err
	}
	if rest, ok := strings.CutPrefix(line, "+OK"); ok {
		return strings.TrimSpace(rest), nil
	}
	return "", errors.New("the server refuses")
}

func (m Mailbox) visitPOP3(ctx context.Context, to Receiver) (done int, err error) {
	conn, err := m.dial(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	_ = conn.SetDeadline(clock.System{}.Now().Add(mailboxTime))
	p := &pop{}
	p.start(conn)
	if _, err := p.answer(); err != nil {
		return 0, err
	}
	if !m.TLS && !m.local() {
		if _, err := p.ask("STLS"); err != nil {
			return 0, err
		}
		p.start(tls.Client(conn, m.config()))
	}
	if _, err := p.ask("USER " + m.User); err != nil {
		return 0, err
	}
	if _, err := p.ask("PASS " + m.Password); err != nil {
		return 0, fault.New(fault.Unavailable, "the mailbox for bounces refuses name or password")
	}
	if done, err = p.read(ctx, to); err != nil {
		return done, err // without QUIT nothing is removed: the next visit does it again
	}
	_, err = p.ask("QUIT")
	return done, err
}

// read looks at the newest messages and removes the reports.
func (p *pop) read(ctx context.Context, to Receiver) (done int, err error) {
	sizes, err := p.list()
	if err != nil {
		return 0, err
	}
	for i := range sizes[max(0, len(sizes)-mostAtOnce):] {
		one := sizes[max(0, len(sizes)-mostAtOnce)+i]
		if one.size > MostBytes {
			continue
		}
		if _, err := p.ask("RETR " + strconv.Itoa(one.number)); err != nil {
			return done, err
		}
		raw, err := p.in.ReadDotBytes()
		if err != nil {
			return done, err
		}
		report, err := handle(ctx, to, raw)
		if err != nil {
			return done, err
		}
		if !report {
			continue
		}
		if _, err := p.ask("DELE " + strconv.Itoa(one.number)); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

type listed struct{ number, size int }

func (p *pop) list() ([]listed, error) {
	if _, err := p.ask("LIST"); err != nil {
		return nil, err
	}
	lines, err := p.in.ReadDotLines()
	var out []listed
	for _, line := range lines {
		number, size, _ := strings.Cut(strings.TrimSpace(line), " ")
		var one listed
		var bad error
		if one.number, bad = strconv.Atoi(number); bad != nil {
			continue
		}
		if one.size, bad = strconv.Atoi(strings.TrimSpace(size)); bad != nil {
			continue
		}
		out = append(out, one)
	}
	return out, err
}
