package wxr

import (
	"os"
	"path/filepath"
	"testing"
)

// sharedFile returns the path of a file among the data that stands beside the
// repository, and skips the test when it is absent.
func sharedFile(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		wd, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for dir = wd; ; dir = filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			if dir == filepath.Dir(dir) {
				t.Fatal("no go.mod above " + wd)
			}
		}
		dir = filepath.Join(dir, "..", "shared")
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is absent; set DATELINE_SHARED to the folder of shared test data", path)
	}
	return path
}
