package fence_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dateline/internal/account"
	"dateline/internal/clock"
	"dateline/internal/db"
	"dateline/internal/db/dbtest"
	"dateline/internal/fault"
	"dateline/internal/fence"
)

var (
	admin  = account.Actor{ID: 1, Name: "Ada", Role: account.Administrator}
	editor = account.Actor{ID: 2, Name: "Ed", Role: account.Editor}
)

func open(t *testing.T, d *db.DB, folder string, want fence.Why) *fence.Fence {
	t.Helper()
	f, err := fence.Open(t.Context(), d, clock.NewManual(time.Unix(1e9, 0)), folder)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Held(); got != want {
		t.Errorf("held %q, want %q", got, want)
	}
	if (f.Err() != nil) != (want != fence.Free) {
		t.Errorf("the error is %v", f.Err())
	}
	return f
}

func beats(t *testing.T, f *fence.Fence, n int) {
	t.Helper()
	for range n {
		if err := f.Beat(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// copied is a copy of a folder, made as cp does.
func copied(t *testing.T, folder string) string {
	t.Helper()
	to := t.TempDir()
	in, err := os.Open(filepath.Join(folder, "instance"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(filepath.Join(to, "instance"))
	if err == nil {
		_, err = io.Copy(out, in)
	}
	if err != nil || out.Close() != nil {
		t.Fatal(err)
	}
	return to
}

func TestFence_KnowsItsOwnFolder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		folder := t.TempDir()
		beats(t, open(t, d, folder, fence.Free), 3)
		if err := os.Chmod(filepath.Join(folder, "instance"), 0o640); err != nil {
			t.Fatal(err)
		}
		moved := folder + "-moved"
		if err := os.Rename(folder, moved); err != nil {
			t.Fatal(err)
		}
		f := open(t, d, moved, fence.Free)
		beats(t, f, 1)
		if err := f.Confirm(t.Context(), admin); !fault.Is(err, fault.Conflict) {
			t.Errorf("confirmed what is not held: %v", err)
		}
	})
}

func TestFence_HoldsACopiedFolder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		folder := t.TempDir()
		original := open(t, d, folder, fence.Free)
		beats(t, original, 3)
		twin := copied(t, folder)
		f := open(t, d, twin, fence.Copied)
		open(t, d, twin, fence.Copied) // a restart is nobody's word
		beats(t, original, 1)
		if err := f.Confirm(t.Context(), editor); !fault.Is(err, fault.Denied) {
			t.Errorf("an editor confirms: %v", err)
		}
		called := make(chan struct{})
		f.Then(func() { close(called) })
		if err := f.Confirm(t.Context(), admin); err != nil {
			t.Fatal(err)
		}
		<-called
		beats(t, f, 2)
		open(t, d, twin, fence.Free)
		open(t, d, folder, fence.Free) // the original goes on as well
	})
}

func TestFence_HoldsARestoredDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		folder := t.TempDir()
		f := open(t, d, folder, fence.Free)
		beats(t, f, 5)
		set := func(beat int64) {
			if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE instance SET beat = $1`, beat)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		set(4) // the last beat is in the folder alone
		open(t, d, folder, fence.Free)
		set(2)
		open(t, d, folder, fence.Older)
		f = open(t, d, folder, fence.Older)
		if err := f.Beat(t.Context()); err != nil { // which must not make it free
			t.Fatal(err)
		}
		served := open(t, d, folder, fence.Older)
		if err := f.Confirm(t.Context(), admin); err != nil { // from the command line
			t.Fatal(err)
		}
		if why, err := served.Watch(t.Context()); err != nil || why != fence.Free {
			t.Errorf("the server holds on: %q %v", why, err)
		}
		open(t, d, folder, fence.Free)
	})
}

func TestFence_HoldsAnotherFolder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		open(t, d, t.TempDir(), fence.Free)
		other := t.TempDir()
		f := open(t, d, other, fence.Elsewhere)
		served := open(t, d, other, fence.Elsewhere)
		if why, err := served.Watch(t.Context()); err != nil || why != fence.Elsewhere {
			t.Errorf("free without a word: %q %v", why, err)
		}
		if err := f.Confirm(t.Context(), admin); err != nil {
			t.Fatal(err)
		}
		if why, err := served.Watch(t.Context()); err != nil || why != fence.Free {
			t.Errorf("the server holds on: %q %v", why, err)
		}
		open(t, d, other, fence.Free)
		if err := os.WriteFile(filepath.Join(other, "instance"), []byte("x\ny\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := fence.Open(t.Context(), d, clock.System{}, other); !fault.Is(err, fault.Invalid) {
			t.Errorf("a broken file: %v", err)
		}
	})
}
