package wholefile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"dateline/internal/wholefile"
)

func TestCreate_OnceForThisUserAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one")
	if err := wholefile.Create(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := wholefile.Create(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second file: %v", err)
	}
	if raw, err := os.ReadFile(path); err != nil || string(raw) != "first" {
		t.Errorf("%q %v", raw, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if all, err := os.ReadDir(filepath.Dir(path)); err != nil || len(all) != 1 {
		t.Errorf("drafts stay: %v %v", all, err)
	}
	if err := wholefile.Create(filepath.Join(path, "below"), nil); err == nil {
		t.Error("a file stands below a file")
	}
}
