package media_test

import (
	"context"
	"errors"
	"io"

	"dateline/internal/blob"
)

var errBlob = errors.New("the disk is gone")

// failingStore lets `left` blobs be written and no more.
type failingStore struct {
	blob.Store
	left int
}

func (f *failingStore) Put(ctx context.Context, key string, r io.Reader) (blob.Info, error) {
	if f.left--; f.left < 0 {
		return blob.Info{}, errBlob
	}
	return f.Store.Put(ctx, key, r)
}
