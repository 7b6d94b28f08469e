package guard

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// mostLinks bounds the links of one comment that are looked at.
const mostLinks = 50

// link is an address that stands in a text.
type link struct {
	host string // lower case, without www.
	raw  string
}

// Domains are the registrable domains that a comment links to, in its text or
// as the writer's website, each once; the site's own are left out.
func Domains(s Sign) []string {
	return domainsOf(s, linksOf(s, read(s.Text)))
}

func domainsOf(s Sign, links []link) []string {
	var out []string
	add := func(host string) {
		if d := registrable(host); d != "" && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	for _, l := range links {
		add(l.host)
	}
	if host := hostOf(s.URL); host != "" && !own(s, host) {
		add(host)
	}
	return out
}

// linksOf are the links of a comment: those given and those that only stand in
// its text, each once, without those to the site itself.
func linksOf(s Sign, r reading) []link {
	var out []link
	add := func(l link) {
		same := func(o link) bool { return o.host == l.host && bare(o.raw) == bare(l.raw) }
		if l.host != "" && !own(s, l.host) && len(out) < mostLinks && !slices.ContainsFunc(out, same) {
			out = append(out, l)
		}
	}
	for _, raw := range s.Links[:min(len(s.Links), mostLinks)] {
		add(link{hostOf(raw), raw})
	}
	for _, l := range r.links {
		add(l)
	}
	return out
}

// bare is an address without what two spellings of it may differ in.
func bare(raw string) string {
	raw = strings.ToLower(raw)
	if _, rest, ok := strings.Cut(raw, "://"); ok {
		raw = rest
	}
	return strings.TrimRight(strings.TrimPrefix(raw, "www."), "/")
}

func own(s Sign, host string) bool {
	return slices.ContainsFunc(s.Own, func(o string) bool { return strings.EqualFold(strings.TrimPrefix(o, "www."), host) })
}

// hostOf is the host of an address, lower case and without "www.", or "".
func hostOf(raw string) string {
	raw = strings.TrimSpace(raw)
	if raw == "" || len(raw) > 4096 {
		return ""
	}
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if !strings.Contains(host, ".") && !strings.Contains(host, ":") {
		return ""
	}
	return strings.TrimPrefix(host, "www.")
}

// registrable is the domain somebody registered: "shop.example.co.uk" is
// "example.co.uk". A host below a shared one ("me.blogspot.com") is itself.
func registrable(host string) string {
	if len(host) > 253 {
		return ""
	}
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

// cutLinks takes the addresses out of a text. It also counts those that are
// written so that programs overlook them, such as "example dot com".
func cutLinks(text string) (rest string, links []link, hidden int) {
	if !strings.ContainsAny(text, ".:(") && !strings.Contains(strings.ToLower(text), "dot") {
		return text, nil, 0
	}
	var b strings.Builder
	fields := strings.Fields(text)
	skip := 0
	for i, f := range fields {
		if skip > 0 {
			skip--
			continue
		}
		if l, ok := asLink(f); ok {
			if len(links) < mostLinks {
				links = append(links, l)
			}
			b.WriteString(" . ")
			continue
		}
		if l, n := spelled(fields[i:]); n > 0 {
			hidden++
			if len(links) < mostLinks {
				links = append(links, l)
			}
			skip = n - 1
			b.WriteString(" . ")
			continue
		}
		b.WriteString(f)
		b.WriteByte(' ')
	}
	return b.String(), links, hidden
}

// asLink reads a word of a text as an address.
func asLink(word string) (link, bool) {
	at := strings.Index(word, "://")
	if at < 0 && strings.Count(word, ".") == 0 {
		return link{}, false
	}
	word = strings.Trim(word, "()[]{}<>\"'“”„«»‘’,;!?*_")
	word = strings.TrimRight(word, ".:")
	lower := strings.ToLower(word)
	for _, scheme := range []string{"https://", "http://", "hxxps://", "hxxp://"} {
		if i := strings.Index(lower, scheme); i >= 0 {
			rest := word[i+len(scheme):]
			if host := hostOf("http://" + rest); host != "" {
				return link{host, rest}, true
			}
			return link{}, false
		}
	}
	if strings.Contains(word, "@") || len(word) > 300 {
		return link{}, false
	}
	host, _, _ := strings.Cut(lower, "/")
	host, _, _ = strings.Cut(host, "?")
	if !domainName(host) {
		return link{}, false
	}
	return link{strings.TrimPrefix(host, "www."), word}, true
}

// domainName reports whether a word without a scheme can be a host: its last
// part is a registered top-level domain and what stands before is no number or
// abbreviation ("z.B.", "3.50", "Nein.Das").
func domainName(host string) bool {
	if strings.HasPrefix(host, "www.") {
		return strings.Count(host, ".") >= 2
	}
	first, last := host, ""
	if i := strings.LastIndexByte(host, '.'); i > 0 {
		first, last = host[:i], host[i+1:]
	}
	if len(first) < 2 || len(last) < 2 || !hostLetters(host) {
		return false
	}
	return commonTLD(last)
}

func hostLetters(host string) bool {
	for i := range len(host) {
		c := host[i]
		if !isLetter(c) && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return host[0] != '.' && host[0] != '-'
}

// commonTLD are the ends under which an address without a scheme is taken for
// one. Ends that are words people write after a full stop ("so", "is", "it",
// "in", "me", "to") are left out where they are commoner as words.
func commonTLD(end string) bool {
	switch end {
	case "com", "net", "org", "info", "biz", "xyz", "top", "club", "online", "site", "shop", "store", "live", "icu", "vip", "win", "bid", "loan",
		"click", "link", "work", "pro", "app", "dev", "io", "co", "tv", "cc", "ru", "cn", "su", "tk", "ml", "ga", "cf", "gq", "ws", "ly", "gl",
		"de", "fr", "es", "uk", "eu", "ca", "au", "nl", "pl", "br", "mx", "ua", "pw", "casino", "bet", "poker", "gd", "fm":
		return true
	}
	return false
}

// spelled reads an address that is written out: "example dot com",
// "example (dot) com", "example . com", "example [.] com". It returns how many
// words it takes, 0 for none.
func spelled(fields []string) (link, int) {
	if len(fields) >= 3 && dotWord(fields[1]) {
		first := strings.ToLower(strings.Trim(fields[0], "()[]\"',"))
		last := strings.ToLower(strings.TrimRight(fields[2], ".,;:!?)/"))
		last, _, _ = strings.Cut(last, "/")
		if len(first) >= 3 && hostLetters(first) && spelledTLD(last) {
			return link{strings.TrimPrefix(first+"."+last, "www."), first + "." + last}, 3
		}
	}
	f := strings.ToLower(fields[0])
	for _, dot := range []string{"(dot)", "[dot]", "{dot}", "(.)", "[.]", "{.}", "(punkt)", "(point)", "(punto)"} {
		if !strings.Contains(f, dot) {
			continue
		}
		host := strings.TrimRight(strings.ReplaceAll(f, dot, "."), ".,;:!?")
		if host, _, _ = strings.Cut(host, "/"); domainName(host) {
			return link{strings.TrimPrefix(host, "www."), host}, 1
		}
	}
	return link{}, 0
}

// spelledTLD are the ends taken for one in an address that is written out.
func spelledTLD(end string) bool {
	switch end {
	case "com", "net", "org", "info", "biz", "ru", "xyz", "top", "site", "online", "shop", "club", "de", "fr", "co", "io":
		return true
	}
	return false
}

func dotWord(word string) bool {
	switch strings.ToLower(strings.Trim(word, "()[]{}")) {
	case "dot", "punkt", "point", "punto", ".":
		return true
	}
	return false
}

// shorteners hide where a link leads.
func shortener(domain string) bool {
	switch domain {
	case "bit.ly", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "adf.ly", "cutt.ly", "rebrand.ly", "t.ly", "shorturl.at",
		"rb.gy", "tiny.cc", "bl.ink", "soo.gd", "s.id", "v.gd", "clck.ru", "adfoc.us", "linktr.ee", "bc.vc", "sh.st", "lnkd.in":
		return true
	}
	return false
}
