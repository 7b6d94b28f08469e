// Package corpus reads labelled comments out of the shared data. Which part
// may be learnt from and which is only reported on was fixed before anything
// was measured; docs/quality.md names both.
package corpus

import (
	"encoding/csv"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"dateline/test/shared"
)

// Comment is one labelled comment.
type Comment struct {
	ID, Name, Date, Text string
	Spam                 bool
}

// Video is a part of the YouTube Spam Collection.
type Video string

// The videos. Learning are those that the shipped table is made of and that
// weights were tried on; Held are reported on.
const (
	Psy       Video = "Youtube01-Psy"
	KatyPerry Video = "Youtube02-KatyPerry"
	LMFAO     Video = "Youtube03-LMFAO"
	Eminem    Video = "Youtube04-Eminem"
	Shakira   Video = "Youtube05-Shakira"
)

// Learning and Held are the split.
func Learning() []Video { return []Video{Psy, KatyPerry, LMFAO} }

// Held are the videos that nothing was tried on.
func Held() []Video { return []Video{Eminem, Shakira} }

// ErrAbsent is returned when the shared data is not there.
var ErrAbsent = errors.New("no spam corpora (data/spam in the shared folder, see docs/testing.md)")

func open(name string) (*os.File, error) {
	path, ok := shared.Find(filepath.Join("data", "spam", name))
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, ErrAbsent)
	}
	return os.Open(path)
}

// YouTube are the comments of a video, oldest first.
func YouTube(v Video) ([]Comment, error) {
	var out []Comment
	err := each(filepath.Join("youtube", string(v)+".csv"), func(row map[string]string) {
		out = append(out, Comment{ID: row["COMMENT_ID"], Name: row["AUTHOR"], Date: row["DATE"], Text: plain(row["CONTENT"]), Spam: row["CLASS"] == "1"})
	})
	slices.SortStableFunc(out, func(a, b Comment) int { return strings.Compare(a.Date, b.Date) })
	return out, err
}

// News are comments of readers of news sites, none of them spam. The learning
// and the held part are those of SemEval-2021 task 5.
func News(held bool) ([]Comment, error) {
	name := "tsd_train.csv"
	if held {
		name = "tsd_test.csv"
	}
	var out []Comment
	err := each(filepath.Join("news", name), func(row map[string]string) { out = append(out, Comment{Text: plain(row["text"])}) })
	return out, err
}

// Newspaper are comments of readers of The Globe and Mail, none of them spam.
// Held only.
func Newspaper() ([]Comment, error) {
	var out []Comment
	err := each(filepath.Join("news", "sfu.csv"), func(row map[string]string) { out = append(out, Comment{Text: plain(row["comment"])}) })
	return out, err
}

// Tutorials are comments under tutorials of a training site. Its labels are
// broader than ours: comments in other languages and of one word are spam
// there. Held only.
func Tutorials() ([]Comment, error) {
	var out []Comment
	err := each(filepath.Join("blog", "datacamp.csv"), func(row map[string]string) {
		if label := row["label"]; label == "0" || label == "1" {
			out = append(out, Comment{Text: plain(row["comment"]), Spam: label == "1"})
		}
	})
	return out, err
}

// breaks and tags are the markup that YouTube's interface leaves in texts.
var (
	breaks = regexp.MustCompile(`(?i)<br\s*/?>`)
	tags   = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)
)

// plain is a text as readers read it, which is what the guard is given: without
// markup, entities, and the mark that YouTube's interface puts at the end.
func plain(text string) string {
	text = tags.ReplaceAllString(breaks.ReplaceAllString(text, "\n"), "")
	return strings.TrimRight(html.UnescapeString(text), "\uFEFF \u00A0")
}

// each calls f with every row of a CSV file, by the names of its head.
func each(name string, f func(row map[string]string)) error {
	file, err := open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	head, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	head[0] = strings.TrimPrefix(head[0], "\uFEFF")
	for {
		fields, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		row := map[string]string{}
		for i, field := range fields[:min(len(fields), len(head))] {
			row[head[i]] = field
		}
		f(row)
	}
}
