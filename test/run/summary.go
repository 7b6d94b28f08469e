package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// slowest is how many packages the summary lists by their time.
const slowest = 10

// summary counts leaf tests and checks, and keeps what a person must read at
// the end.
type summary struct {
	passed, failed int
	failures       []note
	skipped        []note
	again          []note // failed beside the others, passed alone
	times          []packageTime
}

// note is a named text.
type note struct{ name, text string }

type packageTime struct {
	name  string
	spent time.Duration
}

// check runs one check and prints its line.
func (s *summary) check(name string, run func() (detail string, err error)) { s.beside(name, run)() }

// beside starts a check that runs beside others. The function that it returns
// waits for its end, prints its line and counts it; call it once.
func (s *summary) beside(name string, run func() (detail string, err error)) (wait func()) {
	start := time.Now()
	var detail string
	var err error
	var spent time.Duration
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		detail, err = run()
		spent = time.Since(start)
	}()
	return func() {
		if <-ended; err != nil {
			s.fail(name, err.Error())
			return
		}
		s.passed++
		progress("ok", name, detail, spent)
	}
}

// fail counts and prints a failure.
func (s *summary) fail(name, text string) {
	s.failed++
	s.failures = append(s.failures, note{name, text})
	progress("FAIL", name, "", 0)
	fmt.Println(indent(text))
}

// skip notes what was left out and why; it counts neither way.
func (s *summary) skip(name, reason string) {
	s.skipped = append(s.skipped, note{name, reason})
}

func progress(state, name, detail string, spent time.Duration) {
	line := fmt.Sprintf("%-5s %-44s %-24s", state, name, detail)
	if spent > 0 {
		line += fmt.Sprintf(" %7.1fs", spent.Seconds())
	}
	fmt.Fprintln(os.Stdout, strings.TrimRight(line, " "))
}

// print writes the end of the run, which kept the processors busy to a share;
// its last line is the verdict.
func (s *summary) print(w io.Writer, spent time.Duration, busy float64) {
	if len(s.times) > slowest {
		slices.SortStableFunc(s.times, func(a, b packageTime) int { return cmp.Compare(b.spent, a.spent) })
		fmt.Fprintf(w, "\nslowest packages\n")
		for _, t := range s.times[:slowest] {
			fmt.Fprintf(w, "  %6.1fs  %s\n", t.spent.Seconds(), t.name)
		}
	}
	if len(s.skipped) > 0 {
		fmt.Fprintf(w, "\n%d skipped\n", len(s.skipped))
		for _, line := range groupReasons(s.skipped) {
			fmt.Fprintf(w, "  %s\n", line)
		}
	}
	if len(s.again) > 0 {
		fmt.Fprintf(w, "\n%d passed only when run again, alone (the first failure stands above)\n", len(s.again))
		for _, f := range s.again {
			fmt.Fprintf(w, "  %s\n", f.name)
		}
	}
	if len(s.failures) > 0 {
		fmt.Fprintf(w, "\nfailed\n")
		for _, f := range s.failures {
			fmt.Fprintf(w, "  %s\n", f.name)
		}
	}
	fmt.Fprintf(w, "\nin %s, processors %.0f%% busy\n", spent.Round(time.Second), 100*busy)
	fmt.Fprintf(w, "%d passed, %d failed\n", s.passed, s.failed)
}

// groupReasons lists each reason once, with what it kept from running.
func groupReasons(skipped []note) []string {
	var order []string
	names := map[string][]string{}
	for _, n := range skipped {
		if names[n.text] == nil {
			order = append(order, n.text)
		}
		names[n.text] = append(names[n.text], n.name)
	}
	var lines []string
	for _, reason := range order {
		who := names[reason]
		line := who[0]
		if more := len(who) - 1; more > 0 {
			line += fmt.Sprintf(" and %d more", more)
		}
		lines = append(lines, line+": "+reason)
	}
	return lines
}

func indent(text string) string {
	return "      " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n      ")
}
