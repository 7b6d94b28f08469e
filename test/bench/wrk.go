package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// load is how wrk drives a server.
type load struct {
	threads, connections int
	duration             time.Duration
	gzip                 bool
}

// result is what wrk measured.
type result struct {
	RPS      float64
	P50, P99 time.Duration
	Bytes    int64 // read in all, heads included
	Requests int64
	Failed   int64 // answers other than 2xx and 3xx, and broken connections
	CPU      time.Duration
}

// perRequest is the server's processor time of one request.
func (r result) perRequest() time.Duration {
	if r.Requests == 0 {
		return 0
	}
	return r.CPU / time.Duration(r.Requests)
}

// script asks for the paths of a file at random. Each thread draws its own
// order; the requests are formatted once.
const script = `
local requests = {}
local thread = 0
function setup(t) t:set("seed", thread); thread = thread + 1 end
function init(args)
  math.randomseed(seed + 7)
  for path in io.lines(args[1]) do requests[#requests + 1] = wrk.format("GET", path) end
end
function request() return requests[math.random(#requests)] end
`

// drive runs wrk against a server on the given paths and counts what the
// process spends meanwhile.
func drive(ctx context.Context, l load, origin string, paths []string, pid int) (result, error) {
	dir, err := os.MkdirTemp("", "dateline-wrk-")
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(dir)
	args := []string{"--latency", "-t", strconv.Itoa(l.threads), "-c", strconv.Itoa(l.connections), "-d", fmt.Sprintf("%ds", int(l.duration.Seconds()))}
	if l.gzip {
		args = append(args, "-H", "Accept-Encoding: gzip")
	}
	if len(paths) == 1 {
		args = append(args, origin+paths[0])
	} else {
		list, lua := filepath.Join(dir, "paths"), filepath.Join(dir, "paths.lua")
		if err := os.WriteFile(list, []byte(strings.Join(paths, "\n")+"\n"), 0o644); err != nil {
			return result{}, err
		}
		if err := os.WriteFile(lua, []byte(script), 0o644); err != nil {
			return result{}, err
		}
		args = append(args, "-s", lua, origin+"/", list)
	}
	before, err := usageOf(pid)
	if err != nil {
		return result{}, err
	}
	out, err := exec.CommandContext(ctx, "wrk", args...).CombinedOutput()
	if err != nil {
		return result{}, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	r, err := parse(out)
	if err != nil {
		return r, err
	}
	after, err := usageOf(pid)
	r.CPU = after.CPU - before.CPU
	return r, err
}

var (
	wrkRate     = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	wrkPercent  = regexp.MustCompile(`(?m)^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)\s*$`)
	wrkTotal    = regexp.MustCompile(`(\d+) requests in [\d.]+m?s, ([\d.]+)([KMGT]?B) read`)
	wrkStatuses = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)
	wrkErrors   = regexp.MustCompile(`Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)`)
)

// parse reads what wrk printed.
func parse(out []byte) (result, error) {
	var r result
	rate, total := wrkRate.FindSubmatch(out), wrkTotal.FindSubmatch(out)
	if rate == nil || total == nil {
		return r, fmt.Errorf("wrk's output is not understood:\n%s", bytes.TrimSpace(out))
	}
	r.RPS = number(rate[1])
	r.Requests = int64(number(total[1]))
	r.Bytes = int64(number(total[2]) * float64(map[string]int64{"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}[string(total[3])]))
	for _, p := range wrkPercent.FindAllSubmatch(out, -1) {
		unit := map[string]time.Duration{"us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute}[string(p[3])]
		d := time.Duration(number(p[2]) * float64(unit))
		if string(p[1]) == "50" {
			r.P50 = d
		} else {
			r.P99 = d
		}
	}
	if m := wrkStatuses.FindSubmatch(out); m != nil {
		r.Failed += int64(number(m[1]))
	}
	if m := wrkErrors.FindSubmatch(out); m != nil {
		for _, n := range m[1:] {
			r.Failed += int64(number(n))
		}
	}
	return r, nil
}

func number(text []byte) float64 {
	n, _ := strconv.ParseFloat(string(text), 64)
	return n
}
