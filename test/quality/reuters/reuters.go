// Package reuters reads the Reuters-21578 collection of news of 1987, on which
// search and related stories are measured. It is no part of the repository:
// the shared folder has it.
package reuters

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Story is a piece of news.
type Story struct {
	ID       int64
	At       time.Time
	Test     bool     // of the test part of the "ModApte" split; nothing is tuned on it
	Topics   []string // what people said it is about
	Tags     []string // people, places, organisations and exchanges
	Headline string
	Body     string
}

// ErrMissing is returned where the collection is not there.
var ErrMissing = errors.New("reuters21578.tar.xz is not there: set DATELINE_SHARED to the shared folder")

// Stories reads all stories that have a text, in the order of their time.
func Stories() ([]Story, error) {
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		dir = "../shared"
	}
	name := filepath.Join(dir, "data", "news", "reuters21578.tar.xz")
	if _, err := os.Stat(name); err != nil {
		return nil, ErrMissing
	}
	out, err := exec.Command("xz", "-dc", name).Output()
	if err != nil {
		return nil, fmt.Errorf("xz: %w", err)
	}
	var all []Story
	for r := tar.NewReader(bytes.NewReader(out)); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if !strings.HasSuffix(head.Name, ".sgm") {
			continue
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		all = append(all, parse(latin(text))...)
	}
	slices.SortFunc(all, func(a, b Story) int { return a.At.Compare(b.At)*2 + int(min(max(a.ID-b.ID, -1), 1)) })
	return all, nil
}

// latin reads the files' bytes, of which few are no ASCII, as Latin-1.
func latin(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

var (
	story    = regexp.MustCompile(`(?s)<REUTERS TOPICS="(\w+)" LEWISSPLIT="([\w-]+)".*?NEWID="(\d+)">(.*?)</REUTERS>`)
	date     = regexp.MustCompile(`<DATE>\s*(\d+-\w+-\d+ \d+:\d+:\d+)`)
	headline = regexp.MustCompile(`(?s)<TITLE>(.*?)</TITLE>`)
	body     = regexp.MustCompile(`(?s)<BODY>(.*?)(?:</BODY>)`)
	label    = regexp.MustCompile(`<D>(.*?)</D>`)
	marks    = regexp.MustCompile(`&#\d+;`)
)

func parse(text string) []Story {
	var all []Story
	for _, m := range story.FindAllStringSubmatch(text, -1) {
		b := first(body, m[4])
		if b == "" {
			continue
		}
		s := Story{Test: m[2] == "TEST" && m[1] == "YES", Headline: clean(first(headline, m[4])), Body: clean(strings.TrimSuffix(strings.TrimSpace(marks.ReplaceAllString(b, "")), "Reuter"))}
		_, _ = fmt.Sscan(m[3], &s.ID)
		s.At, _ = time.Parse("2-Jan-2006 15:04:05", title(first(date, m[4])))
		s.Topics = labels("TOPICS", m[4])
		for _, field := range []string{"PLACES", "PEOPLE", "ORGS", "EXCHANGES"} {
			s.Tags = append(s.Tags, labels(field, m[4])...)
		}
		all = append(all, s)
	}
	return all
}

// title writes the months as Go knows them.
func title(date string) string {
	day, rest, _ := strings.Cut(date, "-")
	if len(rest) < 3 {
		return date
	}
	return day + "-" + rest[:1] + strings.ToLower(rest[1:3]) + rest[3:]
}

func first(re *regexp.Regexp, s string) string {
	if m := re.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

func labels(field, s string) []string {
	var out []string
	from := strings.Index(s, "<"+field+">")
	to := strings.Index(s, "</"+field+">")
	if from < 0 || to < from {
		return nil
	}
	for _, m := range label.FindAllStringSubmatch(s[from:to], -1) {
		out = append(out, m[1])
	}
	return out
}

func clean(s string) string {
	return strings.TrimSpace(html.UnescapeString(marks.ReplaceAllString(s, "")))
}
