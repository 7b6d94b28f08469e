package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// runChecks runs the checks that are not tests. The vet passes of our own are
// tests, in internal/tests.
func runChecks(ctx context.Context, sum *summary, packages []string) {
	sum.check("gofmt", checkFormat)
	sum.check("go vet", func() (string, error) { return command(ctx, "go", append([]string{"vet"}, packages...)...) })
	bin, err := os.MkdirTemp("", "dateline-tools-")
	if err != nil {
		sum.fail("tools", err.Error())
		return
	}
	defer os.RemoveAll(bin)
	sum.check("staticcheck", func() (string, error) {
		path, err := buildTool(ctx, bin, "honnef.co/go/tools/cmd/staticcheck")
		if err != nil {
			return "", err
		}
		return command(ctx, path, packages...)
	})
	checkDesk(ctx, sum)
	archive := filepath.Join(sharedFolder(), "data", "govulndb", "govulndb.tar.xz")
	if _, err := os.Stat(archive); err != nil {
		sum.skip("govulncheck", "no vulnerability database at ../shared/data/govulndb/govulndb.tar.xz")
		return
	}
	sum.check("govulncheck", func() (string, error) { return checkVulnerabilities(ctx, bin, archive, packages) })
}

// checkDesk checks the desk's scripts: their types, and that the committed
// bundles are what the sources give. Only this needs npm; building Dateline
// does not.
func checkDesk(ctx context.Context, sum *summary) {
	sum.check("bundler", func() (string, error) { return command(ctx, "go", "test", "-C", "tools", "./bundle") })
	for _, program := range []string{"npm", "node"} {
		if _, err := exec.LookPath(program); err != nil {
			sum.skip("desk scripts", program+" is not installed")
			return
		}
	}
	before := sum.failed
	sum.check("desk bundles", func() (string, error) { return command(ctx, "go", "run", "-C", "tools", "./bundle", "-check") })
	if _, err := os.Stat(filepath.Join("ui", "node_modules", "typescript")); err != nil {
		if sum.failed == before {
			sum.fail("desk types", "ui/node_modules has no TypeScript")
		}
		return
	}
	sum.check("desk types", func() (string, error) {
		return command(ctx, "node", filepath.Join("ui", "node_modules", "typescript", "bin", "tsc"), "--noEmit", "-p", "ui")
	})
}

// checkFormat compares every Go file with its gofmt form, in this process.
func checkFormat() (string, error) {
	var unformatted []string
	count := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != "." && (name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".")) {
			return fs.SkipDir
		}
		if entry.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		count++
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if formatted, err := format.Source(source); err != nil || !bytes.Equal(source, formatted) {
			unformatted = append(unformatted, path)
		}
		return nil
	})
	if err == nil && len(unformatted) > 0 {
		err = errors.New("not in gofmt's form:\n  " + strings.Join(unformatted, "\n  "))
	}
	return fmt.Sprintf("%d files", count), err
}

// buildTool builds a program of the tools module into bin.
func buildTool(ctx context.Context, bin, path string) (string, error) {
	out := filepath.Join(bin, filepath.Base(path))
	_, err := command(ctx, "go", "build", "-C", "tools", "-o", out, path)
	return out, err
}

// checkVulnerabilities runs govulncheck on the unpacked offline database.
func checkVulnerabilities(ctx context.Context, bin, archive string, packages []string) (string, error) {
	path, err := buildTool(ctx, bin, "golang.org/x/vuln/cmd/govulncheck")
	if err != nil {
		return "", err
	}
	db := filepath.Join(bin, "govulndb")
	if err := os.Mkdir(db, 0o755); err != nil {
		return "", err
	}
	if _, err := command(ctx, "tar", "-xJf", archive, "-C", db); err != nil {
		return "", err
	}
	db, err = databaseRoot(db)
	if err != nil {
		return "", err
	}
	return command(ctx, path, append([]string{"-db", "file://" + db}, packages...)...)
}

// databaseRoot finds the folder that holds index/db.json, which the archive
// may wrap in a folder of its own.
func databaseRoot(dir string) (string, error) {
	for _, pattern := range []string{"index/db.json", "*/index/db.json"} {
		if found, _ := filepath.Glob(filepath.Join(dir, pattern)); len(found) > 0 {
			return filepath.Dir(filepath.Dir(found[0])), nil
		}
	}
	return "", errors.New("the vulnerability database holds no index/db.json")
}

// command runs a program quietly; its output is the error when it fails.
func command(ctx context.Context, name string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return "", nil
}
