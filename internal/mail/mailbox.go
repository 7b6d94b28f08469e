package mail

import (
	"strings"

	"golang.org/x/net/idna"
)

const (
	mostAddress = 254 // RFC 5321, section 4.5.3.1.3, without the angle brackets
	mostLocal   = 64
)

// Mailbox is a mail address in the forms that matter: as it is written to, and
// as it is compared.
type Mailbox struct {
	Written string // local part as typed, domain in lower-case ASCII
	Key     string // local part folded too
	Box     string // key without plus-tag and Gmail's dots
	Domain  string
}

// ParseMailbox takes an address as somebody typed it. It knows the plain form
// alone (RFC 5321's Dot-string at a domain name): what else the grammar allows,
// such as quotes, comments and numbers in brackets, no reader has.
func ParseMailbox(typed string) (Mailbox, bool) {
	typed = strings.TrimSpace(typed)
	at := strings.LastIndexByte(typed, '@')
	if at < 1 || len(typed) > mostAddress || at > mostLocal {
		return Mailbox{}, false
	}
	local, host := typed[:at], strings.TrimSuffix(typed[at+1:], ".")
	if !dotString(local) || strings.ContainsAny(host, "%/\\ \t\r\n\x00[]:") {
		return Mailbox{}, false
	}
	domain, err := idna.Lookup.ToASCII(host)
	if err != nil || !domainName(domain) || len(local)+1+len(domain) > mostAddress {
		return Mailbox{}, false
	}
	folded := strings.ToLower(local)
	m := Mailbox{Written: local + "@" + domain, Key: folded + "@" + domain, Domain: domain}
	box, _, _ := strings.Cut(folded, "+")
	if domain == "gmail.com" || domain == "googlemail.com" {
		box, domain = strings.ReplaceAll(box, ".", ""), "gmail.com"
	}
	m.Box = box + "@" + domain
	return m, true
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

// Mask shows enough of an address for its owner to know it: "a…@example.org".
func Mask(written string) string {
	at := strings.LastIndexByte(written, '@')
	if at < 1 {
		return "…"
	}
	return written[:1] + "…" + written[at:]
}
