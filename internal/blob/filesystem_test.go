package blob_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/internal/blob"
	"dateline/internal/blob/blobtest"
	"dateline/internal/clock"
	"dateline/internal/fault"
)

func open(t *testing.T, dir string, now time.Time) *blob.Filesystem {
	t.Helper()
	s, err := blob.OpenFilesystem(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestFilesystem(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store {
		return open(t, filepath.Join(t.TempDir(), "deep", "media"), clock.System{}.Now())
	})
}

func TestFilesystem_RemovesAbandonedFilesOnly(t *testing.T) {
	dir, now := t.TempDir(), clock.System{}.Now()
	s := open(t, dir, now)
	if _, err := s.Put(t.Context(), "a/kept", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"old": 25 * time.Hour, "young": time.Hour} {
		file := filepath.Join(dir, ".tmp", name)
		if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	open(t, dir, now)
	left, err := os.ReadDir(filepath.Join(dir, ".tmp"))
	if err != nil || len(left) != 1 || left[0].Name() != "young" {
		t.Errorf("left %v %v", left, err)
	}
	if _, err := s.Stat(t.Context(), "a/kept"); err != nil {
		t.Error(err)
	}
}

func TestFilesystem_LeavesNoTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, clock.System{}.Now())
	_, _ = s.Put(t.Context(), "a", io.MultiReader(strings.NewReader("x"), failing{}))
	_, _ = s.Put(t.Context(), "b", strings.NewReader("x"))
	if left, err := os.ReadDir(filepath.Join(dir, ".tmp")); err != nil || len(left) != 0 {
		t.Errorf("left %v %v", left, err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, os.ErrInvalid }

// A symbolic link that somebody plants in the folder leads nowhere outside.
func TestFilesystem_DoesNotFollowLinksOut(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, clock.System{}.Now())
	for name, target := range map[string]string{"file": secret, "folder": outside} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"file", "folder/secret"} {
		if o, err := s.Get(t.Context(), key); err == nil {
			b, _ := io.ReadAll(o)
			t.Errorf("%s is read: %q", key, b)
		}
	}
	if _, err := s.Put(t.Context(), "folder/new", strings.NewReader("x")); err == nil {
		t.Error("wrote through a link")
	}
	for info := range s.List(t.Context(), "") {
		t.Errorf("%s is listed", info.Key)
	}
	if left, _ := os.ReadDir(outside); len(left) != 1 {
		t.Errorf("outside there is now %v", left)
	}
}

// A full disk is told apart from other errors. /dev/full refuses every write
// with ENOSPC, as a full disk does.
func TestFilesystem_NamesAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here:", err)
	}
	defer full.Close()
	s := open(t, t.TempDir(), clock.System{}.Now())
	_, err = s.Put(t.Context(), "k", writeThrough{full})
	if !fault.Is(err, fault.Full) {
		t.Errorf("want full, got %v", err)
	}
}

// writeThrough passes on the error of writing to f.
type writeThrough struct{ f *os.File }

func (w writeThrough) Read([]byte) (int, error) { return w.f.Write([]byte("x")) }
