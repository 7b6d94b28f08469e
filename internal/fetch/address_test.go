package fetch

import (
	"net/netip"
	"testing"
)

func TestPublic(t *testing.T) {
	private := []string{
		"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.1", "100.127.255.255",
		"127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.8", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1",
		"192.168.0.1", "192.168.255.255", "192.175.48.1", "198.18.0.1", "198.19.255.255",
		"198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::7f00:1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8",
		"64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "fe80::1", "fe80::1%eth0",
		"fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "1fff:ffff::1", "4000::1",
		"2001::1", "2001:1ff:ffff::1", "2001:db8::1", "2002:7f00:1::", "2620:4f:8000::1", "3fff::1", "3fff:fff::1",
		"2606:4700::1111%eth0",
	}
	for _, s := range private {
		if Public(netip.MustParseAddr(s)) {
			t.Errorf("%s passes as public", s)
		}
	}
	public := []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
		"128.0.0.0", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2000::1", "2001:200::1", "2001:db7:ffff::1", "2003::1", "2606:4700:4700::1111", "2a00:1450::1", "3ffe:ffff::1",
	}
	for _, s := range public {
		if !Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is refused", s)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("the zero address passes as public")
	}
}

func TestControl_RefusesOwnAddressAndPorts(t *testing.T) {
	c := New(Options{Ports: []int{8443}})
	own := netip.MustParseAddr("8.8.4.4")
	c.ownAddress = func(a netip.Addr) bool { return a == own }
	for address, ok := range map[string]bool{
		"8.8.8.8:80": true, "8.8.8.8:443": true, "8.8.8.8:8443": true, "[2606:4700::1111]:443": true,
		"8.8.8.8:22": false, "8.8.8.8:8080": false, "8.8.4.4:443": false, "10.0.0.1:80": false,
		"[::ffff:8.8.8.8]:80": false, "[2606:4700::1111%eth0]:443": false, "nonsense": false,
	} {
		if err := c.control("tcp", address, nil); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestInterfaceAddress_KnowsLoopback(t *testing.T) {
	if !interfaceAddress(netip.MustParseAddr("127.0.0.1")) {
		t.Error("127.0.0.1 is not seen as an address of this machine")
	}
	if interfaceAddress(netip.MustParseAddr("8.8.8.8")) {
		t.Error("8.8.8.8 is seen as an address of this machine")
	}
}
