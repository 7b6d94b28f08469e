//go:build !unix

package codec

import "context"

// withMemory leaves instances in Go's heap.
func withMemory(ctx context.Context) context.Context { return ctx }
