// Command genwxr writes a WordPress export of n articles to a file, for
// measurements.
package main

import (
	"fmt"
	"os"
	"strconv"

	"dateline/internal/wxr/wxrtest"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: genwxr ARTICLES FILE")
		os.Exit(2)
	}
	n, err := strconv.Atoi(os.Args[1])
	if err == nil {
		err = write(n, os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "genwxr:", err)
		os.Exit(1)
	}
}

func write(n int, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := wxrtest.Write(f, wxrtest.Spec{Articles: n, Seed: 1}); err != nil {
		return err
	}
	return f.Close()
}
