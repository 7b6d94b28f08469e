package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is what a process and its children hold and have spent.
type usage struct {
	RSS, PSS int64 // bytes
	CPU      time.Duration
}

// usageOf reads a process with all its descendants from /proc.
func usageOf(pid int) (usage, error) {
	var total usage
	for _, p := range append(descendants(pid), pid) {
		rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p))
		if err != nil {
			return total, err
		}
		total.RSS += field(rollup, "Rss:") << 10
		total.PSS += field(rollup, "Pss:") << 10
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
		if err != nil {
			return total, err
		}
		total.CPU += cpuTime(stat)
	}
	return total, nil
}

// field is the number in kilobytes after a name in /proc's lists.
func field(text []byte, name string) int64 {
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(name)); ok {
			n, _ := strconv.ParseInt(strings.Fields(string(rest))[0], 10, 64)
			return n
		}
	}
	return 0
}

// cpuTime is user and system time of a stat line (man 5 proc, fields 14 and
// 15), whose second field may hold spaces and parentheses.
func cpuTime(stat []byte) time.Duration {
	_, rest, _ := strings.Cut(string(stat[bytes.LastIndexByte(stat, ')'):]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticks
}

// work is what a process has done so far. It does not grow when other
// processes keep the machine busy, as time does.
type work struct {
	CPU   time.Duration
	Reads int64 // calls that read files or connections
}

// workOf reads a process's work from /proc, to the nanosecond.
func workOf(pid int) (work, error) {
	var w work
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		return w, fmt.Errorf("process %d has no threads (%v)", pid, err)
	}
	for _, file := range threads {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has just ended
		}
		onCPU, _, _ := strings.Cut(string(text), " ")
		n, _ := strconv.ParseInt(onCPU, 10, 64)
		w.CPU += time.Duration(n)
	}
	io, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		return w, err
	}
	for line := range bytes.Lines(io) {
		if n, ok := bytes.CutPrefix(line, []byte("syscr: ")); ok {
			w.Reads, err = strconv.ParseInt(string(bytes.TrimSpace(n)), 10, 64)
		}
	}
	return w, err
}

// ticks is USER_HZ, which Linux shows as 100 on every machine.
const ticks = 100

func descendants(pid int) []int {
	var all []int
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		for _, f := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(f); err == nil {
				all = append(append(all, child), descendants(child)...)
			}
		}
	}
	return all
}

// machine says what the figures were measured on.
func machine() string {
	cpu := "unknown processor"
	info, _ := os.ReadFile("/proc/cpuinfo")
	cores := 0
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			cpu = strings.TrimSpace(value)
			cores++
		}
	}
	memory, _ := os.ReadFile("/proc/meminfo")
	return fmt.Sprintf("%d cores (%s), %d GiB", cores, cpu, (field(memory, "MemTotal:")+1<<19)>>20)
}

// commit names the revision of the work tree.
func commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty", "--abbrev=10").Output()
	if err != nil {
		return "unknown revision"
	}
	return strings.TrimSpace(string(out))
}

// maxRSS is the most memory that an ended process had resident, in bytes.
func maxRSS(ended *os.ProcessState) int64 {
	if u, ok := ended.SysUsage().(*syscall.Rusage); ok {
		return u.Maxrss << 10
	}
	return 0
}
