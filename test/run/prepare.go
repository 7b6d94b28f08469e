package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// prepare brings what the tests need and returns their environment. What
// cannot be had is a failed check; the tests that need it skip themselves.
func prepare(ctx context.Context, sum *summary) (env []string, cleanup func()) {
	sum.check("packages", func() (string, error) {
		return fmt.Sprintf("%d Debian packages present", len(needs)), debian.Install(ctx, os.Stdout, needs)
	})
	if path, err := debian.Look("chromium"); err == nil {
		env = append(env, "DATELINE_CHROMIUM="+path)
	}
	if modules, err := node.Install(ctx); err == nil {
		env = append(env, node.ModulesVar+"="+modules)
	} else {
		sum.skip("npm packages", err.Error())
	}
	if dir := sharedFolder(); dir != "" {
		env = append(env, "DATELINE_SHARED="+dir)
	} else {
		sum.skip("shared data", "no ../shared beside the repository and DATELINE_SHARED is not set")
	}
	cleanup = func() {}
	sum.check("program", func() (string, error) {
		dir, err := os.MkdirTemp("", "dateline-program-")
		if err != nil {
			return "", err
		}
		cleanup = func() { os.RemoveAll(dir) }
		path, err := product.Build(ctx, dir)
		if err == nil {
			env = append(env, product.ProgramVar+"="+path)
		}
		return "built once for all tests", err
	})
	sum.check("postgresql", func() (string, error) {
		cluster, remove, err := startPostgres(ctx)
		if err != nil {
			return "", err
		}
		built := cleanup
		cleanup = func() { remove(); built() }
		env = append(env, "DATELINE_TEST_POSTGRES="+cluster.URL())
		return fmt.Sprintf("own cluster on port %d", cluster.Port), nil
	})
	return env, cleanup
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
