// Package shared finds other people's test data, which is read from beside the
// repository and never committed to it.
package shared

import (
	"os"
	"path/filepath"
	"testing"
)

// FolderVar names the environment variable with the folder of shared data.
const FolderVar = "DATELINE_SHARED"

// Path is the file or folder name below the shared folder. The test is skipped
// where it is absent.
func Path(t testing.TB, name string) string {
	t.Helper()
	path, ok := Find(name)
	if !ok {
		t.Skipf("no shared data %s (set %s or put shared/ beside the repository)", name, FolderVar)
	}
	return path
}

// Find is Path for programs: it reports whether the file is there.
func Find(name string) (string, bool) {
	if dir := os.Getenv(FolderVar); dir != "" {
		path := filepath.Join(dir, name)
		_, err := os.Stat(path)
		return path, err == nil
	}
	dir, err := os.Getwd()
	for ; err == nil && dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			path := filepath.Join(dir, "..", "shared", name)
			_, err := os.Stat(path)
			return path, err == nil
		}
	}
	return "", false
}
