// Package debian installs the Debian packages that the tests need and the
// machine lacks. It looks for the programs, not for the package names, so a
// machine that has them from elsewhere is left alone.
package debian

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Need is one package and the way to tell that what it brings is there.
type Need struct {
	Package string
	Have    func() bool
}

// Program needs an executable on the path or in the system's sbin folders.
func Program(pkg, name string) Need {
	return Need{Package: pkg, Have: func() bool { _, err := Look(name); return err == nil }}
}

// Files needs at least one file that matches the pattern.
func Files(pkg, pattern string) Need {
	return Need{Package: pkg, Have: func() bool {
		found, err := filepath.Glob(pattern)
		return err == nil && len(found) > 0
	}}
}

// Look finds a program on the path and in the sbin folders, which the path of
// an ordinary user lacks.
func Look(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/sbin", "/usr/local/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed", name)
}

// Missing lists the packages whose contents the machine lacks.
func Missing(needs []Need) []string {
	var names []string
	for _, n := range needs {
		if !n.Have() {
			names = append(names, n.Package)
		}
	}
	return names
}

// Install brings the missing packages with apt-get, after one update of its
// lists, and says on out what it does. Without root or apt-get the error tells
// what to install by hand.
func Install(ctx context.Context, out io.Writer, needs []Need) error {
	missing := Missing(needs)
	if len(missing) == 0 {
		return nil
	}
	command := "apt-get update && apt-get install -y --no-install-recommends " + strings.Join(missing, " ")
	if os.Geteuid() != 0 {
		return fmt.Errorf("missing Debian packages: %s; run as root: %s", strings.Join(missing, " "), command)
	}
	if _, err := Look("apt-get"); err != nil {
		return fmt.Errorf("missing programs of the Debian packages %s, and there is no apt-get to install them", strings.Join(missing, " "))
	}
	fmt.Fprintf(out, "installing %s\n", strings.Join(missing, " "))
	if err := aptGet(ctx, "update", "-q"); err != nil {
		return err
	}
	if err := aptGet(ctx, append([]string{"install", "-y", "-q", "--no-install-recommends"}, missing...)...); err != nil {
		return err
	}
	if still := Missing(needs); len(still) > 0 {
		return fmt.Errorf("apt-get installed %s, but their programs are still missing", strings.Join(still, " "))
	}
	return nil
}

func aptGet(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return errors.Join(fmt.Errorf("apt-get %s: %w", strings.Join(args, " "), err), errors.New(tail(output.String(), 20)))
	}
	return nil
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return strings.Join(all, "\n")
}
