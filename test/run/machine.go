package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// memory is where Linux keeps files in memory.
const memory = "/dev/shm"

const (
	tmpfs    = 0x01021994
	noExec   = 8
	scratch  = 6 << 30 // what a run may write
	needFree = 12 << 30
)

// scratchPrefix begins the name of a run's folder in memory; the number of its
// process follows.
const scratchPrefix = "dateline-run-"

// inMemory makes a folder for everything that is temporary, in memory where the
// machine has enough of it: databases of tests write thousands of times what a
// disk then has to sync, and no test of Dateline's is about the machine's disk
// (the crash tests that need one make it). "" says that there is none, or that
// whoever runs the tests has chosen another place with TMPDIR.
func inMemory() string {
	if os.Getenv("TMPDIR") != "" {
		return ""
	}
	forget(memory)
	var fs syscall.Statfs_t
	if syscall.Statfs(memory, &fs) != nil || fs.Type != tmpfs || fs.Flags&noExec != 0 ||
		int64(fs.Bavail)*fs.Bsize < scratch || available() < needFree {
		return ""
	}
	dir, err := os.MkdirTemp(memory, scratchPrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return ""
	}
	os.Chmod(dir, 0o755) // the postgres user must reach its folder inside
	return dir
}

// forget removes what runs left that were killed before they could, once the
// crash tests have given back the file systems in it (their sweep).
func forget(parent string) {
	dirs, _ := filepath.Glob(filepath.Join(parent, scratchPrefix+"*"))
	for _, dir := range dirs {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), scratchPrefix), "-")
		images, _ := filepath.Glob(filepath.Join(dir, "dateline-image-*"))
		if pid, err := strconv.Atoi(owner); err == nil && len(images) == 0 && syscall.Kill(pid, 0) == syscall.ESRCH {
			os.RemoveAll(dir)
		}
	}
}

// available is how many bytes of memory programs can still take.
func available() int64 {
	text, _ := os.ReadFile("/proc/meminfo")
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}

// processors begins to measure; the function that it returns gives the share of
// the machine's processor time since then in which something ran, all programs
// together.
func processors() (busy func() float64) {
	all, idle := ticks()
	return func() float64 {
		allNow, idleNow := ticks()
		if allNow == all {
			return 0
		}
		return 1 - (idleNow-idle)/(allNow-all)
	}
}

// ticks are the machine's processor time and the part of it in which nothing
// ran (man 5 proc, /proc/stat).
func ticks() (all, idle float64) {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := bytes.Cut(text, []byte("\n"))
	for i, field := range strings.Fields(string(line)) {
		n, err := strconv.ParseFloat(field, 64)
		if err != nil || i > 8 { // the name of the line; guests are in user time already
			continue
		}
		all += n
		if i == 4 || i == 5 { // idle, and waiting for a disk
			idle += n
		}
	}
	return all, idle
}
