// Package relent lets work that can wait make room for work that cannot.
package relent

// Core offers the core that the calling thread runs on to other threads that
// wait for it, and returns once it has it again: at once when none waits, which
// costs about a microsecond. A thread that computes for milliseconds calls it
// between its pieces. The kernel would let a thread that is woken, to answer a
// reader, wait for the end of the other one's slice, even while another core
// has nothing to do.
func Core() { core() }
