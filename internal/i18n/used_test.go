package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var (
	inGo       = regexp.MustCompile(`\.[TN]\("([a-z_]+\.[a-z_]+)"`)
	inTemplate = regexp.MustCompile(`[{( ][TN] "([a-z_]+\.[a-z_]+)"`)
	ownWords   = regexp.MustCompile(`internal/(desk|account|article|comment|subscriber|edition)/`)
)

// TestCatalogues_KnowEveryKeyInUse reads the product's sources for keys, since
// an unknown key would only show on the page that uses it.
func TestCatalogues_KnowEveryKeyInUse(t *testing.T) {
	english, found := For("en"), 0
	for _, folder := range []string{"../../internal", "../../ui", "../../cmd"} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			pattern := map[string]*regexp.Regexp{".go": inGo, ".html": inTemplate}[filepath.Ext(path)]
			if matched, _ := filepath.Match("*_test.go", entry.Name()); pattern == nil || matched {
				return nil
			}
			if ownWords.MatchString(path) { // they have words of their own
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range pattern.FindAllSubmatch(text, -1) {
				found++
				if key := string(m[1]); !english.Has(key) {
					t.Errorf("%s uses %q, which no catalogue has", path, key)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 100 {
		t.Errorf("only %d uses found: the patterns no longer fit the sources", found)
	}
}
