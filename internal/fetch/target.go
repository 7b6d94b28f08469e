package fetch

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"dateline/internal/fault"
)

// maxURL is the longest address that is followed, in bytes.
const maxURL = 4096

// target parses raw and checks what can be known before DNS. The check at
// connect time is the one that protects; this one gives clear messages and
// keeps spellings away from resolvers that read them generously (the C library
// takes "0x7f.1" for 127.0.0.1).
func (c *Client) target(raw string) (*url.URL, error) {
	if len(raw) > maxURL {
		return nil, fault.New(fault.Invalid, "the address is longer than %d bytes", maxURL)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "not a web address: %q", short(raw))
	}
	if err := c.checkURL(u); err != nil {
		return nil, err
	}
	return u, nil
}

// checkURL checks u and normalises its host to ASCII.
func (c *Client) checkURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return fault.New(fault.Invalid, "only http and https addresses are fetched, not %q", short(u.String()))
	}
	if u.User != nil || u.Opaque != "" {
		return fault.New(fault.Invalid, "an address with a user name is not fetched: %q", short(u.Redacted()))
	}
	host, err := asciiHost(u.Hostname())
	if err != nil {
		return err
	}
	port, ok := splitPort(u.Port(), defaultPort(u.Scheme))
	if !ok {
		return fault.New(fault.Invalid, "the address %q has no valid port", short(u.String()))
	}
	authority := net.JoinHostPort(host, strconv.Itoa(int(port)))
	u.Host = authority
	if u.Port() == strconv.Itoa(int(defaultPort(u.Scheme))) {
		u.Host = strings.TrimSuffix(authority, ":"+u.Port())
	}
	if c.allow[authority] {
		return nil
	}
	return c.checkHost(host, port)
}

func (c *Client) checkHost(host string, port uint16) error {
	if !c.portAllowed(port) {
		return refused("port " + strconv.Itoa(int(port)) + " is not allowed")
	}
	bare := strings.TrimRight(host, ".")
	if addr, err := netip.ParseAddr(bare); err == nil {
		if !Public(addr) {
			return refused("its address is not on the public internet")
		}
		return nil
	}
	if endsInNumber(bare) {
		return refused("its host is a number, not a name")
	}
	if bare == "localhost" || strings.HasSuffix(bare, ".localhost") {
		return refused("its host is this machine")
	}
	return nil
}

// asciiHost gives the host as DNS is asked for it: lower case, and in Punycode
// when it has other than ASCII letters. Full-width digits and enclosed
// alphanumerics become what they look like, before any check reads them.
func asciiHost(host string) (string, error) {
	if host == "" || len(host) > 253 || strings.ContainsAny(host, "%/\\@ \t\r\n\x00") {
		return "", fault.New(fault.Invalid, "the address has no valid host")
	}
	if isASCII(host) {
		return strings.ToLower(host), nil
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil || ascii == "" {
		return "", fault.New(fault.Invalid, "the host %q is not a valid domain name", short(host))
	}
	return ascii, nil
}

// endsInNumber reports whether the last label of host is a decimal or
// hexadecimal number, so that lenient parsers would read the whole as an IPv4
// address (WHATWG URL, "ends in a number checker").
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" {
		return false
	}
	digits := "0123456789"
	if rest, ok := strings.CutPrefix(last, "0x"); ok {
		last, digits = rest, "0123456789abcdef"
	}
	return strings.Trim(last, digits) == ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func defaultPort(scheme string) uint16 {
	if scheme == "https" {
		return 443
	}
	return 80
}

// short cuts s for messages.
func short(s string) string {
	if len(s) > 120 {
		return strings.ToValidUTF8(s[:120], "") + "…"
	}
	return s
}
