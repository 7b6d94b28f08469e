package edition

import (
	"context"
	"errors"
	"net"
	"strings"
)

// Resolver asks the name system; *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Records are what the name system says about mail from a domain.
type Records struct {
	Domain  string
	SPF     string // "" for none
	DMARC   string
	DKIM    string
	Unknown error // why nothing could be found out; nil when it could
}

// DKIM is how this site signs: under a selector, with a key whose record the
// delivery knows. The zero value signs nothing.
type DKIM struct {
	Selector string
	Record   string // that belongs into the name system
}

// lookUp asks for the records of a domain.
func lookUp(ctx context.Context, r Resolver, domain string, sign DKIM) Records {
	out := Records{Domain: domain}
	find := func(name, begins string) string {
		texts, err := r.LookupTXT(ctx, name)
		var missing *net.DNSError
		if err != nil && !(errors.As(err, &missing) && missing.IsNotFound) {
			out.Unknown = err
		}
		for _, text := range texts {
			if strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), begins) {
				return text
			}
		}
		return ""
	}
	out.SPF = find(domain, "v=spf1")
	out.DMARC = find("_dmarc."+domain, "v=dmarc1")
	if out.DMARC == "" { // that of the domain above holds below it
		if _, above, ok := strings.Cut(domain, "."); ok && strings.Contains(above, ".") {
			out.DMARC = find("_dmarc."+above, "v=dmarc1")
		}
	}
	if sign.Selector != "" {
		out.DKIM = find(sign.Selector+"._domainkey."+domain, "")
	}
	return out
}
