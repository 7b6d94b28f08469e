package search

import (
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	wireBody    = regexp.MustCompile(`(?s)<BODY>(.*?)</BODY>`)
	wireControl = regexp.MustCompile(`&#\d+;`)
)

// Stories are a thousand real wire stories by their paragraphs.
func Stories(tb testing.TB) [][]string {
	dir := os.Getenv("DATELINE_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	archive := filepath.Join(dir, "data", "news", "reuters21578.tar.xz")
	if _, err := os.Stat(archive); err != nil {
		tb.Skipf("%s is absent; set DATELINE_SHARED to the folder of shared test data", archive)
	}
	raw, err := exec.Command("tar", "-xJOf", archive, "reuters21578/reut2-000.sgm").Output()
	if err != nil {
		tb.Skipf("cannot unpack %s: %v", archive, err)
	}
	var all [][]string
	for _, m := range wireBody.FindAllStringSubmatch(strings.ToValidUTF8(string(raw), "?"), -1) {
		var paragraphs []string
		for _, p := range strings.Split(html.UnescapeString(wireControl.ReplaceAllString(m[1], "")), "\n    ") {
			paragraphs = append(paragraphs, strings.Join(strings.Fields(p), " "))
		}
		all = append(all, paragraphs)
	}
	return all
}
