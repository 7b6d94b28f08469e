package web

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// endUntaken has the system end a connection whose client takes nothing of
// what is sent for so long: it went away without a word, or does not read.
// Writing alone does not notice for many minutes, as a little more always
// fits into the system's buffers.
func endUntaken(c *net.TCPConn, after time.Duration) {
	raw, err := c.SyscallConn()
	if err != nil {
		return // it is closed
	}
	_ = raw.Control(func(fd uintptr) { // not every kind of connection can (MPTCP)
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(after.Milliseconds()))
	})
}
