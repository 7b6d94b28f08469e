package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"dateline/internal/clock"
	"dateline/internal/fault"
	"dateline/internal/id"
)

// The ways of securing a connection.
const (
	StartTLS = "starttls" // begins in the clear and must change to TLS
	TLS      = "tls"      // is TLS from the first byte
	Plain    = "none"     // is in the clear: for a server on this machine
)

// Config names a mail server.
type Config struct {
	Host     string
	Port     int
	User     string // "" for a server that asks for none
	Password string
	Security string
	From     string // "The Gull <news@paper.example>"
	Hello    string // name by which we introduce ourselves; "" for the machine's

	Timeout time.Duration  // for connecting, and again for the letter; 0 for 30 seconds
	Roots   *x509.CertPool // that the server's certificate must come from; nil for the system's
}

const defaultTimeout = 30 * time.Second

// Sender sends letters. Safe for concurrent use.
type Sender struct {
	cfg   Config
	clock clock.Clock
	from  *mail.Address
}

// New returns a sender. It connects to nothing yet.
func New(cfg Config, c clock.Clock) (*Sender, error) {
	from, err := mail.ParseAddress(cfg.From)
	if err != nil || broken(cfg.From) {
		return nil, fault.New(fault.Invalid, "mail_from is not an address").WithHint("write it as news@paper.example or The Gull <news@paper.example>")
	}
	if cfg.User != "" && cfg.Security == Plain && !local(cfg.Host) {
		return nil, fault.New(fault.Invalid, "the password of the mail server would go over the network in the clear").WithHint("set smtp_security to starttls or tls")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	return &Sender{cfg: cfg, clock: c, from: from}, nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Message is one letter to one person, as text and as HTML.
type Message struct {
	ToName  string
	To      string // address alone
	Subject string
	Text    string
	HTML    string // "" for text alone

	// Unsubscribe is the address that takes RFC 8058's one-click POST; "" for
	// letters that nobody subscribes to.
	Unsubscribe string
}

// Refused is a failure that another try cannot cure.
type Refused struct{ err error }

// Error says what the server said.
func (r *Refused) Error() string { return r.err.Error() }

// Unwrap returns the cause.
func (r *Refused) Unwrap() error { return r.err }

// IsRefused tells whether trying again is useless.
func IsRefused(err error) bool {
	var refused *Refused
	return errors.As(err, &refused)
}

// Send hands a letter to the mail server and returns when it has taken it.
func (s *Sender) Send(ctx context.Context, m Message) error {
	letter, err := s.compose(m)
	if err != nil {
		return &Refused{err}
	}
	return s.speak(ctx, func(ctx context.Context, c *gomail.Client) error {
		err := c.DialAndSendWithContext(ctx, letter)
		if letter.IsDelivered() { // what went wrong afterwards is no matter of ours
			return nil
		}
		return err
	})
}

// Check connects, signs in and leaves again.
func (s *Sender) Check(ctx context.Context) error {
	return s.speak(ctx, func(ctx context.Context, c *gomail.Client) error {
		if err := c.DialWithContext(ctx); err != nil {
			return err
		}
		_ = c.Close() // the server was willing; how it says good-bye is its own matter
		return nil
	})
}

// speak makes a client for one conversation and ends waiting for it with ctx.
func (s *Sender) speak(ctx context.Context, talk func(context.Context, *gomail.Client) error) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- talk(ctx, client) }() // ends by itself when its time is over
	select {
	case err = <-done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err == nil {
		return nil
	}
	return s.judge(err)
}

func (s *Sender) client() (*gomail.Client, error) {
	options := []gomail.Option{gomail.WithPort(s.cfg.Port), gomail.WithTimeout(s.cfg.Timeout), gomail.WithSMTPAuth(gomail.SMTPAuthNoAuth),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.cfg.Host, MinVersion: tls.VersionTLS12, RootCAs: s.cfg.Roots})}
	if s.cfg.Hello != "" {
		options = append(options, gomail.WithHELO(s.cfg.Hello))
	}
	kind := gomail.SMTPAuthAutoDiscover
	switch s.cfg.Security {
	case TLS:
		options = append(options, gomail.WithSSL())
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
		kind = gomail.SMTPAuthPlainNoEnc // New has seen that the server is on this machine
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.cfg.User != "" {
		options = append(options, gomail.WithSMTPAuth(kind), gomail.WithUsername(s.cfg.User), gomail.WithPassword(s.cfg.Password))
	}
	client, err := gomail.NewClient(s.cfg.Host, options...)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the mail server's settings cannot work: %w", err)
	}
	return client, nil
}

// compose makes the MIME message. Nothing that a person typed can begin a line
// of its head.
func (s *Sender) compose(m Message) (*gomail.Msg, error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Address != m.To || broken(m.To) {
		return nil, fault.New(fault.Invalid, "the letter has no address that can be written to")
	}
	if m.Subject == "" || broken(m.Subject) || broken(m.ToName) || broken(m.Unsubscribe) {
		return nil, fault.New(fault.Invalid, "subject and name of a letter are one line of text")
	}
	if m.Text == "" {
		return nil, fault.New(fault.Invalid, "the letter is empty")
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	msg.ToMailAddress(&mail.Address{Name: m.ToName, Address: m.To})
	msg.Subject(m.Subject)
	msg.SetDateWithValue(s.clock.Now())
	msg.SetMessageIDWithValue(id.Token() + "@" + domain(s.from.Address))
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	if m.Unsubscribe != "" {
		msg.SetGenHeader("List-Unsubscribe", "<"+m.Unsubscribe+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// broken tells whether a text of one line has a control character, or is not
// UTF-8.
func broken(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 })
}

func domain(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}

// anyAddress finds mail addresses in what a server says.
var anyAddress = regexp.MustCompile(`<?[^\s<>:,;()"]+@[^\s<>:,;()"]+>?`)

// code finds the code of an SMTP answer.
var code = regexp.MustCompile(`(?:^|: |\s)([45][0-9][0-9])[ -]`)

// judge says what went wrong, without any address, and whether it will again.
func (s *Sender) judge(err error) error {
	text := anyAddress.ReplaceAllString(strings.Join(strings.Fields(err.Error()), " "), "…")
	var sent *gomail.SendError
	answer := ""
	if m := code.FindStringSubmatch(text); m != nil {
		answer = m[1]
	}
	if errors.As(err, &sent) && sent.ErrorCode() != 0 {
		answer = string('0' + rune(sent.ErrorCode()/100))
	}
	if strings.HasPrefix(answer, "5") {
		return &Refused{fault.New(fault.Unavailable, "the mail server refused: %s", text)}
	}
	out := fault.New(fault.Unavailable, "the mail server %s did not take the letter: %s", net.JoinHostPort(s.cfg.Host, strconv.Itoa(s.cfg.Port)), text)
	var unknown x509.UnknownAuthorityError
	var wrongName x509.HostnameError
	var expired x509.CertificateInvalidError
	if errors.As(err, &unknown) || errors.As(err, &wrongName) || errors.As(err, &expired) {
		return out.WithHint("the certificate of the mail server is not valid for %s; smtp_host must be the name in it", s.cfg.Host)
	}
	return out
}
