package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dateline/test/debian"
	"dateline/test/node"
	"dateline/test/pg"
	"dateline/test/product"
)

// needs are the Debian packages the tests use.
var needs = []debian.Need{
	debian.Files("postgresql", "/usr/lib/postgresql/*/bin/postgres"),
	debian.Program("chromium", "chromium"),
	debian.Files("fonts-liberation", "/usr/share/fonts/truetype/liberation*/*"),
	debian.Files("fonts-dejavu-core", "/usr/share/fonts/truetype/dejavu/*"),
	debian.Program("strace", "strace"),
	debian.Program("e2fsprogs", "mkfs.ext4"),
	debian.Program("mount", "losetup"),
	debian.Program("default-jre-headless", "java"),
	debian.Program("xz-utils", "xz"),
	debian.Program("opensmtpd", "smtpd"),
	debian.Files("python3-dkim", "/usr/lib/python3/dist-packages/dkim/__init__.py"),
	debian.Files("python3-nacl", "/usr/lib/python3/dist-packages/nacl/__init__.py"),
}

// repository is the folder of the go.mod above the working directory.
func repository() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module dateline\n") {
			return dir, nil
		}
	}
	return "", errors.New("run the tests inside the repository")
}

// stand is what the tests stand on.
type stand struct {
	env      []string
	later    []func() // wait for what is still being made
	cleaning []func()
}

// wait waits for what was begun beside checks and tests.
func (s *stand) wait() {
	for _, wait := range s.later {
		wait()
	}
	s.later = nil
}

// clean gives everything back, the last first.
func (s *stand) clean() {
	s.wait()
	for _, fn := range slices.Backward(s.cleaning) {
		fn()
	}
}

func (s *stand) set(name, value string) { s.env = append(s.env, name+"="+value) }

// prepare brings what the tests need. What cannot be had is a failed check; the
// tests that need it skip themselves.
func prepare(ctx context.Context, sum *summary, opt options) *stand {
	s := &stand{}
	if dir := inMemory(); dir != "" {
		s.cleaning = append(s.cleaning, func() { os.RemoveAll(dir) })
		os.Setenv("TMPDIR", dir)
	}
	var program string
	built := sum.beside("program", func() (detail string, err error) {
		dir, err := s.folder("dateline-program-")
		if err == nil {
			program, err = product.Build(ctx, dir)
		}
		return "built once for all tests", err
	})
	sum.check("packages", func() (string, error) {
		return fmt.Sprintf("%d Debian packages present", len(needs)), debian.Install(ctx, os.Stdout, needs)
	})
	modules, noModules := node.Install(ctx)
	built()
	if program != "" {
		s.set(product.ProgramVar, program)
	}
	if path, err := debian.Look("chromium"); err == nil {
		s.set("DATELINE_CHROMIUM", path)
	}
	if noModules == nil {
		s.set(node.ModulesVar, modules)
	} else {
		sum.skip("npm packages", noModules.Error())
	}
	if dir := sharedFolder(); dir != "" {
		s.set("DATELINE_SHARED", dir)
	} else {
		sum.skip("shared data", "no ../shared beside the repository and DATELINE_SHARED is not set")
	}
	sum.check("postgresql", func() (string, error) {
		cluster, remove, err := startPostgres(ctx)
		if err != nil {
			return "", err
		}
		s.cleaning = append(s.cleaning, remove)
		s.set("DATELINE_TEST_POSTGRES", cluster.URL())
		return fmt.Sprintf("own cluster on port %d", cluster.Port), nil
	})
	if program != "" && opt.run == "" && slices.Contains(opt.packages, everything) {
		s.sample(ctx, sum, program)
	}
	return s
}

// sample begins to fill the sample newsroom of which the browser tests, which
// wait for it, make copies.
func (s *stand) sample(ctx context.Context, sum *summary, program string) {
	dir, err := s.folder("dateline-sample-")
	if err != nil {
		sum.fail("sample newsroom", err.Error())
		return
	}
	s.set(product.SampleVar, dir)
	s.later = append(s.later, sum.beside("sample newsroom", func() (string, error) {
		return "filled once for all tests", product.ShareSample(ctx, program, dir)
	}))
}

// folder makes a temporary folder that goes when the run ends.
func (s *stand) folder(pattern string) (string, error) {
	dir, err := os.MkdirTemp("", pattern)
	if err == nil {
		s.cleaning = append(s.cleaning, func() { os.RemoveAll(dir) })
	}
	return dir, err
}

func startPostgres(ctx context.Context) (*pg.Cluster, func(), error) {
	dir, err := os.MkdirTemp("", "dateline-postgres-")
	if err != nil {
		return nil, nil, err
	}
	os.Chmod(dir, 0o755) // the postgres user must reach its folder inside
	cluster, err := pg.New(ctx, dir, pg.Options{})
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, err
	}
	return cluster, func() { cluster.Stop(); os.RemoveAll(dir) }, nil
}

// sharedFolder is the absolute path of other people's test data, or "".
func sharedFolder() string {
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "shared")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	if _, err := os.Stat(filepath.Join(abs, "data")); err != nil {
		return ""
	}
	return abs
}
