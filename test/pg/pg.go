// Package pg runs a PostgreSQL cluster of its own for tests: in a folder of
// its own, on a free port of the loopback address, as the postgres user when
// the tests run as root (PostgreSQL refuses to run as root).
package pg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Role is the superuser of every cluster made here.
const Role = "dateline"

// Options of a cluster. The zero value is a fast cluster that a power cut
// would damage; Durable keeps fsync on, for the crash tests.
type Options struct {
	Durable bool
}

// Cluster is a running server. Its folder outlives Stop and Kill, so that a
// crash test can start it again.
type Cluster struct {
	Dir  string
	Port int

	opt  Options
	bin  string
	cmd  *exec.Cmd
	done chan struct{}
	log  string
}

// Bin finds the newest installed PostgreSQL's folder of programs.
func Bin() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return "", errors.New("PostgreSQL is not installed (Debian package postgresql)")
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return major(a) - major(b) })
	return filepath.Dir(newest), nil
}

func major(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// New makes a cluster in dir, which must exist and be reachable for the
// postgres user, and starts it.
func New(ctx context.Context, dir string, opt Options) (*Cluster, error) {
	bin, err := Bin()
	if err != nil {
		return nil, err
	}
	c := &Cluster{Dir: filepath.Join(dir, "pg"), opt: opt, bin: bin}
	c.log = filepath.Join(c.Dir, "server.log")
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	if cred := credential(); cred != nil {
		if err := os.Chown(c.Dir, int(cred.Uid), int(cred.Gid)); err != nil {
			return nil, err
		}
	}
	args := []string{"-D", c.data(), "-U", Role, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"}
	if !opt.Durable {
		args = append(args, "--no-sync")
	}
	if out, err := c.command(ctx, "initdb", args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return c, c.Start(ctx)
}

// Start runs the server on a free port and waits until it takes connections.
func (c *Cluster) Start(ctx context.Context) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	c.Port = port
	args := []string{"-D", c.data(), "-c", "listen_addresses=127.0.0.1", "-c", "port=" + strconv.Itoa(port),
		"-c", "unix_socket_directories=" + c.Dir, "-c", "max_connections=300", "-c", "shared_buffers=64MB"}
	if !c.opt.Durable {
		args = append(args, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	}
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	c.cmd = c.command(context.WithoutCancel(ctx), "postgres", args...)
	c.cmd.Stdout, c.cmd.Stderr = log, log
	c.cmd.SysProcAttr.Setpgid = true // an interrupt of the test run must not race with Stop
	if err := c.cmd.Start(); err != nil {
		return err
	}
	c.done = make(chan struct{})
	go func() { c.cmd.Wait(); close(c.done) }()
	return c.waitReady(ctx)
}

func (c *Cluster) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if exec.CommandContext(ctx, filepath.Join(c.bin, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(c.Port)).Run() == nil {
			return nil
		}
		select {
		case <-c.done:
			return fmt.Errorf("PostgreSQL ended before it was ready:\n%s", c.Log())
		case <-ctx.Done():
			c.Kill()
			return fmt.Errorf("PostgreSQL was not ready: %w\n%s", ctx.Err(), c.Log())
		case <-tick.C:
		}
	}
}

// URL is the connection string of the maintenance database.
func (c *Cluster) URL() string { return c.DatabaseURL("postgres") }

// DatabaseURL is the connection string of the database name.
func (c *Cluster) DatabaseURL(name string) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", Role, c.Port, name)
}

// CreateDatabase makes an empty database and returns its connection string.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) (string, error) {
	out, err := c.command(ctx, "createdb", "-h", "127.0.0.1", "-p", strconv.Itoa(c.Port), "-U", Role, name).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("createdb %s: %w\n%s", name, err, out)
	}
	return c.DatabaseURL(name), nil
}

// Pid is the process number of the server's main process.
func (c *Cluster) Pid() int { return c.cmd.Process.Pid }

// Log returns what the server wrote since it was started.
func (c *Cluster) Log() string {
	text, _ := os.ReadFile(c.log)
	return string(bytes.TrimSpace(text))
}

// Stop shuts the server down without waiting for its clients.
func (c *Cluster) Stop() {
	if c.cmd == nil {
		return
	}
	c.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-c.done:
	case <-time.After(20 * time.Second):
		c.Kill()
	}
}

// Kill ends the server and all its processes at once, as a crash does, and
// waits until they are gone, so that the folder can be used again.
func (c *Cluster) Kill() {
	if c.cmd == nil {
		return
	}
	// The server's children lead process groups of their own.
	pids := append(children(c.cmd.Process.Pid), c.cmd.Process.Pid)
	for _, pid := range slices.Backward(pids) {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	<-c.done
	for _, pid := range pids {
		for syscall.Kill(pid, 0) == nil && !zombie(pid) {
			time.Sleep(time.Millisecond)
		}
	}
	os.Remove(filepath.Join(c.data(), "postmaster.pid"))
}

func (c *Cluster) data() string { return filepath.Join(c.Dir, "data") }

// command prepares one of PostgreSQL's programs to run as the postgres user.
func (c *Cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, program), args...)
	cmd.Dir = c.Dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=" + c.Dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential()}
	return cmd
}

// credential is the postgres user's when the tests run as root, else nil.
func credential() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func children(pid int) []int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	var pids []int
	for _, field := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(field); err == nil {
			pids = append(pids, n)
		}
	}
	return pids
}

func zombie(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, state, _ := strings.Cut(string(text), ") ")
	return strings.HasPrefix(state, "Z")
}
