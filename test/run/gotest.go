package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// timeLimit is what one package may take; -long has no part in CI's time.
const (
	timeLimit     = "40m"
	timeLimitLong = "80m"
)

// event is one line of go test -json (go doc test2json).
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Elapsed    float64
	Output     string
}

// runTests runs go test and feeds its events into sum.
func runTests(ctx context.Context, sum *summary, opt options, env []string) {
	expected, err := withTests(ctx, opt.packages)
	if err != nil {
		sum.fail("go list", err.Error())
		return
	}
	args := testArguments(opt)
	if opt.long {
		env = append(env, "DATELINE_LONG=1")
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 30 * time.Second
	var problems bytes.Buffer
	cmd.Stderr = &problems
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		sum.fail("go test", err.Error())
		return
	}
	before := sum.failed
	r := newReader(sum)
	if err := r.readAll(stdout); err != nil {
		sum.fail("go test", err.Error())
	}
	err = cmd.Wait()
	switch lost := r.unfinished(expected); {
	case len(lost) > 0:
		sum.fail("go test", fmt.Sprintf("ended with %v before these packages did: %s\n%s", err, strings.Join(lost, " "), problems.String()))
	case err != nil && sum.failed == before:
		sum.fail("go test", fmt.Sprintf("%v\n%s", err, problems.String()))
	case r.tests == 0 && sum.failed == before:
		sum.fail("go test", "no test ran")
	}
}

// withTests lists the packages that have tests: each must report its end.
func withTests(ctx context.Context, packages []string) ([]string, error) {
	args := append([]string{"list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}"}, packages...)
	out, err := exec.CommandContext(ctx, "go", args...).Output()
	return strings.Fields(string(out)), err
}

// unfinished are the expected packages whose end was not reported.
func (r *reader) unfinished(expected []string) []string {
	return slices.DeleteFunc(slices.Clone(expected), func(name string) bool { return r.finished[name] })
}

func testArguments(opt options) []string {
	limit := timeLimit
	if opt.long {
		limit = timeLimitLong
	}
	args := []string{"test", "-json", "-count=1", "-p=2", "-timeout=" + limit}
	if opt.run == "" {
		args = append(args, "-vet=off") // it was a check
	}
	if opt.short {
		args = append(args, "-short")
	}
	if opt.race {
		args = append(args, "-race")
	}
	if opt.run != "" {
		args = append(args, "-run="+opt.run)
	}
	if slices.Contains(opt.packages, everything) {
		args = append(args, longest...)
	}
	return append(args, opt.packages...)
}

// everything are all packages of the module.
const everything = "./..."

// longest are the packages whose tests take longest (the end of a run lists
// them): go test begins with what it is given first, and at the end no long one
// is left to run alone. First are some that do not wait for the sample newsroom.
var longest = []string{"./test/crash", "./internal/app", "./test/e2e/xss", "./test/e2e/desk", "./test/e2e/site", "./test/e2e/talk", "./test/e2e/editor", "./internal/importer",
	"./test/quality/related", "./internal/demo", "./internal/media", "./internal/delivery", "./internal/db", "./test/e2e/browser", "./cmd/dateline"}

// reader turns events into counts, one package after the other.
type reader struct {
	sum      *summary
	packages map[string]*packageRun
	finished map[string]bool
	builds   map[string]string // output of failed builds by import path
	tests    int
}

// packageRun is what is known of a package while its tests run.
type packageRun struct {
	results map[string]string // test name → pass, fail, skip
	order   []string
	output  map[string]*bytes.Buffer // test name, "" for the package's own
}

func newReader(sum *summary) *reader {
	return &reader{sum: sum, packages: map[string]*packageRun{}, finished: map[string]bool{}, builds: map[string]string{}}
}

func (r *reader) readAll(stream io.Reader) error {
	lines := bufio.NewReaderSize(stream, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil {
				r.take(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *reader) take(e event) {
	switch e.Action {
	case "build-output":
		r.builds[e.ImportPath] += e.Output
		return
	case "build-fail":
		return
	}
	p := r.packages[e.Package]
	if p == nil {
		p = &packageRun{results: map[string]string{}, output: map[string]*bytes.Buffer{}}
		r.packages[e.Package] = p
	}
	switch e.Action {
	case "output":
		if p.output[e.Test] == nil {
			p.output[e.Test] = &bytes.Buffer{}
		}
		p.output[e.Test].WriteString(e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.finish(e, p)
			return
		}
		if p.results[e.Test] == "" {
			p.order = append(p.order, e.Test)
		}
		p.results[e.Test] = e.Action
		if e.Action == "pass" {
			delete(p.output, e.Test)
		}
	}
}

// finish counts a package's tests and prints its line.
func (r *reader) finish(e event, p *packageRun) {
	delete(r.packages, e.Package)
	r.finished[e.Package] = true
	counts := map[string]int{}
	var failures []note
	for _, name := range p.order {
		result := p.results[name]
		if !p.counts(name) {
			continue
		}
		counts[result]++
		switch result {
		case "fail":
			failures = append(failures, note{e.Package + " " + name, p.text(name)})
		case "skip":
			r.sum.skip(strings.TrimPrefix(e.Package, "dateline/")+" "+name, skipReason(p.text(name)))
		}
	}
	if e.Action == "fail" && len(failures) == 0 {
		counts["fail"]++
		failures = []note{{e.Package, r.packageFailure(e.Package, p)}}
	}
	r.tests += counts["pass"] + counts["fail"] + counts["skip"]
	r.sum.passed += counts["pass"]
	spent := time.Duration(e.Elapsed * float64(time.Second))
	r.sum.times = append(r.sum.times, packageTime{e.Package, spent})
	if len(p.order) > 0 || e.Action == "fail" {
		progress(map[bool]string{true: "FAIL", false: "ok"}[e.Action == "fail"], e.Package, countText(counts), spent)
	}
	for _, f := range failures {
		r.sum.fail(f.name, f.text)
	}
}

// counts tells whether a test is a leaf. A parent counts only when it failed
// by itself, with no failed test below it.
func (p *packageRun) counts(name string) bool {
	var leaf, failedBelow = true, false
	for other, result := range p.results {
		if strings.HasPrefix(other, name+"/") {
			leaf = false
			failedBelow = failedBelow || result == "fail"
		}
	}
	return leaf || (p.results[name] == "fail" && !failedBelow)
}

func (p *packageRun) text(name string) string {
	if b := p.output[name]; b != nil {
		return b.String()
	}
	return ""
}

// packageFailure explains a package that failed without a failed test: it did
// not build, its TestMain failed, or a test ended the process.
func (r *reader) packageFailure(name string, p *packageRun) string {
	var parts []string
	for path, output := range r.builds {
		if path == name || strings.HasPrefix(path, name+" [") || strings.HasPrefix(path, name+"_test") {
			parts = append(parts, output)
		}
	}
	slices.Sort(parts)
	parts = append(parts, p.text(""))
	for test := range p.output {
		if test != "" && p.results[test] == "" {
			parts = append(parts, p.text(test))
		}
	}
	return strings.Join(parts, "\n")
}

func countText(counts map[string]int) string {
	var parts []string
	for _, kind := range []struct{ key, word string }{{"pass", "passed"}, {"fail", "failed"}, {"skip", "skipped"}} {
		if n := counts[kind.key]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, kind.word))
		}
	}
	return strings.Join(parts, ", ")
}

// skipReason is what the test said when it skipped itself, without the file
// and line before it.
func skipReason(output string) string {
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "===") || strings.HasPrefix(line, "---") {
			continue
		}
		if file, rest, ok := strings.Cut(line, ": "); ok && strings.Contains(file, ".go:") {
			return rest
		}
		return line
	}
	return "no reason given"
}
