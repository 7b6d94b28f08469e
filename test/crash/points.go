package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Calls that change what is stored. Every one of them is an instant at which a
// crash, a full disk or a broken disk can fall.
const storageCalls = "write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,fallocate,rename,renameat,unlink,unlinkat,mkdirat,linkat"

// Points is a single write, done again and again from the same state, each
// time disturbed at the next of its system calls.
type Points struct {
	Inject string // the program of test/crash/inject
	Under  string // "" for the storage in the folder, "socket:" for a database server's connection

	// Prepare makes the state before the write and returns its folder.
	Prepare func() (dir string, err error)
	// Command does the write. It prints "acked" when it was acknowledged.
	Command func(dir string) []string
	// Check starts from what is left and lists broken promises.
	Check func(dir string, acked bool) (problems []string, err error)

	Errno  string // with an error the call fails instead of killing the program
	Onward bool   // and every later call too
	Most   int    // 0 for every point, else about so many, spread evenly
}

// EveryPoint disturbs the write at its first system call, its second and so
// on, to the last, and checks what is left each time.
func EveryPoint(ctx context.Context, p Points) (Report, error) {
	var report Report
	total, err := p.count(ctx)
	if err != nil {
		return report, err
	}
	if total == 0 {
		return report, errors.New("the write made no system call that counts")
	}
	for _, at := range spread(total, p.Most) {
		if ctx.Err() != nil {
			return report, ctx.Err()
		}
		acked, problems, err := p.disturb(ctx, at)
		if err != nil {
			return report, fmt.Errorf("point %d of %d: %w", at, total, err)
		}
		report.Rounds++
		if acked {
			report.Acked++
		} else {
			report.Unacked++
		}
		for _, problem := range problems {
			report.problem("point %d of %d: %s", at, total, problem)
		}
	}
	return report, nil
}

// count does the write undisturbed.
func (p Points) count(ctx context.Context) (int, error) {
	dir, err := p.Prepare()
	if err != nil {
		return 0, err
	}
	out, seen, err := p.run(ctx, dir, 0)
	if err != nil {
		return 0, err
	}
	if !acknowledged(out) {
		return 0, fmt.Errorf("the undisturbed write was not acknowledged: %s", out)
	}
	problems, err := p.Check(dir, true)
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("the undisturbed write: %s", strings.Join(problems, "; "))
	}
	return seen, err
}

func (p Points) disturb(ctx context.Context, at int) (acked bool, problems []string, err error) {
	dir, err := p.Prepare()
	if err != nil {
		return false, nil, err
	}
	out, _, err := p.run(ctx, dir, at)
	if err != nil {
		return false, nil, err
	}
	acked = acknowledged(out)
	problems, err = p.Check(dir, acked)
	return acked, problems, err
}

// run does the write under inject and returns what it printed and how many
// calls were seen.
func (p Points) run(ctx context.Context, dir string, at int) (out string, seen int, err error) {
	reportFile := filepath.Join(os.TempDir(), fmt.Sprintf("dateline-inject-%d", os.Getpid()))
	defer os.Remove(reportFile)
	under := p.Under
	if under == "" {
		under = dir
	}
	args := []string{"-calls", storageCalls, "-under", under, "-at", strconv.Itoa(at), "-report", reportFile}
	if p.Errno != "" {
		args = append(args, "-errno", p.Errno, fmt.Sprintf("-onward=%v", p.Onward))
	} else if at > 0 {
		args = append(args, "-kill")
	}
	cmd := exec.CommandContext(ctx, p.Inject, append(append(args, "--"), p.Command(dir)...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() == 125 {
		return "", 0, fmt.Errorf("inject: %w: %s", err, stderr.String())
	}
	text, err := os.ReadFile(reportFile)
	if err != nil {
		return "", 0, err
	}
	seen, err = strconv.Atoi(string(text))
	return stdout.String() + stderr.String(), seen, err
}

func acknowledged(out string) bool { return strings.Contains(out, "acked") }

// spread picks about most of the points 1 to total, the first and the last
// among them; all for 0.
func spread(total, most int) []int {
	if most <= 1 || most >= total {
		most = total
	}
	var points []int
	for i := range most {
		at := 1
		if most > 1 {
			at = 1 + i*(total-1)/(most-1)
		}
		points = append(points, at)
	}
	return points
}

// CheckOnce starts the target and holds it against a single write, whatever
// else it stores: it is the Check of most Points.
func CheckOnce(ctx context.Context, t Target, op, key, payload string, acked bool) ([]string, error) {
	server, err := t.start(ctx)
	if err != nil {
		return []string{"the program does not start: " + err.Error()}, nil
	}
	defer server.Kill()
	entry := Entry{Op: op, Key: key, Hash: Hash([]byte(payload))}
	if acked {
		entry.Status = 200
	}
	public, err := State(ctx, server.URL, "public")
	if err != nil {
		return nil, err
	}
	database, err := State(ctx, server.URL, ViewSettled)
	if err != nil {
		return nil, err
	}
	strays := slices.DeleteFunc(slices.Clone(database), func(r Record) bool { return r.Op != OpStray })
	other := func(r Record) bool { return r.Key != key }
	public, database = slices.DeleteFunc(public, other), slices.DeleteFunc(database, other)
	return append(Compare(map[string]Entry{key: entry}, append(strays, database...)), compareViews(public, database)...), nil
}
