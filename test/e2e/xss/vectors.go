// Package xss finds out what runs when hostile text reaches a page in real
// Chromium. It loads lists of attacks, renders them in three ways — by the
// product, raw without any defence (the positive control), raw under the
// product's Content-Security-Policy — and reports which of them ran.
package xss

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Vector is one hostile text.
type Vector struct {
	ID   string // stable: a hash of the text
	List string // the list it came from
	Text string
}

// Lists are the files of the attack folder that Load reads.
var lists = []struct {
	file string
	read func(text string) ([]string, error)
}{
	{"dompurify-expect.mjs", readDOMPurify},
	{"html5sec-vectors.txt", readHTML5Sec},
	{"naughty-strings.json", readStrings},
	{"xss-payload-list.txt", readLines},
}

// Load reads all attack lists of the folder, each text once, and adds the
// decoded forms of texts that are escaped for an address or for HTML.
func Load(folder string) ([]Vector, error) {
	var vectors []Vector
	seen := map[string]bool{}
	for _, list := range lists {
		source, err := os.ReadFile(filepath.Join(folder, list.file))
		if err != nil {
			return nil, err
		}
		texts, err := list.read(string(source))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", list.file, err)
		}
		for _, text := range texts {
			for _, form := range forms(text) {
				if strings.TrimSpace(form) == "" || seen[form] {
					continue
				}
				seen[form] = true
				vectors = append(vectors, Vector{ID: identify(form), List: list.file, Text: form})
			}
		}
	}
	return vectors, nil
}

// forms are the text itself and what it decodes to.
func forms(text string) []string {
	all := []string{text, html.UnescapeString(text)}
	if decoded, err := url.QueryUnescape(text); err == nil {
		all = append(all, decoded)
	}
	return all
}

func identify(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

var domPurifyPayload = regexp.MustCompile(`"payload":\s*("(?:[^"\\]|\\.)*")`)

func readDOMPurify(source string) ([]string, error) {
	var texts []string
	for _, match := range domPurifyPayload.FindAllStringSubmatch(source, -1) {
		var text string
		if err := json.Unmarshal([]byte(match[1]), &text); err != nil {
			return nil, fmt.Errorf("%w in %.80s", err, match[1])
		}
		texts = append(texts, text)
	}
	return texts, nil
}

var html5SecVector = regexp.MustCompile("(?s)<div id=\"\\d+\">(.*?)//\\[\"'`-->\\]\\]>\\]</div>")

func readHTML5Sec(source string) ([]string, error) {
	var texts []string
	for _, match := range html5SecVector.FindAllStringSubmatch(source, -1) {
		texts = append(texts, match[1])
	}
	return texts, nil
}

func readStrings(source string) (texts []string, err error) {
	return texts, json.Unmarshal([]byte(source), &texts)
}

func readLines(source string) ([]string, error) { return strings.Split(source, "\n"), nil }

// live lists the vectors that ran in the positive control, by their IDs. It is
// made by the long run of this package's tests (DATELINE_LIVE_OUT).
//
//go:embed live.txt
var live string

// MostLive picks n vectors: first those known to run when nothing stops them,
// then others, spread evenly over the lists.
func MostLive(vectors []Vector, n int) []Vector {
	known := map[string]bool{}
	for _, id := range strings.Fields(live) {
		known[id] = true
	}
	isKnown := func(v Vector) bool { return known[v.ID] }
	first := slices.DeleteFunc(slices.Clone(vectors), func(v Vector) bool { return !isKnown(v) })
	rest := slices.DeleteFunc(slices.Clone(vectors), isKnown)
	picked := evenly(first, n)
	return append(picked, evenly(rest, n-len(picked))...)
}

func evenly(vectors []Vector, n int) []Vector {
	if n >= len(vectors) {
		return vectors
	}
	var picked []Vector
	for i := range max(0, n) {
		picked = append(picked, vectors[i*len(vectors)/n])
	}
	return picked
}
