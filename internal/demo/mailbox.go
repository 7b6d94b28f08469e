package demo

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"dateline/internal/clock"
	"dateline/internal/fault"
)

// Bounds of a Mailbox.
const (
	mostLetters     = 500
	mostLetterBytes = 4 << 20
	mailboxPatience = time.Minute
)

// Mailbox is the mail server of the sample newsroom: it listens on this machine
// only, delivers nothing, and keeps the latest 500 letters as files, so that
// signing up, answering and inviting can be tried without a mail server.
type Mailbox struct {
	dir    string
	clock  clock.Clock
	server *smtp.Server
	port   int
	done   sync.WaitGroup

	mu   sync.Mutex
	last int
}

// OpenMailbox starts one whose letters come into dir, which is made.
func OpenMailbox(ctx context.Context, dir string, c clock.Clock) (*Mailbox, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Unavailable, "letters cannot be kept in %s: %w", dir, err).WithHint("name another data folder with --data")
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fault.New(fault.Unavailable, "letters cannot be kept: %w", err).WithHint("start with --no-letters")
	}
	m := &Mailbox{dir: dir, clock: c, port: l.Addr().(*net.TCPAddr).Port}
	m.server = smtp.NewServer(m)
	m.server.Domain, m.server.EnableSMTPUTF8 = "localhost", true
	m.server.ReadTimeout, m.server.WriteTimeout = mailboxPatience, mailboxPatience
	m.server.MaxMessageBytes, m.server.MaxRecipients = mostLetterBytes, 10
	m.server.ErrorLog = silent{} // a lost connection is no news, and its text may hold addresses
	m.done.Go(func() { _ = m.server.Serve(l) })
	return m, nil
}

// Settings are those that send a site's letters here.
func (m *Mailbox) Settings() map[string]string {
	return map[string]string{"smtp_host": "127.0.0.1", "smtp_port": strconv.Itoa(m.port), "smtp_security": "none",
		"mail_from": "The Aldermouth Courier <courier@aldermouth.example>"}
}

// Close ends it and waits.
func (m *Mailbox) Close() {
	_ = m.server.Close()
	m.done.Wait()
}

// NewSession begins a conversation.
func (m *Mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &delivery{m}, nil }

// delivery is one conversation; who a letter is for stands in the letter.
type delivery struct{ mailbox *Mailbox }

func (*delivery) Mail(string, *smtp.MailOptions) error { return nil }
func (*delivery) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (*delivery) Reset()                               {}
func (*delivery) Logout() error                        { return nil }

func (d *delivery) Data(r io.Reader) error {
	letter, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return d.mailbox.keep(letter)
}

// keep writes a letter, and drops the oldest of too many.
func (m *Mailbox) keep(letter []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	name := fmt.Sprintf("%s-%04d.eml", m.clock.Now().UTC().Format("20060102-150405"), m.last)
	if err := os.WriteFile(filepath.Join(m.dir, name), letter, 0o600); err != nil {
		return err
	}
	all, err := os.ReadDir(m.dir)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(e os.DirEntry) bool { return !strings.HasSuffix(e.Name(), ".eml") })
	for len(all) > mostLetters {
		if err := os.Remove(filepath.Join(m.dir, all[0].Name())); err != nil {
			return err
		}
		all = all[1:]
	}
	return nil
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}
