//go:build unix

package codec

import (
	"context"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// withMemory gives the instances that are made under ctx memory outside of
// Go's heap. An encoder's memory grows in hundreds of small steps, each of
// which would leave a copy to the garbage collector; here the space for the
// largest size is reserved, only touched pages count, and all of it goes back
// to the system when the instance ends.
func withMemory(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(func(_, limit uint64) experimental.LinearMemory {
		b, err := syscall.Mmap(-1, 0, int(limit), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			return &reserved{} // grows to nothing: the instance fails to start
		}
		return &reserved{b}
	}))
}

// reserved is one instance's memory.
type reserved struct{ all []byte }

// Reallocate returns the first size bytes, nil when they are not there.
func (r *reserved) Reallocate(size uint64) []byte {
	if size > uint64(len(r.all)) {
		return nil
	}
	return r.all[:size]
}

// Free gives the memory back.
func (r *reserved) Free() {
	if r.all != nil {
		_ = syscall.Munmap(r.all)
		r.all = nil
	}
}
