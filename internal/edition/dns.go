package edition

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"dateline/internal/account"
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
	Keys    []Published
	Unknown error // why something could not be found out; nil when all could
}

// Silent tells that the name system said nothing at all.
func (r Records) Silent() bool {
	return r.Unknown != nil && r.SPF == "" && r.DMARC == "" && !slices.ContainsFunc(r.Keys, func(k Published) bool { return k.Found != "" })
}

// DKIM is the record of a key that letters are signed with: where it belongs
// in the name system, and what belongs there.
type DKIM struct{ Name, Record string }

// Published is what stands where the record of a key belongs.
type Published struct {
	DKIM
	Found string // "" for nothing
}

// Right tells whether receivers find the key.
func (p Published) Right() bool { return p.Found != "" && keyOf(p.Found) == keyOf(p.Record) }

// dnsPatience is how long the name system may take for all questions of a check.
const dnsPatience = 5 * time.Second

// lookUp asks for the records of a domain.
func lookUp(ctx context.Context, r Resolver, domain string, keys []DKIM) Records {
	ctx, cancel := context.WithTimeout(ctx, dnsPatience)
	defer cancel()
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
	for _, k := range keys {
		out.Keys = append(out.Keys, Published{k, find(k.Name, "")})
	}
	return out
}

// The records that a domain without its own is advised to have.
func spfAdvice(domain string) string {
	return domain + ". TXT \"v=spf1 mx include:YOUR-MAIL-PROVIDER -all\""
}

func dmarcAdvice(domain string) string {
	return "_dmarc." + domain + ". TXT \"v=DMARC1; p=none; rua=mailto:postmaster@" + domain + "\""
}

// Domain returns the domain that letters are from with what the name system
// says about it. Its findings are among those of Check.
func (s *Service) Domain(ctx context.Context, actor account.Actor) (Records, []Finding, error) {
	if err := actor.Require(account.Author, "see newsletters"); err != nil {
		return Records{}, nil, err
	}
	var all []Finding
	r, err := s.domain(ctx, func(stops bool, code, detail string, args ...string) {
		all = append(all, Finding{Stops: stops, Code: code, Args: args, Detail: detail})
	})
	return r, all, err
}

// MailDomain is the domain that letters are from, "" while none is set.
func (s *Service) MailDomain() string {
	_, domain, _ := strings.Cut(strings.ToLower(s.From().Address), "@")
	return domain
}

// domain looks at what receivers look at: who may send for the domain that the
// letters are from.
func (s *Service) domain(ctx context.Context, add func(bool, string, string, ...string)) (Records, error) {
	domain := s.MailDomain()
	if s.Resolve == nil || domain == "" {
		return Records{}, nil
	}
	var keys []DKIM
	if s.DKIM != nil {
		var err error
		if keys, err = s.DKIM(ctx, domain); err != nil {
			return Records{}, err
		}
	}
	r := lookUp(ctx, s.Resolve, domain, keys)
	if len(keys) == 0 {
		add(false, "no_dkim_key", "", domain)
	}
	if r.Silent() {
		add(false, "dns_silent", "", domain)
		return r, nil
	}
	if r.SPF == "" {
		add(false, "no_spf", spfAdvice(domain), domain)
	}
	if r.DMARC == "" {
		add(false, "no_dmarc", dmarcAdvice(domain), domain)
	}
	for _, k := range r.Keys {
		switch record := k.Name + ". TXT \"" + k.Record + "\""; {
		case k.Found == "":
			add(false, "no_dkim", record, domain)
		case !k.Right():
			add(false, "other_dkim", record, domain)
		}
	}
	return r, nil
}

// keyOf is the public key of a DKIM record.
func keyOf(record string) string {
	for part := range strings.SplitSeq(record, ";") {
		if key, ok := strings.CutPrefix(strings.TrimSpace(part), "p="); ok {
			return strings.Join(strings.Fields(key), "")
		}
	}
	return ""
}
