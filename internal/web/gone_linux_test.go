package web

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestAccept_EndsConnectionsThatTakeNothing: the system is asked to, since what
// is written to a client that is gone goes into its buffers for long.
func TestAccept_EndsConnectionsThatTakeNothing(t *testing.T) {
	a, _ := open(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dial(t, l.Addr().String())
	c, err := (&cappedListener{Listener: l, app: a, open: map[netip.Prefix]int{}}).Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	raw, err := c.(*countedConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var patience int
	if failed := raw.Control(func(fd uintptr) { patience, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT) }); failed != nil || err != nil {
		t.Fatal(failed, err)
	}
	if got := time.Duration(patience) * time.Millisecond; got != writePatience {
		t.Errorf("a client may take nothing for %v", got)
	}
}
