package i18n

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestParseWords(t *testing.T) {
	good := `{"a.one": {"en": "Hello {0}", "de": "Hallo {0}", "fr": "Bonjour {0}", "es": "Hola {0}", "ar": "مرحبا {0}"}}`
	words, err := ParseWords([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	p := For("de-AT").With(words)
	if got := p.T("a.one", "Ann"); got != "Hallo Ann" {
		t.Errorf("German: %q", got)
	}
	if got := For("de").T("a.one", "Ann"); got != "a.one" {
		t.Errorf("the printer that others use learnt the words: %q", got)
	}
	if got := p.Texts("a.")["a.one"]; got != "Hallo {0}" {
		t.Errorf("for a script: %q", got)
	}
	for _, bad := range []string{`[]`, `{"a": {"en": "x"}}`, strings.Replace(good, `"ar"`, `"xx"`, 1), strings.Replace(good, "Hola {0}", "Hola {0", 1)} {
		if _, err := ParseWords([]byte(bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

var (
	placeholder  = regexp.MustCompile(`\{(n|[0-9])\}`)
	wordUse      = regexp.MustCompile(`[$.(]\.?[TN] "([a-z]+\.[a-z0-9_]+)"`)
	wordUseInGo  = regexp.MustCompile(`\.[TN]\("([a-z]+\.[a-z0-9_]+)"`)
	wordFileName = "words.json"
)

// TestWords_AreWholeAndKnown reads every words.json of the product: each
// message is there in each language with the same placeholders, and every key
// that a template beside it uses is known.
func TestWords_AreWholeAndKnown(t *testing.T) {
	files, uses := 0, 0
	english := For("en")
	folders := map[string]string{} // key in use → where
	for _, root := range []string{"../../internal/desk", "../../internal/account", "../../internal/subscriber", "../../internal/article", "../../internal/comment", "../../ui/editor"} {
		if _, err := os.Stat(root); err != nil {
			continue
		}
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				if entry != nil && entry.Name() == "node_modules" {
					return fs.SkipDir
				}
				return err
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			use := map[string]*regexp.Regexp{".html": wordUse, ".go": wordUseInGo}[filepath.Ext(path)]
			if use != nil && !strings.HasSuffix(path, "_test.go") {
				for _, m := range use.FindAllSubmatch(raw, -1) {
					uses++
					folders[string(m[1])] = path
				}
			}
			if entry.Name() != wordFileName {
				return nil
			}
			files++
			words, err := ParseWords(raw)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				return nil
			}
			samePlaceholders(t, path, raw)
			english = english.With(words)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for key, path := range folders {
		whole := english.Has(key)
		if strings.HasSuffix(key, "_") { // the beginning of keys that code puts together
			whole = len(english.Texts(key)) > 0
		}
		if !whole {
			t.Errorf("%s uses %q, which no words have", path, key)
		}
	}
	if files < 1 || uses < 3 {
		t.Errorf("%d files of words and %d uses found: the patterns no longer fit the sources", files, uses)
	}
}

func samePlaceholders(t *testing.T, path string, raw []byte) {
	var texts map[string]map[string]json.RawMessage
	if err := json.Unmarshal(raw, &texts); err != nil {
		t.Fatal(err)
	}
	set := func(raw json.RawMessage) string {
		found := map[string]bool{}
		for _, m := range placeholder.FindAllString(string(raw), -1) {
			if m != "{n}" { // a category for one may leave the number out
				found[m] = true
			}
		}
		list := ""
		for _, name := range []string{"{0}", "{1}", "{2}", "{3}", "{4}"} {
			if found[name] {
				list += name
			}
		}
		return list
	}
	for key, byLanguage := range texts {
		for lang, value := range byLanguage {
			if got, want := set(value), set(byLanguage["en"]); got != want {
				t.Errorf("%s: %s in %s has the placeholders %q, in English %q", path, key, lang, got, want)
			}
		}
	}
}
