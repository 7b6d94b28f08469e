// Command quality measures how well Dateline judges comments, on labelled
// comments that nothing was tried on, beside simple rules in the same run.
//
//	go run ./test/quality                              print the report
//	go run ./test/quality -markdown docs/quality.md    write it between the marks
//	go run ./test/quality -learning                    the learning part only: what weights are tried on
//	go run ./test/quality -start FILE                  make the shipped table anew
//
// The corpora are other people's (data/spam in the shared folder) and are not
// part of the repository.
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"dateline/internal/comment/guard"
	"dateline/test/quality/corpus"
)

func main() {
	markdown := flag.String("markdown", "", "write the report into this Markdown `FILE`, between its marks")
	start := flag.String("start", "", "make the shipped table of words and write it to `FILE`")
	learning := flag.Bool("learning", false, "measure on the learning part only, each video with a table of the other two")
	flag.Parse()
	if err := run(*markdown, *start, *learning); err != nil {
		fmt.Fprintln(os.Stderr, "quality:", err)
		os.Exit(1)
	}
}

func run(markdown, start string, learning bool) error {
	if learning {
		return tryLearning(os.Stdout)
	}
	if start != "" {
		rows, err := startRows(corpus.Learning())
		if err != nil {
			return err
		}
		return os.WriteFile(start, []byte(startHead+guard.FormatRows(rows)), 0o644)
	}
	text, err := report()
	if err != nil {
		return err
	}
	if markdown == "" {
		_, err = os.Stdout.WriteString(text)
		return err
	}
	return between(markdown, text)
}

const startHead = `## Words of comments: token, good comments, spam. Made by: go run ./test/quality -start FILE
## Counts of words (no comment can be told from them) of the videos Psy, KatyPerry and LMFAO of the
## YouTube Spam Collection by T. C. Alberto, J. V. Lochter and T. A. Almeida (UCI Machine Learning
## Repository, doi:10.24432/C58885, CC BY 4.0, https://creativecommons.org/licenses/by/4.0/), of 500
## comments of SemEval-2021 task 5 (from Civil Comments, CC0), and of test/quality/house*.txt. Changed:
## counted, words of fewer than 3 comments, names of writers and names of whom they speak of
## (test/quality/people.txt) left out.
`

// Sizes of the shipped table.
const (
	newsLearnt = 500
	rareBelow  = 3
)

// startRows are the rows of a table learnt from some videos and from news.
func startRows(videos []corpus.Video) ([]guard.Row, error) {
	m := guard.NewFrom(nil, nil, nil)
	for _, v := range videos {
		comments, err := corpus.YouTube(v)
		if err != nil {
			return nil, err
		}
		for _, c := range comments {
			m.Learn(guard.Tokens(guard.Sign{Text: c.Text}), nil, c.Spam, 1)
		}
	}
	news, err := corpus.News(false)
	if err != nil {
		return nil, err
	}
	for _, c := range news[:newsLearnt] {
		m.Learn(guard.Tokens(guard.Sign{Text: c.Text}), nil, false, 1)
	}
	rows, _ := m.Rows()
	rows = slices.DeleteFunc(rows, func(r guard.Row) bool { return r.Token != "" && (r.Ham+r.Spam < rareBelow || named(r.Token)) })
	for _, house := range houseRows() {
		i := slices.IndexFunc(rows, func(r guard.Row) bool { return r.Token == house.Token })
		if i < 0 {
			rows = append(rows, house)
			continue
		}
		rows[i].Ham += house.Ham
		rows[i].Spam += house.Spam
	}
	slices.SortFunc(rows, func(a, b guard.Row) int { return cmp.Compare(a.Token, b.Token) })
	return rows, nil
}

// between replaces what stands between the marks of a file.
func between(name, text string) error {
	const from, to = "<!-- spam:begin -->\n", "<!-- spam:end -->"
	old, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no marks %q and %q", name, strings.TrimSpace(from), to)
	}
	var b bytes.Buffer
	b.WriteString(before + from + text + to + after)
	return os.WriteFile(name, b.Bytes(), 0o644)
}
