// Package node installs the pinned npm packages that the tests use (axe-core,
// the Nu HTML checker) into a cache folder outside the repository. No install
// script of a package is run.
package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// ModulesVar names the environment variable with the node_modules folder that
// the test command installed.
const ModulesVar = "DATELINE_NODE_MODULES"

//go:embed package.json
var manifest []byte

//go:embed package-lock.json
var lock []byte

// Set is a pinned set of packages.
type Set struct {
	Name           string // of its folder in the cache
	Manifest, Lock []byte // package.json and package-lock.json
}

// Tests is the set that the tests use.
func Tests() Set { return Set{Name: "node", Manifest: manifest, Lock: lock} }

// Modules returns the node_modules folder of the tests: the one the
// environment names, else the one in the cache. The error says how to get it.
func Modules() (string, error) {
	if dir := os.Getenv(ModulesVar); dir != "" {
		return dir, nil
	}
	return Tests().modules()
}

// Install brings the packages of the tests when the cache lacks them and
// returns their node_modules folder.
func Install(ctx context.Context) (string, error) {
	if dir := os.Getenv(ModulesVar); dir != "" {
		return dir, nil
	}
	return Tests().Install(ctx)
}

func (s Set) modules() (string, error) {
	dir, err := s.cache()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(dir, "complete")); err != nil {
		return "", errors.New("the npm packages of the tests are not installed (go run ./test/run installs them)")
	}
	return filepath.Join(dir, "node_modules"), nil
}

// Install brings the set's packages when the cache lacks them and returns
// their node_modules folder.
func (s Set) Install(ctx context.Context) (string, error) {
	if modules, err := s.modules(); err == nil {
		return modules, nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("npm is not installed")
	}
	dir, err := s.cache()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for name, content := range map[string][]byte{"package.json": s.Manifest, "package-lock.json": s.Lock} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return "", err
		}
	}
	cmd := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w\n%s", err, bytes.TrimSpace(out))
	}
	if err := os.WriteFile(filepath.Join(dir, "complete"), nil, 0o644); err != nil {
		return "", err
	}
	return filepath.Join(dir, "node_modules"), nil
}

// cache is a folder of this lock file's own, so that another version of it
// never meets these packages.
func (s Set) cache() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(slices.Clone(s.Manifest), s.Lock...))
	return filepath.Join(base, "dateline-test", s.Name+"-"+hex.EncodeToString(sum[:6])), nil
}
