// Package blob keeps files: originals and the public variants made of them.
//
// A key is a path of one or more segments made by Dateline itself, mostly from
// hashes and random tokens: no name that a person gave ever becomes a key. No
// key may be a folder of another ("a" beside "a/b"): a file system cannot hold
// both. An implementation passes the suite of package blobtest.
package blob

import (
	"context"
	"io"
	"iter"
	"time"

	"dateline/internal/fault"
)

// Store keeps blobs under keys. Safe for concurrent use.
//
// All methods refuse an invalid key with fault.Invalid. Get and Stat of an
// absent key give fault.NotFound.
type Store interface {
	// Put stores all of r under key, replacing what was there. It is atomic:
	// readers see the old blob or the new one, whole, and after an error, a
	// crash or a cancelled ctx the old one is still there. When it returns
	// nil the blob survives a power cut. No space left is fault.Full.
	Put(ctx context.Context, key string, r io.Reader) (Info, error)
	// Get opens the blob; the caller closes it. The content stays readable
	// even when the blob is replaced or deleted meanwhile.
	Get(ctx context.Context, key string) (Object, error)
	Stat(ctx context.Context, key string) (Info, error)
	// Delete removes the blob; an absent one is no error.
	Delete(ctx context.Context, key string) error
	// List yields the blobs whose key begins with prefix, in the order of
	// their keys' bytes. An empty prefix lists everything. It ends at the
	// first error, which it yields.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
}

// Info describes a blob.
type Info struct {
	Key      string
	Size     int64 // bytes
	Modified time.Time
}

// Object is an open blob.
type Object struct {
	io.ReadSeekCloser
	Info Info
}

// maxKey is the longest key, in bytes: S3's limit is 1024, a file name's 255.
const maxKey = 240

// CheckKey returns fault.Invalid unless key is made of segments of a–z, 0–9,
// "-", "_" and ".", joined by single slashes, each beginning with a letter or
// digit. So "..", hidden files and absolute paths cannot be written at all,
// and keys that differ only by case cannot collide.
func CheckKey(key string) error {
	start := true
	for i := range len(key) {
		switch c := key[i]; {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			start = false
		case (c == '-' || c == '_' || c == '.') && !start:
		case c == '/' && !start:
			start = true
		default:
			return fault.New(fault.Invalid, "not a blob key: %q", key)
		}
	}
	if start || len(key) > maxKey {
		return fault.New(fault.Invalid, "not a blob key: %q", key)
	}
	return nil
}
