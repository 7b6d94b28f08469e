package fetch

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"syscall"

	"dateline/internal/fault"
)

// denied4 are the IPv4 ranges that are not the public internet (IANA IPv4
// special-purpose registry, RFC 6890 and successors).
var denied4 = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
	"169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
	"192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
)

// global6 is the only IPv6 range that is routed globally; an allow-list,
// because a deny-list forgets (Mastodon forgot "::", CVE-2026-46348).
var global6 = netip.MustParsePrefix("2000::/3")

// denied6 are the ranges inside global6 that are special all the same: Teredo
// and ORCHID, documentation, 6to4, AS112 (IANA IPv6 special-purpose registry).
var denied6 = prefixes(
	"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Public reports whether addr is an address of the public internet, which is
// all that the client connects to. IPv6 forms that carry an IPv4 address are
// never public: nothing needs them, and they hide the address they carry.
func Public(addr netip.Addr) bool {
	if !addr.IsValid() || addr.Zone() != "" {
		return false
	}
	contains := func(p netip.Prefix) bool { return p.Contains(addr) }
	if addr.Is4() {
		return !slices.ContainsFunc(denied4, contains)
	}
	return global6.Contains(addr) && !slices.ContainsFunc(denied6, contains)
}

// control is called by the dialer with the resolved address, after DNS and
// before the connection is made: what it refuses receives no packet.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return refused(fmt.Sprintf("the address %q cannot be understood", address))
	}
	if !c.portAllowed(target.Port()) {
		return refused(fmt.Sprintf("port %d is not allowed", target.Port()))
	}
	if !Public(target.Addr()) {
		return refused("its address is not on the public internet")
	}
	if c.ownAddress(target.Addr()) {
		return refused("its address is this server's own")
	}
	return nil
}

func (c *Client) portAllowed(port uint16) bool {
	return port == 80 || port == 443 || slices.Contains(c.ports, int(port))
}

// interfaceAddress reports whether addr belongs to one of this machine's
// network interfaces, as they are now.
func interfaceAddress(addr netip.Addr) bool {
	own, err := net.InterfaceAddrs()
	if err != nil {
		return true // not knowing is no reason to connect
	}
	return slices.ContainsFunc(own, func(a net.Addr) bool {
		p, err := netip.ParsePrefix(a.String())
		return err == nil && p.Addr().Unmap() == addr.Unmap()
	})
}

// refused is the error of an address that the client does not talk to. It
// names no resolved address: whoever gave us the name must not learn what our
// DNS answers.
func refused(why string) error {
	return fault.New(fault.Denied, "refused to connect: %s", why).
		WithHint("Only servers on the public internet are fetched from. To take files from a server on your own network, add its host:port to the setting fetch_allow.")
}

func splitPort(port string, fallback uint16) (uint16, bool) {
	if port == "" {
		return fallback, true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return uint16(n), err == nil && n > 0
}
