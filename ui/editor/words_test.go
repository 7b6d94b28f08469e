package editor

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	used       = regexp.MustCompile(`'(editor\.[a-z0-9_.]+)'( \+)?`)
	inTemplate = regexp.MustCompile("`(editor\\.[a-z0-9_.]+)\\$")
	place      = regexp.MustCompile(`\{.*?\}`)
)

func read(t *testing.T) map[string]map[string]string {
	t.Helper()
	var all map[string]map[string]string
	if err := json.Unmarshal(wordsFile, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWords_AreInEveryLanguage(t *testing.T) {
	for key, texts := range read(t) {
		want := place.FindAllString(texts["en"], -1)
		slices.Sort(want)
		for _, language := range Languages() {
			got := place.FindAllString(texts[language], -1)
			slices.Sort(got)
			if strings.TrimSpace(texts[language]) == "" || !slices.Equal(got, want) {
				t.Errorf("%s in %s is %q; the places are %v", key, language, texts[language], want)
			}
		}
	}
}

// Every key that the scripts use has words, and no words are left over.
func TestWords_AreThoseThatAreUsed(t *testing.T) {
	words := read(t)
	needed := map[string]bool{}
	var begins []string // of keys that are put together
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".ts" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range used.FindAllStringSubmatch(string(text), -1) {
			switch key := m[1]; {
			case words[key] != nil:
				needed[key] = true
				if m[2] != "" {
					begins = append(begins, key)
				}
			case m[2] != "" || strings.HasSuffix(key, "."):
				begins = append(begins, key)
			default:
				t.Errorf("%s uses %s, which has no words", path, key)
			}
		}
		for _, m := range inTemplate.FindAllStringSubmatch(string(text), -1) {
			begins = append(begins, m[1])
		}
		return nil
	})
	if err != nil || len(needed) == 0 {
		t.Fatalf("%d keys, %v", len(needed), err)
	}
	for key := range words {
		begun := slices.ContainsFunc(begins, func(b string) bool { return strings.HasPrefix(key, b) })
		if !needed[key] && !begun && !strings.HasSuffix(key, ".also") {
			t.Errorf("nothing uses %s", key)
		}
	}
}

func TestWords_FallBackToEnglish(t *testing.T) {
	words, err := Words("xx")
	if err != nil || words["editor.apply"] != "Apply" {
		t.Errorf("%v, %v", words["editor.apply"], err)
	}
}
