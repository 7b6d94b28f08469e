// Command run is the one test command. It installs the Debian packages that
// are missing, starts a PostgreSQL cluster of its own, runs every check and
// every test, and ends with the line "N passed, N failed".
//
//	go run ./test/run [-short] [-long] [-run REGEXP] [PACKAGE...]
//
// docs/testing.md describes it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type options struct {
	short, long, race bool
	run               string
	packages          []string
}

func main() {
	var opt options
	flag.BoolVar(&opt.short, "short", false, "leave out the tests that take long")
	flag.BoolVar(&opt.long, "long", false, "run the crash, attack and fuzz tests at their night sizes")
	flag.BoolVar(&opt.race, "race", false, "run the tests under the race detector (needs gcc)")
	flag.StringVar(&opt.run, "run", "", "run only the tests that match `REGEXP`, and none of the checks")
	flag.Parse()
	if opt.packages = flag.Args(); len(opt.packages) == 0 {
		opt.packages = []string{everything}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	failed := runAll(ctx, opt)
	stop()
	if failed {
		os.Exit(1)
	}
}

// runAll prints the whole run and reports whether anything failed.
func runAll(ctx context.Context, opt options) bool {
	start := time.Now()
	root, err := repository()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return true
	}
	os.Chdir(root)
	var sum summary
	busy := processors()
	s := prepare(ctx, &sum, opt)
	defer s.clean()
	if opt.run == "" {
		runChecks(ctx, &sum, opt.packages)
	}
	runTests(ctx, &sum, opt, s.env)
	s.wait()
	runAgain(ctx, &sum, opt, s.env)
	if opt.long && opt.run == "" {
		runFuzz(ctx, &sum)
	}
	if ctx.Err() != nil {
		sum.fail("interrupted", "the run was interrupted before its end")
	}
	sum.print(os.Stdout, time.Since(start), busy())
	return sum.failed > 0
}
