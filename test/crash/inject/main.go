//go:build linux && amd64

// Command inject runs a program and does something to the n-th of its system
// calls of a set, counted over all its threads: it kills the program before
// the call is carried out, or makes the call fail with an error. strace can do
// the same, but counts every thread on its own, so that "for every n" would
// leave instants of a Go program out.
//
//	inject -calls fsync,pwrite64 -under /data -at 3 -kill -report FILE -- PROGRAM ARG...
//	inject -calls pwrite64 -under /data -at 2 -errno ENOSPC -onward -report FILE -- PROGRAM ARG...
//
// The report is the number of calls seen. It ends with the program's status,
// 137 when killed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

func main() {
	var t tracer
	calls := flag.String("calls", "", "the system calls to count, by name, with commas")
	flag.StringVar(&t.under, "under", "", "count only calls on a file below this `FOLDER`, or on a socket for \"socket:\"")
	flag.IntVar(&t.at, "at", 0, "the call to disturb, counted from 1; 0 only counts")
	flag.BoolVar(&t.kill, "kill", false, "kill the program before the call")
	flag.BoolVar(&t.onward, "onward", false, "disturb every call from -at on")
	errno := flag.String("errno", "", "let the call fail with this error")
	report := flag.String("report", "", "`FILE` for the number of calls seen")
	flag.Parse()
	if err := t.configure(*calls, *errno); err != nil {
		fail(err)
	}
	status, err := t.run(flag.Args())
	if err != nil {
		fail(err)
	}
	if *report != "" {
		if err := os.WriteFile(*report, fmt.Append(nil, t.seen), 0o644); err != nil {
			fail(err)
		}
	}
	os.Exit(status)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "inject:", err)
	os.Exit(125)
}

// numbers are the system calls that change storage. Those in byPath name their
// file by a path instead of an open descriptor.
var numbers = map[string]uint64{
	"write": syscall.SYS_WRITE, "pwrite64": syscall.SYS_PWRITE64, "writev": syscall.SYS_WRITEV, "pwritev": syscall.SYS_PWRITEV,
	"fsync": syscall.SYS_FSYNC, "fdatasync": syscall.SYS_FDATASYNC, "ftruncate": syscall.SYS_FTRUNCATE, "fallocate": syscall.SYS_FALLOCATE,
	"rename": syscall.SYS_RENAME, "renameat": syscall.SYS_RENAMEAT, "unlink": syscall.SYS_UNLINK, "unlinkat": syscall.SYS_UNLINKAT,
	"mkdirat": syscall.SYS_MKDIRAT, "mkdir": syscall.SYS_MKDIR, "linkat": syscall.SYS_LINKAT,
}

var byPath = []uint64{syscall.SYS_RENAME, syscall.SYS_RENAMEAT, syscall.SYS_UNLINK, syscall.SYS_UNLINKAT, syscall.SYS_MKDIRAT, syscall.SYS_MKDIR, syscall.SYS_LINKAT}

var errnos = map[string]syscall.Errno{"ENOSPC": syscall.ENOSPC, "EIO": syscall.EIO, "EDQUOT": syscall.EDQUOT}

// tracer follows one program and all its threads.
type tracer struct {
	set          map[uint64]bool
	under        string
	at           int
	kill, onward bool
	errno        syscall.Errno

	pid     int
	seen    int
	inside  map[int]bool // threads between entry and exit of a call
	failing map[int]bool // threads whose call is being failed
}

func (t *tracer) configure(calls, errno string) error {
	t.set, t.inside, t.failing = map[uint64]bool{}, map[int]bool{}, map[int]bool{}
	for _, name := range strings.Split(calls, ",") {
		number, ok := numbers[name]
		if !ok {
			return fmt.Errorf("unknown system call %q", name)
		}
		t.set[number] = true
	}
	if errno != "" {
		if t.errno = errnos[errno]; t.errno == 0 {
			return fmt.Errorf("unknown error %q", errno)
		}
	}
	return nil
}

// run starts the program under ptrace and returns its exit status.
func (t *tracer) run(args []string) (int, error) {
	if len(args) == 0 {
		return 0, errors.New("no program")
	}
	runtime.LockOSThread() // ptrace belongs to a thread
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	t.pid = cmd.Process.Pid
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &status, 0, nil); err != nil {
		return 0, err
	}
	const exitKill = 0x100000 // PTRACE_O_EXITKILL: no orphan survives the tracer
	options := syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACECLONE | syscall.PTRACE_O_TRACEFORK | syscall.PTRACE_O_TRACEVFORK | syscall.PTRACE_O_TRACEEXEC | exitKill
	if err := syscall.PtraceSetOptions(t.pid, options); err != nil {
		return 0, err
	}
	if err := syscall.PtraceSyscall(t.pid, 0); err != nil {
		return 0, err
	}
	return t.follow()
}

// follow handles the stops of all threads until the program is gone.
func (t *tracer) follow() (int, error) {
	exit := 0
	known := map[int]bool{t.pid: true}
	for {
		var status syscall.WaitStatus
		tid, err := syscall.Wait4(-1, &status, syscall.WALL, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.ECHILD:
			return exit, nil
		case err != nil:
			return 0, err
		case status.Exited() || status.Signaled():
			if tid == t.pid {
				exit = status.ExitStatus()
				if status.Signaled() {
					exit = 128 + int(status.Signal())
				}
			}
			continue
		}
		signal := 0
		switch stop := status.StopSignal(); {
		case stop == syscall.SIGTRAP|0x80:
			t.call(tid)
		case stop == syscall.SIGTRAP: // clone, fork, exec: the new thread stops by itself
		case stop == syscall.SIGSTOP && !known[tid]: // a new thread's first stop
		default:
			signal = int(stop)
		}
		known[tid] = true
		syscall.PtraceSyscall(tid, signal) // fails only for a thread that is gone, which Wait4 tells
	}
}

// call handles a thread's entry into a system call or its exit from it.
func (t *tracer) call(tid int) {
	t.inside[tid] = !t.inside[tid]
	var regs syscall.PtraceRegs
	if syscall.PtraceGetRegs(tid, &regs) != nil {
		return
	}
	if !t.inside[tid] {
		if t.failing[tid] {
			delete(t.failing, tid)
			regs.Rax = uint64(-int64(t.errno))
			syscall.PtraceSetRegs(tid, &regs)
		}
		return
	}
	if !t.set[regs.Orig_rax] || !t.counts(regs) {
		return
	}
	t.seen++
	if t.at == 0 || t.seen < t.at || (t.seen > t.at && !t.onward) {
		return
	}
	if t.kill {
		syscall.Kill(t.pid, syscall.SIGKILL)
	}
	if t.errno != 0 {
		regs.Orig_rax = ^uint64(0) // no such call: the kernel does nothing
		syscall.PtraceSetRegs(tid, &regs)
		t.failing[tid] = true
	}
}

// counts tells whether the call is about a file that is watched. Calls by path
// are rare and always count.
func (t *tracer) counts(regs syscall.PtraceRegs) bool {
	for _, number := range byPath {
		if regs.Orig_rax == number {
			return true
		}
	}
	target, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", t.pid, regs.Rdi))
	return err == nil && strings.HasPrefix(target, t.under)
}
