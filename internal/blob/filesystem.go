package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"dateline/internal/fault"
	"dateline/internal/id"
)

// tempDir holds files being written, beside the blobs so that the rename
// stays within one file system. No key begins with a dot, so no blob is there.
const tempDir = ".tmp"

// abandoned is the age after which a file being written has lost its writer.
const abandoned = 24 * time.Hour

// Filesystem is a Store in a folder. It works through os.Root: even a
// symbolic link planted in the folder cannot lead out of it.
type Filesystem struct {
	root *os.Root
}

// OpenFilesystem opens the folder dir, making it when absent, and removes
// what writers that died over a day before now left half-written.
func OpenFilesystem(dir string, now time.Time) (*Filesystem, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the media folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the media folder: %w", err)
	}
	f := &Filesystem{root: root}
	if err := f.makeDir(tempDir); err != nil {
		_ = root.Close()
		return nil, err
	}
	f.sweep(now)
	return f, nil
}

// Close releases the folder.
func (f *Filesystem) Close() error { return f.root.Close() }

// sweep removes abandoned temporary files. One that cannot be removed waits
// for the next time.
func (f *Filesystem) sweep(now time.Time) {
	entries, err := fs.ReadDir(f.root.FS(), tempDir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > abandoned {
			_ = f.root.Remove(path.Join(tempDir, e.Name()))
		}
	}
}

// Put implements Store: a temporary file, synced, renamed, and the folder
// synced too, without which a power cut could take the name back.
func (f *Filesystem) Put(ctx context.Context, key string, r io.Reader) (info Info, err error) {
	if err := CheckKey(key); err != nil {
		return Info{}, err
	}
	temp := path.Join(tempDir, id.Token())
	defer func() {
		if err != nil {
			_ = f.root.Remove(temp)
			err = storage(key, err)
		}
	}()
	if err := f.write(ctx, temp, r); err != nil {
		return Info{}, err
	}
	if err := f.makeDir(path.Dir(key)); err != nil {
		return Info{}, err
	}
	if err := f.root.Rename(temp, key); err != nil {
		return Info{}, err
	}
	if err := f.syncDir(path.Dir(key)); err != nil {
		return Info{}, err
	}
	return f.Stat(ctx, key)
}

func (f *Filesystem) write(ctx context.Context, name string, r io.Reader) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, &cancellable{ctx: ctx, r: r})
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// cancellable ends a read loop when ctx does.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// makeDir makes dir and its parents, syncing the parent of each one made.
func (f *Filesystem) makeDir(dir string) error {
	if dir == "." {
		return nil
	}
	if _, err := f.root.Stat(dir); err == nil {
		return nil
	}
	parent := path.Dir(dir)
	if err := f.makeDir(parent); err != nil {
		return err
	}
	if err := f.root.Mkdir(dir, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return f.syncDir(parent)
}

func (f *Filesystem) syncDir(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Get implements Store.
func (f *Filesystem) Get(_ context.Context, key string) (Object, error) {
	if err := CheckKey(key); err != nil {
		return Object{}, err
	}
	file, err := f.root.Open(key)
	if err != nil {
		return Object{}, storage(key, err)
	}
	info, err := describe(file, key)
	if err != nil {
		_ = file.Close()
		return Object{}, storage(key, err)
	}
	return Object{ReadSeekCloser: file, Info: info}, nil
}

func describe(file *os.File, key string) (Info, error) {
	s, err := file.Stat()
	if err != nil {
		return Info{}, err
	}
	if !s.Mode().IsRegular() {
		return Info{}, fs.ErrNotExist
	}
	return Info{Key: key, Size: s.Size(), Modified: s.ModTime()}, nil
}

// Stat implements Store.
func (f *Filesystem) Stat(_ context.Context, key string) (Info, error) {
	if err := CheckKey(key); err != nil {
		return Info{}, err
	}
	s, err := f.root.Stat(key)
	if err == nil && !s.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return Info{}, storage(key, err)
	}
	return Info{Key: key, Size: s.Size(), Modified: s.ModTime()}, nil
}

// Delete implements Store. Folders stay: removing one could race a Put.
func (f *Filesystem) Delete(ctx context.Context, key string) error {
	if _, err := f.Stat(ctx, key); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	}
	if err := f.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return storage(key, err)
	}
	return storage(key, f.syncDir(path.Dir(key)))
}

// List implements Store.
func (f *Filesystem) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		w := walk{ctx: ctx, fsys: f.root.FS(), prefix: prefix, yield: yield}
		w.dir(".")
	}
}

// walk goes through the folder in the order of keys.
type walk struct {
	ctx    context.Context
	fsys   fs.FS
	prefix string
	yield  func(Info, error) bool
}

// dir yields what is under dir; false ends the walk. Entries come sorted by
// name with a folder's name ending in "/", which is the order of whole keys.
func (w *walk) dir(dir string) bool {
	if err := w.ctx.Err(); err != nil {
		return w.yield(Info{}, err) && false
	}
	entries, err := fs.ReadDir(w.fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true // deleted meanwhile
	}
	if err != nil {
		return w.yield(Info{}, storage(dir, err)) && false
	}
	sortByKey(entries)
	for _, e := range entries {
		key := path.Join(dir, e.Name())
		if e.IsDir() {
			if w.mayHold(key+"/") && !w.dir(key) {
				return false
			}
		} else if strings.HasPrefix(key, w.prefix) && !w.file(e, key) {
			return false
		}
	}
	return true
}

// sortByKey orders entries as the keys under them are ordered: "a-b" before
// what is in folder "a", since "-" is before "/".
func sortByKey(entries []fs.DirEntry) {
	key := func(e fs.DirEntry) string {
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(key(a), key(b)) })
}

// mayHold reports whether keys beginning with dir can have the prefix.
func (w *walk) mayHold(dir string) bool {
	return !strings.HasPrefix(dir, ".") && (strings.HasPrefix(dir, w.prefix) || strings.HasPrefix(w.prefix, dir))
}

func (w *walk) file(e fs.DirEntry, key string) bool {
	info, err := e.Info()
	if err != nil || !info.Mode().IsRegular() || CheckKey(key) != nil {
		return true
	}
	return w.yield(Info{Key: key, Size: info.Size(), Modified: info.ModTime()}, nil)
}

// storage gives an error of the file system its code.
func storage(key string, err error) error {
	var known *fault.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return fault.New(fault.NotFound, "no blob %q: %w", key, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.New(fault.Full, "no space left for blob %q: %w", key, err).
			WithHint("Free space in the media folder, then try again; nothing was lost.")
	}
	return fmt.Errorf("blob %q: %w", key, err)
}
