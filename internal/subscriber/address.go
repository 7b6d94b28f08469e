package subscriber

import (
	"errors"
	"strings"

	"golang.org/x/net/idna"

	"dateline/internal/fault"
)

// Reasons why a wish cannot be followed, for errors.Is: surfaces say them in
// the reader's language.
var (
	ErrAddress    = errors.New("not an address")
	ErrDisposable = errors.New("an address that lasts for minutes")
	ErrNothing    = errors.New("nothing is chosen")
	ErrClosed     = errors.New("the newsletter takes no readers")
	ErrTooMany    = errors.New("too many sign-ups from one network")
	ErrNoMail     = errors.New("no mail server is set")
	ErrUsed       = errors.New("the link has done its work")
	ErrUnknown    = errors.New("nobody has this link any more")
)

const (
	mostAddress = 254 // RFC 5321, section 4.5.3.1.3, without the angle brackets
	mostLocal   = 64
)

// address is a mail address in the two forms that matter: as it is written to,
// and as it is compared.
type address struct {
	written string // local part as typed, domain in lower-case ASCII
	key     string // local part folded too
	mailbox string // key without plus-tag and Gmail's dots
	domain  string
}

// parseAddress takes an address as somebody typed it. It knows the plain form
// alone (RFC 5321's Dot-string at a domain name): what else the grammar allows,
// such as quotes, comments and numbers in brackets, no newsletter's reader has.
func parseAddress(typed string) (address, error) {
	bad := fault.New(fault.Invalid, "this is not a mail address: %w", ErrAddress).WithHint("write it as name@example.org")
	typed = strings.TrimSpace(typed)
	at := strings.LastIndexByte(typed, '@')
	if at < 1 || len(typed) > mostAddress || at > mostLocal {
		return address{}, bad
	}
	local, host := typed[:at], strings.TrimSuffix(typed[at+1:], ".")
	if !dotString(local) || strings.ContainsAny(host, "%/\\ \t\r\n\x00[]:") {
		return address{}, bad
	}
	domain, err := idna.Lookup.ToASCII(host)
	if err != nil || !domainName(domain) || len(local)+1+len(domain) > mostAddress {
		return address{}, bad
	}
	a := address{written: local + "@" + domain, domain: domain}
	folded := strings.ToLower(local)
	a.key = folded + "@" + domain
	box, _, _ := strings.Cut(folded, "+")
	if domain == "gmail.com" || domain == "googlemail.com" {
		box, domain = strings.ReplaceAll(box, ".", ""), "gmail.com"
	}
	a.mailbox = box + "@" + domain
	return a, nil
}

// dotString tells whether a local part is atoms with dots between them.
func dotString(local string) bool {
	before := byte('.')
	for i := range len(local) {
		c := local[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if c == '.' && before == '.' || c != '.' && !letter && strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) < 0 {
			return false
		}
		before = c
	}
	return before != '.'
}

// domainName tells whether an ASCII host is a name that mail can go to: labels
// with dots between them, the last one no number.
func domainName(host string) bool {
	labels := strings.Split(host, ".")
	if len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			c := label[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	return len(last) > 1 && strings.Trim(last, "0123456789") != ""
}

// index is the keyed hash under which an address is looked up.
func (s *Service) index(a address) string { return s.vault.Index(purposeAddress, a.key) }

// Mask shows enough of an address for its owner to know it: "a…@example.org".
func mask(written string) string {
	at := strings.LastIndexByte(written, '@')
	if at < 1 {
		return "…"
	}
	return written[:1] + "…" + written[at:]
}
