package wpcontent

import (
	"net/url"
	"regexp"
	"strings"
)

var (
	// name-300x200.jpg, as WordPress names a smaller copy.
	sizeSuffix = regexp.MustCompile(`-\d{1,5}x\d{1,5}(\.[A-Za-z0-9]{2,5})$`)
	// name-scaled.jpg, name-rotated.jpg, name-e1612345678901.jpg.
	editSuffix = regexp.MustCompile(`-(?:scaled|rotated|e\d{10,16})(\.[A-Za-z0-9]{2,5})$`)
	// name.jpg.webp, as optimising plugins name their twins.
	twinSuffix = regexp.MustCompile(`(\.(?:jpe?g|png|gif))\.(?:webp|avif)$`)
)

// FileAddresses returns the addresses under which the original of a picture or
// file may be known, the likeliest first: the address itself without query and
// fragment, without WordPress's size and edit suffixes, with "-scaled", and
// behind Jetpack's image proxy. Addresses keep their scheme; hosts their case.
func FileAddresses(address string) []string {
	address, _, _ = strings.Cut(address, "#")
	address, query, _ := strings.Cut(address, "?")
	if address == "" {
		return nil
	}
	if inner, ok := behindProxy(address, query); ok {
		address = inner
	}
	list := []string{address}
	add := func(s string) {
		for _, have := range list {
			if have == s {
				return
			}
		}
		list = append(list, s)
	}
	base := address
	for range 3 {
		next := base
		for _, re := range []*regexp.Regexp{twinSuffix, sizeSuffix, editSuffix} {
			next = re.ReplaceAllString(next, "$1")
			add(next)
		}
		if next == base {
			break
		}
		base = next
	}
	if i := strings.LastIndexByte(base, '.'); i > strings.LastIndexByte(base, '/') {
		add(base[:i] + "-scaled" + base[i:])
	}
	return list
}

// behindProxy returns the address behind Jetpack's Photon
// (https://i0.wp.com/host/path).
func behindProxy(address, query string) (string, bool) {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return "", false
	}
	host, path, ok := strings.Cut(rest, "/")
	if !ok || len(host) != len("i0.wp.com") || host[0] != 'i' || host[2:] != ".wp.com" || !strings.Contains(path, "/") {
		return "", false
	}
	scheme := "http://"
	if q, err := url.ParseQuery(query); err == nil && q.Get("ssl") == "1" {
		scheme = "https://"
	}
	return scheme + path, true
}
