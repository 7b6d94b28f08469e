// Package id makes the identifiers of rows: 63-bit, positive, growing with
// time, unique within a process and, by 12 random bits, very nearly so between
// nodes (the primary key settles the rest).
package id

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"
)

// epoch keeps 41 bits of milliseconds useful until 2089.
const epoch = 1577836800000 // 2020-01-01T00:00:00Z

var state struct {
	sync.Mutex
	last int64
}

// New returns the next identifier: 41 bits of milliseconds, then 22 bits that
// start at random in each millisecond and count up within it.
func New() int64 {
	state.Lock()
	defer state.Unlock()
	var b [4]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	low := int64(binary.LittleEndian.Uint32(b[:]) & 0xfffff)
	next := (time.Now().UnixMilli()-epoch)<<22 | low
	if next <= state.last {
		next = state.last + 1
	}
	state.last = next
	return next
}

// Token returns 128 random bits as 32 hexadecimal digits, for names that must
// not be guessed.
func Token() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
