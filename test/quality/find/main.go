// Command find measures how well Dateline's search finds what is looked for,
// beside FTS5's bm25 and the search of WordPress in the same run, on the
// Reuters-21578 collection.
//
//	go run ./test/quality/find                             print the report
//	go run ./test/quality/find -markdown docs/quality.md   write it between the marks
//
// The other engine is measured where PostgreSQL is installed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"

	"dateline/test/quality/reuters"
)

func main() {
	markdown := flag.String("markdown", "", "write the report into this Markdown `FILE`, between its marks")
	queries := flag.Int("queries", 500, "known stories that are looked for")
	flag.Parse()
	if err := run(context.Background(), *markdown, *queries); err != nil {
		fmt.Fprintln(os.Stderr, "find:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, markdown string, queries int) error {
	stories, err := reuters.Stories()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "dateline-find-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL runs as another user
		return err
	}
	text, err := report(ctx, dir, stories, queries)
	if err != nil {
		return err
	}
	if markdown == "" {
		fmt.Print(text)
		return nil
	}
	return between(markdown, text)
}

// between replaces what stands between the marks of a file.
func between(name, text string) error {
	const from, to = "<!-- search:begin -->\n", "<!-- search:end -->"
	old, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no marks %q and %q", name, strings.TrimSpace(from), to)
	}
	return os.WriteFile(name, []byte(before+from+text+to+after), 0o644)
}
