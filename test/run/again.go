package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// mostAgain is how many failed browser tests are run a second time; more than
// that is a fault and no busy machine.
const mostAgain = 4

// runAgain gives browser tests that failed beside all others one second run,
// alone: a page that had no processor for seconds says nothing about the page.
// What passes then is counted as passed and named at the end of the run, so that
// a test which needs it often is seen. Everything else that failed stays failed.
func runAgain(ctx context.Context, sum *summary, opt options, env []string) {
	names := againNames(sum.failures)
	if len(names) == 0 || ctx.Err() != nil {
		return
	}
	for pkg, tests := range names {
		progress("again", pkg, strings.Join(tests, ", "), 0)
		alone := opt
		alone.packages, alone.run = []string{pkg}, "^("+strings.Join(tests, "|")+")$"
		cmd := exec.CommandContext(ctx, "go", testArguments(alone)...)
		cmd.Env = append(os.Environ(), env...)
		cmd.WaitDelay = 30 * time.Second
		out, err := cmd.Output()
		second := &summary{}
		if readErr := newReader(second).readAll(bytes.NewReader(out)); readErr == nil {
			sum.settle(pkg, tests, second, err == nil)
		}
	}
}

// againNames are the tests to run again, by package: none when anything failed
// that is not a browser test, or too much.
func againNames(failures []note) map[string][]string {
	if len(failures) > mostAgain {
		return nil
	}
	names := map[string][]string{}
	for _, f := range failures {
		pkg, test, isTest := strings.Cut(f.name, " ")
		test, _, _ = strings.Cut(test, "/")
		if !isTest || !strings.Contains(pkg, "/e2e/") || !strings.HasPrefix(test, "Test") {
			return nil
		}
		if !slices.Contains(names[pkg], test) {
			names[pkg] = append(names[pkg], test)
		}
	}
	return names
}

// settle moves the failures of tests that passed in the second run to those
// that passed only when run again.
func (s *summary) settle(pkg string, tests []string, second *summary, ended bool) {
	for _, test := range tests {
		name := pkg + " " + test
		same := func(n note) bool { return n.name == name || strings.HasPrefix(n.name, name+"/") }
		if slices.ContainsFunc(second.failures, same) || second.passed < len(tests) || !ended && second.failed == 0 {
			continue
		}
		for _, f := range s.failures {
			if same(f) {
				s.failed--
				s.passed++
				s.again = append(s.again, f)
			}
		}
		s.failures = slices.DeleteFunc(s.failures, same)
	}
}
