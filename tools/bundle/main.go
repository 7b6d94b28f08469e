// Command bundle builds the desk's scripts and styles: every entry of ui/desk
// becomes one file of ui/dist. From the root of the repository:
//
//	go run -C tools ./bundle            write ui/dist
//	go run -C tools ./bundle -check     compare ui/dist with a fresh build
//	go run -C tools ./bundle -out DIR   write elsewhere
//
// An entry is a .ts or .css file in ui/desk that no other file there imports.
// The npm packages of ui/package-lock.json are installed first when they are
// missing or of another lock file.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	check := flag.Bool("check", false, "compare with the committed files instead of writing")
	out := flag.String("out", "", "`folder` to write to; ui/dist when unset")
	extra := flag.String("entry", "", "build only this `file` of ui, such as editor/testpage.ts, and not ui/desk")
	plain := flag.Bool("plain", false, "keep the script readable")
	flag.Parse()
	if err := run(*check, *out, *extra, !*plain); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func run(check bool, out, only string, small bool) error {
	root, err := repository()
	if err != nil {
		return err
	}
	ui := filepath.Join(root, "ui")
	if err := install(ui); err != nil {
		return err
	}
	entries := []string{only}
	if only == "" {
		if entries, err = findEntries(ui); err != nil {
			return err
		}
	}
	files, err := build(ui, entries, small)
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(ui, "dist")
	}
	if check {
		return compare(out, files)
	}
	return write(out, files)
}

// repository is the folder above that holds ui and tools.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "ui", "package.json")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("run it inside the repository: go run -C tools ./bundle")
}

// install runs npm ci unless node_modules already holds the packages of this
// lock file.
func install(ui string) error {
	lock, err := os.ReadFile(filepath.Join(ui, "package-lock.json"))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(lock)
	stamp := filepath.Join(ui, "node_modules", ".dateline-lock")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == hex.EncodeToString(sum[:]) {
		return nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("npm is not installed; it is needed to build the desk's scripts, not to build or run Dateline")
	}
	cmd := exec.Command(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = ui
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in ui: %w\n%s", err, bytes.TrimSpace(text))
	}
	return os.WriteFile(stamp, []byte(hex.EncodeToString(sum[:])), 0o644)
}

// ours tells the files of a folder that this program makes.
func ours(name string) bool {
	return name == licenses || strings.HasSuffix(name, ".js") || strings.HasSuffix(name, ".css")
}

// write replaces the built files of a folder.
func write(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	present, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range present {
		if name := entry.Name(); ours(name) && files[name] == nil {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	for _, name := range sorted(files) {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return err
		}
		fmt.Printf("%8d  %s\n", len(files[name]), name)
	}
	return nil
}

// compare names the files that differ from a fresh build.
func compare(dir string, files map[string][]byte) error {
	var differ []string
	for _, name := range sorted(files) {
		if have, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(have, files[name]) {
			differ = append(differ, name)
		}
	}
	present, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range present {
		if name := entry.Name(); ours(name) && files[name] == nil {
			differ = append(differ, name+" (has no source)")
		}
	}
	if len(differ) > 0 {
		return fmt.Errorf("these files are not what the sources give; run go run -C tools ./bundle and commit ui/dist:\n  %s", strings.Join(differ, "\n  "))
	}
	return nil
}

func sorted(files map[string][]byte) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
