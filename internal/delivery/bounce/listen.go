package bounce

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"dateline/internal/fault"
)

// Receiver is who gets reports.
type Receiver interface {
	// Known tells whether an address is the return path of a letter of ours.
	Known(address string) bool
	// Take acts on a report and tells whether it did.
	Take(ctx context.Context, r Report) (bool, error)
}

// Listener is a small mail server that takes nothing but reports: mail to the
// return path of a letter of ours, and to abuse@ and fbl@, where providers send
// complaints. Everything else is refused, so that nobody can use or fill it.
type Listener struct {
	server *smtp.Server
	net    net.Listener
	done   sync.WaitGroup
}

const (
	mostSessions = 50
	sessionTime  = 2 * time.Minute
)

// Listen starts a listener on an address such as smtp://0.0.0.0:25,
// lmtp://127.0.0.1:2424 or lmtp:///run/dateline.sock. hello is its name.
func Listen(ctx context.Context, address, hello string, secure *tls.Config, to Receiver, log *slog.Logger) (*Listener, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "lmtp" || u.Host == "" && u.Path == "" {
		return nil, fault.New(fault.Invalid, "%q is no address to take bounces at", address).WithHint("write it as smtp://0.0.0.0:25 or lmtp://127.0.0.1:2424")
	}
	network, place := "tcp", u.Host
	if u.Host == "" {
		network, place = "unix", u.Path
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, network, place)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "bounces cannot be taken at %s: %w", address, err).WithHint("another program may use the port, or ports below 1024 may need a permission")
	}
	server := smtp.NewServer(&inbox{ctx: ctx, to: to, log: log, free: make(chan struct{}, mostSessions)})
	server.LMTP, server.Domain, server.TLSConfig = u.Scheme == "lmtp", hello, secure
	server.ReadTimeout, server.WriteTimeout = sessionTime, sessionTime
	server.MaxMessageBytes, server.MaxRecipients, server.MaxLineLength = MostBytes, 10, 4000
	server.EnableSMTPUTF8 = true
	server.ErrorLog = quiet{log}
	out := &Listener{server: server, net: l}
	out.done.Go(func() { _ = server.Serve(l) })
	return out, nil
}

// quiet keeps what go-smtp complains of, such as lost connections, out of the
// way: it may name addresses.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(format string, _ ...any) { q.log.Debug("bounce listener", "event", format) }
func (q quiet) Println(...any)                 {}

// Addr is where it listens.
func (l *Listener) Addr() net.Addr { return l.net.Addr() }

// Close ends it and waits.
func (l *Listener) Close() {
	_ = l.server.Close()
	l.done.Wait()
}

// inbox makes sessions.
type inbox struct {
	ctx  context.Context
	to   Receiver
	log  *slog.Logger
	free chan struct{}
}

func (b *inbox) NewSession(*smtp.Conn) (smtp.Session, error) {
	select {
	case b.free <- struct{}{}:
		return &session{inbox: b}, nil
	default:
		return nil, &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "too many connections"}
	}
}

// session is one conversation.
type session struct {
	inbox *inbox
	to    []string
	once  sync.Once
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	local, _, _ := strings.Cut(strings.ToLower(to), "@")
	if local != "abuse" && local != "fbl" && !s.inbox.to.Known(to) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	s.to = append(s.to, to)
	return nil
}

// Data takes a report. It answers only when its effect is written down.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if _, err := Deliver(s.inbox.ctx, s.inbox.to, raw, s.to...); err != nil {
		s.inbox.log.Error("a bounce cannot be worked on", "error", err)
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "not now"}
	}
	return nil
}

// LMTPData is Data for LMTP, which answers for each recipient.
func (s *session) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	err := s.Data(r)
	for _, to := range s.to {
		status.SetStatus(to, err)
	}
	return nil
}

func (s *session) Reset()        { s.to = nil }
func (s *session) Logout() error { s.once.Do(func() { <-s.inbox.free }); return nil }

// Deliver reads a message and hands on what it reports. A message that cannot
// be read reports nothing; how many reports did something is returned.
func Deliver(ctx context.Context, to Receiver, raw []byte, envelope ...string) (acted int, err error) {
	reports, err := Parse(raw, envelope...)
	if err != nil {
		return 0, nil
	}
	for _, r := range reports {
		did, err := to.Take(ctx, r)
		if err != nil {
			return acted, err
		}
		if did {
			acted++
		}
	}
	return acted, nil
}
