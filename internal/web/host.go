package web

import (
	"net"
	"net/url"
	"strings"

	"dateline/internal/fault"
)

// hosts are the Host values that the site answers to.
type hosts struct {
	exact    map[string]bool // in lower case
	loopback bool            // and this machine's own names, at any port
}

// newHosts allows the host of the configured origin. Without one, the site
// answers on this machine's own names and on the address it is bound to.
func newHosts(origin *url.URL, configured bool) *hosts {
	host := strings.ToLower(origin.Host)
	h := &hosts{exact: map[string]bool{host: true}, loopback: !configured}
	port := origin.Port()
	switch {
	case port == "" && origin.Scheme == "https":
		h.exact[host+":443"] = true
	case port == "":
		h.exact[host+":80"] = true
	}
	if !configured && port != "" {
		for _, name := range loopbackNames {
			h.exact[net.JoinHostPort(name, port)] = true
		}
	}
	return h
}

var loopbackNames = []string{"localhost", "127.0.0.1", "::1"}

func (h *hosts) allow(host string) bool {
	if h.exact[host] || h.exact[strings.ToLower(host)] {
		return true
	}
	if !h.loopback {
		return false
	}
	name := host
	if n, port, err := net.SplitHostPort(host); err == nil && isPort(port) {
		name = n
	} else {
		name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	}
	for _, known := range loopbackNames {
		if strings.EqualFold(name, known) {
			return true
		}
	}
	return false
}

func isPort(s string) bool {
	return s != "" && len(s) <= 5 && strings.Trim(s, "0123456789") == ""
}

// parseOrigin reads an origin, "https://news.example".
func parseOrigin(origin string) (*url.URL, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" {
		return nil, fault.New(fault.Invalid, "%q is not an origin such as https://news.example", origin)
	}
	return u, nil
}

// OriginOf returns the origin of a site without a configured one, from the
// address it is bound to. An address that means "all" becomes localhost.
func OriginOf(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://localhost"
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
