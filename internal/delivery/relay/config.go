package relay

import (
	"crypto/x509"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dateline/internal/fault"
)

// The ways of securing a connection.
const (
	StartTLS = "starttls" // begins in the clear and must change to TLS
	TLS      = "tls"      // is TLS from the first byte
	Plain    = "none"     // is in the clear: for a server on this machine or network
)

// Config is one mail server and how much it is given.
type Config struct {
	Name     string // in logs and reports; the host when empty
	Host     string
	Port     int
	User     string // "" for a server that asks for none
	Password string
	Security string
	Hello    string // name by which we introduce ourselves; "localhost" when empty
	Roots    *x509.CertPool

	Priority    int     // lower ones first; the next ones when none of these answers
	Weight      int     // its share among those of its priority; 0 for 1
	Connections int     // most at once; 0 for 20
	Rate        float64 // most letters a second, 0 for as many as it takes

	Timeouts Timeouts
}

// Timeouts of the steps of a conversation. Zero values choose the defaults,
// which follow RFC 5321, 4.5.3.2 but for being shorter where a relay of one's
// own answers at once.
type Timeouts struct {
	Connect time.Duration // until the connection is there, 30 s
	Banner  time.Duration // until the server greets, 5 min
	Command time.Duration // for the answer to a command, 5 min
	Data    time.Duration // for writing the letter, 3 min
	Final   time.Duration // for the answer to its end, 10 min
}

func (t Timeouts) filled() Timeouts {
	or := func(d, otherwise time.Duration) time.Duration {
		if d == 0 {
			return otherwise
		}
		return d
	}
	return Timeouts{Connect: or(t.Connect, 30*time.Second), Banner: or(t.Banner, 5*time.Minute), Command: or(t.Command, 5*time.Minute),
		Data: or(t.Data, 3*time.Minute), Final: or(t.Final, 10*time.Minute)}
}

const defaultConnections = 20

// Filled returns c with the defaults in place of zero values.
func (c Config) Filled() Config {
	if c.Name == "" {
		c.Name = net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
	}
	if c.Security == "" {
		c.Security = StartTLS
	}
	if c.Hello == "" {
		c.Hello = "localhost"
	}
	c.Weight = max(1, c.Weight)
	if c.Connections <= 0 {
		c.Connections = defaultConnections
	}
	c.Timeouts = c.Timeouts.filled()
	return c
}

// Check refuses what cannot work or would give a password away.
func (c Config) Check() error {
	switch {
	case c.Host == "" || c.Port < 1 || c.Port > 65535:
		return fault.New(fault.Invalid, "the relay %q has no host and port", c.Name).WithHint("write it as smtp://user:password@host:587")
	case c.User != "" && c.Security == Plain && !local(c.Host):
		return fault.New(fault.Invalid, "the password of the relay %s would go over the network in the clear", c.Host).
			WithHint("use smtp:// (STARTTLS) or smtps:// (TLS)")
	case unclean(c.Hello) || unclean(c.Host):
		return fault.New(fault.Invalid, "the relay's names hold characters that no name has")
	}
	return nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// unclean tells whether a text cannot stand in a command line.
func unclean(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == '\u2028' || r == '\u2029'
	})
}

// Parse reads a relay as the settings have it:
//
//	smtp://user:password@host:587?weight=3&priority=1&connections=10&rate=50
//
// smtps:// is TLS from the first byte, smtp+plain:// in the clear. An error
// never repeats the password.
func Parse(text string) (Config, error) {
	wrong := func(format string, args ...any) error {
		return fault.New(fault.Invalid, format, args...).WithHint("write it as smtp://user:password@host:587?connections=10&rate=50&weight=1&priority=1; special characters of a password as %%40 and the like")
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return Config{}, wrong("a relay is not an address")
	}
	c := Config{Host: u.Hostname(), User: u.User.Username()}
	c.Password, _ = u.User.Password()
	standard := map[string]struct {
		security string
		port     int
	}{"smtp": {StartTLS, 587}, "smtps": {TLS, 465}, "smtp+plain": {Plain, 25}}
	kind, ok := standard[u.Scheme]
	if !ok {
		return Config{}, wrong("the relay %s begins with %s:// instead of smtp://, smtps:// or smtp+plain://", c.Host, u.Scheme)
	}
	c.Security, c.Port = kind.security, kind.port
	if p := u.Port(); p != "" {
		if c.Port, err = strconv.Atoi(p); err != nil {
			return Config{}, wrong("the relay %s has no port %s", c.Host, p)
		}
	}
	for key, values := range u.Query() {
		n, err := strconv.ParseFloat(values[0], 64)
		if err != nil || n < 0 || n > 1e6 {
			return Config{}, wrong("the relay %s: %s=%s is not a number", c.Host, key, values[0])
		}
		switch key {
		case "weight":
			c.Weight = int(n)
		case "priority":
			c.Priority = int(n)
		case "connections":
			c.Connections = int(n)
		case "rate":
			c.Rate = n
		default:
			return Config{}, wrong("the relay %s: %s is not known", c.Host, key)
		}
	}
	return c, c.Check()
}
