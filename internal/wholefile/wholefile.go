// Package wholefile makes small files that are there whole or not at all,
// whenever the process or the power ends.
package wholefile

import (
	"errors"
	"os"
	"path/filepath"
)

// Create makes a file for this user alone, and returns when it lasts. It never
// replaces one: the error is fs.ErrExist when another process was faster.
func Create(path string, content []byte) (err error) {
	dir, name := filepath.Split(path)
	f, err := os.CreateTemp(dir, "."+name+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
