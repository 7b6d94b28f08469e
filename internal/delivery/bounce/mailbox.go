package bounce

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"dateline/internal/fault"
)

// Mailbox is one that bounces and complaints arrive in.
type Mailbox struct {
	POP3     bool
	Host     string // host:port
	TLS      bool   // from the first byte; without it STARTTLS or STLS is demanded, but from this machine
	User     string
	Password string
	Folder   string // of IMAP
	Roots    *x509.CertPool
}

// ParseMailbox reads a mailbox as the settings have it:
// imaps://user:password@host/INBOX, imap:// with STARTTLS, pop3s:// or pop3://.
func ParseMailbox(text string) (Mailbox, error) {
	wrong := fault.New(fault.Invalid, "the mailbox for bounces is not an address").
		WithHint("write it as imaps://user:password@host/INBOX or pop3s://user:password@host; special characters of a password as %%40 and the like")
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User == nil {
		return Mailbox{}, wrong
	}
	port, ok := map[string]string{"imaps": "993", "imap": "143", "pop3s": "995", "pop3": "110"}[u.Scheme]
	if !ok {
		return Mailbox{}, wrong
	}
	if u.Port() != "" {
		port = u.Port()
	}
	m := Mailbox{POP3: strings.HasPrefix(u.Scheme, "pop3"), TLS: strings.HasSuffix(u.Scheme, "s"), Host: net.JoinHostPort(u.Hostname(), port),
		User: u.User.Username(), Folder: strings.Trim(u.Path, "/")}
	m.Password, _ = u.User.Password()
	if m.Folder == "" {
		m.Folder = "INBOX"
	}
	return m, nil
}

const (
	mailboxTime = 2 * time.Minute // for one step with the server
	mostAtOnce  = 200             // messages in one visit
)

func (m Mailbox) name() string {
	host, _, _ := net.SplitHostPort(m.Host)
	return host
}

func (m Mailbox) local() bool {
	ip := net.ParseIP(m.name())
	return m.name() == "localhost" || ip != nil && ip.IsLoopback()
}

func (m Mailbox) config() *tls.Config {
	return &tls.Config{ServerName: m.name(), MinVersion: tls.VersionTLS12, RootCAs: m.Roots}
}

func (m Mailbox) dial(ctx context.Context) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 30 * time.Second}
	if m.TLS {
		return (&tls.Dialer{NetDialer: &dialer, Config: m.config()}).DialContext(ctx, "tcp", m.Host)
	}
	return dialer.DialContext(ctx, "tcp", m.Host)
}

// Visit reads what is new. A message that was a report is removed once its
// effect is written down; any other stays for people to read. It returns how
// many were removed.
func (m Mailbox) Visit(ctx context.Context, to Receiver) (done int, err error) {
	if m.POP3 {
		done, err = m.visitPOP3(ctx, to)
	} else {
		done, err = m.visitIMAP(ctx, to)
	}
	if err != nil && fault.CodeOf(err) == fault.Internal {
		err = fault.New(fault.Unavailable, "the mailbox for bounces at %s: %w", m.Host, err)
	}
	return done, err
}

// Watch visits again and again until ctx ends.
func (m Mailbox) Watch(ctx context.Context, every time.Duration, to Receiver, log *slog.Logger) {
	for ctx.Err() == nil {
		if done, err := m.Visit(ctx, to); err != nil && ctx.Err() == nil {
			log.Warn("bounces cannot be read", "error", err)
		} else if done > 0 {
			log.Info("bounces read", "reports", done)
		}
		timer := time.NewTimer(every)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// handle tells whether a message was a report and is done with.
func handle(ctx context.Context, to Receiver, raw []byte) (bool, error) {
	reports, err := Parse(raw)
	if err != nil || len(reports) == 0 {
		return false, nil
	}
	for _, r := range reports {
		if _, err := to.Take(ctx, r); err != nil {
			return false, err
		}
	}
	return true, nil
}
