package subscriber

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// domainsText names domains of mailboxes: those that many people have, and,
// after a line of dashes, those that last for minutes.
//
//go:embed domains.txt
var domainsText string

type domainTable struct{ common, disposable map[string]bool }

var domains = sync.OnceValue(func() domainTable {
	t := domainTable{map[string]bool{}, map[string]bool{}}
	into := t.common
	for line := range strings.Lines(domainsText) {
		if strings.HasPrefix(line, "--") {
			into = t.disposable
			continue
		}
		for _, word := range strings.Fields(line) {
			into[word] = true
		}
	}
	return t
})

// disposable tells whether mailboxes at a domain last for minutes.
func disposable(domain string) bool {
	for {
		if domains().disposable[domain] {
			return true
		}
		_, above, found := strings.Cut(domain, ".")
		if !found {
			return false
		}
		domain = above
	}
}

// Suggest returns what somebody may have meant by an address whose domain looks
// like a slip of the fingers, "gmial.com" for "gmail.com"; "" when it does not.
func Suggest(typed string) string {
	a, err := parseAddress(typed)
	if err != nil {
		return ""
	}
	meant := suggestDomain(a.Domain)
	if meant == "" {
		return ""
	}
	return strings.TrimSuffix(a.Written, a.Domain) + meant
}

// suggestDomain returns the common domain that one may be a slip for, "" for
// none.
func suggestDomain(domain string) string {
	if domains().common[domain] || len(domain) < 6 {
		return ""
	}
	var near []string
	for known := range domains().common {
		if oneSlip(domain, known) {
			near = append(near, known)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return slices.Min(near)
}

// Slips tells many addresses of few domains that look like slips. Not for
// concurrent use.
type Slips struct{ known map[string]bool }

// Like tells whether Suggest would say something.
func (s *Slips) Like(address string) bool {
	_, domain, ok := strings.Cut(strings.ToLower(address), "@")
	if !ok {
		return false
	}
	slip, known := s.known[domain]
	if !known {
		slip = Suggest(address) != ""
		if s.known == nil || len(s.known) >= mostSlips {
			s.known = map[string]bool{}
		}
		s.known[domain] = slip
	}
	return slip
}

const mostSlips = 10_000 // domains known at a time

// oneSlip tells whether a becomes b by one letter that is missing, too much,
// another, or changed places with its neighbour.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 1:
		return a[i:] == b[i+1:]
	case 0:
		if i == len(a) {
			return false
		}
		swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		return swapped || a[i+1:] == b[i+1:]
	}
	return false
}
