// Command quotes measures how well quotes are found in plain prose, on the
// sentences that were labelled before the rules were written.
//
//	go run ./test/quality/quotes                             print the report
//	go run ./test/quality/quotes -markdown docs/quality.md   write it between the marks
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dateline/internal/quote/find/labelled"
)

func main() {
	markdown := flag.String("markdown", "", "write the report into this Markdown `FILE`, between its marks")
	flag.Parse()
	if err := run(*markdown); err != nil {
		fmt.Fprintln(os.Stderr, "quotes:", err)
		os.Exit(1)
	}
}

func run(markdown string) error {
	text, err := Report("internal/quote/find/testdata")
	if err != nil || markdown == "" {
		fmt.Print(text)
		return err
	}
	const from, to = "<!-- quotes:begin -->\n", "<!-- quotes:end -->"
	old, err := os.ReadFile(markdown)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no marks for quotes", markdown)
	}
	return os.WriteFile(markdown, []byte(before+from+text+to+after), 0o644)
}

// Report measures both files of sentences in a folder.
func Report(dir string) (string, error) {
	var b strings.Builder
	b.WriteString("| | sentences | passages | found | precision | recall | role right | outlet right | date right |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, file := range []struct{ name, label string }{{"heldout.txt", "held out"}, {"development.txt", "worked on"}} {
		s, err := measure(filepath.Join(dir, file.name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %.3f | %.3f | %d of %d | %d of %d | %d of %d |\n", file.label, s.Sentences, s.Labels, s.Found, s.Precision(), s.Recall(),
			s.Role, s.HasRole, s.Outlet, s.HasOutlet, s.Date, s.HasDate)
	}
	return b.String(), nil
}

func measure(name string) (labelled.Score, error) {
	f, err := os.Open(name)
	if err != nil {
		return labelled.Score{}, err
	}
	defer f.Close()
	articles, err := labelled.Read(f)
	return labelled.Measure(articles, nil), err
}
