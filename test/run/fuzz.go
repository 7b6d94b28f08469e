package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// fuzzTime is how long each fuzz target runs at night.
const fuzzTime = "5m"

// target is one fuzz function.
type target struct{ folder, name string }

var fuzzFunc = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

// findFuzzTargets lists the fuzz functions of the module.
func findFuzzTargets(root string) ([]target, error) {
	var targets []target
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != root && (name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".")) {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, match := range fuzzFunc.FindAllSubmatch(source, -1) {
			targets = append(targets, target{filepath.Dir(path), string(match[1])})
		}
		return nil
	})
	return targets, err
}

// runFuzz runs every fuzz target for its time; what it finds stands in the
// package's testdata afterwards and belongs into the repository.
func runFuzz(ctx context.Context, sum *summary) {
	targets, err := findFuzzTargets(".")
	if err != nil {
		sum.fail("fuzz", err.Error())
		return
	}
	for _, t := range targets {
		sum.check(fmt.Sprintf("fuzz %s %s", t.folder, t.name), func() (string, error) {
			return command(ctx, "go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+fuzzTime, "./"+filepath.ToSlash(t.folder))
		})
	}
}
